-- Writing records.

-- stretch has a key live until a time, or as long as it does already.
local function stretch(key, ends)
  local left = px(ends)
  if redis.call('PTTL', key) < left then
    redis.call('PEXPIRE', key, left)
  end
end

-- sweep drops the first two of due whose records have ended: more than a step adds, so that due does
-- not grow where nobody asks for it.
local function sweep()
  for _, id in ipairs(redis.call('ZRANGE', due, 0, 1)) do
    if not text_at(key_of(id)) then
      redis.call('ZREM', due, id)
    end
  end
end

-- put writes the text of a record, and keeps due by the record.
local function put(r, text)
  redis.call('SET', r.at, text, 'PX', px(r.ends))
  if r.escalate_after then
    local at = due_at(r)
    if at == 0 then
      redis.call('ZREM', due, id_of(r))
    else
      redis.call('ZADD', due, at, id_of(r))
      stretch(due, r.ends)
      sweep()
    end
  end
  return text
end
