"""Questions about columns of vectors that a real Spark has answered in stat.json: correlations,
summaries, tests of independence, and what vectors are like in columns.  Written against
pyspark.ml, which the alias finds in Rushlight."""
from pyspark.ml.functions import array_to_vector, vector_to_array
from pyspark.ml.linalg import Matrices, Vectors
from pyspark.ml.stat import ChiSquareTest, Correlation, Summarizer
from pyspark.sql import functions as F

METRICS = ("mean", "sum", "variance", "std", "count", "numNonZeros", "max", "min", "normL1",
           "normL2")


def rows(spark):
    """Five rows, one sparse and of weight 0; the third feature is always 0."""
    return spark.createDataFrame(
        [(Vectors.dense([1, 0, 0, -2]), 1.0, 0.0), (Vectors.dense([4, 5, 0, 3]), 0.5, 1.0),
         (Vectors.dense([6, 7, 0, 8]), 2.0, 0.0), (Vectors.sparse(4, {0: 9.0, 3: 1.0}), 0.0, 1.0),
         (Vectors.dense([4, 5, 0, -1.5]), 1.5, 2.0)], ["features", "w", "label"]).repartition(2)


def columns(spark):
    """Vectors and matrices of both kinds, and nulls."""
    return spark.createDataFrame(
        [(1, Vectors.dense(1.0, 2.0), Matrices.dense(2, 2, [1, 2, 3.5, -4]),
          [Vectors.dense(1.5)]),
         (2, Vectors.sparse(4, {1: 1.0, 3: 5.5}),
          Matrices.sparse(2, 2, [0, 1, 2], [0, 1], [2.0, 3.0]), []), (3, None, None, None)],
        ["i", "v", "m", "a"])


def summary(spark, weighted):
    df = rows(spark)
    of = (df.features, df.w) if weighted else (df.features,)
    return df.select(Summarizer.metrics(*METRICS).summary(*of)).head()[0]


def by_label(spark):
    df = rows(spark)
    return df.groupBy("label").agg(
        Summarizer.mean(df.features).alias("m"), Summarizer.max(df.features).alias("x")
    ).orderBy("label").collect()


def names(spark):
    df = rows(spark)
    return df.select(
        Summarizer.metrics("mean", "count").summary(df.features, df.w),
        Summarizer.metrics("mean").summary(df.features), Summarizer.mean(df.features, df.w),
        Summarizer.count(df.features)).columns


def arrays(spark):
    present = columns(spark).where("v is not null").orderBy("i")
    return present.select(vector_to_array("v"), vector_to_array("v", "float32")).collect()


PROGRAMS = {
    "pearson": lambda spark: Correlation.corr(rows(spark), "features").head()[0],
    "spearman": lambda spark: Correlation.corr(rows(spark), "features", "spearman").head()[0],
    "correlation column": lambda spark: Correlation.corr(
        rows(spark), "features", "spearman").schema.simpleString(),
    "weighted": lambda spark: summary(spark, True),
    "unweighted": lambda spark: summary(spark, False),
    "by label": by_label,
    "names": names,
    "independence": lambda spark: ChiSquareTest.test(rows(spark), "features", "label").head(),
    "independence, flat": lambda spark: ChiSquareTest.test(
        rows(spark), "features", "label", True).orderBy("featureIndex").collect(),
    "types": lambda spark: [str(columns(spark)), columns(spark).schema.simpleString()],
    "json": lambda spark: columns(spark).schema.json(),
    "text": lambda spark: columns(spark).orderBy("i").select(
        F.col("v").cast("string"), F.col("m").cast("string")).collect(),
    "typeof": lambda spark: columns(spark).select(F.expr("typeof(v)"), F.expr("typeof(a)")).head(),
    "hash": lambda spark: columns(spark).orderBy("i").select(
        F.hash("v"), F.xxhash64("v")).collect(),
    "to_json": lambda spark: columns(spark).orderBy("i").select(
        F.to_json(F.struct("v", "m"))).collect(),
    "arrays": arrays,
    "array_to_vector": lambda spark: spark.range(2).orderBy("id").select(
        array_to_vector(F.array("id", "id"))).collect(),
}


def plain(value):
    """What JSON can hold: vectors and matrices as lists with their kind, NaN as a word."""
    if hasattr(value, "toArray"):
        return [type(value).__name__, plain(value.toArray().tolist())]
    if isinstance(value, tuple) and hasattr(value, "asDict"):
        return {name: plain(v) for name, v in value.asDict().items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return "NaN" if value != value else value


def outcome(function, spark):
    """The answer, as JSON has it."""
    return plain(function(spark))
