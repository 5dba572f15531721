-- The counters of package otp/guard. Each function repeats the one of cells.go that has its
-- name; what changes there changes here, and the tests hold both to the same answers.
--
-- A counter is one string: when it changed last (6 bytes), then a row of 30 bytes for each
-- cell, the oldest first: start (6), width (4), and the five series (4 each). A row has
-- running totals: it counts what happened in its cell and in all before it, so that a sum is
-- the difference of two rows. Numbers have their high byte first; times are milliseconds.
local MINUTE, HOUR, DAY = 60000, 3600000, 86400000
local KEEP_MINUTES, KEEP_HOURS, KEEP = HOUR, DAY, 15 * DAY
local PX_KEEP, PX_OPEN, PX_SPENT, PX_ANSWER = '1296000000', '172800000', '172800000', '60000'
local AHEAD, MAX_CELLS, SERIES = 10 * MINUTE, 250, 5
local HEAD, ROW, FIELDS, VERIFIED_FIELD = 6, 30, 7, 5
local FORMAT, SIZES = 'I6I4I4I4I4I4I4', {6, 4, 4, 4, 4, 4, 4}
local EMPTY = string.rep('\0', HEAD)

-- Not every server has these in its scripts.
local struct, bit = rawget(_G, 'struct'), rawget(_G, 'bit')
local floor, max, min, byte = math.floor, math.max, math.min, string.byte

local function time6(raw, at)
  local a, b, c, d, e, f = byte(raw, at, at + 5)
  return ((((a * 256 + b) * 256 + c) * 256 + d) * 256 + e) * 256 + f
end

local function int4(raw, at)
  local a, b, c, d = byte(raw, at, at + 3)
  return ((a * 256 + b) * 256 + c) * 256 + d
end

-- bytes writes n in so many bytes, for servers whose scripts have no struct.
local function bytes(n, size)
  local out = {}
  for i = size, 1, -1 do
    out[i] = string.char(n % 256)
    n = floor(n / 256)
  end
  return table.concat(out)
end

-- format returns the format of so many rows for struct.
local formats = {}
local function format(count)
  formats[count] = formats[count] or '>' .. string.rep(FORMAT, count)
  return formats[count]
end

-- encode writes so many rows out of one flat list of their fields.
local function encode(rows, count)
  if struct then
    return struct.pack(format(count), unpack(rows, 1, count * FIELDS))
  end
  local out = {}
  for i = 1, count * FIELDS do
    out[i] = bytes(rows[i], SIZES[(i - 1) % FIELDS + 1])
  end
  return table.concat(out)
end

