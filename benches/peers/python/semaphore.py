# The peer of programs/semaphore.conc.
import sys
from threading import Semaphore, Thread
from time import perf_counter as clock

permits = Semaphore(2)
counts = []


def work(n):
    done = 0
    for _ in range(n):
        with permits:
            done += 1
    counts.append(done)


def main(n=20_000):
    start = clock()
    threads = [Thread(target=work, args=(n,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"R={sum(counts)}")
    print(f"T={clock() - start:.6f}")


main(*map(int, sys.argv[1:]))
