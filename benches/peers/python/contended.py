# The peer of programs/contended.conc.
import sys
from threading import Lock, Thread
from time import perf_counter as clock

guard = Lock()
count = 0


def work(n):
    global count
    for _ in range(n):
        with guard:
            count += 1


def main(n=250_000):
    start = clock()
    threads = [Thread(target=work, args=(n,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"R={count}")
    print(f"T={clock() - start:.6f}")


main(*map(int, sys.argv[1:]))
