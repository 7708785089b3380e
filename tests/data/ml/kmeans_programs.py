"""Programs of k-means: a real Spark and Rushlight run the same, and must come to the same.

Points are drawn by numbers of our own, so that they are alike everywhere; they lie in partitions
that parallelize() makes, on which Spark's random numbers depend.  record_kmeans.py keeps what a
real Spark answers in kmeans.json.
"""
import random

from feature_programs import outcome, plain  # noqa: F401

PROGRAMS = {}


def program(function):
    PROGRAMS[function.__name__] = function
    return function


def points(n=300, d=2, clumps=3, seed=5, apart=8.0):
    """`n` points around some clumps."""
    numbers = random.Random(seed)
    middles = [[numbers.uniform(0, apart) for _ in range(d)] for _ in range(clumps)]
    return [[x + numbers.gauss(0, 1) for x in middles[i % clumps]] for i in range(n)]


def frame(spark, rows, slices=2, weights=None):
    from pyspark.ml.linalg import Vectors
    if weights is None:
        data = spark.sparkContext.parallelize([(Vectors.dense(r),) for r in rows], slices)
        return spark.createDataFrame(data, ["features"])
    data = spark.sparkContext.parallelize(
        [(Vectors.dense(r), w) for r, w in zip(rows, weights)], slices)
    return spark.createDataFrame(data, ["features", "w"])


def fitted(df, **params):
    """All that a fit comes to."""
    from pyspark.ml.clustering import KMeans
    model = KMeans(**params).fit(df)
    summary = model.summary
    return {"centers": [[float(x) for x in c] for c in model.clusterCenters()],
            "cost": summary.trainingCost, "iterations": summary.numIter,
            "sizes": list(summary.clusterSizes),
            "predictions": [r.prediction for r in model.transform(df).limit(25).collect()]}


@program
def seeds_in_parallel(spark):
    df = frame(spark, points(), 3)
    return [fitted(df, k=3, seed=seed) for seed in (1, 2, 42, -7, 1 << 40)]


@program
def seeds_at_random(spark):
    df = frame(spark, points(), 3)
    return [fitted(df, k=3, seed=seed, initMode="random") for seed in (1, 2, 42, -7, 1 << 40)]


@program
def many_centers(spark):
    df = frame(spark, points(2000, 5, 12, 9), 4)
    return fitted(df, k=12, seed=3, maxIter=7)


@program
def many_partitions(spark):
    return fitted(frame(spark, points(500, 3, 5, 2), 11), k=5, seed=11, maxIter=50, tol=1e-6)


@program
def seeds_and_partitions(spark):
    """Every random number depends on both."""
    rows = points(600, 3, 6, 13, 5.0)
    return [fitted(frame(spark, rows, slices), k=6, seed=seed, maxIter=4)
            for slices in (1, 2, 7) for seed in (0, 5, -123456789)]


@program
def over_rdds(spark):
    """The older library: centres, and what points cost."""
    from pyspark.mllib.clustering import KMeans
    out = []
    for slices, seed, mode in ((1, 1, "k-means||"), (5, 2, "k-means||"), (5, 3, "random")):
        rdd = spark.sparkContext.parallelize(points(500, 3, 5, 17), slices)
        model = KMeans.train(rdd, 5, maxIterations=6, seed=seed, initializationMode=mode)
        out.append({"centers": [[float(x) for x in c] for c in model.clusterCenters],
                    "cost": model.computeCost(rdd),
                    "predictions": model.predict(rdd).take(20)})
    return out


def _job_names(spark, group, run):
    """The names of the jobs that `run` starts, without lines of files; "a query" for those of
    DataFrames, whose stages a real Spark names after its threads."""
    sc = spark.sparkContext
    tracker = sc.statusTracker()
    sc.setJobGroup(group, group)
    run()
    jobs = [tracker.getJobInfo(i) for i in sorted(tracker.getJobIdsForGroup(group))]
    sc.setJobGroup("", "")
    names = [tracker.getStageInfo(max(job.stageIds)).name.split(":")[0] for job in jobs]
    return [name if " at KMeans" in name else "a query" for name in names]


