# The peer of programs/lock.conc.
import sys
from threading import Lock
from time import perf_counter as clock


def bare(n):
    i = 0
    while i < n:
        i += 1
    return i


def locked(n):
    guard = Lock()
    i = 0
    while i < n:
        with guard:
            i += 1
    return i


def main(n=5_000_000):
    start = clock()
    bare(n)
    middle = clock()
    print(f"R={locked(n)}")
    end = clock()
    print(f"BARE={middle - start:.6f} LOCKED={end - middle:.6f}")
    print(f"T={(end - middle) - (middle - start):.6f}")


main(*map(int, sys.argv[1:]))
