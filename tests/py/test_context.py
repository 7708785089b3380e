"""SparkContext as an object: one at a time, stopped for good, what is not there says so."""
import os
import pathlib
import threading

import pytest

from rushlight import InheritableThread, SparkConf, SparkContext, inheritable_thread_target
from rushlight.errors import (
    EngineError, IllegalArgumentException, NotThereYet, PySparkIndexError,
    PySparkNotImplementedError, PySparkRuntimeError, PySparkTypeError, PySparkValueError)


ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture
def sc(fake):
    with SparkContext("local[4]", "context") as context:
        yield context


# ── one at a time ──
def test_a_second_context_is_refused(sc):
    with pytest.raises(ValueError) as caught:
        SparkContext("local", "other")
    assert str(caught.value).startswith(
        "Cannot run multiple SparkContexts at once; existing SparkContext(app=context, "
        "master=local[4]) created by __init__ at " + os.path.abspath(__file__))
    assert SparkContext.getOrCreate() is sc


def test_after_stop_another_can_be_made(sc):
    sc.stop()
    sc.stop()
    with SparkContext.getOrCreate(SparkConf().setAppName("second")) as second:
        assert second.appName == "second" and SparkContext.getOrCreate() is second


def test_a_context_that_could_not_start_is_not_there(fake, monkeypatch):
    def refuse(*_):
        raise IllegalArgumentException("spark.x: no")

    monkeypatch.setattr(fake, "Context", refuse)
    with pytest.raises(IllegalArgumentException):
        SparkContext("local", "x")
    monkeypatch.undo()
    assert SparkContext._active_spark_context is None


def test_the_end_of_a_block_stops(fake):
    with pytest.raises(KeyError):
        with SparkContext("local", "x"):
            raise KeyError
    assert fake.calls[-1] == ("stop",)
    assert SparkContext._active_spark_context is None


def test_a_stopped_context_says_so(sc):
    rdd = sc.parallelize([1])
    sc.stop()
    for use in (rdd.collect, lambda: sc.parallelize([1]), lambda: sc.defaultParallelism,
                lambda: sc.applicationId, sc.statusTracker, sc.cancelAllJobs):
        with pytest.raises(PySparkRuntimeError, match="stopped SparkContext"):
            use()


def test_functions_before_stop_see_the_context_alive(sc, monkeypatch):
    seen = []
    monkeypatch.setattr(SparkContext, "_before_stop", [lambda c: seen.append(c.applicationId)])
    sc.stop()
    assert seen == ["local-1"]


# ── what it says of itself ──
def test_facts(sc):
    assert (sc.version, sc.applicationId, sc.startTime) == ("4.3.0", "local-1", 1)
    assert sc.uiWebUrl is None
    assert (sc.defaultParallelism, sc.defaultMinPartitions) == (4, 2)
    assert repr(sc) == "<SparkContext master=local[4] appName=context>"
    assert "local[4]" in sc._repr_html_()
    assert sc.sparkUser()


def test_log_levels(sc, capsys):
    sc.setLogLevel("warn")
    sc.parallelize([1]).count()
    assert capsys.readouterr() == ("", "")
    sc.setLogLevel("INFO")
    sc.parallelize([1]).count()
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("INFO SparkContext: count at ")
    with pytest.raises(IllegalArgumentException, match="Supplied level LOUD did not match one of"):
        sc.setLogLevel("LOUD")


def test_the_log_level_as_a_setting(fake, capsys):
    with SparkContext("local", "x", conf=SparkConf().set("spark.log.level", "INFO")) as sc:
        sc.parallelize([1]).count()
    assert "INFO SparkContext: count at" in capsys.readouterr().err


# ── local properties ──
def test_each_thread_has_its_own_properties(sc):
    sc.setLocalProperty("mine", "main")
    seen = {}

    def look(name):
        seen[name] = sc.getLocalProperty("mine")
        sc.setLocalProperty("mine", name)

    threads = [threading.Thread(target=look, args=("plain",)),
               InheritableThread(target=look, args=("inheriting",)),
               threading.Thread(target=inheritable_thread_target(look), args=("wrapped",))]
    for thread in threads:
        thread.start()
        thread.join()
    assert seen == {"plain": None, "inheriting": "main", "wrapped": "main"}
    assert sc.getLocalProperty("mine") == "main"


