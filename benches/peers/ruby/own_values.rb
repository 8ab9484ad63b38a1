# The peer of programs/own_values.conc.
n = Integer(ARGV.fetch(0, 400))

def work(rounds)
  sum = 0
  rounds.times do |round|
    squares = []
    places = {}
    500.times do |i|
      squares << i * i
      places["key #{i}"] = i
    end
    500.times { |i| sum = (sum + squares[i] + places["key #{i}"] + round) % 1_000_003 }
  end
  sum
end

def alone(n) = work(n)

def together(n) = 8.times.map { Thread.new { work(n / 8) } }.sum(&:value)

def clock = Process.clock_gettime(Process::CLOCK_MONOTONIC)

start = clock
alone = alone(n)
middle = clock
together = together(n)
finish = clock
puts "R=#{alone + together}"
puts format("SEQUENTIAL=%.6f SPEEDUP=%.3f", middle - start, (middle - start) / (finish - middle))
puts format("T=%.6f", finish - middle)
