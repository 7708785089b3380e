"""What each round moves, keeps, finds and remembers."""
import contextlib
import math

from rushlight import RDD, Broadcast
from rushlight.lesson.checks import check, fail, prediction
from rushlight.testing import at_most, times

DAMPING = 0.85


@contextlib.contextmanager
def watched(thing, *methods):
    """Lists of the objects on which each method is called, meanwhile; they stay in use."""
    calls = {name: [] for name in methods}
    originals = {name: getattr(thing, name) for name in methods}

    def watching(name):
        def method(self, *args, **kwargs):
            calls[name].append(self)
            return originals[name](self, *args, **kwargs)
        return method

    for name in methods:
        setattr(thing, name, watching(name))
    try:
        yield calls
    finally:
        for name in methods:
            setattr(thing, name, originals[name])


def kept_now(persisted):
    """Of persisted RDDs, those that still are."""
    return {rdd.id(): rdd for rdd in persisted if rdd.is_cached}


def kept(t):
    """(partitions found where they are kept, partitions computed to be kept)."""
    tasks = [task for job in t.jobs for stage in job.stages for task in stage.tasks]
    return sum(task.kept_found for task in tasks), sum(task.kept_computed for task in tasks)


def web(case, n_pages=None):
    """(list, RDD) of links."""
    links = case.reference.make_links(n_pages or case.random.randrange(40, 60), case.random)
    return links, case.sc.parallelize(links, 3)


def plain_ranks(links, rounds):
    """PageRank by loops; contributions() says who stays in the ranking."""
    ranks = dict.fromkeys((page for page, _ in links), 1.0)
    for _ in range(rounds):
        sums = {}
        for page, targets in links:
            if page in ranks:
                sums.setdefault(page, 0.0)
                for target in targets:
                    sums[target] = sums.get(target, 0.0) + ranks[page] / len(targets)
        ranks = {page: 1 - DAMPING + DAMPING * total for page, total in sums.items()}
    return ranks


def check_ranks(pairs, expected):
    seen = dict(pairs)
    assert len(pairs) == len(expected), f"expected {len(expected)} pages, saw {len(pairs)}"
    page = max(expected, key=lambda page: abs(seen.get(page, 0.0) - expected[page]))
    assert math.isclose(seen.get(page, 0.0), expected[page], rel_tol=1e-9), (
        f"page {page}: expected rank {expected[page]:.6f}, saw {seen.get(page, 0.0):.6f}")


# ── predictions ──
def shuffles_of(case, rounds, one_round):
    reference = case.reference
    links = reference.prepared(web(case)[1], 4)
    ranks = links.mapValues(lambda targets: 1.0)
    for _ in range(rounds):
        ranks = one_round(links, ranks, 4)
    with case.trace() as t:
        ranks.count()
    return sum(stage.writes_shuffle for stage in t.jobs[0].stages)


@prediction("shuffles")
def shuffles(case):
    return shuffles_of(case, 5, case.reference.one_round)


@prediction("shuffles_with_map")
def shuffles_with_map(case):
    one_round = case.reference.one_round
    return shuffles_of(case, 5, lambda *args: one_round(*args).map(lambda pair: pair))


@prediction("lineage")
def lineage(case):
    links = case.reference.prepared(web(case)[1], 4)
    ranks = links.mapValues(lambda targets: 1.0)
    for _ in range(10):
        ranks = case.reference.one_round(links, ranks, 4).cache()
        ranks.count()
    with case.trace() as t:
        ranks.count()
    return len(t.jobs[0].stages)


@prediction("checkpoint_jobs")
def checkpoint_jobs(case):
    case.sc.setCheckpointDir(str(case.folder / "checkpoints"))
    ranks = case.reference.page_ranks(web(case)[1], 2, 4).cache()
    with case.trace() as t:
        ranks.checkpoint()
        ranks.count()
    return len(t.jobs)


@prediction("found")
def found_besides_links(case):
    """A kept partition of `links` is found by every round but the first."""
    links = case.reference.prepared(web(case)[1], 4)
    ranks = links.mapValues(lambda targets: 1.0)
    for _ in range(5):
        shares = links.join(ranks).flatMap(case.reference.contributions).cache()
        sums = shares.reduceByKey(float.__add__, 4).cache()
        ranks = sums.mapValues(lambda total: 1 - DAMPING + DAMPING * total).cache()
    with case.trace() as t:
        ranks.count()
    found, computed = kept(t)
    assert computed == 4 * (1 + 3 * 5)
    with case.trace() as plain:
        case.reference.page_ranks(web(case)[1], 5, 4).count()
    return found - kept(plain)[0]


