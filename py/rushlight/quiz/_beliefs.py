"""Misconceptions by name: what people say, and what is true.  Wrong options come from here.

A belief that several questions meet stands here; one that a single question meets stands there.
"""
from rushlight.quiz._questions import Belief

# ── laziness and counting ──
EAGER = Belief("transformations run at once",
               "A transformation only adds to the lineage; a job starts when an action asks.")
ONE_ACTION_ONE_JOB = Belief(
    "each action is one job",
    "An action may start several: take() tries more and more partitions, adaptive execution runs "
    "each shuffle's map side as a job of its own, a broadcast is a job.")
ACTIONS_ALONE = Belief(
    "only actions start jobs",
    "Some transformations have to look at data first: sortByKey samples, zipWithIndex counts, "
    "inferSchema reads, pivot without values asks for them.")
STAGE_PER_OPERATOR = Belief(
    "each operator is a stage",
    "Narrow operators are pipelined into one stage; only a shuffle cuts.")
ONE_STAGE = Belief("a job is one stage",
                   "A shuffle cuts a job in two: its map side must end before anyone reads.")
RESULT_ONLY = Belief("only the last stage has tasks",
                     "The map side of each shuffle has a task for each of its partitions, too.")
MAP_ONLY = Belief("only the map side has tasks",
                  "The stage behind the shuffle has a task for each of its partitions, too.")
MAPPERS_TIMES_REDUCERS = Belief(
    "there is a task for each pair of map and reduce partition",
    "m map tasks write m × r blocks, but each reduce task reads its m blocks by itself: m + r "
    "tasks.")
SKIPPED_FAILED = Belief(
    "a skipped stage has failed, or its data were cached",
    "It is skipped since the files of its shuffle are still there; cache() has nothing to do with "
    "it.")
RUNS_AGAIN = Belief("each action computes everything again",
                    "Files of a shuffle stay as long as its RDD is in use: the stages that wrote "
                    "them are skipped.")
TWO_HUNDRED = Belief(
    "200 is law",
    "spark.sql.shuffle.partitions is 200 unless set, it does not touch RDDs, and adaptive "
    "execution coalesces small partitions since 3.2.")
GROUPBY_ACTION = Belief("groupBy().sum() is an action",
                        "It gives a DataFrame: nothing runs until show(), collect() or a write.")
TASK_PER_ROW = Belief("there is a task for each record",
                      "There is a task for each partition; it goes over the records by itself.")
TASK_PER_CORE = Belief("there are as many tasks as cores",
                       "Tasks go by partitions. Cores say how many of them run at the same time.")
AS_BEFORE_AQE = Belief(
    "what was true before adaptive execution",
    "Since 3.2 spark.sql.adaptive.enabled is true: each shuffle's map side is a job, and the rest "
    "is planned again when its sizes are known.")
SCALA_JOIN = Belief(
    "a join of two plain RDDs is three stages",
    "So in Scala. PySpark makes a union of both sides and shuffles it once: two stages.")
JOIN_SHUFFLES = Belief("a join always shuffles",
                       "Not what lies by the same partitioner already, nor a side that is "
                       "broadcast.")
INFER_FREE = Belief("inferSchema is free", "It reads the data once more, in a job of its own.")
LIMIT_STOPS = Belief("limit() makes Spark stop early everywhere",
                     "A limit that something else reads takes up to n rows of every partition.")

# ── partitions and files ──
COALESCE_GROWS = Belief("coalesce() can make more partitions",
                        "Without a shuffle it can only merge: asking for more changes nothing.")
COALESCE_FREE = Belief(
    "coalesce(1) is free",
    "It shuffles nothing, but the whole stage before it shrinks to that many tasks.")
REPARTITION_EVEN = Belief("repartition() spreads elements evenly",
                          "PySpark deals out batches of ten, so few elements may all stay "
                          "together.")
SLICES_EVEN = Belief("slices differ by one element at most",
                     "PySpark deals out whole batches, so slices may differ by a batch.")
CAP_BY_SIZE_ALONE = Belief(
    "partitions = size ÷ 128 MB",
    "So for one large file. Small files each cost 4 MB on top, and maxSplitBytes shrinks until "
    "each core has something to do.")
