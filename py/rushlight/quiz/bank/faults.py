"""Faults and speculation: what runs again, what counts, what ends a job."""
from rushlight.quiz import Belief, holds, topic
from rushlight.quiz import _beliefs as B

ask = topic("faults")
CLUSTER = "local-cluster[2,1,1024]"
SIMULATED = "sim://?executors=2&cores=1&seed=1"    # who runs what is the same each time


def fail(times, **when):
    """A fault: tasks fail."""
    return {"do": "fail_task", "when": when, "times": times}


@ask("local_failure", 1, "A task that fails once, in local mode")
def _(v):
    cores, slices = v.pick(2, 4), v.pick(3, 4)
    run = v.run(f"""
        sc.parallelize(range(40), {slices}).map(lambda x: x + 1).count()
        """, master=f"local[{cores}]", faults=[fail(1, partition=1)], fails=True)
    right = holds(run.error is not None, "The job fails.")
    return v.what_if("The task of partition 1 fails once. What happens?", right,
                     "In local[N] spark.task.maxFailures is 1: the first failure is the last. "
                     "local[N,M] allows M.",
                     {"It is tried again, and the job succeeds.": B.LOCAL_RETRIES,
                      "Its partition is left out.": Belief(
                          "Spark skips what fails", "A job has all its partitions, or fails."),
                      "The whole job is tried again.": B.JOB_STARTS_OVER})


@ask("retry_attempts", 1, "A task that fails some times, on a cluster")
def _(v):
    times, slices = v.pick(1, 2, 3), v.pick(3, 4)
    run = v.run(f"""
        sc.parallelize(range(40), {slices}).map(lambda x: x + 1).count()
        """, master=CLUSTER, faults=[fail(times, partition=1)])
    return v.number(f"The task of partition 1 fails {times} time{'s' * (times > 1)}. How many task "
                    "attempts run in all?", run.attempts,
                    f"{slices} tasks, and {times} more attempt{'s' * (times > 1)} of one of them. "
                    "Fewer than four failures are no failure of the job.",
                    wrong={slices * (times + 1): B.JOB_STARTS_OVER, slices: Belief(
                        "a failed task is not an attempt", "It is one that failed.")})


@ask("max_failures", 1, "How often a task may fail")
def _(v):
    run = v.run(f"""
        sc.parallelize(range(40), {v.pick(3, 4)}).count()
        """, master=CLUSTER, faults=[fail(10, partition=1)], fails=True, shown=False)
    return v.number("A task on a cluster fails each time that it is tried. After how many failures "
                    "is its job aborted, with default settings?", run.failed,
                    "spark.task.maxFailures is "
                    f"{v.setting('spark.task.maxFailures')}: that many failures of one task.",
                    wrong={3: B.RETRY_THREE, 1: Belief("a failed task fails the job",
                                                       "So in local mode."), 5: Belief(
                        "four retries after the first", "It counts failures, not retries.")})


@ask("lost_map_output", 2, "One map output is lost")
def _(v):
    slices, reducers = v.pick((4, 2), (6, 3), (8, 2))
    run = v.run(f"""
        pairs = sc.parallelize(range(40), {slices}).map(lambda x: (x % 5, x))
        sums = pairs.reduceByKey(lambda a, b: a + b, {reducers})
        sums.count()
        sums.count()
        """, master=SIMULATED, faults=[{"do": "drop_shuffle", "shuffle": 0, "map": 1,
                                      "when": {"stage": 3}}])
    half = slices // 2
    return v.choose(f"Each of two executors has run {half} of the {slices} map tasks. When the "
                    "second count starts to read, the output of map task 1 is gone. How many map "
                    "partitions are computed again?", run.again,
                    "The fetch fails. The driver takes that as a sign that the executor's files "
                    f"are lost, and forgets all {half} outputs that it had; the map stage runs "
                    "again for these, not for the others'.",
                    {1: Belief("a failed fetch loses one output",
                               "All that its executor had are taken for lost, not to run into the "
                               "next one."),
                     slices: B.JOB_STARTS_OVER,
                     0: Belief("shuffle files are replicated",
                               "There is one copy, on the machine that wrote it.")},
                    source="DAGScheduler.handleTaskCompletion, FetchFailed")


