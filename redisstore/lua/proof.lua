-- admits is Record.admits: it says whether the proof for the record's key is the holder's, and returns
-- the number's digest and whether the code is right as well. From ARGV[first] on, each proof is four arguments. Digests are compared as Lua compares
-- strings: nobody chooses one without the key, so that the time this takes tells nothing.
local function admits(r, first)
  local key, tag, bound, phone = holder_of(r)
  for i = first, #ARGV, 4 do
    if ARGV[i] == key then
      if ARGV[i + 1] ~= bound or ARGV[i + 2] ~= '-' and ARGV[i + 2] ~= phone then
        return 'unknown'
      end
      return 'done', phone, tag ~= '-' and tag == ARGV[i + 3]
    end
  end
  return 'unknown'
end
