-- Settle. KEYS: clock, due, record, message. ARGV: space, mark, number, outcome, provider,
-- message, receipt, ticket.

local number = tonumber(ARGV[3])

local function given(text)
  return text ~= '' and text or nil
end

-- settled is Record.Settled.
local function settled(r)
  local send = r.sends[number]
  if not send then
    return 'unknown'
  elseif send.outcome ~= 'claimed' then
    return 'stale'
  end
  send.ticket = given(ARGV[8]) or send.ticket
  send.settled, send.outcome = now, ARGV[4]
  send.provider, send.message, send.receipt = given(ARGV[5]), given(ARGV[6]), given(ARGV[7])
  follow(r, send)
  return 'done'
end

return change(KEYS[3], settled, function(r)
  if ARGV[6] == '' then
    return
  end
  local early, delivered = early_at(KEYS[4])
  if early then
    noted(r, number, delivered)
  end
  point(KEYS[4], string.format('send %s %.0f %.0f', r.id, number, r.ends), r.ends)
end)
