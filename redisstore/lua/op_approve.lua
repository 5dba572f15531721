-- Approve. KEYS: clock, due, record. ARGV: space, mark.

-- confirmed is Record.Confirmed.
local function confirmed(r)
  local asked = false
  for _, send in ipairs(r.sends) do
    asked = asked or send.receipt ~= nil
  end
  if r.state ~= 'reserved' and r.state ~= 'pending' or not r.tries or not asked then
    return 'ended'
  end
  r.state, r.closed = 'approved', now
  return 'done'
end

return change(KEYS[3], confirmed)
