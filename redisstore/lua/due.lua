-- due_at is Record.DueAt.
local function due_at(r)
  if not r.escalate_after or r.state ~= 'pending' or r.tries >= r.max_tries or #sends_of(r) >= r.max_sends or is_delivered(r) then
    return 0
  end
  local sends = sends_of(r)
  for _, send in ipairs(sends) do
    if r.no_code and (send.outcome == 'claimed' or send.outcome == 'unsure') and not send.delivered then
      return 0
    end
  end
  local last = sends[#sends]
  if is_lost(last) and last.failed then
    return last.failed
  elseif last.outcome == 'claimed' then
    return last.at + (r.lease - r.created) + r.escalate_after
  end
  return (last.settled or 0) + r.escalate_after
end
