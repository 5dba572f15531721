-- The counters of package otp/guard. Each function repeats one of cells.go and has its name;
-- what changes there changes here, and the tests hold both to the same answers.
--
-- A counter is one string: when it changed last (6 bytes), then a row of 30 bytes for each
-- cell: start (6), width (4), and the five series (4 each), in the order of cells.go.
-- Numbers are unsigned, high byte first; times are milliseconds.
local MINUTE, HOUR, DAY = 60000, 3600000, 86400000
local KEEP_MINUTES, KEEP_HOURS, KEEP = 2 * HOUR, 2 * DAY, 15 * DAY
local KEEP_SPENT, KEEP_ANSWER = 48 * HOUR, MINUTE
local MAX_EXACT, MAX_COUNT = 100, 4294967295
local HEAD, ROW, FIELDS, CHUNK = 6, 30, 7, 16
local TIME_FORMAT, ROW_FORMAT = '>I6', 'I6I4I4I4I4I4I4'
local SIZES = {6, 4, 4, 4, 4, 4, 4}

-- Not every server has these in its scripts.
local struct, bit = rawget(_G, 'struct'), rawget(_G, 'bit')
local floor, max, min, byte, char = math.floor, math.max, math.min, string.byte, string.char

-- number writes n in so many bytes, for servers whose scripts have no struct.
local function number(n, size)
  local out = {}
  for i = size, 1, -1 do
    out[i] = char(n % 256)
    n = floor(n / 256)
  end
  return table.concat(out)
end

local function encode(start, width, a, b, c, d, e)
  if struct then
    return struct.pack('>' .. ROW_FORMAT, start, width, a, b, c, d, e)
  end
  local out = {start, width, a, b, c, d, e}
  for i = 1, FIELDS do
    out[i] = number(out[i], SIZES[i])
  end
  return table.concat(out)
end

