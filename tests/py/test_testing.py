"""rushlight.testing: each assertion holds, and fails with the whole of its message.

Programs are files of their own, so that the lines in messages are known.  Logs of real PySpark 4.3:
tests/data/spark_plans and spark_kept, made by make_spark_traces.py, and those in tests/data/replay.
"""
import os
import re
import textwrap

import pytest

from conftest import ROOT
from rushlight import SparkConf, SparkContext
from rushlight.errors import PySparkRuntimeError, PySparkTypeError, PySparkValueError
from rushlight.testing import _recording
from rushlight.testing import (Trace, at_least, at_most, between, read_trace, recording, times,
                               trace)

REPLAY = os.path.join(ROOT, "tests", "data", "replay")
KEPT = os.path.join(ROOT, "tests", "data", "spark_kept.jsonl.gz")
PLANS = os.path.join(ROOT, "tests", "data", "spark_plans.jsonl.gz")

TWO_COUNTS = """\
counts = sc.parallelize("abca", 2).map(lambda c: (c, 1)).reduceByKey(max)
counts.count()
counts.count()
"""
TWO_COUNTS_DRAWN = """
job 0  count at app.py:2
  stage 0  reduceByKey at app.py:1  ▮▮ 2 tasks
    └─▶ stage 1: 4 pairs, 268 B
  stage 1  count at app.py:2  ▮▮ 2 tasks
job 1  count at app.py:3
  stage 2  reduceByKey at app.py:1  skipped
  stage 3  count at app.py:3  ▮▮ 2 tasks
"""
JOIN = """\
from rushlight.sql import functions as F
left = spark.range(1000).withColumn("k", F.col("id") % 3)
right = spark.range(3).withColumnRenamed("id", "k")
left.join(right, "k").groupBy("k").count().collect()
"""


@pytest.fixture
def traced(tmp_path):
    """traced(program, (key, value), …, master=): its Trace; it finds sc and spark."""
    def run(text, *settings, master="local[2]"):
        from rushlight.sql import SparkSession
        path = tmp_path / "app.py"
        path.write_text(text)
        with trace() as taken:
            conf = SparkConf().setMaster(master).setAppName("traced").setAll(settings)
            with SparkContext(conf=conf) as sc:
                exec(compile(text, str(path), "exec"), {"sc": sc, "spark": SparkSession(sc)})
        return taken
    return run


def message(assertion, *args, **kwargs):
    with pytest.raises(AssertionError) as failed:
        assertion(*args, **kwargs)
    return str(failed.value)


def says(headline, drawn, rest=""):
    parts = (headline, drawn, textwrap.dedent(rest))
    return "\n\n".join(part.strip("\n") for part in parts if part)


# ── each assertion ──
def test_what_holds(traced):
    taken = traced(TWO_COUNTS)
    taken.assert_jobs(2)
    taken.assert_stages(range(2, 5))
    taken.assert_tasks(6)
    taken.assert_shuffles(1)
    taken.assert_shuffle_pairs(at_most(4))
    taken.assert_shuffle_bytes(between(1, 1000))
    taken.assert_max_skew(3)
    taken.assert_no_spill()
    taken.assert_cached(0)
    taken.assert_recomputed(0)
    assert str(taken) == TWO_COUNTS_DRAWN.strip()


