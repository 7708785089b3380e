"""Programs that compute on simulated clusters: the same answers, the same log for the same seed,
and what goes wrong there is mended as on a real one."""
import json
import os
import subprocess
import sys
import textwrap

import pytest

MASTER = "sim://?executors=6&cores=2&hosts=3&racks=2&seed=7"

RANKS = """
    links = sc.parallelize([(i % 50, (i * 7) % 50) for i in range(400)], 12).groupByKey(12).cache()
    ranks = links.mapValues(lambda _: 1.0)
    for _ in range(3):
        gains = links.join(ranks, 12).flatMap(
            lambda row: [(to, row[1][1] / len(row[1][0])) for to in row[1][0]])
        ranks = gains.reduceByKey(lambda a, b: a + b, 12).mapValues(lambda r: .15 + .85 * r)
    print(sorted((k, round(v, 6)) for k, v in ranks.collect()))
"""


def run(tmp_path, body, *options, master=MASTER, fails=False):
    """What the program printed, and the events of its log, by lines; with @fails its errors."""
    logs = tmp_path / f"log-{len(os.listdir(tmp_path))}"
    logs.mkdir()
    program = tmp_path / "app.py"
    program.write_text("from pyspark import SparkContext\nsc = SparkContext()\n"
                       + textwrap.dedent(body))
    result = subprocess.run(
        [sys.executable, "-m", "rushlight.cli", "submit", "--master", master,
         "--conf", "spark.eventLog.enabled=true", "--conf", f"spark.eventLog.dir={logs}",
         *options, str(program)],
        capture_output=True, text=True, timeout=120,
        env=dict(os.environ, PYTHONHASHSEED="0", PYTHONDONTWRITEBYTECODE="1"))
    if fails:
        assert result.returncode != 0, result.stdout
        return result.stderr
    assert result.returncode == 0, result.stderr
    (log,) = logs.iterdir()
    return result.stdout, log.read_text().replace(str(logs), "LOGS").splitlines()


def scenario(tmp_path, **members):
    path = tmp_path / "scenario.json"
    path.write_text(json.dumps({
        "name": "test", "seed": 3, "executors": {"count": 6, "cores": 2, "memory": "1g"},
        "hosts": {"count": 3, "racks": 1, "cores": 8, "memory": "16g"}, **members}))
    return "--simulate", str(path)


def events(log, kind):
    return [event for line in log
            if (event := json.loads(line))["Event"] in (f"SparkListener{kind}", kind)]


def steps(log):
    return [event["Step"] for event in events(log, "rushlight.ClusterStep")]


@pytest.fixture(scope="module")
def ranks(tmp_path_factory):
    return run(tmp_path_factory.mktemp("local"), RANKS, master="local-cluster[6,2,1024]")[0]


# ── the same ──
def test_the_answer_is_the_same_as_on_this_machine(tmp_path, ranks):
    assert run(tmp_path, RANKS)[0] == ranks


SEVERAL = """
    import random
    print(sum(sc.parallelize(range(8), 8).map(lambda _: random.random()).collect()))
    added = sc.accumulator(0)
    sc.parallelize(range(100), 4).foreach(lambda x: added.add(x))
    table = sc.broadcast({1: 2})
    print(added.value, sc.parallelize([1, 2, 3], 3).map(lambda x: table.value.get(x)).collect())
    print(sc.parallelize(range(1000), 8).map(lambda x: (x % 7, x)).sortByKey().take(3))
    from pyspark import BarrierTaskContext
    def meet(rows):
        BarrierTaskContext.get().barrier()
        return [BarrierTaskContext.get().partitionId()]
    print(sc.parallelize(range(4), 4).barrier().mapPartitions(meet).collect())
    from pyspark.sql import SparkSession, functions as F
    spark = SparkSession(sc)
    few = spark.range(10).withColumnRenamed("id", "k")
    many = spark.range(0, 20000, 1, 8).withColumn("k", F.col("id") % 10)
    print(many.join(few, "k").groupBy("k").agg(F.sum("id")).orderBy("k").collect()[:2])
    print(many.select(F.udf(lambda x: str(x) + "!")("id")).limit(2).collect())
"""


def test_one_seed_is_one_log(tmp_path):
    first, second = (run(tmp_path, SEVERAL) for _ in range(2))
    assert first[0] == second[0] and len(first[1]) > 100
    assert first[1] == second[1]


def test_another_seed_is_another_log(tmp_path):
    body = "import random\nprint(sc.parallelize([1], 1).map(lambda _: random.random()).first())"
    assert len({run(tmp_path, body, master=f"sim://?seed={seed}")[0] for seed in (1, 2, 3)}) == 3


def test_time_is_the_simulations(tmp_path):
    _, log = run(tmp_path, "import time\nsc.parallelize(range(4), 4).count()\n"
                           "time.sleep(.2)\nsc.parallelize(range(4), 4).count()")
    first, second = events(log, "JobStart")
    (ended, _) = events(log, "JobEnd")
    assert second["Submission Time"] == ended["Completion Time"]
    assert events(log, "ApplicationEnd")[0]["Timestamp"] < 60_000


