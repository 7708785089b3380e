"""SQL, adaptive execution and Catalyst: plans, and what changes them."""
import re

from rushlight.quiz import Belief, holds, topic
from rushlight.quiz import _beliefs as B

ask = topic("sql")
OFF = {"spark.sql.adaptive.enabled": "false"}
MANY = {"spark.sql.shuffle.partitions": "200"}


@ask("sql_or_df", 1, "SQL against the DataFrame API")
def _(v):
    k = v.pick(3, 5)
    one = v.run(f"""
        spark.range(100).selectExpr("id % {k} AS k", "id AS v").createOrReplaceTempView("t")
        spark.sql("SELECT k, sum(v) AS s FROM t WHERE v > 10 GROUP BY k").collect()
        """)
    two = v.run(f"""
        t = spark.range(100).selectExpr("id % {k} AS k", "id AS v")
        t.where("v > 10").groupBy("k").agg(F.sum("v").alias("s")).collect()
        """)
    return v.choose("How do the plans of both programs compare?",
                    holds(one.nodes() == two.nodes(), "They are the same."),
                    "Both become the same logical plan, so the optimizer and the engine do the "
                    "same.",
                    {"SQL's is faster: it needs no Python.": B.SQL_SLOWER,
                     "The DataFrame's is faster: SQL is parsed.": B.SQL_SLOWER,
                     "SQL's has one more shuffle.": B.SQL_SLOWER})


@ask("aqe_on", 1, "Is adaptive execution on?")
def _(v):
    value = v.setting("spark.sql.adaptive.enabled")
    v.pick(1, 2)
    return v.choose("Since which version is adaptive execution on unless it is turned off?",
                    holds(value == "true", "3.2"),
                    "It came with 1.6, was made anew in 3.0, and is on since 3.2.",
                    {"3.0": Belief("3.0 turned it on", "3.0 brought it, off."),
                     "4.0": Belief("it is off until 4.0", "Since 3.2 it is on."),
                     "It must be turned on": B.AS_BEFORE_AQE},
                    source="Spark's documentation, Performance Tuning")


@ask("ansi", 2, "A division by zero")
def _(v):
    n = v.pick(1, 5)
    run = v.run(f"""
        spark.sql("SELECT {n} / 0").collect()
        """, fails=True)
    right = holds("DIVIDE_BY_ZERO" in str(run.error), "An error: DIVIDE_BY_ZERO")
    return v.choose("What does it give, with default settings of 4.x?", right,
                    f"spark.sql.ansi.enabled is {v.setting('spark.sql.ansi.enabled')} since 4.0. "
                    "try_divide gives NULL.",
                    {"NULL": Belief("SQL of Spark never fails", "So before 4.0."),
                     "Infinity": Belief("it divides floats", "Decimal and double division by zero "
                                        "are errors, too."), "0": Belief("0 is a safe value",
                                                                         "Nobody chose one.")})


@ask("coalesced", 2, "What adaptive execution makes of 200 partitions")
def _(v):
    keys = v.pick(3, 20, 50)
    run = v.run(f"""
        df = spark.range(0, 1000, 1, 4).selectExpr("id % {keys} AS k")
        df.groupBy("k").count().collect()
        """, conf=MANY)
    return v.number("How many tasks does the stage behind the shuffle have?", run.tasks_of[-1],
                    "The whole shuffle is a few KB, far below "
                    "spark.sql.adaptive.advisoryPartitionSizeInBytes (64 MB): its partitions are "
                    "read as one.",
                    wrong={200: B.TWO_HUNDRED, keys: Belief("a partition a key",
                                                            "Keys are hashed to partitions."),
                           4: B.TASK_PER_CORE})


@ask("coalesced_sum", 3, "How adaptive execution sizes partitions")
def _(v):
    gib = v.pick(2, 4, 8)
    size = v.setting("spark.sql.adaptive.advisoryPartitionSizeInBytes")
    mib = int("".join(c for c in size if c.isdigit()))
    mib = mib if mib < 10 ** 6 else mib // 2 ** 20
    cores = 8
    return v.number(f"A shuffle of {gib} GiB, evenly spread over 2,000 partitions; {cores} cores. "
                    "Into about how many does adaptive execution coalesce it, if "
                    "parallelismFirst is turned off?", gib * 1024 / mib,
                    f"{gib} GiB ÷ {mib} MiB "
                    "(spark.sql.adaptive.advisoryPartitionSizeInBytes). With parallelismFirst, "
                    "the default, it may leave more, to keep all cores busy.", within=0.1,
                    wrong={200: B.TWO_HUNDRED, 2000: Belief("partitions are never merged",
                                                            "That is what coalescing is for."),
                           cores: B.TASK_PER_CORE, gib * 8: Belief(
                        "partitions are of 128 MB", "Of files; shuffles aim at 64 MB.")})