GZ_SPLITS = Belief("every file can be split",
                   "A gzip stream can only be read from its beginning: one file, one task.")
FILE_PER_TASK = Belief("a file is a task",
                       "Large files are split, and spark.sql packs small ones together.")
ONE_FILE_OUT = Belief("a write makes one file", "Each task writes its own, of which partitionBy "
                      "makes one for each value that it meets.")
HASH_OF_PYTHON = Belief(
    "partitionBy uses Python's hash() of strings, which changes from run to run",
    "portable_hash is Python's hash with PYTHONHASHSEED fixed for all workers.")

# ── joins ──
BROADCAST_WINS = Belief("a broadcast join is always best",
                        "The small side must fit, whole, into the driver and into every executor.")
BY_FILE_SIZE = Belief("the threshold is compared with the file",
                      "It is compared with Spark's estimate of what the plan returns; a projection "
                      "or a filter may bring a side below it.")
FULL_BROADCAST = Belief("any join can broadcast either side",
                        "The side whose rows must all appear cannot be broadcast: a row without a "
                        "partner would appear once a task.")
NULL_EQUALS = Belief("NULL joins NULL",
                     "NULL = NULL is NULL, which is not true: such rows find no partner. <=> is "
                     "the comparison that does.")
MORE_PARTITIONS_CURE_SKEW = Belief(
    "more shuffle partitions cure skew",
    "All rows of one key go to one partition, however many there are.")

# ── memory ──
HEAP_IS_EXECUTION = Belief("the whole heap is for execution and cache",
                           "300 MiB are reserved, and of the rest spark.memory.fraction (0.6) is "
                           "the unified pool.")
NO_RESERVE = Belief("0.6 of the heap is the pool",
                    "300 MiB are taken off before: (heap − 300 MiB) × 0.6.")
OLD_MEMORY = Belief("storage has 60% and shuffle 20%, as in Spark 1.5",
                    "Since 1.6 both share one pool, spark.memory.fraction of heap − 300 MiB.")
FRACTION_075 = Belief("spark.memory.fraction is 0.75", "So in 1.6. Since 2.0 it is 0.6.")
FENCE = Belief("storage and execution have a fixed half each",
               "storageFraction is only what execution cannot take back by eviction.")
NO_OVERHEAD = Belief("a container is as large as the heap",
                     "On top comes memoryOverhead: a tenth of the heap, at least 384 MiB.")
TENTH_ALWAYS = Belief("the overhead is a tenth of the heap", "At least 384 MiB.")
OVERHEAD_384 = Belief("the overhead is 384 MiB",
                      "That is the least; a tenth of the heap if that is more.")
OVERHEAD_7 = Belief("the overhead is 7%", "So on YARN in 1.2 and 1.3; since 1.4 it is a tenth.")
SPILL_OOM = Belief("spilling means that memory has run out and the task fails",
                   "A spill is how a task goes on with less: it writes sorted runs to disk and "
                   "merges them.")
EXECUTOR_FOR_COLLECT = Belief("collect() needs memory of executors",
                              "The rows go to the driver: its memory and "
                              "spark.driver.maxResultSize count.")
SUMS_FORGET = Belief("executors × memory is what the cluster gives",
                     "The sheets forget the overhead of each container, and the driver.")

# ── caching ──
CACHE_ACTION = Belief("cache() is an action",
                      "It is a note; the first action that computes a partition keeps it.")
CACHE_MEMORY_ONLY = Belief("cache() of a DataFrame is MEMORY_ONLY",
                           "So for RDDs. DataFrames use MEMORY_AND_DISK (deserialized).")
CACHE_ALL_AT_ONCE = Belief("the first action caches everything",
                           "Only partitions that it computes: first() and take() look at a few.")
CACHE_NOT_READ = Belief("each action computes everything again",
                        "Not what is cached: the first action that computes a partition keeps it, "
                        "and later ones read it.")
