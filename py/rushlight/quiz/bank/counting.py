"""Counting jobs, stages and tasks of small programs, as the trace shows them."""
from rushlight.quiz import Belief, holds, topic
from rushlight.quiz import _beliefs as B

ask = topic("counting")
WORDS = '["to be", "or not", "to be", "that is", "the question", "of all"]'


# ── RDDs ──
@ask("narrow_chain", 1, "A chain of narrow operators")
def _(v):
    slices = v.pick(range(2, 8))
    run = v.run(f"""
        numbers = sc.parallelize(range(1000), {slices})
        numbers.map(lambda x: x * x).filter(lambda x: x % 2 == 0).map(str).count()
        """)
    return v.number("How many tasks run in all?", run.tasks,
                    f"One job of one stage: map, filter and map are pipelined into the {slices} "
                    "tasks, one a partition.",
                    wrong={3 * slices: B.STAGE_PER_OPERATOR, 4 * slices: B.STAGE_PER_OPERATOR,
                           1000: B.TASK_PER_ROW, 4: B.TASK_PER_CORE})


@ask("word_count_stages", 1, "Stages of a word count")
def _(v):
    slices = v.pick(2, 3, 4)
    run = v.run(f"""
        lines = sc.parallelize({WORDS}, {slices})
        words = lines.flatMap(lambda line: line.split(" "))
        pairs = words.map(lambda word: (word, 1))
        pairs.reduceByKey(lambda a, b: a + b).collect()
        """)
    return v.number("How many stages run?", run.stages,
                    "flatMap, map and the map side of reduceByKey are one stage; behind the "
                    "shuffle is the second.",
                    wrong={1: B.ONE_STAGE, 3: B.STAGE_PER_OPERATOR, 4: B.STAGE_PER_OPERATOR})


@ask("word_count", 1, "Tasks of a word count")
def _(v):
    slices = v.pick(2, 3, 5, 6)
    reducers = v.pick(2, 3, 4, 7)
    run = v.run(f"""
        words = sc.parallelize({WORDS}, {slices}).flatMap(str.split)
        counts = words.map(lambda w: (w, 1)).reduceByKey(lambda a, b: a + b, {reducers})
        counts.collect()
        """)
    return v.number("How many tasks run in all?", run.tasks,
                    f"The map side has a task for each of the {slices} partitions, the reduce side "
                    f"one for each of its {reducers}.",
                    wrong={slices: B.MAP_ONLY, reducers: B.RESULT_ONLY,
                           slices * reducers: B.MAPPERS_TIMES_REDUCERS,
                           slices + 200: B.TWO_HUNDRED})


@ask("reduce_partitions", 2, "Partitions of reduceByKey without a number")
def _(v):
    slices, cores = v.pick((3, 4), (5, 4), (6, 4), (7, 2), (2, 4))
    run = v.run(f"""
        pairs = sc.parallelize(range(100), {slices}).map(lambda x: (x % 10, x))
        pairs.reduceByKey(lambda a, b: a + b).getNumPartitions()
        """, master=f"local[{cores}]")
    return v.number("What does the last line give?", run.value,
                    "PySpark takes spark.default.parallelism for a shuffle if it is set, and "
                    "otherwise the partitions of its parent. Not spark.sql.shuffle.partitions: "
                    "that is of DataFrames.",
                    wrong={200: B.TWO_HUNDRED, cores: B.TASK_PER_CORE,
                           10: Belief("a partition a key", "Keys are hashed to partitions.")})


@ask("second_action", 2, "A second action on the same shuffle")
def _(v):
    slices = v.pick(2, 3, 4, 5)
    run = v.run(f"""
        pairs = sc.parallelize(range(40), {slices}).map(lambda x: (x % 5, x))
        sums = pairs.reduceByKey(lambda a, b: a + b)
        sums.count()
        sums.collect()
        """)
    return v.number("How many stages run, over both jobs?", run.stages,
                    "The first job runs two. The second finds the files of the shuffle: it skips "
                    "the map stage and runs the result stage alone.",
                    wrong={4: B.RUNS_AGAIN, 2: Belief(
                        "the second action costs nothing",
                        "Nothing was cached: its result stage reads the shuffle again.")})


