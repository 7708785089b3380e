"""What programs on simulated clusters share and wait for: shares of memory, time-outs, and threads
of the program's own.  Virtual time must never leave a program waiting."""
import pytest

from test_simulated_programs import events, run, scenario

SORT = """
    from pyspark.sql import SparkSession, functions as F
    spark = SparkSession(sc)
    rows = spark.range(0, 200000, 1, 4).withColumn("k", (F.col("id") * 7919) % 400009)
    print([len(sorted) for sorted in rows.repartition(4).sortWithinPartitions("k")
           .rdd.mapPartitions(lambda rows: [[row.k for row in rows][:3]]).collect()])
"""


def spilled(log):
    return sum(end["Task Metrics"]["Memory Bytes Spilled"] for end in events(log, "TaskEnd"))


def on_one_executor(tmp_path, cores):
    return run(tmp_path, SORT, "--conf", "spark.testing.memory=8m",
               "--conf", "spark.testing.reservedMemory=0",
               master=f"sim://?executors=1&cores={cores}&hosts=1&seed=7")


# ── memory ──
def test_tasks_beside_each_other_share_memory(tmp_path):
    """They compute one after the other; but one alone has four times as much."""
    alone, beside, again = (on_one_executor(tmp_path, cores) for cores in (1, 4, 4))
    assert alone[0] == beside[0]
    assert spilled(alone[1]) == 0 < spilled(beside[1])
    assert beside[1] == again[1]


# ── time-outs ──
@pytest.mark.parametrize("milliseconds", [1, 60_000])
def test_approximations_end(tmp_path, milliseconds):
    """Their time-out is the program's time, and so real: what is ready by then counts."""
    answer, _ = run(tmp_path, f"""
        numbers = sc.parallelize(range(1000), 10)
        print(numbers.countApprox({milliseconds}), numbers.sumApprox({milliseconds}) >= 0)
        print(numbers.count())
    """)
    first, last = answer.splitlines()
    assert last == "1000"
    if milliseconds == 60_000:          # half a second of work: all of it is there
        assert first == "1000 True"


def test_broadcasts_of_queries_end(tmp_path):
    """The time-out of a broadcast is longer than the cluster takes in real time."""
    answer, _ = run(tmp_path, """
        from pyspark.sql import SparkSession, functions as F
        spark = SparkSession(sc)
        few = spark.range(10).withColumnRenamed("id", "k")
        many = spark.range(0, 1000, 1, 4).withColumn("k", F.col("id") % 10)
        print(many.join(F.broadcast(few), "k").count())
    """, "--conf", "spark.sql.broadcastTimeout=5")
    assert answer.split() == ["1000"]


# ── threads ──
@pytest.mark.parametrize("mode", ["FIFO", "FAIR"])
def test_two_threads_have_jobs(tmp_path, mode):
    answer, log = run(tmp_path, """
        import threading
        found = {}
        def sums(name):
            sc.setLocalProperty("spark.scheduler.pool", name)
            found[name] = [sc.parallelize(range(n), 12).map(lambda x: x * 2).sum()
                           for n in (10, 100, 1000)]
        threads = [threading.Thread(target=sums, args=(name,)) for name in ("one", "two")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print(found["one"] == found["two"] == [90, 9900, 999000])
    """, "--conf", f"spark.scheduler.mode={mode}", "--conf", "spark.task.reaper.enabled=true")
    assert answer.split() == ["True"]
    assert len(events(log, "JobEnd")) == 6


def test_jobs_are_cancelled_from_another_thread(tmp_path):
    """With a reaper that would kill the executor of a task that goes on."""
    answer, log = run(tmp_path, """
        import threading, time
        def slow(rows):
            time.sleep(.2)
            return rows
        def work():
            sc.setJobGroup("slow", "to be cancelled", True)
            try:
                sc.parallelize(range(400), 400).mapPartitions(slow).count()
                print("went on")
            except Exception as error:
                print("cancelled" in str(error))
        thread = threading.Thread(target=work)
        thread.start()
        while not sc.statusTracker().getJobIdsForGroup("slow"):
            time.sleep(.01)
        sc.cancelJobGroup("slow")
        thread.join()
        print(sc.parallelize(range(10), 2).count())
    """, "--conf", "spark.task.reaper.enabled=true", "--conf", "spark.task.reaper.killTimeout=5s")
    assert answer.split() == ["True", "10"]
    assert len(events(log, "JobEnd")) == 2


# ── executors ──
@pytest.mark.parametrize("executor_start, slots", [("25s", range(10, 13)), ("35s", range(1, 3))])
def test_the_wait_for_executors_begins_with_the_driver(tmp_path, executor_start, slots):
    """spark.scheduler.maxRegisteredResourcesWaitingTime, 30 s, counts from when the driver runs in
    its container: not from the command, 40 s before."""
    answer, _ = run(tmp_path, "print(sc.defaultParallelism)", "--deploy-mode", "cluster", *scenario(
        tmp_path, manager={"kind": "yarn", "driver_start": "40s", "executor_start": executor_start}),
        master="yarn")
    assert int(answer) in slots
