"""What is remembered of jobs and stages is bounded by spark.ui.retainedJobs and retainedStages, as
real Spark does it, and a loop with an action a round does not fill the memory with descriptions.
"""
import pytest

from rushlight import SparkConf, SparkContext
from rushlight.sql import SparkSession


@pytest.fixture
def context_with():
    """Starts a context with settings; it is stopped behind the test."""
    started = []

    def start(**settings):
        conf = SparkConf().setMaster("local[2]").setAppName("retention")
        for key, value in settings.items():
            conf.set(key.replace("_", "."), value)
        started.append(SparkContext(conf=conf))
        return started[0]

    yield start
    for sc in started:
        sc.stop()


def run_rounds(sc, n):
    """Job k runs stage 2k + 1, and stage 2k, which it skips but for k = 0."""
    rdd = sc.parallelize(range(10), 2).map(lambda x: (x % 3, x)).reduceByKey(lambda a, b: a + b)
    for _ in range(n):
        rdd = rdd.mapValues(lambda v: v + 1)
        rdd.count()


def known(sc, n_jobs):
    tracker = sc.statusTracker()
    return ([job for job in range(n_jobs) if tracker.getJobInfo(job)],
            [stage for stage in range(2 * n_jobs) if tracker.getStageInfo(stage)])


def test_jobs_and_stages_as_in_spark(context_with):
    """Spark 4.3 gave these answers to this program."""
    sc = context_with(spark_ui_retainedJobs="5", spark_ui_retainedStages="6")
    run_rounds(sc, 8)
    assert known(sc, 8) == ([3, 4, 5, 6, 7], [7, 9, 11, 13, 14, 15])
    assert sorted(sc.statusTracker().getJobIdsForGroup(None)) == [3, 4, 5, 6, 7]
    assert list(sc.statusTracker().getJobInfo(3).stageIds) == [6, 7]  # one of which is forgotten


def test_summaries_and_pictures_say_what_is_forgotten(context_with):
    sc = context_with(spark_ui_retainedStages="6")
    run_rounds(sc, 8)
    first = str(sc.summary()).split("\njob 1")[0].splitlines()
    assert first[0].startswith("job 0  count at ") and ": 2 stages, 4 tasks, " in first[0]
    assert first[1:] == ["  2 stages more, forgotten (spark.ui.retainedStages)"]
    assert ": 1 stage (1 skipped), 2 tasks, " in str(sc.summary()).split("\njob 3")[1]
    assert sc.dag().dot.count("1 stage (1 skipped)") == 7


def test_nothing_is_remembered(context_with, capsys):
    sc = context_with(spark_ui_retainedJobs="0", spark_ui_retainedStages="0",
                      spark_sql_ui_retainedExecutions="0")
    run_rounds(sc, 2)
    assert known(sc, 2) == ([], [])
    spark = SparkSession(sc)
    frame = spark.range(10).groupBy().count()
    assert frame.collect()[0][0] == 10
    frame.explain()
    assert "HashAggregate" in capsys.readouterr().out


def test_executions(context_with):
    sc = context_with(spark_sql_ui_retainedExecutions="2")
    spark = SparkSession(sc)
    for _ in range(5):
        spark.range(3).count()
    assert len(sc._engine.executions()) == 2


LOOP = """
import resource
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
from rushlight import SparkContext
sc = SparkContext("local[2]", "loop")
vertices = sc.parallelize([(i, i) for i in range(20)], 2).partitionBy(2).cache()
vertices.count()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for _ in range(300):
    messages = vertices.map(lambda v: ((v[0] + 1) % 20, v[1])).reduceByKey(min, 2)
    vertices = vertices.leftOuterJoin(messages, 2).mapValues(
        lambda pair: pair[0] if pair[1] is None else min(pair)).cache()
    vertices.count()
used = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10
print(used if used > 200 else "little", sorted(vertices.values().distinct().collect()))
"""


def test_a_loop_of_300_rounds_stays_small(run_program):
    """Round N is a job of up to 2 N stages that have up to 10 N RDDs in one task; each has told of
    all of them, and 1,000 jobs were remembered: 200 rounds took 3 GiB."""
    status, out, err = run_program(LOOP)
    assert (status, out) == (0, "little [0]\n"), err
