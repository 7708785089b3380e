"""Joins, shuffles and skew: which join runs, what it moves, which rows find partners."""
from rushlight.quiz import Belief, holds, topic
from rushlight.quiz import _beliefs as B

ask = topic("joins")
OFF = {"spark.sql.adaptive.enabled": "false"}
NO_BROADCAST = {"spark.sql.autoBroadcastJoinThreshold": "-1"}
KINDS = {"BroadcastHashJoin": B.BROADCAST_WINS,
         "SortMergeJoin": Belief("an equi-join is a sort-merge join",
                                 "Unless one side is known to be small enough to broadcast."),
         "ShuffledHashJoin": Belief("hash joins shuffle by default",
                                    "spark.sql.join.preferSortMergeJoin is true."),
         "BroadcastNestedLoopJoin": Belief("nested loops join small tables",
                                           "They are for conditions without an equality."),
         "CartesianProduct": Belief("a join compares all pairs",
                                    "Only one without an equality does.")}


def which(v, run, why, before=False):
    """Which join operator runs?"""
    nodes = run.nodes(before=before)
    right = next(node for node in nodes if node in KINDS)
    return v.choose("Which operator joins" + (", before anything has run?" if before else "?"),
                    right, why, {kind: belief for kind, belief in KINDS.items()
                                 if kind in ("BroadcastHashJoin", "SortMergeJoin",
                                             "ShuffledHashJoin", "BroadcastNestedLoopJoin")})


@ask("small_side", 1, "A join with a small side")
def _(v):
    n = v.pick(10, 50, 100)
    run = v.run(f"""
        orders = spark.range(10000).selectExpr("id", "id % {n} AS customer")
        customers = spark.range({n}).selectExpr("id AS customer", "concat('c', id) AS name")
        orders.join(customers, "customer").collect()
        """, conf=OFF)
    return which(v, run, "Spark estimates the right side at a few hundred bytes, below "
                         "spark.sql.autoBroadcastJoinThreshold (10 MB): it is collected, hashed "
                         "and sent to all executors, and the large side stays where it is.")


@ask("no_broadcast", 1, "A join with broadcasts off")
def _(v):
    n = v.pick(10, 50, 100)
    run = v.run(f"""
        orders = spark.range(10000).selectExpr("id", "id % {n} AS customer")
        customers = spark.range({n}).selectExpr("id AS customer", "concat('c', id) AS name")
        orders.join(customers, "customer").collect()
        """, conf=OFF | NO_BROADCAST)
    return which(v, run, "A threshold of -1 turns automatic broadcasts off; the default for the "
                         "rest is sort-merge: both sides shuffled by the key, and sorted.")


@ask("hint_wins", 2, "A hint against the threshold")
def _(v):
    n = v.pick(10, 50)
    run = v.run(f"""
        orders = spark.range(10000).selectExpr("id", "id % {n} AS customer")
        customers = spark.range({n}).selectExpr("id AS customer", "concat('c', id) AS name")
        orders.join(F.broadcast(customers), "customer").collect()
        """, conf=OFF | NO_BROADCAST)
    return which(v, run, "A hint is followed where the kind of join allows it; the threshold is a "
                         "rule for where there is none.")


@ask("full_outer_hint", 3, "A full outer join with a broadcast hint")
def _(v):
    n = v.pick(10, 50)
    run = v.run(f"""
        orders = spark.range(10000).selectExpr("id", "id % {n} AS customer")
        customers = spark.range({n}).selectExpr("id AS customer", "concat('c', id) AS name")
        orders.join(F.broadcast(customers), "customer", "full").collect()
        """, conf=OFF)
    return which(v, run, "In a full outer join rows of both sides without a partner must appear, "
                         "once. A task that holds a broadcast copy cannot know whether a row "
                         "found a partner elsewhere, so the hint is not followed.")


