"""MLlib and graphs: which calls run jobs, how many, and what each part is."""
from rushlight.quiz import Belief, holds, topic
from rushlight.quiz import _beliefs as B

ask = topic("ml")
LINE = """
        rows = [(Vectors.dense(float(i), float(i * i % 7)), 3.0 * i + 1.0) for i in range({n})]
        data = spark.createDataFrame(rows, ["features", "label"])"""


@ask("assembler", 1, "VectorAssembler")
def _(v):
    n = v.pick(10, 50)
    run = v.run(f"""
        df = spark.range({n}).selectExpr("id AS a", "id * 2 AS b")
        both = ml.feature.VectorAssembler(inputCols=["a", "b"], outputCol="v")
        assembled = both.transform(df)
        """)
    return v.number("How many jobs run?", run.jobs,
                    "A transformer adds a column to the plan.",
                    wrong={1: B.TRANSFORM_RUNS})


@ask("linear_fit", 3, "LinearRegression.fit")
def _(v):
    n = v.pick(20, 30)
    run = v.run(LINE.format(n=n) + """
        model = ml.regression.LinearRegression(regParam=0.1).fit(data)
        """)
    return v.number("How many jobs run?", run.jobs,
                    "A look at one row for the number of features, then passes over the data for "
                    "the statistics of the normal equations.",
                    wrong={1: B.FIT_ONE_JOB, 0: Belief("fit() is lazy", "It gives a model, so it "
                                                       "has to compute."), 100: Belief(
                        "a job for each of 100 iterations", "The normal equation needs none.")})


@ask("transform_lazy", 1, "transform() of a model")
def _(v):
    n = v.pick(20, 30)
    run = v.run(LINE.format(n=n) + """
        model = ml.regression.LinearRegression(regParam=0.1).fit(data)
        predicted = model.transform(data)
        """)
    fitted = v.run(LINE.format(n=n) + """
        model = ml.regression.LinearRegression(regParam=0.1).fit(data)
        """, shown=False)
    return v.number("How many jobs does line 4 run?",
                    run.jobs - fitted.jobs,
                    "It adds a column that is computed when an action asks.",
                    wrong={1: B.TRANSFORM_RUNS})


@ask("lbfgs", 3, "Jobs of an iterative solver")
def _(v):
    few, more = v.pick((2, 4), (3, 5))
    one = v.run(LINE.format(n=20) + f"""
        solver = ml.regression.LinearRegression(solver="l-bfgs", maxIter={few}, regParam=0.1)
        solver.fit(data)
        """)
    two = v.run(LINE.format(n=20) + f"""
        solver = ml.regression.LinearRegression(solver="l-bfgs", maxIter={more}, regParam=0.1)
        solver.fit(data)
        """, shown=False)
    return v.choose(f"maxIter is raised from {few} to {more}. What becomes of the number of jobs?",
                    holds(two.jobs > one.jobs, "It grows: each iteration is a pass, a job."),
                    f"{one.jobs} jobs, then {two.jobs}. An iterative fit reads its data again and "
                    "again: that is what cache() is for.",
                    {"It stays: fit() is one job.": B.FIT_ONE_JOB,
                     "It stays: iterations run on the driver.": Belief(
                         "the driver iterates over the data", "It gets sums; data stay."),
                     "It falls: the solver ends sooner.": Belief(
                         "more iterations end sooner", "maxIter is a limit.")})


@ask("tree_aggregate", 2, "Stages of a pass")
def _(v):
    parts = v.pick(9, 6, 8)     # of four it makes no tree
    run = v.run(f"""
        numbers = sc.parallelize(range(100), {parts})
        numbers.treeAggregate(0, lambda a, x: a + x, lambda a, b: a + b)
        """)
    return v.number("MLlib sums gradients by treeAggregate. How many stages does this one run?",
                    run.stages,
                    "Partial sums meet on executors behind a shuffle before few of them go to the "
                    f"driver: {' + '.join(map(str, run.tasks_of))} tasks.",
                    wrong={1: Belief("it is aggregate()", "That sends every partition's sum to "
                                     "the driver.")})


@ask("pipeline_fit", 2, "What Pipeline.fit does with a transformer")
def _(v):
    n = v.pick(10, 20)
    run = v.run(f"""
        df = spark.range({n}).selectExpr("id AS a", "id * 3 + 1.0 AS label")
        both = ml.feature.VectorAssembler(inputCols=["a"], outputCol="features")
        model = ml.Pipeline(stages=[both]).fit(df)
        """)
    return v.number("How many jobs run?", run.jobs,
                    "Its only stage is a transformer: there is nothing to fit.",
                    wrong={1: B.FIT_ONE_JOB, 2: B.TRANSFORM_RUNS})


@ask("indexer_fit", 2, "StringIndexer.fit")
def _(v):
    k = v.pick(3, 4)
    run = v.run(f"""
        df = spark.range(50).selectExpr("concat('c', id % {k}) AS city")
        model = ml.feature.StringIndexer(inputCol="city", outputCol="i").fit(df)
        len(model.labels)
        """)
    right = holds(run.jobs > 0 and run.value == k, "An estimator: fit() counts the values.")
    return v.choose("Is StringIndexer a transformer or an estimator, and what does its fit() do?",
                    right, f"It has to know all values and how often they come: {run.jobs} jobs. "
                    "The model that it gives is the transformer.",
                    {"A transformer: it needs no fit().": B.TRANSFORM_RUNS,
                     "An estimator: fit() is lazy.": Belief("fit() is lazy", "It gives a model "
                                                            "that has labels."),
                     "A transformer: it hashes the strings.": Belief(
                         "StringIndexer hashes", "That is FeatureHasher.")})


