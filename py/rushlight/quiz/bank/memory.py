"""Memory: the unified pool, containers, how many executors fit, spills and OOM on either side."""
from rushlight.quiz import Belief, holds, topic
from rushlight.quiz import _beliefs as B

ask = topic("memory")
MIB = 2 ** 20
STAGE = [{"name": "scan", "tasks": 8, "duration": "1s"}]


def yarn(heap_gib, count=1, cores=1, maximum="64g", **more):
    """A scenario of executors on YARN, with room for them."""
    return {"name": "sum", "manager": {"kind": "yarn", "maximum_allocation": maximum,
                                       "maximum_vcores": 64},
            "executors": {"count": count, "cores": cores, "memory": f"{heap_gib}g"},
            "hosts": {"count": 10, "cores": 32, "memory": "256g"}, "stages": STAGE, **more}


def overhead(v, heap_mib):
    factor = float(v.setting("spark.executor.memoryOverheadFactor"))
    return max(384, int(heap_mib * factor))


@ask("unified_pool", 1, "The unified pool of an executor")
def _(v):
    heap = v.pick(2, 4, 8, 10, 16)
    pool = v.pool(f"{heap}g") / MIB
    return v.number(f"spark.executor.memory={heap}g, everything else default. How large is the "
                    "unified pool (execution and storage together)?", pool,
                    f"({heap * 1024} − 300) × spark.memory.fraction = {heap * 1024 - 300:,} × 0.6.",
                    unit="MiB", within=0.01,
                    wrong={heap * 1024 * 0.6: B.NO_RESERVE, heap * 1024: B.HEAP_IS_EXECUTION,
                           (heap * 1024 - 300) * 0.75: B.FRACTION_075,
                           (heap * 1024 - 300) * 0.3: B.FENCE})


@ask("default_pool", 2, "The unified pool by default")
def _(v):
    heap = v.setting("spark.executor.memory")
    pool = v.pool(heap) / MIB
    v.pick(1, 2)
    return v.number("No memory setting at all. How large is an executor's unified pool?", pool,
                    f"spark.executor.memory is {heap}: (1,024 − 300) × 0.6.", unit="MiB",
                    within=0.01, wrong={1024 * 0.6: B.NO_RESERVE, 1024: B.HEAP_IS_EXECUTION})


@ask("fraction", 2, "Another spark.memory.fraction")
def _(v):
    heap, fraction = v.pick(4, 8), v.pick(0.5, 0.7, 0.8)
    pool = v.pool(f"{heap}g", **{"spark.memory.fraction": str(fraction)}) / MIB
    return v.number(f"spark.executor.memory={heap}g, spark.memory.fraction={fraction}. How large "
                    "is the unified pool?", pool,
                    f"({heap * 1024:,} − 300) × {fraction}. What is left is user memory.",
                    unit="MiB", within=0.01,
                    wrong={heap * 1024 * fraction: Belief(
                        "the fraction is of the heap", "Of what is left of it after 300 MiB."),
                           (heap * 1024 - 300) * 0.6: Belief("the fraction cannot be changed",
                                                             "It is a setting.")})


@ask("storage_region", 2, "Storage that execution cannot evict")
def _(v):
    heap = v.pick(2, 4, 8)
    share = float(v.setting("spark.memory.storageFraction"))
    pool = v.pool(f"{heap}g") / MIB
    return v.number(f"spark.executor.memory={heap}g, everything else default. Up to how much "
                    "cached data can execution not evict?", pool * share,
                    f"spark.memory.storageFraction ({share}) of the pool of {pool:,.0f} MiB.",
                    unit="MiB", within=0.01,
                    wrong={pool: Belief("cached data are never evicted", "Execution takes back "
                                        "what storage holds beyond its region."),
                           heap * 512: Belief("half the heap is for the cache",
                                              "Half of the pool, which is less than the heap."),
                           0: Belief(
                        "execution may evict everything", "The region is protected.")})


