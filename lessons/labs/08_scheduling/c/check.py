"""Jobs of several threads and pools on a simulated cluster: who started when, and where.

Three hosts in three racks, an executor of two cores each; time is virtual, so one seed is one run.
"""
import json
import threading
import time

from rushlight.lesson.checks import check, fail, prediction

CLUSTER = "sim://?executors=3&cores=2&hosts=3&racks=3&seed={}"
POOL = ('<pool name="{}"><schedulingMode>FIFO</schedulingMode><weight>{}</weight>'
        "<minShare>{}</minShare></pool>")
SLOTS = 6


class Launch:
    """A task that started."""

    def __init__(self, event):
        info = event["Task Info"]
        self.id, self.stage, self.index = info["Task ID"], event["Stage ID"], info["Index"]
        self.executor, self.level = info["Executor ID"], info["Locality"]
        self.start, self.end = info["Launch Time"], info["Finish Time"]


def run(case, program, plugin, seed=5, conf=None):
    """The launches of a program, in their order, and how long they took, in virtual ms."""
    conf = {"spark.rushlight.plugins": plugin, "spark.eventLog.overwrite": "true", **(conf or {})}
    with case.context(conf=conf, master=CLUSTER.format(seed), plugin=False) as spark:
        guard = threading.Timer(20, spark.sparkContext.cancelAllJobs)
        guard.daemon = True
        guard.start()
        program(spark.sparkContext)
        guard.cancel()
        log = spark.sparkContext._engine.event_log_path
    with open(log, encoding="utf-8") as f:
        events = [json.loads(line) for line in f if '"SparkListenerTaskEnd"' in line]
    launches = sorted(map(Launch, events), key=lambda launch: launch.id)
    return launches, max(x.end for x in launches) - min(x.start for x in launches)


def together(case, jobs):
    """A program of several jobs, (pool or None, number of tasks) each, that are all there before
    the first task has ended: the clock stands still while a task computes, and the first one
    computes until then."""
    go = case.folder / "go"

    def program(sc):
        go.unlink(missing_ok=True)
        path, threads = str(go), []

        def wait(i):
            import os
            import time
            while not os.path.exists(path):
                time.sleep(0.002)
            return i

        def job(pool, n):
            if pool:
                sc.setLocalProperty("spark.scheduler.pool", pool)
            sc.parallelize(range(n * 500), n).map(wait).count()

        for number, (pool, n) in enumerate(jobs, 1):
            threads.append(threading.Thread(target=job, args=(pool, n)))
            threads[-1].start()
            while len(sc.statusTracker().getActiveJobsIds()) < number:
                time.sleep(0.002)
        go.touch()
        for thread in threads:
            thread.join()

    return program


def order(launches):
    return "".join("ABCDEFGH"[x.stage] for x in launches)


def most_at_once(launches):
    times = sorted([(x.end, -1) for x in launches] + [(x.start, 1) for x in launches])
    running = most = 0
    for _, change in times:
        running += change
        most = max(most, running)
    return most


def compare(case, program, **more):
    right, right_ms = run(case, program, case.reference_plugin, **more)
    mine, mine_ms = run(case, program, case.plugin, **more)
    assert most_at_once(mine) <= SLOTS
    if order(mine) != order(right):
        fail(f"tasks of the stages started in the order\n  {order(mine)}\nand should start in\n  "
             f"{order(right)}")
    where = [(x.stage, x.index, x.executor, x.level) for x in mine]
    expected = [(x.stage, x.index, x.executor, x.level) for x in right]
    if where != expected:
        far, right_far = (sum(level != "PROCESS_LOCAL" for *_, level in tasks)
                          for tasks in (where, expected))
        fail(f"{far} tasks ran away from their data, with the reference {right_far}; all in all it "
             f"took {mine_ms} ms of virtual time, with the reference {right_ms} ms",
             means="no_wait" if far > right_far else "for_ever" if far < right_far else "")
    assert mine_ms == right_ms, f"{mine_ms} ms of virtual time, and should be {right_ms}"
    return right, right_ms


def pools(case, shares):
    """Settings of FAIR mode with pools (name, weight, minShare)."""
    path = case.folder / "pools.xml"
    path.write_text("<allocations>" + "".join(POOL.format(*share) for share in shares)
                    + "</allocations>")
    return {"spark.scheduler.mode": "FAIR", "spark.scheduler.allocation.file": str(path)}


