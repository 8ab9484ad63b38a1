# The peer of programs/loop.conc.
import sys
from time import perf_counter as clock


def run(n):
    i = 0
    s = 0
    while i < n:
        s = (s + i * 3) % 1000003
        if s % 2 == 0:
            s += 7
        i += 1
    return s


def main(n=20_000_000):
    start = clock()
    print(f"R={run(n)}")
    print(f"T={clock() - start:.6f}")


main(*map(int, sys.argv[1:]))
