"""A pipeline of all transformers, and tunings: what record_saved.py has a real Spark save, and
test_ml_saved.py reads, applies and saves again."""


def frame(spark):
    return spark.createDataFrame([
        ("a", "x", 1.0, None, 0.0, 1.0), ("b", "y", 12.5, 2.0, 1.0, 3.5),
        ("a", "y", float("nan"), 4.0, 2.0, 5.0), ("c", "x", -3.0, 4.0, 1.0, 7.25),
        ("b", "x", 0.5, None, 0.0, 8.0), ("a", "x", 7.0, 1.0, 2.0, 11.0)],
        "s string, t string, x double, gap double, k double, label double")


def pipeline():
    from pyspark.ml import Pipeline
    from pyspark.ml.feature import (
        Bucketizer, Imputer, IndexToString, MinMaxScaler, OneHotEncoder, StandardScaler,
        StringIndexer, VectorAssembler)
    return Pipeline(stages=[
        StringIndexer(inputCols=["s", "t"], outputCols=["si", "ti"], handleInvalid="keep"),
        IndexToString(inputCol="si", outputCol="back"),
        OneHotEncoder(inputCols=["si", "k"], outputCols=["sv", "kv"], dropLast=False),
        Imputer(inputCols=["gap", "x"], outputCols=["full", "xf"], strategy="median"),
        Bucketizer(splits=[-float("inf"), 0.0, 5.0, float("inf")], inputCol="xf", outputCol="xb"),
        VectorAssembler(inputCols=["sv", "kv", "full", "xb", "ti"], outputCol="all"),
        StandardScaler(inputCol="all", outputCol="std", withMean=True),
        MinMaxScaler(inputCol="all", outputCol="features", min=-1.0)])


RESULTS = ["back", "sv", "kv", "full", "xb", "all", "std", "features"]


def tunings():
    """{name: tuning} of a regression behind an assembler."""
    from pyspark.ml import Pipeline
    from pyspark.ml.evaluation import RegressionEvaluator
    from pyspark.ml.feature import VectorAssembler
    from pyspark.ml.regression import LinearRegression
    from pyspark.ml.tuning import CrossValidator, ParamGridBuilder, TrainValidationSplit
    lr = LinearRegression(featuresCol="f", maxIter=5)
    grid = ParamGridBuilder().addGrid(lr.regParam, [0.0, 0.5]) \
        .addGrid(lr.fitIntercept, [True, False]).build()
    stages = Pipeline(stages=[VectorAssembler(inputCols=["id"], outputCol="f"), lr])
    given = dict(estimator=stages, estimatorParamMaps=grid, evaluator=RegressionEvaluator())
    return {"cross_validation": CrossValidator(numFolds=2, seed=7, collectSubModels=True, **given),
            "split": TrainValidationSplit(seed=7, trainRatio=0.5, **given)}


def line(spark):
    return spark.range(0, 40, 1, 2).selectExpr(
        "cast(id as double) id", "cast(3 * id + id % 4 as double) label")
