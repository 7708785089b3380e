"""DataFrame.checkpoint and localCheckpoint: a scan of kept rows in place of the plan, which knows
how they lie; the jobs that this takes, and what is kept how long.  Plans and jobs are Spark 4.3's.
"""
import gc
import os
import re

import pytest

from kept_rdds import until
from rushlight import SparkContext, StorageLevel
from rushlight.errors.engine import IllegalArgumentException
from rushlight.errors.sql import AnalysisException
from rushlight.sql import SparkSession, functions as F


@pytest.fixture(params=[True, False], ids=["adaptive", "planned once"])
def adaptive(request):
    return request.param


@pytest.fixture
def spark(adaptive, tmp_path):
    sc = SparkContext("local[2]", "checkpoints")
    sc.setCheckpointDir(str(tmp_path))
    session = SparkSession(sc)
    session.conf.set("spark.sql.adaptive.enabled", adaptive)
    session.conf.set("spark.sql.shuffle.partitions", 4)
    yield session
    sc.stop()


@pytest.fixture
def df(spark):
    return spark.range(100).withColumn("k", F.col("id") % 10)


@pytest.fixture
def plan(capsys):
    """A frame's plan as explain shows it, without numbers of columns and plans."""

    def text(frame, mode=None):
        capsys.readouterr()
        frame.explain(mode)
        return re.sub(r"#\d+|plan_id=\d+", "", capsys.readouterr().out)

    return text


@pytest.fixture
def jobs(spark):
    """How many stages each job has that ran since the last look."""
    seen = set()

    def look():
        sc = spark.sparkContext
        new = sorted(set(sc._engine.job_ids()) - seen)
        seen.update(new)
        return [len(sc.statusTracker().getJobInfo(job).stageIds) for job in new]

    look()
    return look


def kept(spark):
    return [rdd for rdd, *_ in spark.sparkContext._engine.kept_rdds()]


# ── jobs ──
def test_a_local_one_takes_a_job_now(df, jobs, adaptive):
    cut = df.localCheckpoint()
    assert jobs() == [1]
    assert cut.count() == 100 and jobs() == ([1, 2] if adaptive else [2])


def test_a_lazy_one_takes_none(df, jobs, adaptive):
    cut = df.localCheckpoint(eager=False)
    assert jobs() == []
    for _ in range(2):
        assert cut.count() == 100 and jobs() == ([1, 2] if adaptive else [2])


def test_what_is_above_runs_no_more(df, jobs, adaptive):
    counts = df.groupBy("k").count().localCheckpoint()
    assert jobs() == ([1, 2] if adaptive else [2])
    assert len(counts.collect()) == 10 and jobs() == [1]


def test_files_are_written_at_once(df, jobs, adaptive, tmp_path):
    cut = df.groupBy("k").count().checkpoint()
    assert jobs() == ([1, 2] if adaptive else [2])
    folder, = tmp_path.glob("*/rdd-*")
    assert "part-00000" in os.listdir(folder)
    assert cut.count() == 10 and jobs() == ([1, 2] if adaptive else [2])


def test_lazy_files_are_written_behind_the_first_job(df, jobs, adaptive, tmp_path):
    cut = df.checkpoint(eager=False)
    assert jobs() == [] and not list(tmp_path.glob("*/rdd-*"))
    assert cut.count() == 100 and jobs() == ([1, 2, 1] if adaptive else [2, 1])
    assert cut.count() == 100 and jobs() == ([1, 2] if adaptive else [2])
    assert len(list(tmp_path.glob("*/rdd-*"))) == 1


def test_it_is_an_action_of_sql(df, spark):
    df.groupBy("k").count().localCheckpoint()
    execution = spark.sparkContext._engine.executions()[-1]
    assert "localCheckpoint at " in execution["description"]
    assert execution["job_ids"] == spark.sparkContext._engine.job_ids()


