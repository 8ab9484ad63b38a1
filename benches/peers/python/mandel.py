# The peer of programs/mandel.conc.
import sys
from time import perf_counter as clock


def steps(n, limit):
    total = 0
    for y in range(n):
        ci = 2.0 * y / n - 1.0
        for x in range(n):
            cr = 2.0 * x / n - 1.5
            zr = 0.0
            zi = 0.0
            i = 0
            while i < limit:
                r2 = zr * zr
                i2 = zi * zi
                if r2 + i2 > 4.0:
                    break
                zi = 2.0 * zr * zi + ci
                zr = r2 - i2 + cr
                i += 1
            total += i
    return total


def main(n=400):
    start = clock()
    print(f"R={steps(n, 100)}")
    print(f"T={clock() - start:.6f}")


main(*map(int, sys.argv[1:]))
