-- The wrong codes of a number by the hour: the methods of otp.Wrong. A hash has a field for each
-- hour.

local hour, day = 3600000, 86400000

local function counts(h)
  return (tonumber(h) + 1) * hour > now - day
end

-- wrong_of returns how many there were in each hour. Its keys are texts: a number as large as that of
-- an hour makes some a list of that length.
local function wrong_of(key)
  local flat, wrong = redis.call('HGETALL', key), {}
  for i = 1, #flat, 2 do
    wrong[flat[i]] = tonumber(flat[i + 1])
  end
  return wrong
end

local function within(wrong)
  local total = 0
  for h, n in pairs(wrong) do
    if counts(h) then
      total = total + n
    end
  end
  return total
end

-- add counts one more, and drops the hours that are over.
local function add(key, wrong)
  redis.call('HINCRBY', key, math.floor(now / hour), 1)
  redis.call('PEXPIRE', key, 26 * hour)
  for h in pairs(wrong) do
    if not counts(h) then
      redis.call('HDEL', key, h)
    end
  end
end

-- until_free returns when the first of them no longer counts.
local function until_free(wrong)
  local first
  for h in pairs(wrong) do
    if counts(h) and (not first or tonumber(h) < first) then
      first = tonumber(h)
    end
  end
  return ((first or 0) + 1) * hour + day
end
