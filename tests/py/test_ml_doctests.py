"""Every example in a docstring of rushlight.ml and mllib is run, and every class that stages are has one."""
import doctest
import importlib
import pkgutil

import pytest

import rushlight.ml
import rushlight.mllib


def modules():
    """All modules of both packages, as they are found."""
    for package in (rushlight.ml, rushlight.mllib):
        for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            yield importlib.import_module(found.name)


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


def examples():
    finder = doctest.DocTestFinder(exclude_empty=True)
    for module in modules():
        for test in finder.find(module):
            if test.examples:
                yield pytest.param(test, id=test.name.removeprefix("rushlight."))


@pytest.mark.parametrize("test", list(examples()))
def test_example(names, test):
    test.globs.update(names)
    output = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    runner.run(test, out=output.append, clear_globs=False)
    assert runner.failures == 0, "".join(output)
