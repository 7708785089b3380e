"""What actions bring to the driver: spark.driver.maxResultSize, and what spark.driver.memory holds.

Real Spark's driver ends where its heap is full (with 1 GiB it collects 600 MiB, and dies of 810);
here the job does, and the application goes on.
"""
import re

import pytest

from rushlight import SparkConf, SparkContext
from rushlight.sql import SparkSession

MIB = 1 << 20


def context(**settings):
    conf = SparkConf().setMaster("local[2]").setAppName("driver").set("spark.driver.memory", "450m")
    for key, value in settings.items():
        conf.set("spark.driver." + key, value)
    return SparkContext(conf=conf)


def collect(sc, n):
    """`n` results of 10 MiB."""
    return len(sc.parallelize(range(n), n).map(lambda _: bytes(10 * MIB)).collect())


def settings(message):
    lines = message.split("Each of these alone would have sufficed:\n")[1].splitlines()
    said = [re.match(r" {6}(.*?)(?:  |$)", line) for line in lines]
    return [dict(one.removeprefix("spark.driver.").split("=") for one in match[1].split(" and "))
            for match in said if match]


@pytest.mark.parametrize("first, limit, sentence, n_settings", [
    ("Total size of serialized results of ", {"maxResultSize": "50m"},
     r"tasks \(\d+\.\d MiB\) is bigger than spark\.driver\.maxResultSize \(50\.0 MiB\)\n", 2),
    ("java.lang.OutOfMemoryError: Java heap space: the results of ", {"maxResultSize": "0"},
     r"tasks \(\d+\.\d MiB\) are more than the driver can hold \(150\.0 MiB\)\n", 1)])
def test_a_collect_that_brings_too_much(first, limit, sentence, n_settings):
    with context(**limit) as sc:
        with pytest.raises(Exception) as failed:
            collect(sc, 20)
        message = str(failed.value)
        assert "Job aborted due to stage failure: " + first in message
        assert re.search(sentence, message)
        assert "Or bring less to the driver: take (n), an aggregation, " in message
        assert collect(sc, 3) == 3              # nothing else has ended
        # A partition at a time is less.
        assert sum(1 for _ in sc.parallelize(range(20), 20).map(
            lambda _: bytes(10 * MIB)).toLocalIterator()) == 20
    would_have_sufficed = settings(message)
    assert len(would_have_sufficed) == n_settings
    for setting in would_have_sufficed:
        with context(**limit | setting) as sc:
            assert collect(sc, 20) == 20


def test_rows_count_as_well():
    session = SparkSession.builder.master("local[2]").config(
        "spark.driver.maxResultSize", "1m").getOrCreate()
    with pytest.raises(Exception, match="is bigger than spark.driver.maxResultSize"):
        session.range(1000000).collect()
    assert session.range(1000000).count() == 1000000
    session.stop()
