-- Reading records. space is the beginning of all keys, due the key of the list of what may
-- be sent again.

local space, due = ARGV[1], KEYS[2]

local function key_of(id)
  return space .. 'record:' .. id
end

-- read returns a record that has not ended, and its text.
local function read(key)
  local text = redis.call('GET', key)
  if not text then
    return nil
  end
  local r = cjson.decode(text)
  if now >= r.ends then
    return nil
  end
  return r, text
end