def test_tasks_take_longer_the_more_they_count(tmp_path):
    _, log = run(tmp_path, "for n in (10, 1000, 200000):\n"
                           "    sc.parallelize(range(n), 2).map(lambda x: x + 1).count()")
    seconds = [end["Completion Time"] - start["Submission Time"]
               for start, end in zip(events(log, "JobStart"), events(log, "JobEnd"))]
    assert seconds[2] > 10 * seconds[1]      # the first has started a worker on each core


# ── what there is ──
@pytest.mark.parametrize("master, first_words", [
    ("yarn", "ResourceManager"), ("k8s://cluster", "kube-scheduler"), ("spark://host:7077", "Master"),
    ("mesos://host", "Mesos")])
def test_each_manager_gives_executors(tmp_path, ranks, master, first_words):
    answer, log = run(tmp_path, RANKS, *scenario(tmp_path), master=master)
    assert answer == ranks
    story = [event["Actor"] + " " + event["Step"]
             for event in events(log, "rushlight.ClusterStep")]
    assert any(first_words.lower() in line.lower() for line in story), story


def test_executors_are_there_when_the_program_begins(tmp_path):
    answer, _ = run(tmp_path, "print(sc.defaultParallelism, sc.applicationId, sc.master)")
    assert answer.split() == ["12", "sim-7", MASTER]


def test_executors_are_on_hosts(tmp_path):
    _, log = run(tmp_path, "sc.parallelize(range(12), 12).count()")
    assert {event["Executor Info"]["Host"] for event in events(log, "ExecutorAdded")} == {
        "host-0", "host-1", "host-2"}
    assert {event["Task Info"]["Host"] for event in events(log, "TaskEnd")} == {
        "host-0", "host-1", "host-2"}


def test_dynamic_allocation(tmp_path):
    _, log = run(tmp_path, "sc.parallelize(range(40000), 40).map(lambda x: x).count()",
                 *scenario(tmp_path, executors={"cores": 2}, python={"per_record": "2ms"}),
                 "--conf", "spark.dynamicAllocation.enabled=true",
                 "--conf", "spark.dynamicAllocation.maxExecutors=4",
                 master="sim://")
    assert 1 < len(events(log, "ExecutorAdded")) <= 4


# ── what goes wrong ──
@pytest.mark.parametrize("fault", [
    {"when": {"task": 30}, "do": "kill_executor", "executor": "2"},
    {"when": {"task": 40}, "do": "kill_host", "host": 1, "lasts": "30s"},
    {"when": {"task": 30}, "do": "cut_host", "host": 2, "lasts": "5m"},
    {"when": {"stage": 1}, "do": "drop_shuffle", "shuffle": 0, "map": 3},
    {"when": {"stage": 1, "partition": 3}, "do": "corrupt_shuffle", "shuffle": 0, "map": 4},
    {"when": {"task": 50}, "do": "drop_cached", "rdd": 4},
    {"when": {"stage": 1, "partition": 2}, "times": 3, "do": "fail_task"},
    {"at": "0s", "do": "slow_host", "host": 0, "factor": 50},
    {"at": "0s", "do": "delay_messages", "by": "2s", "fraction": 0.3},
    {"at": "0s", "do": "duplicate_messages"},
    {"when": {"task": 20}, "do": "decommission_executor", "executor": "1"},
], ids=lambda fault: fault["do"])
def test_the_answer_survives_a_fault(tmp_path, ranks, fault):
    answer, log = run(tmp_path, RANKS, *scenario(tmp_path, faults=[fault]), master="sim://")
    assert answer == ranks
    if fault["do"] not in ("slow_host", "delay_messages", "duplicate_messages"):
        assert events(log, "rushlight.ClusterStep")
    if fault["do"] == "fail_task":
        failed = [event for event in events(log, "TaskEnd") if event["Task Info"]["Failed"]]
        assert [event["Task Info"]["Index"] for event in failed] == [2, 2, 2]
    if fault["do"] in ("kill_host", "drop_shuffle", "corrupt_shuffle"):
        attempts = {event["Stage Info"]["Stage Attempt ID"]
                    for event in events(log, "StageSubmitted")}
        assert max(attempts) >= 1       # a fetch has failed, its map stage ran again


def test_a_program_can_lose_an_executor(tmp_path):
    answer, log = run(tmp_path, """
        pairs = sc.parallelize(range(1000), 8).map(lambda x: (x % 5, 1)).reduceByKey(
            lambda a, b: a + b, 4)
        print(sorted(pairs.collect()))
        sc.faults.kill_executor("2")
        print(sorted(pairs.collect()))
    """)
    first, second = answer.splitlines()
    assert first == second
    assert any("executor 2 dies" in step for step in steps(log))


