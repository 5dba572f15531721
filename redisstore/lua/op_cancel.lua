-- Cancel. KEYS: clock, due, record. ARGV: space, mark, proofs.

-- canceled is Record.Canceled.
local function canceled(r)
  local verdict = admits(r, 3)
  if verdict ~= 'done' then
    return verdict
  elseif r.state == 'canceled' then
    return 'repeated'
  end
  local state = as_of(r)
  if state ~= 'reserved' and state ~= 'pending' then
    return 'ended'
  end
  r.state, r.closed = 'canceled', now
  return 'done'
end

return change(KEYS[3], canceled)
