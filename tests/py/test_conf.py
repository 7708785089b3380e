"""SparkConf, and how settings reach a SparkContext and a session."""
import os

import pytest

from rushlight import SparkConf, SparkContext, conf
from rushlight.errors import PySparkRuntimeError


@pytest.fixture
def defaults():
    """What rushlight submit was told."""
    yield conf.set_defaults
    conf.set_defaults({})


def test_setters_chain_and_values_are_text():
    c = (SparkConf(loadDefaults=False).setMaster("local[2]").setAppName("x").set("spark.a", 1)
         .set("spark.b", True).setAll([("spark.c", 2.5)]).setSparkHome("/opt"))
    assert dict(c.getAll()) == {"spark.master": "local[2]", "spark.app.name": "x", "spark.a": "1",
                                "spark.b": "True", "spark.c": "2.5", "spark.home": "/opt"}
    assert c.contains("spark.a") and not c.contains("spark.z")
    assert c.get("spark.z") is None and c.get("spark.z", "d") == "d"
    assert c.toDebugString().splitlines()[0] == "spark.a=1"


def test_set_if_missing():
    c = SparkConf().set("spark.a", "1").setIfMissing("spark.a", "2").setIfMissing("spark.b", "3")
    assert (c.get("spark.a"), c.get("spark.b")) == ("1", "3")


def test_executor_env():
    c = SparkConf().setExecutorEnv("A", "1").setExecutorEnv(pairs=[("B", "2")])
    assert (c.get("spark.executorEnv.A"), c.get("spark.executorEnv.B")) == ("1", "2")
    for arguments in ({}, {"key": "A", "value": "1", "pairs": []}):
        with pytest.raises(PySparkRuntimeError, match="KEY_VALUE_PAIR_REQUIRED"):
            SparkConf().setExecutorEnv(**arguments)


def test_none_is_the_text_none():
    assert SparkConf().set("spark.a", None).get("spark.a") == "None"


def test_debug_string_is_sorted_and_without_secrets():
    c = SparkConf(loadDefaults=False).setAll([
        ("spark.b.token", "x"), ("spark.url", "jdbc:me:secret"), ("spark.a", "1")])
    assert c.toDebugString().splitlines() == [
        "spark.a=1", "spark.b.token=*********(redacted)", "spark.url=*********(redacted)"]


def test_what_the_launcher_was_told_is_the_default(defaults):
    defaults({"spark.master": "local[3]", "spark.a": "1"})
    assert SparkConf().get("spark.master") == "local[3]"
    assert SparkConf().setMaster("local").get("spark.master") == "local"
    assert SparkConf(loadDefaults=False).getAll() == []


def test_who_wins(fake, defaults):
    """Arguments, then the conf, then the launcher, then Spark's own defaults."""
    defaults({"spark.master": "local[3]", "spark.app.name": "told", "spark.a": "told"})
    with SparkContext("local[2]", conf=SparkConf().set("spark.a", "set")) as sc:
        assert (sc.master, sc.appName) == ("local[2]", "told")
        assert sc.getConf().get("spark.a") == "set"
    defaults({})
    with SparkContext() as sc:
        assert (sc.master, sc.appName) == ("local[*]", "pyspark-shell")


def test_the_engine_gets_sparks_keys_alone(fake):
    with SparkContext(conf=SparkConf().set("mine", "1").set("spark.a", "2")) as sc:
        assert "mine" not in fake.calls[0][1] and fake.calls[0][1]["spark.a"] == "2"
        assert sc.getConf().get("mine") == "1"


def test_the_contexts_own_conf_is_a_copy(fake):
    given = SparkConf().set("spark.a", "1")
    with SparkContext("local", "x", conf=given) as sc:
        given.set("spark.a", "2")
        sc.getConf().set("spark.a", "3")
        assert sc.getConf().get("spark.a") == "1"
        assert given.get("spark.master") is None


def test_environment_becomes_executor_env(fake):
    with SparkContext("local", "x", environment={"LANG": "C"}) as sc:
        assert fake.calls[0][1]["spark.executorEnv.LANG"] == "C"
        assert sc.environment == {
            "LANG": "C", "PYTHONHASHSEED": os.environ.get("PYTHONHASHSEED", "0")}


def test_system_properties_are_defaults_of_settings(run_program):
    status, out, err = run_program("""
from rushlight import SparkConf, SparkContext
SparkContext.setSystemProperty("spark.app.name", "from the system")
SparkContext.setSystemProperty("other", "kept")
print(SparkConf().getAll(), SparkConf(loadDefaults=False).getAll())
with SparkContext("local", conf=SparkConf().set("spark.task.cpus", "1")) as sc:
    print(sc.appName, sc.getSystemProperty("other"), sc.getSystemProperty("nobody's"))
""")
    assert (status, out.splitlines()) == (
        0, ["[('spark.app.name', 'from the system')] []", "from the system kept None"]), err
