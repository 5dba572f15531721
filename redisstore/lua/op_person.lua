-- Person. KEYS: clock, due, and for each digest of the number: phone, wrong. ARGV: space, mark, action.

local action = ARGV[3]
local lines = { head('done') }

-- revoked is Record.Revoked. It reports whether the record was open before this call.
local function revoked(r)
  local before = made(r)
  if before then
    r.state, r.closed, r.once = before, nil, nil
    return cjson.encode(r)
  end
  local state = as_of(r)
  if state ~= 'reserved' and state ~= 'pending' then
    return nil
  end
  note_made(r, r.state)
  r.state, r.closed = 'canceled', now
  put(r)
  return true
end

for i = 3, #KEYS, 2 do
  redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', string.format('%.0f', now))
  for _, id in ipairs(redis.call('ZRANGE', KEYS[i], 0, -1)) do
    local r, text = read(key_of(id))
    if r and action == 'revoke' then
      local done = revoked(r)
      text = done == true and text or done
    elseif r and action == 'erase' then
      drop(r)
    end
    if text then
      lines[#lines + 1] = text
    end
  end
  if action == 'erase' then
    redis.call('DEL', KEYS[i + 1])
  end
end
return table.concat(lines, '\n')
