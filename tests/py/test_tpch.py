"""TPC-H: the 22 queries of bench/tpch give DuckDB's answers (tests/data/tpch/answers_<scale>.json).

The data come from tpchgen-cli, once, into out/tpch/<scale>: scale 0.01, and with
RUSH_TPCH_SCALE=0.1 (make check) ten times as many. Numbers are compared as make_answers.py writes
them, with ten digits.
"""
import decimal
import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCALE = os.environ.get("RUSH_TPCH_SCALE", "0.01")
LITTLE_MEMORY = {"0.01": "12m", "0.1": "64m"}[SCALE]
# The least that Spark starts with, of which 150m are more than it reserves; 3 MiB of them are the pool.
TINY_MEMORY = (("spark.driver.memory", "450m"), ("spark.memory.fraction", "0.02"))
CONFIGURATIONS = {
    "default": {},
    "unoptimized": {"spark.rushlight.sql.optimizer.enabled": "false"},
    "static": {"spark.sql.adaptive.enabled": "false"},
    "sort-merge": {"spark.sql.autoBroadcastJoinThreshold": "-1"},
    "static-sort-merge": {"spark.sql.adaptive.enabled": "false",
                          "spark.sql.autoBroadcastJoinThreshold": "-1"},
    "filtered": {"spark.rushlight.sql.runtimeFilter.scanSize": "0"},
}


def load_answers_module():
    """make_answers.py: the texts of the queries, and how answers are written."""
    path = ROOT / "tests" / "data" / "tpch" / "make_answers.py"
    spec = importlib.util.spec_from_file_location("make_answers", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tpch = load_answers_module()
ANSWERS = json.loads((ROOT / "tests" / "data" / "tpch" / f"answers_{SCALE}.json").read_text())


@pytest.fixture(scope="module")
def folder():
    """The folder of the tables' Parquet files; made if it is not there, whole or not at all."""
    made = ROOT / "out" / "tpch" / SCALE
    if not made.is_dir():
        generator = shutil.which("tpchgen-cli", path=os.path.dirname(sys.executable))
        assert generator, "tpchgen-cli of requirements-test.txt is not installed"
        partial = made.with_name(f"{SCALE}.{os.getpid()}")
        partial.mkdir(parents=True)
        subprocess.run([generator, "parquet", "-s", SCALE, "--output-dir", str(partial)],
                       check=True, capture_output=True)
        partial.rename(made)
    return made


@pytest.fixture(scope="module")
def spark_of(session_of, folder):
    """The session of a configuration, with the tables as views; spark_of(name, memory)."""
    made = {}

    def spark(name, memory=None):
        if (name, memory) not in made:
            made.clear()
            session = made[name, memory] = session_of(memory)
            for key, value in CONFIGURATIONS[name].items():
                session.conf.set(key, value)
            for table in tpch.TABLES:
                frame = session.read.parquet(str(folder / f"{table}.parquet"))
                frame.createOrReplaceTempView(table)
        return made[name, memory]

    return spark


def same(found, wanted):
    """Whether a value is DuckDB's.  Spark's quotients and averages of decimals are decimals, rounded
    to their scale; DuckDB's are floats."""
    if isinstance(found, decimal.Decimal) and tpch.plain(found) != wanted:
        last_digit = 10.0 ** found.as_tuple().exponent
        return abs(float(found) - float(wanted)) <= 0.5001 * last_digit
    return tpch.plain(found) == wanted


def check(spark, number):
    """A query's rows, in its order, are DuckDB's."""
    rows, wanted = spark.sql(tpch.query_text(number, float(SCALE))).collect(), ANSWERS[str(number)]
    assert len(rows) == len(wanted)
    wrong = [(row, other) for row, other in zip(rows, wanted) if not all(map(same, row, other))]
    assert not wrong


@pytest.mark.parametrize("number", range(1, 23))
def test_query(number, spark_of):
    check(spark_of("default"), number)


# Plans of other shapes; the optimizer's absence leaves some with cross joins, which only small data
# bear.
@pytest.mark.parametrize("name", ["static", "sort-merge"])
@pytest.mark.parametrize("number", [3, 5, 13, 16, 18, 21, 22])
def test_query_by_another_plan(number, name, spark_of):
    check(spark_of(name), number)


# Scans that drop what no join would keep; other tests have scans that are too small for that.
@pytest.mark.parametrize("number", [2, 3, 4, 5, 7, 8, 10, 11, 17, 18, 20, 21, 22])
def test_query_with_runtime_filters(number, spark_of):
    check(spark_of("filtered"), number)


@pytest.mark.parametrize("number", [1, 4, 6, 12, 13, 14])
def test_query_without_the_optimizer(number, spark_of):
    check(spark_of("unoptimized"), number)


# What is broadcast must fit into memory; sorts and aggregates need not.
@pytest.mark.parametrize("number", [1, 3, 13, 16, 18, 21])
def test_query_with_little_memory(number, spark_of):
    check(spark_of("sort-merge", LITTLE_MEMORY), number)


@pytest.mark.skipif(SCALE == "0.01", reason="with so few rows little is spilled")
@pytest.mark.parametrize("name", ["default", "static", "sort-merge", "static-sort-merge"])
@pytest.mark.parametrize("number", range(1, 23))
def test_query_with_tiny_memory(number, name, spark_of):
    check(spark_of(name, TINY_MEMORY), number)
