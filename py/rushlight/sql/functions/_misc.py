"""What is about the query, not about values."""
from rushlight.sql._making import as_literal, call, named_column

__all__ = [
    "assert_true", "monotonically_increasing_id", "raise_error", "spark_partition_id",
    "typeof",
]


def assert_true(col, errMsg=None):
    """Null if a condition holds, else an error.

    >>> spark.range(1).select(assert_true(lit(True)).alias("v")).first().v
    """
    args = [named_column(col)]
    if errMsg is not None:
        args.append(as_literal(errMsg))
    return call("assert_true", *args)


def monotonically_increasing_id():
    """A number for each row; the partition is in its upper bits.

    >>> spark.range(1).select(monotonically_increasing_id().alias("v")).first().v
    8589934592
    """
    return call("monotonically_increasing_id")


def raise_error(errMsg):
    """An error with a message of yours."""
    return call("raise_error", as_literal(errMsg))


def spark_partition_id():
    """The number of the partition that the row is in.

    >>> spark.range(1).select(spark_partition_id().alias("v")).first().v
    1
    """
    return call("spark_partition_id")


def typeof(col):
    """The type, as text.

    >>> spark.range(1).select(typeof(lit(1)).alias("v")).first().v
    'int'
    """
    return call("typeof", named_column(col))
