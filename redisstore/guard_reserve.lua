-- KEYS: the answer to this very call, the counters, and the token if there is one.
-- ARGV: the batch as a list of numbers (see program in guard_batch.go).
local PASSED, PAID = 1, 2
local FREE_ONLY, CHALLENGE = 1, 2
local SUM, CHECK, SHARE = 5, 9, 3 -- numbers for each

-- band is for servers whose scripts have no bit.
local band = bit and bit.band or function(a, b)
  local out, place = 0, 1
  while a > 0 and b > 0 do
    if a % 2 == 1 and b % 2 == 1 then
      out = out + place
    end
    a = floor(a / 2)
    b = floor(b / 2)
    place = place * 2
  end
  return out
end

-- batch reads the program up to where its parts begin.
local function batch(text)
  local p = cjson.decode(text)
  local b = {p = p, keys = p[1], price = p[2], record = p[3] == 1}
  b.exact = 3
  b.sums = b.exact + b.keys + 1
  b.checks = b.sums + p[b.sums] * SUM + 1
  return b
end

-- summer returns a function that adds up the sum with a number, each once.
local function summer(b, counters, now)
  local known, p = {}, b.p
  return function(s)
    local total = known[s]
    if not total then
      local i = b.sums + s * SUM
      total = sum(counters[p[i + 1] + 1], now, p[i + 2], p[i + 3], p[i + 4], p[i + 5])
      known[s] = total
    end
    return total
  end
end

-- limit is the part of evaluate that asks the shares, which begin at i, one after the other.
local function limit(p, i, shares, want, least, total)
  for j = i, i + (shares - 1) * SHARE, SHARE do
    if want <= least then
      break
    end
    least = max(least, floor(total(p[j]) * p[j + 1] / p[j + 2]))
  end
  return least
end

-- hit notes the check with number c, which found its limit passed.
local function hit(out, b, counters, c, s, count, add, least, effect)
  local p, i, left = b.p, b.sums + s * SUM, 0
  if effect >= CHALLENGE then
    left = wait(counters[p[i + 1] + 1], out.now, count + add - least, p[i + 2], p[i + 3], p[i + 4], p[i + 5])
  end
  for _, n in ipairs({c, count, least, left}) do
    out.hits[#out.hits + 1] = n
  end
  out.effect = max(out.effect, effect)
end

-- evaluate repeats guard.evaluate.
local function evaluate(now, b, counters, fresh)
  local p, paid = b.p, b.price > 0
  local flags = (fresh and PASSED or 0) + (paid and PAID or 0)
  local out, total = {now = now, effect = 0, hits = {}}, summer(b, counters, now)
  local i = b.checks + 1
  for c = 0, p[b.checks] - 1 do
    local s, extra, least, need, unless, set, clear, effect, shares = unpack(p, i, i + CHECK - 1)
    if (need == 0 or band(flags, need) == need) and (unless == 0 or band(flags, unless) == 0) then
      local count = total(s)
      local most = limit(p, i + CHECK, shares, count + extra, least, total)
      if count + extra > most then
        flags = flags - band(flags, clear)
        flags = flags + set - band(flags, set)
        if effect == FREE_ONLY then
          paid = false
          flags = flags - band(flags, PAID)
        end
        if effect ~= 0 and not (effect == CHALLENGE and fresh) then
          hit(out, b, counters, c, s, count, extra, most, effect)
        end
      end
    end
    i = i + CHECK + shares * SHARE
  end
  out.flags, out.paid, out.passed = flags, paid, fresh
  return out
end

-- answer writes the outcome as numbers: now, effect, paid, passed, flags, and four for each hit.
local function answer(out)
  local head = {out.now, out.effect, out.paid and 1 or 0, out.passed and 1 or 0, out.flags}
  return table.concat(head, ',') .. (#out.hits > 0 and ',' or '') .. table.concat(out.hits, ',')
end

-- reserve repeats memory.Reserve. A call that the client repeats gets the first one's answer.
local function reserve()
  local held = redis.call('MGET', unpack(KEYS))
  if held[1] then
    return held[1]
  end
  local b, counters = batch(ARGV[1]), {}
  for i = 1, b.keys do
    counters[i] = counter(held[i + 1])
  end
  local now, token = clock(counters), KEYS[b.keys + 2]
  local out = evaluate(now, b, counters, token ~= nil and not held[b.keys + 2])
  local text = answer(out)
  if out.effect > FREE_ONLY and not b.record then
    return text
  end
  if out.passed then
    redis.call('SET', token, '1', 'PX', KEEP_SPENT)
  end
  local change = {1, 1, 0, 0, out.paid and b.price or 0}
  for i = 1, b.keys do
    add(KEYS[i + 1], counters[i], now, now, b.p[b.exact + i] == 1, change)
  end
  redis.call('SET', KEYS[1], text, 'PX', KEEP_ANSWER)
  return text
end

return reserve()
