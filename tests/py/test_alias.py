"""`import pyspark` finds Rushlight, and nothing else: in processes of their own."""
import pytest

ACTIVATE = "import rushlight; rushlight.activate()\n"


@pytest.fixture
def real_pyspark(tmp_path):
    """A folder with something that is installed under the names pyspark and py4j."""
    for name in ("pyspark", "pyspark/ml", "py4j", "py4j/extra"):
        folder = tmp_path / "site" / name
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text("raise SystemExit('the real one')\n")
    return {"PYTHONPATH": str(tmp_path / "site")}


def joined(env):
    import os
    path = os.environ.get("PYTHONPATH")
    return {"PYTHONPATH": env["PYTHONPATH"] + (os.pathsep + path if path else "")}


def test_names_and_modules(run_program, real_pyspark):
    status, out, err = run_program(ACTIVATE + """
import sys
import pyspark
import pyspark.sql.session
import rushlight.sql.session, rushlight.rdd, rushlight.context
from pyspark import SparkConf, SparkContext, RDD, InheritableThread, StatusTracker
from pyspark.context import SparkContext as B
from pyspark.core.context import SparkContext as C
from pyspark.sql import SparkSession
from pyspark.rdd import portable_hash, RDD as D
from pyspark.errors import PySparkException, PySparkValueError
from pyspark.errors.exceptions.base import PySparkException as E
assert E is PySparkException and E('x', contexts=[1]).getQueryContext() == [1]
from py4j.protocol import Py4JError, Py4JJavaError
from pyspark import Accumulator, BarrierTaskContext, Broadcast, RDDBarrier, SparkFiles, TaskContext
import pyspark.accumulators, pyspark.core.broadcast, pyspark.core.files, pyspark.taskcontext
assert pyspark.accumulators.Accumulator is Accumulator
assert pyspark.core.broadcast.Broadcast is Broadcast and pyspark.core.files.SparkFiles is SparkFiles
assert pyspark.taskcontext.TaskContext is TaskContext
from pyspark.core.rdd import RDDBarrier as F
from pyspark.resource import ResourceInformation
assert RDDBarrier is F
from pyspark.testing import assertDataFrameEqual
from pyspark.testing.utils import assertDataFrameEqual as G, assertSchemaEqual
assert G is assertDataFrameEqual is rushlight.testing.assertDataFrameEqual
assert SparkContext is B is C is rushlight.SparkContext
assert RDD is D and SparkSession is rushlight.sql.SparkSession
assert pyspark.sql.session is rushlight.sql.session
assert sys.modules["pyspark.rdd"] is rushlight.rdd
assert rushlight.sql.session.__spec__.name == "rushlight.sql.session"
assert issubclass(rushlight.errors.PythonException, Py4JJavaError)
print(pyspark.__version__, rushlight.__version__, pyspark.__name__)
rushlight.activate()
""", env=joined(real_pyspark))
    assert (status, out.split(), err) == (0, ["4.3.0", "0.1.0", "pyspark"], "")


@pytest.mark.parametrize("statement,words", [
    ("import pyspark.streaming", "No module named 'pyspark.streaming'"),
    ("import pyspark.ml.image", "No module named 'pyspark.ml.image'"),
    ("from pyspark.ml.feature import Tokenizer", "ml.feature.Tokenizer is not there yet"),
    ("import pyspark.sql.streaming", "No module named 'pyspark.sql.streaming'"),
    ("import py4j.extra", "No module named 'py4j.extra'"),
    ("from pyspark import HiveContext", "pyspark.HiveContext is not there yet"),
    ("from pyspark.sql import VariantVal", "pyspark.sql.VariantVal is not there yet"),
])
def test_what_is_missing_is_missing(run_program, real_pyspark, statement, words):
    """Also where a real one is installed: a mixture of the two would be worse than an error."""
    status, out, err = run_program(ACTIVATE + f"""
try:
    {statement}
except ImportError as e:
    print(e)
""", env=joined(real_pyspark))
    assert status == 0 and words in out and "the real one" not in out + err


def test_too_late(run_program, tmp_path):
    (tmp_path / "pyspark.py").write_text("")
    status, _, err = run_program("import pyspark\n" + ACTIVATE)
    assert status == 1 and "pyspark has been imported already" in err


def test_importing_costs_little(run_program):
    """A name is imported when it is used; the engine comes with SparkContext."""
    status, out, _ = run_program("""
import sys
before = set(sys.modules)
import rushlight
print(len([m for m in set(sys.modules) - before if not m.startswith("rushlight")]))
from rushlight import SparkConf
SparkConf().setMaster("local")
print("rushlight._engine" in sys.modules, "cloudpickle" in sys.modules)
from rushlight import SparkContext
print(sorted({"typing", "inspect", "argparse", "logging", "dataclasses", "cloudpickle", "ssl",
              "socket", "json"} & set(sys.modules)))
""")
    assert (status, out.splitlines()) == (0, ["0", "False False", "[]"])
