# The peer of programs/semaphore.conc.
n = Integer(ARGV.fetch(0, 20_000))

# Ruby has no semaphore: a queue that holds as many items as there are permits does its work.
def run(n)
  permits = SizedQueue.new(2)
  threads = 8.times.map do
    Thread.new do
      done = 0
      n.times do
        permits.push(nil)
        done += 1
        permits.pop
      end
      done
    end
  end
  threads.sum(&:value)
end

def clock = Process.clock_gettime(Process::CLOCK_MONOTONIC)

start = clock
puts "R=#{run(n)}"
puts format("T=%.6f", clock - start)
