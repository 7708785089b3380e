"""Over more than a thousand jobs nothing grows: files, threads, processes, Python objects, memory.

    warm up ─▶ look ─▶ many rounds of one kind of work ─▶ look again

Each kind of work is repeated in one SparkContext.  What is counted exactly (descriptors, threads,
processes, temporary files) must be the same before and after.  Objects and memory have a bound that
is far below what the rounds would leave if each left anything: a list a round would be seen.

Work in the engine ends a moment after the action returns (blocks and broadcasts are let go of by a
cleaner), so that looks are repeated until they agree, or a guard ends the wait.
"""
import gc
import os
import re
import threading
import time
import weakref

import pytest

from rushlight import BarrierTaskContext, SparkConf, SparkContext, StorageLevel
from rushlight.errors import PySparkException

SLOTS = 2
ROUNDS = 120        # of each kind: more than 1,000 jobs in all
WARM_UP = 15
SIZE = 20_000       # elements: a round that left them would leave 100 KiB and more
KEPT_JOBS = 1000    # what the engine remembers; each job is forgotten in the end
GUARD_S = 30
MAX_OBJECTS = ROUNDS // 2
MAX_GROWTH = 8 << 20
EVENTS = "anon_inode:[eventfd]"


@pytest.fixture(scope="module")
def sc(tmp_path_factory):
    conf = SparkConf().setMaster(f"local[{SLOTS}]").setAppName("leaks")
    conf.set("spark.local.dir", str(tmp_path_factory.mktemp("local")))
    with SparkContext(conf=conf) as context:
        one = context.parallelize([1], 1)
        for _ in range(KEPT_JOBS):
            one.count()
        yield context


# ── what is looked at ──
def files_below(folder):
    return sorted(os.path.join(at, name) for at, _, names in os.walk(folder) for name in names)


def descriptors():
    """What each open descriptor is, without the numbers of pipes and sockets."""
    found = []
    for fd in os.listdir("/proc/self/fd"):
        try:
            found.append(re.sub(r":\[\d+\]$", "", os.readlink(f"/proc/self/fd/{fd}")))
        except FileNotFoundError:       # the listing's own
            pass
    return sorted(found)


def processes():
    """The helper that forks workers, and the workers."""
    found, left = [], [os.getpid()]
    while left:
        pid = left.pop()
        try:
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/children") as f:
                    children = [int(child) for child in f.read().split()]
                found += children
                left += children
        except OSError:
            pass                        # it has ended meanwhile
    return found


def resident(pid):
    """Bytes of memory that a process has; 0 of one that has ended, waited for or not."""
    try:
        with open(f"/proc/{pid}/status") as f:
            return next((int(line.split()[1]) for line in f if line.startswith("VmRSS")), 0) << 10
    except FileNotFoundError:
        return 0


def look(sc):
    open_ones = descriptors()
    return {"descriptors": [name for name in open_ones if name not in ("socket", EVENTS)],
            "event descriptors": open_ones.count(EVENTS), "sockets": open_ones.count("socket"), "threads": len(os.listdir("/proc/self/task")),
            "Python threads": threading.active_count(), "processes": len(processes()),
            "files": files_below(sc.getConf().get("spark.local.dir"))}


def start_all_workers(sc):
    """Two tasks at once: a failed task's worker may have ended and is not missed until then."""
    def meet(part):
        BarrierTaskContext.get().barrier()
        return part

    assert sc.parallelize([1, 2], 2).barrier().mapPartitions(meet).collect() == [1, 2]


def look_until(sc, is_good):
    """The newest look: as soon as it is good, or at the end of the guard."""
    until = time.monotonic() + GUARD_S
    while True:
        start_all_workers(sc)
        gc.collect()
        now = look(sc)
        if is_good(now) or time.monotonic() > until:
            return now
        threading.Event().wait(0.02)


def has_grown(before, now):
    """What is more, or other, than before.  While a failed job's other task is being stopped, the
    next job's takes a worker more, and that one stays: up to a worker and its socket a slot, and the
    event descriptor that would have woken its task, which serves the next one."""
    spare = {"processes": SLOTS, "sockets": SLOTS, "event descriptors": SLOTS}
    return {key: (before[key], now[key]) for key in now
            if (now[key] > before[key] + spare[key] if key in spare else now[key] != before[key])}


def look_when_quiet(sc):
    """A look that is the same twice, so that nothing is being cleaned any more."""
    looks = [None]

    def as_before(now):
        looks.append(now)
        return looks[-2] == now

    return look_until(sc, as_before)


# ── what is done over and over ──
def collect(sc):
    assert len(sc.parallelize(list(range(SIZE)), 2).map(str).collect()) == SIZE


def reduce_by_key(sc):
    assert sc.parallelize(range(SIZE), 2).map(lambda x: (x, x)).reduceByKey(max, 2).count() == SIZE


