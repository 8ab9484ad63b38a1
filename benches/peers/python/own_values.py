# The peer of programs/own_values.conc.
import sys
from threading import Thread
from time import perf_counter as clock

results = []


def work(rounds):
    total = 0
    for k in range(rounds):
        squares = []
        places = {}
        for i in range(500):
            squares.append(i * i)
            places[f"key {i}"] = i
        for i in range(500):
            total = (total + squares[i] + places[f"key {i}"] + k) % 1000003
    results.append(total)


def main(n=400):
    start = clock()
    work(n)
    middle = clock()
    threads = [Thread(target=work, args=(n // 8,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    end = clock()
    print(f"R={sum(results)}")
    print(f"SEQUENTIAL={middle - start:.6f} SPEEDUP={(middle - start) / (end - middle):.3f}")
    print(f"T={end - middle:.6f}")


main(*map(int, sys.argv[1:]))