@pytest.mark.parametrize("name, expected, headline, rest", [
    ("jobs", 1, "expected 1 job, saw 2", """
        too many:
          job 1  count at app.py:3
              counts.count()
        """),
    ("jobs", at_least(3), "expected at least 3 jobs, saw 2", ""),
    ("stages", at_most(2), "expected at most 2 stages, saw 3", """
        too many:
          stage 3  count at app.py:3
              counts.count()
        """),
    ("tasks", range(1, 6), "expected 1 to 5 tasks, saw 6", """
        too many:
          stage 0 (2 tasks)  reduceByKey at app.py:1
              counts = sc.parallelize("abca", 2).map(lambda c: (c, 1)).reduceByKey(max)
          stage 1 (2 tasks)  count at app.py:2
              counts.count()
          stage 3 (2 tasks)  count at app.py:3
              counts.count()
        """),
    ("shuffles", 0, "expected 0 shuffles, saw 1", """
        too many:
          stage 0  reduceByKey at app.py:1
              counts = sc.parallelize("abca", 2).map(lambda c: (c, 1)).reduceByKey(max)
        """),
    ("shuffle_pairs", at_most(3), "expected at most 3 pairs written to shuffles, saw 4", """
        too many:
          stage 0 (4 pairs)  reduceByKey at app.py:1
              counts = sc.parallelize("abca", 2).map(lambda c: (c, 1)).reduceByKey(max)
        """),
    ("shuffle_bytes", 100, "expected 100 bytes written to shuffles, saw 268", """
        too many:
          stage 0 (268 B)  reduceByKey at app.py:1
              counts = sc.parallelize("abca", 2).map(lambda c: (c, 1)).reduceByKey(max)
        """),
    ("cached", 1, "expected 1 partition found where it is kept, saw 0",
     "nothing that ran is persisted"),
    ("recomputed", 2, "expected 2 partitions computed again, saw 0", ""),
    ("plan", "Range", "expected the plan of queries[-1], saw 0 queries of SQL", "")])
def test_what_does_not_hold(traced, name, expected, headline, rest):
    taken = traced(TWO_COUNTS)
    assert message(getattr(taken, "assert_" + name), expected) == says(
        headline, TWO_COUNTS_DRAWN, rest)


def test_what_failed_and_what_was_not_reached(traced):
    failing = traced("""\
parted = sc.parallelize([0, 1], 1).map(lambda i: (1 // i, i)).reduceByKey(max)
try:
    parted.count()
except Exception:
    pass
""")
    assert str(failing) == """\
job 0  count at app.py:3  failed
  stage 0  reduceByKey at app.py:1  failed
  stage 1  count at app.py:3  not run"""


def test_skew_shows_the_partitions_and_the_line(traced):
    taken = traced("rows = sc.parallelize([(0, i) for i in range(90)] + [(1, 0), (2, 0)], 2)\n"
                   "rows.partitionBy(3).count()\n")
    taken.assert_max_skew(90)
    bytes_written = taken.jobs[0].stages[0].bytes
    assert message(taken.assert_max_skew, 3) == says(
        "expected a skew of records of at most 3, saw 90: partition 0 of stage 1 has 90, "
        "the one in the middle 1", f"""
job 0  count at app.py:2
  stage 0  partitionBy at app.py:2  ▮▮ 2 tasks
    └─▶ stage 1: 92 pairs, {bytes_written} B
  stage 1  count at app.py:2  ▮▮▮ 3 tasks

  partition 0  ▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮  90
  partition 1                                  1
  partition 2                                  1
""", """
        the stage:
          stage 1  count at app.py:2
              rows.partitionBy(3).count()
        """)


def test_half_of_the_partitions_without_anything_is_skew_without_end(traced):
    taken = traced("sc.parallelize([(0, 1)] * 10, 2).partitionBy(4).count()\n")
    assert "of at most 1000, saw inf: partition 0" in message(taken.assert_max_skew, 1000)


def test_nothing_read_is_even(traced):
    taken = traced("sc.parallelize(range(4), 2).count()\n")
    taken.assert_max_skew(1)
    traced("").assert_max_skew(1)


def test_spill_shows_who_spilled(traced):
    taken = traced("pairs = sc.parallelize(range(100000), 2).map(lambda i: (i % 50021, 'x' * 40))\n"
                   "pairs.groupByKey(2).count()\n", ("spark.python.worker.memory", "1m"))
    assert re.fullmatch(
        r"expected no spill, saw [\d.]+ [KM]iB spilled to disk by \d stages?\n\njob 0 .*\n\n"
        r"spilled:\n  stage \d \([\d.]+ [KM]iB, [\d.]+ [KM]iB in memory\)  groupByKey at "
        r"app.py:2\n      pairs\.groupByKey\(2\)\.count\(\).*",
        message(taken.assert_no_spill), re.S)