def fail(sc):
    with pytest.raises(PySparkException):
        sc.parallelize(range(4), 2).map(lambda x: 1 // (x - 1)).collect()


def fail_after_a_shuffle(sc):
    with pytest.raises(PySparkException):
        sc.parallelize([(1, 2)], 2).reduceByKey(max).map(lambda kv: kv[7]).collect()


def cancel(sc):
    """Tasks wait for what never comes, until another thread cancels them."""
    seen = []

    def run():
        try:
            sc.parallelize([1, 2], 2).foreach(lambda x: threading.Event().wait(600))
        except PySparkException as e:
            seen.append(e)

    thread = threading.Thread(target=run)
    thread.start()
    while thread.is_alive():
        sc.cancelAllJobs()              # again and again: at first there may be no job
        thread.join(0.01)
    assert seen


def leave_half_read(sc):
    assert next(sc.parallelize(range(4), 4).toLocalIterator()) == 0
    assert sc.parallelize(range(SIZE), 4).take(1) == [0]


def cache(sc):
    numbers = sc.parallelize(range(SIZE), 2).map(str).cache()
    assert numbers.count() == numbers.count() == SIZE


def cache_on_disk(sc):
    numbers = sc.parallelize(range(SIZE), 2).map(str).persist(StorageLevel.DISK_ONLY)
    assert numbers.count() == numbers.count() == SIZE


def broadcast(sc):
    shared = sc.broadcast(list(range(SIZE)))
    assert sc.parallelize([1, 2], 2).map(lambda x: shared.value[x]).collect() == [1, 2]


def accumulate(sc):
    counter = sc.accumulator(0)
    sc.parallelize(range(10), 2).foreach(counter.add)
    assert counter.value == 45


WORK = [collect, reduce_by_key, fail, fail_after_a_shuffle, cancel, leave_half_read, cache,
        cache_on_disk, broadcast, accumulate]


@pytest.mark.parametrize("work", WORK, ids=lambda work: work.__name__)
def test_nothing_grows(sc, work):
    for _ in range(WARM_UP):
        work(sc)
    before = look_when_quiet(sc)
    objects, memory = len(gc.get_objects()), resident("self")
    for _ in range(ROUNDS):
        work(sc)
    assert has_grown(before, look_until(sc, lambda now: not has_grown(before, now))) == {}
    assert len(gc.get_objects()) - objects < MAX_OBJECTS
    assert resident("self") - memory < MAX_GROWTH


@pytest.mark.parametrize("work", [collect, reduce_by_key, fail, cache, broadcast, accumulate],
                         ids=lambda work: work.__name__)
def test_workers_do_not_grow(sc, work):
    """Those that live through all rounds; a failed task ends its worker or does not."""
    for _ in range(WARM_UP):
        work(sc)
    memory = {pid: resident(pid) for pid in processes()}
    for _ in range(ROUNDS):
        work(sc)
    for pid in set(memory) & set(processes()):
        assert resident(pid) - memory[pid] < MAX_GROWTH


def test_what_nobody_holds_is_gone(sc):
    """An RDD, its functions and what they hold, a broadcast: once the program has let go."""
    class Big:
        def __init__(self):
            self.numbers = [1]

    held = Big()
    rdd = sc.parallelize([1, 2], 2).map(lambda x, h=held.numbers: x + len(h))
    keyed = rdd.map(lambda x: (x, x)).reduceByKey(max)
    shared = sc.broadcast([1])
    assert keyed.count() == 2 and shared.value == [1]
    references = [weakref.ref(thing) for thing in (held, rdd, keyed, shared)]
    del held, rdd, keyed, shared
    gc.collect()
    assert [reference() for reference in references] == [None] * 4


CONTEXTS = """
import gc, os, resource
from rushlight import SparkContext
def once():
    with SparkContext("local[2]", "x") as sc:
        assert sc.parallelize(range(10), 2).map(lambda x: (x % 3, x)).reduceByKey(max).count() == 3
        assert sc.parallelize([1], 1).cache().count() == 1
        sc.broadcast([1])
def look():
    gc.collect()
    return (len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task")),
            len(gc.get_objects()), os.listdir(os.environ["SPARK_LOCAL_DIRS"]))
for _ in range(3): once()
before = look()
for _ in range(12): once()
after = look()
assert before[:2] == after[:2], (before, after)
assert after[2] - before[2] < 6, (before, after)
assert after[3] == [], after
"""


def test_contexts_leave_nothing(run_program, tmp_path):
    """One after the other, in a program of its own: here is one already."""
    (tmp_path / "local").mkdir()
    status, _, err = run_program(CONTEXTS, env={"SPARK_LOCAL_DIRS": str(tmp_path / "local")})
    assert (status, err) == (0, "")
