"""Why Spark: what it took the place of, what it does in memory and what not, and what that brings.

What MapReduce does is told, not run: a job of it is one map, one shuffle and one reduce, and each
job leaves its result in the file system for the next one.
"""
from rushlight.quiz import Belief, holds, topic
from rushlight.quiz import _beliefs as B

ask = topic("why")
ALL_IN_MEMORY = Belief("Spark keeps everything in memory",
                       "It keeps what it is told to keep. Elements flow through a task; shuffles "
                       "lie in files.")
HUNDRED = Belief("Spark is a hundred times as fast",
                 "So for a loop over data in memory that hardly computes. What is not reading does "
                 "not get faster.")


@ask("replaced", 1, "What Spark took the place of")
def _(v):
    v.pick(1, 2)
    return v.choose("A Hadoop cluster gets Spark. What does Spark take the place of?",
                    "MapReduce, which computes",
                    "Hadoop is three things: files (HDFS), machines (YARN), computing (MapReduce). "
                    "Spark reads the files and runs on the machines.",
                    {"HDFS, which stores": Belief("Spark stores data", "It has no file system. It "
                                                  "reads and writes those of others."),
                     "YARN, which gives out machines": Belief(
                         "Spark replaces YARN", "YARN is one of the managers it runs on."),
                     "All of Hadoop": Belief("Spark replaces Hadoop",
                                             "Its processing engine alone.")},
                    source="Spark's documentation, Overview; spark.apache.org/faq.html")


@ask("origin", 1, "Where Spark comes from")
def _(v):
    v.pick(1, 2)
    return v.choose("Where did Spark begin?", "At Berkeley, in 2009",
                    "A research project in the RAD Lab, whose successor from 2011 on was the "
                    "AMPLab, where it grew up. Open source since 2010, Apache's since 2013.",
                    {"At Google, in 2004": Belief("Spark is Google's",
                                                  "MapReduce's paper is of that year."),
                     "At Yahoo, in 2006": Belief("Spark is Hadoop's child",
                                                 "Hadoop grew up there."),
                     "At Databricks, in 2013": Belief("Databricks made Spark",
                                                      "Its makers founded it later.")},
                    source="spark.apache.org/history.html")


@ask("shuffle_files", 2, "Where map outputs lie")
def _(v):
    v.pick(1, 2)
    return v.choose("Where do the map outputs of a shuffle lie until they are read?",
                    "In files on local disks of the machines that wrote them",
                    "One file of data and one of offsets for each map task. They are not "
                    "replicated: what is lost is computed again. (Rushlight holds them in memory "
                    "as long as there is room.)",
                    {"In the executors' heaps": ALL_IN_MEMORY,
                     "In HDFS, three times": Belief(
                         "a shuffle goes through HDFS", "So does what MapReduce writes between "
                         "two jobs."),
                     "With the driver": Belief("map outputs go to the driver",
                                               "Their addresses do.")},
                    source="Spark's documentation, RDD Programming Guide: Shuffle operations")


@ask("reads", 2, "How often a loop reads its file")
def _(v):
    lines, rounds, cached = v.pick(50, 80), v.pick(3, 4, 5), v.pick(True, False)
    run = v.run(f"""
        points = sc.textFile(folder + "/points.txt", 2).map(float){".cache()" * cached}
        w = 0.0
        for _ in range({rounds}):
            w += points.map(lambda x: x - w).sum() / {lines}
        """, files={"points.txt": "".join(f"{i}.5\n" for i in range(lines))})
    read = sum(task.records_read for stage in run.happenings.stages for task in stage.tasks
               if not task.kept_found)
    return v.number("How many lines of the file are read in all? It has "
                    f"{lines}.", read,
                    f"{lines} in the first round; the others find the partitions that are kept."
                    if cached else f"{rounds} rounds of {lines}: each starts from the file, as a "
                    "chain of MapReduce jobs does. cache() is what makes loops fast.",
                    wrong={lines * rounds: B.CACHE_NOT_READ, lines: Belief(
                        "Spark keeps what it has read", "Only what it is told to keep.")})