@ask("second_action_tasks", 2, "Tasks of two actions on one shuffle")
def _(v):
    slices, reducers = v.pick(3, 5, 6), v.pick(2, 4)
    run = v.run(f"""
        pairs = sc.parallelize(range(40), {slices}).map(lambda x: (x % 5, x))
        sums = pairs.reduceByKey(lambda a, b: a + b, {reducers})
        sums.count()
        sums.collect()
        """)
    return v.number("How many tasks run, over both jobs?", run.tasks,
                    f"{slices} + {reducers} in the first job, {reducers} in the second, whose map "
                    "stage is skipped.",
                    wrong={2 * (slices + reducers): B.RUNS_AGAIN, slices + reducers: Belief(
                        "the second action costs nothing", "Its result stage runs.")})


@ask("skipped_meaning", 1, "What “skipped” means")
def _(v):
    slices = v.pick(2, 3, 4)
    run = v.run(f"""
        pairs = sc.parallelize(range(40), {slices}).map(lambda x: (x % 5, x))
        sums = pairs.reduceByKey(lambda a, b: a + b)
        sums.count()
        sums.count()
        """)
    return v.choose("The UI shows a stage of the second job as skipped. Why?",
                    holds(run.skipped == 1, "Its shuffle files are still there."),
                    "The map outputs of the first job are registered with the driver as long as "
                    "the RDD is in use, so the map stage need not run.",
                    {"Its RDD was cached.": B.SKIPPED_FAILED,
                     "It failed, and was left out.": B.SKIPPED_FAILED,
                     "Its partitions are empty.": Belief(
                         "empty partitions are skipped", "An empty partition has a task, too.")})


@ask("two_shuffles_of_one", 2, "The same reduceByKey written twice")
def _(v):
    slices = v.pick(2, 3, 4)
    run = v.run(f"""
        pairs = sc.parallelize(range(40), {slices}).map(lambda x: (x % 5, x))
        pairs.reduceByKey(lambda a, b: a + b).count()
        pairs.reduceByKey(lambda a, b: a + b).count()
        """)
    return v.number("How many stages run, over both jobs?", run.stages,
                    "Each call makes a shuffle of its own. Spark does not compare RDDs: nothing "
                    "of the first can be used again.",
                    wrong={3: Belief("equal shuffles are found out",
                                     "So in SQL, where ReuseExchange compares plans. RDDs hold "
                                     "functions.")})


@ask("join_plain", 3, "A join of two RDDs")
def _(v):
    left, right = v.pick((2, 3), (3, 2), (4, 2))
    run = v.run(f"""
        users = sc.parallelize([("a", 1), ("b", 2), ("c", 3)], {left})
        cities = sc.parallelize([("a", "x"), ("b", "y")], {right})
        users.join(cities).collect()
        """)
    return v.number("How many stages run?", run.stages,
                    "PySpark's join is a union, a groupByKey and a function: both sides stand in "
                    "one map stage, and one shuffle follows. Scala's cogroup has two shuffles, so "
                    "three stages.",
                    wrong={3: B.SCALA_JOIN, 1: B.ONE_STAGE})


@ask("join_tasks", 3, "Tasks of a join of two RDDs")
def _(v):
    left, right = v.pick((2, 3), (3, 4), (4, 2))
    run = v.run(f"""
        users = sc.parallelize([("a", 1), ("b", 2), ("c", 3)], {left})
        cities = sc.parallelize([("a", "x"), ("b", "y")], {right})
        users.join(cities).collect()
        """)
    return v.number("How many tasks run in all?", run.tasks,
                    f"The map stage is the union: {left} + {right} tasks. Unless said otherwise, "
                    f"the shuffle has as many partitions as the union: {left + right} more.",
                    wrong={left + right: B.MAP_ONLY, left + right + max(left, right): Belief(
                        "the join has the partitions of the larger side",
                        "So in Scala; PySpark takes the sum, as of the union."),
                        left + right + 200: B.TWO_HUNDRED, left + right + 4: B.TASK_PER_CORE})