CHECKPOINT_IS_CACHE = Belief("checkpoint() is a stronger cache()",
                             "It writes to files and cuts the lineage, in a job of its own that "
                             "computes once more unless the RDD was cached.")
MEMORY_ONLY_SPILLS = Belief("MEMORY_ONLY spills to disk when it is full",
                            "What does not fit is not kept, and is computed again when asked for.")

# ── bridge and serialization ──
DATA_THROUGH_PY4J = Belief(
    "data go through Py4J",
    "Py4J carries calls and small values between driver Python and driver JVM; rows go over "
    "sockets and pipes, and mostly never leave the JVM.")
PY4J_EXECUTORS = Belief("executors run Py4J", "Only the driver has a gateway. Executors talk to "
                        "Python workers over sockets.")
PYTHON_EVERYWHERE = Belief("PySpark runs all in Python",
                           "DataFrame expressions are planned and run in the JVM. Python "
                           "functions alone need Python workers.")
KRYO_DEFAULT = Belief("Kryo is the default of PySpark",
                      "spark.serializer is JavaSerializer, and Python objects are pickled in any "
                      "case.")
UDF_FREE = Belief("a UDF costs as much as a built-in function",
                  "Rows leave the engine, are serialized both ways, and Catalyst cannot look "
                  "inside.")
PANDAS_ROWS = Belief("a pandas UDF is called for each row",
                     "It is called with a Series for each batch, of 10,000 rows at most.")
DRIVER_VARIABLE = Belief("tasks change the driver's variables",
                         "A closure is pickled and sent: tasks change their copy. Accumulators "
                         "come back.")

# ── faults and clusters ──
JOB_STARTS_OVER = Belief("a lost executor makes the job start over",
                         "Only lost partitions are computed again, along the lineage.")
RETRY_THREE = Belief("a task is tried three times",
                     "spark.task.maxFailures is 4: the fourth failure ends the job.")
LOCAL_RETRIES = Belief("local mode retries as a cluster does",
                       "In local[N] a task may fail once: maxFailures is 1 there.")
FETCH_COUNTS = Belief("a failed fetch counts as a failure of its task",
                      "It is the map output's fault: the map stage runs again, and nothing counts "
                      "toward maxFailures.")
SPECULATION_ON = Belief("speculation is on", "spark.speculation is false unless set.")
SPECULATION_RETRY = Belief("speculation restarts slow tasks",
                           "It starts a copy; the first that ends wins, the other is killed.")
REPLICAS = Belief("RDDs are replicated against loss",
                  "They are computed again from their lineage; replicas are there only if a "
                  "storage level ending in _2 was asked for.")
MESOS_32 = Belief("Mesos was removed in 3.2", "Deprecated in 3.2, removed in 4.0.")
CLIENT_CLUSTER = Belief("in client mode the driver runs in the cluster",
                        "It runs where spark-submit was called; in cluster mode the manager "
                        "starts it.")
ALWAYS_CLIENT = Belief("the driver runs where spark-submit was called",
                       "So in client mode. In cluster mode the manager starts it on one of the "
                       "cluster's machines.")
MASTER_SCHEDULES = Belief(
    "the cluster manager schedules tasks",
    "It gives executors. Tasks are the driver's affair: DAGScheduler and TaskScheduler.")

# ── SQL ──
SQL_SLOWER = Belief("SQL is slower than the DataFrame API, or the other way round",
                    "Both become the same logical plan, and so the same run.")
PUSH_EVERYTHING = Belief("every filter is pushed down",
                         "Not below what would change the answer: a window, a limit, the wrong "
                         "side of an outer join, something random.")
PUSH_UDF = Belief("a filter by a Python UDF goes into the scan",
                  "No source can run Python: it stays a filter above the node that does.")

# ── ML ──
FIT_ONE_JOB = Belief("fit() is one job", "Iterative algorithms run a job an iteration, and some "
                     "look at data before.")
TRANSFORM_RUNS = Belief("transform() runs a job", "It adds columns to a plan, as any "
                        "transformation of DataFrames.")
GRAPHX_PYTHON = Belief("GraphX has a Python API",
                       "GraphX is for Scala and Java; from Python one uses GraphFrames.")
