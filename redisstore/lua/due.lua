-- due_at is Record.DueAt.
local function due_at(r)
  if not r.escalate_after or r.state ~= 'pending' or (r.tries or 0) >= r.max_tries or #r.sends >= r.max_sends or is_delivered(r) then
    return 0
  end
  for _, send in ipairs(r.sends) do
    if r.no_code and (send.outcome == 'claimed' or send.outcome == 'unsure') and not send.delivered then
      return 0
    end
  end
  local last = r.sends[#r.sends]
  if is_lost(last) and last.failed then
    return last.failed
  elseif last.outcome == 'claimed' then
    return last.at + (r.lease - r.created) + r.escalate_after
  end
  return (last.settled or 0) + r.escalate_after
end