@ask("constant_true", 1, "A filter that is always true")
def _(v):
    a = v.pick(1, 2)
    run = v.run(f"""
        spark.range(10).where("{a} + 1 = {a + 1}").collect()
        """)
    return v.choose("Which nodes has the plan?", " over ".join(run.nodes()),
                    "Constants are folded to true, and a filter by true is removed: "
                    "ConstantFolding and PruneFilters.",
                    {"Filter over Range": Belief("what is written is run",
                                                 "The optimizer rewrites it first."),
                     "Filter over Project over Range": Belief(
                         "each expression is a node", "Expressions live in nodes.")})


@ask("constant_false", 2, "A filter that is never true")
def _(v):
    a = v.pick(3, 4)
    run = v.run(f"""
        spark.range(0, 1000, 1, 8).where("{a} = {a + 1}").collect()
        """)
    return v.number("How many tasks run?", run.tasks,
                    "The condition is folded to false, and the plan becomes an empty relation: "
                    "nothing has to run.",
                    wrong={8: Belief("a filter looks at all rows", "Not if the optimizer knows "
                                     "the answer."), 1: Belief("at least one task runs", "None.")})


@ask("column_pruning", 2, "Columns that nobody asks for")
def _(v):
    width = v.pick(4, 6, 8)
    run = v.run(f"""
        columns = [f"id * {{i}} AS c{{i}}" for i in range({width})]
        spark.range(100).selectExpr(columns).write.parquet(folder + "/t")
        spark.read.parquet(folder + "/t").where("c1 > 50").select("c2").collect()
        """)
    scan = next(line for line in run.plan().splitlines() if "Scan" in line)
    return v.number(f"The file has {width} columns. How many does the scan read?",
                    scan.split("ReadSchema")[-1].count(":bigint"),
                    "c2 is wanted, c1 is needed by the filter; the others are never read, as "
                    "Parquet stores columns apart.",
                    wrong={width: Belief("a row is read as a whole", "So in CSV and JSON."),
                           1: Belief("only selected columns are read", "The filter needs c1.")})


@ask("push_filter", 2, "A filter on a Parquet column")
def _(v):
    n = v.pick(50, 70)
    run = v.run(f"""
        spark.range(100).selectExpr("id", "id % 7 AS k").write.parquet(folder + "/t")
        spark.read.parquet(folder + "/t").where("id > {n}").collect()
        """)
    right = holds(f"GreaterThan(id,{n})" in run.plan().replace(" ", ""),
                  "In the scan, to skip row groups, and above it, row by row")
    return v.choose("Where is the filter applied?", right,
                    "The plan shows PushedFilters in the scan, and Filter above: statistics can "
                    "rule out whole row groups or pages, not single rows.",
                    {"Only above the scan": Belief("files are read, then filtered",
                                                   "Parquet has statistics."),
                     "Only in the scan": B.PUSH_EVERYTHING,
                     "On the driver": Belief("the driver filters", "It gets what is left.")})


@ask("partition_pruning", 2, "A filter on a partition column")
def _(v):
    keys, one = v.pick((4, 2), (5, 3), (8, 1))
    run = v.run(f"""
        rows = spark.range(80).selectExpr("id", "id % {keys} AS k").coalesce(1)
        rows.write.partitionBy("k").parquet(folder + "/t")
        spark.read.parquet(folder + "/t").where("k = {one}").select("id").collect()
        """)
    return v.number(f"The table has {keys} folders, of {80 // keys} rows each. How many rows does "
                    "the last line's scan read?", sum(run.read_by_task[-1]),
                    "Values of a partition column are names of folders: the others are left out "
                    "before a task starts.",
                    wrong={80: Belief("a filter reads everything", "Not on a partition column.")})


@ask("outer_push", 3, "A filter on the right side of a left join")
def _(v):
    n = v.pick(3, 5)
    run = v.run(f"""
        a = spark.range(10)
        b = spark.range(10).selectExpr("id", "id * 2 AS w")
        a.join(b, "id", "left").where("w > {n}").collect()
        """, conf=OFF)
    right = holds(any("Inner" in line for line in run.plan().splitlines()),
                  "It becomes an inner join.")
    return v.choose("What does Catalyst make of the left join?", right,
                    f"w > {n} is never true for NULL, so rows without a partner would be filtered "
                    "out anyway: EliminateOuterJoin.",
                    {"It stays a left join; the filter comes after.": Belief(
                        "a join type is fixed", "A condition that refuses NULLs changes it."),
                     "The filter moves below, the join stays left.": Belief(
                         "a filter may always go below a join",
                         "Below, it would turn rows into NULLs instead of dropping them."),
                     "It becomes a full outer join.": Belief(
                         "a filter needs both sides", "It makes joins narrower.")})


