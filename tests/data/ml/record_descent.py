#!/usr/bin/env python3
"""What real Spark answers about linear models over RDDs: gradient descent, L-BFGS.

    python record_descent.py > descent.json        with a Python that has PySpark 4.3
    python record_descent.py saved                 writes the models in saved/older_*

answers () runs on either engine: tests/py/test_ml_descent.py runs it on this one and compares.
"""
import json
import random
import sys

LINEAR = {
    "all": {}, "intercept": {"intercept": True, "iterations": 30},
    "half": {"miniBatchFraction": 0.5, "iterations": 12},
    "few": {"miniBatchFraction": 0.1, "iterations": 15, "step": 0.3},
    "next to none": {"miniBatchFraction": 0.01, "iterations": 25},
    "l1": {"regType": "l1", "regParam": 0.1, "intercept": True},
    "l2": {"regType": "l2", "regParam": 0.2, "step": 0.3},
    "no penalty": {"regType": None, "regParam": 0.2},
    "from": {"initialWeights": [3.0, -1.0, 2.0], "iterations": 5, "intercept": True},
    "to the end": {"convergenceTol": 0.0, "iterations": 40},
    "coarse": {"convergenceTol": 0.3}, "no step": {"iterations": 0},
    "no tolerance": {"convergenceTol": 1.0},
}
PENALIZED = {"default": {}, "intercept": {"intercept": True, "regParam": 0.3},
             "half": {"miniBatchFraction": 0.5, "iterations": 20, "step": 0.5}}
LOGISTIC = {
    "all": {}, "intercept": {"intercept": True, "iterations": 30},
    "half": {"miniBatchFraction": 0.5, "iterations": 12, "regType": "l1", "regParam": 0.05},
    "plain": {"regType": None, "initialWeights": [1.0, 0.0, -1.0]},
}
SVM = {"all": {}, "intercept": {"intercept": True, "iterations": 30, "regType": "l1"},
       "few": {"miniBatchFraction": 0.2, "step": 2.0, "regType": None}}
LBFGS = {
    "all": {}, "intercept": {"intercept": True}, "l2": {"regParam": 0.1, "intercept": True},
    "l1": {"regParam": 0.02, "regType": "l1"}, "steps": {"iterations": 3, "intercept": True},
}


def points(sc, label=lambda y: y, sparse=False):
    """40 points in 5 partitions, one of them empty; the label is computed from a number."""
    from pyspark.mllib.linalg import Vectors
    from pyspark.mllib.regression import LabeledPoint
    rng, made = random.Random(11), []
    for _ in range(40):
        x = [rng.gauss(0, 1), rng.gauss(0.5, 0.8), rng.gauss(-0.3, 0.5)]
        y = 1.5 * x[0] - 0.7 * x[1] + 0.4 + rng.gauss(0, 0.7)
        made.append(LabeledPoint(label(y), Vectors.sparse(3, [0, 2], [x[0], x[2]]) if sparse
                                 else x))
    def rows(split, _):
        return iter([[], made[:3], made[3:20], made[20:21], made[21:]][split])
    return sc.parallelize(range(5), 5).mapPartitionsWithIndex(rows)


def _model(model):
    return {"weights": model.weights.toArray().tolist(), "intercept": model.intercept,
            "at": float(model.predict([0.5, -1.0, 2.0]))}


def models(sc):
    """All numbers of all fits: {name: {weights, intercept, at}}."""
    from pyspark.mllib import classification, regression
    numbers = points(sc)
    classes = points(sc, lambda y: float(y > 0))
    out = {}
    for name, settings in LINEAR.items():
        out["linear " + name] = _model(
            regression.LinearRegressionWithSGD.train(numbers, **settings))
    out["linear sparse"] = _model(regression.LinearRegressionWithSGD.train(
        points(sc, sparse=True), intercept=True, iterations=20))
    for name, settings in PENALIZED.items():
        out["lasso " + name] = _model(regression.LassoWithSGD.train(numbers, **settings))
        out["ridge " + name] = _model(regression.RidgeRegressionWithSGD.train(numbers, **settings))
    for name, settings in LOGISTIC.items():
        out["logistic " + name] = _model(
            classification.LogisticRegressionWithSGD.train(classes, **settings))
    for name, settings in SVM.items():
        out["svm " + name] = _model(classification.SVMWithSGD.train(classes, **settings))
    for name, settings in LBFGS.items():
        out["lbfgs " + name] = _model(
            classification.LogisticRegressionWithLBFGS.train(classes, **settings))
    return out


def texts(sc):
    """How models are shown, and what they answer about thresholds."""
    from pyspark.mllib.classification import LogisticRegressionModel, SVMModel
    from pyspark.mllib.regression import LassoModel, RidgeRegressionModel
    logistic = LogisticRegressionModel([0.5, -1.0], 0.25, 2, 2)
    svm = SVMModel([0.5, -1.0], 0.25)
    out = [repr(logistic), str(svm), repr(LassoModel([1.0], 2.0)),
           repr(RidgeRegressionModel([1.0], 2.0)), logistic.threshold, svm.threshold,
           logistic.predict([3.0, 1.0]), svm.predict([3.0, 1.0]),
           svm.predict(sc.parallelize([[3.0, 1.0], [0.0, 1.0]])).collect(),
           logistic.predict(sc.parallelize([[3.0, 1.0], [0.0, 1.0]])).collect()]
    for model in (logistic, svm):
        model.clearThreshold()
        out += [model.threshold, model.predict([3.0, 1.0])]
        model.setThreshold(0.9)
        out += [model.threshold, model.predict([3.0, 1.0])]
    return out