@ask("no_equality", 2, "A join without an equality")
def _(v):
    n = v.pick(10, 20)
    run = v.run(f"""
        events = spark.range(1000).selectExpr("id AS at")
        windows = spark.range({n}).selectExpr("id * 10 AS begin", "id * 10 + 5 AS stop")
        events.join(windows, F.expr("at >= begin AND at < stop")).collect()
        """, conf=OFF)
    return which(v, run, "Neither hashing nor sorting by a key is possible: each row is compared "
                         "with each row of the broadcast side.")


@ask("aqe_changes", 3, "What adaptive execution makes of a sort-merge join")
def _(v):
    least = v.pick(100, 120, 150)
    run = v.run(f"""
        big = spark.range(0, 300000, 1, 4).selectExpr("id % 1000 AS k", "xxhash64(id) AS noise")
        few = spark.range(0, 300000, 1, 4).selectExpr("id % 1000 AS k", "id AS w")
        big.join(few.where("w < {least}"), "k").agg(F.max("noise"), F.count("w")).collect()
        """, conf={"spark.sql.autoBroadcastJoinThreshold": "100KB"})
    right = holds(run.has("SortMergeJoin", before=True) and run.has("BroadcastHashJoin"),
                  "Planned as SortMergeJoin, run as BroadcastHashJoin.")
    return v.choose("Which join is planned, and which runs?", right,
                    "Before running, the filter's result is taken for too large. After the map "
                    "side of its shuffle the true size is known, below the threshold, and the "
                    "rest is planned again.",
                    {"Planned and run as SortMergeJoin.": Belief(
                        "a plan is fixed when the query starts", "So before 3.2, or with "
                        "spark.sql.adaptive.enabled=false."),
                     "Planned and run as BroadcastHashJoin.": B.BY_FILE_SIZE,
                     "Planned as BroadcastHashJoin, run as SortMergeJoin.": Belief(
                         "a broadcast that is too large falls back",
                         "It fails; adaptive execution goes the other way.")})


@ask("threshold", 1, "The broadcast threshold")
def _(v):
    value = v.setting("spark.sql.autoBroadcastJoinThreshold")
    size = float(value.rstrip("bBmM")) / (1 if value[-1] in "mM" or value.lower().endswith("mb")
                                          else 2 ** 20)
    v.pick(1, 2)
    return v.number("Up to which estimated size is a side broadcast, unless it is set otherwise?",
                    size, "spark.sql.autoBroadcastJoinThreshold; -1 turns it off.", unit="MiB",
                    wrong={64: Belief("the threshold is the size of a shuffle partition",
                                      "That is advisoryPartitionSizeInBytes."), 128: Belief(
                        "it is maxPartitionBytes", "That one cuts files.")})


@ask("broadcast_jobs", 2, "Jobs of a broadcast join")
def _(v):
    n = v.pick(10, 50)
    run = v.run(f"""
        orders = spark.range(1000).selectExpr("id", "id % {n} AS customer")
        customers = spark.range({n}).selectExpr("id AS customer", "concat('c', id) AS name")
        orders.join(customers, "customer").collect()
        """)
    return v.number("How many jobs run?", run.jobs,
                    "One collects the small side, one does the rest. No shuffle.",
                    wrong={1: B.ONE_ACTION_ONE_JOB, 3: Belief(
                        "each side is a job", "So in a sort-merge join with adaptive execution.")})


@ask("sort_merge_stages", 2, "Stages of a sort-merge join, without AQE")
def _(v):
    parts = v.pick(3, 4, 6)
    run = v.run("""
        orders = spark.range(1000).selectExpr("id", "id % 50 AS customer")
        customers = spark.range(50).selectExpr("id AS customer", "concat('c', id) AS name")
        orders.join(customers, "customer").collect()
        """, conf={**OFF, **NO_BROADCAST, "spark.sql.shuffle.partitions": str(parts)})
    return v.number("How many tasks run in all?", run.tasks,
                    f"Two map stages of 4 tasks, one a side, and a join stage of {parts}.",
                    wrong={4 + parts: Belief("only the larger side is shuffled",
                                             "Both have to meet by key."), 8: B.MAP_ONLY,
                           8 + 2 * parts: Belief("sorting is a stage of its own",
                                                 "It is done in the join's tasks.")})