-- decode reads the rows first to last into one flat list.
local function decode(raw, first, last)
  local at = HEAD + (first - 1) * ROW + 1
  if struct then
    return {struct.unpack(format(last - first + 1), raw, at)}
  end
  local out = {}
  for row = at, HEAD + last * ROW, ROW do
    out[#out + 1] = time6(raw, row)
    for i = 6, ROW - 4, 4 do
      out[#out + 1] = int4(raw, row + i)
    end
  end
  return out
end

-- counter makes a counter out of what a key holds.
local function counter(raw)
  if not raw or #raw < HEAD then
    return {raw = EMPTY, n = 0, changed = 0}
  end
  return {raw = raw, n = floor((#raw - HEAD) / ROW), changed = time6(raw, 1), overs = {}}
end

local function start(k, i)
  return time6(k.raw, HEAD + (i - 1) * ROW + 1)
end

local function last(k, i)
  local at = HEAD + (i - 1) * ROW + 1
  return time6(k.raw, at) + int4(k.raw, at + 6) - 1
end

-- upto returns a running total, 0 before the first row.
local function upto(k, i, series)
  return i == 0 and 0 or int4(k.raw, HEAD + (i - 1) * ROW + 11 + 4 * series)
end

-- search returns the number of the last row whose start or last moment (which asks for it)
-- is no later than when, or 0. Most searches end near the newest row and begin there.
local function search(k, when, which)
  local low, high, step = k.n, k.n, 1
  while low > 0 and which(k, low) > when do
    high = low - 1
    low = max(low - step, 0)
    step = step * 2
  end
  while low < high do
    local middle = floor((low + high + 1) / 2)
    if which(k, middle) > when then
      high = middle - 1
    else
      low = middle
    end
  end
  return low
end

local function begun(k, when)
  return search(k, when, start)
end

local function over(k, when)
  return search(k, when, last)
end

-- clock returns the server's time, but none before a change of these counters, unless that
-- is so far ahead that a clock was wrong: then what is ahead does not count until its time.
local function clock(counters)
  local t = redis.call('TIME')
  local told = t[1] * 1000 + floor(t[2] / 1000)
  local now = told
  for i = 1, #counters do
    local changed = counters[i].changed
    if changed > now and changed <= told + AHEAD then
      now = changed
    end
  end
  return now
end

-- today returns how old the day in Beijing is, in seconds.
local function today(now)
  return (floor(now / 1000) + 8 * 3600) % 86400
end

local function window(now, from, to, is_today)
  if is_today == 1 then
    return (floor(now / 1000) - today(now)) * 1000 - 1, now - to
  end
  return now - from, now - to
end

local function sum(k, now, series, from, to, is_today)
  if k.n == 0 then
    return 0
  end
  from, to = window(now, from, to, is_today)
  local first = k.overs[from] or over(k, from)
  k.overs[from] = first -- many sums of a counter begin at the same time
  k.newest = k.newest or start(k, k.n)
  local final = k.newest <= to and k.n or begun(k, to)
  if final <= first then
    return 0
  end
  return upto(k, final, series) - upto(k, first, series)
end

local function wait(k, now, surplus, series, span, to, is_today)
  if is_today == 1 then
    return (86400 - today(now)) * 1000
  end
  local from, till = window(now, span, to, is_today)
  local first = over(k, from)
  for i = first + 1, begun(k, till) do
    if upto(k, i, series) - upto(k, first, series) >= surplus then
      return max(last(k, i) + span - now, 1)
    end
  end
  return span
end

local function width(now, when, exact)
  if now - (when - when % DAY + DAY) > KEEP_HOURS then
    return DAY
  elseif exact then
    return 1
  elseif now - (when - when % HOUR + HOUR) > KEEP_MINUTES then
    return HOUR
  end
  return MINUTE
end

-- less takes the totals of a row that is dropped from the rows behind it.
local function less(x, dropped)
  for f = 3, FIELDS do
    x[f] = x[f] - dropped[f]
  end
  return x
end

local function compact(k, now, exact)
  exact = exact and k.n <= MAX_CELLS
  local rows, kept, n = decode(k.raw, 1, k.n), {}, 0
  local dropped, slot, wide = {0, 0, 0, 0, 0, 0, 0}, nil, nil
  for i = 1, k.n * FIELDS, FIELDS do
    local x = {unpack(rows, i, i + FIELDS - 1)}
    if now - (x[1] + x[2] - 1) > KEEP then
      dropped = x
    else
      x[2] = max(x[2], width(now, x[1], exact))
      x[1] = x[1] - x[1] % x[2]
      if not (slot == x[1] and wide == x[2]) then
        n, slot, wide = n + 1, x[1], x[2]
      end
      less(x, dropped)
      for f = 1, FIELDS do
        kept[(n - 1) * FIELDS + f] = x[f]
      end
    end
  end
  k.n = n
  k.raw = k.raw:sub(1, HEAD) .. encode(kept, n)
end

-- at returns the number of the row that a time belongs to, and a row that has to be put in
-- there when it is missing.
local function at(k, now, when, exact)
  local i = 0
  if k.n > 0 then
    i = begun(k, when)
    if i == 0 or last(k, i) < when then
      compact(k, now, exact)
      i = begun(k, when)
    end
    if i > 0 and last(k, i) >= when then
      return i, nil
    end
  end
  local w = width(now, when, exact)
  if i == 0 then
    return 1, {when - when % w, w, 0, 0, 0, 0, 0}
  end
  return i + 1, {when - when % w, w, upto(k, i, 0), upto(k, i, 1), upto(k, i, 2), upto(k, i, 3), upto(k, i, 4)}
end

-- tail returns the rows from i on, behind the fresh one if there is one, and their number.
local function tail(k, i, fresh)
  local count = k.n - i + 1
  if count == 0 then
    return fresh, 1
  end
  local rows = decode(k.raw, i, k.n)
  if not fresh then
    return rows, count
  end
  for f = 1, count * FIELDS do
    fresh[FIELDS + f] = rows[f]
  end
  return fresh, count + 1
end

-- stamp is the head of a counter that changes now.
local stamped
local function stamp(now)
  stamped = stamped or struct and struct.pack('>I6', now) or bytes(now, HEAD)
  return stamped
end

-- add repeats memory.add; change has the five series. No cell falls below zero. The last row
-- has the total of what was verified, and without any a counter lives for two days.
local function add(key, k, now, when, exact, change)
  local i, fresh = at(k, now, when, exact)
  local rows, count = tail(k, i, fresh)
  for s = 1, SERIES do
    local more = change[s]
    if more < 0 then
      more = max(more, upto(k, i - 1, s - 1) - rows[2 + s])
    end
    if more ~= 0 then
      for f = 2 + s, count * FIELDS, FIELDS do
        rows[f] = rows[f] + more
      end
    end
  end
  local before = i > 1 and k.raw:sub(HEAD + 1, HEAD + (i - 1) * ROW) or ''
  local lives = rows[(count - 1) * FIELDS + VERIFIED_FIELD] > 0 and PX_KEEP or PX_OPEN
  redis.call('SET', key, stamp(now) .. before .. encode(rows, count), 'PX', lives)
end
