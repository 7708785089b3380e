"""MLlib and graphs: which calls run jobs, how many, and what each part is."""
import textwrap

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
                    "A look at one row for the number of features, a pass over the data for the "
                    "sums of the normal equations, and one for the model's summary. Each pass is "
                    "one job, of two stages.",
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
    fitted = v.bench.run(textwrap.dedent(LINE.format(n=n) + """
        model = ml.regression.LinearRegression(regParam=0.1).fit(data)
        """).strip() + "\n")
    return v.number("How many jobs does line 4 run?",
                    run.jobs - fitted.jobs,
                    f"It adds a column that is computed when an action asks. All {run.jobs} jobs "
                    "are of line 3: without line 4 there are as many.",
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


@ask("cross_validation", 2, "Fits of a cross-validation")
def _(v):
    folds, grid = v.pick((3, 4), (5, 3), (4, 6))
    return v.number(f"CrossValidator with numFolds={folds} and a grid of {grid} settings. How many "
                    "models does its fit() fit in all?", folds * grid + 1,
                    f"{folds} × {grid} to compare the settings, and one more: the best setting, on "
                    "all of the data. (Pure arithmetic.)",
                    wrong={folds * grid: Belief("the best model was fitted already",
                                                "On a part of the data; it is fitted anew."),
                           grid: Belief("a setting is one fit", "One for each fold."),
                           folds + grid: Belief("folds and settings add up", "They multiply.")},
                    source="pyspark.ml.tuning.CrossValidator")


@ask("pipeline_model", 2, "Stages of a fitted pipeline")
def _(v):
    n = v.pick(20, 30)
    run = v.run(f"""
        df = spark.range({n}).selectExpr("concat('c', id % 3) AS city", "id AS a",
                                         "double(id % 2) AS label")
        stages = [ml.feature.StringIndexer(inputCol="city", outputCol="i"),
                  ml.feature.VectorAssembler(inputCols=["i", "a"], outputCol="features"),
                  ml.classification.LogisticRegression(maxIter=2)]
        model = ml.Pipeline(stages=stages).fit(df)
        sum(fitted is not stage for fitted, stage in zip(model.stages, stages))
        """)
    return v.number("How many stages of the fitted pipeline are other objects than those it was "
                    "made of?", run.value,
                    "An estimator becomes its model: StringIndexer and LogisticRegression. The "
                    "VectorAssembler is a transformer, which goes into the model as it is.",
                    wrong={3: Belief("each stage is fitted", "Only estimators are."), 0: Belief(
                        "fit() changes its stages", "It makes models; estimators stay as they "
                        "are."), 1: Belief("only the last stage is fitted",
                                           "Each estimator, in turn.")})


@ask("threshold", 2, "From probability to prediction")
def _(v):
    threshold = v.pick(0.5, 0.5, 0.8)
    setting = f", threshold={threshold}" * (threshold != 0.5)
    run = v.run(f"""
        rows = [(Vectors.dense(float(i)), float(i >= 10)) for i in range(20)]
        data = spark.createDataFrame(rows, ["features", "label"])
        model = ml.classification.LogisticRegression(maxIter=3, regParam=0.5{setting}).fit(data)
        told = model.transform(data).select("probability", "prediction").collect()
        called = [(row.probability[1], row.prediction == 1.0) for row in told]
        [all(one == (p > t) for p, one in called) for t in (0.5, 0.8)]
        """)
    right = holds(run.value == [threshold == 0.5, threshold == 0.8],
                  f"If its probability is above {threshold}")
    return v.choose("When does this model call a row 1.0?", right,
                    "threshold is 0.5 unless it is set. It changes predictions, not probabilities: "
                    "the model is fitted the same way.",
                    {f"If its probability is above {1.3 - threshold:g}": Belief(
                        "the threshold is fixed" if threshold == 0.8 else "0.8 is the default",
                        "It is a parameter, 0.5 unless set."),
                     "If its raw prediction is above 1": Belief(
                         "raw predictions are labels", "They are log-odds: 0 is a probability of "
                         "a half."),
                     "By chance, with its probability": Belief(
                         "predictions are drawn", "They are the same each time.")})


@ask("cold_start", 3, "ALS and users that it has never seen")
def _(v):
    v.pick(1, 2)
    return v.what_if("ALS is fitted on a random 80% of the ratings, and evaluated on the rest by "
                     "RMSE. Some users are only in the rest. What happens by default?",
                     "The RMSE is NaN.",
                     "coldStartStrategy is “nan”: the model predicts NaN for a user without "
                     "factors, and one NaN makes the mean NaN. “drop” leaves such rows out. "
                     "(Rushlight has no ALS: a definition.)",
                     {"Such users get the mean rating.": Belief(
                         "ALS falls back on a mean", "It knows nothing of the user."),
                      "Such rows are left out.": Belief(
                          "“drop” is the default", "It has to be asked for."),
                      "fit() fails.": Belief("all users must be known",
                                             "fit() never sees them.")},
                     source="Spark's documentation, Collaborative Filtering: Cold-start strategy")


# ── graphs ──
@ask("in_degrees", 1, "Vertices without an edge")
def _(v):
    n, edges = v.pick((5, [(1, 2), (3, 2), (4, 5)]), (6, [(1, 2), (2, 3), (4, 3), (5, 3)]))
    run = v.run(f"""
        vertices = spark.range(1, {n + 1})
        edges = spark.createDataFrame({edges}, ["src", "dst"])
        edges.groupBy("dst").count().count()
        """)
    return v.number(f"In-degrees of a graph of {n} vertices. How many rows does the last line "
                    "count?", run.value,
                    "A vertex that no edge leads to is in no group. To have it with 0, join the "
                    "vertices from the left.",
                    wrong={n: Belief("each vertex has a row", "Groups come of edges."),
                           len(edges): Belief("each edge has a row",
                                              "Edges to the same vertex are one group.")})


COMPONENTS = """
        edges = {edges}
        both = sc.parallelize(edges, 2).flatMap(lambda e: [e, e[::-1]])
        links = both.groupByKey(2).cache()
        labels = links.map(lambda kv: (kv[0], kv[0]))
        rounds, before = 0, None
        while before != (now := sorted(labels.collect())):
            sent = links.join(labels).flatMap(lambda kv: [(to, kv[1][1]) for to in kv[1][0]])
            labels = labels.union(sent).reduceByKey(min, 2)
            rounds, before = rounds + 1, now
"""


@ask("component_labels", 2, "Labels of connected components")
def _(v):
    edges, far = v.pick(([(1, 2), (2, 3), (4, 5)], 3), ([(2, 3), (3, 4), (5, 6)], 4))
    run = v.run(COMPONENTS.format(edges=edges) + f"""
        dict(now)[{far}]
        """)
    return v.number(f"Vertices send the smallest number that they know along edges, until nothing "
                    f"changes. Which label has vertex {far} in the end?", run.value,
                    "The smallest vertex of its component: here it has come along two edges.",
                    wrong={far: Belief("a vertex keeps its own number",
                                       "Only the smallest of a component does."),
                           edges[0][1]: Belief("a label is a neighbour",
                                               "It wanders on, round after round."), 0: Belief(
                        "components are numbered from 0", "By one of their vertices.")})


@ask("component_rounds", 3, "Rounds of connected components")
def _(v):
    n = v.pick(4, 5, 6)
    run = v.run(COMPONENTS.format(edges=[(i, i + 1) for i in range(1, n)]) + """
        rounds
        """)
    return v.number(f"Vertices 1 to {n} in a row. In how many rounds is nothing left to change, "
                    "with the round that finds that out?", run.value,
                    f"A label goes one edge a round, so 1 needs {n - 1} rounds to reach {n}, and "
                    "one more shows that all is still. Long paths are what makes graph algorithms "
                    "slow.",
                    wrong={n - 1: Belief("it ends with the last change",
                                         "Somebody has to see that it was the last."), 2: Belief(
                        "labels reach everyone at once", "They go one edge a round."),
                           1: Belief("a component is one pass", "Edges are looked at again.")})


@ask("page_rank_dangling", 3, "PageRank and a page without links")
def _(v):
    rounds = v.pick(3, 4)
    run = v.run(f"""
        links = sc.parallelize([(1, [2]), (2, [1, 3])], 2)      # 3 links to nothing
        ranks = sc.parallelize([(1, 1.0), (2, 1.0), (3, 1.0)], 2)
        for _ in range({rounds}):
            sent = links.join(ranks).flatMap(
                lambda kv: [(to, kv[1][1] / len(kv[1][0])) for to in kv[1][0]])
            zero = ranks.mapValues(lambda _: 0.0)
            ranks = sent.union(zero).reduceByKey(lambda a, b: a + b).mapValues(
                lambda s: 0.15 + 0.85 * s)
        ranks.values().sum() < 2.9
        """)
    return v.what_if("Page 3 is linked to, and links to nothing. What becomes of the sum of all "
                     "ranks, 3 at first?",
                     holds(run.value is True,
                           "It falls: what page 3 gets, it passes on to nobody."),
                     "Such a page is called a sink, or dangling. GraphX and GraphFrames scale all "
                     "ranks in the end, so that they sum up to the number of pages; this program "
                     "does not.",
                     {"It stays 3: each page keeps its rank.": Belief(
                         "rank is never lost", "Only if each page links somewhere."),
                      "It grows: 0.15 is added each round.": Belief(
                          "0.15 is new rank", "It replaces 15% that was not passed on."),
                      "The join fails without links of 3.": Belief(
                          "a join needs all keys", "It leaves out what has no partner.")})
