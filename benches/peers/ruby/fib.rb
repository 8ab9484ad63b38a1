# The peer of programs/fib.conc.
n = Integer(ARGV.fetch(0, 32))

def fib(n)
  return n if n < 2

  fib(n - 1) + fib(n - 2)
end
alias run fib

def clock = Process.clock_gettime(Process::CLOCK_MONOTONIC)

start = clock
puts "R=#{run(n)}"
puts format("T=%.6f", clock - start)
