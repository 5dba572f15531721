-- Due. KEYS: clock, due. ARGV: space, mark, limit. It looks at a thousand entries that are over
-- and no more; those that are left are for the next call.

local limit, offset, over = tonumber(ARGV[3]), 0, 1000
local lines = { head('done') }
while offset < limit and over > 0 do
  local ids = redis.call('ZRANGEBYSCORE', due, '-inf', now, 'LIMIT', offset, math.min(limit - offset, over))
  if #ids == 0 then
    break
  end
  for _, id in ipairs(ids) do
    local r, text = read(key_of(id))
    if r and is_open(r) then
      lines[#lines + 1] = text
      offset = offset + 1
    else
      redis.call('ZREM', due, id)
      over = over - 1
    end
  end
end
return table.concat(lines, '\n\n')
