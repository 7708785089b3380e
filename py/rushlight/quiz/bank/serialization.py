"""Serialization and the cost of UDFs: what is pickled, when, and what it costs."""
from rushlight.quiz import Belief, holds, topic
from rushlight.quiz import _beliefs as B

ask = topic("serialization")


@ask("kryo", 1, "The default serializer")
def _(v):
    v.setting("spark.serializer")
    v.pick(1, 2)
    return v.choose("A PySpark program sets nothing. How are its Python objects serialized?",
                    "By pickle, in Python",
                    "Driver and workers pickle them before the JVM ever sees them. "
                    "spark.serializer (Java's unless set) then handles byte arrays.",
                    {"By Kryo": B.KRYO_DEFAULT,
                     "By Java serialization": Belief("the JVM serializes Python objects",
                                                     "It only ever sees bytes."),
                     "By Avro": Belief("Spark uses Avro inside", "It is a file format here.")},
                    source="Spark's documentation, Tuning: Data Serialization")


@ask("lambda_pickle", 2, "What pickles a lambda")
def _(v):
    n = v.pick(3, 5)
    run = v.run(f"""
        import pickle
        shift = {n}
        add = lambda x: x + shift
        answers = [sc.parallelize([1, 2], 1).map(add).collect()]
        try:
            pickle.dumps(add)
        except Exception as error:
            answers.append(type(error).__name__)
        answers
        """)
    right = holds(run.value[0] == [1 + n, 2 + n] and len(run.value) == 2,
                  "cloudpickle, which takes code and globals along")
    return v.choose("How does the lambda get to the workers?", right,
                    f"pickle itself fails ({run.value[1]}): it stores functions by name. "
                    "cloudpickle stores code, and the globals that it uses.",
                    {"pickle stores its source text": Belief("pickle can store any function",
                                                             "It stores a name."),
                     "workers import the program": Belief(
                         "workers run the script", "They get functions, not the script."),
                     "Py4J translates it to Java": B.DATA_THROUGH_PY4J})


@ask("context_in_closure", 2, "sc inside of a lambda")
def _(v):
    n = v.pick(2, 3)
    run = v.run(f"""
        numbers = sc.parallelize(range({n}), 1)
        numbers.map(lambda i: sc.parallelize([i]).count()).collect()
        """, fails=True)
    right = holds(run.error is not None and run.jobs == 0, "An error, before any task runs.")
    return v.what_if("What happens?", right,
                     "SparkContext refuses to be pickled: it exists on the driver alone. A job "
                     "cannot start jobs.",
                     {"Each task starts a job.": Belief("jobs nest", "Only the driver has a "
                                                        "scheduler."),
                      "It is slow, and works.": Belief("sc works everywhere",
                                                       "It is the driver's."),
                      "Tasks fail, are tried again, and the job is aborted.": Belief(
                          "errors of closures show in tasks",
                          "This one shows as the closure is pickled.")})


@ask("broadcast_once", 2, "A large dictionary in a closure")
def _(v):
    tasks, execs, mib = v.pick((200, 10, 5), (100, 4, 10), (400, 20, 2))
    return v.number(f"A lambda uses a dictionary of {mib} MiB. {tasks} tasks on {execs} executors. "
                    "How many MiB are sent to executors, uncompressed, if it is a broadcast "
                    "variable that tasks on each of them use?",
                    mib * execs,
                    f"Once an executor, not once a task: {execs} × {mib}. In the closure it would "
                    f"be {tasks} × {mib} = {tasks * mib:,} MiB. (Pure arithmetic; PySpark itself "
                    "turns closures above 1 MiB into broadcasts.)", unit="MiB",
                    wrong={tasks * mib: Belief("a broadcast is sent with each task",
                                               "That is what it avoids."), mib: Belief(
                        "one copy for the cluster", "Each executor needs its own.")})


@ask("pandas_calls", 2, "How often a pandas UDF is called")
def _(v):
    rows = v.pick(25_000, 35_000, 41_000)
    run = v.run(f"""
        size = F.pandas_udf(lambda s: s * 0 + len(s), "long")
        sizes = [row[0] for row in spark.range(0, {rows}, 1, 1).select(size("id")).collect()]
        round(sum(1 / n for n in sizes))
        """)
    most = v.setting("spark.sql.execution.arrow.maxRecordsPerBatch")
    return v.number(f"One partition of {rows:,} rows. How often is the function called?", run.value,
                    "Once for each Arrow batch, and a batch has at most "
                    f"spark.sql.execution.arrow.maxRecordsPerBatch rows ({int(most):,}). The last "
                    "line adds up 1 ÷ size over all rows, which is the number of batches.",
                    wrong={rows: B.PANDAS_ROWS, 1: Belief("once a partition",
                                                          "Only if it fits one batch; mapInPandas "
                                                          "is called once.")})


@ask("udf_null", 2, "A UDF and NULL")
def _(v):
    n = v.pick(1, 2)
    run = v.run(f"""
        plus = F.udf(lambda x: x + {n}, "int")
        df = spark.sql("SELECT * FROM VALUES (1), (NULL) AS t(x)")
        df.select(plus("x")).collect()
        """, fails=True)
    right = holds(run.error is not None and "TypeError" in str(run.error), "It fails: TypeError.")
    return v.what_if("What happens?", right,
                     "NULL comes to Python as None, and the function is called with it. Built-in "
                     "functions give NULL for NULL.",
                     {f"{1 + n} and NULL": Belief("UDFs are not called for NULL",
                                                  "They are; test for None."),
                      f"{1 + n} and {n}": Belief("NULL counts as 0", "It is no number."),
                      f"{1 + n} alone": Belief("rows with NULL are dropped", "Not by a "
                                               "projection.")})