@ask("join_copartitioned", 3, "A join of co-partitioned RDDs")
def _(v):
    n = v.pick(3, 4, 5)
    run = v.run(f"""
        users = sc.parallelize([("a", 1), ("b", 2)], 2).partitionBy({n})
        cities = sc.parallelize([("a", "x"), ("b", "y")], 2).partitionBy({n})
        users.join(cities).collect()
        """)
    return v.number("How many stages run?", run.stages,
                    "Two map stages for the two partitionBy; the join itself finds both sides "
                    "partitioned alike and adds no shuffle.",
                    wrong={4: B.JOIN_SHUFFLES, 2: Belief(
                        "partitionBy does not shuffle", "It has to move pairs to their places.")})


@ask("join_different", 3, "A join of RDDs partitioned differently")
def _(v):
    a, b = v.pick((2, 3), (3, 5), (4, 2))
    run = v.run(f"""
        users = sc.parallelize([("a", 1), ("b", 2)], 2).partitionBy({a})
        cities = sc.parallelize([("a", "x"), ("b", "y")], 2).partitionBy({b})
        users.join(cities).collect()
        """)
    return v.number("How many stages run?", run.stages,
                    "Two for the partitionBy, and as the partitioners differ, the union of both is "
                    "shuffled once more: its map side, and the result.",
                    wrong={3: Belief("partitioned is partitioned",
                                     "Only the same number of partitions by the same function "
                                     "makes RDDs co-partitioned."), 2: B.JOIN_SHUFFLES})


@ask("map_loses_partitioner", 2, "map() or mapValues() behind partitionBy")
def _(v):
    keeps = v.pick(True, False)
    how = "mapValues(lambda n: n + 1)" if keeps else "map(lambda kv: (kv[0], kv[1] + 1))"
    run = v.run(f"""
        pairs = sc.parallelize([("a", 1), ("b", 2), ("a", 3)], 2).partitionBy(4)
        more = pairs.{how}
        more.reduceByKey(lambda a, b: a + b, 4).collect()
        """)
    why = ("mapValues cannot change keys, so the partitioner stays, and reduceByKey needs no "
           "second shuffle." if keeps else
           "map() may change keys, so Spark forgets the partitioner, and reduceByKey shuffles once "
           "more. mapValues would have kept it.")
    return v.number("How many stages run?", run.stages, why,
                    wrong={2: Belief("map keeps the partitioner", "Only mapValues and "
                                     "flatMapValues promise not to touch keys."),
                           3: Belief("every …ByKey shuffles", "Not if its parent is partitioned "
                                     "that way already."), 1: B.ONE_STAGE})


@ask("take_growth", 3, "take(1) with a late match")
def _(v):
    n, place = v.pick((100, 60), (200, 150), (100, 10), (50, 3))
    run = v.run(f"""
        sc.parallelize(range({n}), {n}).filter(lambda x: x == {place}).take(1)
        """)
    return v.number("How many jobs run?", run.jobs,
                    "take() tries one partition, then four times as many as it has tried so far, "
                    f"and so on: {', '.join(map(str, run.tasks_by_job))} tasks.",
                    wrong={1: B.ONE_ACTION_ONE_JOB, place + 1: Belief(
                        "take() looks at one partition after the other",
                        "That would be slow: it grows by a factor of four.")})


@ask("take_growth_tasks", 3, "Tasks of take(1) with a late match")
def _(v):
    n, place = v.pick((100, 20), (200, 150), (100, 10), (50, 3))
    run = v.run(f"""
        sc.parallelize(range({n}), {n}).filter(lambda x: x == {place}).take(1)
        """)
    return v.number("How many tasks run in all?", run.tasks,
                    f"Its jobs have {', '.join(map(str, run.tasks_by_job))} tasks: the last may "
                    "look at more partitions than would have done.",
                    wrong={1: Belief("take(1) runs one task", "Only if the first partition has "
                                     "a match."), n: Belief("take() runs all tasks", "It stops "
                                                            "as soon as it has enough."),
                           place + 1: Belief("take() looks at one partition after the other",
                                             "It grows by a factor of four.")})


@ask("first", 1, "first() of many partitions")
def _(v):
    n = v.pick(8, 20, 50)
    run = v.run(f"""
        sc.parallelize(range(1000), {n}).map(lambda x: x + 1).first()
        """)
    return v.number("How many tasks run?", run.tasks,
                    "first() is take(1): it tries one partition, and that has an element.",
                    wrong={n: Belief("an action computes all partitions", "take() and first() "
                                     "ask for some.")})