@ask("indexer_order", 2, "The index of the most frequent value")
def _(v):
    word = v.pick("pear", "plum")
    run = v.run(f"""
        df = spark.createDataFrame([(w,) for w in ["{word}"] * 3 + ["apple"] * 2 + ["nut"]], ["w"])
        indexer = ml.feature.StringIndexer(inputCol="w", outputCol="i")
        indexer.fit(df).transform(df).where("w = '{word}'").first().i
        """)
    return v.number(f'Which index does "{word}" get?', run.value,
                    'stringOrderType is "frequencyDesc": the most frequent value is 0.',
                    wrong={2: Belief("by alphabet", "Only if asked for."), 1: Belief(
                        "indexes start at 1", "At 0.")})


@ask("kmeans_jobs", 3, "Jobs of k-means")
def _(v):
    most = v.pick(2, 3)
    run = v.run(f"""
        points = [(Vectors.dense(c * 10.0 + i % 5, c * 5.0),) for i in range(20) for c in range(3)]
        data = spark.createDataFrame(points, ["features"])
        ml.clustering.KMeans(k=3, seed=1, initMode="random", maxIter={most}).fit(data)
        """)
    return v.choose("How many jobs does fit() run?",
                    holds(run.jobs > most, f"{run.jobs}: start, iterations, and a summary"),
                    "It counts, draws the first centres by takeSample (two jobs), runs a job an "
                    "iteration, and sums up the clusters.",
                    {"1": B.FIT_ONE_JOB,
                     f"{most}: one an iteration": Belief("fit() is its iterations",
                                                         "Start and summary read the data, too."),
                     "3: one a cluster": Belief("each cluster is a job",
                                                "All are computed in one pass.")})


@ask("graphx_python", 1, "Graphs in Python")
def _(v):
    v.pick(1, 2)
    return v.choose("What does one use for PageRank from Python?", "The package GraphFrames",
                    "GraphX has Scala and Java APIs. GraphFrames puts graphs on DataFrames, for "
                    "Python too.",
                    {"pyspark.graphx": B.GRAPHX_PYTHON,
                     "pyspark.mllib.graph": B.GRAPHX_PYTHON,
                     "pyspark.sql.graph": Belief("SQL has graphs",
                                                 "A proposal of 3.0 that was withdrawn.")},
                    source="GraphX Programming Guide; graphframes.io")


@ask("page_rank_shuffles", 3, "Links of PageRank, partitioned once")
def _(v):
    rounds = v.pick(2, 3)
    text = f"""
        edges = sc.parallelize([(1, 2), (2, 3), (3, 1), (1, 3)], 2)
        links = edges.groupByKey(4){{kept}}
        ranks = links.mapValues(lambda _: 1.0)
        for _ in range({rounds}):
            sent = links.join(ranks, 4).flatMap(
                lambda kv: [(to, kv[1][1] / len(kv[1][0])) for to in kv[1][0]])
            ranks = sent.reduceByKey(lambda a, b: a + b, {{n}})
        ranks.count()
        """
    alike = v.run(text.format(kept=".cache()", n=4))
    other = v.run(text.format(kept=".cache()", n=3), shown=False)
    right = holds(alike.shuffles < other.shuffles,
                  "From the second round on, each join shuffles links and ranks again.")
    return v.what_if("The ranks are reduced into 3 partitions instead of 4. What happens?", right,
                     f"{alike.shuffles} shuffles become {other.shuffles}: with 4, links and ranks "
                     "are partitioned alike, and joins are free.",
                     {"Nothing: joins shuffle anyway.": B.JOIN_SHUFFLES,
                      "It gets faster: there are fewer tasks.": Belief(
                          "fewer partitions are faster", "They cost a shuffle a round here."),
                      "It fails: partitions must match.": Belief(
                          "a join needs equal partitions", "It makes them.")})


@ask("seed_split", 1, "randomSplit")
def _(v):
    a, b = v.pick((0.7, 0.3), (0.8, 0.2), (0.9, 0.1))
    n = 1000
    run = v.run(f"""
        train, test = spark.range({n}).randomSplit([{a}, {b}], seed=7)
        [train.count(), test.count()]
        """)
    right = holds(sum(run.value) == n and run.value[0] != round(n * a), "About that, rarely just "
                  "that")
    return v.choose(f"Has the first part exactly {a * 100:.0f}% of the rows?", right,
                    f"Each row is drawn by itself: here {run.value[0]} and {run.value[1]} of {n}. "
                    "The same seed gives the same parts, if the data come in the same order.",
                    {"Yes: rows are counted first": Belief("a split is exact",
                                                           "That would take a job more."),
                     "No: parts may overlap": Belief("splits overlap",
                                                     "A row is in one of them.")})
