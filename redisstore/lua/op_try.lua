-- Try. KEYS: clock, due, record. ARGV: space, mark, proofs.

-- asks is Record.asks.
local function asks(r)
  for _, send in ipairs(sends_of(r)) do
    if send.receipt then
      return true
    end
  end
  return false
end

local wrong, wrong_key

-- tried is Record.Tried.
local function tried(r)
  local verdict, phone, right = admits(r, 3)
  if verdict ~= 'done' then
    return verdict
  elseif not is_open(r) then
    return 'ended'
  end
  wrong_key = space .. 'wrong:' .. phone
  wrong = wrong_of(wrong_key)
  if r.guesses and within(wrong) >= r.guesses then
    return 'guessed_out', until_free(wrong)
  end
  r.tries = r.tries + 1
  if right then
    r.state, r.closed = 'approved', now
    return 'done'
  elseif asks(r) then
    return 'ask'
  elseif r.tries >= r.max_tries then
    r.state, r.closed = 'exhausted', now
    return 'spent'
  end
  return 'mismatch'
end

return change(KEYS[3], tried, function(_, verdict)
  if verdict ~= 'done' then
    add(wrong_key, wrong)
  end
end)
