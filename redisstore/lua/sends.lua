-- The ledger of a record, which is read when it is needed.

local call_line = '^\n! (%S+) (%S+) (%d+) (%d+)()'
local send_line = '^\n(%d+) (%d+) (%a+) (%S+) (%S+) (%S+) (%d+) (%d+) (%d) (%S+)()'

-- calls_of returns the calls that are known, and where the ledger begins.
local function calls_of(r)
  if r.calls then
    return r.calls, r.ledger
  end
  local calls, place = {}, r.rest
  while true do
    local mark, verdict, over, sends, after = string.match(r.text, call_line, place)
    if not mark then
      break
    end
    calls[#calls + 1] = { mark, verdict, tonumber(over), tonumber(sends) }
    place = after
  end
  r.calls, r.ledger = calls, place
  return calls, place
end

-- sends_of returns the ledger.
local function sends_of(r)
  if r.sends then
    return r.sends
  end
  local sends, _, place = {}, calls_of(r)
  while true do
    local at, settled, outcome, provider, message, receipt, delivered, failed, by_itself, ticket, after = string.match(r.text, send_line, place)
    if not at then
      break
    end
    sends[#sends + 1] = {
      at = tonumber(at),
      settled = number(settled),
      outcome = outcome,
      provider = word(provider),
      message = word(message),
      receipt = word(receipt),
      delivered = number(delivered),
      failed = number(failed),
      by_itself = by_itself,
      ticket = word(ticket),
    }
    place = after
  end
  r.sends = sends
  return sends
end

-- ledger writes the ledger.
local function ledger(r)
  if not r.sends then
    local _, place = calls_of(r)
    return string.sub(r.text, place)
  end
  local lines = {}
  for i, s in ipairs(r.sends) do
    lines[i] = '\n' .. s.at .. ' ' .. (s.settled or 0) .. ' ' .. s.outcome .. ' ' .. (s.provider or '-') .. ' ' .. (s.message or '-') .. ' ' .. (s.receipt or '-')
      .. ' ' .. (s.delivered or 0) .. ' ' .. (s.failed or 0) .. ' ' .. s.by_itself .. ' ' .. (s.ticket or '-')
  end
  return table.concat(lines)
end

-- write writes a record, with a text between its state and its ledger.
local function write(r, calls)
  return string.sub(r.text, 1, r.eol) .. r.state .. ' ' .. r.closed .. ' ' .. r.tries .. calls .. ledger(r)
end
