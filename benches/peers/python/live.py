# The peer of programs/live.conc.
import sys
from threading import Event, Lock, Thread
from time import perf_counter as clock

go = Event()
guard = Lock()
ran = 0


def work():
    global ran
    go.wait()
    with guard:
        ran += 1


def main(n=2000):
    start = clock()
    threads = [Thread(target=work) for _ in range(n)]
    for thread in threads:
        thread.start()
    go.set()
    for thread in threads:
        thread.join()
    print(f"R={ran}")
    print(f"T={clock() - start:.6f}")


main(*map(int, sys.argv[1:]))
