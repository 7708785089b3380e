"""Every example in a docstring of rushlight.ml and mllib is run, and every class that stages are has one."""
import pkgutil

import pytest

import rushlight.ml
import rushlight.mllib
from docstring_examples import examples_of, run_example


def modules():
    """The names of all modules of both packages, as they are found."""
    for package in (rushlight.ml, rushlight.mllib):
        for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            yield found.name


@pytest.fixture(scope="module")
def names():
    import numpy
    from rushlight.sql import SparkSession
    if int(numpy.__version__.split(".")[0]) >= 2:
        numpy.set_printoptions(legacy="1.25")   # 2.0, and not np.float64(2.0)
    spark = SparkSession.builder.master("local[2]") \
        .config("spark.sql.shuffle.partitions", "2").getOrCreate()
    yield {"spark": spark, "sc": spark.sparkContext}
    spark.stop()


@pytest.mark.parametrize("example", examples_of(modules()))
def test_example(names, example):
    run_example(example, **names)
