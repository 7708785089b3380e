"""combine, mergeCombiners, group, mergeGroups and sort of what is larger than a worker may hold:
the same answers as in memory, through disk; measured memory; nothing left behind."""
import collections
import functools
import operator
import os
import random
import resource

import pytest
from worker_driver import WorkerUnderTest, plain_batches, runs_batch

pytest.importorskip("rushlight._worker")

MIB = 1 << 20


@pytest.fixture
def worker(tmp_path):
    with WorkerUnderTest() as worker:
        worker.run = functools.partial(worker.run, localDir=str(tmp_path), memoryBytes=MIB)
        yield worker
    assert os.listdir(tmp_path) == []


def batches_of(elements, run=500):
    return [runs_batch(elements[i:i + run]) for i in range(0, len(elements), run)]


def spilled(answer):
    return answer.done["memoryBytesSpilled"], answer.done["diskBytesSpilled"]


RANDOM = random.Random(11)
MANY_KEYS = [(RANDOM.randrange(30_000), RANDOM.randrange(9)) for _ in range(60_000)]
WORDS = [(f"word {RANDOM.randrange(20_000)}", 1) for _ in range(60_000)]
MIXED = [(k if k % 3 else str(k) if k % 2 else (k, None), v) for k, v in MANY_KEYS]


def totals(pairs):
    out = {}
    for k, v in pairs:
        out[k] = out.get(k, 0) + v
    return out


def grouped(pairs):
    out = collections.defaultdict(list)
    for k, v in pairs:
        out[k].append(v)
    return out


# ── the same answers ──
@pytest.mark.parametrize("pairs", [MANY_KEYS, WORDS, MIXED], ids=["ints", "words", "mixed"])
@pytest.mark.parametrize("op", [("combine", None, operator.add, operator.add),
                                ("combine", lambda v: v, operator.add, operator.add),
                                ("mergeCombiners", operator.add)])
def test_sums(worker, op, pairs):
    answer = worker.run([op], batches_of(pairs))
    assert dict(answer.objects) == totals(pairs)
    assert len(answer.objects) == len(totals(pairs))
    assert min(spilled(answer)) > 0


def test_values_are_created_once_and_merged_with_the_third_function(worker):
    pairs = MANY_KEYS
    chain = [("combine", lambda v: [v], lambda c, v: c.append(v) or c, operator.add)]
    answer = worker.run(chain, batches_of(pairs))
    assert {k: sorted(v) for k, v in answer.objects} == {
        k: sorted(v) for k, v in grouped(pairs).items()}
    assert min(spilled(answer)) > 0


@pytest.mark.parametrize("pairs", [MANY_KEYS, WORDS, MIXED], ids=["ints", "words", "mixed"])
def test_groups_keep_the_order_of_their_values(worker, pairs):
    answer = worker.run([("group",)], batches_of(pairs))
    assert dict(answer.objects) == grouped(pairs)
    assert min(spilled(answer)) > 0
    lists = [(k, [v, -v]) for k, v in pairs]
    answer = worker.run([("mergeGroups",)], batches_of(lists))
    assert dict(answer.objects) == {k: [w for v in vs for w in (v, -v)]
                                    for k, vs in grouped(pairs).items()}
    assert min(spilled(answer)) > 0


@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize("f", [None, lambda k: k % 7])
def test_sort_is_stable_across_runs(worker, f, ascending):
    pairs = [(k, i) for i, (k, _) in enumerate(MANY_KEYS)]
    answer = worker.run([("sort", f, ascending)], batches_of(pairs))
    assert answer.objects == sorted(pairs, key=lambda p: f(p[0]) if f else p[0],
                                    reverse=not ascending)
    assert min(spilled(answer)) > 0


@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize("last", [None, 0.5, (-1, "a long word that two have")],
                         ids=["ints", "a float", "shared"])
def test_sort_of_plain_data(worker, ascending, last):
    """What is kept as bytes goes to disk as well; so does the list that takes its place when a pair
    comes that cannot be kept so."""
    pairs = [(k, i) for i, (k, _) in enumerate(MANY_KEYS)]
    batches = plain_batches(worker, pairs)
    if last is not None:
        more = [last, last] if isinstance(last, tuple) else [(last, "last")]
        batches += plain_batches(worker, more) + batches[:1]
        pairs += more + worker.run([], batches[:1]).objects
    in_order = sorted(pairs, key=operator.itemgetter(0), reverse=not ascending)
    for limit in (MIB, 64 * 1024, 400 * MIB):
        answer = worker.run([("sort", None, ascending)], batches, memoryBytes=limit)
        assert answer.objects == in_order
        assert (min(spilled(answer)) > 0) == (limit < 400 * MIB)


