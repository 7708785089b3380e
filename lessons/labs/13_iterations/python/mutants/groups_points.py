# All points go through the shuffle.
# caught by: one_job
"""Two programs that go round in circles: PageRank and k-means."""
import math
import random
from operator import add

from pyspark import SparkContext

DAMPING = 0.85


def contributions(pair):
    """What a page passes on: an equal share of its rank to each page that it links to.  And
    nothing to itself, so that it stays in the ranking if nobody links to it."""
    page, (targets, rank) = pair
    yield page, 0.0
    for target in targets:
        yield target, rank / len(targets)


# ── PageRank ──
def prepared(links, n):
    """The links as all rounds want them: in n partitions by page, and computed once."""
    ### BEGIN SOLUTION
    return links.partitionBy(n).cache()
    ### END SOLUTION


def one_round(links, ranks, n):
    """The next ranks, of the prepared links and the ranks of now.  Only contributions move."""
    ### BEGIN SOLUTION
    shares = links.join(ranks).flatMap(contributions)
    return shares.reduceByKey(add, n).mapValues(lambda sum: 1 - DAMPING + DAMPING * sum)
    ### END SOLUTION


def page_ranks(links, rounds, n):
    """(page, rank) after some rounds, of an RDD (page, [pages that it links to]).  No job."""
    links = prepared(links, n)
    ranks = links.mapValues(lambda targets: 1.0)
    for _ in range(rounds):
        ranks = one_round(links, ranks, n)
    return ranks


def bounded_ranks(links, rounds, n, every):
    """As page_ranks(), for very many rounds: after each `every` of them the ranks are written to
    the checkpoint folder, and the lineage begins there.  No rank is computed twice; what is kept
    in the end is the links and the ranks of the last checkpoint."""
    links = prepared(links, n)
    ranks = links.mapValues(lambda targets: 1.0)
    written = None
    for i in range(1, rounds + 1):
        ranks = one_round(links, ranks, n)
        ### BEGIN SOLUTION
        if i % every == 0:
            ranks.cache()           # or the job that writes computes them once more
            ranks.checkpoint()      # says what is to happen in the next job
            ranks.count()
            if written is not None:
                written.unpersist()
            written = ranks
        ### END SOLUTION
    return ranks


# ── k-means ──
def closest(point, centres):
    """The number of the centre that is nearest to a point; of two, the first."""
    return min(range(len(centres)), key=lambda i: math.dist(point, centres[i]))


def k_means(points, centres, rounds):
    """The centres after some rounds, of an RDD of points and a list of centres, all tuples.

    A round moves each centre to the mean of the points that are closest to it; a centre without
    points stays.  The points are computed once, the centres go to the executors as a broadcast,
    and a round is one job that shuffles one sum for each centre and map task.
    """
    ### BEGIN SOLUTION
    points.cache()
    for _ in range(rounds):
        sent = points.context.broadcast(centres)
        sums = (points.map(lambda p, sent=sent: (closest(p, sent.value), (p, 1)))
                .groupByKey()
                .mapValues(lambda ps: (tuple(map(sum, zip(*(p for p, _ in ps)))), len(ps)))
                .collectAsMap())
        centres = [tuple(x / sums[i][1] for x in sums[i][0]) if i in sums else centre
                   for i, centre in enumerate(centres)]
        sent.destroy()
    points.unpersist()
    ### END SOLUTION
    return centres


def plus(a, b):
    """The sum of two points."""
    return tuple(x + y for x, y in zip(a, b))


# ── data ──
def make_links(n, chance=random):
    """`n` pages, each with links to some of the first ones more than to others."""
    return [(page, sorted({int(n * chance.random() ** 3) for _ in range(chance.randrange(1, 5))}))
            for page in range(n)]


def make_points(n, chance=random):
    """`n` points around (0, 0), (10, 0) and (0, 10)."""
    return [(chance.choice([0, 10]) + chance.gauss(0, 1), chance.gauss(0, 1)) if i % 3 else
            (chance.gauss(0, 1), 10 + chance.gauss(0, 1)) for i in range(n)]


if __name__ == "__main__":
    with SparkContext(appName="iterations") as sc:
        chance = random.Random(13)
        links = sc.parallelize(make_links(60, chance), 3)
        ranks = page_ranks(links, 3, 4)
        for page, rank in ranks.takeOrdered(3, key=lambda pair: -pair[1]):
            print(f"page {page}  rank {rank:.3f}")
        points = sc.parallelize(make_points(600, chance), 4)
        for centre in k_means(points, [(1.0, 1.0), (5.0, 1.0), (1.0, 5.0)], 2):
            print("centre", *(f"{x:.2f}" for x in centre))
