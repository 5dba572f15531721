-- A record is text, because a script reads that some times faster than JSON. Its first line never
-- changes; the second is state, closed, tries. A line for each call that is still known
-- follows (see once.lua), and one for each send. Words are apart by a space; - is
-- no word and 0 no number; what else a word may hold is escaped, which the scripts need not undo.

local first = '^(%d+) (%d+) (%d+) (%d+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%d+) (%d+) (%d+) (%d+) (%d) (%d) (%S+)'

local function word(text)
  return text ~= '-' and text or nil
end

local function number(text)
  return text ~= '0' and tonumber(text) or nil
end

-- record reads a text.
local function record(text)
  local eol = string.find(text, '\n', 1, true)
  local ends, created, lease, expires, id, key, tag, binding, phone, pending, idempotency, max_tries, guesses, max_sends, escalate_after, no_code, test, ladder =
    string.match(text, first)
  local state, closed, tries, rest = string.match(text, '^\n(%a+) (%d+) (%d+)()', eol or 1)
  if not ends or not state then
    error('a record that is no record')
  end
  return {
    text = text,
    fixed = string.sub(text, 1, eol),
    rest = rest,
    ends = tonumber(ends),
    created = tonumber(created),
    lease = tonumber(lease),
    expires = tonumber(expires),
    id = id,
    key = key,
    tag = word(tag),
    binding = binding,
    phone = phone,
    pending = pending,
    idempotency = word(idempotency),
    max_tries = tonumber(max_tries),
    guesses = number(guesses),
    max_sends = tonumber(max_sends),
    escalate_after = number(escalate_after),
    no_code = no_code == '1',
    test = test == '1',
    ladder = ladder,
    state = state,
    closed = closed,
    tries = tonumber(tries),
  }
end

-- read returns a record that has not ended, and its text.
local function read(key)
  local text = text_at(key)
  if not text then
    return nil
  end
  return record(text), text
end