def test_more_runs_than_a_merge_takes(worker):
    pairs = [(RANDOM.randrange(1000), i) for i in range(60_000)]
    answer = worker.run([("sort", None, True)], batches_of(pairs), memoryBytes=64 * 1024)
    assert answer.objects == sorted(pairs, key=operator.itemgetter(0))
    assert answer.done["memoryBytesSpilled"] > 64 * 64 * 1024


def test_parts_that_are_too_large_are_cut_again(worker):
    answer = worker.run([("group",)], batches_of(MANY_KEYS), memoryBytes=40 * 1024)
    assert dict(answer.objects) == grouped(MANY_KEYS)
    # Every entry was on disk more than once: first by one cut, then by others.
    assert answer.done["memoryBytesSpilled"] > 2 * 60_000 * 32


class Same:
    """Keys that no hash tells apart."""

    def __init__(self, number):
        self.number = number

    def __hash__(self):
        return 7

    def __eq__(self, other):
        return self.number == other.number


def test_keys_with_one_hash_stay_together(worker):
    chain = [("map", lambda x: (Same(x % 40), x)), ("combine", None, operator.add, operator.add),
             ("map", lambda p: (p[0].number, p[1]))]
    answer = worker.run(chain, batches_of(list(range(2000))), memoryBytes=4096)
    assert dict(answer.objects) == totals((x % 40, x) for x in range(2000))


# ── what stays as it was ──
def test_what_fits_is_in_the_order_of_its_keys_and_touches_no_disk(worker):
    chain = [("combine", None, operator.add, operator.add)]
    answer = worker.run(chain, batches_of(MANY_KEYS), memoryBytes=64 * MIB, localDir="/nowhere")
    assert answer.objects == list(totals(MANY_KEYS).items())
    assert spilled(answer) == (0, 0)


def test_values_merged_in_place_count_what_they_are(worker):
    """A million values go into ten small sets: nothing that would have to go to disk."""
    chain = [("flatMap", lambda n: [(i % 10, i % 100) for i in range(n)]),
             ("combine", lambda v: {v}, lambda c, v: c.add(v) or c, operator.or_)]
    answer = worker.run(chain, [runs_batch([10_000] * 10)])
    assert dict(answer.objects) == {k: {v for v in range(100) if v % 10 == k} for k in range(10)}
    assert spilled(answer) == (0, 0)


def test_it_spills_at_the_same_pair_each_time(worker):
    chain = [("group",), ("mapValues", len)]
    first, again = (worker.run(chain, batches_of(MIXED)) for _ in range(2))
    assert first.objects == again.objects and spilled(first) == spilled(again)


def test_one_large_combined_value_is_no_reason_to_spill(worker):
    chain = [("combine", lambda v: [v], lambda c, v: c.append(v) or c, operator.add),
             ("mapValues", len)]
    answer = worker.run(chain, batches_of([("k", i) for i in range(60_000)]))
    assert answer.objects == [("k", 60_000)]
    assert spilled(answer) == (0, 0)


# ── several stages ──
def test_stages_of_a_chain_share_the_memory(worker):
    chain = [("group",), ("flatMapValues", lambda vs: vs), ("sort", None, True),
             ("combine", None, operator.add, operator.add), ("sort", operator.neg, True)]
    answer = worker.run(chain, batches_of(MANY_KEYS))
    assert answer.objects == sorted(totals(MANY_KEYS).items(), reverse=True)
    assert min(spilled(answer)) > 0


def test_who_stops_early_leaves_nothing_behind(worker):
    chain = [("sort", None, True), ("mapPartitions", lambda it: [next(it)])]
    assert worker.run(chain, batches_of(MANY_KEYS)).objects[0][0] == min(MANY_KEYS)[0]
    chain = [("group",), ("mapPartitions", lambda it: [next(it)])]
    assert len(worker.run(chain, batches_of(MANY_KEYS)).objects) == 1


# ── groups that are too large ──
@pytest.mark.parametrize("op,value", [
    (("group", "groupByKey at app.py:3"), lambda: "v" * 40),
    (("mergeGroups", "groupByKey at app.py:3"), lambda: ["v" * 40] * 3)])
