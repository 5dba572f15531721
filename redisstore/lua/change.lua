-- writes are the verdicts of rules that have changed a record.
local writes = { done = true, mismatch = true, spent = true, ask = true }

-- change is one step on one record: it follows the rule and writes. after is done when the
-- record was changed, before it is written. again is done with a record that this very call has
-- changed before.
local function change(key, rule, after, again)
  local r, text = read(key)
  if not r then
    return reply('unknown')
  end
  local verdict, sends = made(text)
  if verdict then
    return reply(verdict, again and again(r, sends) or text)
  end
  local until_then
  verdict, until_then = rule(r)
  if verdict == 'unknown' then
    return reply('unknown')
  elseif not writes[verdict] then
    return reply(verdict, text, until_then)
  end
  if after then
    after(r, verdict)
  end
  return reply(verdict, put(r, write(r, noted_calls(r, verdict))))
end
