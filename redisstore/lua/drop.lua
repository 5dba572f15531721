-- drop deletes a record and what points to it.
local function drop(r)
  redis.call('DEL', key_of(r.id))
  redis.call('ZREM', due, r.id)
  redis.call('ZREM', space .. 'phone:' .. r.phone, r.id)
  for _, key in ipairs({ space .. 'pending:' .. r.pending, space .. 'idempotency:' .. (r.idempotency or '-') }) do
    if redis.call('GET', key) == r.id then
      redis.call('DEL', key)
    end
  end
  for _, send in ipairs(sends_of(r)) do
    if send.message then
      local key = space .. 'message:' .. send.message
      if send_at(key) == r.id then
        redis.call('DEL', key)
      end
    end
  end
end
