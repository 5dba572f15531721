-- Look. KEYS: clock, due, record.
local r, text = read(KEYS[3])
if not r then
  return reply('unknown')
end
return reply('done', text)