@ask("mapreduce_jobs", 2, "The same with MapReduce")
def _(v):
    sort = v.pick(True, False)
    run = v.run(f"""
        text = sc.parallelize(["to be or not", "to be", "that is", "the question"], 2)
        counts = text.flatMap(str.split).map(lambda w: (w, 1)).reduceByKey(lambda a, b: a + b)
        often = counts.map(lambda kv: (kv[1], kv[0])).groupByKey(3).mapValues(len)
        often{".map(lambda kv: (kv[1], kv[0])).groupByKey(1).mapValues(max)" * sort}.collect()
        """)
    return v.number("Each shuffle of this program becomes a job of MapReduce. How many jobs are "
                    "that?", run.shuffles,
                    "A MapReduce job has one shuffle; its result is written to the file system, "
                    f"and read by the next. Spark runs {run.stages} stages of one job, and nothing "
                    "goes to the file system in between.",
                    wrong={1: Belief("a job of Spark is a job of MapReduce",
                                     "It may have many shuffles."), run.stages: Belief(
                        "each stage is a job of MapReduce", "A map and a reduce are one.")})


@ask("through_files", 2, "Steps that go through files")
def _(v):
    steps = v.pick(3, 4, 5)
    run = v.run(f"""
        data = sc.parallelize(["a", "b", "c"], 2)
        for i in range({steps}):
            data.map(lambda line: line + "x").saveAsTextFile(f"{{folder}}/step{{i}}")
            data = sc.textFile(f"{{folder}}/step{{i}}")
        """)
    return v.number("How many jobs run?", run.jobs,
                    f"So MapReduce works: {steps} steps, {steps} jobs, each result in files. "
                    "Chained without files, and saved at the end, the maps are one stage of one "
                    "job.",
                    wrong={1: Belief("Spark sees through files", "A save is an action, and its "
                                     "files are the next step's input."), 2 * steps: Belief(
                        "reading is a job, too", "textFile() is lazy: the next save reads.")})


@ask("speedup", 2, "What memory brings to a loop")
def _(v):
    read, compute, rounds = v.pick((9, 1, 10), (8, 2, 20), (19, 1, 50), (5, 5, 10))
    disk, memory = rounds * (read + compute), read + rounds * compute
    return v.number(f"Each of {rounds} rounds reads its data for {read} s and computes for "
                    f"{compute} s. How many times as fast is the loop, if the data are read once "
                    "and kept?", round(disk / memory, 2),
                    f"{disk} s against {read} + {rounds} × {compute} = {memory} s. (Pure "
                    "arithmetic.)", within=0.05,
                    wrong={100: HUNDRED, rounds: Belief(
                        "a loop of n rounds gets n times as fast", "The computing stays."),
                           (read + compute) / compute: Belief(
                        "reading costs nothing any more", "The first round reads.")})


@ask("one_pass", 1, "cache() in a program with one action")
def _(v):
    n = v.pick(40, 60)
    run = v.run(f"""
        numbers = sc.parallelize(range({n}), 4).map(lambda x: x * x).cache()
        numbers.sum()
        """)
    return v.what_if("What does cache() bring here?",
                     holds(run.found == 0 and run.jobs == 1, "Nothing: nobody reads what is kept."),
                     "No partition was found, as each is asked for once. Memory helps what goes "
                     "over the same data again: loops, and people who ask.",
                     {"It is a hundred times as fast.": HUNDRED,
                      "It saves computing the squares.": Belief(
                          "cache() makes the first action cheaper",
                          "That one computes all, and keeps it besides."),
                      "It spares the map side of a shuffle.": Belief(
                          "cache() is about shuffles", "There is none; files of shuffles are kept "
                          "without it.")})


