-- Settle. KEYS: clock, due, record, message. ARGV: space, mark, number, outcome, provider,
-- message, receipt, ticket.

local place = tonumber(ARGV[3])

-- settled is Record.Settled.
local function settled(r)
  local send = sends_of(r)[place]
  if not send then
    return 'unknown'
  elseif send.outcome ~= 'claimed' then
    return 'stale'
  end
  send.ticket = word(ARGV[8]) or send.ticket
  send.settled, send.outcome = now, ARGV[4]
  send.provider, send.message, send.receipt = ARGV[5], ARGV[6], ARGV[7]
  follow(r, send)
  return 'done'
end

return change(KEYS[3], settled, function(r)
  if ARGV[6] == '-' then
    return
  end
  local early, delivered = early_at(KEYS[4])
  if early then
    noted(r, place, delivered)
  end
  point(KEYS[4], 'send ' .. id_of(r) .. ' ' .. place .. ' ' .. r.ends, r.ends)
end)
