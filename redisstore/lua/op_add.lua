-- Add counts an attempt. KEYS: the count. ARGV: mark, window. What is kept is the count, and behind it the
-- marks of the last hundred calls or so with the numbers that they got: a call that is asked for again
-- gets the same one.
local most = 1600

local text = redis.call('GET', KEYS[1]) or '0'
local number = string.match(text, ' ' .. ARGV[1] .. ':(%d+)')
if not number then
  number = string.match(text, '^%d+') + 1
  local marks = string.match(text, '^%d+(.*)$')
  if #marks > most then
    marks = string.match(string.sub(marks, 1, most), '^(.*) ') -- without the one that is cut
  end
  text = number .. ' ' .. ARGV[1] .. ':' .. number .. marks
end
redis.call('SET', KEYS[1], text, 'PX', ARGV[2])
return tonumber(number)
