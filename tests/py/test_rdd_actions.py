"""Actions: their results and the jobs that they run, as real PySpark counts them."""
import operator
import os

import pytest

from rushlight.errors import EngineError, PySparkException


@pytest.fixture
def jobs(sc):
    """Runs something and tells (its result, its jobs as lists of stages' task numbers)."""

    def run(action):
        sc.setJobGroup("jobs", "counted")
        tracker = sc.statusTracker()
        before = set(tracker.getJobIdsForGroup("jobs"))
        result = action()
        ids = sorted(set(tracker.getJobIdsForGroup("jobs")) - before)
        stages = [[tracker.getStageInfo(s) for s in tracker.getJobInfo(j).stageIds] for j in ids]
        return result, [[s.numTasks for s in job if s.numCompletedTasks] for job in stages]

    return run


# ── everything ──
def test_collect_and_count(sc, jobs):
    rdd = sc.parallelize(range(1000), 4).map(lambda x: x * x).filter(lambda x: x % 2 == 0)
    assert jobs(rdd.count) == (500, [[4]])
    assert jobs(sc.parallelize([1, 2], 3).collect) == ([1, 2], [[3]])
    assert jobs(lambda: sc.parallelize([("a", 1), ("a", 2)], 1).collectAsMap()) == ({"a": 2}, [[1]])


def test_a_job_without_partitions(sc, jobs):
    assert jobs(sc.emptyRDD().count) == (0, [[]])


# ── some ──
def test_take(sc, jobs):
    rdd = sc.parallelize(range(200), 200).filter(lambda x: x == 150)
    assert jobs(lambda: rdd.take(1)) == ([150], [[1], [4], [20], [100], [75]])
    rdd = sc.parallelize(range(100), 50).filter(lambda x: x % 9 == 0)
    assert jobs(lambda: rdd.take(5)) == ([0, 9, 18, 27, 36], [[1], [4], [13], [15]])
    assert jobs(lambda: sc.parallelize(range(10), 8).take(100)) == (
        list(range(10)), [[1], [4], [3]])
    assert jobs(lambda: rdd.take(0)) == ([], []) == jobs(lambda: rdd.take(-1))


def test_first_and_is_empty(sc, jobs):
    rdd = sc.parallelize(range(40), 4)
    assert jobs(rdd.first) == (0, [[1]])
    assert jobs(rdd.isEmpty) == (False, [[1]])
    assert jobs(sc.parallelize([], 5).isEmpty) == (True, [[1], [4]])
    assert jobs(sc.emptyRDD().isEmpty) == (True, [])
    with pytest.raises(ValueError, match="RDD is empty"):
        sc.parallelize([], 2).first()


def test_take_ordered_and_top(sc, jobs):
    rdd = sc.parallelize([5, 3, 9, 1, 7, 8, 2], 3)
    assert jobs(lambda: rdd.top(3)) == ([9, 8, 7], [[3]])
    assert jobs(lambda: rdd.takeOrdered(3)) == ([1, 2, 3], [[3]])
    assert rdd.takeOrdered(3, key=operator.neg) == [9, 8, 7]
    assert rdd.takeOrdered(99, operator.neg) == [9, 8, 7, 5, 3, 2, 1]
    assert rdd.top(2, key=operator.neg) == [1, 2]
    assert jobs(lambda: rdd.takeOrdered(0)) == ([], [])
    assert sc.parallelize([], 2).takeOrdered(2) == [] == sc.emptyRDD().takeOrdered(2)
    assert rdd.top(0) == []


# ── one value of all ──
def test_reduce_fold_sum(sc, jobs):
    rdd = sc.parallelize([1, 2, 3, 4], 4)
    assert jobs(lambda: rdd.reduce(operator.mul)) == (24, [[4]])
    assert jobs(lambda: rdd.fold(10, operator.add)) == (60, [[4]])
    assert jobs(rdd.sum) == (10, [[4]])
    assert (rdd.max(), rdd.min(), rdd.max(key=operator.neg), rdd.min(key=operator.neg)) == (
        4, 1, 1, 4)
    assert sc.parallelize([], 2).sum() == 0 and sc.parallelize([], 2).fold(7, max) == 7
    assert sc.parallelize([7], 5).reduce(max) == 7
    assert sc.parallelize("abc", 2).reduce(operator.add) == "abc"
    for action in (lambda r: r.reduce(max), lambda r: r.max(), lambda r: r.min()):
        with pytest.raises(ValueError, match="empty RDD"):
            action(sc.parallelize([], 2))


def test_what_is_merged_on_the_driver_is_merged_on_the_calling_thread(sc):
    import threading
    seen = []

    def add(a, b):
        seen.append(threading.get_ident())
        return a + b

    assert sc.parallelize([1, 2, 3], 3).reduce(add) == 6
    assert set(seen) == {threading.get_ident()}