@program
def jobs_of_fits(spark):
    from pyspark.ml.clustering import KMeans
    from pyspark.mllib.clustering import KMeans as OlderKMeans
    rows = points(300, 2, 3, 5)
    df = frame(spark, rows, 3)
    rdd = spark.sparkContext.parallelize(rows, 3)
    model = OlderKMeans.train(rdd, 3, seed=4)
    return {
        "in parallel": _job_names(spark, "a", lambda: KMeans(k=3, seed=1, solver="row").fit(df)),
        "at random": _job_names(spark, "b", lambda: KMeans(
            k=3, seed=1, initMode="random", maxIter=2, solver="row").fit(df)),
        "older": _job_names(spark, "c", lambda: OlderKMeans.train(rdd, 3, seed=4))[-9:],
        "cost": _job_names(spark, "d", lambda: model.computeCost(rdd))}


@program
def more_steps_of_the_start(spark):
    return fitted(frame(spark, points(400, 4, 6, 3), 2), k=6, seed=8, initSteps=5)


@program
def by_angle(spark):
    df = frame(spark, points(400, 3, 4, 4), 2)
    return [fitted(df, k=4, seed=seed, distanceMeasure="cosine", initMode=mode)
            for seed in (1, 2) for mode in ("random", "k-means||")]


@program
def by_angle_in_blocks(spark):
    df = frame(spark, points(400, 3, 4, 4), 2)
    return fitted(df, k=4, seed=1, distanceMeasure="cosine", solver="block")


@program
def with_weights(spark):
    rows = points(300, 2, 3, 6)
    df = frame(spark, rows, 2, [(i % 5) / 2.0 for i in range(len(rows))])
    return [fitted(df, k=3, seed=4, weightCol="w", solver=solver) for solver in ("row", "block")]


@program
def in_blocks(spark):
    return fitted(frame(spark, points(300, 6, 4, 7), 3), k=4, seed=5, solver="block")


@program
def sparse_vectors(spark):
    from pyspark.ml.linalg import Vectors
    numbers = random.Random(3)
    rows = [(Vectors.sparse(20, sorted(numbers.sample(range(20), 3)),
                            [numbers.uniform(0, 4) for _ in range(3)]),) for _ in range(200)]
    df = spark.createDataFrame(spark.sparkContext.parallelize(rows, 3), ["features"])
    return [fitted(df, k=4, seed=2, solver=solver) for solver in ("row", "block")]


@program
def far_from_the_origin(spark):
    rows = [[1.6e9 + x, -4e8 + y] for x, y in points(200, 2, 3, 8, 40.0)]
    return fitted(frame(spark, rows, 2), k=3, seed=6, solver="row")


@program
def fewer_points_than_centers(spark):
    df = frame(spark, [[0.0, 0.0], [1.0, 1.0], [9.0, 8.0], [8.0, 9.0]])
    return [fitted(df, k=10, seed=1, initMode=mode) for mode in ("random", "k-means||")]


@program
def fewer_distinct_points_than_centers(spark):
    df = frame(spark, [[0.0, 0.0]] * 5 + [[1.0, 1.0]] * 5)
    return [fitted(df, k=5, seed=1, initMode=mode) for mode in ("random", "k-means||")]


@program
def no_iterations(spark):
    return fitted(frame(spark, points()), k=3, seed=1, maxIter=0)


@program
def arrays(spark):
    from pyspark.sql.types import ArrayType, DoubleType, StructField, StructType
    schema = StructType([StructField("features", ArrayType(DoubleType(), False))])
    rows = spark.sparkContext.parallelize([(r,) for r in points()], 2)
    return fitted(spark.createDataFrame(rows, schema), k=3, seed=1)


@program
def of_cached_rows(spark):
    df = frame(spark, points()).cache()
    found = fitted(df, k=3, seed=1)
    df.unpersist()
    return found


def refused(name, rows=((0.0, 0.0), (1.0, 1.0), (2.0, 0.5)), **params):
    def run(spark):
        return fitted(frame(spark, [list(r) for r in rows]), **{"k": 2, "seed": 1, **params})
    run.__name__ = name
    program(run)


