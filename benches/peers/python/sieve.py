# The peer of programs/sieve.conc.
import sys
from time import perf_counter as clock


def primes(n):
    prime = [True] * (n + 1)
    prime[0] = False
    prime[1] = False
    i = 2
    while i * i <= n:
        if prime[i]:
            j = i * i
            while j <= n:
                prime[j] = False
                j += i
        i += 1
    count = 0
    for is_prime in prime:
        if is_prime:
            count += 1
    return count


def main(n=2_000_000):
    start = clock()
    found = 0
    for _ in range(3):
        found += primes(n)
    print(f"R={found}")
    print(f"T={clock() - start:.6f}")


main(*map(int, sys.argv[1:]))