# ── for the side effect ──
def test_foreach(sc, tmp_path, jobs):
    def mark(x):
        (tmp_path / str(x)).touch()

    assert jobs(lambda: sc.parallelize(range(10), 3).foreach(mark)) == (None, [[3]])
    assert len(os.listdir(tmp_path)) == 10

    def mark_sum(part):
        (tmp_path / f"sum{sum(part)}").touch()

    sc.parallelize([1, 2, 3], 1).foreachPartition(mark_sum)

    def mark_each(part):
        for x in part:
            (tmp_path / f"each{x}").touch()
            yield x

    sc.parallelize([1, 2], 2).foreachPartition(mark_each)
    assert {"sum6", "each1", "each2"} <= set(os.listdir(tmp_path))


# ── runJob ──
def test_run_job(sc, jobs):
    rdd = sc.parallelize(range(6), 3)
    assert jobs(lambda: sc.runJob(rdd, lambda part: [sum(part)])) == ([1, 5, 9], [[3]])
    assert jobs(lambda: sc.runJob(rdd, lambda part: [sum(part)], [2, 0])) == ([9, 1], [[2]])
    with pytest.raises(EngineError, match="partition"):
        sc.runJob(rdd, list, [7])


# ── skipped stages ──
def test_a_second_action_skips_the_shuffled_stage(sc, jobs):
    counts = sc.parallelize(range(40), 4).map(lambda x: (x % 5, x)).reduceByKey(operator.add)
    assert jobs(counts.count)[1] == [[4, 4]]
    _, (second,) = jobs(counts.count)
    assert second == [4]
    again = sc.parallelize(range(40), 4).map(lambda x: (x % 5, x)).reduceByKey(operator.add)
    assert jobs(again.count)[1] == [[4, 4]]


# ── saveAsTextFile ──
def lines_of(folder, n):
    return [(folder / f"part-{i:05d}").read_text(encoding="utf-8") for i in range(n)]


def test_save_as_text_file(sc, tmp_path, jobs):
    out = tmp_path / "new" / "out"
    assert jobs(lambda: sc.parallelize([1, 2, 3], 5).saveAsTextFile(str(out))) == (None, [[5]])
    assert sorted(n for n in os.listdir(out) if n[0] != ".") == [
        "_SUCCESS", "part-00000", "part-00001", "part-00002", "part-00003", "part-00004"]
    assert lines_of(out, 5) == ["", "1\n", "", "2\n", "3\n"]
    assert sc.textFile(str(out)).map(int).sum() == 6


def test_what_lines_look_like(sc, tmp_path):
    out = tmp_path / "out"
    sc.parallelize(["ä", b"\xc3\xb6", None, (1, "x"), 1.5, "a\nb"], 1).saveAsTextFile(str(out))
    assert lines_of(out, 1) == ["ä\nö\nNone\n(1, 'x')\n1.5\na\nb\n"]


def test_an_output_that_exists_is_refused(sc, tmp_path):
    (tmp_path / "keep").write_text("mine")
    with pytest.raises(EngineError, match=f"Output directory file:{tmp_path} already exists"):
        sc.parallelize([1]).saveAsTextFile(str(tmp_path))
    assert os.listdir(tmp_path) == ["keep"]


def test_a_job_that_fails_leaves_nothing_that_looks_finished(sc, tmp_path):
    out = tmp_path / "out"
    with pytest.raises(PySparkException, match="ZeroDivisionError"):
        sc.parallelize([2, 1, 0], 3).map(lambda x: 1 // x).saveAsTextFile(str(out))
    left = set(os.listdir(out)) if out.exists() else set()
    assert not [name for name in left if name == "_SUCCESS" or name.startswith("part-")]


def test_an_output_that_cannot_be_written(sc, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(EngineError, match=str(tmp_path)):
        sc.parallelize([1]).saveAsTextFile(str(tmp_path / "file" / "out"))


# ── from several threads ──
def test_jobs_of_several_threads(sc):
    import threading
    results = {}

    def work(n):
        sc.setJobGroup(f"thread {n}", "")
        results[n] = sc.parallelize(range(n * 100), 3).map(lambda x: (x % 3, 1)).reduceByKey(
            operator.add).collectAsMap()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {n: sum(counts.values()) for n, counts in results.items()} == {
        n: n * 100 for n in range(1, 9)}
    assert all(len(sc.statusTracker().getJobIdsForGroup(f"thread {n}")) == 1 for n in range(1, 9))


def test_local_properties_are_seen_in_the_events(sc):
    sc.setJobGroup("nightly", "a description")
    sc.parallelize([1]).count()
    newest = sc.statusTracker().getJobIdsForGroup("nightly")[0]
    assert sc.statusTracker().getJobInfo(newest).status == "SUCCEEDED"
    assert sc.statusTracker().getActiveJobsIds() == []
