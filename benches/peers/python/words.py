# The peer of programs/words.conc.
import sys
from time import perf_counter as clock


def run(n):
    counts = {}
    x = 42
    for _ in range(n):
        x = x * 16807 % 2147483647
        word = f"w{x % 5000}"
        counts[word] = counts.get(word, 0) + 1
    return len(",".join([f"{word}={counts[word]}" for word in sorted(counts)]))


def main(n=1_000_000):
    start = clock()
    print(f"R={run(n)}")
    print(f"T={clock() - start:.6f}")


main(*map(int, sys.argv[1:]))
