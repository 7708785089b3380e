"""Functions that look at the rows around: they need .over(window)."""
from rushlight.sql._making import as_literal, call, call_shown, named_column

__all__ = ["row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile", "lag", "lead",
           "nth_value"]


def row_number():
    """1, 2, 3 … in the window's order.

    >>> from rushlight.sql import Window
    >>> w = Window.orderBy("k")
    >>> df = spark.range(3).selectExpr("id", "id div 2 as k")
    >>> [r.v for r in df.select(row_number().over(w).alias("v")).collect()]
    [1, 2, 3]
    """
    return call("row_number")


def rank():
    """As row_number(), equal rows alike; gaps follow.

    >>> from rushlight.sql import Window
    >>> df = spark.range(3).selectExpr("id", "id div 2 as k")
    >>> [r.v for r in df.select(rank().over(Window.orderBy("k")).alias("v")).collect()]
    [1, 1, 3]
    """
    return call("rank")


def dense_rank():
    """As rank(), without gaps.

    >>> from rushlight.sql import Window
    >>> df = spark.range(3).selectExpr("id", "id div 2 as k")
    >>> [r.v for r in df.select(dense_rank().over(Window.orderBy("k")).alias("v")).collect()]
    [1, 1, 2]
    """
    return call("dense_rank")


def percent_rank():
    """The rank from 0 to 1.

    >>> from rushlight.sql import Window
    >>> [r.v for r in spark.range(3).select(percent_rank().over(Window.orderBy("id")).alias("v"))
    ...     .collect()]
    [0.0, 0.5, 1.0]
    """
    return call("percent_rank")


def cume_dist():
    """Which part of the rows stands here or before.

    >>> from rushlight.sql import Window
    >>> [r.v for r in spark.range(2).select(cume_dist().over(Window.orderBy("id")).alias("v"))
    ...     .collect()]
    [0.5, 1.0]
    """
    return call("cume_dist")


def ntile(n):
    """In which of n parts of equal size the row is.

    >>> from rushlight.sql import Window
    >>> [r.v for r in spark.range(4).select(ntile(2).over(Window.orderBy("id")).alias("v"))
    ...     .collect()]
    [1, 1, 2, 2]
    """
    return call("ntile", as_literal(n))


def lag(col, offset=1, default=None):
    """The value of a row before.

    >>> from rushlight.sql import Window
    >>> [r.v for r in spark.range(3).select(lag("id").over(Window.orderBy("id")).alias("v"))
    ...     .collect()]
    [None, 0, 1]
    """
    return _neighbour("lag", col, offset, default)


def lead(col, offset=1, default=None):
    """The value of a row behind.

    >>> from rushlight.sql import Window
    >>> [r.v for r in spark.range(3).select(lead("id").over(Window.orderBy("id")).alias("v"))
    ...     .collect()]
    [1, 2, None]
    """
    return _neighbour("lead", col, offset, default)


def _neighbour(name, col, offset, default):
    args = [named_column(col), as_literal(offset), as_literal(default)]
    return call(name, *args, shown=lambda: call_shown(name, [*args, as_literal(False)]))


def nth_value(col, offset, ignoreNulls=False):
    """The value of the n-th row of the frame.

    >>> from rushlight.sql import Window
    >>> [r.v for r in spark.range(3).select(nth_value("id", 2).over(Window.orderBy("id"))
    ...     .alias("v")).collect()]
    [None, 1, 1]
    """
    more = [as_literal(True)] if ignoreNulls else []
    return call("nth_value", named_column(col), as_literal(offset), *more)
