"""RDD programs as their owners type them; the same file runs on Rushlight and on PySpark.

    rushlight submit bench/rdd_app.py PROGRAM SIZE        python bench/rdd_app.py PROGRAM SIZE

Prints the answer, and on a last line the seconds that the program took within a running context.
"""
import collections
import sys
import time

PARTITIONS = 4


# ── the users' functions; bench/rdd_floor.py calls the same in bare loops ──
def edge(i):
    """Edge i of a web: most link to few pages."""
    page = i * 48271 % 2147483647
    return page % NODES, (page >> 7) % (1 + page % NODES)


def contributions(links_and_rank):
    links, rank = links_and_rank
    share = rank / len(links)
    return [(page, share) for page in links]


def add(a, b):
    return a + b


def damped(rank):
    return 0.15 + 0.85 * rank


def scrambled(i):
    return i * 48271 % 2147483647, i


def grouped(i):
    return i * 48271 % 2147483647 % 100_003, i


def twice(i):
    return i, i


def shared(i):
    return i * 48271 % (20 * NODES // 5), i


def ends(part):
    """(length, first, last) of a partition."""
    part = iter(part)
    first = next(part, None)
    if first is None:
        return []
    counter, last = enumerate(part, 2), collections.deque(maxlen=1)
    last.extend(counter)
    n, pair = last[0] if last else (1, first)
    return [(n, first, pair)]


# ── the programs ──
def pagerank(sc, n):
    links = sc.parallelize(range(n), PARTITIONS).map(edge).groupByKey(PARTITIONS)
    ranks = links.mapValues(lambda pages: 1.0)
    for _ in range(10):
        ranks = (links.join(ranks).values().flatMap(contributions)
                 .reduceByKey(add).mapValues(damped))
    top = ranks.takeOrdered(5, lambda page_and_rank: -page_and_rank[1])
    return [(page, round(rank, 6)) for page, rank in top]


def sort(sc, n):
    pairs = sc.parallelize(range(n), PARTITIONS).map(scrambled)
    parts = pairs.sortByKey().mapPartitions(ends).collect()
    return sum(part[0] for part in parts), parts[0][1], parts[-1][2]


def group(sc, n):
    groups = sc.parallelize(range(n), PARTITIONS).map(grouped).groupByKey()
    sizes = groups.mapValues(len).values()
    return sizes.count(), sizes.sum(), sizes.max()


def join(sc, n):
    small = sc.parallelize(range(n // 5), PARTITIONS).map(twice)
    large = sc.parallelize(range(n), PARTITIONS).map(shared)
    return small.join(large).count()


def jobs(sc, n):
    nothing = sc.parallelize([], 2)
    return sum(nothing.count() for _ in range(n))


def tasks(sc, n):
    return sc.parallelize([], n).count()


def lineage(sc, n):
    rdd = sc.parallelize(range(10), 2)
    for _ in range(n):
        rdd = rdd.map(lambda x: x + 1)
    return rdd.sum()


PROGRAMS = {f.__name__: f for f in (pagerank, sort, group, join, jobs, tasks, lineage)}
NODES = 1

if __name__ == "__main__":
    from pyspark import SparkContext
    program, size = sys.argv[1], int(sys.argv[2])
    NODES = size // 20
    context = SparkContext("local[2]", program)
    context.parallelize([1, 2], 2).map(str).collect()      # workers are there
    began = time.perf_counter()
    answer = PROGRAMS[program](context, size)
    print(answer)
    print(f"{time.perf_counter() - began:.3f}")
    context.stop()
