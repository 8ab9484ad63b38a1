# The peer of programs/mandel.conc.
n = Integer(ARGV.fetch(0, 400))

def run(n, limit = 100)
  total = 0
  y = 0
  while y < n
    ci = 2.0 * y / n - 1.0
    x = 0
    while x < n
      cr = 2.0 * x / n - 1.5
      zr = 0.0
      zi = 0.0
      i = 0
      while i < limit
        r2 = zr * zr
        i2 = zi * zi
        break if r2 + i2 > 4.0

        zi = 2.0 * zr * zi + ci
        zr = r2 - i2 + cr
        i += 1
      end
      total += i
      x += 1
    end
    y += 1
  end
  total
end

def clock = Process.clock_gettime(Process::CLOCK_MONOTONIC)

start = clock
puts "R=#{run(n)}"
puts format("T=%.6f", clock - start)
