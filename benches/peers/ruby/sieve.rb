# The peer of programs/sieve.conc.
n = Integer(ARGV.fetch(0, 2_000_000))

def primes(n)
  prime = Array.new(n + 1, true)
  prime[0] = false
  prime[1] = false
  i = 2
  while i * i <= n
    if prime[i]
      j = i * i
      while j <= n
        prime[j] = false
        j += i
      end
    end
    i += 1
  end
  count = 0
  prime.each { |is_prime| count += 1 if is_prime }
  count
end

def run(n)
  found = 0
  3.times { found += primes(n) }
  found
end

def clock = Process.clock_gettime(Process::CLOCK_MONOTONIC)

start = clock
puts "R=#{run(n)}"
puts format("T=%.6f", clock - start)
