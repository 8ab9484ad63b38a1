# The peer of programs/qsort.conc.
import sys
from time import perf_counter as clock


def sort(xs, low, high):
    while low < high:
        pivot = xs[(low + high) // 2]
        i = low
        j = high
        while i <= j:
            while xs[i] < pivot:
                i += 1
            while xs[j] > pivot:
                j -= 1
            if i <= j:
                xs[i], xs[j] = xs[j], xs[i]
                i += 1
                j -= 1
        if j - low < high - i:
            sort(xs, low, j)
            low = i
        else:
            sort(xs, i, high)
            high = j


def run(n):
    xs = []
    x = 42
    for _ in range(n):
        x = x * 16807 % 2147483647
        xs.append(x)
    sort(xs, 0, n - 1)
    total = 0
    for i in range(0, n, 1000):
        total = (total * 31 + xs[i]) % 1000003
    return total


def main(n=300_000):
    start = clock()
    print(f"R={run(n)}")
    print(f"T={clock() - start:.6f}")


main(*map(int, sys.argv[1:]))
