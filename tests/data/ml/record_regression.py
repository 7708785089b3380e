#!/usr/bin/env python3
"""What real Spark answers about linear and logistic regression and evaluators.

    python record_regression.py > regression.json        with a Python that has PySpark 4.3

answers () runs on either engine: tests/py/test_ml_regression.py runs it on this one and compares.
"""
import json
import random

LINEAR = {
    "ols": {}, "ridge": {"regParam": 0.1}, "weighted": {"regParam": 0.1, "weightCol": "w"},
    "elastic": {"regParam": 0.1, "elasticNetParam": 0.5},
    "elastic_raw": {"regParam": 0.1, "elasticNetParam": 0.5, "standardization": False},
    "ridge_raw_origin": {"regParam": 0.1, "standardization": False, "fitIntercept": False},
    "lbfgs": {"solver": "l-bfgs"},
    "lbfgs_weighted": {"solver": "l-bfgs", "regParam": 0.1, "weightCol": "w"},
    "lbfgs_elastic": {"solver": "l-bfgs", "regParam": 0.1, "elasticNetParam": 0.5,
                      "standardization": False},
    "lbfgs_origin": {"solver": "l-bfgs", "fitIntercept": False, "maxIter": 3},
    "sparse": {"featuresCol": "sparse"}, "sparse_lbfgs": {"featuresCol": "sparse",
                                                          "solver": "l-bfgs", "regParam": 0.01},
    "wide_tree": {"solver": "l-bfgs", "aggregationDepth": 3, "maxIter": 2},
}
LOGISTIC = {
    "binomial": {"labelCol": "b"},
    "binomial_weighted": {"labelCol": "b", "regParam": 0.1, "weightCol": "w"},
    "binomial_elastic": {"labelCol": "b", "regParam": 0.1, "elasticNetParam": 0.7},
    "binomial_origin": {"labelCol": "b", "regParam": 0.05, "fitIntercept": False},
    "threshold": {"labelCol": "b", "regParam": 0.1, "threshold": 0.8},
    "thresholds": {"labelCol": "b", "regParam": 0.1, "thresholds": [0.2, 0.8]},
    "multinomial": {"labelCol": "c", "regParam": 0.01},
    "multinomial_elastic": {"labelCol": "c", "regParam": 0.05, "elasticNetParam": 0.3,
                            "standardization": False},
    "multinomial_origin": {"labelCol": "c", "regParam": 0.05, "fitIntercept": False},
    "multinomial_thresholds": {"labelCol": "c", "regParam": 0.01, "thresholds": [0.5, 0.3, 0.0]},
    "multinomial_of_two": {"labelCol": "b", "regParam": 0.1, "family": "multinomial"},
    "sparse_classes": {"labelCol": "c", "featuresCol": "sparse", "regParam": 0.02},
}


def dataset(spark):
    """60 rows: dense and sparse vectors, a number, two and three classes, weights."""
    from pyspark.ml.linalg import Vectors
    rng, rows = random.Random(7), []
    for _ in range(60):
        x = [rng.gauss(0, 1), rng.gauss(5, 3), rng.gauss(-2, .5)]
        y = 1.5 * x[0] - 0.7 * x[1] + 3 + rng.gauss(0, 1.5)
        places = sorted(rng.sample(range(8), 2))
        rows.append((Vectors.dense(x), Vectors.sparse(8, places, [rng.gauss(0, 1), x[0]]), y,
                     rng.choice([.5, 1., 2.]), float(y > 0), float(int(abs(y)) % 3)))
    names = ["features", "sparse", "label", "w", "b", "c"]
    return spark.createDataFrame(rows, names).repartition(9).cache()