@ask("join_then_group", 3, "A join, then groupBy on the same key")
def _(v):
    n = v.pick(10, 20)
    run = v.run(f"""
        orders = spark.range(1000).selectExpr("id", "id % {n} AS customer")
        customers = spark.range({n}).selectExpr("id AS customer")
        orders.join(customers, "customer").groupBy("customer").count().collect()
        """, conf=OFF | NO_BROADCAST)
    return v.number("How many shuffles (Exchange) does the plan have?",
                    run.nodes().count("Exchange"),
                    "The join leaves its rows partitioned by the key, which is just what the "
                    "groupBy needs.",
                    wrong={3: Belief("each groupBy shuffles", "Not what is partitioned that way "
                                     "already."), 1: Belief("a join shuffles one side",
                                                            "Both.")})


@ask("null_keys", 2, "NULL keys in a join")
def _(v):
    nulls = v.pick(1, 2, 3)
    run = v.run(f"""
        a = spark.createDataFrame([(1,), (2,)] + [(None,)] * {nulls}, "k INT")
        b = spark.createDataFrame([(1,), (None,)], "k INT")
        len(a.join(b, "k").collect())
        """)
    return v.number("What does the last line give?", run.value,
                    "Only 1 finds a partner: NULL = NULL is not true.",
                    wrong={1 + nulls: B.NULL_EQUALS})


@ask("null_safe", 3, "NULL keys and <=>")
def _(v):
    nulls = v.pick(2, 3, 4)
    run = v.run(f"""
        a = spark.createDataFrame([(1,), (2,)] + [(None,)] * {nulls}, "k INT")
        b = spark.createDataFrame([(1,), (None,)], "k INT")
        len(a.join(b, a.k.eqNullSafe(b.k)).collect())
        """)
    return v.number("What does the last line give?", run.value,
                    f"eqNullSafe is SQL's <=>: the {nulls} NULLs match the other side's one.",
                    wrong={1: Belief("NULL never matches", "By = it does not; by <=> it does.")})


@ask("not_in_null", 3, "NOT IN with a NULL")
def _(v):
    n = v.pick(3, 4, 5)
    run = v.run(f"""
        spark.range({n}).createOrReplaceTempView("a")
        spark.createDataFrame([(1,), (None,)], "id LONG").createOrReplaceTempView("b")
        len(spark.sql("SELECT id FROM a WHERE id NOT IN (SELECT id FROM b)").collect())
        """, conf=OFF)
    return v.number("What does the last line give?", run.value,
                    "x NOT IN (1, NULL) is NOT (x = 1 OR NULL): false or NULL, never true. A "
                    "left_anti join would keep the others.",
                    wrong={n - 1: Belief("NOT IN is an anti join",
                                         "It is a null-aware one: one NULL empties the result."),
                           1: Belief("what equals is kept", "So by IN.")})


@ask("duplicates", 2, "Duplicate keys on both sides")
def _(v):
    a, b = v.pick((3, 4), (5, 2), (10, 10))
    run = v.run(f"""
        left = spark.range({a}).selectExpr("'x' AS k", "id AS l")
        right = spark.range({b}).selectExpr("'x' AS k", "id AS r")
        left.join(right, "k").count()
        """)
    return v.number("What does the last line give?", run.value,
                    f"Each of {a} rows meets each of {b}: this is how a join of a hot key "
                    "explodes.",
                    wrong={max(a, b): Belief("a join gives at most the rows of the larger side",
                                             "Only if the key is unique on one side."),
                           a + b: Belief("rows add up", "So in a union."), 1: Belief(
                        "a key joins once", "Each pair of rows is a result.")})


