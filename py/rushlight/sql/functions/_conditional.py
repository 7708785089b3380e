"""Choices, and what to do with nulls."""
from rushlight.sql._making import call, flat, named_column

__all__ = [
    "coalesce", "equal_null", "greatest", "ifnull", "isnan", "isnotnull", "isnull", "least",
    "nanvl", "nullif", "nullifzero", "nvl", "nvl2", "zeroifnull",
]


def coalesce(*cols):
    """The first value that is not null.

    >>> spark.range(1).select(coalesce(lit(None), lit(2)).alias("v")).first().v
    2
    """
    return call("coalesce", *map(named_column, flat(cols)))


def equal_null(col1, col2):
    """Whether two are equal, where null equals null.

    >>> spark.range(1).select(equal_null(lit(None), lit(None)).alias("v")).first().v
    True
    """
    return call("equal_null", named_column(col1), named_column(col2))


def greatest(*cols):
    """The largest of some values; nulls do not count.

    >>> spark.range(1).select(greatest(lit(1), lit(3), lit(None)).alias("v")).first().v
    3
    """
    return call("greatest", *map(named_column, flat(cols)))


def ifnull(col1, col2):
    """The first one, or the second if that is null.

    >>> spark.range(1).select(ifnull(lit(None), lit(2)).alias("v")).first().v
    2
    """
    return call("ifnull", named_column(col1), named_column(col2))


def isnan(col):
    """Whether it is not a number.

    >>> spark.range(1).select(isnan(lit(float("nan"))).alias("v")).first().v
    True
    """
    return call("isnan", named_column(col))


def isnotnull(col):
    """Whether it is not null.

    >>> spark.range(1).select(isnotnull(lit(1)).alias("v")).first().v
    True
    """
    return call("isnotnull", named_column(col))


def isnull(col):
    """Whether it is null.

    >>> spark.range(1).select(isnull(lit(1)).alias("v")).first().v
    False
    """
    return call("isnull", named_column(col), shown="isNull")


def least(*cols):
    """The smallest of some values; nulls do not count.

    >>> spark.range(1).select(least(lit(1), lit(3)).alias("v")).first().v
    1
    """
    return call("least", *map(named_column, flat(cols)))


def nanvl(col1, col2):
    """The first one, or the second if that is not a number.

    >>> spark.range(1).select(nanvl(lit(float("nan")), lit(2.0)).alias("v")).first().v
    2.0
    """
    return call("nanvl", named_column(col1), named_column(col2))


def nullif(col1, col2):
    """The first one, or null if it equals the second.

    >>> spark.range(1).select(nullif(lit(1), lit(1)).alias("v")).first().v
    """
    return call("nullif", named_column(col1), named_column(col2))


def nullifzero(col):
    """The number, or null for zero.

    >>> spark.range(1).select(nullifzero(lit(0)).alias("v")).first().v
    """
    return call("nullifzero", named_column(col))


def nvl(col1, col2):
    """The first one, or the second if that is null.

    >>> spark.range(1).select(nvl(lit(None), lit(2)).alias("v")).first().v
    2
    """
    return call("nvl", named_column(col1), named_column(col2))


def nvl2(col1, col2, col3):
    """The second one, or the third if the first is null.

    >>> spark.range(1).select(nvl2(lit(None), lit(1), lit(2)).alias("v")).first().v
    2
    """
    return call("nvl2", named_column(col1), named_column(col2), named_column(col3))


def zeroifnull(col):
    """The number, or zero for null.

    >>> spark.range(1).select(zeroifnull(lit(None).cast("int")).alias("v")).first().v
    0
    """
    return call("zeroifnull", named_column(col))