@ask("larger_than_memory", 1, "Data larger than memory")
def _(v):
    n = v.pick(400, 500)
    run = v.run(f"""
        import random
        blobs = sc.parallelize(range({n}), 40).map(lambda i: random.Random(i).randbytes(65536))
        blobs.map(len).sum()
        """, conf={"spark.testing.memory": str(12 * 2 ** 20), "spark.testing.reservedMemory": "0"})
    right = holds(run.value == n * 65536, "Yes: elements flow through tasks.")
    return v.choose(f"The elements are {n / 16:.0f} MiB, the executor's pool has 7. Does the "
                    "program run?", right,
                    "A task makes an element, uses it and lets it go. What has to be held, as by a "
                    "sort, spills to disk.",
                    {"No: Spark works in memory.": ALL_IN_MEMORY,
                     "Only after persist(DISK_ONLY).": Belief(
                         "data must be kept somewhere", "Only what is to be used again."),
                     "Yes: the rest is left out.": Belief(
                         "memory limits cut data", "Answers never depend on memory.")})


@ask("one_engine", 1, "What libraries become")
def _(v):
    n = v.pick(20, 30)
    run = v.run(f"""
        rows = spark.range({n}).selectExpr("id % 3 AS k", "id AS v")
        rows.createOrReplaceTempView("t")
        spark.sql("SELECT k, sum(v) FROM t GROUP BY k").collect()
        rows.rdd.map(lambda row: (row.k, row.v)).reduceByKey(lambda a, b: a + b).collect()
        ml.feature.StandardScaler(inputCol="x", outputCol="y").fit(
            ml.feature.VectorAssembler(inputCols=["v"], outputCol="x").transform(rows))
        """)
    lines = {job.name.rsplit(":", 1)[-1] for job in run.happenings.jobs}
    right = holds({"3", "4"} <= lines and len(lines) > 2, "Jobs of stages and tasks, of one engine")
    return v.choose("SQL, RDDs and MLlib in one program. What do lines 3 to 6 become?", right,
                    f"{run.counts}: the same scheduler, the same executors, and data that need "
                    "not leave them between two libraries.",
                    {"Jobs of three engines, one after the other": Belief(
                        "each library has its engine", "All stand on Spark Core."),
                     "MapReduce jobs": Belief("Spark runs MapReduce", "It took its place."),
                     "One job, as it is one program": B.ONE_ACTION_ONE_JOB})


@ask("processes", 2, "Processes for many tasks")
def _(v):
    executors, tasks = v.pick((4, 100), (5, 200), (3, 120))
    story = v.simulate({"name": "job", "seed": 1, "manager": {"kind": "yarn"},
                        "executors": {"count": executors, "cores": 4, "memory": "2g"},
                        "hosts": {"count": executors + 1, "cores": 16, "memory": "64g"},
                        "stages": [{"name": "scan", "tasks": tasks, "duration": "1s"}]},
                       tells="allocates", most_told=6)
    return v.number(f"On YARN, --num-executors {executors} --executor-cores 4, a stage of {tasks} "
                    "tasks. In how many executor processes do they run?", story.most_executors,
                    f"Executors live as long as the application, and run {tasks} tasks in threads. "
                    "MapReduce starts a process for each task, unless it is told otherwise.",
                    wrong={tasks: Belief("a task is a process", "A thread of its executor."),
                           executors * 4: Belief("a core is an executor",
                                                 "An executor has cores.")})


@ask("pipelined", 2, "Elements that are counted on their way")
def _(v):
    n = v.pick(6, 8)
    run = v.run(f"""
        seen = sc.accumulator(0)

        def look(x):
            seen.add(1)
            return x

        sc.parallelize(range({n}), 1).map(look).map(look).map(look).take(2)
        seen.value < {3 * n}
        """)
    return v.what_if("Each of three steps looks at an element. What happens as take(2) asks for "
                     "two?",
                     holds(run.value is True and run.jobs == 1,
                           "Elements go through all steps, until two have come out."),
                     f"seen.value stays below 3 × {n}: a step is not finished before the next "
                     "begins, as it would be with files in between.",
                     {"Each step goes over all elements, then the next begins.": Belief(
                         "steps run one after the other", "They are one function to a task."),
                      "Three jobs run, one a step.": B.STAGE_PER_OPERATOR,
                      "All steps go over all elements of the partition.": Belief(
                          "a partition is computed whole", "Only if it is kept, or shuffled.")})
