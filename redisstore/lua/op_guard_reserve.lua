-- KEYS: the answer to this very call, the counters, and the token if there is one.
-- ARGV: the batch as a program, and its constants (see guard_batch.go).
local PASSED, PAID = 1, 2
local FREE_ONLY, CHALLENGE = 1, 2
local EXACT, SUM, CHECK, SHARE = 4, 5, 9, 3 -- what is before the list of exact keys, and sizes
local BYTES = 66 -- B

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

-- batch reads where the parts of the program begin. The program is a string of bytes, or a
-- JSON list when one of its numbers is no byte; most are indexes into the constants. Both are
-- read by read(p, first, last).
local function batch(text, constants)
  local read, p = byte, text
  if byte(text, 1, 1) ~= BYTES then
    read, p = unpack, cjson.decode(text)
  end
  local b = {read = read, p = p, of = cjson.decode(constants)}
  b.keys, b.price, b.record = read(p, 2, 4)
  b.price = b.of[b.price + 1]
  b.sums = EXACT + b.keys + 1
  b.checks = b.sums + read(p, b.sums, b.sums) * SUM + 1
  return b
end

-- one returns the counter and the numbers of a sum.
local function one(b, counters, s)
  local at, of = b.sums + s * SUM, b.of
  local key, series, from, to, is_today = b.read(b.p, at + 1, at + SUM)
  return counters[key + 1], series, of[from + 1], of[to + 1], is_today
end

-- summer returns a function that adds up the sum with a number, each once.
local function summer(b, counters, now)
  local known = {}
  return function(s)
    local total = known[s]
    if not total then
      local k, series, from, to, is_today = one(b, counters, s)
      total = sum(k, now, series, from, to, is_today)
      known[s] = total
    end
    return total
  end
end

-- limit is the part of evaluate that asks the shares, which begin at i, one after the other.
local function limit(b, i, shares, want, most, total)
  for j = i, i + (shares - 1) * SHARE, SHARE do
    if want <= most then
      break
    end
    local s, num, den = b.read(b.p, j, j + SHARE - 1)
    most = max(most, floor(total(s) * b.of[num + 1] / b.of[den + 1]))
  end
  return most
end

-- hit notes the check with number c, which found its limit passed.
local function hit(out, b, counters, c, s, count, extra, most, effect)
  local left = 0
  if effect >= CHALLENGE then
    local k, series, from, to, is_today = one(b, counters, s)
    left = wait(k, out.now, count + extra - most, series, from, to, is_today)
  end
  for _, n in ipairs({c, count, most, left}) do
    out.hits[#out.hits + 1] = n
  end
  out.effect = max(out.effect, effect)
end

-- passed is what evaluate does to the flags when a limit is passed.
local function passed(flags, set, clear)
  flags = flags - band(flags, clear)
  return flags + set - band(flags, set)
end

-- evaluate repeats guard.evaluate.
local function evaluate(now, b, counters, fresh)
  local read, p, of, total = b.read, b.p, b.of, summer(b, counters, now)
  local out = {now = now, effect = 0, paid = b.price > 0, passed = fresh, hits = {}}
  local flags, i = (fresh and PASSED or 0) + (out.paid and PAID or 0), b.checks + 1
  for c = 0, read(p, b.checks, b.checks) - 1 do
    local s, extra, most, need, unless, set, clear, effect, shares = read(p, i, i + CHECK - 1)
    need, unless = of[need + 1], of[unless + 1]
    if (need == 0 or band(flags, need) == need) and (unless == 0 or band(flags, unless) == 0) then
      local count = total(s)
      extra, most = of[extra + 1], of[most + 1]
      if shares > 0 and count + extra > most then
        most = limit(b, i + CHECK, shares, count + extra, most, total)
      end
      if count + extra > most then
        flags = passed(flags, of[set + 1], of[clear + 1])
        if effect == FREE_ONLY then
          out.paid = false
          flags = passed(flags, 0, PAID)
        end
        if effect ~= 0 and not (effect == CHALLENGE and fresh) then
          hit(out, b, counters, c, s, count, extra, most, effect)
        end
      end
    end
    i = i + CHECK + shares * SHARE
  end
  out.flags = flags
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
  local b, counters = batch(ARGV[1], ARGV[2]), {}
  for i = 1, b.keys do
    counters[i] = counter(held[i + 1])
  end
  local now, token = clock(counters), KEYS[b.keys + 2]
  local out = evaluate(now, b, counters, token ~= nil and not held[b.keys + 2])
  local text = answer(out)
  if out.effect > FREE_ONLY and b.record == 0 then
    return text
  end
  if out.passed then
    redis.call('SET', token, '1', 'PX', PX_SPENT)
  end
  local change = {1, 1, 0, 0, out.paid and b.price or 0}
  for i = 1, b.keys do
    add(KEYS[i + 1], counters[i], now, now, b.read(b.p, EXACT + i, EXACT + i) == 1, change)
  end
  redis.call('SET', KEYS[1], text, 'PX', PX_ANSWER)
  return text
end

return reserve()