@ask("is_empty", 2, "isEmpty() of an RDD")
def _(v):
    n = v.pick(4, 10, 30)
    run = v.run(f"""
        sc.parallelize(range(1000), {n}).isEmpty()
        """)
    return v.number("How many tasks run?", run.tasks,
                    "It looks for one element: take(1), which finds it in the first partition.",
                    wrong={n: Belief("isEmpty() counts", "It stops at the first element."),
                           0: Belief("it is metadata", "Nobody knows without looking.")})


@ask("tree_reduce", 3, "treeReduce over many partitions")
def _(v):
    n = v.pick(8, 16, 20)
    run = v.run(f"""
        sc.parallelize(range(100), {n}).treeReduce(lambda a, b: a + b)
        """)
    return v.number("How many stages run?", run.stages,
                    f"Partial results of {n} partitions are combined on executors first, behind a "
                    "shuffle, so that the driver gets few: "
                    f"{' + '.join(map(str, run.tasks_of))} tasks.",
                    wrong={1: Belief("reduce and treeReduce run alike",
                                     "reduce() sends every partial result to the driver."),
                           3: B.STAGE_PER_OPERATOR})


@ask("union_distinct", 2, "distinct() of a union")
def _(v):
    a, b = v.pick((2, 3), (3, 4), (1, 4))
    run = v.run(f"""
        both = sc.parallelize([1, 2, 3], {a}).union(sc.parallelize([3, 4], {b}))
        both.distinct().count()
        """)
    return v.number("How many tasks run in all?", run.tasks,
                    f"A union has the partitions of both, {a + b}, and no shuffle. distinct() is a "
                    f"reduceByKey: {a + b} map tasks and {a + b} behind the shuffle.",
                    wrong={a + b: Belief("distinct works in each partition",
                                         "Equal elements may stand anywhere: it shuffles."),
                           2 * (a + b) + a: Belief("a union is a stage", "It only puts "
                                                   "partitions side by side.")})


@ask("cartesian", 2, "Partitions of a cartesian product")
def _(v):
    a, b = v.pick((2, 3), (3, 4), (4, 4))
    run = v.run(f"""
        pairs = sc.parallelize(range(6), {a}).cartesian(sc.parallelize(range(8), {b}))
        pairs.count()
        """)
    return v.number("How many tasks run?", run.tasks,
                    f"Each partition of the left meets each of the right: {a} × {b}, in one stage "
                    "without a shuffle.",
                    wrong={a + b: Belief("partitions add up", "So in a union."), 48: B.TASK_PER_ROW,
                           a * b + a + b: Belief("both sides are stages of their own",
                                                 "cartesian is narrow: a task computes both.")})


@ask("empty_rdd", 3, "Counting an empty RDD")
def _(v):
    action = v.pick("count", "collect")
    run = v.run(f"""
        sc.emptyRDD().{action}()
        """)
    return v.number("How many tasks run?", run.tasks,
                    "emptyRDD has no partitions. There is a job, which ends at once, without a "
                    "stage.",
                    wrong={1: Belief("an RDD has one partition at least", "parallelize([]) has "
                                     "empty ones; emptyRDD() has none."), 4: B.TASK_PER_CORE})


@ask("sum_max_mean", 2, "Three numbers of one RDD")
def _(v):
    slices = v.pick(2, 3, 4)
    run = v.run(f"""
        numbers = sc.parallelize([3.0, 1.0, 2.0, 6.0, 5.0], {slices})
        answers = [numbers.sum(), numbers.max(), numbers.mean()]
        """)
    return v.number("How many tasks run in all?", run.tasks,
                    f"Each is an action, so three jobs of {slices}. stats() gives all of them in "
                    "one.",
                    wrong={slices: Belief("Spark merges actions", "It sees them one by one.")})


@ask("take_sample", 3, "takeSample")
def _(v):
    slices = v.pick(2, 4, 5)
    run = v.run(f"""
        sc.parallelize(range(100), {slices}).takeSample(False, 10, seed=5)
        """)
    return v.number("How many jobs run?", run.jobs,
                    "For exactly ten it must know how many there are: it counts, then samples.",
                    wrong={1: B.ONE_ACTION_ONE_JOB})


