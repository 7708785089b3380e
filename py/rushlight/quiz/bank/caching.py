"""Caching: what is kept, when, at which level, and what happens when it is not there."""
from rushlight.quiz import Belief, holds, topic
from rushlight.quiz import _beliefs as B

ask = topic("caching")
AQE_OFF = {"spark.sql.adaptive.enabled": "false"}
SLOW = """
        calls = sc.accumulator(0)

        def slow(x):
            calls.add(1)
            return x * x
"""


@ask("not_an_action", 1, "cache() alone")
def _(v):
    n = v.pick(100, 500)
    run = v.run(f"""
        df = spark.range({n}).selectExpr("id * 2 AS v")
        df.cache()
        """)
    return v.number("How many jobs run?", run.jobs,
                    "cache() notes that the result is to be kept when somebody computes it.",
                    wrong={1: B.CACHE_ACTION})


@ask("rdd_level", 1, "The level of RDD.cache()")
def _(v):
    run = v.run(f"""
        numbers = sc.parallelize(range({v.pick(10, 20)})).cache()
        str(numbers.getStorageLevel())
        """)
    right = holds(run.value == "Memory Serialized 1x Replicated", "MEMORY_ONLY")
    return v.choose("At which storage level does it keep the RDD?", right,
                    "RDD.cache() is persist(MEMORY_ONLY). In PySpark elements are pickled in any "
                    f"case, so Spark shows “{run.value}”.",
                    {"MEMORY_AND_DISK": Belief("cache() is MEMORY_AND_DISK",
                                               "So for DataFrames, not for RDDs."),
                     "DISK_ONLY": Belief("cache() writes to disk", "That must be asked for."),
                     "MEMORY_AND_DISK_SER": Belief("PySpark has levels of its own",
                                                   "It has none that ends in _SER: its data are "
                                                   "serialized at each level.")})


@ask("df_level", 1, "The level of DataFrame.cache()")
def _(v):
    run = v.run(f"""
        df = spark.range({v.pick(10, 20)}).cache()
        str(df.storageLevel)
        """)
    right = holds("Disk Memory Deserialized" in run.value, "MEMORY_AND_DISK, deserialized")
    return v.choose("At which storage level does it keep the DataFrame?", right,
                    f"Spark shows “{run.value}”: what does not fit into memory goes to disk.",
                    {"MEMORY_ONLY": B.CACHE_MEMORY_ONLY,
                     "DISK_ONLY": Belief("cache() writes to disk", "Only what does not fit."),
                     "MEMORY_AND_DISK_2, on two executors": B.REPLICAS})


@ask("calls_cached", 1, "How often a cached function is called")
def _(v):
    n, times = v.pick(10, 20), v.pick(2, 3)
    run = v.run(SLOW + f"""
        squares = sc.parallelize(range({n}), 2).map(slow).cache()
        for _ in range({times}):
            squares.count()
        calls.value
        """)
    return v.number("What is calls.value at the end?", run.value,
                    "The first count computes and keeps each partition; the others read them.",
                    wrong={n * times: B.CACHE_NOT_READ, 0: Belief("count() calls nothing", "It has "
                                                              "to make the elements.")})


@ask("first_fills", 2, "first() of a cached RDD")
def _(v):
    n, slices = v.pick((40, 4), (60, 3), (100, 5))
    run = v.run(SLOW + f"""
        squares = sc.parallelize(range({n}), {slices}).map(slow).cache()
        squares.first()
        squares.count()
        calls.value
        """)
    return v.choose("What is calls.value at the end?", run.value,
                    f"first() computes one partition of {n // slices} elements, and keeps it whole;"
                    " count() computes the others and finds that one.",
                    {n + 1: Belief("first() computes one element",
                                   "A cached partition is computed whole, or it could not be "
                                   "kept."),
                     2 * n: B.CACHE_NOT_READ,
                     n + n // slices: Belief("first() keeps nothing",
                                             "The partition that it looked at is there.")})


@ask("found", 2, "Partitions that are found")
def _(v):
    n, slices = v.pick((40, 4), (60, 3), (100, 5))
    run = v.run(f"""
        squares = sc.parallelize(range({n}), {slices}).map(lambda x: x * x).cache()
        squares.take(2)
        squares.sum()
        """)
    return v.number("How many cached partitions does sum() find?", run.found,
                    "take(2) looked at one partition, so that one alone is there.",
                    wrong={slices: B.CACHE_ALL_AT_ONCE, 0: Belief(
                        "take() caches nothing", "It keeps the partitions that it computes.")})


