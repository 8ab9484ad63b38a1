# The peer of programs/qsort.conc.
n = Integer(ARGV.fetch(0, 300_000))

def sort(xs, low, high)
  while low < high
    pivot = xs[(low + high) / 2]
    i = low
    j = high
    while i <= j
      i += 1 while xs[i] < pivot
      j -= 1 while xs[j] > pivot
      if i <= j
        xs[i], xs[j] = xs[j], xs[i]
        i += 1
        j -= 1
      end
    end
    if j - low < high - i
      sort(xs, low, j)
      low = i
    else
      sort(xs, i, high)
      high = j
    end
  end
end

def run(n)
  xs = []
  x = 42
  n.times do
    x = x * 16807 % 2147483647
    xs << x
  end
  sort(xs, 0, n - 1)
  sum = 0
  (0...n).step(1000) { |i| sum = (sum * 31 + xs[i]) % 1_000_003 }
  sum
end

def clock = Process.clock_gettime(Process::CLOCK_MONOTONIC)

start = clock
puts "R=#{run(n)}"
puts format("T=%.6f", clock - start)
