# The peer of programs/bounded_queue.conc.
n = Integer(ARGV.fetch(0, 200_000))

def run(n)
  items = SizedQueue.new(64)
  producers = 2.times.map do |k|
    Thread.new { n.times { |i| items.push(k * n + i) } }
  end
  consumers = 2.times.map do
    Thread.new do
      sum = 0
      n.times { sum += items.pop }
      sum
    end
  end
  producers.each(&:join)
  consumers.sum(&:value)
end

def clock = Process.clock_gettime(Process::CLOCK_MONOTONIC)

start = clock
puts "R=#{run(n)}"
puts format("T=%.6f", clock - start)
