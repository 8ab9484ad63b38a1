# The peer of programs/spawn_join.conc.
n = Integer(ARGV.fetch(0, 10_000))

def run(n)
  ran = 0
  n.times { Thread.new { ran += 1 }.join }
  ran
end

def clock = Process.clock_gettime(Process::CLOCK_MONOTONIC)

start = clock
puts "R=#{run(n)}"
puts format("T=%.6f", clock - start)
