"""Blocks of seeded sizes are used in seeded orders; the trace says which of them are found."""
from rushlight import StorageLevel
from rushlight.lesson.checks import check, fail, prediction

# 1 MB of heap, 600 kB of it for tasks and blocks.
LITTLE = {"spark.testing.memory": "1m", "spark.testing.reservedMemory": "0",
          "spark.rdd.compress": "false"}
BLOCK = 90_000


def blocks(sc, sizes):
    """A kept RDD of one partition for each size.  (Partitions of one RDD never push out each
    other, so these are several.)"""
    return [sc.parallelize([size], 1).map(lambda n: bytes(n)).persist(StorageLevel.MEMORY_ONLY)
            for size in sizes]


def use(case, sc, rdds, order):
    """For each use whether the block was found: a list of booleans."""
    with case.trace(sc) as t:
        for i in order:
            rdds[i].count()
    return [any(task.kept_found for stage in job.stages for task in stage.tasks) for job in t.jobs]


def hits(case, sizes, order, plugin, let_go=()):
    """The same in a context of its own; `let_go`: {use number: block that is unpersisted then}."""
    conf = {**LITTLE, "spark.rushlight.plugins": plugin}
    with case.context(conf=conf, plugin=False) as spark:
        sc = spark.sparkContext
        rdds, found, start = blocks(sc, sizes), [], 0
        for number, block in sorted(dict(let_go).items()):
            found += use(case, sc, rdds, order[start:number])
            rdds[block].unpersist(blocking=True)
            start = number
        return found + use(case, sc, rdds, order[start:])


def compare(case, sizes, order, let_go=()):
    mine = hits(case, sizes, order, case.plugin, let_go)
    right = hits(case, sizes, order, case.reference_plugin, let_go)
    if mine == right:
        return right
    first = next(i for i, (a, b) in enumerate(zip(mine, right)) if a != b)
    uses = " ".join("ABCDEFGHIJKL"[i] for i in order[:first + 1])
    was, expected = ("found", "gone") if mine[first] else ("gone", "found")
    fail(f"blocks were used in the order {uses}: the last use should have found its block "
         f"{expected}, and it was {was}; {sum(mine)} of {len(order)} uses found theirs, with LRU "
         f"{sum(right)} do",
         means="first_in" if not mine[first] else "")


def how_many_fit(case):
    order = [*range(8), *reversed(range(8))]
    return sum(hits(case, [BLOCK] * 8, order, case.reference_plugin))


# ── predictions ──
@prediction("goes")
def goes(case):
    n = how_many_fit(case)
    order = [*range(n), 0, n]                       # A B C … A, and one more
    found = hits(case, [BLOCK] * (n + 1), [*order, 0], case.reference_plugin)
    return "A" if not found[-1] else "B"


@prediction("scan")
def scan(case):
    n = how_many_fit(case) + 1
    return sum(hits(case, [BLOCK] * n, [*range(n)] * 3, case.reference_plugin))


# ── checks ──
@check("the oldest use goes first", points=2)
def oldest_use_goes(case):
    """Memory is full, the block that came first is used again, and one more comes: the block that
    came second goes."""
    n = how_many_fit(case)
    found = hits(case, [BLOCK] * (n + 1), [*range(n), 0, n, 0], case.plugin)
    if not found[-3]:
        fail("a block went while there was room for it: are blocks that come and go put down?")
    if not found[-1]:
        fail("A came first, and was used again before memory ran short; yet it went, and B, whose "
             "last use was longer ago, stayed", means="first_in")
    compare(case, [BLOCK] * (n + 1), [*range(n), 0, n, 1])


@check("the same hits as LRU", points=4, hidden=2, after="oldest_use_goes")
def same_hits(case):
    """Sixty uses of ten blocks of different sizes, some wanted more often than others: each use
    finds its block exactly if it does with LRU."""
    sizes = [case.random.choice([60_000, 90_000, 150_000]) for _ in range(10)]
    order = [min(case.random.randrange(10), case.random.randrange(10)) for _ in range(60)]
    right = compare(case, sizes, order)
    case.comment("celebratory", f"{sum(right)} of {len(order)} uses found their block")


@check("what has gone is forgotten", points=2, after="oldest_use_goes")
def forgets_the_gone(case):
    """Blocks are unpersisted between uses: the books must not name them any more, and find the
    others as before."""
    n = how_many_fit(case)
    order = [*range(n)] + [case.random.randrange(n + 3) for _ in range(24)]
    compare(case, [BLOCK] * (n + 3), order, {n: 0, n + 4: 1, n + 9: 2})
