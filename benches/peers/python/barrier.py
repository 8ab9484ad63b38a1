# The peer of programs/barrier.conc.
import sys
from threading import Barrier, Thread
from time import perf_counter as clock

meeting = Barrier(4)
counts = []


def meet(n):
    met = 0
    for _ in range(n):
        meeting.wait()
        met += 1
    counts.append(met)


def main(n=20_000):
    start = clock()
    threads = [Thread(target=meet, args=(n,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"R={sum(counts)}")
    print(f"T={clock() - start:.6f}")


main(*map(int, sys.argv[1:]))
