"""Laziness: what starts a job, and what only adds to the lineage."""
from rushlight.quiz import Belief, holds, topic
from rushlight.quiz import _beliefs as B

ask = topic("laziness")


@ask("transformations_only", 1, "Transformations without an action")
def _(v):
    n, mod = v.pick(50, 100, 200), v.pick(3, 4, 5)
    run = v.run(f"""
        pairs = sc.parallelize(range({n}), 4).map(lambda x: (x % {mod}, x))
        big = pairs.filter(lambda kv: kv[1] > 5)
        totals = big.reduceByKey(lambda a, b: a + b)
        """)
    return v.number("How many jobs run?", run.jobs,
                    "map, filter and reduceByKey only describe. No line asks for a result, so no "
                    "job is submitted.",
                    wrong={1: B.EAGER, 2: B.EAGER, 3: B.EAGER})


@ask("which_line", 1, "The line that starts the first job")
def _(v):
    action = v.pick("count()", "collect()", "sum()")
    run = v.run(f"""
        numbers = sc.parallelize(range(40), 4)
        squares = numbers.map(lambda x: x * x)
        even = squares.filter(lambda x: x % 2 == 0)
        even.{action}
        """)
    right = holds(run.jobs == 1 and ":4" in run.picture.splitlines()[0], "line 4")
    return v.choose("Which line starts the first job?", right,
                    f"{action} is the only action. The lines before add to the lineage.",
                    {"line 1": Belief("parallelize() sends the data to executors",
                                      "The list stays with the driver until a task needs its "
                                      "slice."),
                     "line 2": B.EAGER,
                     "line 3": Belief("a filter has to look at data",
                                      "Like map it is a note in the lineage.")})


@ask("group_by_sum", 1, "Is groupBy().sum() an action?")
def _(v):
    column = v.pick("sum", "avg", "max")
    run = v.run(f"""
        df = spark.range(100).selectExpr("id % 3 AS k", "id AS v")
        totals = df.groupBy("k").{column}("v")
        """)
    return v.choose(f"What does groupBy().{column}() do here?",
                    holds(run.jobs == 0, "It starts no job: it returns a DataFrame."),
                    f"Of a DataFrame, groupBy().{column}() is a transformation. The run shows no "
                    "job at all.",
                    {"It starts one job: it is an action.": B.GROUPBY_ACTION,
                     "It starts two jobs, one for each side of the shuffle.": B.AS_BEFORE_AQE,
                     "It sends the groups to the driver.": Belief(
                         "groupBy collects groups on the driver",
                         "Groups are made on executors, behind a shuffle, once an action asks.")})


@ask("dataframe_reads", 2, "Reading CSV with a schema")
def _(v):
    rows = v.pick(5, 8, 12)
    run = v.run("""
        df = spark.read.csv(folder + "/sales.csv", "region STRING, amount INT", header=True)
        """, files={"sales.csv": "region,amount\n" + "".join(
            f"r{i % 3},{i}\n" for i in range(rows))})
    return v.number("How many jobs does this line run?", run.jobs,
                    "The schema is given, so there is nothing to look up in the file.",
                    wrong={1: Belief("reading a file is a job",
                                     "Only finding out names or types reads it, before an action "
                                     "does.")})


@ask("csv_header", 2, "Reading CSV with a header")
def _(v):
    rows = v.pick(5, 8, 12)
    run = v.run("""
        df = spark.read.csv(folder + "/sales.csv", header=True)
        """, files={"sales.csv": "region,amount\n" + "".join(
            f"r{i % 3},{i}\n" for i in range(rows))})
    return v.number("How many jobs does this line run?", run.jobs,
                    "One, at the call: somebody has to read the first line for the names of the "
                    "columns. All columns become strings.",
                    wrong={0: B.ACTIONS_ALONE, 2: Belief(
                        "header=True infers types, too", "Only inferSchema=True does, in a second "
                        "job.")})