@ask("sort_by_all", 3, "sortBy, then collect")
def _(v):
    slices = v.pick(2, 4, 6)
    run = v.run(f"""
        numbers = sc.parallelize([k * 37 % 101 for k in range(100)], {slices})
        numbers.sortBy(lambda x: x).collect()
        """)
    return v.number("How many tasks run in all?", run.tasks,
                    f"Counting and sampling are {slices} tasks each, at the call. Then the sort: "
                    f"{slices} map tasks, and {run.tasks_of[-1]} behind the shuffle.",
                    wrong={2 * slices: B.ONE_ACTION_ONE_JOB, 3 * slices: Belief(
                        "sampling is one job", "Counting comes before it.")})


# ── DataFrames ──
@ask("df_count", 2, "count() of a DataFrame with adaptive execution")
def _(v):
    parts = v.pick(3, 4, 6, 8)
    run = v.run(f"""
        spark.range(0, 1000, 1, {parts}).count()
        """)
    return v.number("How many jobs run?", run.jobs,
                    f"A count is an aggregation: {parts} tasks count their partition, a shuffle "
                    "brings the counts to one task. Adaptive execution runs each shuffle's map "
                    "side as a job of its own, then the rest.",
                    wrong={1: B.ONE_ACTION_ONE_JOB})


@ask("df_count_off", 2, "count() of a DataFrame without adaptive execution")
def _(v):
    parts = v.pick(3, 4, 6, 8)
    run = v.run(f"""
        spark.range(0, 1000, 1, {parts}).count()
        """, conf={"spark.sql.adaptive.enabled": "false"})
    return v.number("How many tasks run in all?", run.tasks,
                    f"One job, two stages: {parts} tasks count, one adds up. The shuffle of a "
                    "count without groups has a single partition, whatever "
                    "spark.sql.shuffle.partitions says.",
                    wrong={parts: Belief("a count has no shuffle", "The counts of tasks have to "
                                         "meet somewhere."), parts + 4: Belief(
                        "each shuffle has spark.sql.shuffle.partitions",
                        "Not one to a single row."), parts + 200: B.TWO_HUNDRED})


@ask("group_by_show", 2, "groupBy().count().show() with adaptive execution")
def _(v):
    groups = v.pick(3, 5, 7)
    run = v.run(f"""
        df = spark.range(0, 100, 1, 4).selectExpr("id % {groups} AS k")
        df.groupBy("k").count().show()
        """, conf={"spark.sql.shuffle.partitions": "200"})
    return v.number("How many tasks run in all?", run.tasks,
                    "Job one: 4 map tasks. Then adaptive execution sees a few bytes in 200 "
                    "partitions and coalesces them into one: job two is 1 task.",
                    wrong={204: B.AS_BEFORE_AQE, 200: B.TWO_HUNDRED,
                           4 + groups: Belief("a task a group", "Groups are hashed to "
                                              "partitions.")})


@ask("group_by_collect_off", 2, "groupBy().count().collect() without adaptive execution")
def _(v):
    parts = v.pick(20, 50, 200)
    run = v.run("""
        df = spark.range(0, 100, 1, 4).selectExpr("id % 3 AS k")
        df.groupBy("k").count().collect()
        """, conf={"spark.sql.adaptive.enabled": "false",
                   "spark.sql.shuffle.partitions": str(parts)})
    return v.number("How many tasks run in all?", run.tasks,
                    f"4 map tasks and {parts} reduce tasks, of which {parts - 3} at least find "
                    "nothing: three groups fill three partitions at most.",
                    wrong={7: Belief("empty partitions have no task", "Each has one."),
                           5: Belief("partitions are coalesced", "Only by adaptive execution, "
                                     "which is off here."), parts: B.RESULT_ONLY})


