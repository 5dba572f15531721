-- Note. KEYS: clock, due, then the record or the messages. ARGV: space, mark, id, number,
-- delivered, how long an early report is kept.

local id, place, delivered = ARGV[3], tonumber(ARGV[4]), ARGV[5] == '1'

if id == '-' then
  local early = delivered
  for i = 3, #KEYS do
    local found, at = send_at(KEYS[i])
    if found then
      id, place = found, at
      break
    end
    local _, arrived = early_at(KEYS[i])
    early = early or arrived
  end
  if id == '-' then
    local keep = tonumber(ARGV[6])
    if #KEYS > 2 and keep > 0 then
      point(KEYS[3], 'early ' .. (early and 1 or 0) .. ' ' .. now + keep, now + keep)
    end
    return reply('unknown')
  end
end

return change(key_of(id), function(r)
  return noted(r, place, delivered)
end)