@ask("left_join_rows", 1, "Rows of a left join")
def _(v):
    n, m = v.pick((5, 3), (8, 2), (6, 4))
    run = v.run(f"""
        left = spark.range({n})
        right = spark.range({m}).selectExpr("id", "'r' AS r")
        left.join(right, "id", "left").count()
        """)
    return v.number("What does the last line give?", run.value,
                    "All left rows stay; those without a partner have NULL on the right.",
                    wrong={m: Belief("a left join keeps matches alone", "So does an inner join.")})


@ask("broadcast_variable", 2, "A join by a broadcast variable")
def _(v):
    slices = v.pick(3, 4, 5)
    run = v.run(f"""
        names = sc.broadcast({{0: "ada", 1: "bob", 2: "cyd"}})
        orders = sc.parallelize(range(60), {slices}).map(lambda i: (i % 3, i))
        orders.map(lambda kv: (names.value[kv[0]], kv[1])).collect()
        """)
    return v.number("How many shuffles does this write?", run.shuffles,
                    "None: each executor gets the dictionary once, and tasks look names up.",
                    wrong={1: B.JOIN_SHUFFLES, 2: B.JOIN_SHUFFLES})


@ask("combine_pairs", 2, "What reduceByKey shuffles")
def _(v):
    keys, slices, n = v.pick((10, 4, 2000), (5, 3, 1500), (20, 2, 4000))
    run = v.run(f"""
        pairs = sc.parallelize(range({n}), {slices}).map(lambda x: (x % {keys}, x))
        pairs.reduceByKey(lambda a, b: a + b).count()
        """)
    return v.number("How many pairs are shuffled?", run.pairs,
                    f"Each map task combines first, so it sends one pair for each of {keys} keys: "
                    f"{slices} × {keys}.",
                    wrong={n: Belief("reduceByKey and groupByKey differ only in syntax",
                                     "reduceByKey combines on the map side."), keys: Belief(
                        "one pair a key", "Each map task sends its own."),
                        slices: Belief("a task sends one block", "It sends a pair a key.")})


@ask("group_pairs", 3, "What PySpark's groupByKey shuffles")
def _(v):
    keys, slices, n = v.pick((10, 4, 2000), (5, 3, 1500), (20, 2, 4000))
    run = v.run(f"""
        pairs = sc.parallelize(range({n}), {slices}).map(lambda x: (x % {keys}, x))
        pairs.groupByKey().mapValues(sum).count()
        """)
    return v.number("How many pairs are shuffled?", run.pairs,
                    "PySpark's map tasks gather the values of each key in a list, and send a pair "
                    f"(key, list): {keys} × {slices}. All {n:,} values are in those lists, so "
                    "pairs are few and bytes many.",
                    wrong={n: Belief("groupByKey sends a pair for each value",
                                     "So in Scala. PySpark gathers lists first, which saves keys, "
                                     "not values."), keys: Belief(
                        "one pair a key", "Each map task sends its own.")})


@ask("group_bytes", 2, "groupByKey against reduceByKey, in bytes")
def _(v):
    keys, n = v.pick((10, 20000), (5, 20000), (10, 40000))
    pairs = f"pairs = sc.parallelize(range({n}), 4).map(lambda x: (x % {keys}, x))\n"
    reduced = v.run(pairs + "pairs.reduceByKey(lambda a, b: a + b).count()")
    grouped = v.run(pairs + "pairs.groupByKey().mapValues(sum).count()")
    times = grouped.bytes / reduced.bytes
    return v.choose("How do the bytes that both programs shuffle compare?",
                    holds(times > 10, "The second shuffles more than ten times as many."),
                    f"reduceByKey combines on the map side and sends {reduced.bytes:,} bytes of "
                    f"sums; groupByKey sends all values, {grouped.bytes:,} bytes: {times:,.0f} "
                    "times as many.",
                    {"About the same: the results are equal.": Belief(
                        "reduceByKey and groupByKey differ only in syntax",
                        "Their results agree, their shuffles do not."),
                     "The first shuffles more: it combines twice.": Belief(
                         "combining twice costs twice", "It makes data smaller, before they are "
                         "sent."),
                     "Neither shuffles: map() knows the keys.": Belief(
                         "map() partitions by key", "It leaves elements where they are: equal keys "
                         "stand in all partitions.")})


