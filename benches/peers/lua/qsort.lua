-- The peer of programs/qsort.conc.
local n = tonumber(arg[1] or 300000)
local floor = math.floor

local function sort(xs, low, high)
  while low < high do
    local pivot = xs[floor((low + high) / 2)]
    local i, j = low, high
    while i <= j do
      while xs[i] < pivot do i = i + 1 end
      while xs[j] > pivot do j = j - 1 end
      if i <= j then
        xs[i], xs[j] = xs[j], xs[i]
        i = i + 1
        j = j - 1
      end
    end
    if j - low < high - i then
      sort(xs, low, j)
      low = i
    else
      sort(xs, i, high)
      high = j
    end
  end
end

local function run(n)
  local xs = {}
  local x = 42
  for i = 1, n do
    x = x * 16807 % 2147483647
    xs[i] = x
  end
  sort(xs, 1, n)
  local sum = 0
  for i = 1, n, 1000 do sum = (sum * 31 + xs[i]) % 1000003 end
  return sum
end

local start = os.clock()
print(string.format("R=%d", run(n)))
print(string.format("T=%.6f", os.clock() - start))
