# The peer of programs/speed_up.conc.
import sys
from threading import Thread
from time import perf_counter as clock

results = []


def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)


def work(n):
    results.append(fib(n))


def main(n=30):
    start = clock()
    work(n)
    work(n)
    middle = clock()
    threads = [Thread(target=work, args=(n,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    end = clock()
    print(f"R={sum(results)}")
    print(f"SEQUENTIAL={middle - start:.6f} SPEEDUP={(middle - start) / (end - middle):.3f}")
    print(f"T={end - middle:.6f}")


main(*map(int, sys.argv[1:]))