def jobs(sc):
    """How many jobs fits run."""
    from pyspark.mllib import classification, regression
    numbers, classes = points(sc), points(sc, lambda y: float(y > 0))
    asked = {
        "linear": lambda: regression.LinearRegressionWithSGD.train(
            numbers, iterations=4, convergenceTol=0.0),
        "linear intercept": lambda: regression.LinearRegressionWithSGD.train(
            numbers, iterations=4, convergenceTol=0.0, intercept=True),
        "from": lambda: regression.LinearRegressionWithSGD.train(
            numbers, iterations=4, convergenceTol=0.0, initialWeights=[0.0, 0.0, 0.0]),
        "logistic": lambda: classification.LogisticRegressionWithSGD.train(
            classes, iterations=4, convergenceTol=0.0),
        "svm": lambda: classification.SVMWithSGD.train(classes, iterations=4, convergenceTol=0.0,
                                                       validateData=False),
    }
    out = {}
    for name, fit in asked.items():
        sc.setJobGroup(name, name)
        fit()
        out[name] = len(sc.statusTracker().getJobIdsForGroup(name))
    sc.setJobGroup("", "")
    return out


def misuse(sc):
    """What is refused, and how: {name: [class, first line of the message]}, or a model."""
    from pyspark.mllib.classification import (
        LogisticRegressionWithLBFGS, LogisticRegressionWithSGD, SVMWithSGD)
    from pyspark.mllib.regression import (
        LabeledPoint, LassoWithSGD, LinearRegressionWithSGD as Linear)
    good = sc.parallelize([LabeledPoint(1.0, [1.0, 2.0]), LabeledPoint(0.0, [2.0, 1.0])], 2)
    mixed = sc.parallelize([LabeledPoint(1.0, [1.0, 2.0]), LabeledPoint(0.0, [2.0])], 1)
    nan = sc.parallelize([LabeledPoint(float("nan"), [1.0, 2.0]), LabeledPoint(0.0, [2.0, 1.0])], 1)
    two = sc.parallelize([LabeledPoint(2.0, [1.0, 2.0]), LabeledPoint(0.0, [2.0, 1.0])], 2)
    asked = {
        "no points": lambda: Linear.train(sc.parallelize([[1.0]])),
        "nothing": lambda: Linear.train(sc.parallelize([], 1)),
        "type": lambda: Linear.train(good, regType="elastic"),
        "sizes": lambda: Linear.train(mixed),
        "start": lambda: Linear.train(good, initialWeights=[1.0]),
        "nan": lambda: Linear.train(nan, iterations=2),
        "step": lambda: Linear.train(good, step=0.0),
        "negative step": lambda: Linear.train(good, step=-1.0),
        "iterations": lambda: Linear.train(good, iterations=-1),
        "penalty": lambda: Linear.train(good, regParam=-1.0),
        "fraction": lambda: Linear.train(good, miniBatchFraction=0.0),
        "large fraction": lambda: Linear.train(good, miniBatchFraction=1.5),
        "tolerance": lambda: Linear.train(good, convergenceTol=2.0),
        "lasso penalty": lambda: LassoWithSGD.train(good, regParam=-1.0),
        "class": lambda: LogisticRegressionWithSGD.train(two),
        "class unseen": lambda: LogisticRegressionWithSGD.train(two, validateData=False,
                                                                iterations=2),
        "svm class": lambda: SVMWithSGD.train(two),
        "lbfgs class": lambda: LogisticRegressionWithLBFGS.train(two),
        "lbfgs type": lambda: LogisticRegressionWithLBFGS.train(good, regType="x"),
        "lbfgs steps": lambda: LogisticRegressionWithLBFGS.train(good, iterations=-1),
        "lbfgs classes": lambda: LogisticRegressionWithLBFGS.train(good, numClasses=1),
        "lbfgs corrections": lambda: LogisticRegressionWithLBFGS.train(good, corrections=0),
    }
    out = {}
    for name, fit in asked.items():
        try:
            out[name] = _model2(fit())
        except Exception as e:
            out[name] = [type(e).__name__, _reason(e)]
    return out


def _model2(model):
    return [repr(x) for x in model.weights.toArray().tolist()] + [repr(model.intercept)]


def _reason(e):
    """The last cause's message, on one line."""
    lines = [line for line in str(e).splitlines() if line.strip()]
    causes = [line for line in lines if line.startswith("Caused by:")] or \
        [line for line in lines if "Exception" in line and line.startswith(":")] or lines[:1]
    return causes[-1] if causes else ""


def models_to_save():
    """By the name of their folders, saved/older_…"""
    from pyspark.mllib.classification import LogisticRegressionModel, SVMModel
    from pyspark.mllib.regression import LassoModel
    return {"lasso": LassoModel([1.5, 0.0], 0.25), "svm": SVMModel([1.5, -2.0], 0.25),
            "logistic": LogisticRegressionModel([1.5, -2.0], 0.25, 2, 2)}


def answers(sc):
    return {"models": models(sc), "texts": texts(sc), "jobs": jobs(sc), "misuse": misuse(sc)}


if __name__ == "__main__":
    from pyspark.sql import SparkSession
    spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false") \
        .config("spark.driver.memory", "1g").getOrCreate()
    if len(sys.argv) > 1:
        for name, model in models_to_save().items():
            model.save(spark.sparkContext, f"{sys.argv[1]}/older_{name}")
    else:
        print(json.dumps(answers(spark.sparkContext), indent=1))