@ask("user_memory", 2, "User memory")
def _(v):
    heap = v.pick(2, 4, 8)
    pool = v.pool(f"{heap}g") / MIB
    user = heap * 1024 - 300 - pool
    return v.number(f"spark.executor.memory={heap}g, everything else default. How much is left "
                    "for user data structures, neither reserved nor in the pool?", user,
                    f"Heap − 300 − pool = {heap * 1024:,} − 300 − {pool:,.1f}.", unit="MiB",
                    within=0.01, wrong={heap * 1024 * 0.4: B.NO_RESERVE, 300: Belief(
                        "user memory is what is reserved", "Those 300 MiB are Spark's own.")})


@ask("per_task", 3, "What one task may get")
def _(v):
    heap, cores = v.pick((4, 4), (8, 4), (8, 8), (16, 5))
    pool = v.pool(f"{heap}g") / MIB
    return v.number(f"spark.executor.memory={heap}g, spark.executor.cores={cores}, nothing cached, "
                    f"{cores} tasks run. Up to how much execution memory can one of them get?",
                    pool / cores,
                    f"At most 1/N of the pool: {pool:,.0f} ÷ {cores}. It waits, or spills, until "
                    "it has 1/2N.", unit="MiB", within=0.01,
                    wrong={pool: Belief("a task may take the whole pool",
                                        "Only if it runs alone."),
                           pool / cores / 2: Belief("half is storage's", "Execution may use what "
                                                    "storage does not; 1/2N is the least."),
                           heap * 1024 / cores: B.HEAP_IS_EXECUTION},
                    source="ExecutionMemoryPool")


@ask("more_cores", 2, "More cores in an executor of the same size")
def _(v):
    heap, few, many = v.pick((8, 2, 8), (8, 4, 8), (16, 5, 10))
    pool = v.pool(f"{heap}g") / MIB
    return v.what_if(f"An executor of {heap} GiB gets {many} cores instead of {few}, and all of "
                     "them are busy. What happens to the execution memory that a task may get?",
                     f"It falls from {pool / few:,.0f} to {pool / many:,.0f} MiB.",
                     "Tasks share one pool. More cores without more memory is a classic way to "
                     "spills and OOM.",
                     {"Nothing: each core has its own memory.": Belief(
                         "memory belongs to cores", "It belongs to the executor."),
                      f"It grows to {pool / few * 2:,.0f} MiB.": Belief(
                          "more cores bring memory", "That is spark.executor.memory."),
                      "The executor does not start.": Belief(
                          "cores and memory must go together", "Spark does not check.")})


@ask("too_small_heap", 2, "A heap below 450 MiB")
def _(v):
    heap = v.pick("300m", "400m", "449m")
    refused = v.refusal("memory", lambda: v.bench.pool(heap))
    right = holds(refused and "450" in refused, "Spark refuses it: at least 450 MiB are needed.")
    return v.what_if(f"spark.executor.memory={heap}. What happens?", right,
                     "300 MiB are reserved, and Spark wants half as much again: 450 MiB. The "
                     "driver looks at the setting as the context is made.",
                     {"It runs, and spills a lot.": Belief(
                         "any heap will do", "There would be nothing left to spill from."),
                      "It is rounded up to 1 GiB.": Belief(
                          "Spark corrects settings", "It refuses; YARN rounds up containers."),
                      "It takes memory from the driver.": Belief(
                          "driver and executors share memory", "They are processes of their own, "
                          "but for local mode.")}, source="UnifiedMemoryManager.getMaxMemory")


