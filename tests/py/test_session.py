"""SparkSession: the builder, the settings of a session, what is not there yet."""
import pytest

from rushlight import SparkConf, SparkContext
from rushlight.errors import (
    AnalysisException, IllegalArgumentException, NotThereYet, PySparkRuntimeError,
    PySparkTypeError, SparkNoSuchElementException)
from rushlight.sql import SparkSession


@pytest.fixture
def spark():
    with SparkSession.builder.master("local[4]").appName("session").getOrCreate() as session:
        yield session


# ── the builder ──
def test_the_builder_makes_a_context(spark):
    sc = spark.sparkContext
    assert (sc.master, sc.appName, spark.version) == ("local[4]", "session", "4.3.0")
    assert SparkContext.getOrCreate() is sc
    assert SparkSession.getActiveSession() is spark is SparkSession.active()
    assert repr(spark) == "<SparkSession on <SparkContext master=local[4] appName=session>>"


def test_a_second_builder_gets_the_same_session_with_its_settings_on_top(spark):
    again = (SparkSession.builder.config("spark.sql.a", True).config(map={"spark.sql.b": 2})
             .config(conf=SparkConf(loadDefaults=False).set("spark.sql.c", "3")).getOrCreate())
    assert again is spark
    assert [spark.conf.get(f"spark.sql.{k}") for k in "abc"] == ["true", "2", "3"]


def test_each_builder_is_new(spark):
    SparkSession.builder.config("spark.sql.a", "1")
    assert SparkSession.builder.getOrCreate().conf.get("spark.sql.a", "unset") == "unset"
    assert spark.builder is not spark.builder


def test_a_session_on_a_context_that_is_there():
    with SparkContext("local[2]", "first") as sc:
        spark = SparkSession.builder.appName("second").config("spark.sql.a", "1").getOrCreate()
        assert spark.sparkContext is sc and sc.appName == "first"
        assert spark.conf.get("spark.app.name") == "second"


def test_a_builder_without_a_setting(fake):
    with pytest.raises(PySparkRuntimeError, match="KEY_VALUE_PAIR_REQUIRED"):
        SparkSession.builder.config()


def test_stop_stops_the_context(spark):
    spark.stop()
    assert spark.sparkContext._engine_context is None
    assert SparkSession.getActiveSession() is None
    with pytest.raises(PySparkRuntimeError, match="NO_ACTIVE_OR_DEFAULT_SESSION"):
        SparkSession.active()
    with SparkSession.builder.getOrCreate() as second:
        assert second is not spark


def test_stopping_the_context_ends_the_session(spark):
    spark.sparkContext.stop()
    assert SparkSession.getActiveSession() is None


def test_new_session_has_settings_of_its_own(spark):
    spark.conf.set("spark.sql.a", "1")
    other = spark.newSession()
    assert other.sparkContext is spark.sparkContext
    assert other.conf.get("spark.sql.a", "unset") == "unset"
    other.conf.set("spark.sql.a", "2")
    assert spark.conf.get("spark.sql.a") == "1"
    assert SparkSession.getActiveSession() is spark


# ── settings ──
@pytest.mark.parametrize("value,text", [("x", "x"), (3, "3"), (True, "true"), (False, "false")])
def test_set_and_get(spark, value, text):
    spark.conf.set("spark.sql.a", value)
    assert spark.conf.get("spark.sql.a") == text == spark.conf.getAll["spark.sql.a"]
    spark.conf.unset("spark.sql.a")
    assert spark.conf.get("spark.sql.a", None) is None


def test_a_missing_key(spark):
    with pytest.raises(SparkNoSuchElementException) as caught:
        spark.conf.get("no.such")
    assert caught.value.getCondition() == "SQL_CONF_NOT_FOUND" and '"no.such"' in str(caught.value)
    assert caught.value.getSqlState() == "42K0I"
    assert spark.conf.get("no.such", "d") == "d"


def test_the_contexts_settings_show_and_are_fixed(spark):
    assert spark.conf.get("spark.master") == "local[4]"
    for change in (lambda: spark.conf.set("spark.executor.memory", "4g"),
                   lambda: spark.conf.unset("spark.master")):
        with pytest.raises(AnalysisException, match="CANNOT_MODIFY_CONFIG"):
            change()
    assert spark.conf.isModifiable("spark.sql.shuffle.partitions")
    assert not spark.conf.isModifiable("no.such")
    assert not spark.conf.isModifiable("spark.executor.memory")


@pytest.mark.parametrize("use,error", [
    (lambda c: c.get(3), PySparkTypeError), (lambda c: c.set(3, "x"), PySparkTypeError),
    (lambda c: c.set("b", [1]), PySparkTypeError), (lambda c: c.unset(None), PySparkTypeError),
    (lambda c: c.set("b", None), IllegalArgumentException),
])
def test_wrong_types(spark, use, error):
    with pytest.raises(error):
        use(spark.conf)


# ── what is not there yet ──
@pytest.mark.parametrize("use,name", [
    (lambda s: s.readStream, "SparkSession.readStream .* not there yet"),
    (lambda s: s.streams, "SparkSession.streams"),
    (lambda s: s.range(1).writeStream, "DataFrame.writeStream"),
    (lambda s: s.builder.enableHiveSupport(), "SparkSession.builder.enableHiveSupport"),
])
def test_not_there_yet(spark, use, name):
    with pytest.raises(NotThereYet, match=name):
        use(spark)


def test_names_of_the_module(spark):
    import rushlight.sql
    with pytest.raises(ImportError, match="pyspark.sql.VariantVal is not there yet"):
        from rushlight.sql import VariantVal  # noqa: F401
    with pytest.raises(AttributeError):
        rushlight.sql.nosuch