@prediction("shuffled_pairs")
def shuffled_pairs(case):
    points = case.sc.parallelize(case.reference.make_points(600, case.random), 4)
    with case.trace() as t:
        case.reference.k_means(points, [(1.0, 1.0), (5.0, 1.0), (1.0, 5.0)], 1)
    return sum(stage.pairs for stage in t.jobs[0].stages)


# ── PageRank ──
@check("the ranks are right", points=2, hidden=1)
def ranks_are_right(case):
    """page_ranks() agrees with loops in Python, and runs no job before an action."""
    links, rdd = web(case)
    rounds = case.random.randrange(1, 4)
    with case.trace() as t:
        ranks = case.student.page_ranks(rdd, rounds, 4)
    t.assert_jobs(0)
    check_ranks(ranks.collect(), plain_ranks(links, rounds))


@check("links are shuffled once", points=3, after="ranks_are_right")
def links_once(case):
    """page_ranks(): one shuffle for the links, and one a round, of contributions."""
    links, rdd = web(case)
    ranks = case.student.page_ranks(rdd, 3, 4)
    with case.trace() as t:
        ranks.count()
    n = sum(stage.writes_shuffle for stage in t.jobs[0].stages)
    if n > 4:
        lie_by_page = case.student.prepared(rdd, 4).partitioner is not None
        fail(f"3 rounds ran {n} shuffles: one for the links and one a round are 4.  join() moves "
             "what has not the partitioner of the other side: print links.partitioner and "
             f"ranks.partitioner\n\n{t}", means="map_keeps" if lie_by_page else "")
    t.assert_shuffles(4)
    with case.trace() as by_reference:
        case.reference.page_ranks(rdd, 3, 4).count()
    t.assert_shuffle_pairs(at_most(times(1.2, of=by_reference)))


@check("only links are kept", points=2, after="ranks_are_right")
def only_links(case):
    """page_ranks(): the links are kept and found again; what no one reads again is not kept."""
    _, rdd = web(case)
    with watched(RDD, "persist") as calls:
        ranks = case.student.page_ranks(rdd, 4, 4)
        with case.trace() as t:
            ranks.count()
        n_kept = len(kept_now(calls["persist"]))
    found, computed = kept(t)
    if n_kept > 1:
        fail(f"{n_kept} RDDs are kept, {computed} partitions; {found} were found again, and those "
             "are of links: take out a cache() where nothing is read twice",
             means="cache_everything")
    if not found:
        fail("no kept partition was found: every round reads the links")


@check("many rounds are right, too", hidden=1, after="ranks_are_right")
def bounded_right(case):
    """bounded_ranks() agrees with loops in Python."""
    case.sc.setCheckpointDir(str(case.folder / "checkpoints"))
    links, rdd = web(case)
    ranks = case.student.bounded_ranks(rdd, 5, 4, 2)
    check_ranks(ranks.collect(), plain_ranks(links, 5))


@check("the lineage begins at a checkpoint", points=3, after="bounded_right")
def bounded(case):
    """bounded_ranks(): the next job has no more stages after 11 rounds than after 5, for `every`
    3."""
    case.sc.setCheckpointDir(str(case.folder / "checkpoints"))
    _, rdd = web(case)
    stages = []
    with watched(RDD, "checkpoint") as calls:
        for rounds in (5, 11):
            ranks = case.student.bounded_ranks(rdd, rounds, 4, 3)
            with case.trace() as t:
                ranks.count()
            stages.append(len(t.jobs[0].stages))
    if stages[1] > stages[0]:
        fail(f"after 5 rounds the next job has {stages[0]} stages, after 11 rounds {stages[1]}; "
             + ("no checkpoint was written: checkpoint() must be called before the first job on "
                "an RDD, and that job must come before the next rounds" if calls["checkpoint"] else
                "cache() keeps the lineage, for what may be lost"),
             means="checkpoint_now" if calls["checkpoint"] else "cache_cuts")


