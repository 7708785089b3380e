"""KMeans, k = 8, ten iterations from random rows, on 1,000,000 × 10 cached rows.

    rushlight submit --master 'local[2]' bench/ml_kmeans.py spark
    python bench/ml_kmeans.py sklearn

Prints the seconds (and those of the processors) of the fit, three times over.  A number among the
arguments: so many rows instead.
scikit-learn starts from as many random rows and does not stop early either.
"""
import sys
import time

ROWS = next((int(a) for a in sys.argv if a.isdigit()), 1_000_000)
FEATURES, K, ITERATIONS = 10, 8, 10


def spark_fits():
    from pyspark.ml.clustering import KMeans
    from pyspark.ml.feature import VectorAssembler
    from pyspark.sql import SparkSession, functions as F
    spark = SparkSession.builder.getOrCreate()
    names = [f"x{i}" for i in range(FEATURES)]
    rows = spark.range(0, ROWS, 1, 2).select(
        *[(F.rand(i) * 4 + (F.col("id") * (i + 3) % K)).alias(n) for i, n in enumerate(names)])
    df = VectorAssembler(inputCols=names, outputCol="features").transform(rows) \
        .select("features").cache()
    df.count()
    kmeans = KMeans(k=K, seed=1, initMode="random", maxIter=ITERATIONS, tol=0.0)
    for *seconds, model in timed(lambda: kmeans.fit(df)):
        yield *seconds, model.summary.trainingCost, model.summary.numIter


def sklearn_fits():
    import numpy
    from sklearn.cluster import KMeans
    numbers = numpy.random.default_rng(1)
    rows = numbers.random((ROWS, FEATURES)) * 4 + \
        numpy.arange(ROWS)[:, None] * numpy.arange(3, 3 + FEATURES) % K
    kmeans = KMeans(K, init="random", n_init=1, max_iter=ITERATIONS, tol=0.0, algorithm="lloyd",
                    random_state=1)
    for *seconds, model in timed(lambda: kmeans.fit(rows)):
        yield *seconds, model.inertia_, model.n_iter_


def timed(fit):
    for _ in range(3):
        start, used = time.perf_counter(), time.process_time()
        model = fit()
        yield time.perf_counter() - start, time.process_time() - used, model


if __name__ == "__main__":
    for seconds, used, cost, iterations in (
            sklearn_fits if "sklearn" in sys.argv else spark_fits)():
        print(f"kmeans {seconds:.3f} s, {used:.3f} s of processors, cost {cost:.6g}, {iterations} "
              "iterations", flush=True)