@ask("udf_type", 3, "A UDF that gives another type than it says")
def _(v):
    words = v.pick("abc", "abcde")
    run = v.run(f"""
        halves = F.udf(lambda s: len(s) / 2, "string")
        df = spark.sql("SELECT '{words}' AS s")
        df.select(halves("s")).first()[0]
        """)
    return v.choose("What does the last line give?", repr(run.value),
                    'The function returns a float, the UDF is declared "string": the value is '
                    "converted to text. Other mismatches give NULL or an error, depending on "
                    "types and version: declare what you return.",
                    {repr(len(words) / 2): Belief("types are taken from the values",
                                                  "The declared type holds."),
                     "an AnalysisException": Belief("Spark checks the function's type",
                                                    "It cannot look inside.")})


@ask("two_udfs", 3, "Several UDFs in one select")
def _(v):
    n = v.pick(2, 3)
    calls = ", ".join(f'{name}("id")' for name in ("one", "two", "three")[:n])
    run = v.run("""
        one = F.udf(lambda x: x + 1, "long")
        two = F.udf(lambda x: x * 2, "long")
        """ + 'three = F.udf(lambda x: x * 3, "long")\n        ' * (n == 3) + f"""\
spark.range(10).select({calls}).collect()
        """)
    return v.number("How many nodes of the plan evaluate Python?",
                    sum(node.endswith("EvalPython") for node in run.nodes()),
                    "UDFs over the same rows are evaluated together: one trip to Python, with a "
                    "column for each result.",
                    wrong={n: Belief("each UDF is a trip to Python", "One node takes all "
                                     "of one kind together, f (g (x)) and f (x), g (x).")})


@ask("udf_pushdown", 3, "A filter by a UDF over Parquet")
def _(v):
    k = v.pick(3, 5)
    run = v.run(f"""
        spark.range(100).selectExpr("id", "id % 7 AS k").write.parquet(folder + "/t")
        odd = F.udf(lambda x: x % 2 == 1, "boolean")
        t = spark.read.parquet(folder + "/t")
        t.where(odd("id")).where("k = {k}").collect()
        """)
    plan = run.plan()
    right = holds("PushedFilters" in plan and f"EqualTo(k,{k})" in plan.replace(" ", "")
                  and "Eval" in plan, f"k = {k} alone")
    return v.choose("Which condition is pushed into the scan of the file?", right,
                    "The scan can compare a column with a value. It cannot call Python: that "
                    "filter stays above, behind an EvalPython node.",
                    {"Both": B.PUSH_UDF,
                     "Neither: a UDF blocks it": Belief(
                         "one UDF stops push-down", "Conditions are split at AND, each is pushed "
                         "by itself."),
                     "The UDF alone": B.PUSH_UDF})


@ask("builtin_nodes", 1, "upper() against a UDF")
def _(v):
    name = v.pick("upper", "lower")
    run = v.run(f"""
        df = spark.range(10).selectExpr("concat('n', id) AS name")
        df.select(F.{name}("name")).collect()
        """)
    right = holds(not any("Eval" in node for node in run.nodes()), "Project")
    return v.choose(f"Which node of the plan computes F.{name}?", right,
                    "A built-in is an expression, evaluated in the engine. The same by a UDF would "
                    "be a trip of all rows to Python and back.",
                    {"ArrowEvalPython": B.PYTHON_EVERYWHERE, "BatchEvalPython": B.PYTHON_EVERYWHERE,
                     "MapInPandas": B.PYTHON_EVERYWHERE})


@ask("group_apply", 2, "applyInPandas and memory")
def _(v):
    keys = v.pick(2, 4)
    run = v.run(f"""
        df = spark.range(0, 100, 1, 4).selectExpr("id % {keys} AS k", "id AS v")
        sizes = df.groupBy("k").applyInPandas(
            lambda g: g.head(1).assign(v=len(g)), "k LONG, v LONG")
        max(row.v for row in sizes.collect())
        """)
    return v.number("How many rows has the largest DataFrame that the function gets?", run.value,
                    f"A whole group, {100 // keys} rows, at once, whatever maxRecordsPerBatch "
                    "says: a group must fit into the worker's memory.",
                    wrong={25: Belief("a call gets a partition's rows",
                                      "Groups are brought together by a shuffle first.")
                           if keys != 4 else B.TASK_PER_ROW, 1: B.PANDAS_ROWS,
                           10_000: Belief("batches have 10,000 rows", "Not here.")})


@ask("shuffle_values", 2, "What one shuffles, and what one needs")
def _(v):
    n, width = v.pick((1000, 200), (2000, 100), (1500, 150))
    late = v.run(f"""
        rows = sc.parallelize(range({n}), 2).map(lambda i: (i % 5, ("x" * {width}, i)))
        rows.groupByKey(2).mapValues(lambda vs: sum(i for _, i in vs)).count()
        """)
    early = v.run(f"""
        rows = sc.parallelize(range({n}), 2).map(lambda i: (i % 5, ("x" * {width}, i)))
        rows.mapValues(lambda v: v[1]).groupByKey(2).mapValues(sum).count()
        """)
    right = holds(late.bytes > early.bytes, "The second: it drops the text before the shuffle.")
    return v.choose("Which program shuffles fewer bytes?", right,
                    f"{early.bytes:,} bytes against {late.bytes:,}. Of RDDs nobody prunes columns: "
                    "do it yourself, before the shuffle. DataFrames do it for you.",
                    {"The first: it has fewer steps.": Belief(
                        "fewer steps are faster", "mapValues is in the same stage."),
                     "Both the same: unused values are not sent.": Belief(
                         "Spark prunes RDDs", "It cannot look into functions.")})
