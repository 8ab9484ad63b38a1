# The peer of programs/ping_pong.conc.
n = Integer(ARGV.fetch(0, 50_000))

def run(n)
  guard = Mutex.new
  turned = ConditionVariable.new
  turn = 0
  players = 2.times.map do |me|
    Thread.new do
      n.times do
        guard.synchronize do
          turned.wait(guard) while turn != me
          turn = 1 - me
          turned.signal
        end
      end
    end
  end
  players.each(&:join)
  turn
end

def clock = Process.clock_gettime(Process::CLOCK_MONOTONIC)

start = clock
puts "R=#{run(n)}"
puts format("T=%.6f", clock - start)