def on_two_of_three(n, conf=None):
    """A job of 2 n tasks that like two of the three executors: kept partitions lie there."""
    def program(sc):
        kept = sc.parallelize(range(2000), 2).map(lambda i: i).cache()
        kept.count()
        sc.union([kept] * n).map(lambda i: i).count()
    return program


# ── predictions ──
@prediction("third")
def third(case):
    launches, _ = run(case, together(case, [(None, 12), (None, 6)]), case.reference_plugin)
    return "the older job" if order(launches)[6] == "A" else "the newer job"


@prediction("heavy")
def heavy(case):
    conf = pools(case, [("small", 1, 0), ("large", 3, 0)])
    launches, _ = run(case, together(case, [(None, 6), ("small", 30), ("large", 30)]),
                      case.reference_plugin, conf=conf)
    begin = order(launches)[6:12]
    return begin.count("C")


@prediction("away")
def away(case):
    launches, _ = run(case, on_two_of_three(6), case.reference_plugin)
    return sum(x.level == "ANY" for x in launches if x.stage > 0)


# ── checks ──
@check("FIFO: the oldest job first", points=2, hidden=1)
def fifo_order(case):
    """Three jobs of several threads are there at once: the slots go to the oldest that has tasks
    left."""
    compare(case, together(case, [(None, case.random.randrange(8, 16)) for _ in range(3)]))


@check("FIFO: in a job the oldest stage first", points=1, after="fifo_order")
def stages_in_order(case):
    """A union of two shuffled RDDs: both map stages can run at once."""
    n, m = (case.random.randrange(8, 14) for _ in range(2))
    compare(case, lambda sc: sc.union([
        sc.parallelize(range(900), n).map(lambda i: (i % 5, i)).groupByKey(2),
        sc.parallelize(range(900), m).map(lambda i: (i % 7, i)).groupByKey(3)]).count())


@check("FAIR: slots by weight", points=3, hidden=2, after="fifo_order")
def fair_shares(case):
    """Three pools of different weights, each with a long job: each slot goes to who is furthest
    behind."""
    random = case.random
    shares = [(name, weight, 0) for name, weight in zip("xyz", random.sample([1, 2, 3, 5], 3))]
    compare(case, together(case, [(None, 6), *((name, 20) for name, _, _ in shares)]),
            conf=pools(case, shares))


@check("FAIR: who is in need goes first", points=2, hidden=1, after="fair_shares")
def in_need(case):
    """Pools with a minShare that they have not reached go before all others, and among them the one
    that is furthest from it."""
    random = case.random
    shares = [("x", 4, 0), ("y", 1, random.choice([2, 3])), ("z", 1, random.choice([1, 4]))]
    compare(case, together(case, [(None, 6), ("x", 18), ("y", 18), ("z", 18)]),
            conf=pools(case, shares))


@check("delay: it waits for a better slot", points=2)
def waits(case):
    """All tasks like two of three executors, and are short: waiting for these is better than the
    slots that are free now."""
    launches, ms = compare(case, on_two_of_three(case.random.randrange(5, 9)), seed=case.seed % 100)
    far = sum(x.level == "ANY" for x in launches if x.stage > 0)
    case.comment("informative", f"{far} tasks away from their data, {ms} ms of virtual time")


@check("delay: it gives in when the wait is over", points=2, hidden=2, after="waits")
def gives_in(case):
    """The same with shorter waits: when a wait is over, slots elsewhere will do."""
    waits = {f"spark.locality.wait.{level}": f"{case.random.choice([0, 1, 2, 4, 7])}ms"
             for level in ("process", "node", "rack")}
    compare(case, on_two_of_three(case.random.randrange(8, 16)), seed=case.seed % 100, conf=waits)


@check("delay: nobody left to wait for", points=1, after="waits")
def nobody_left(case):
    """Two tasks like an executor, where kept partitions lie, the others a host, where map outputs
    lie: once the two have started, the others wait for nothing."""
    n = case.random.randrange(4, 9)

    def program(sc):
        kept = sc.parallelize(range(2000), 2).map(lambda i: (i, i)).cache()
        kept.count()
        sums = sc.parallelize(range(900), 6).map(lambda i: (i % 50, i)).groupByKey(n)
        sc.union([kept, sums]).map(len).count()

    compare(case, program, seed=case.seed % 100)
