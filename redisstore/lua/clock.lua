-- lag_most is how far the server's clock may be behind the time that was told last.
local lag_most = 600000

-- clock returns the store's time in milliseconds, and how far the server's own clock is
-- behind it. Time never goes back, even when another server takes over whose clock is
-- behind: then it stands still until that has caught up, or for ten minutes.
local function clock(key)
  local time = redis.call('TIME')
  local told = time[1] * 1000 + math.floor(time[2] / 1000)
  local last = tonumber(redis.call('GET', key) or 0)
  if last >= told then
    return last, math.min(last - told, lag_most)
  end
  redis.pcall('SET', key, told, 'PX', lag_most) -- reading goes on when memory is full
  return told, 0
end

local now, lag = clock(KEYS[1])

-- px returns how long a key lives that ends at a time, as PX wants it.
local function px(ends)
  return math.max(1, ends - now + lag)
end
