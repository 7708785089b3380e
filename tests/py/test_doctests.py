"""Every example in a docstring of the package is run."""
import pytest

from docstring_examples import examples_of, run_example

MODULES = ["_functions", "conf", "context", "dag", "errors.base", "rdd", "resultiterable",
           "status", "util", "_actions", "_pairs", "_transformations", "_alias", "sql.conf",
           "sql.session", "_approximations", "_hyperloglog", "_joins", "_layout", "_files",
           "_piping", "_reductions",
           "_sampling", "_sorting", "_statistics", "rddsampler", "statcounter", "_jobs",
           "_profiles", "_quantiles", "_system", "_tags", "serializers", "_profiling",
           "profiler", "_sharing", "accumulators", "barrier", "broadcast", "files",
           "resource.information", "_caching", "storagelevel", "taskcontext", "_progress",
           "cli.handover", "_frames", "faults", "_sources", "_properties", "pictures",
           "plugin", "cli.plugin", "cli.chaos", "_chaos_cases", "_chaos_workers", "_chaos_programs",
           "pictures._run", "pictures._svg", "pictures._bars", "pictures._marks",
           "pictures._memory", "pictures._steps", "testing._amounts", "testing._asserting",
           "testing._drawing", "testing._frames_equal", "testing._plan_trees", "testing._recording",
           "course", "course.building", "course.cells", "course.classroom", "course.report",
           "course.submission", "_whole_files", "_words"]


@pytest.fixture
def names():
    """What examples find there: the one of stop() leaves another SparkContext behind."""
    from rushlight import SparkContext
    from rushlight.sql import SparkSession
    from rushlight.testing import trace
    sc = SparkContext._active_spark_context or SparkContext("local[4]", "tests")
    return {"sc": sc, "spark": SparkSession.builder.getOrCreate(), "SparkContext": SparkContext,
            "trace": trace}


@pytest.fixture(scope="module", autouse=True)
def stopped_in_the_end():
    """Contexts write event logs until then: examples take traces."""
    from rushlight.testing import recording
    with recording():
        yield
    from rushlight import SparkContext
    if SparkContext._active_spark_context is not None:
        SparkContext._active_spark_context.stop()


@pytest.mark.parametrize("example", examples_of(f"rushlight.{name}" for name in MODULES))
def test_example(names, example):
    run_example(example, **names)


def test_every_operator_has_an_example():
    from rushlight.rdd import RDD
    without = [name for part in RDD.__mro__[1:-1] for name, f in vars(part).items()
               if not name.startswith("_") and (callable(f) or isinstance(f, property))
               and ">>>" not in (f.__doc__ or "")]
    assert without == []