def test_kept_partitions(traced):
    taken = traced("numbers = sc.parallelize(range(8), 2).cache()\n"
                   "numbers.count()\nnumbers.sum()\n")
    taken.assert_cached()
    taken.assert_cached(2)
    drawn = """
job 0  count at app.py:2
  stage 0  count at app.py:2  ▮▮ 2 tasks
job 1  sum at app.py:3
  stage 1  sum at app.py:3  ▮▮ 2 tasks
"""
    assert message(taken.assert_cached, 4) == says(
        "expected 4 partitions found where they are kept, saw 2", drawn, """
        not found:
          stage 0 (2 partitions computed, to be kept)  count at app.py:2
              numbers.count()
        """)
    assert message(taken.assert_cached, 0) == says(
        "expected 0 partitions found where they are kept, saw 2", drawn, """
        too many:
          stage 1  sum at app.py:3
              numbers.sum()
        """)


def test_what_was_lost_is_computed_again(traced):
    taken = traced("pairs = sc.parallelize([(i, i) for i in range(8)], 4).groupByKey(2)\n"
                   "pairs.count()\n"
                   "sc._engine.kill_executor(sc._engine.executor_ids()[0], True)\n"
                   "pairs.count()\n", master="local-cluster[2,1,512]")
    taken.assert_recomputed(at_least(1))
    shown = message(taken.assert_recomputed, 0)
    assert re.match(r"expected 0 partitions computed again, saw [1-4]\n\njob 0 ", shown)
    assert shown.endswith("again)  groupByKey at app.py:1\n      "
                          "pairs = sc.parallelize([(i, i) for i in range(8)], 4).groupByKey(2)")


# ── plans ──
def test_final_and_initial_plan(traced):
    taken = traced(JOIN)
    taken.assert_plan("""
        HashAggregate [keys=[k], count(1)]
          Exchange [hashpartitioning, 200]
            HashAggregate [partial_count(1)]
              Project
                BroadcastHashJoin [Inner, BuildRight]
                  ...
                  BroadcastExchange
                    ...
        """)
    taken.assert_plan("""
        AdaptiveSparkPlan [isFinalPlan=false]
          HashAggregate
            ...
        """, which="initial")
    taken.assert_plan("+- *(3) HashAggregate\n   +- AQEShuffleRead\n"
                      "      +- Exchange\n         +- ...")


def test_a_join_that_is_split_is_called_so(traced):
    adaptive = "spark.sql.adaptive."
    taken = traced("""\
left = spark.range(5000).selectExpr("CASE WHEN id % 10 < 8 THEN 0 ELSE id % 50 END AS k", "id")
left.join(spark.range(50).selectExpr("id AS k", "id AS w"), "k").collect()
""", ("spark.sql.autoBroadcastJoinThreshold", "-1"),
                   (adaptive + "advisoryPartitionSizeInBytes", "5000"),
                   (adaptive + "skewJoin.skewedPartitionThresholdInBytes", "5000"))
    for which, join in (("initial", "SortMergeJoin"), ("final", "SortMergeJoin(skew=true)")):
        taken.assert_plan(f"""
            Project
              {join} [k, Inner]
                Sort
                  ...
                Sort
                  ...
            """, which=which)


