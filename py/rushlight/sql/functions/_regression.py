"""Aggregates of pairs (y, x): the line of least squares through them.

All leave out pairs in which one is null.  Below, y is 2 x + 1 for x from 1 to 3.
"""
from rushlight.sql._making import call, named_column

__all__ = [
    "regr_avgx", "regr_avgy", "regr_count", "regr_intercept", "regr_r2", "regr_slope", "regr_sxx",
    "regr_sxy", "regr_syy",
]


def regr_avgx(y, x):
    """The average of x, over pairs without a null.

    >>> spark.range(1, 4).select(regr_avgx(col("id") * 2 + 1, "id").alias("v")).first().v
    2.0
    """
    return call("regr_avgx", named_column(y), named_column(x))


def regr_avgy(y, x):
    """The average of y, over pairs without a null.

    >>> spark.range(1, 4).select(regr_avgy(col("id") * 2 + 1, "id").alias("v")).first().v
    5.0
    """
    return call("regr_avgy", named_column(y), named_column(x))


def regr_count(y, x):
    """How many pairs have no null.

    >>> spark.range(1, 4).select(regr_count(col("id") * 2 + 1, "id").alias("v")).first().v
    3
    """
    return call("regr_count", named_column(y), named_column(x))


def regr_intercept(y, x):
    """Where the line of least squares crosses x = 0.

    >>> spark.range(1, 4).select(regr_intercept(col("id") * 2 + 1, "id").alias("v")).first().v
    1.0
    """
    return call("regr_intercept", named_column(y), named_column(x))


def regr_r2(y, x):
    """How well a line fits: 1 is perfectly.

    >>> spark.range(1, 4).select(regr_r2(col("id") * 2 + 1, "id").alias("v")).first().v
    1.0
    """
    return call("regr_r2", named_column(y), named_column(x))


def regr_slope(y, x):
    """The slope of the line of least squares.

    >>> spark.range(1, 4).select(regr_slope(col("id") * 2 + 1, "id").alias("v")).first().v
    2.0
    """
    return call("regr_slope", named_column(y), named_column(x))


def regr_sxx(y, x):
    """The sum of squares of x's distances from their average.

    >>> spark.range(1, 4).select(regr_sxx(col("id") * 2 + 1, "id").alias("v")).first().v
    2.0
    """
    return call("regr_sxx", named_column(y), named_column(x))


def regr_sxy(y, x):
    """The sum of products of x's and y's distances from their averages.

    >>> spark.range(1, 4).select(regr_sxy(col("id") * 2 + 1, "id").alias("v")).first().v
    4.0
    """
    return call("regr_sxy", named_column(y), named_column(x))


def regr_syy(y, x):
    """The sum of squares of y's distances from their average.

    >>> spark.range(1, 4).select(regr_syy(col("id") * 2 + 1, "id").alias("v")).first().v
    8.0
    """
    return call("regr_syy", named_column(y), named_column(x))