@ask("fetch_counts", 3, "Does a failed fetch count?")
def _(v):
    n = v.pick(4, 5)
    run = v.run(f"""
        pairs = sc.parallelize(range(40), {n}).map(lambda x: (x % 5, x))
        sums = pairs.reduceByKey(lambda a, b: a + b, 2)
        sums.count()
        sums.count()
        """, master=SIMULATED, conf={"spark.task.maxFailures": "1"},
        faults=[{"do": "drop_shuffle", "shuffle": 0, "map": 1, "when": {"stage": 3}}])
    right = holds(run.error is None and run.again >= 1,
                  "No: the map output is computed again, and the job succeeds.")
    return v.choose("spark.task.maxFailures is 1, and a map output is lost before the second count "
                    "reads it. Does the job fail?", right,
                    "FetchFailed says that the map side is at fault; it is not counted toward "
                    f"maxFailures. {run.counts}.",
                    {"Yes: the reducing task has failed once.": B.FETCH_COUNTS,
                     "Yes: shuffle files cannot be made again.": Belief(
                         "shuffle output is not in the lineage", "It is: along it they are made "
                         "again."),
                     "No: the reader waits for a replica.": B.REPLICAS})


@ask("killed_executor", 2, "An executor dies in the reduce stage")
def _(v):
    slices = v.pick(4, 6)
    run = v.run(f"""
        pairs = sc.parallelize(range(60), {slices}).map(lambda x: (x % 5, x))
        pairs.reduceByKey(lambda a, b: a + b, 2).count()
        """, master=SIMULATED, faults=[{"do": "kill_executor", "executor": "1",
                                        "when": {"stage": 1}}])
    right = holds(0 < run.again < slices,
                  "Only the map partitions that the lost executor had computed")
    return v.choose("Executor 1 of 2 dies as the second stage starts. What is computed again?",
                    right,
                    f"Its map outputs died with it: {run.again} of {slices} partitions. The others "
                    "are fetched from executor 0.",
                    {"Everything: the job starts over": B.JOB_STARTS_OVER,
                     "Nothing: outputs are on the driver": Belief(
                         "map outputs go to the driver", "Their addresses do."),
                     "All map partitions": Belief("a stage runs again as a whole",
                                                  "Only what is missing.")})


@ask("external_shuffle", 2, "What an external shuffle service is for")
def _(v):
    value = v.setting("spark.shuffle.service.enabled")
    v.pick(1, 2)
    return v.choose("On YARN an executor dies, its machine lives. With which setting do its map "
                    "outputs survive?", "spark.shuffle.service.enabled=true",
                    f"The service on each machine serves the files; it is {value} unless set.",
                    {"spark.speculation=true": B.SPECULATION_RETRY,
                     "spark.task.maxFailures=8": Belief("more retries keep outputs",
                                                        "They are computed again."),
                     "spark.shuffle.compress=true": Belief("compressed files are kept",
                                                           "Nobody serves them.")},
                    source="Spark's documentation, Configuration")


@ask("accumulator_retry", 3, "An accumulator in a transformation that runs again")
def _(v):
    n = v.pick(10, 20)
    run = v.run(f"""
        seen = sc.accumulator(0)

        def look(x):
            seen.add(1)
            return x, 1

        counts = sc.parallelize(range({n}), 2).map(look).reduceByKey(lambda a, b: a + b, 2)
        counts.count()
        first = seen.value
        sc.faults.drop_shuffle(0)
        counts.count()
        [first, seen.value]
        """, master="local-cluster[1,2,1024]")
    return v.choose("All map outputs are lost between both counts. What does the last line give?",
                    run.value,
                    "The map stage runs again, and its updates are added again. Only updates in "
                    "actions are counted once.",
                    {str([n, n]): Belief("accumulators count each element once",
                                         "Only inside actions. Transformations may run again."),
                     str([0, 0]): B.DRIVER_VARIABLE,
                     str([n, 0]): Belief("a lost output takes its updates back",
                                         "What was added stays.")})