def test_plans_side_by_side(traced):
    shown = message(traced(JOIN).assert_plan, """
        HashAggregate
          Exchange
            HashAggregate
              Project
                SortMergeJoin
                  ...
                  ...
        """)
    assert shown == says("expected another final plan of queries[0]:", """
  expected                seen
  HashAggregate           HashAggregate(keys=[k], functions=[count(1)])
    Exchange                Exchange hashpartitioning(k, 200), ENSURE_REQUIREMENTS
      HashAggregate           HashAggregate(keys=[k], functions=[partial_count(1)])
        Project                 Project [k]
≠         SortMergeJoin           BroadcastHashJoin [k], [k], Inner, BuildRight, f…
            ...                     Project [(id % 3) AS k]
                                      Filter isnotnull((id % 3))
                                        Range (0, 1000, step=1, splits=2)
            ...                     BroadcastExchange HashedRelationBroadcastMode(…
                                      Project [id AS k]
                                        Range (0, 3, step=1, splits=2)

job 0  collect at app.py:4
  stage 0  collect at app.py:4  ▮▮ 2 tasks
job 1  collect at app.py:4
  stage 1  collect at app.py:4  ▮▮ 2 tasks
    └─▶ a later job: 6 pairs, 264 B
job 2  collect at app.py:4
  stage 2  collect at app.py:4  skipped
  stage 3  collect at app.py:4  ▮ 1 task
""", """
        the query:
          queries[0]  collect at app.py:4
              left.join(right, "k").groupBy("k").count().collect()
        """)


@pytest.mark.parametrize("tree", [
    "Filter\n  Rang", "Filt\n  Range", "Filter", "Filter\n  Range\n  Range", "Range",
    "Filter [id]\n  Range [10]", "Filter [(id > 70)]\n  Range", "...x"])
def test_a_plan_is_no_text(traced, tree):
    taken = traced("spark.range(100).where('id > 7').collect()\n")
    for right in ("Filter\n  Range", "...", "Filter\n  ...",
                  "Filter [(id > 7)]\n  Range [0, 100]"):
        taken.assert_plan(right)
    assert "≠" in message(taken.assert_plan, tree)


@pytest.mark.parametrize("tree, what", [
    ("", "is empty"), ("Filter\nRange", "line 2 of the expected plan, 'Range', is a second root"),
    ("Filter\n  ...\n    Range", "stands below ...")])
def test_a_tree_that_is_none(traced, tree, what):
    with pytest.raises(PySparkValueError, match=re.escape(what)):
        traced("spark.range(1).count()\n").assert_plan(tree)


# ── logs of real Spark ──
def test_a_log_of_real_spark():
    taken = read_trace(os.path.join(REPLAY, "word_count-2.jsonl.gz"))
    taken.assert_jobs(3)
    taken.assert_stages(6)
    taken.assert_tasks(48)
    taken.assert_shuffles(3)
    taken.assert_shuffle_pairs(3 * 8 * 64)                  # runs of pairs, in Spark
    taken.assert_no_spill()
    taken.assert_recomputed(0)
    first = "\n".join(str(taken).splitlines()[:4])
    n_bytes = sum(task.bytes_written for task in taken.jobs[0].stages[0].tasks)
    assert first == f"""\
job 0  count at record_logs.py:26
  stage 0  reduceByKey at record_logs.py:26  ▮▮▮▮▮▮▮▮ 8 tasks
    └─▶ stage 1: 512 pairs, {n_bytes / 1024:.1f} KiB
  stage 1  count at record_logs.py:26  ▮▮▮▮▮▮▮▮ 8 tasks"""


def test_skewed_times_of_real_spark():
    taken = read_trace(os.path.join(REPLAY, "skew-1.jsonl.gz"))
    taken.assert_max_skew(1)
    assert "expected a skew of time of at most 2, saw" in message(
        taken.assert_max_skew, 2, of="time")


def test_plans_of_real_spark():
    taken = read_trace(PLANS)
    taken.assert_plan("""
        HashAggregate [count(1)]
          Exchange [SinglePartition]
            HashAggregate
              Project
                BroadcastHashJoin [Inner, BuildRight]
                  Project
                    Filter
                      Range
                  BroadcastExchange
                    Project
                      Filter
                        Scan ExistingRDD [k, name]
        """)
    taken.assert_plan("AdaptiveSparkPlan [isFinalPlan=false]\n  ...", which="initial", query=0)
    assert len(taken.queries) == 2
    assert message(taken.assert_plan, "Sort", query=1).startswith(
        "expected another final plan of queries[1]:\n\n"
        "  expected   seen\n≠ Sort       HashAggregate(")


