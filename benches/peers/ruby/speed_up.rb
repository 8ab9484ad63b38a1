# The peer of programs/speed_up.conc.
n = Integer(ARGV.fetch(0, 30))

def fib(n)
  return n if n < 2

  fib(n - 1) + fib(n - 2)
end

def alone(n) = fib(n) + fib(n)

def together(n) = 2.times.map { Thread.new { fib(n) } }.sum(&:value)

def clock = Process.clock_gettime(Process::CLOCK_MONOTONIC)

start = clock
alone = alone(n)
middle = clock
together = together(n)
finish = clock
puts "R=#{alone + together}"
puts format("SEQUENTIAL=%.6f SPEEDUP=%.3f", middle - start, (middle - start) / (finish - middle))
puts format("T=%.6f", finish - middle)