refused("one_center", k=1)
refused("unknown_start", initMode="x")
refused("unknown_distance", distanceMeasure="x")
refused("unknown_solver", solver="x")
refused("negative_tolerance", tol=-1.0)
refused("no_steps", initSteps=0)
refused("no_such_column", featuresCol="nope")
refused("prediction_is_there", predictionCol="features")
refused("nan", rows=[[0.0, 0.0], [float("nan"), 1.0], [2.0, 2.0]])
refused("infinite", rows=[[0.0, 0.0], [float("inf"), 1.0], [2.0, 2.0]], solver="row")
refused("zero_by_angle", distanceMeasure="cosine")
refused("zero_by_angle_in_blocks", distanceMeasure="cosine", solver="block")


@program
def negative_weight(spark):
    return fitted(frame(spark, points(20), 1, [-1.0] * 20), k=2, seed=1, weightCol="w")


@program
def null_weight(spark):
    df = frame(spark, points(20), 1, [1.0] * 20).selectExpr("features", "nullif(w, w) as w")
    return fitted(df, k=2, seed=1, weightCol="w")


@program
def null_features(spark):
    df = frame(spark, points(20), 1, [1.0] * 20).selectExpr("if(w = 0, features, null) as features")
    return fitted(df, k=2, seed=1)


@program
def numbers_are_no_vectors(spark):
    return fitted(spark.range(5), k=2, seed=1, featuresCol="id")


@program
def no_rows(spark):
    return fitted(frame(spark, points(20), 1).limit(0), k=2, seed=1)


@program
def no_rows_by_rows(spark):
    try:
        return fitted(frame(spark, points(20), 1).limit(0), k=2, seed=1, solver="row")
    except Exception as e:      # noqa: BLE001
        return "No samples available" in str(e)


@program
def metadata(spark):
    from pyspark.ml.clustering import KMeans
    df = frame(spark, points())
    field = KMeans(k=3, seed=1).fit(df).transform(df).schema["prediction"]
    return [field.simpleString(), field.metadata, field.nullable]


@program
def predictions_of_a_model(spark):
    from pyspark.ml.clustering import KMeans
    from pyspark.ml.linalg import Vectors
    model = KMeans(k=3, seed=1).fit(frame(spark, points()))
    return [model.predict(Vectors.dense(x, x)) for x in (0.0, 2.0, 5.0, 8.0)] + \
        [model.predict(Vectors.sparse(2, {1: 3.0})), model.numFeatures]


# ---- silhouettes ------------------------------------------------------------------------------

def silhouette(spark, rows, clusters, weights=None, **params):
    from pyspark.ml.evaluation import ClusteringEvaluator
    from pyspark.ml.linalg import Vectors
    data = [(Vectors.dense(r), c, w) for r, c, w
            in zip(rows, clusters, weights or [1.0] * len(rows))]
    df = spark.createDataFrame(spark.sparkContext.parallelize(data, 2),
                               ["features", "prediction", "w"])
    if weights:
        params["weightCol"] = "w"
    return ClusteringEvaluator(**params).evaluate(df)


@program
def silhouettes(spark):
    rows = points(90, 3, 3, 12)
    return [silhouette(spark, rows, [i % 3 for i in range(90)]),
            silhouette(spark, rows, [i % 5 * 1.5 for i in range(90)]),
            silhouette(spark, rows, [i // 45 for i in range(90)], [i % 4 + 0.5 for i in range(90)])]


@program
def silhouettes_by_angle(spark):
    rows = points(90, 3, 3, 12)
    return [silhouette(spark, rows, [i % 3 for i in range(90)], distanceMeasure="cosine"),
            silhouette(spark, rows, [i % 2 for i in range(90)], [i % 4 + 0.5 for i in range(90)],
                       distanceMeasure="cosine")]


@program
def a_cluster_of_one_point(spark):
    return silhouette(spark, [[0.0], [1.0], [9.0]], [0, 0, 1])


@program
def silhouette_of_one_cluster(spark):
    return silhouette(spark, points(10), [0] * 10)


@program
def silhouette_of_no_numbers(spark):
    return silhouette(spark, points(10), ["a"] * 10)


@program
def silhouette_of_another_column(spark):
    return silhouette(spark, points(10), [0] * 10, featuresCol="prediction")


@program
def unknown_metric(spark):
    return silhouette(spark, points(10), [0] * 10, metricName="x")
