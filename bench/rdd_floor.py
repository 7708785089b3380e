"""The floor of the programs in rdd_app.py: the same functions of the user's in bare loops over
lists and dicts, in two processes that have half of the data each and exchange nothing.

    python bench/rdd_floor.py PROGRAM SIZE
"""
import os
import sys
import time

import rdd_app
from rdd_app import add, contributions, damped, edge, grouped, scrambled, shared, twice


def lists_by_key(pairs):
    out = {}
    for k, v in pairs:
        if k in out:
            out[k].append(v)
        else:
            out[k] = [v]
    return out


def pagerank(numbers):
    links = lists_by_key(map(edge, numbers))
    ranks = dict.fromkeys(links, 1.0)
    for _ in range(10):
        sums = {}
        for page, pages in links.items():
            if page in ranks:
                for k, v in contributions((pages, ranks[page])):
                    sums[k] = add(sums[k], v) if k in sums else v
        ranks = {k: damped(v) for k, v in sums.items()}
    return len(ranks)


def sort(numbers):
    return len(sorted(map(scrambled, numbers), key=lambda pair: pair[0]))


def group(numbers):
    return sum(map(len, lists_by_key(map(grouped, numbers)).values()))


def join(numbers):
    small = lists_by_key(map(twice, range(numbers.start // 5, numbers.stop // 5)))
    large = lists_by_key(map(shared, numbers))
    return sum(1 for k, vs in small.items() for v in vs for w in large.get(k, ()))


def main(program, size):
    rdd_app.NODES = size // 20
    began = time.perf_counter()
    child = os.fork()
    half = range(size // 2) if child else range(size // 2, size)
    globals()[program](half)
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    print(f"{time.perf_counter() - began:.3f}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
