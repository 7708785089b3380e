"""spark.executor.pyspark.memory: what it leaves to a worker is all the address space that one gets.

Beyond it Python raises MemoryError, as under real PySpark: the task fails, the worker lives on, and
nothing else of the application is touched.
"""
import os
import resource

import pytest

from rushlight import SparkConf, SparkContext
from rushlight.errors import PythonException

MIB = 1 << 20


def context(**settings):
    conf = SparkConf().setMaster("local[2]").setAppName("limits")
    for key, value in settings.items():
        conf.set("spark." + key.replace("_", "."), value)
    return SparkContext(conf=conf)


def limits(_):
    return [(resource.getrlimit(resource.RLIMIT_AS), os.environ.get("PYSPARK_EXECUTOR_MEMORY_MB"))]


@pytest.mark.parametrize("settings, mib", [
    ({"executor_pyspark_memory": "600m"}, 600),
    ({"executor_pyspark_memory": "1g", "executor_cores": "2"}, 512),
    ({"executor_pyspark_memory": "0"}, None),
    ({}, None)])
def test_each_worker_gets_its_part(settings, mib):
    with context(**settings) as sc:
        (limit, said), = sc.parallelize([1], 1).mapPartitions(limits).collect()
    if mib is None:
        assert limit == resource.getrlimit(resource.RLIMIT_AS) and said in (None, "0")
    else:
        assert (limit, said) == ((mib * MIB, mib * MIB), str(mib))


def test_a_task_beyond_it_fails_alone():
    def large(x):
        return len(b"x" * (x * MIB))
    with context(executor_pyspark_memory="512m") as sc:
        with pytest.raises(PythonException) as failed:
            sc.parallelize([700], 1).map(large).collect()
        text = str(failed.value)
        assert "\nMemoryError\n" in text
        assert "return len(b\"x\" * (x * MIB))" in text        # the user's line
        assert ("This worker may take 512 MiB of address space: spark.executor.pyspark.memory ÷ "
                "spark.executor.cores.") in text
        assert sc.parallelize([10], 1).map(large).collect() == [10 * MIB]


def test_without_it_nothing_is_limited():
    with context() as sc:
        large = sc.parallelize([700], 1).map(lambda x: len(b"x" * (x * MIB)))
        assert large.collect() == [700 * MIB]


def test_tables_go_to_disk_before_they_reach_it():
    n = 1_500_000
    with context(executor_pyspark_memory="300m") as sc:
        pairs = sc.parallelize(range(2), 2).flatMap(lambda i: ((k, i) for k in range(n)))
        assert pairs.reduceByKey(lambda a, b: a + b).count() == n
        words = sc.parallelize(range(2), 2).flatMap(lambda i: (str(k) for k in range(n)))
        assert words.sortBy(lambda word: word, numPartitions=2).count() == 2 * n
