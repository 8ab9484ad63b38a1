-- The peer of programs/sieve.conc.
local n = tonumber(arg[1] or 2000000)

local function primes(n)
  local prime = {}
  for k = 1, n do prime[k] = true end
  prime[1] = false
  local i = 2
  while i * i <= n do
    if prime[i] then
      local j = i * i
      while j <= n do
        prime[j] = false
        j = j + i
      end
    end
    i = i + 1
  end
  local count = 0
  for k = 1, n do
    if prime[k] then count = count + 1 end
  end
  return count
end

local start = os.clock()
local found = 0
for _ = 1, 3 do found = found + primes(n) end
print(string.format("R=%d", found))
print(string.format("T=%.6f", os.clock() - start))
