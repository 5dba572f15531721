-- A client that has lost a connection asks again, and does not know whether the step was made.
-- Each call therefore has a mark of its own, and what it changed is noted in the
-- record for a minute: the second time the call is answered and nothing is changed.

local mark = ARGV[2]

-- kept is for how long a call is known.
local kept = 60000

-- made returns what was answered to this call before, and how many sends there were.
local function made(text)
  local place = string.find(text, '\n! ' .. mark .. ' ', 1, true)
  if not place then
    return nil
  end
  local _, verdict, _, sends = string.match(text, call_line, place)
  return verdict, tonumber(sends)
end

-- noted_calls writes the calls that are known with this one.
local function noted_calls(r, verdict)
  local lines = '\n! ' .. mark .. ' ' .. verdict .. ' ' .. now + kept .. ' ' .. (r.sends and #r.sends or 0)
  for _, call in ipairs(calls_of(r)) do
    if now < call[3] then
      lines = lines .. '\n! ' .. call[1] .. ' ' .. call[2] .. ' ' .. call[3] .. ' ' .. call[4]
    end
  end
  return lines
end