@ask("infer_schema", 2, "Reading CSV with inferSchema")
def _(v):
    rows = v.pick(5, 8, 12)
    run = v.run("""
        df = spark.read.csv(folder + "/sales.csv", header=True, inferSchema=True)
        """, files={"sales.csv": "region,amount\n" + "".join(
            f"r{i % 3},{i}\n" for i in range(rows))})
    return v.number("How many jobs does this line run?", run.jobs,
                    "Two: the first reads a line for the names, the second reads the data for "
                    "their types.",
                    wrong={0: B.INFER_FREE, 1: B.INFER_FREE})


@ask("sort_by_key_call", 3, "sortByKey without an action")
def _(v):
    slices = v.pick(3, 4, 5)
    run = v.run(f"""
        pairs = sc.parallelize([(k * 37 % 101, k) for k in range(100)], {slices})
        ordered = pairs.sortByKey()
        """)
    return v.number("How many jobs run?", run.jobs,
                    "Range partitioning needs bounds, so sortByKey counts the elements and then "
                    "takes a sample: two jobs at the call, though it is a transformation.",
                    wrong={0: B.ACTIONS_ALONE, 1: Belief(
                        "the sample is one job", "PySpark counts first, to know what share to "
                        "sample.")})


@ask("sort_by_key_one", 3, "sortByKey into one partition")
def _(v):
    n = v.pick(50, 100, 200)
    run = v.run(f"""
        pairs = sc.parallelize([(k * 37 % 101, k) for k in range({n})], 4)
        ordered = pairs.sortByKey(numPartitions=1)
        """)
    return v.number("How many jobs run?", run.jobs,
                    "With one partition there are no bounds to look for.",
                    wrong={2: Belief("sortByKey always samples",
                                     "Only if there are bounds between partitions to find."),
                           1: B.EAGER})


@ask("zip_with_index", 3, "zipWithIndex without an action")
def _(v):
    slices = v.pick(1, 3, 4)
    run = v.run(f"""
        indexed = sc.parallelize("abcdefghij", {slices}).zipWithIndex()
        """)
    why = ("With one partition counting starts at 0 and nothing has to be known." if slices == 1
           else "The first index of a partition depends on how many elements lie before it, so "
                "they are counted, at the call.")
    return v.number("How many jobs run?", run.jobs, why,
                    wrong={0: B.ACTIONS_ALONE, 1: Belief(
                        "zipWithIndex always counts", "Not with a single partition.")})


@ask("zip_with_unique_id", 3, "zipWithUniqueId without an action")
def _(v):
    slices = v.pick(3, 4, 5)
    run = v.run(f"""
        numbered = sc.parallelize("abcdefghij", {slices}).zipWithUniqueId()
        """)
    return v.number("How many jobs run?", run.jobs,
                    f"Element i of partition k gets i × {slices} + k: no partition needs to know "
                    "of another. That is what it is for.",
                    wrong={1: Belief("it counts, as zipWithIndex does",
                                     "Ids need not be consecutive, so nothing has to be counted.")})


@ask("pivot", 3, "pivot without values")
def _(v):
    years = v.pick(2, 3)
    run = v.run(f"""
        df = spark.range(40).selectExpr("id % 4 AS k", "id % {years} AS year", "id AS v")
        table = df.groupBy("k").pivot("year").sum("v")
        """)
    return v.choose("What does the call of pivot() start?",
                    holds(run.jobs > 0, "Jobs of its own: it asks for the distinct values."),
                    "The values become columns, and a DataFrame must know its columns. Give them: "
                    f'pivot("year", {list(range(years))}) starts nothing.',
                    {"Nothing: it is a transformation.": B.ACTIONS_ALONE,
                     "A shuffle of all rows to the driver.": Belief(
                         "pivot collects rows", "Only the distinct values come to the driver.")})


@ask("pivot_values", 3, "pivot with its values given")
def _(v):
    years = v.pick(2, 3, 4)
    run = v.run(f"""
        df = spark.range(40).selectExpr("id % 4 AS k", "id % {years} AS year", "id AS v")
        table = df.groupBy("k").pivot("year", {list(range(years))}).sum("v")
        """)
    return v.number("How many jobs run?", run.jobs,
                    "The columns are known, so nothing has to be looked up.",
                    wrong={1: Belief("pivot always asks for the values",
                                     "Only if they are not given."), 4: B.EAGER})


