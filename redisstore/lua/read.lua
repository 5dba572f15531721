-- A record is text, because a script reads that some times faster than JSON. Its first line never
-- changes; the second is state, closed, tries. A line for each call that is still known
-- follows (see once.lua), and one for each send. Words are apart by a space; - is
-- no word and 0 no number; what else a word may hold is escaped, which the scripts need not undo.

-- What most steps need is read at once, the names when they are needed.

local numbers = '^(%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d) (%d) ()'

local function word(text)
  return text ~= '-' and text or nil
end

local function number(text)
  return text ~= '0' and tonumber(text) or nil
end

-- record reads the text of a key.
local function record(text, key)
  local eol = string.find(text, '\n', 1, true)
  local ends, created, lease, expires, max_tries, guesses, max_sends, escalate_after, no_code, test, names = string.match(text, numbers)
  local state, closed, tries, rest = string.match(text, '^\n(%a+) (%d+) (%d+)()', eol or 1)
  if not ends or not state then
    error('a record that is no record')
  end
  return {
    at = key,
    text = text,
    eol = eol,
    names = names,
    rest = rest,
    ends = tonumber(ends),
    created = tonumber(created),
    lease = tonumber(lease),
    expires = tonumber(expires),
    max_tries = tonumber(max_tries),
    guesses = number(guesses),
    max_sends = tonumber(max_sends),
    escalate_after = number(escalate_after),
    no_code = no_code == '1',
    test = test == '1',
    state = state,
    closed = closed,
    tries = tonumber(tries),
  }
end

-- holder_of returns key, tag, binding and phone.
local function holder_of(r)
  return string.match(r.text, '^(%S+) (%S+) (%S+) (%S+)', r.names)
end

-- names_of returns phone, id, pending, idempotency and ladder.
local function names_of(r)
  return string.match(r.text, '^%S+ %S+ %S+ (%S+) (%S+) (%S+) (%S+) (%S+)', r.names)
end

local function id_of(r)
  return string.sub(r.at, #key_of('') + 1)
end

-- read returns a record that has not ended, and its text.
local function read(key)
  local text = text_at(key)
  if not text then
    return nil
  end
  return record(text, key), text
end