def test_kept_partitions_of_real_spark_are_those_of_ours(traced):
    ours = traced("numbers = sc.parallelize(range(8), 2).map(lambda i: i * i).cache()\n"
                  "numbers.count()\nnumbers.sum()\n"
                  "rows = spark.range(0, 100, 1, 2).cache()\nrows.count()\n"
                  "rows.selectExpr('sum(id)').collect()\n")
    for taken in (read_trace(KEPT), ours):
        taken.assert_cached(6)
        assert message(taken.assert_cached, at_most(5)).startswith(
            "expected at most 5 partitions found where they are kept, saw 6\n\njob 0  count at ")


def test_ours_and_sparks_word_count_agree(traced):
    theirs, ours = read_trace(PLANS), traced(
        "from operator import add\n"
        "lines = sc.parallelize(['to be or not to be', 'that is the question'], 2)\n"
        "counts = lines.flatMap(str.split).map(lambda w: (w, 1)).reduceByKey(add)\n"
        "counts.collect()\ncounts.count()\n")
    shape = [[(len(s.tasks), s.ran) for s in job.stages] for job in ours.jobs]
    assert shape == [[(len(s.tasks), s.ran) for s in job.stages] for job in theirs.jobs[:2]]


# ── amounts ──
def test_times_another_trace(traced):
    grouped = traced("pairs = sc.parallelize([(1, 'x' * 50)] * 100, 2)\n"
                     "pairs.partitionBy(2).count()\n")
    reduced = traced("pairs = sc.parallelize([(1, 'x' * 50)] * 100, 2)\n"
                     "pairs.reduceByKey(max).count()\n")
    reduced.assert_shuffle_pairs(times(0.02, of=grouped))
    grouped.assert_shuffle_pairs(at_least(times(50, of=reduced)))
    assert message(grouped.assert_shuffle_pairs, times(2, of=reduced)).startswith(
        "expected at most 4 (2 times 2) pairs written to shuffles, saw 100\n\njob 0  count at ")


@pytest.mark.parametrize("wrong", ["1", None, True, [1], range(3, 1), range(0, 9, 2)])
def test_what_is_no_amount(traced, wrong):
    with pytest.raises(PySparkTypeError, match="expected a"):
        traced("").assert_jobs(wrong)


def test_what_is_no_skew_and_no_plan(traced):
    taken = traced("")
    with pytest.raises(PySparkValueError, match="of must be one of records, bytes, time"):
        taken.assert_max_skew(1, of="weight")
    with pytest.raises(PySparkValueError, match='which must be "final" or "initial"'):
        taken.assert_plan("Range", which="last")
    with pytest.raises(PySparkTypeError, match="a plan is indented text, not int"):
        taken.assert_plan(3)


# ── taking traces ──
def test_a_piece_of_a_program():
    with recording(), SparkContext("local[2]", "pieces") as sc:
        sc.parallelize([1]).count()
        with trace(sc) as first:
            sc.parallelize([1]).count()
            first.assert_jobs(1)
            sc.parallelize([1]).count()
            first.assert_jobs(2)
        with trace() as second:
            pass
        first.assert_jobs(2)
        second.assert_jobs(0)
        assert message(second.assert_jobs, 1) == "expected 1 job, saw 0\n\nno jobs"


def test_a_job_that_fails_is_one(traced):
    def boom(_):
        raise ValueError("boom")
    with recording(), SparkContext("local[2]", "fails") as sc:
        with trace(sc) as taken:
            with pytest.raises(Exception, match="boom"):
                sc.parallelize([1], 1).map(boom).count()
        taken.assert_jobs(1)
        taken.assert_tasks(0)


def test_a_context_that_writes_no_log():
    with SparkContext("local[1]", "silent") as sc:
        with pytest.raises(PySparkRuntimeError, match="this SparkContext writes none"):
            with trace(sc):
                pass


def test_a_log_that_begins_is_waited_for(tmp_path):
    unfinished = tmp_path / "app.inprogress"
    for text in ("", '{"Event":"SparkListenerLogStart"}\n', '{"Event":"SparkListenerLogStart"'):
        unfinished.write_text(text)
        happenings, jobs, queries = _recording._read_unfinished(str(tmp_path / "app"))
        assert (happenings.jobs, jobs, queries) == ([], set(), set())


