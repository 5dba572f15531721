-- KEYS: what shows that this was settled, and the counters.
-- ARGV: what, at, refund, and which counters are exact, as in "0110".
local SENT, VERIFIED, WRONG = 0, 2, 3

-- changes returns the change for an exact counter and for another one.
local function changes(what, refund)
  if what == VERIFIED then
    local both = {0, -1, 1, 0, -refund}
    return both, both
  elseif what == SENT then
    return {-1, -1, 0, 0, -refund}, {0, 0, 0, 0, -refund}
  end
  local both = {0, 0, 0, 1, 0}
  return both, both
end

-- settle repeats memory.Settle. A wrong code has no id: its key is only the client's call.
local function settle(what, when, refund, exact)
  local held, counters = redis.call('MGET', unpack(KEYS)), {}
  for i = 1, #KEYS - 1 do
    counters[i] = counter(held[i + 1])
  end
  local now = clock(counters)
  when = what == WRONG and now or min(when, now)
  if held[1] or now - when > KEEP then
    return 0
  end
  redis.call('SET', KEYS[1], '1', 'PX', what == WRONG and PX_ANSWER or PX_SPENT)
  local precise, coarse = changes(what, refund)
  for i = 1, #counters do
    local is = exact:sub(i, i) == '1'
    add(KEYS[i + 1], counters[i], now, when, is, is and precise or coarse)
  end
  return 1
end

return settle(tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4])
