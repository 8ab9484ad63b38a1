# The peer of programs/nbody.conc.
n = Integer(ARGV.fetch(0, 100_000))
SOLAR_MASS = 4.0 * Math::PI * Math::PI
YEAR = 365.24

class Body
  attr_accessor :x, :y, :z, :vx, :vy, :vz, :mass

  def initialize(x, y, z, vx, vy, vz, mass)
    @x, @y, @z = x, y, z
    @vx, @vy, @vz = vx * YEAR, vy * YEAR, vz * YEAR
    @mass = mass * SOLAR_MASS
  end
end

def solar_system
  bodies = [
    Body.new(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
    Body.new(4.84143144246472090, -1.16032004402742839, -0.103622044471123109,
             0.00166007664274403694, 0.00769901118419740425, -0.0000690460016972063023, 0.000954791938424326609),
    Body.new(8.34336671824457987, 4.12479856412430479, -0.403523417114321381,
             -0.00276742510726411899, 0.00499852801234917238, 0.0000230417297573763929, 0.000285885980666130812),
    Body.new(12.8943695621391310, -15.1111514016986312, -0.223307578892655734,
             0.00296460137564761618, 0.00237847173959480950, -0.0000296589568540237556, 0.0000436624404335156298),
    Body.new(15.3796971148509165, -25.9193146099879641, 0.179258772950371181,
             0.00268067772490389322, 0.00162824170038242295, -0.0000951592254519715870, 0.0000515138902046611451),
  ]
  px = py = pz = 0.0
  bodies.each do |body|
    px += body.vx * body.mass
    py += body.vy * body.mass
    pz += body.vz * body.mass
  end
  sun = bodies[0]
  sun.vx, sun.vy, sun.vz = -px / SOLAR_MASS, -py / SOLAR_MASS, -pz / SOLAR_MASS
  bodies
end

def advance(bodies, dt)
  n = bodies.size
  i = 0
  while i < n
    a = bodies[i]
    j = i + 1
    while j < n
      b = bodies[j]
      dx = a.x - b.x
      dy = a.y - b.y
      dz = a.z - b.z
      square = dx * dx + dy * dy + dz * dz
      pull = dt / (square * Math.sqrt(square))
      of_a = a.mass * pull
      of_b = b.mass * pull
      a.vx -= dx * of_b
      a.vy -= dy * of_b
      a.vz -= dz * of_b
      b.vx += dx * of_a
      b.vy += dy * of_a
      b.vz += dz * of_a
      j += 1
    end
    i += 1
  end
  bodies.each do |body|
    body.x += dt * body.vx
    body.y += dt * body.vy
    body.z += dt * body.vz
  end
end

def energy(bodies)
  sum = 0.0
  bodies.each_with_index do |a, i|
    sum += 0.5 * a.mass * (a.vx * a.vx + a.vy * a.vy + a.vz * a.vz)
    bodies[i + 1..].each do |b|
      dx = a.x - b.x
      dy = a.y - b.y
      dz = a.z - b.z
      sum -= a.mass * b.mass / Math.sqrt(dx * dx + dy * dy + dz * dz)
    end
  end
  sum
end

def run(n)
  bodies = solar_system
  n.times { advance(bodies, 0.01) }
  format("%.9f", energy(bodies))
end

def clock = Process.clock_gettime(Process::CLOCK_MONOTONIC)

start = clock
puts "R=#{run(n)}"
puts format("T=%.6f", clock - start)
