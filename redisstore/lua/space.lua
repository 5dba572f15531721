-- space is the beginning of all keys, due the key of the list of what may be sent again.
local space, due = ARGV[1], KEYS[2]

local function key_of(id)
  return space .. 'record:' .. id
end

-- text_at returns the text of a record that has not ended.
local function text_at(key)
  local text = redis.call('GET', key)
  if not text then
    return nil
  end
  local ends = string.match(text, '^%d+')
  if not ends then
    error('a record that is no record')
  end
  return now < tonumber(ends) and text or nil
end
