"""Linear models over RDDs of LabeledPoints answer what a real Spark answered.

tests/data/ml/record_descent.py has the programs, descent.json Spark's answers.  Weights agree to
1e-8 of their size (sums of doubles come in another order), samples of mini-batches to the row, and
what is refused is refused in Spark's words.
"""
import json
import math
import os
import sys

import pytest

import rushlight

DATA = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "data", "ml")
sys.path.insert(0, DATA)

import record_descent as programs  # noqa: E402

with open(os.path.join(DATA, "descent.json"), encoding="utf-8") as f:
    ANSWERS = json.load(f)

pytestmark = pytest.mark.filterwarnings("ignore:Deprecated")

# Spark's words for what a job fails of are those of the function that met it.
OWN_WORDS = {"sizes": "Dimensions mismatch when adding new sample. Expecting 2 but got 1.",
             "class": "Input validation failed.", "svm class": "Input validation failed.",
             "lbfgs class": "number of unique labels 3", "lbfgs classes": "more than one class"}


@pytest.fixture(scope="module")
def sc():
    rushlight.activate()
    from rushlight.sql import SparkSession
    spark = SparkSession.builder.master("local[2]").getOrCreate()
    yield spark.sparkContext
    spark.stop()


@pytest.fixture(scope="module")
def models(sc):
    return programs.models(sc)


def numbers(model):
    return model["weights"] + [model["intercept"], model["at"]]


@pytest.mark.parametrize("name", ANSWERS["models"])
def test_weights(models, name):
    tolerance = 1e-3 if name == "lbfgs intercept" else 1e-8     # the classes can be separated
    for found, wanted in zip(numbers(models[name]), numbers(ANSWERS["models"][name]), strict=True):
        assert math.isclose(found, wanted, rel_tol=tolerance, abs_tol=1e-10)


def test_texts_and_thresholds(sc):
    assert programs.texts(sc) == ANSWERS["texts"]


def test_numbers_of_jobs(sc):
    assert programs.jobs(sc) == ANSWERS["jobs"]


def test_misuse(sc):
    found = programs.misuse(sc)
    for name, answer in ANSWERS["misuse"].items():
        if len(answer) == 3:      # a model
            assert [float(x) for x in found[name]] == \
                pytest.approx([float(x) for x in answer], nan_ok=True)
        else:
            words = OWN_WORDS.get(name, answer[1].split("IllegalArgumentException: ")[-1])
            assert words in found[name][1], name
            assert answer[0] in (found[name][0], "Py4JJavaError"), name


def test_stages_are_named_after_spark(sc):
    from pyspark.mllib.regression import LinearRegressionWithSGD
    sc.setJobGroup("names", "")
    LinearRegressionWithSGD.train(programs.points(sc), iterations=1, miniBatchFraction=0.5)
    jobs = [sc.statusTracker().getJobInfo(i) for i in
            sorted(sc.statusTracker().getJobIdsForGroup("names"))]
    names = [sc.statusTracker().getStageInfo(job.stageIds[-1]).name for job in jobs]
    sc.setJobGroup("", "")
    assert names[-4:] == ["first at GeneralizedLinearAlgorithm.scala",
                          "count at GradientDescent.scala",
                          *2 * ["treeAggregate at GradientDescent.scala"]]


@pytest.mark.parametrize("kind", ["LinearRegression", "Lasso", "RidgeRegression"])
def test_numbers_come_back_from_files(sc, tmp_path, kind):
    from pyspark.mllib import regression
    cls = getattr(regression, kind + "Model")
    model = cls([1.5, 0.0, -2.0], 0.25)
    model.save(sc, str(tmp_path / "model"))
    assert repr(cls.load(sc, str(tmp_path / "model"))) == repr(model)


@pytest.mark.parametrize("threshold", [0.75, None])
def test_classes_come_back_from_files(sc, tmp_path, threshold):
    from pyspark.mllib.classification import LogisticRegressionModel, SVMModel
    for model in (LogisticRegressionModel([1.5, -2.0], 0.25, 2, 2), SVMModel([1.5, -2.0], 0.25)):
        path = str(tmp_path / type(model).__name__)
        model.setThreshold(threshold)
        model.save(sc, path)
        read = type(model).load(sc, path)
        assert (repr(read), read.threshold) == (repr(model), threshold)


@pytest.mark.parametrize("name", ["lasso", "logistic", "svm"])
def test_what_spark_has_saved_is_read(sc, name):
    wanted = programs.models_to_save()[name]
    read = type(wanted).load(sc, os.path.join(DATA, "saved", "older_" + name))
    assert repr(read) == repr(wanted)
    assert getattr(read, "threshold", 0.0) == getattr(wanted, "threshold", 0.0)


def test_another_model_is_not_read(sc, tmp_path):
    from pyspark.mllib.classification import SVMModel
    from pyspark.mllib.regression import LassoModel
    SVMModel([1.0], 0.0).save(sc, str(tmp_path / "svm"))
    with pytest.raises(ValueError, match="SVMModel, and not a .*LassoModel"):
        LassoModel.load(sc, str(tmp_path / "svm"))


def test_more_than_two_classes_are_told_where_they_are(sc):
    from pyspark.mllib.classification import LogisticRegressionWithLBFGS
    with pytest.raises(NotImplementedError, match="pyspark.ml.classification"):
        LogisticRegressionWithLBFGS.train(programs.points(sc), numClasses=3)
