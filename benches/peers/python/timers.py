# The peer of programs/timers.conc.
import sys
from threading import Timer
from time import perf_counter as clock

late = []


def fire(due):
    late.append(clock() - due)


def main(n=10_000):
    start = clock()
    timers = []
    for i in range(n):
        delay = i * 7919 % 50001 / 1e6
        timer = Timer(delay, fire, args=(clock() + delay,))
        timer.start()
        timers.append(timer)
    for timer in timers:
        timer.join()
    took = clock() - start
    late.sort()
    print(f"R={len(late)}")
    print(f"LATE_MEDIAN={late[n // 2]:.6f} LATE_MAX={late[-1]:.6f}")
    print(f"T={took:.6f}")


main(*map(int, sys.argv[1:]))