@ask("speculation_default", 1, "Speculation by default")
def _(v):
    value = v.setting("spark.speculation")
    v.pick(1, 2)
    return v.choose("A task takes ten times as long as all others. What does Spark do, with "
                    "default settings?",
                    holds(value == "false", "It waits: speculation is off."),
                    "spark.speculation is false.",
                    {"It starts a copy elsewhere.": B.SPECULATION_ON,
                     "It kills the task and starts it again.": B.SPECULATION_RETRY,
                     "It splits the task's partition.": Belief(
                         "running tasks are split", "Adaptive execution splits skewed partitions, "
                         "before the stage that reads them starts.")})


@ask("speculation_rule", 3, "When a copy is started")
def _(v):
    quantile = float(v.setting("spark.speculation.quantile"))
    multiplier = float(v.setting("spark.speculation.multiplier"))
    tasks, median = v.pick((100, 10), (200, 20), (50, 4))
    return v.number(f"spark.speculation=true. Of {tasks} tasks all but one have ended, after "
                    f"{median} s in the middle. For how many seconds must the last one have run, "
                    "before a copy of it is started?", multiplier * median,
                    f"When {quantile:.0%} have ended, a task is slow beyond "
                    f"spark.speculation.multiplier ({multiplier:g}) × the median. At the earliest: "
                    "one that reads as fast as the others, and only has more to read, is left "
                    "alone for twice that (spark.speculation.efficiency.*).", unit="s",
                    wrong={1.5 * median: Belief("the multiplier is 1.5",
                                                "So before 4.0; it is 3 now."),
                           median: Belief("slower than the median is slow",
                                          "Half of all tasks are."), 2 * median: Belief(
                        "twice the median", "The setting says 3.")}, source="TaskSetManager")


@ask("speculation_quantile", 3, "How many must have ended before a copy")
def _(v):
    quantile = float(v.setting("spark.speculation.quantile"))
    tasks = v.pick(40, 100, 200)
    return v.number(f"spark.speculation=true, a stage of {tasks} tasks. How many must have "
                    "succeeded before any copy is started?", max(int(quantile * tasks), 1),
                    f"spark.speculation.quantile is {quantile}.",
                    wrong={int(0.75 * tasks): Belief("the quantile is 0.75", "So before 4.0."),
                           tasks // 2: Belief("half of them", "Nine tenths."), 1: Belief(
                        "one is enough to compare with", "A median of one is none.")},
                    source="TaskSetManager.checkSpeculatableTasks")


@ask("speculation_run", 2, "What speculation does to a slow host")
def _(v):
    tasks = v.pick(60, 80, 100)
    spec = {"name": "slow", "seed": 3, "executors": {"count": 5, "cores": 4, "memory": "2g"},
            "hosts": {"count": 5, "cores": 4, "except": [{"host": 4, "cpu_speed": 0.05}]},
            "stages": [{"name": "scan", "tasks": tasks, "duration": "4s"}]}
    slow = v.simulate(spec, tells="begins|ended")
    fast = v.simulate(spec, {"spark.speculation": "true"}, tells="begins|ended")
    return v.what_if("One of five hosts is 20 times as slow. spark.speculation=true. What changes?",
                     holds(fast.attempts > slow.attempts and fast.seconds < slow.seconds,
                           "More attempts run, and the stage ends sooner."),
                     f"Without: {slow.attempts} attempts, {slow.seconds:.0f} s. With: "
                     f"{fast.attempts} attempts, {fast.seconds:.0f} s, as copies on other hosts "
                     "end first and the originals are killed.",
                     {"Tasks move to faster hosts; there are as many attempts.":
                      B.SPECULATION_RETRY,
                      "The slow host is excluded.": Belief(
                          "slow hosts are excluded", "spark.excludeOnFailure counts failures."),
                      "Nothing: it must be the data.": Belief(
                          "stragglers are skew", "Skew is one cause; a copy would not help "
                          "against it, against a slow host it does.")})


