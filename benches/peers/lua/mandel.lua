-- The peer of programs/mandel.conc.
local n = tonumber(arg[1] or 400)

local function steps(n, limit)
  local total = 0
  for y = 0, n - 1 do
    local ci = 2.0 * y / n - 1.0
    for x = 0, n - 1 do
      local cr = 2.0 * x / n - 1.5
      local zr, zi, i = 0.0, 0.0, 0
      while i < limit do
        local r2 = zr * zr
        local i2 = zi * zi
        if r2 + i2 > 4.0 then break end
        zi = 2.0 * zr * zi + ci
        zr = r2 - i2 + cr
        i = i + 1
      end
      total = total + i
    end
  end
  return total
end

local start = os.clock()
print(string.format("R=%d", steps(n, 100)))
print(string.format("T=%.6f", os.clock() - start))
