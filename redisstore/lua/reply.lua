-- A reply is lines of text: the verdict, the time and when to try again; then a record, or
-- several.

local function head(verdict, again)
  return verdict .. ' ' .. string.format('%.0f %.0f', now, again or 0)
end

local function reply(verdict, text, again)
  return head(verdict, again) .. '\n' .. (text or '')
end