@ask("yarn_request", 1, "What an executor asks of YARN")
def _(v):
    heap = v.pick(8, 10, 12, 16, 20)
    story = v.simulate(yarn(heap), tells="asks for|allocates")
    asked = int(story.find(r"asks for \d+ containers? of ([\d,]+) MiB"))
    return v.number(f"spark.executor.memory={heap}g. How much memory does Spark ask of YARN for "
                    "each executor, before YARN rounds it?", asked,
                    f"{heap * 1024:,} + max(384, {heap * 1024:,} × 0.1) MiB.", unit="MiB",
                    wrong={heap * 1024: B.NO_OVERHEAD, heap * 1024 + 384: B.OVERHEAD_384,
                           int(heap * 1024 * 1.07): B.OVERHEAD_7})


@ask("yarn_container", 2, "The container that YARN gives")
def _(v):
    heap = v.pick(2, 4, 8, 10)
    story = v.simulate(yarn(heap), tells="asks for|allocates")
    given = int(story.find(r"allocates \S+ of ([\d,]+) MiB"))
    asked = int(story.find(r"asks for \d+ containers? of ([\d,]+) MiB"))
    return v.number(f"spark.executor.memory={heap}g on YARN, whose minimum allocation is 1 GiB. "
                    "How large is an executor's container?", given,
                    f"{heap * 1024:,} + max(384, a tenth) = {asked:,} MiB, rounded up to a "
                    "multiple of the minimum allocation.", unit="MiB",
                    wrong={heap * 1024: B.NO_OVERHEAD, asked: Belief(
                        "YARN gives what is asked for", "It rounds up to multiples of "
                        "yarn.scheduler.minimum-allocation-mb.")})


@ask("small_overhead", 2, "The overhead of a small executor")
def _(v):
    heap = v.pick(1, 2, 3)
    story = v.simulate(yarn(heap), tells="asks for")
    asked = int(story.find(r"asks for \d+ containers? of ([\d,]+) MiB"))
    return v.number(f"spark.executor.memory={heap}g. How much memory does Spark ask of YARN for "
                    "each executor, before YARN rounds it?", asked,
                    f"A tenth of {heap * 1024:,} is less than 384 MiB, so 384 are added.",
                    unit="MiB", wrong={int(heap * 1024 * 1.1): B.TENTH_ALWAYS,
                                       heap * 1024: B.NO_OVERHEAD})


@ask("cluster_sum", 2, "What a submit really takes")
def _(v):
    n, heap, cores = v.pick((10, 8, 4), (5, 4, 2), (6, 16, 4))
    story = v.simulate(yarn(heap, n, cores), tells="asks for|starts attempt")
    given = int(story.find(r"allocates \S+ of ([\d,]+) MiB"))
    return v.number(f"--num-executors {n} --executor-memory {heap}g --executor-cores {cores} on "
                    "YARN with a minimum allocation of 1 GiB. How much memory do the executors' "
                    "containers take in all?", n * given / 1024,
                    f"Each container is {given:,} MiB, not {heap * 1024:,}; {n} of them. The "
                    "ApplicationMaster comes on top.", unit="GiB", within=0.01,
                    wrong={n * heap: B.SUMS_FORGET, n * heap * 1.1: Belief(
                        "YARN gives what is asked for", "It rounds each container up.")})


@ask("pyspark_memory", 3, "spark.executor.pyspark.memory")
def _(v):
    heap, python = v.pick((4, 2), (8, 2), (8, 4))
    story = v.simulate(yarn(heap), conf={"spark.executor.pyspark.memory": f"{python}g"},
                       tells="asks for")
    asked = int(story.find(r"asks for \d+ containers? of ([\d,]+) MiB"))
    return v.number(f"spark.executor.memory={heap}g, spark.executor.pyspark.memory={python}g. How "
                    "much memory does Spark ask of YARN for each executor, before YARN rounds "
                    "it?", asked,
                    "Heap + overhead + Python's memory: it is added, and becomes a limit that the "
                    "workers are held to. Unset, Python has to live in the overhead.", unit="MiB",
                    wrong={heap * 1024 + overhead(v, heap * 1024): Belief(
                        "Python's memory is part of the overhead", "If it is set it is added."),
                        heap * 1024: B.NO_OVERHEAD})


