# The peer of programs/lock.conc.
n = Integer(ARGV.fetch(0, 5_000_000))

def clock = Process.clock_gettime(Process::CLOCK_MONOTONIC)

def bare(n)
  i = 0
  i += 1 while i < n
  i
end

def locked(n)
  guard = Mutex.new
  i = 0
  guard.synchronize { i += 1 } while i < n
  i
end

start = clock
bare(n)
middle = clock
puts "R=#{locked(n)}"
finish = clock
puts format("BARE=%.6f LOCKED=%.6f", middle - start, finish - middle)
puts format("T=%.6f", (finish - middle) - (middle - start))