def test_a_group_that_is_too_large_says_so(worker, op, value):
    pairs = batches_of([(("hot", 1) if i % 4 else i, value()) for i in range(40_000)])
    answer = worker.run([op], pairs)
    assert answer.error["class"] == "MemoryError"
    for part in ("the values of the key ('hot', 1) take", "spark.python.worker.memory, 0 MiB",
                 "reduceByKey, aggregateByKey", "groupByKey at app.py:3"):
        assert part in answer.error["traceback"]
    assert worker.run([("count",)], [runs_batch([1])]).objects == [1]


def test_a_group_may_take_nearly_half(worker):
    pairs = [("hot", i) for i in range(9_000)] + MANY_KEYS
    answer = worker.run([("group",)], batches_of(pairs))
    assert dict(answer.objects) == grouped(pairs)
    assert min(spilled(answer)) > 0


# ── errors ──
def fail(*_):
    raise ZeroDivisionError("in the function")


def test_errors_while_reading_back(worker):
    chain = [("combine", None, operator.add, fail)]
    answer = worker.run(chain, batches_of(MANY_KEYS))
    assert answer.error["class"] == "ZeroDivisionError"
    answer = worker.run([("combine", None, max, 5, "combineByKey at app.py:3")],
                        batches_of(MANY_KEYS))
    assert "combineByKey at app.py:3 needs a function, but was given 5" in answer.error["traceback"]


def test_an_element_that_cannot_be_written(worker):
    import threading
    chain = [("map", lambda x: (x, threading.Lock())), ("group",), ("count",)]
    answer = worker.run(chain, batches_of(list(range(20_000))))
    assert answer.error["class"].endswith("PicklingError")
    assert "_thread.lock" in answer.error["traceback"]


def test_elements_of_the_scripts_own_classes(worker):
    chain = [("map", lambda x: (x % 5000, Same(x))), ("group",),
             ("mapValues", lambda vs: sum(v.number for v in vs))]
    answer = worker.run(chain, batches_of(list(range(20_000))))
    assert dict(answer.objects) == totals((x % 5000, x) for x in range(20_000))
    assert min(spilled(answer)) > 0


def test_no_room_on_disk(worker):
    answer = worker.run([("group",)], batches_of(MANY_KEYS), localDir="/nowhere/at/all")
    assert answer.error["class"] == "FileNotFoundError"
    assert "/nowhere/at/all" in answer.error["traceback"]


def test_a_full_disk_fails_the_task_alone(worker):
    limit = resource.RLIMIT_FSIZE

    def no_files(it):
        import signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(limit, (100_000, resource.getrlimit(limit)[1]))
        return it

    answer = worker.run([("mapPartitions", no_files), ("sort", None, True)], batches_of(MANY_KEYS))
    assert answer.error["class"] == "OSError" and "File too large" in answer.error["traceback"]
    assert worker.run([("count",)], [runs_batch([1])]).objects == [1]


# ── measured memory ──
def peak_of(pid):
    with open(f"/proc/{pid}/status") as f:
        fields = dict(line.split(":", 1) for line in f)
    return int(fields["VmHWM"].split()[0]) * 1024


VALUES = {
    "ints": lambda i: i + 1000,
    "words": lambda i: f"the value {i}",
    "tuples": lambda i: (1, (i + 1000, float(i))),
    "dicts": lambda i: {"name": str(i), "at": i + 1000},
}


@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("chain", [
    [("group",), ("mapValues", len)],
    [("combine", lambda v: [v], lambda c, v: c + [v], operator.add), ("mapValues", len)],
    [("sort", None, True), ("map", lambda kv: (0, 1)), ("combine", None, operator.add, None)],
], ids=["group", "combine", "sort"])
def test_the_peak_stays_below_twice_the_limit(tmp_path, chain, kind):
    limit, n, value = 16 * MIB, 400_000, VALUES[kind]
    chain = [("flatMap", lambda b: [((b * 7919 + i * 31) % 100_003, value(b + i))
                                    for i in range(1000)]), *chain]
    with WorkerUnderTest() as worker:
        worker.run([("count",)], [runs_batch([1])])
        idle = peak_of(worker.pid)
        answer = worker.run(chain, [runs_batch([b]) for b in range(0, n, 1000)],
                            localDir=str(tmp_path), memoryBytes=limit)
        assert sum(v for _, v in answer.objects) == n
        assert answer.done["memoryBytesSpilled"] > 2 * limit
        assert peak_of(worker.pid) - idle < 2 * limit
    assert os.listdir(tmp_path) == []