@ask("limit_push", 3, "A filter above a limit")
def _(v):
    n = v.pick(5, 10)
    run = v.run(f"""
        df = spark.range(0, 100, 1, 1).limit({n}).where("id > 3")
        df.count()
        """)
    limit_first = run.value == n - 4
    right = holds(limit_first, "No: it would change the answer.")
    return v.choose("May Catalyst push the filter below the limit?", right,
                    f"{n} rows are taken, then filtered, and {run.value} left. The other way "
                    f"round there would be {n}.",
                    {"Yes: filters always go down.": B.PUSH_EVERYTHING,
                     "Yes: a limit takes any rows.": Belief(
                         "a limit is arbitrary, so anything goes",
                         "Which rows it takes is open, not how many are filtered.")})


@ask("two_projections", 1, "Two selects")
def _(v):
    k = v.pick(2, 3)
    run = v.run(f"""
        df = spark.range(10).selectExpr("id * {k} AS a")
        df.selectExpr("a + 1 AS b").selectExpr("b * 2 AS c").collect()
        """)
    return v.number("How many Project nodes has the physical plan?", run.nodes().count("Project"),
                    f"CollapseProject puts them together: (id × {k} + 1) × 2.",
                    wrong={3: Belief("each select is a node", "Neighbours are merged."),
                           0: Belief("projections are free", "They compute.")})


@ask("exchange_reuse", 3, "The same aggregation twice")
def _(v):
    k = v.pick(5, 10)
    run = v.run(f"""
        counts = spark.range(1000).selectExpr("id % {k} AS k").groupBy("k").count()
        both = counts.alias("a").join(counts.alias("b"), "k")
        both.collect()
        """, conf={"spark.sql.autoBroadcastJoinThreshold": "-1"})
    return v.number("How many shuffles are written?", run.shuffles,
                    "Both sides of the join are the same plan, so the second exchange is replaced "
                    "by the first's result: ReusedExchange.",
                    wrong={2: Belief("each side is computed", "Equal exchanges are found."),
                           3: B.JOIN_SHUFFLES})


@ask("distinct_counts", 3, "Two distinct counts")
def _(v):
    k = v.pick(2, 3)
    run = v.run(f"""
        df = spark.range(100).selectExpr("id % {k} AS g", "id % 5 AS a", "id % 7 AS b")
        df.groupBy("g").agg(F.countDistinct("a"), F.countDistinct("b")).collect()
        """)
    right = holds(run.has("Expand") or "Expand" in run.nodes(), "Expand")
    return v.choose("Which node makes two distinct counts possible in one pass?", right,
                    "Each row becomes two, one for each count, with a number of the group; after a "
                    "first aggregation duplicates are gone.",
                    {"CartesianProduct": Belief("distinct counts are joined",
                                                "Rows are expanded instead."),
                     "Sort": Belief("distinct sorts", "It hashes."),
                     "Union": Belief("the table is read twice", "Once.")})


@ask("group_partial", 2, "Aggregates of a groupBy")
def _(v):
    k = v.pick(3, 4)
    run = v.run(f"""
        df = spark.range(100).selectExpr("id % {k} AS k", "id AS v")
        df.groupBy("k").sum("v").collect()
        """, conf=OFF)
    return v.number("How many HashAggregate nodes has the plan?",
                    run.nodes().count("HashAggregate"),
                    "One before the shuffle (partial sums of each task) and one behind it.",
                    wrong={1: Belief("rows are shuffled, then grouped",
                                     "So RDD's groupByKey; SQL combines first.")})


@ask("string_max", 3, "max() of a string")
def _(v):
    k = v.pick(2, 3)
    run = v.run(f"""
        df = spark.range(50).selectExpr("id % {k} AS k", "concat('n', id) AS name")
        df.groupBy("k").agg(F.max("name")).collect()
        """)
    right = holds(run.has("SortAggregate"), "SortAggregate")
    return v.choose("Which node aggregates?", right,
                    "A hash aggregation changes its buffer in place, and a string's length "
                    "changes; so rows are sorted by key instead.",
                    {"HashAggregate": Belief("aggregation is hashing",
                                             "Only with buffers of a fixed width."),
                     "ObjectHashAggregate": Belief("objects are hashed", "Only for collect_list "
                                                   "and the like."),
                     "Window": Belief("max is a window function", "Only with OVER.")})


