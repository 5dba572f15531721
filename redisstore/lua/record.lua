-- What a record says at the time of the step: the methods of otp.Record of the same names.

local function as_of(r)
  if r.state == 'reserved' and (now >= r.lease or now >= r.expires) then
    return 'expired'
  elseif r.state == 'pending' and now >= r.expires then
    return 'expired'
  elseif r.state == 'pending' and r.tries >= r.max_tries then
    return 'exhausted'
  end
  return r.state
end

local function is_open(r)
  local state = as_of(r)
  return state == 'reserved' and r.tries < r.max_tries or state == 'pending'
end

local function is_delivered(r)
  for _, send in ipairs(sends_of(r)) do
    if send.delivered then
      return true
    end
  end
  return false
end

local function is_lost(send)
  return send.outcome == 'refused' or send.failed ~= nil and send.delivered == nil
end
