# The peer of programs/fib.conc.
import sys
from time import perf_counter as clock


def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)


def main(n=32):
    start = clock()
    print(f"R={fib(n)}")
    print(f"T={clock() - start:.6f}")


main(*map(int, sys.argv[1:]))