@ask("maximum_allocation", 3, "More than YARN allows")
def _(v):
    heap = v.pick(8, 10)
    refusal = v.refusal("simulation", lambda: v.bench.simulate(yarn(heap, maximum="8g")))
    right = holds(refusal and "above the max" in refusal, "The application is refused at once.")
    return v.what_if(f"YARN's maximum allocation is 8 GiB. --executor-memory {heap}g. What "
                     "happens?", right,
                     "Heap and overhead are above the maximum, so no node could hold the "
                     "container, ever: Spark gives up before it asks.",
                     {"Executors of 8 GiB start.": Belief(
                         "YARN cuts down what is too large", "It rounds up, never down."),
                      "Executors start: 8 GiB is the heap's limit.": B.NO_OVERHEAD,
                      "The application waits for a larger node.": Belief(
                          "YARN waits for resources", "It does, below its maximum.")})


@ask("fit_executors", 2, "How many executors fit a cluster")
def _(v):
    nodes, cores, memory = v.pick((10, 16, 64), (6, 16, 64), (10, 32, 128), (4, 24, 96))
    per_node = (cores - 1) // 5
    answer = nodes * per_node - 1
    return v.number(f"{nodes} nodes of {cores} cores and {memory} GB. One core and 1 GB of each "
                    "node are left to the system, an executor has 5 cores, one executor's place "
                    "goes to the ApplicationMaster. How many executors?", answer,
                    f"({cores} − 1) ÷ 5 = {per_node} a node, × {nodes}, less one. (Pure "
                    "arithmetic.)",
                    wrong={nodes * per_node: Belief("the driver costs nothing",
                                                    "The ApplicationMaster needs a place, too."),
                           nodes: Belief("a node runs one executor", "It runs what fits."),
                           nodes * cores: B.TASK_PER_CORE})


@ask("fit_memory", 3, "How large an executor's heap may be")
def _(v):
    cores, memory = v.pick((16, 64), (32, 128), (24, 96))
    per_node = (cores - 1) // 5
    share = (memory - 1) / per_node
    heap = int(share / 1.1)
    return v.number(f"A node of {cores} cores and {memory} GiB runs {per_node} executors of 5 "
                    "cores and keeps 1 GiB. How many whole GiB may --executor-memory be, so that "
                    "heap and overhead of 10% fit?", heap,
                    f"({memory} − 1) ÷ {per_node} = {share:.1f} GiB a container; ÷ 1.1 = "
                    f"{share / 1.1:.1f}. (Pure arithmetic.)", unit="GiB",
                    wrong={int(share): B.NO_OVERHEAD, memory: Belief(
                        "--executor-memory is the node's", "It is one executor's heap.")})


@ask("result_size", 2, "collect() of too much")
def _(v):
    limit, rows = v.pick(("1m", 40), ("2m", 60))
    run = v.run(f"""
        import random
        blobs = sc.parallelize(range({rows}), 4)
        blobs.map(lambda i: random.Random(i).randbytes(100_000)).collect()
        """, conf={"spark.driver.maxResultSize": limit}, fails=True)
    right = holds("maxResultSize" in str(run.error), "The job is aborted.")
    return v.what_if(f"The results are {rows / 10:.0f} MB, spark.driver.maxResultSize is {limit}. "
                     "What happens?", right,
                     "The driver adds up the sizes of the tasks' results, and stops the job before "
                     "they are too much for its memory. The default is 1g; 0 is no limit.",
                     {"The rows beyond that are left out.": Belief(
                         "collect() cuts", "take() does, if asked; collect() is all or nothing."),
                      "The driver spills to disk.": Belief(
                          "the driver spills", "A Python list on the driver cannot."),
                      "Executors run out of memory.": B.EXECUTOR_FOR_COLLECT})