@ask("cache_boundary", 2, "A filter above a cache")
def _(v):
    n = v.pick(20, 50)
    run = v.run(f"""
        spark.range(100).selectExpr("id", "id % 7 AS k").write.parquet(folder + "/t")
        t = spark.read.parquet(folder + "/t").cache()
        t.where("id > {n}").collect()
        """)
    right = holds("GreaterThan" not in run.plan().split("Scan parquet")[-1], "No")
    return v.choose("Is the filter pushed into the scan of the file?", right,
                    "All rows are to be kept, so all are read. cache() is a wall for the optimizer:"
                    " filter before it what nobody needs.",
                    {"Yes": Belief("cache() changes no plans", "Below it nothing is pushed."),
                     "Only its column": Belief("columns are pruned below a cache",
                                               "All columns are kept.")})


@ask("conf_get", 1, "What spark.conf.get gives")
def _(v):
    value = v.pick(4, 16, 64)
    run = v.run("""
        spark.conf.get("spark.sql.shuffle.partitions")
        """, conf={"spark.sql.shuffle.partitions": str(value)})
    return v.choose("What does the line give?", repr(run.value),
                    "Settings are text; it is what was set for the session.",
                    {repr(value): Belief("settings have types", "RuntimeConfig.get gives text."),
                     repr("200"): B.TWO_HUNDRED, repr(200): B.TWO_HUNDRED})


@ask("codegen", 2, "Fused stages of a groupBy")
def _(v):
    n = v.pick(100, 200)
    run = v.run(f"""
        df = spark.range({n}).selectExpr("id % 4 AS k", "id AS v").where("v > 10")
        df.groupBy("k").sum("v").explain("codegen")
        """, conf=OFF)
    return v.number("Into how many generated functions does whole-stage code generation fuse this "
                    "query?", int(re.search(r"Found (\d+) WholeStageCodegen", run.printed)[1]),
                    f"It prints “{run.printed.splitlines()[0]}” One before the shuffle, with "
                    "range, filter and partial sums in a single loop, and one behind it. An "
                    "Exchange cannot be fused: rows leave the task there.",
                    wrong={1: Belief("a query is one function", "A shuffle ends it."), 5: Belief(
                        "each operator is a function", "Fusing them is what it is for."),
                           4: B.TASK_PER_CORE})


@ask("temp_view", 1, "A temporary view")
def _(v):
    n = v.pick(50, 500)
    run = v.run(f"""
        df = spark.range({n}).selectExpr("id % 4 AS k", "id AS v")
        df.createOrReplaceTempView("sales")
        again = spark.sql("SELECT k, sum(v) FROM sales GROUP BY k")
        """)
    return v.number("How many jobs run?", run.jobs,
                    "A view is a name for a plan: nothing is computed, and nothing is stored. "
                    "spark.sql() gives a DataFrame, as lazy as any.",
                    wrong={1: Belief("a view is a table", "It holds no rows; each query over it "
                                     "computes the plan."), 2: B.EAGER})


@ask("filter_forms", 1, "A filter as text and as a column")
def _(v):
    age = v.pick(25, 40)
    people = 'people = spark.range(100).selectExpr("id AS age")\n'
    text = v.run(people + f'people.filter("age > {age}").collect()')
    column = v.run(people + f"people.filter(people.age > {age}).collect()")
    lambdas = v.run(people + f"people.rdd.filter(lambda row: row.age > {age}).collect()")
    return v.choose("Which of the programs have the same plan?",
                    holds(text.plan() == column.plan() and not lambdas.plans,
                          "The first two; the third has none."),
                    "Text is parsed into the expression that the column builds. A lambda is "
                    "Python: Catalyst cannot look into it, and each row goes to a worker.",
                    {"All three": Belief("a filter is a filter", "Catalyst sees no lambdas."),
                     "The last two": Belief("Python builds both alike",
                                            "people.age > n is an expression, no test."),
                     "None: text is parsed when rows come": Belief(
                         "SQL text is interpreted", "It is parsed once, into the plan.")})


@ask("json_schema", 2, "Which format reads its data for a schema")
def _(v):
    n = v.pick(20, 30)
    writes = f'spark.range({n}).selectExpr("id", "id * 2 AS v").coalesce(1)'
    read = {}
    for form in ("json", "parquet"):
        run = v.run(f"""
            {writes}.write.{form}(folder + "/t")
            df = spark.read.{form}(folder + "/t")
            """)
        read[form] = sum(run.read_by_task[-1])
    return v.choose("For the schema, which of both reads goes over all rows?",
                    holds(read == {"json": n, "parquet": 0}, "JSON's alone"),
                    f"Each starts a job. JSON's reads {n} rows for the names and types in them; "
                    "Parquet's looks into the footer of a file, where the schema stands.",
                    {"Parquet's alone": Belief("Parquet has no schema", "In its footers."),
                     "Both": Belief("schemas come of rows", "Only where nothing else has them."),
                     "Neither": B.INFER_FREE})