def linear(df, settings):
    """All numbers of a fit and its summary."""
    from pyspark.ml.regression import LinearRegression
    model = LinearRegression(**settings).fit(df)
    s = model.summary
    out = {"coefficients": model.coefficients.toArray().tolist(), "intercept": model.intercept,
           "history": list(s.objectiveHistory), "iterations": s.totalIterations,
           "r2": s.r2, "r2adj": s.r2adj, "rmse": s.rootMeanSquaredError, "mse": s.meanSquaredError,
           "mae": s.meanAbsoluteError, "explained": s.explainedVariance, "n": s.numInstances,
           "degrees": s.degreesOfFreedom, "deviance": list(s.devianceResiduals),
           "predictions": _sorted(model.transform(df), "prediction")}
    try:
        out.update(errors=list(s.coefficientStandardErrors), t=list(s.tValues), p=list(s.pValues))
    except Exception as e:
        out["refused"] = type(e).__name__ + ": " + str(e)
    return out


def _sorted(df, column):
    return [row[0] for row in df.orderBy("label").select(column).collect()]


def logistic(df, settings):
    """The same of classes."""
    from pyspark.ml.classification import LogisticRegression
    model = LogisticRegression(**settings).fit(df)
    s = model.summary
    out = {"coefficients": model.coefficientMatrix.toArray().tolist(),
           "intercepts": model.interceptVector.toArray().tolist(),
           "history": list(s.objectiveHistory), "iterations": s.totalIterations,
           "predictions": _sorted(model.transform(df), "prediction"),
           "probabilities": [v.toArray().tolist()
                             for v in _sorted(model.transform(df), "probability")][:8],
           "raw": [v.toArray().tolist() for v in _sorted(model.transform(df), "rawPrediction")][:8],
           "accuracy": s.accuracy, "labels": list(s.labels), "precision": list(s.precisionByLabel),
           "recall": list(s.recallByLabel), "f": list(s.fMeasureByLabel(2.0)),
           "false_positive": list(s.falsePositiveRateByLabel),
           "weighted": [s.weightedPrecision, s.weightedRecall, s.weightedFMeasure(),
                        s.weightedTruePositiveRate, s.weightedFalsePositiveRate]}
    if model.numClasses == 2:
        out["area"] = s.areaUnderROC
        for name in ("roc", "pr", "precisionByThreshold", "recallByThreshold"):
            out[name] = [list(row) for row in getattr(s, name).collect()][:12]
    return out


def evaluators(df):
    """All metrics of the evaluators."""
    from pyspark.ml.classification import LogisticRegression
    from pyspark.ml.evaluation import (
        BinaryClassificationEvaluator, MulticlassClassificationEvaluator, RegressionEvaluator)
    from pyspark.ml.regression import LinearRegression
    out = {}
    numbers = LinearRegression(regParam=0.3).fit(df).transform(df)
    classes = LogisticRegression(labelCol="c", regParam=0.01).fit(df).transform(df)
    two = LogisticRegression(labelCol="b", regParam=0.1).fit(df).transform(df)
    for weight in (None, "w"):
        given = {"weightCol": weight} if weight else {}
        for metric in ("rmse", "mse", "r2", "mae", "var"):
            for origin in (False, True):
                out[f"{metric} {weight} {origin}"] = RegressionEvaluator(
                    metricName=metric, throughOrigin=origin, **given).evaluate(numbers)
        for metric in ("areaUnderROC", "areaUnderPR"):
            for bins in (0, 10, 1000):
                if not bins % 1000:
                    out[f"{metric} {weight} {bins}"] = BinaryClassificationEvaluator(
                        labelCol="b", metricName=metric, numBins=bins, **given).evaluate(two)
        for metric in ("f1", "accuracy", "weightedPrecision", "weightedRecall",
                       "weightedTruePositiveRate", "weightedFalsePositiveRate", "weightedFMeasure",
                       "truePositiveRateByLabel", "falsePositiveRateByLabel", "precisionByLabel",
                       "recallByLabel", "fMeasureByLabel", "logLoss", "hammingLoss"):
            evaluator = MulticlassClassificationEvaluator(
                labelCol="c", metricName=metric, metricLabel=1.0, beta=2.0, **given)
            out[f"{metric} {weight}"] = evaluator.evaluate(classes)
            out[f"{metric} larger"] = evaluator.isLargerBetter()
    return out


