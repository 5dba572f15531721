-- drop deletes a record and what points to it.
local function drop(r)
  local phone, id, pending, idempotency = names_of(r)
  redis.call('DEL', r.at)
  redis.call('ZREM', due, id)
  redis.call('ZREM', space .. 'phone:' .. phone, id)
  for _, key in ipairs({ space .. 'pending:' .. pending, space .. 'idempotency:' .. idempotency }) do
    if redis.call('GET', key) == id then
      redis.call('DEL', key)
    end
  end
  for _, send in ipairs(sends_of(r)) do
    if send.message then
      local key = space .. 'message:' .. send.message
      if send_at(key) == id then
        redis.call('DEL', key)
      end
    end
  end
end