@ask("unpersist", 1, "unpersist between two actions")
def _(v):
    n = v.pick(10, 20, 30)
    run = v.run(SLOW + f"""
        squares = sc.parallelize(range({n}), 2).map(slow).cache()
        squares.count()
        squares.unpersist(blocking=True)
        squares.count()
        calls.value
        """)
    return v.number("What is calls.value at the end?", run.value,
                    "The kept partitions are gone, and the lineage is there: they are computed "
                    "again.",
                    wrong={n: Belief("unpersist only makes them evictable", "It removes them.")})


@ask("count_twice_off", 2, "A cached DataFrame counted twice, without AQE")
def _(v):
    parts = v.pick(3, 4, 5)
    run = v.run(f"""
        df = spark.range(0, 100, 1, {parts}).selectExpr("id * 2 AS v").cache()
        df.count()
        df.count()
        """, conf=AQE_OFF)
    return v.number("How many jobs run?", run.jobs,
                    "One a count. The first fills the cache while it counts.",
                    wrong={3: B.CACHE_ACTION, 5: Belief("filling the cache is a job",
                                                        "With adaptive execution it is.")})


@ask("count_twice", 3, "A cached DataFrame counted twice, with AQE")
def _(v):
    parts = v.pick(3, 4, 5)
    run = v.run(f"""
        df = spark.range(0, 100, 1, {parts}).selectExpr("id * 2 AS v").cache()
        df.count()
        df.count()
        """)
    return v.number("How many jobs run?", run.jobs,
                    "Adaptive execution makes the cached plan a query stage, which is filled by "
                    "a job of its own: that one, then map side and result of the first count, "
                    "then the same two of the second.",
                    wrong={2: B.AS_BEFORE_AQE, 4: Belief("the cache is filled on the way",
                                                         "So without adaptive execution."),
                           3: B.CACHE_ACTION})


@ask("plan_uses_cache", 2, "Another query over a cached DataFrame")
def _(v):
    k = v.pick(2, 3, 5)
    run = v.run(f"""
        df = spark.range(100).selectExpr("id", "id % 7 AS k").cache()
        df.count()
        df.where("k = {k} AND id > 50").collect()
        """)
    return v.choose("Which node brings the rows of the last line?",
                    holds(run.has("InMemoryTableScan"), "InMemoryTableScan"),
                    "Plans are compared: where a plan, or a part of it, is cached, its columns are "
                    "scanned from memory, and the filter is applied to them.",
                    {"Range": Belief("a cache serves only the same query",
                                     "Any query that contains the cached plan uses it."),
                     "ExternalRDDScan": Belief("cache() makes an RDD",
                                               "It keeps batches of columns."),
                     "FileScan": Belief("a cached DataFrame is a temporary file",
                                        "It is in memory first.")})


@ask("same_plan", 3, "A DataFrame that was never cached itself")
def _(v):
    n = v.pick(100, 200)
    run = v.run(f"""
        one = spark.range({n}).selectExpr("id * 3 AS v").cache()
        one.count()
        two = spark.range({n}).selectExpr("id * 3 AS v")
        two.where("v > 30").collect()
        """)
    return v.choose("Does the last line use the cache?",
                    holds(run.has("InMemoryTableScan"), "Yes: its plan contains the cached one."),
                    "The cache manager compares analyzed plans, not Python objects: `two` has the "
                    "plan that `one` has.",
                    {"No: `two` was never cached.": Belief(
                        "a cache belongs to a variable", "It belongs to a plan."),
                     "No: cache() is of its session's last query only.": Belief(
                         "there is one cache at a time", "Each cached plan stays until "
                         "unpersist() or clearCache().")})


