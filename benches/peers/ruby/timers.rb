# The peer of programs/timers.conc. Ruby has no timers: each is a thread that sleeps.
n = Integer(ARGV.fetch(0, 10_000))

def clock = Process.clock_gettime(Process::CLOCK_MONOTONIC)

start = clock
guard = Mutex.new
late = []
timers = (0...n).map do |i|
  due = clock + i * 7919 % 50_001 / 1e6
  Thread.new do
    left = due - clock
    sleep(left) if left > 0
    behind = clock - due
    guard.synchronize { late << behind }
  end
end
timers.each(&:join)
took = clock - start
late.sort!
puts "R=#{late.size}"
puts format("LATE_MEDIAN=%.6f LATE_MAX=%.6f", late[n / 2], late[-1])
puts format("T=%.6f", took)
