"""Every example in a docstring of rushlight.graphframes is run, and every public method has one."""
import doctest
import importlib
import pathlib

import pytest

from conftest import ROOT

PACKAGE = pathlib.Path(ROOT) / "py" / "rushlight" / "graphframes"


def modules():
    for path in sorted(PACKAGE.rglob("*.py")):
        inner = path.relative_to(PACKAGE.parent).with_suffix("").parts
        yield ".".join(("rushlight", *inner)).removesuffix(".__init__")


@pytest.fixture(scope="module")
def names():
    """What examples find there."""
    from rushlight import SparkContext
    from rushlight.sql import SparkSession, functions as F
    with SparkContext("local[2]", "graphs") as sc:
        spark = SparkSession.builder.config("spark.sql.shuffle.partitions", 4).getOrCreate()
        yield {"F": F, "sc": sc, "spark": spark}


def examples():
    finder = doctest.DocTestFinder(exclude_empty=True)
    for name in modules():
        for test in finder.find(importlib.import_module(name)):
            if test.examples:
                yield pytest.param(test, id=test.name.removeprefix("rushlight.graphframes."))


@pytest.mark.parametrize("test", list(examples()))
def test_example(names, test):
    test.globs.update({n: v for n, v in names.items() if n not in test.globs})
    output = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    runner.run(test, out=output.append, clear_globs=False)
    assert runner.failures == 0, "".join(output)


def test_every_public_method_says_what_it_does():
    from rushlight.graphframes import GraphFrame
    from rushlight.graphframes.lib import Pregel
    without = [name for kind in (GraphFrame, Pregel) for part in kind.__mro__[:-1]
               for name, f in vars(part).items() if not name.startswith("_")
               and (callable(f) or isinstance(f, (property, staticmethod)))
               and not getattr(f, "__doc__", None)]
    assert without == []
