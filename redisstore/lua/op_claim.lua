-- Claim. KEYS: clock, due, record. ARGV: space, mark, by itself, after, ticket, proofs.

local by_itself, after = ARGV[3] == '1', tonumber(ARGV[4])

-- resend_at is Record.ResendAt.
local function resend_at(r)
  if not r.ladder then
    return 0
  end
  local sent, last = 0, nil
  for _, send in ipairs(r.sends) do
    if send.outcome ~= 'refused' then
      sent, last = sent + 1, send
    end
  end
  if not last or is_lost(last) then
    return 0
  end
  return last.at + r.ladder[math.min(sent, #r.ladder)]
end

-- claimed is Record.Claimed.
local function claimed(r)
  if not by_itself then
    local _, verdict = admits(r, 6)
    if verdict ~= 'done' then
      return verdict
    end
  end
  if not is_open(r) then
    return 'ended'
  elseif is_delivered(r) then
    return 'arrived'
  elseif #r.sends >= r.max_sends then
    return 'too_many'
  elseif by_itself and (after ~= #r.sends or due_at(r) == 0 or now < due_at(r)) then
    return 'stale'
  elseif not by_itself and (r.state == 'reserved' or now < resend_at(r)) then
    return 'too_early'
  end
  r.sends[#r.sends + 1] = {
    at = now,
    outcome = 'claimed',
    by_itself = by_itself or nil,
    ticket = ARGV[5] ~= '' and ARGV[5] or nil,
  }
  return 'done'
end

-- A claim that is asked for again shows the sends up to its own: its number is their count.
return change(KEYS[3], claimed, nil, function(r, sends)
  for i = #r.sends, sends + 1, -1 do
    r.sends[i] = nil
  end
  return cjson.encode(r)
end)
