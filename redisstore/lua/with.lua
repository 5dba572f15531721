-- follow is Record.with: it gives a record the state that follows from its sends, one of
-- which has just changed.
local function follow(r, send)
  if r.state ~= 'reserved' and r.state ~= 'pending' then
    return
  end
  local sends, lost, refused = sends_of(r), 0, 0
  for _, each in ipairs(sends) do
    if is_lost(each) then
      lost = lost + 1
    end
    if each.outcome == 'refused' then
      refused = refused + 1
    end
  end
  if refused == #sends or lost == #sends and #sends >= r.max_sends then
    r.state, r.closed = 'undeliverable', now
  elseif send.outcome ~= 'claimed' or send.delivered then
    r.state = 'pending'
  end
end

-- noted is Record.Noted.
local function noted(r, place, delivered)
  local send = sends_of(r)[place]
  if not send then
    return 'unknown'
  elseif delivered and not send.delivered then
    send.delivered = now
  elseif not delivered and not send.failed and not send.delivered then
    send.failed = now
  else
    return 'stale'
  end
  follow(r, send)
  return 'done'
end