def test_bytes_that_tasks_write_to_files(tmp_path):
    with recording(), SparkContext("local[2]", "files") as sc, trace(sc) as t:
        sc.parallelize(["abc", "de"], 2).saveAsTextFile(str(tmp_path / "out"))
    (job,) = t.jobs
    assert [task.output_bytes for task in sorted(job.stages[0].tasks, key=lambda t: t.partition)
            ] == [4, 3]


def test_settings_are_as_before_after_a_recording():
    before = SparkConf().getAll()
    with recording():
        assert SparkConf().get("spark.eventLog.enabled") == "true"
    assert SparkConf().getAll() == before


def test_lines_of_the_program_where_spark_has_its_own(traced):
    taken = traced("spark.range(10).cache().createOrReplaceTempView('v')\n"
                   "spark.table('v').count()\n"
                   "spark.table('v').count()\n")
    taken.assert_cached(4)
    assert [job.name.rpartition("/")[2] for job in taken.jobs] == [
        "app.py:2"] * 3 + ["app.py:3"] * 2
    shown = message(taken.assert_jobs, 3)
    assert shown.endswith("too many:\n"
                          "  job 3  count at app.py:3\n      spark.table('v').count()\n"
                          "  job 4  count at app.py:3\n      spark.table('v').count()")
    assert [query.name.rpartition("/")[2] for query in taken.queries] == [
        "app.py:1", "app.py:2", "app.py:3"]


def test_a_trace_of_what_came_after_many_forgotten_jobs():
    with recording(), SparkContext("local[2]", "many", conf=SparkConf().set(
            "spark.ui.retainedJobs", "2")) as sc:
        for _ in range(6):
            sc.parallelize([1], 1).count()
        with trace(sc) as taken:
            sc.parallelize([1], 1).count()
        taken.assert_jobs(1)


# ── pytest ──
PYTEST_PROGRAM = """
import pytest
from rushlight import SparkContext
from rushlight.testing import at_most

@pytest.fixture(scope="module")
def sc():
    with SparkContext("local[2]", "tested") as context:
        yield context

def test_fixture(sc, trace):
    sc.parallelize([1]).count()
    trace.assert_jobs(1)

@pytest.mark.trace(jobs=1, shuffles=at_most(0), no_spill=True)
def test_marker(sc):
    sc.parallelize([1]).count()

@pytest.mark.trace(jobs=1)
def test_too_many(sc):
    sc.parallelize([1]).count()
    sc.parallelize([2]).count()

@pytest.mark.trace(jobs=1)
def test_own_failure_comes_first(sc):
    assert 1 == 2

@pytest.mark.trace(job=1)
def test_unknown_word(sc):
    pass
"""


def test_the_plugin(run_program, tmp_path):
    import sys
    (tmp_path / "test_app.py").write_text(PYTEST_PROGRAM)
    status, out, err = run_program(argv=[
        sys.executable, "-m", "pytest", "-p", "rushlight.testing.pytest_plugin", "--strict-markers",
        "-p", "no:cacheprovider", "test_app.py"], env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"})
    assert status == 1 and "3 failed, 2 passed" in out, out + err
    assert "AssertionError: expected 1 job, saw 2" in out
    assert "too many:" in out and "sc.parallelize([2]).count()" in out
    assert "assert 1 == 2" in out
    assert re.search(r"the marker trace takes cached=, jobs=, .*tasks=; not job=", out)


def test_the_package_declares_the_plugin():
    with open(os.path.join(ROOT, "pyproject.toml")) as f:
        assert re.search(r'\[project\.entry-points\.pytest11\]\n'
                         r'rushlight = "rushlight\.testing\.pytest_plugin"', f.read())


def test_every_assertion_is_shown_to_hold():
    names = [name for name in vars(Trace) if name.startswith("assert_")]
    assert len(names) == 11
    assert [name for name in names if ">>>" not in getattr(Trace, name).__doc__] == []