@ask("stage_attempts", 2, "How often a stage may fail to fetch")
def _(v):
    value = int(v.setting("spark.stage.maxConsecutiveAttempts"))
    v.pick(1, 2)
    return v.number("After how many attempts in a row that end with a failed fetch is a stage's "
                    "job aborted?", value, "spark.stage.maxConsecutiveAttempts.",
                    wrong={3: Belief("a stage is tried three times", "Four times in a row."),
                           1: B.FETCH_COUNTS})


@ask("heartbeat", 2, "When a silent executor is lost")
def _(v):
    beat = v.setting("spark.executor.heartbeatInterval")
    timeout = v.setting("spark.network.timeout")
    v.pick(1, 2)
    return v.number("An executor's machine is cut off, without a word. For how many seconds must "
                    "it be silent, before the driver takes it for lost, with default settings?",
                    float(timeout.rstrip("sm")) * (60 if timeout.endswith("m") else 1),
                    f"spark.network.timeout. It beats every {beat}, so a single lost heartbeat "
                    "is not the end; and the driver looks once a minute, so the loss may be seen "
                    "up to a minute later.", unit="s",
                    wrong={10: Belief("one missed heartbeat", "Twelve of them."), 60: Belief(
                        "after a minute", "So a standalone master thinks of a worker.")})


@ask("lineage", 1, "Why RDDs need no replicas")
def _(v):
    slices = v.pick(4, 6)
    run = v.run(f"""
        numbers = sc.parallelize(range(40), {slices}).map(lambda x: x * x).cache()
        numbers.count()
        sc.faults.drop_cached(numbers, partition=1)
        numbers.sum()
        """)
    right = holds(run.found == slices - 1, "It is computed again from its lineage.")
    return v.what_if("A cached partition vanishes. What happens when sum() needs it?", right,
                     f"sum() found {run.found} partitions and computed one: parent and function "
                     "are known. That is the R of RDD.",
                     {"It is read from a replica.": B.REPLICAS,
                      "The job fails.": Belief("a cache is the only copy",
                                               "It is a copy of what can be computed."),
                      "The whole RDD is computed again.": B.JOB_STARTS_OVER})


@ask("driver_lost", 1, "The driver dies, client mode")
def _(v):
    v.pick(1, 2)
    return v.what_if("In client mode the driver's process is killed. What becomes of the "
                     "application?", "It is over: executors end, and cached data are gone.",
                     "Lineage, stages and addresses of blocks are in the driver alone.",
                     {"Another executor becomes the driver.": Belief(
                         "executors elect a driver", "They know nothing of the DAG."),
                      "The cluster manager starts it again.": B.CLIENT_CLUSTER,
                      "Running jobs end, then the application.": Belief(
                          "executors survive the driver", "They exit when it disconnects.")},
                     source="Spark's documentation, Cluster Mode Overview")


@ask("write_commit", 3, "A task of a write that fails once")
def _(v):
    parts = v.pick(3, 4, 5)
    run = v.run(f"""
        import glob
        sc.parallelize(range(40), {parts}).saveAsTextFile(folder + "/out")
        len(glob.glob(folder + "/out/part-*"))
        """, master=CLUSTER, faults=[fail(1, partition=1)])
    return v.number("The task of partition 1 fails once. How many part files are there at the end?",
                    run.value,
                    "Each attempt writes to a folder of its own; its file is moved into place when "
                    f"it commits, and only one may. {run.attempts} attempts, {run.value} files.",
                    wrong={parts + 1: Belief("failed attempts leave files",
                                             "Not with a committer."), parts - 1: Belief(
                        "the failed partition is missing", "Its second attempt wrote it.")})
