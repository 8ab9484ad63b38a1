-- The peer of programs/fib.conc.
local n = tonumber(arg[1] or 32)

local function fib(k)
  if k < 2 then return k end
  return fib(k - 1) + fib(k - 2)
end

local start = os.clock()
print(string.format("R=%d", fib(n)))
print(string.format("T=%.6f", os.clock() - start))
