-- Create. KEYS: clock, due, record, phone, the record's pending and idempotency keys, the pending keys to
-- look for, the idempotency keys to look for. ARGV: space, mark, record, lifetime, lease, grace,
-- ticket, only find, how many pending keys, how many records a number may have, test. The
-- record is the first line without its times.

local pending, idempotency = {}, {}
for i = 7, #KEYS do
  local list = i < 7 + tonumber(ARGV[9]) and pending or idempotency
  list[#list + 1] = KEYS[i]
end

-- made_before is this very call: an id is made once.
local made_before = text_at(KEYS[3])
if made_before then
  return reply('done', made_before)
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

local phone = KEYS[4]
if redis.call('ZCOUNT', phone, '(' .. now, '+inf') >= tonumber(ARGV[10]) then
  if ARGV[11] == '0' then
    return reply('too_many')
  end
  local first_id = redis.call('ZRANGEBYSCORE', phone, '(' .. now, '+inf', 'LIMIT', 0, 1)[1]
  local dropped = read(key_of(first_id))
  if dropped then
    drop(dropped)
  end
  redis.call('ZREM', phone, first_id)
end

-- Creation.Made.
local expires = now + ARGV[4]
local ends = expires + ARGV[6]
local text = ends .. ' ' .. now .. ' ' .. now + ARGV[5] .. ' ' .. expires .. ' ' .. ARGV[3]
  .. '\nreserved 0 0\n' .. now .. ' 0 claimed - - - 0 0 0 ' .. ARGV[7]
local r = record(text, KEYS[3])

-- The first thing that is written is something that takes memory: where there is none left,
-- nothing is done.
redis.call('ZADD', phone, ends, id_of(r))
redis.call('ZREMRANGEBYSCORE', phone, '-inf', now)
stretch(phone, ends)
point(KEYS[5], id_of(r), ends)
if KEYS[6] ~= space .. 'idempotency:-' then
  point(KEYS[6], id_of(r), ends)
end
return reply('done', put(r, text))