# ── plans ──
def test_the_plan_is_a_scan(df, plan):
    cut = df.localCheckpoint()
    assert plan(cut) == "== Physical Plan ==\n*(1) Scan ExistingRDD[idL,kL]\n\n\n"
    assert plan(df.localCheckpoint(False)) == plan(cut) == plan(df.checkpoint())
    assert "MapPartitionsRDD[" in plan(cut, "formatted")
    assert ("ExistingRDD, rangepartitioning(idL ASC NULLS FIRST, 2), [idL ASC NULLS FIRST]"
            in plan(cut, "formatted"))


def test_columns_are_the_same_ones(df):
    cut = df.localCheckpoint()
    assert cut.select(df.id).count() == cut.join(df, "id").count() == 100
    assert cut.join(cut, "id").count() == 100
    with pytest.raises(AnalysisException, match="MISSING_ATTRIBUTES|ambiguous|RESOLVED"):
        cut.select(df.withColumn("other", F.lit(1)).other)


def test_partitions_and_order_are_known(df, plan, adaptive):
    by_key = df.repartition(4, "k").sortWithinPartitions("k").localCheckpoint()
    grouped = plan(by_key.groupBy("k").count())
    assert ("Exchange" in grouped) == adaptive      # an adaptive plan lays its rows as it likes
    joined = plan(by_key.join(by_key.withColumnRenamed("id", "j"), "k").hint("merge"))
    if not adaptive:
        assert "Exchange" not in plan(by_key.select((F.col("k") + 1).alias("q"), "k")
                                      .groupBy("k").count())
        assert "Exchange hash" not in joined
    assert by_key.join(by_key.withColumnRenamed("id", "j"), "k").count() == 1000


def test_size_is_known(df, plan):
    small = df.groupBy("k").count().localCheckpoint()
    assert "BroadcastHashJoin" in plan(df.join(small, "k"))


def test_a_limit_has_no_order(spark, adaptive):
    """Sorted partitions, one behind the other."""
    some = spark.range(100).repartition(4).sortWithinPartitions("id").limit(60).localCheckpoint()
    ids = [row.id for row in some.orderBy("id").collect()]
    assert len(ids) == 60 and ids == sorted(ids)


def test_a_loop_does_not_double(spark, plan):
    """Thirty rounds that name the last one twice are a billion scans otherwise."""
    df = spark.range(20).withColumn("least", F.col("id"))
    for _ in range(30):
        heard = df.select(((F.col("id") + 1) % 20).alias("id"), F.col("least").alias("said"))
        df = df.join(heard, "id").select("id", F.least("least", "said").alias("least"))
        df = df.localCheckpoint()
    assert plan(df).count("Scan") == 1
    assert {row.least for row in df.collect()} == {0}


# ── what is kept ──
def test_blocks_go_with_the_frame(df, spark):
    cut = df.localCheckpoint()
    once_more = cut.filter("id > 5")
    assert len(kept(spark)) == 1
    del cut
    gc.collect()
    assert len(kept(spark)) == 1 and once_more.count() == 94
    del once_more
    gc.collect()
    until(spark.sparkContext, lambda: kept(spark) == [])


@pytest.mark.parametrize("level, where", [
    (None, "memory"), (StorageLevel.MEMORY_ONLY, "memory"), (StorageLevel.DISK_ONLY, "disk")])
def test_storage_levels(df, spark, level, where):
    cut = df.localCheckpoint(storageLevel=level)
    (_, told, n, memory, disk), = spark.sparkContext._engine.kept_rdds()
    assert n == 2 and told[0]                       # a local checkpoint has the disk as well
    assert (memory > 0, disk > 0) == (where == "memory", where == "disk")
    assert cut.count() == 100


def test_misuse(df, spark):
    with pytest.raises(TypeError, match="storageLevel must be of type pyspark.StorageLevel"):
        df.localCheckpoint(storageLevel="MEMORY_ONLY")
    spark.sparkContext.setCheckpointDir(None)
    with pytest.raises(IllegalArgumentException, match="Checkpoint directory has not been set"):
        df.checkpoint()


def test_a_failure_is_told_when_it_happens(df):
    wrong = df.select(F.expr("assert_true(id < 50)"))
    with pytest.raises(Exception, match="is not true"):
        wrong.localCheckpoint()
    lazy = wrong.localCheckpoint(False)
    with pytest.raises(Exception, match="is not true"):
        lazy.collect()