def misuse(spark):
    """What is refused, and how: {name: [class, message]}."""
    from pyspark.ml.classification import LogisticRegression
    from pyspark.ml.linalg import Vectors, VectorUDT
    from pyspark.ml.regression import LinearRegression
    from pyspark.sql.types import DoubleType, StructField, StructType
    nan, inf, dense = float("nan"), float("inf"), Vectors.dense
    schema = StructType([StructField("features", VectorUDT()), StructField("label", DoubleType()),
                         StructField("w", DoubleType())])
    good = [(dense(1., 2.), 1., 1.), (dense(2., 1.), 0., 1.), (dense(3., 5.), 1., 1.)]
    bad = {"null vector": (None, 1., 1.), "null label": (dense(1., 1.), None, 1.),
           "nan label": (dense(1., 1.), nan, 1.), "infinite label": (dense(1., 1.), inf, 1.),
           "nan vector": (dense(nan, 1.), 1., 1.), "negative label": (dense(1., 1.), -1., 1.),
           "infinite sparse": (Vectors.sparse(2, [0], [inf]), 1., 1.),
           "half a label": (dense(1., 1.), .5, 1.), "negative weight": (dense(1., 1.), 1., -1.),
           "nan weight": (dense(1., 1.), 1., nan)}
    out = {}

    def note(name, function):
        try:
            out[name] = ["", str(function())]
        except Exception as e:
            out[name] = [type(e).__name__, str(e).split("\n")[0]]

    def frame(rows):
        return spark.createDataFrame(rows, schema)
    for name, row in bad.items():
        for stage in (LinearRegression(weightCol="w"), LogisticRegression(weightCol="w"),
                      LinearRegression(weightCol="w", solver="l-bfgs")):
            if "label" in name and name[:4] in ("nega", "half") and "Linear" in stage.uid:
                continue
            solver = stage.getSolver() if stage.hasParam("solver") else ""
            note(f"{name} {type(stage).__name__} {solver}", lambda: stage.fit(frame([*good, row])))
    df = frame(good)
    note("binomial of three", lambda: LogisticRegression(family="binomial").fit(
        frame([*good, (dense(1., 1.), 2., 1.)])))
    note("three thresholds", lambda: LogisticRegression(thresholds=[.1, .2, .7]).fit(df))
    note("other thresholds", lambda: LogisticRegression(thresholds=[.1, .9], threshold=.2))
    note("no such column", lambda: LinearRegression(labelCol="zz").fit(df))
    note("label is text", lambda: LinearRegression().fit(
        df.selectExpr("features", "cast(label as string) label")))
    note("features are numbers", lambda: LinearRegression(featuresCol="label").fit(df))
    note("column is there", lambda: LinearRegression(predictionCol="w").fit(df))
    constant = frame([(dense(1., 2.), 2., 1.), (dense(2., 1.), 2., 1.)])
    for solver in ("auto", "l-bfgs"):
        note(f"constant {solver}", lambda: LinearRegression(solver=solver).fit(
            constant).coefficients)
        note(f"constant origin {solver}", lambda: LinearRegression(
            solver=solver, fitIntercept=False, regParam=0.1).fit(constant))
    note("constant classes", lambda: LogisticRegression().fit(constant).interceptVector)
    return out


def singular(spark):
    """Two features, one twice the other."""
    from pyspark.ml.linalg import Vectors
    rows = [(Vectors.dense(float(i), 2. * i), 3. * i + 1 + (i % 3)) for i in range(8)]
    df = spark.createDataFrame(rows, ["features", "label"])
    from pyspark.ml.regression import LinearRegression
    model = LinearRegression().fit(df)
    return {"coefficients": model.coefficients.toArray().tolist(), "intercept": model.intercept,
            "history": list(model.summary.objectiveHistory)}


def answers(spark):
    """All of it."""
    df = dataset(spark)
    return {"linear": {name: linear(df, settings) for name, settings in LINEAR.items()},
            "logistic": {name: logistic(df, settings) for name, settings in LOGISTIC.items()},
            "evaluators": evaluators(df), "misuse": misuse(spark), "singular": singular(spark)}


if __name__ == "__main__":
    from pyspark.sql import SparkSession
    session = SparkSession.builder.master("local[2]").config(
        "spark.ui.enabled", "false").getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    print(json.dumps(answers(session), indent=1))
