-- The peer of programs/words.conc.
local n = tonumber(arg[1] or 1000000)

local function run(n)
  local counts = {}
  local x = 42
  for _ = 1, n do
    x = x * 16807 % 2147483647
    local word = "w" .. x % 5000
    counts[word] = (counts[word] or 0) + 1
  end
  local words = {}
  for word in pairs(counts) do words[#words + 1] = word end
  table.sort(words)
  local parts = {}
  for i, word in ipairs(words) do parts[i] = word .. "=" .. counts[word] end
  return #table.concat(parts, ",")
end

local start = os.clock()
print(string.format("R=%d", run(n)))
print(string.format("T=%.6f", os.clock() - start))
