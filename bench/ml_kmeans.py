"""KMeans, k = 8, ten iterations from random rows, on 1,000,000 × 10 cached rows.

    rushlight submit --master 'local[2]' bench/ml_kmeans.py spark
    python bench/ml_kmeans.py sklearn

Prints the seconds of the fit, three times over.
scikit-learn starts from as many random rows and does not stop early either.
"""
import sys
import time

ROWS, FEATURES, K, ITERATIONS = 1_000_000, 10, 8, 10


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
    for _ in range(3):
        start = time.perf_counter()
        model = KMeans(k=K, seed=1, initMode="random", maxIter=ITERATIONS, tol=0.0).fit(df)
        yield time.perf_counter() - start, model.summary.trainingCost, model.summary.numIter


def sklearn_fits():
    import numpy
    from sklearn.cluster import KMeans
    numbers = numpy.random.default_rng(1)
    rows = numbers.random((ROWS, FEATURES)) * 4 + \
        numpy.arange(ROWS)[:, None] * numpy.arange(3, 3 + FEATURES) % K
    for _ in range(3):
        start = time.perf_counter()
        model = KMeans(K, init="random", n_init=1, max_iter=ITERATIONS, tol=0.0, algorithm="lloyd",
                       random_state=1).fit(rows)
        yield time.perf_counter() - start, model.inertia_, model.n_iter_


if __name__ == "__main__":
    for seconds, cost, iterations in (sklearn_fits if "sklearn" in sys.argv else spark_fits)():
        print(f"kmeans {seconds:.3f} s, cost {cost:.6g}, {iterations} iterations", flush=True)
