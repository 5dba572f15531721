-- Forget drops the count of attempts. KEYS: the count.
return redis.call('DEL', KEYS[1])