-- decode reads the rows first to last (1 is the oldest) into one flat list.
local function decode(raw, first, last)
  local at = HEAD + (first - 1) * ROW + 1
  if struct then
    return {struct.unpack('>' .. string.rep(ROW_FORMAT, last - first + 1), raw, at)}
  end
  local out = {}
  for _ = first, last do
    for i = 1, FIELDS do
      local n = 0
      for _ = 1, SIZES[i] do
        n = n * 256 + byte(raw, at)
        at = at + 1
      end
      out[#out + 1] = n
    end
  end
  return out
end

-- counter makes a counter out of what a key holds; rows are read when they are wanted.
local function counter(raw)
  if not raw or #raw < HEAD then
    return {raw = string.rep('\0', HEAD), n = 0, changed = 0, chunks = {}}
  end
  local changed = 0
  for i = 1, HEAD do
    changed = changed * 256 + byte(raw, i)
  end
  return {raw = raw, n = floor((#raw - HEAD) / ROW), changed = changed, chunks = {}}
end

-- clock returns the server's time, but none before a change of these counters.
local function clock(counters)
  local t = redis.call('TIME')
  local now = t[1] * 1000 + floor(t[2] / 1000)
  for i = 1, #counters do
    now = max(now, counters[i].changed)
  end
  return now
end

-- chunk returns a flat list of up to CHUNK rows, the newest for c = 0, and the number of
-- the row before them.
local function chunk(k, c)
  local last = k.n - c * CHUNK
  local before = max(last - CHUNK, 0)
  local rows = k.chunks[c]
  if not rows then
    rows = decode(k.raw, before + 1, last)
    k.chunks[c] = rows
  end
  return rows, before, last - before
end

-- reach returns how wide a cell may be that ends at this age: one becomes an hour or a day
-- by the age of its start.
local function reach(age)
  if age <= KEEP_MINUTES - HOUR then
    return MINUTE
  elseif age <= KEEP_HOURS - DAY then
    return HOUR
  end
  return DAY
end

-- midnight returns when the day began in Beijing, in seconds, and how old it is.
local function midnight(now)
  local seconds = floor(now / 1000) + 8 * 3600
  local age = seconds % 86400
  return seconds - age - 8 * 3600, age
end

local function window(now, from, to, today)
  if today == 1 then
    return midnight(now) * 1000 - 1, now - to
  end
  return now - from, now - to
end

-- sum reads from the newest row on, and no further than a row can count.
local function sum(k, now, series, from, to, today)
  from, to = window(now, from, to, today)
  local total, stop, field = 0, from + 1 - reach(now - from), series + 2
  for c = 0, floor((k.n - 1) / CHUNK) do
    local rows, _, count = chunk(k, c)
    for i = (count - 1) * FIELDS + 1, 1, -FIELDS do
      local start = rows[i]
      if start <= stop then
        return total
      end
      if start <= to and start + rows[i + 1] - 1 > from then
        total = total + rows[i + field]
      end
    end
  end
  return total
end

local function wait(k, now, surplus, series, span, to, today)
  if today == 1 then
    local _, age = midnight(now)
    return (86400 - age) * 1000
  end
  local from
  from, to = window(now, span, to, today)
  local rows = decode(k.raw, 1, k.n)
  for i = 1, k.n * FIELDS, FIELDS do
    local start, width = rows[i], rows[i + 1]
    if start + width - 1 > from and start <= to then
      surplus = surplus - rows[i + 2 + series]
      if surplus <= 0 then
        return max(start + width - 1 + span - now, 1)
      end
    end
  end
  return span
end

local function width(age, exact)
  if age > KEEP_HOURS then
    return DAY
  elseif exact then
    return 1
  elseif age > KEEP_MINUTES then
    return HOUR
  end
  return MINUTE
end

-- find returns the number of the narrowest row that the time belongs to, or nil.
local function find(k, now, when)
  local stop = when - reach(now - when)
  for c = 0, floor((k.n - 1) / CHUNK) do
    local rows, before, count = chunk(k, c)
    for i = count, 1, -1 do
      local start = rows[(i - 1) * FIELDS + 1]
      if start <= stop then
        return nil
      end
      if when >= start and when < start + rows[(i - 1) * FIELDS + 2] then
        return before + i
      end
    end
  end
  return nil
end

-- splice puts row in the place of so many rows, the first of which is at.
local function splice(k, at, row, instead)
  local cut = HEAD + (at - 1) * ROW
  k.raw = k.raw:sub(1, cut) .. row .. k.raw:sub(cut + instead * ROW + 1)
  k.n = k.n + 1 - instead
  k.chunks = {}
end

local function compact(k, now, exact)
  local rows, kept, last = decode(k.raw, 1, k.n), {}, nil
  for i = 1, k.n do
    local x = {unpack(rows, (i - 1) * FIELDS + 1, i * FIELDS)}
    local age = now - x[1]
    if age <= KEEP then
      x[2] = max(x[2], width(age, exact and i > k.n - MAX_EXACT))
      x[1] = x[1] - x[1] % x[2]
      if last and last[1] == x[1] and last[2] == x[2] then
        for f = 3, FIELDS do
          last[f] = min(last[f] + x[f], MAX_COUNT)
        end
      else
        last = x
        kept[#kept + 1] = x
      end
    end
  end
  k.n, k.chunks = #kept, {}
  for i = 1, #kept do
    kept[i] = encode(unpack(kept[i]))
  end
  k.raw = k.raw:sub(1, HEAD) .. table.concat(kept)
end

-- insert makes the row for the time and returns its number.
local function insert(k, now, when, exact)
  local w = width(now - when, exact)
  local start = when - when % w
  local rows, at = decode(k.raw, 1, k.n), k.n
  while at > 0 do
    local s = rows[(at - 1) * FIELDS + 1]
    if s < start or s == start and rows[(at - 1) * FIELDS + 2] >= w then
      break
    end
    at = at - 1
  end
  splice(k, at + 1, encode(start, w, 0, 0, 0, 0, 0), 0)
  return at + 1
end

-- add repeats memory.add; change has the five series.
local function add(key, k, now, when, exact, change)
  local at = find(k, now, when)
  if not at then
    compact(k, now, exact)
    at = find(k, now, when) or insert(k, now, when, exact)
  end
  local x = decode(k.raw, at, at)
  for s = 1, 5 do
    x[2 + s] = min(max(x[2 + s] + change[s], 0), MAX_COUNT)
  end
  splice(k, at, encode(unpack(x, 1, FIELDS)), 1)
  redis.call('SET', key, (struct and struct.pack(TIME_FORMAT, now) or number(now, HEAD)) .. k.raw:sub(HEAD + 1), 'PX', KEEP)
end