@ask("checkpoint_calls", 3, "checkpoint(), with or without cache()")
def _(v):
    n, cached = v.pick(10, 20, 30), v.pick(True, False)
    run = v.run(SLOW + f"""
        sc.setCheckpointDir(folder + "/checkpoints")
        squares = sc.parallelize(range({n}), 2).map(slow){".cache()" * cached}
        squares.checkpoint()
        squares.count()
        calls.value
        """)
    why = ("The job that writes the checkpoint reads the cached partitions." if cached else
           "After the count, a second job computes the RDD again to write it. cache() before "
           "checkpoint() saves that.")
    return v.number("What is calls.value at the end?", run.value, why,
                    wrong={n: B.CHECKPOINT_IS_CACHE, 2 * n: Belief(
                        "checkpoint() always computes twice", "Not if the RDD is cached.")})


@ask("replication", 2, "What _2 means")
def _(v):
    level = v.pick("MEMORY_ONLY_2", "MEMORY_AND_DISK_2", "DISK_ONLY_3")
    run = v.run(f"""
        StorageLevel.{level}.replication
        """)
    return v.number("What does the line give?", run.value,
                    "So many executors keep each partition; if one is lost, nothing has to be "
                    "computed again.",
                    wrong={1: Belief("the number is a version", "It counts replicas.")})


@ask("lost_executor", 3, "An executor with cached partitions is lost")
def _(v):
    slices = v.pick(4, 6, 8)
    run = v.run(f"""
        squares = sc.parallelize(range(40), {slices}).map(lambda x: x * x).cache()
        squares.count()
        sc.faults.kill_executor("1")
        squares.sum()
        """, master="sim://?executors=2&cores=1&seed=1")
    right = holds(0 < run.found < slices,
                  "Its partitions are computed again, the others are found.")
    return v.what_if("Executor 1 of 2 dies between count() and sum(). What happens?", right,
                     f"Each executor had about half of the {slices} partitions. sum() found "
                     f"{run.found} and computed the rest along the lineage.",
                     {"The job fails: cached data are lost.": Belief(
                         "a cache is the only copy", "The lineage is still there."),
                      "All partitions are computed again.": B.JOB_STARTS_OVER,
                      "Nothing is computed: there are replicas.": B.REPLICAS})


@ask("too_small", 3, "MEMORY_ONLY that does not fit")
def _(v):
    level = v.pick("MEMORY_ONLY", "MEMORY_AND_DISK")
    run = v.run(f"""
        import random
        big = sc.parallelize(range(160), 4).map(lambda i: random.Random(i).randbytes(65536))
        big.persist(StorageLevel.{level})
        big.count()
        big.count()
        """, master="local[1]", conf={"spark.testing.memory": str(12 * 2 ** 20),
                                      "spark.testing.reservedMemory": "0"})
    only = level == "MEMORY_ONLY"
    right = (holds(run.found == 2, "Partitions that do not fit are not kept, and computed again.")
             if only else holds(run.found == 4, "Partitions that do not fit are kept on disk."))
    wrong = {"The job fails with an OutOfMemoryError.": Belief(
        "a cache must fit", "It is the first that gives way."),
        ("Partitions that do not fit are kept on disk." if only else
         "Partitions that do not fit are not kept, and computed again."):
        B.MEMORY_ONLY_SPILLS if only else Belief("cached data never leave memory",
                                                 "With a level that has DISK they do."),
        "Other applications' blocks are evicted.": Belief(
            "executors share their memory with other applications",
            "An executor belongs to one application.")}
    return v.what_if("Four partitions of 2.5 MiB each are to be kept in a pool of some 7 MiB. What "
                     "happens?", right,
                     f"The second count found {run.found} of 4 partitions"
                     + (": two fit into memory" + ("." if only else ", two came from disk.")),
                     wrong)


@ask("iterations", 2, "A loop over an RDD, with or without cache()")
def _(v):
    n, loops = v.pick(10, 20), v.pick(3, 4)
    cached = v.pick(True, False)
    run = v.run(SLOW + f"""
        data = sc.parallelize(range({n}), 2).map(slow){".cache()" * cached}
        for i in range({loops}):
            data.map(lambda x: x + i).sum()
        calls.value
        """)
    return v.number("What is calls.value at the end?", run.value,
                    "Each round starts from what is kept: " + (
                        "the cached squares." if cached else "nothing, so slow() runs again each "
                        "time. This is what made MapReduce slow for iterative work."),
                    wrong={n * loops: Belief("cache() is of no use in loops", "It is for them."),
                           n: Belief("Spark keeps what it computes",
                                     "Only what it is told to keep.")})
