"""Evaluators refuse rows that no metric can count, as Spark does: its words for weights, and for
nulls (of which Spark tells a scala.MatchError) the name of the column.
"""
import math
import re

import pytest

import rushlight
from rushlight.errors import IllegalArgumentException

NAN, INF = math.nan, math.inf
FAIR = dict(label=1.0, prediction=1.0, rawPrediction=0.6, w=1.0, probability=(0.4, 0.6),
            features=(1.0,))


@pytest.fixture(scope="module")
def spark():
    rushlight.activate()
    from rushlight.sql import SparkSession
    session = SparkSession.builder.master("local[2]") \
        .config("spark.sql.shuffle.partitions", "2").getOrCreate()
    yield session
    session.stop()


@pytest.fixture(params=["true", "false"])
def ansi(request, spark):
    spark.conf.set("spark.sql.ansi.enabled", request.param)
    yield
    spark.conf.unset("spark.sql.ansi.enabled")


def frame(spark, **changed):
    """Three rows, all classified rightly, one of them changed."""
    from rushlight.ml.linalg import VectorUDT, Vectors
    from rushlight.sql.types import DoubleType, StructField, StructType

    def row(**values):
        return tuple(Vectors.dense(v) if isinstance(v, tuple) else v
                     for v in {**FAIR, **values}.values())

    schema = StructType([StructField(n, VectorUDT() if isinstance(v, tuple) else DoubleType())
                         for n, v in FAIR.items()])
    return spark.createDataFrame(
        [row(label=0.0, prediction=0.0, rawPrediction=0.3, probability=(0.7, 0.3),
             features=(0.0,)), row(**changed), row(rawPrediction=0.8, features=(1.5,))], schema)


def evaluator(kind):
    from rushlight.ml.evaluation import (
        BinaryClassificationEvaluator, ClusteringEvaluator, MulticlassClassificationEvaluator,
        RegressionEvaluator)
    return {
        "regression": lambda: RegressionEvaluator(weightCol="w"),
        "binary": lambda: BinaryClassificationEvaluator(weightCol="w"),
        "vector": lambda: BinaryClassificationEvaluator(
            weightCol="w", rawPredictionCol="probability"),
        "classes": lambda: MulticlassClassificationEvaluator(weightCol="w", metricName="accuracy"),
        "logLoss": lambda: MulticlassClassificationEvaluator(weightCol="w", metricName="logLoss"),
        "clusters": lambda: ClusteringEvaluator(weightCol="w"),
    }[kind]()


# What a real Spark gives of the same rows, without a change and with a weight of 0.
@pytest.mark.parametrize("kind, metric, unweighted", [
    ("regression", 0.0, 0.0), ("binary", 1.0, 1.0), ("classes", 1.0, 1.0),
    ("logLoss", 0.4594420638235713, 0.4337502838523616), ("clusters", 0.5462962962962963, 0.0)])
def test_fair_rows(spark, ansi, kind, metric, unweighted):
    assert evaluator(kind).evaluate(frame(spark)) == pytest.approx(metric, rel=1e-12)
    assert evaluator(kind).evaluate(frame(spark, w=0.0)) == pytest.approx(unweighted, rel=1e-12)


@pytest.mark.parametrize("kind", ["regression", "binary", "classes", "logLoss", "clusters"])
@pytest.mark.parametrize("weight, words", [
    (-1.0, "Negative or Infinity, but got -1.0"), (INF, "Negative or Infinity, but got Infinity"),
    (NAN, "Null or NaN"), (None, "Null or NaN")])
def test_weights_that_are_none(spark, kind, weight, words):
    from rushlight.errors import SparkRuntimeException
    wanted = r"^\[USER_RAISED_EXCEPTION\] Weights MUST NOT be " + words
    with pytest.raises(SparkRuntimeException, match=wanted):
        evaluator(kind).evaluate(frame(spark, w=weight))


@pytest.mark.parametrize("kind, name", [
    ("regression", "label"), ("regression", "prediction"), ("binary", "label"),
    ("binary", "rawPrediction"), ("vector", "probability"), ("classes", "label"),
    ("classes", "prediction"), ("logLoss", "label"), ("logLoss", "probability")])
def test_nulls(spark, ansi, kind, name):
    from rushlight.errors import SparkRuntimeException
    with pytest.raises(SparkRuntimeException, match=f"Column {name} has a null"):
        evaluator(kind).evaluate(frame(spark, **{name: None}))


@pytest.mark.parametrize("label, text", [
    (2.0, "2.0"), (-1.0, "-1.0"), (-2.0, "-2.0"), (0.7, "0.7"), (NAN, "NaN"), (INF, "Infinity")])
def test_labels_without_a_probability(spark, ansi, label, text):
    from rushlight.errors import SparkRuntimeException
    with pytest.raises(SparkRuntimeException, match=f"Invalid label {text}: .* which is 2"):
        evaluator("logLoss").evaluate(frame(spark, label=label))


def test_probabilities_that_are_no_numbers(spark):
    assert math.isnan(evaluator("logLoss").evaluate(frame(spark, probability=(NAN, NAN))))
    # None is nearer to 0 or 1 than eps.
    sure = evaluator("logLoss").setEps(0.25).evaluate(frame(spark, probability=(1.0, 0.0)))
    assert sure == pytest.approx(-(math.log(0.7) + math.log(0.25) + math.log(0.6)) / 3)


def test_columns_without_nulls_and_of_integers(spark):
    from rushlight.ml.evaluation import MulticlassClassificationEvaluator, RegressionEvaluator
    df = spark.range(4).selectExpr("id AS label", "id + 1 AS prediction")
    assert RegressionEvaluator().evaluate(df.withColumn("prediction", df.prediction * 1.0)) == 1.0
    with pytest.raises(IllegalArgumentException, match=re.escape(
            "Column prediction must be of type equal to one of the following types: [double, float]"
            " but was actually of type bigint.")):
        RegressionEvaluator().evaluate(df)
    assert MulticlassClassificationEvaluator(metricName="accuracy").evaluate(df) == 0.0