def test_speculation_overtakes_a_slow_host(tmp_path):
    body = "print(sc.parallelize(range(1200000), 12).map(lambda x: x * x).sum())"
    slow = scenario(tmp_path, faults=[{"at": "0s", "do": "slow_host", "host": 0, "factor": 1000}])
    answer, log = run(tmp_path, body, *slow, "--conf", "spark.speculation=true",
                      "--conf", "spark.speculation.quantile=0.5", master="sim://")
    assert answer.strip() == str(sum(x * x for x in range(1200000)))
    assert any(event["Task Info"]["Speculative"] for event in events(log, "TaskEnd"))


def test_a_job_that_nobody_can_run_says_so(tmp_path):
    errors = run(tmp_path, "sc.parallelize(range(4), 4).count()",
                 *scenario(tmp_path, faults=[
                     {"at": "0s", "do": "cut_rack", "rack": 0}]), master="sim://", fails=True)
    assert "would wait for ever" in errors, errors


def test_a_job_can_be_cancelled(tmp_path):
    answer, _ = run(tmp_path, """
        import threading, time
        def spin(x):
            while True: time.sleep(.01)
        sc.setJobGroup("g", "endless", interruptOnCancel=True)
        started = threading.Timer(.5, lambda: sc.cancelJobGroup("g"))
        started.start()
        try:
            sc.parallelize([1], 1).map(spin).count()
        except Exception as e:
            print("cancelled" in str(e))
        sc.setJobGroup("h", "next")
        print(sc.parallelize(range(3)).count())
    """)
    assert answer.split() == ["True", "3"]


# ── what contradicts itself ──
def refusal(tmp_path, *options, **how):
    last = run(tmp_path, "", *options, fails=True, **how).strip().splitlines()[-1]
    return last


def test_a_scenario_needs_a_cluster(tmp_path):
    assert "a scenario is for a cluster, and local[2] is this process" in refusal(
        tmp_path, *scenario(tmp_path), master="local[2]")


def test_a_program_has_no_model(tmp_path):
    assert '"mode" is "model"' in refusal(tmp_path, *scenario(tmp_path, mode="model"),
                                          master="sim://")


def test_one_manager_at_a_time(tmp_path):
    assert "has a manager of its own, and the master is yarn" in refusal(
        tmp_path, *scenario(tmp_path, manager={"kind": "kubernetes"}), master="yarn")


def test_a_cluster_is_described_once(tmp_path):
    assert "say it once" in refusal(tmp_path, *scenario(tmp_path))


def test_fault_scripts_stand_in_the_scenario(tmp_path):
    script = tmp_path / "faults.json"
    script.write_text("[]")
    assert 'faults stand in the scenario' in refusal(tmp_path, "--faults", str(script))


def test_a_slip_of_the_pen_is_named(tmp_path):
    assert 'do you mean "executors"' in refusal(tmp_path, master="sim://?executor=3")
    assert "450m" in refusal(tmp_path, master="sim://?memory=100m")


@pytest.mark.parametrize("flags, named", [
    (["--num-executors", "7"], "executors.count"), (["--executor-cores", "3"], "executors.cores"),
    (["--executor-memory", "2g"], "executors.memory"), (["--executor-memory", "1024m"], None)])
def test_what_is_told_twice_is_the_same(tmp_path, flags, named):
    if named is not None:
        assert f'says "{named}", and so does' in refusal(
            tmp_path, *scenario(tmp_path), *flags, master="yarn")
    else:
        run(tmp_path, "", *scenario(tmp_path), *flags, master="yarn")


def test_the_driver_may_run_inside(tmp_path):
    body = "print(sc.parallelize(range(100), 4).sum())"
    hosts = {"count": 10, "racks": 2, "cores": 16, "memory": "64g"}
    answer, log = run(tmp_path, body, *scenario(tmp_path, hosts=hosts, executors={},
                                manager={"kind": "yarn", "maximum_allocation": "32g"}),
                      "--deploy-mode", "cluster", "--driver-memory", "4g",
                      "--executor-memory", "8g", "--executor-cores", "4", "--num-executors", "10",
                      master="yarn")
    assert answer.split() == ["4950"]
    assert len(events(log, "ExecutorAdded")) >= 8       # 0.8 of them are waited for
    assert any("ApplicationMaster" in event["Actor"] or "ApplicationMaster" in event["Step"]
               for event in events(log, "rushlight.ClusterStep"))


def test_the_driver_may_die_inside(tmp_path):
    faults = [{"when": {"task": 2}, "do": "kill_host", "host": host} for host in range(3)]
    errors = run(tmp_path, "sc.parallelize(range(100), 8).count()",
                 *scenario(tmp_path, faults=faults), "--deploy-mode", "cluster",
                 master="yarn", fails=True)
    assert "the driver was lost, and all that it knew with it" in errors


def test_the_driver_of_this_machine_stays_here(tmp_path):
    assert "needs a cluster" in refusal(tmp_path, "--deploy-mode", "cluster", master="local[2]")
