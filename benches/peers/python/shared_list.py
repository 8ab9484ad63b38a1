# The peer of programs/shared_list.conc.
import sys
from threading import Thread
from time import perf_counter as clock

numbers = list(range(20_000))
results = []


def total(times):
    count = len(numbers)
    s = 0
    for _ in range(times):
        i = 0
        while i < count:
            s = (s + numbers[i]) % 1000003
            i += 1
    results.append(s)


def main(n=200):
    start = clock()
    total(n)
    total(n)
    middle = clock()
    threads = [Thread(target=total, args=(n,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    end = clock()
    print(f"R={sum(results)}")
    print(f"SEQUENTIAL={middle - start:.6f} SPEEDUP={(middle - start) / (end - middle):.3f}")
    print(f"T={end - middle:.6f}")


main(*map(int, sys.argv[1:]))
