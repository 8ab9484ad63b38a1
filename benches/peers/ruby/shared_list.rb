# The peer of programs/shared_list.conc.
n = Integer(ARGV.fetch(0, 200))
NUMBERS = (0...20_000).to_a

def total(times)
  count = NUMBERS.size
  sum = 0
  times.times do
    i = 0
    while i < count
      sum = (sum + NUMBERS[i]) % 1_000_003
      i += 1
    end
  end
  sum
end

def alone(n) = total(n) + total(n)

def together(n) = 2.times.map { Thread.new { total(n) } }.sum(&:value)

def clock = Process.clock_gettime(Process::CLOCK_MONOTONIC)

start = clock
alone = alone(n)
middle = clock
together = together(n)
finish = clock
puts "R=#{alone + together}"
puts format("SEQUENTIAL=%.6f SPEEDUP=%.3f", middle - start, (middle - start) / (finish - middle))
puts format("T=%.6f", finish - middle)