@ask("group_by_show_off", 3, "groupBy().sum().show() without adaptive execution")
def _(v):
    parts = v.pick(4, 5, 6)
    run = v.run("""
        df = spark.range(0, 100, 1, 4).selectExpr("id % 3 AS k", "id AS v")
        df.groupBy("k").sum("v").show()
        """, conf={"spark.sql.adaptive.enabled": "false",
                   "spark.sql.shuffle.partitions": str(parts)})
    return v.choose("Which tasks do the jobs of this show() run?",
                    " and then ".join(map(str, run.tasks_by_job)),
                    "show() takes 21 rows: it tries one reduce partition first (with the 4 map "
                    "tasks), finds too few, and goes on with more of them; the map stage is "
                    "skipped then.",
                    {str(4 + parts): B.ONE_ACTION_ONE_JOB,
                     f"4 and then {parts}": Belief(
                         "the map side of a shuffle is a job of its own",
                         "So with adaptive execution, which is off here."),
                     f"{4 + parts} and then {4 + parts}": B.RUNS_AGAIN})


@ask("show_range", 2, "show() of a range")
def _(v):
    rows = v.pick(24, 30, 40)
    lacking = 21 - rows // 4
    run = v.run(f"""
        spark.range(0, {rows}, 1, 4).show()
        """)
    return v.choose("Which tasks do the jobs of this show() run?",
                    " and then ".join(map(str, run.tasks_by_job)),
                    f"It wants 21 rows (20, and one to know whether there are more). The first "
                    f"partition has {rows // 4}, so {lacking} are lacking: half as many again as "
                    f"it would take at {rows // 4} a partition, 1.5 × {lacking} ÷ {rows // 4} "
                    f"rounded up, are tried next, but four times those tried so far at most.",
                    {"1": Belief("show() needs one task", "Only if the first partition has "
                                 "enough."), "4": B.ONE_ACTION_ONE_JOB,
                     "1 and then 1": Belief("show() takes one partition after the other",
                                            "It goes by how many rows it has found.")})


@ask("order_by", 3, "orderBy().collect()")
def _(v):
    parts = v.pick(3, 4, 6)
    run = v.run(f"""
        df = spark.range(0, 100, 1, {parts}).selectExpr("id * 37 % 101 AS v")
        df.orderBy("v").collect()
        """)
    return v.number("How many jobs run?", run.jobs,
                    "A sample for the range bounds, the map side of the shuffle, and the sorted "
                    "rest, which adaptive execution coalesces.",
                    wrong={1: B.ONE_ACTION_ONE_JOB, 2: Belief(
                        "a sort is a shuffle as any other", "Its bounds come from a sample, which "
                        "is a job.")})


@ask("order_by_limit", 3, "orderBy().limit().collect()")
def _(v):
    n = v.pick(3, 5, 10)
    run = v.run(f"""
        df = spark.range(0, 100, 1, 4).selectExpr("id * 37 % 101 AS v")
        df.orderBy("v").limit({n}).collect()
        """)
    return v.number("How many jobs run?", run.jobs,
                    "Sort and limit are one operator, TakeOrderedAndProject: each task keeps its "
                    f"{n} smallest, and the driver merges them. No shuffle, no sample.",
                    wrong={3: Belief("it sorts everything first", "That is what the operator "
                                     "avoids."), 2: Belief(
                        "the map side of its shuffle is a job", "There is no shuffle.")})


@ask("limit_count", 3, "limit(n).count()")
def _(v):
    n, parts = v.pick(5, 7, 9), v.pick(6, 8)
    run = v.run(f"""
        spark.range(0, 1000, 1, {parts}).limit({n}).count()
        """)
    return v.number(f"How many of the {parts} partitions of the range are read?", run.tasks_of[0],
                    f"All: every task brings up to {n} rows to one partition, where the limit "
                    "is taken again, and counted. Only a limit that is collected or shown stops "
                    "early.",
                    wrong={1: B.LIMIT_STOPS})


@ask("window", 2, "A window function")
def _(v):
    groups = v.pick(3, 4, 5)
    run = v.run(f"""
        df = spark.range(0, 60, 1, 4).selectExpr("id % {groups} AS k", "id AS v")
        place = F.row_number().over(Window.partitionBy("k").orderBy("v"))
        df.withColumn("place", place).where("place = 1").collect()
        """)
    return v.number("How many shuffles does it write?", run.shuffles,
                    "One: rows of a key come together, and are sorted within their partition. The "
                    "order by of a window is no global sort.",
                    wrong={0: Belief("a window looks at rows where they are", "All rows of a key "
                                     "have to be in one partition."), 2: Belief(
                        "partitionBy and orderBy are a shuffle each", "Sorting within partitions "
                        "needs none.")})
