# The peer of programs/bounded_queue.conc.
import sys
from queue import Queue
from threading import Thread
from time import perf_counter as clock

items = Queue(64)
sums = []


def produce(first, n):
    for i in range(n):
        items.put(first + i)


def consume(n):
    total = 0
    for _ in range(n):
        total += items.get()
    sums.append(total)


def main(n=200_000):
    start = clock()
    threads = [Thread(target=produce, args=(k * n, n)) for k in range(2)]
    threads += [Thread(target=consume, args=(n,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"R={sum(sums)}")
    print(f"T={clock() - start:.6f}")


main(*map(int, sys.argv[1:]))
