-- The peer of programs/loop.conc.
local n = tonumber(arg[1] or 20000000)

local function run(n)
  local i, s = 0, 0
  while i < n do
    s = (s + i * 3) % 1000003
    if s % 2 == 0 then s = s + 7 end
    i = i + 1
  end
  return s
end

local start = os.clock()
print(string.format("R=%d", run(n)))
print(string.format("T=%.6f", os.clock() - start))
