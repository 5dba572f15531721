-- Claim. KEYS: clock, due, record. ARGV: space, mark, by itself, after, ticket, proofs.

local by_itself, after = ARGV[3] == '1', tonumber(ARGV[4])

-- wait is a step of the ladder, or the last one.
local function wait(ladder, step)
  local last
  for each in string.gmatch(ladder, '%d+') do
    last, step = tonumber(each), step - 1
    if step == 0 then
      return last
    end
  end
  return last
end

-- resend_at is Record.ResendAt.
local function resend_at(r)
  local _, _, _, _, ladder = names_of(r)
  if ladder == '-' then
    return 0
  end
  local sent, last = 0, nil
  for _, send in ipairs(sends_of(r)) do
    if send.outcome ~= 'refused' then
      sent, last = sent + 1, send
    end
  end
  if not last or is_lost(last) then
    return 0
  end
  return last.at + wait(ladder, sent)
end

-- claimed is Record.Claimed.
local function claimed(r)
  if not by_itself then
    local verdict = admits(r, 6)
    if verdict ~= 'done' then
      return verdict
    end
  end
  local sends = sends_of(r)
  if not is_open(r) then
    return 'ended'
  elseif is_delivered(r) then
    return 'arrived'
  elseif #sends >= r.max_sends then
    return 'too_many'
  elseif by_itself and (after ~= #sends or due_at(r) == 0 or now < due_at(r)) then
    return 'stale'
  elseif not by_itself and (r.state == 'reserved' or now < resend_at(r)) then
    return 'too_early'
  end
  sends[#sends + 1] = { at = now, outcome = 'claimed', by_itself = ARGV[3], ticket = ARGV[5] }
  return 'done'
end

-- A claim that is asked for again shows the sends up to its own: its number is their count.
return change(KEYS[3], claimed, nil, function(r, count)
  local sends = sends_of(r)
  for i = #sends, count + 1, -1 do
    sends[i] = nil
  end
  return write(r, '')
end)