@ask("collect_where", 1, "Whose memory collect() needs")
def _(v):
    n = v.pick(1000, 5000)
    run = v.run(f"""
        rows = spark.range({n}).collect()
        len(rows)
        """)
    return v.choose("Whose memory must hold all rows in the end?",
                    holds(run.value == n, "The driver's"),
                    f"All {n:,} rows are Python objects of the driver process. "
                    "spark.driver.memory, spark.driver.maxResultSize and Python's own memory "
                    "count.",
                    {"Each executor's": B.EXECUTOR_FOR_COLLECT,
                     "The cluster manager's": Belief("the master collects results",
                                                     "It never sees data."),
                     "Nobody's: rows stay on disk": Belief("collect() is lazy",
                                                           "It is an action, and gives a list.")})


@ask("spill", 2, "More data than execution memory")
def _(v):
    rows = v.pick(120_000, 150_000)
    run = v.run(f"""
        df = spark.range(0, {rows}, 1, 2).selectExpr("xxhash64(id) AS k", "id AS v")
        df.sort("k").write.format("noop").mode("overwrite").save()
        """, master="local[2]", conf={"spark.testing.memory": str(3 * MIB),
                                      "spark.testing.reservedMemory": "0"})
    right = holds(run.spilled > 0 and run.error is None, "Tasks spill to disk, and the job ends.")
    return v.what_if("The pool is under 2 MiB, what is sorted is more. What happens?", right,
                     f"{run.spilled / MIB:.1f} MiB were spilled: sorted runs on disk, merged at "
                     "the end. It is slower, and right.",
                     {"Tasks fail with an OutOfMemoryError.": B.SPILL_OOM,
                      "The driver computes the rest.": Belief(
                          "the driver helps", "On a cluster it never computes partitions."),
                      "Rows that do not fit are dropped.": Belief(
                          "memory limits cut data", "Answers never depend on memory.")})


@ask("container_killed", 3, "Python beyond its container")
def _(v):
    tasks = v.pick(100, 200)
    story = v.simulate({
        "name": "python", "seed": 5, "manager": {"kind": "kubernetes", "image_pull": "5s"},
        "executors": {"count": 4, "cores": 4, "memory": "2g"},
        "hosts": {"count": 2, "cores": 16, "memory": "32g"},
        "stages": [{"name": "features", "tasks": tasks, "duration": "5s", "python": True,
                    "memory": "20m", "python_memory": {"uniform": ["150m", "320m"]}}]},
        tells="OOM|137|kill", most_told=3)
    right = holds(story.lost > 0 and story.count("OOMKilled|137") > 0,
                  "Pods are OOM-killed (exit 137), though no heap is full.")
    return v.what_if("Executors on Kubernetes have a heap of 2g, 4 cores and the default overhead. "
                     "Each Python worker takes 150 to 320 MB. What happens?", right,
                     "Python workers live outside of the heap, in the overhead. Four of them are "
                     "more than it has, and the kernel kills what runs in the pod. Raise "
                     "spark.executor.memoryOverhead or spark.executor.pyspark.memory, not the "
                     f"heap. {story.lost} executors were lost in this simulation.",
                     {"The JVM throws an OutOfMemoryError.": Belief(
                         "Python's memory is the heap's", "It is another process."),
                      "Workers spill, and nothing is killed.": Belief(
                          "Python spills whatever it holds",
                          "Only PySpark's own merges and sorts do; user data do not."),
                      "Nothing: memory of Python is not limited.": Belief(
                          "containers limit the JVM", "They limit all processes in them.")})


@ask("worker_memory", 2, "When Python's shuffle spills")
def _(v):
    value = v.setting("spark.python.worker.memory")
    v.pick(1, 2)
    return v.number("How much may a Python worker's merging table hold before it spills, unless "
                    "it is set otherwise?", float(value.rstrip("mMbB")),
                    "spark.python.worker.memory. It is a point to spill at, no limit of the "
                    "process.", unit="MiB",
                    wrong={1024: Belief("it is the executor's memory", "That is the JVM's."),
                           384: B.OVERHEAD_384})
