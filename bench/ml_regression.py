"""Linear and logistic regression on 1,000,000 × 10 cached rows.

    rushlight submit --master 'local[2]' bench/ml_regression.py spark
    python bench/ml_regression.py sklearn

Prints the seconds (and those of the processors) of three fits of each: ordinary least squares, and
a logistic regression with an L2 penalty, ten iterations at most.  A number among the arguments: so
many rows instead.
"""
import sys
import time

ROWS = next((int(a) for a in sys.argv if a.isdigit()), 1_000_000)
FEATURES, ITERATIONS, PENALTY = 10, 10, 0.01


def spark_fits():
    from pyspark.ml.classification import LogisticRegression
    from pyspark.ml.feature import VectorAssembler
    from pyspark.ml.regression import LinearRegression
    from pyspark.sql import SparkSession, functions as F
    spark = SparkSession.builder.getOrCreate()
    names = [f"x{i}" for i in range(FEATURES)]
    rows = spark.range(0, ROWS, 1, 2).select(
        *[F.randn(i).alias(name) for i, name in enumerate(names)])
    total = sum(((i - 4) * F.col(name) for i, name in enumerate(names)), F.randn(99))
    rows = rows.withColumn("label", total).withColumn("class", (total > 0).cast("double"))
    df = VectorAssembler(inputCols=names, outputCol="features").transform(rows) \
        .select("features", "label", "class").cache()
    df.count()
    stages = {"linear": LinearRegression(),
              "logistic": LogisticRegression(labelCol="class", regParam=PENALTY, tol=0.0,
                                             maxIter=ITERATIONS)}
    for name, stage in stages.items():
        yield from timed(name, lambda: stage.fit(df).coefficients[0])


def sklearn_fits():
    import numpy
    from sklearn.linear_model import LinearRegression, LogisticRegression
    numbers = numpy.random.default_rng(1)
    rows = numbers.standard_normal((ROWS, FEATURES))
    label = rows @ (numpy.arange(FEATURES) - 4.0) + numbers.standard_normal(ROWS)
    classes = (label > 0).astype(float)
    yield from timed("linear", lambda: LinearRegression().fit(rows, label).coef_[0])
    yield from timed("logistic", lambda: LogisticRegression(
        C=1 / (PENALTY * ROWS), tol=0.0, max_iter=ITERATIONS).fit(rows, classes).coef_[0][0])


def timed(name, fit):
    for _ in range(3):
        start, used = time.perf_counter(), time.process_time()
        first = fit()
        yield name, time.perf_counter() - start, time.process_time() - used, first


if __name__ == "__main__":
    fits = sklearn_fits if "sklearn" in sys.argv else spark_fits
    for what, seconds, used, coefficient in fits():
        print(f"{what} {seconds:.3f} s, {used:.3f} s of processors, first coefficient "
              f"{coefficient:.6f}", flush=True)
