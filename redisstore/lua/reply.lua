-- A reply is lines of text: the verdict, the time and when to try again; then a record, or
-- several with an empty line before each.

local function head(verdict, again)
  return verdict .. ' ' .. now .. ' ' .. (again or 0)
end

local function reply(verdict, text, again)
  return head(verdict, again) .. '\n' .. (text or '')
end
