# The peer of programs/contended.conc.
n = Integer(ARGV.fetch(0, 250_000))

def run(n)
  guard = Mutex.new
  count = 0
  threads = 4.times.map do
    Thread.new { n.times { guard.synchronize { count += 1 } } }
  end
  threads.each(&:join)
  count
end

def clock = Process.clock_gettime(Process::CLOCK_MONOTONIC)

start = clock
puts "R=#{run(n)}"
puts format("T=%.6f", clock - start)
