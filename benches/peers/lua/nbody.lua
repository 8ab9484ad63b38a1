-- The peer of programs/nbody.conc.
local n = tonumber(arg[1] or 100000)
local sqrt = math.sqrt
local SOLAR_MASS = 4.0 * math.pi * math.pi
local YEAR = 365.24

local function planet(x, y, z, vx, vy, vz, mass)
  return {x = x, y = y, z = z, vx = vx * YEAR, vy = vy * YEAR, vz = vz * YEAR, mass = mass * SOLAR_MASS}
end

local function solar_system()
  local bodies = {
    planet(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
    planet(4.84143144246472090, -1.16032004402742839, -0.103622044471123109,
      0.00166007664274403694, 0.00769901118419740425, -0.0000690460016972063023, 0.000954791938424326609),
    planet(8.34336671824457987, 4.12479856412430479, -0.403523417114321381,
      -0.00276742510726411899, 0.00499852801234917238, 0.0000230417297573763929, 0.000285885980666130812),
    planet(12.8943695621391310, -15.1111514016986312, -0.223307578892655734,
      0.00296460137564761618, 0.00237847173959480950, -0.0000296589568540237556, 0.0000436624404335156298),
    planet(15.3796971148509165, -25.9193146099879641, 0.179258772950371181,
      0.00268067772490389322, 0.00162824170038242295, -0.0000951592254519715870, 0.0000515138902046611451),
  }
  local px, py, pz = 0.0, 0.0, 0.0
  for _, body in ipairs(bodies) do
    px = px + body.vx * body.mass
    py = py + body.vy * body.mass
    pz = pz + body.vz * body.mass
  end
  local sun = bodies[1]
  sun.vx, sun.vy, sun.vz = -px / SOLAR_MASS, -py / SOLAR_MASS, -pz / SOLAR_MASS
  return bodies
end

local function advance(bodies, dt)
  local n = #bodies
  local i = 1
  while i <= n do
    local a = bodies[i]
    local j = i + 1
    while j <= n do
      local b = bodies[j]
      local dx = a.x - b.x
      local dy = a.y - b.y
      local dz = a.z - b.z
      local square = dx * dx + dy * dy + dz * dz
      local pull = dt / (square * sqrt(square))
      local of_a = a.mass * pull
      local of_b = b.mass * pull
      a.vx = a.vx - dx * of_b
      a.vy = a.vy - dy * of_b
      a.vz = a.vz - dz * of_b
      b.vx = b.vx + dx * of_a
      b.vy = b.vy + dy * of_a
      b.vz = b.vz + dz * of_a
      j = j + 1
    end
    i = i + 1
  end
  for k = 1, n do
    local body = bodies[k]
    body.x = body.x + dt * body.vx
    body.y = body.y + dt * body.vy
    body.z = body.z + dt * body.vz
  end
end

local function energy(bodies)
  local sum = 0.0
  for i = 1, #bodies do
    local a = bodies[i]
    sum = sum + 0.5 * a.mass * (a.vx * a.vx + a.vy * a.vy + a.vz * a.vz)
    for j = i + 1, #bodies do
      local b = bodies[j]
      local dx, dy, dz = a.x - b.x, a.y - b.y, a.z - b.z
      sum = sum - a.mass * b.mass / sqrt(dx * dx + dy * dy + dz * dz)
    end
  end
  return sum
end

local start = os.clock()
local bodies = solar_system()
for _ = 1, n do advance(bodies, 0.01) end
print(string.format("R=%.9f", energy(bodies)))
print(string.format("T=%.6f", os.clock() - start))
