-- A client that has lost a connection asks again, and does not know whether the step was made.
-- Each call therefore has a mark of its own, and what it changed is noted in the
-- record for a minute: the second time the call is answered and nothing is changed.

local mark = ARGV[2]

-- kept is for how long a call is known.
local kept = 60000

-- made returns what was answered to this call before, and how many sends there were.
local function made(r)
  for _, call in ipairs(r.once or {}) do
    if call[1] == mark then
      return call[2], call[4]
    end
  end
  return nil
end

-- note_made notes what is answered to this call.
local function note_made(r, verdict)
  local calls = { { mark, verdict, now + kept, #r.sends } }
  for _, call in ipairs(r.once or {}) do
    if now < call[3] then
      calls[#calls + 1] = call
    end
  end
  r.once = calls
end