def test_a_thread_inherits_what_is_set_when_it_starts(sc):
    seen = []
    thread = InheritableThread(lambda: seen.append(sc.getLocalProperty("mine")))
    sc.setLocalProperty("mine", "late")
    thread.start()
    thread.join()
    assert seen == ["late"]


# ── misuse ──
@pytest.mark.parametrize("use,error,words", [
    (lambda sc: sc.parallelize([1], 0), PySparkValueError, "Positive number of partitions"),
    (lambda sc: sc.parallelize([1], -1), PySparkValueError, "but got -1"),
    (lambda sc: sc.union([]), PySparkIndexError, "at least one"),
    (lambda sc: sc.parallelize([1]) + 1, TypeError, "unsupported operand"),
    (lambda sc: sc.parallelize([1]).takeOrdered(-1), ValueError, "top N cannot be negative."),
    (lambda sc: sc.parallelize([1]).map(lambda x: (x, x)).partitionBy(0), PySparkValueError,
     "must be positive"),
    (lambda sc: sc.parallelize([1]).map(lambda x: (x, x)).reduceByKey(max, "2"), PySparkTypeError,
     "`numPartitions` should be int, got str"),
    (lambda sc: sc.parallelize([], 2).first(), ValueError, "RDD is empty"),
    (lambda sc: sc.parallelize([], 2).reduce(max), ValueError, "Can not reduce\\(\\) empty RDD"),
    (lambda sc: sc.parallelize([], 2).max(), ValueError, "empty RDD"),
    (lambda sc: sc.textFile(7), TypeError, "PathLike"),
    (lambda sc: sc.setLogLevel(5), EngineError,
     r"Method setLogLevel\(\[class java.lang.Integer\]\) does not exist"),
    (lambda sc: sc.setLocalProperty("k", 5), EngineError,
     r"setLocalProperty\(\[class java.lang.String, class java.lang.Integer\]\) does not exist"),
    (lambda sc: sc.parallelize([(1, 1)]).partitionBy(True), EngineError,
     r"PythonPartitioner\(\[class java.lang.Boolean\]\) does not exist"),
    (lambda sc: sc.parallelize([1, 2, 3]).take(1.5), TypeError, "slice indices must be integers"),
    (lambda sc: InheritableThread(print, session=sc), NotThereYet, "session"),
])
def test_misuse_is_refused_with_a_sentence(sc, use, error, words):
    with pytest.raises(error, match=words):
        use(sc)


@pytest.mark.parametrize("use,name", [
    (lambda sc: sc._jvm.Foo(), "SparkContext._jvm leads into PySpark's JVM. There is none here"),
    (lambda sc: sc._gateway, "SparkContext._gateway"),
])
def test_what_leads_into_a_jvm_says_that_there_is_none(sc, use, name):
    with pytest.raises(PySparkNotImplementedError, match=name):
        use(sc)


def test_has_attribute_tells_the_truth(sc):
    rdd = sc.parallelize([1])
    assert not hasattr(sc, "_jvm") and getattr(sc, "_jvm", None) is None
    assert hasattr(sc, "range") and hasattr(rdd, "collect")
    with pytest.raises(AttributeError, match="'RDD' object has no attribute 'nosuch'"):
        rdd.nosuch


@pytest.mark.parametrize("argument", [{"gateway": object()}, {"jsc": object()}])
def test_arguments_that_are_not_there_yet(fake, argument):
    with pytest.raises(NotThereYet, match=next(iter(argument))):
        SparkContext("local", "x", **argument)
    assert SparkContext._active_spark_context is None


def test_every_public_name_is_there_or_says_that_it_is_not():
    """Against the list of PySpark's names in tests/data."""
    from rushlight.sql import SparkSession
    with SparkSession.builder.master("local[2]").getOrCreate() as spark:
        check_names(spark, spark.sparkContext)


def check_names(spark, sc):
    objects = {"RDD": sc.parallelize([1]), "SparkContext": sc, "SparkConf": SparkConf(),
               "SparkSession": spark,
               "StatusTracker": sc.statusTracker()}
    text = (ROOT / "tests/data/pyspark_names.txt").read_text()
    names = [line.split(".") for line in text.splitlines() if not line.startswith("#")]
    assert len(names) > 200
    for owner, name in names:
        try:
            getattr(objects[owner], name)
        except NotThereYet as e:
            assert f"{owner}.{name}" in str(e)
