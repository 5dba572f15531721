-- Create. KEYS: clock, due, record, phone, the record's pending and idempotency keys, the pending keys to
-- look for, the idempotency keys to look for. ARGV: space, mark, record, lifetime, lease, grace,
-- ticket, only find, how many pending keys, how many records a number may have.

local pending, idempotency = {}, {}
for i = 7, #KEYS do
  local list = i < 7 + tonumber(ARGV[9]) and pending or idempotency
  list[#list + 1] = KEYS[i]
end

-- made_before is this very call: an id is made once.
local made_before, made_text = read(KEYS[3])
if made_before then
  return reply('done', made_text)
end
local old, old_text = indexed(idempotency)
if old and old.state ~= 'undeliverable' then
  return reply('repeated', old_text)
end
old, old_text = indexed(pending)
if old and is_open(old) then
  return reply('found', old_text)
end
if ARGV[8] == '1' then
  return reply('unknown')
end

-- Creation.Made.
local r = cjson.decode(ARGV[3])
r.state, r.created = 'reserved', now
r.lease, r.expires = now + tonumber(ARGV[5]), now + tonumber(ARGV[4])
r.ends = r.expires + tonumber(ARGV[6])
r.sends = { { at = now, outcome = 'claimed', ticket = ARGV[7] ~= '' and ARGV[7] or nil } }

local phone, over = KEYS[4], string.format('%.0f', now)
if redis.call('ZCOUNT', phone, '(' .. over, '+inf') >= tonumber(ARGV[10]) then
  if not r.test then
    return reply('too_many')
  end
  local first = redis.call('ZRANGEBYSCORE', phone, '(' .. over, '+inf', 'LIMIT', 0, 1)[1]
  local dropped = read(key_of(first))
  if dropped then
    drop(dropped)
  end
  redis.call('ZREM', phone, first)
end
-- The first thing that is written is something that takes memory: where there is none left,
-- nothing is done.
redis.call('ZADD', phone, string.format('%.0f', r.ends), r.id)
redis.call('ZREMRANGEBYSCORE', phone, '-inf', over)
stretch(phone, r.ends)
point(KEYS[5], r.id, r.ends)
if r.idempotency then
  point(KEYS[6], r.id, r.ends)
end
return reply('done', put(r))