@ask("hot_key", 2, "More partitions against a hot key")
def _(v):
    parts = v.pick(20, 40, 80)
    run = v.run(f"""
        keys = ["hot"] * 900 + [str(i) for i in range(100)]
        pairs = sc.parallelize(keys, 4).map(lambda k: (k, 1))
        pairs.partitionBy({parts}).glom().map(len).max()
        """)
    right = holds(run.value >= 900, "It stays: at least 900 pairs go to one task.")
    return v.what_if(f"90% of the pairs have one key. What do {parts} partitions instead of 4 do "
                     "to the largest one?", right,
                     f"A key is in one partition. The largest of {parts} holds {run.value} pairs. "
                     "Salting the key, or combining first, helps.",
                     {f"It shrinks to about {1000 // parts} pairs.": B.MORE_PARTITIONS_CURE_SKEW,
                      f"It shrinks to 1/{parts // 4}: the hot key is split.": Belief(
                          "hash partitioning splits hot keys", "Equal keys have equal hashes."),
                      "The job fails, as partitions are too uneven.": Belief(
                          "skew is an error", "It is only slow, until memory is short.")})


@ask("salting", 3, "Salting a hot key")
def _(v):
    salts = v.pick(4, 5, 10)
    run = v.run(f"""
        pairs = sc.parallelize(range(1000), 4).map(lambda i: (("hot", i % {salts}), 1))
        parts = pairs.groupByKey(40).mapValues(sum)
        totals = parts.map(lambda kv: (kv[0][0], kv[1])).reduceByKey(lambda a, b: a + b)
        totals.collect()
        """)
    return v.number("How many stages run?", run.stages,
                    "The price of salting is a second shuffle: the first sums the "
                    f"{salts} salted keys, the second puts their sums together.",
                    wrong={2: Belief("salting is free", "The salt has to be taken off again."),
                           4: B.STAGE_PER_OPERATOR})


@ask("skew_rule", 3, "When adaptive execution calls a partition skewed")
def _(v):
    factor = float(v.setting("spark.sql.adaptive.skewJoin.skewedPartitionFactor"))
    threshold = v.setting("spark.sql.adaptive.skewJoin.skewedPartitionThresholdInBytes")
    limit = float("".join(c for c in threshold if c.isdigit() or c == "."))
    limit = limit if limit < 10 ** 6 else limit / 2 ** 20
    median, size = v.pick((20, 200), (100, 400), (40, 300), (100, 600))
    skewed = size > factor * median and size > limit
    yes, no = "Yes, and it is split.", "No, it stays as it is."
    reasons = (f"It must be larger than {factor:g} × the median = {factor * median:g} MiB, and "
               f"larger than {limit:g} MiB. {size} MiB is "
               + ("both." if skewed else "not both."))
    return v.choose(f"In a sort-merge join with default settings, one partition has {size} MiB, "
                    f"the median is {median} MiB. Is it skewed?", yes if skewed else no, reasons,
                    {no if skewed else yes: Belief("any partition much larger than the others is "
                                                   "skewed", "There is a factor and a least size, "
                                                   "and both must be passed."),
                     "Yes, but it is only logged.": Belief(
                         "skew joins must be turned on", "spark.sql.adaptive.skewJoin.enabled is "
                         "true, as adaptive execution is.")}, source="OptimizeSkewedJoin")