@ask("udf_calls", 2, "How often a function is called")
def _(v):
    n = v.pick(10, 20, 30)
    run = v.run(f"""
        calls = sc.accumulator(0)

        def slow(x):
            calls.add(1)
            return x * 2

        doubled = sc.parallelize(range({n}), 2).map(slow)
        doubled.count()
        doubled.sum()
        calls.value
        """)
    return v.number("What is calls.value at the end?", run.value,
                    f"Nothing is kept between actions: {n} calls for count(), {n} for sum().",
                    wrong={n: Belief("an RDD holds its elements once computed",
                                     "Only if it is persisted. An RDD is a recipe."), 0: Belief(
                        "count() needs no elements", "It has to make them to count them.")})


@ask("late_error", 2, "When an error shows")
def _(v):
    place = v.pick(3, 5, 7)
    run = v.run(f"""
        inverse = sc.parallelize(range(10), 2).map(lambda x: 1 / (x - {place}))
        positive = inverse.filter(lambda y: y > 0)
        positive.count()
        """, fails=True)
    right = holds(run.jobs == 1 and "ZeroDivisionError" in str(run.error), "At line 3, by count().")
    return v.choose("Where does the program fail?", right,
                    "Line 1 only adds the lambda to the lineage. count() starts a job; its tasks "
                    "call the lambda, and the ZeroDivisionError comes back from a worker.",
                    {"At line 1, by map().": B.EAGER,
                     "At line 2, by filter().": Belief(
                         "a filter runs what stands before it", "It adds to the lineage."),
                     "Nowhere: bad elements are dropped.": Belief(
                         "Spark skips records that raise",
                         "A task that raises fails, and after its last attempt the job does.")})


@ask("analysis_eager", 2, "A column that does not exist")
def _(v):
    name = v.pick("amont", "regoin")
    run = v.run(f"""
        df = spark.range(10).selectExpr("id AS amount", "'x' AS region")
        wrong = df.select("{name}")
        wrong.count()
        """, fails=True)
    right = holds(run.jobs == 0 and "UNRESOLVED_COLUMN" in str(run.error), "At line 2.")
    return v.choose("Where does the program fail?", right,
                    "Execution is lazy, analysis is not: each DataFrame's plan is resolved when it "
                    "is made, so a wrong name is an AnalysisException at once. (A client of Spark "
                    "Connect is told later: it sends the plan with the action.)",
                    {"At line 3.": Belief("everything about DataFrames is lazy",
                                          "Names and types are checked when a plan is built."),
                     "Nowhere: the column is NULL.": Belief(
                         "unknown columns are NULL", "Only fields missing in data files are.")})


@ask("closure_late", 3, "A variable that changes before the action")
def _(v):
    first, second = v.pick((2, 10), (3, 100), (5, 7))
    run = v.run(f"""
        factor = {first}
        scaled = sc.parallelize([1, 2, 3], 2).map(lambda x: x * factor)
        factor = {second}
        scaled.collect()
        """)
    return v.choose("What does the last line give?", run.value,
                    "The function is pickled, with the globals that it uses, when the job needs "
                    "it, and PySpark does that for the first time in line 4: it sees the newer "
                    "value. Do not rely on either.",
                    {str([first * i for i in (1, 2, 3)]): Belief(
                        "a closure keeps the value of the line where it stands",
                        "Python's closures hold variables, not values; pickling comes later."),
                     "an error: factor is not defined on workers": Belief(
                         "globals are not sent", "cloudpickle sends those that a function uses."),
                     str([second] * 3): Belief("the second value replaces the elements",
                                               "It is the factor; elements are multiplied by it.")})


@ask("foreach_print", 1, "show() on top of a filter")
def _(v):
    least = v.pick(3, 5, 7)
    run = v.run(f"""
        spark.range(0, 20, 1, 1).where("id > {least}").show(5)
        """)
    return v.number("How many jobs run?", run.jobs,
                    "show() is the action. One partition holds enough rows for it, so the first "
                    "try is the only one.",
                    wrong={0: Belief("show() only prints", "It needs rows, and asks for them."),
                           2: Belief("a filter is a job", B.EAGER.truth)})
