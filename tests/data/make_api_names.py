"""Writes down PySpark's public names and signatures: api_names.json.

    python make_api_names.py        with pyspark 4.3; needs no Java

Names only: what they do is recorded by make_rdd_programs.py and the others.  A method is its
signature without annotations, "property" a property, "value" anything else.
"""
import importlib
import inspect
import json
import os

CLASSES = """
    pyspark.SparkContext pyspark.SparkConf pyspark.RDD pyspark.RDDBarrier pyspark.Broadcast
    pyspark.Accumulator pyspark.AccumulatorParam pyspark.SparkFiles pyspark.TaskContext
    pyspark.BarrierTaskContext pyspark.BarrierTaskInfo pyspark.StorageLevel pyspark.StatusTracker
    pyspark.SparkJobInfo pyspark.SparkStageInfo pyspark.SparkExecutorInfo pyspark.Profiler
    pyspark.BasicProfiler pyspark.InheritableThread pyspark.inheritable_thread_target
    pyspark.statcounter.StatCounter pyspark.resultiterable.ResultIterable
    pyspark.serializers.PickleSerializer pyspark.serializers.CloudPickleSerializer
    pyspark.serializers.MarshalSerializer pyspark.serializers.NoOpSerializer
    pyspark.serializers.BatchedSerializer pyspark.serializers.AutoBatchedSerializer
    pyspark.serializers.FlattenedValuesSerializer pyspark.serializers.PairDeserializer
    pyspark.serializers.CartesianDeserializer pyspark.serializers.UTF8Deserializer
    pyspark.serializers.CompressedSerializer pyspark.serializers.AutoSerializer
    pyspark.rddsampler.RDDSampler pyspark.rddsampler.RDDRangeSampler
    pyspark.rddsampler.RDDStratifiedSampler
""".split()


def text_of_default(value):
    """A default as text: equal for equal meanings, not for equal objects."""
    if inspect.isclass(value):
        return value.__name__
    return "<function>" if callable(value) else repr(value)


def text_of_signature(function):
    parts = []
    for p in inspect.signature(function).parameters.values():
        if p.kind is p.KEYWORD_ONLY and not any(part.startswith("*") for part in parts):
            parts.append("*")
        name = {p.VAR_POSITIONAL: "*", p.VAR_KEYWORD: "**"}.get(p.kind, "") + p.name
        parts.append(name if p.default is p.empty else f"{name}={text_of_default(p.default)}")
    return f"({', '.join(parts)})"


def describe(thing):
    """What a name of a class is."""
    if isinstance(thing, property):
        return "property"
    if isinstance(thing, (staticmethod, classmethod)):
        thing = thing.__func__
    return text_of_signature(thing) if inspect.isfunction(thing) else "value"


def is_of_python(owner, name):
    """Whether it is inherited from a class of Python's own, such as Thread or tuple."""
    first = next(c for c in owner.__mro__ if name in vars(c))
    return first.__module__.partition(".")[0] not in ("pyspark", "rushlight")


def names_of(owner):
    """Public name → what it is, of a class or a function."""
    if inspect.isfunction(owner):
        return {"()": text_of_signature(owner)}
    found = {"()": describe(inspect.getattr_static(owner, "__init__"))}
    for name in dir(owner):
        if not name.startswith("_") and not is_of_python(owner, name):
            found[name] = describe(inspect.getattr_static(owner, name))
    return found


def find(path):
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


if __name__ == "__main__":
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "api_names.json"), "w") as out:
        json.dump({path: names_of(find(path)) for path in CLASSES}, out, indent=1, sort_keys=True)
        out.write("\n")
