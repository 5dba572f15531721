-- The indexes: pending and idempotency keys hold an id; a message key holds "send", an id,
-- the number of a send and an end, or "early", 1 or 0 for delivered, and an end.

local function point(key, text, ends)
  redis.call('SET', key, text, 'PX', px(ends))
end

-- indexed returns the record that the first of some keys points to.
local function indexed(keys)
  for _, key in ipairs(keys) do
    local id = redis.call('GET', key)
    if id then
      local r, text = read(key_of(id))
      if r then
        return r, text
      end
    end
  end
  return nil
end

-- send_at returns the id and the number of the send that a message key points to.
local function send_at(key)
  local id, place, ends = string.match(redis.call('GET', key) or '', '^send (%S+) (%d+) (%d+)$')
  if id and now < tonumber(ends) then
    return id, tonumber(place)
  end
  return nil
end

-- early_at returns whether there is an early report under a message key, and whether it says
-- delivered.
local function early_at(key)
  local delivered, ends = string.match(redis.call('GET', key) or '', '^early (%d) (%d+)$')
  if delivered and now < tonumber(ends) then
    return true, delivered == '1'
  end
  return false, false
end
