# The peer of programs/spawn_join.conc.
import sys
from threading import Thread
from time import perf_counter as clock

ran = 0


def work():
    global ran
    ran += 1


def main(n=10_000):
    start = clock()
    for _ in range(n):
        thread = Thread(target=work)
        thread.start()
        thread.join()
    print(f"R={ran}")
    print(f"T={clock() - start:.6f}")


main(*map(int, sys.argv[1:]))
