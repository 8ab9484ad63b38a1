# The peer of programs/ping_pong.conc.
import sys
from threading import Condition, Lock, Thread
from time import perf_counter as clock

turned = Condition(Lock())
turn = 0


def play(me, n):
    global turn
    for _ in range(n):
        with turned:
            while turn != me:
                turned.wait()
            turn = 1 - me
            turned.notify()


def main(n=50_000):
    start = clock()
    players = [Thread(target=play, args=(me, n)) for me in range(2)]
    for player in players:
        player.start()
    for player in players:
        player.join()
    print(f"R={turn}")
    print(f"T={clock() - start:.6f}")


main(*map(int, sys.argv[1:]))
