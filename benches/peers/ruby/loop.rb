# The peer of programs/loop.conc.
n = Integer(ARGV.fetch(0, 20_000_000))

def run(n)
  i = 0
  s = 0
  while i < n
    s = (s + i * 3) % 1_000_003
    s += 7 if s % 2 == 0
    i += 1
  end
  s
end

def clock = Process.clock_gettime(Process::CLOCK_MONOTONIC)

start = clock
puts "R=#{run(n)}"
puts format("T=%.6f", clock - start)