@check("each round is computed once", points=2, after="bounded")
def once(case):
    """bounded_ranks(): the job that writes a checkpoint finds the ranks kept, and no round runs
    twice."""
    case.sc.setCheckpointDir(str(case.folder / "checkpoints"))
    _, rdd = web(case)
    with case.trace() as t:
        case.student.bounded_ranks(rdd, 6, 4, 3)
    t.assert_shuffles(1 + 6)
    t.assert_jobs(2 * 2)
    n_found = sum(task.kept_found for task in t.jobs[1].stages[-1].tasks)
    if n_found < 4:
        fail("the job that writes the checkpoint computes the ranks of the job before it once "
             f"more: it finds {n_found} kept partitions\n\n{t}", means="checkpoint_now")


@check("old ranks are let go", after="bounded_right")
def let_go(case):
    """bounded_ranks(): links and one generation of ranks are kept in the end."""
    case.sc.setCheckpointDir(str(case.folder / "checkpoints"))
    _, rdd = web(case)
    with watched(RDD, "persist") as calls:
        case.student.bounded_ranks(rdd, 8, 4, 2)
        n_kept = len(kept_now(calls["persist"]))
    if n_kept > 2:
        fail(f"{n_kept} RDDs are kept after 8 rounds: unpersist() the ranks of the checkpoint "
             "before, once the next is written", means="cache_everything")


# ── k-means ──
def plain_k_means(points, centres, rounds, closest):
    for _ in range(rounds):
        groups = {}
        for point in points:
            groups.setdefault(closest(point, centres), []).append(point)
        centres = [tuple(sum(xs) / len(groups[i]) for xs in zip(*groups[i])) if i in groups
                   else centre for i, centre in enumerate(centres)]
    return centres


def cloud(case, n=400):
    """(list of points, RDD, centres to begin with); the last centre is near to no point."""
    points = case.reference.make_points(n, case.random)
    return points, case.sc.parallelize(points, 4), [*points[:3], (1000.0, 1000.0)]


@check("the centres are right", points=2, hidden=1)
def centres_are_right(case):
    """k_means() agrees with loops in Python; a centre without points stays."""
    points, rdd, centres = cloud(case)
    expected = plain_k_means(points, centres, 2, case.reference.closest)
    seen = case.student.k_means(rdd, list(centres), 2)
    assert len(seen) == len(expected), f"expected {len(expected)} centres, saw {len(seen)}"
    for i, (one, other) in enumerate(zip(expected, seen)):
        assert math.dist(one, other) < 1e-9, f"centre {i}: expected {one}, saw {other}"


@check("a round is one job", points=2, after="centres_are_right")
def one_job(case):
    """k_means(): as many jobs as rounds, and a sum for each centre and task goes through the
    shuffle."""
    _, rdd, centres = cloud(case)
    with case.trace() as t:
        case.student.k_means(rdd, centres, 3)
    t.assert_jobs(3)
    pairs = sum(stage.pairs for job in t.jobs for stage in job.stages)
    width = max(stage.bytes for job in t.jobs for stage in job.stages)
    with case.trace() as by_reference:
        case.reference.k_means(rdd, centres, 3)
    expected = max(stage.bytes for job in by_reference.jobs for stage in job.stages)
    if pairs > 3 * 4 * len(centres) or width > 3 * expected:
        fail(f"a round shuffles {width:,} bytes, three times what a sum for each centre and task "
             "takes", means="points_travel")


@check("the points are computed once", points=2, after="centres_are_right")
def points_once(case):
    """k_means(): all rounds but the first find all points kept; afterwards none is kept."""
    _, rdd, centres = cloud(case)
    with watched(RDD, "persist") as calls:
        with case.trace() as t:
            case.student.k_means(rdd.map(lambda point: point), centres, 4)
        n_kept = len(kept_now(calls["persist"]))
    t.assert_cached(3 * 4)
    assert n_kept == 0, "k_means() has returned, and the points still take memory: unpersist() them"


@check("the centres are a broadcast", after="centres_are_right")
def broadcast(case):
    """k_means(): one broadcast a round."""
    _, rdd, centres = cloud(case)
    with watched(type(case.sc), "broadcast") as sent, \
            watched(Broadcast, "destroy", "unpersist") as gone:
        case.student.k_means(rdd, centres, 3)
    n = len(sent["broadcast"])
    assert n == 3, f"expected 3 broadcasts for 3 rounds, saw {n}"
    if len({id(b) for calls in gone.values() for b in calls}) < n:
        case.comment("actionable", "The centres of old rounds stay with the executors: "
                                   "destroy() a broadcast when its round is over.")
