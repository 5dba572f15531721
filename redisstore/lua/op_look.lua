-- Look. KEYS: clock, due, record.
local text = text_at(KEYS[3])
if not text then
  return reply('unknown')
end
return reply('done', text)
