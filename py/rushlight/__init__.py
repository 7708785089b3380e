"""Rushlight: Spark's model in one process, with PySpark's API.

    from rushlight import SparkContext
    sc = SparkContext("local[2]", "counts")
    sc.parallelize(["to be", "or not"]).flatMap(str.split).map(lambda w: (w, 1)).count()

activate() makes `import pyspark` find this package, so that PySpark programs run as they are.
Names are imported when they are first used: `import rushlight` itself costs almost nothing.
"""
from rushlight._version import RUSHLIGHT as __version__

_WHERE = {
    "Accumulator": "rushlight.accumulators",
    "AccumulatorParam": "rushlight.accumulators",
    "BarrierTaskContext": "rushlight.taskcontext",
    "BarrierTaskInfo": "rushlight.taskcontext",
    "BasicProfiler": "rushlight.profiler",
    "Broadcast": "rushlight.broadcast",
    "CPickleSerializer": "rushlight.serializers",
    "InheritableThread": "rushlight.util",
    "MarshalSerializer": "rushlight.serializers",
    "Profiler": "rushlight.profiler",
    "RDD": "rushlight.rdd",
    "RDDBarrier": "rushlight.rdd",
    "SparkConf": "rushlight.conf",
    "SparkContext": "rushlight.context",
    "SparkExecutorInfo": "rushlight.status",
    "SparkFiles": "rushlight.files",
    "SparkJobInfo": "rushlight.status",
    "SparkStageInfo": "rushlight.status",
    "StatusTracker": "rushlight.status",
    "StorageLevel": "rushlight.storagelevel",
    "TaskContext": "rushlight.taskcontext",
    "activate": "rushlight._alias",
    "inheritable_thread_target": "rushlight.util",
    "keyword_only": "rushlight.util",
}

# Names of the pyspark module that are not there yet.
_MISSING = frozenset("""
    HiveContext Row SQLContext
""".split())

__all__ = sorted(_WHERE)


def load_ipython_extension(ipython):
    """`%load_ext rushlight` in IPython or a notebook: `import pyspark` finds Rushlight, and there
    are `sc` and `spark`."""
    from rushlight.cli.prompt import extend
    extend(ipython)


def __getattr__(name):
    if name in _WHERE:
        from importlib import import_module
        value = globals()[name] = getattr(import_module(_WHERE[name]), name)
        return value
    if name in _MISSING:
        # Not an AttributeError, of which `from rushlight import …` would swallow the text.
        raise ImportError(f"pyspark.{name} is not there yet in Rushlight {__version__}")
    raise AttributeError(f"module 'rushlight' has no attribute {name!r}")


def __dir__():
    return sorted([*globals(), *_WHERE])
