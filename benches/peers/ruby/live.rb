# The peer of programs/live.conc.
n = Integer(ARGV.fetch(0, 2000))

def run(n)
  guard = Mutex.new
  opened = ConditionVariable.new
  go = false
  ran = 0
  threads = n.times.map do
    Thread.new do
      guard.synchronize do
        opened.wait(guard) until go
        ran += 1
      end
    end
  end
  guard.synchronize do
    go = true
    opened.broadcast
  end
  threads.each(&:join)
  ran
end

def clock = Process.clock_gettime(Process::CLOCK_MONOTONIC)

start = clock
puts "R=#{run(n)}"
puts format("T=%.6f", clock - start)
