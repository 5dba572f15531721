-- Person. KEYS: clock, due, and for each digest of the number: phone, wrong. ARGV: space, mark, action.

local action = ARGV[3]
local lines = { head('done') }

-- revoked is Record.Revoked. It returns the text of the record before this call when it was open then.
local function revoked(r, text)
  local before = made(text)
  if before then
    r.state, r.closed = before, 0
    return write(r, '')
  end
  local state = as_of(r)
  if state ~= 'reserved' and state ~= 'pending' then
    return nil
  end
  local calls = noted_calls(r, r.state)
  r.state, r.closed = 'canceled', now
  put(r, write(r, calls))
  return text
end

for i = 3, #KEYS, 2 do
  redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', now)
  for _, id in ipairs(redis.call('ZRANGE', KEYS[i], 0, -1)) do
    local r, text = read(key_of(id))
    if r and action == 'revoke' then
      text = revoked(r, text)
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
return table.concat(lines, '\n\n')
