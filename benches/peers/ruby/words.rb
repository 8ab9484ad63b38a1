# The peer of programs/words.conc.
n = Integer(ARGV.fetch(0, 1_000_000))

def run(n)
  counts = {}
  x = 42
  i = 0
  while i < n
    x = x * 16807 % 2147483647
    word = "w#{x % 5000}"
    counts[word] = counts.fetch(word, 0) + 1
    i += 1
  end
  counts.keys.sort.map { |word| "#{word}=#{counts[word]}" }.join(",").size
end

def clock = Process.clock_gettime(Process::CLOCK_MONOTONIC)

start = clock
puts "R=#{run(n)}"
puts format("T=%.6f", clock - start)
