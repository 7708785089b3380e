"""Functions between vectors and arrays, as columns.

Mirrors pyspark.ml.functions.
"""
from rushlight.errors import IllegalArgumentException
from rushlight._version import RUSHLIGHT
from rushlight.sql._making import make_call, named_column

__all__ = ["array_to_vector", "vector_to_array"]

_FUNCTIONS = {"float64": "vector_to_array", "float32": "vector_to_float_array"}


def vector_to_array(col, dtype="float64"):
    """The numbers of a vector, 0s too, as an array of doubles, or of floats.

    >>> from rushlight.ml.linalg import Vectors
    >>> df = spark.createDataFrame([(Vectors.dense(1.0, 2.0),), (Vectors.sparse(2, {1: 5.0}),)],
    ...                            ["v"])
    >>> df.select(vector_to_array("v").alias("a")).collect()
    [Row(a=[1.0, 2.0]), Row(a=[0.0, 5.0])]
    """
    if dtype not in _FUNCTIONS:
        raise IllegalArgumentException(
            f"Unsupported dtype: {dtype}. Valid values: float64, float32.")
    return make_call(_FUNCTIONS[dtype], named_column(col), shown="UDF")


def array_to_vector(col):
    """A dense vector of an array of numbers.

    >>> df = spark.createDataFrame([([1.5, 2.5],)], ["a"])
    >>> df.select(array_to_vector("a").alias("v")).collect()
    [Row(v=DenseVector([1.5, 2.5]))]
    """
    return make_call("array_to_vector", named_column(col), shown="UDF")


def __getattr__(name):
    if name == "predict_batch_udf":
        raise ImportError(
            f"pyspark.ml.functions.{name} is not there yet in Rushlight {RUSHLIGHT}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
