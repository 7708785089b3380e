"""Every example in a docstring of rushlight.graphframes is run, and every public method has one."""
import pathlib

import pytest

from conftest import ROOT
from docstring_examples import examples_of, run_example

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


@pytest.mark.parametrize("example", examples_of(modules(), "rushlight.graphframes."))
def test_example(names, example):
    run_example(example, **names)


def test_every_public_method_says_what_it_does():
    from rushlight.graphframes import GraphFrame
    from rushlight.graphframes.lib import Pregel
    without = [name for kind in (GraphFrame, Pregel) for part in kind.__mro__[:-1]
               for name, f in vars(part).items() if not name.startswith("_")
               and (callable(f) or isinstance(f, (property, staticmethod)))
               and not getattr(f, "__doc__", None)]
    assert without == []
