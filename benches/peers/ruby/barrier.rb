# The peer of programs/barrier.conc.
n = Integer(ARGV.fetch(0, 20_000))

class Barrier
  def initialize(parties)
    @parties = parties
    @arrived = 0
    @round = 0
    @guard = Mutex.new
    @opened = ConditionVariable.new
  end

  def wait
    @guard.synchronize do
      round = @round
      @arrived += 1
      if @arrived == @parties
        @arrived = 0
        @round += 1
        @opened.broadcast
      else
        @opened.wait(@guard) while round == @round
      end
    end
  end
end

def run(n)
  meeting = Barrier.new(4)
  threads = 4.times.map do
    Thread.new do
      met = 0
      n.times do
        meeting.wait
        met += 1
      end
      met
    end
  end
  threads.sum(&:value)
end

def clock = Process.clock_gettime(Process::CLOCK_MONOTONIC)

start = clock
puts "R=#{run(n)}"
puts format("T=%.6f", clock - start)
