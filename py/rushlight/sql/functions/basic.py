"""Columns, literals, conditions and order."""
from rushlight import _engine
from rushlight.sql.column import (
    Column, ansi, as_column, as_literal, call, case_when, column_of_name, named_column)

__all__ = ["col", "column", "lit", "expr", "when", "coalesce", "broadcast", "asc", "desc",
           "asc_nulls_first", "asc_nulls_last", "desc_nulls_first", "desc_nulls_last", "isnull",
           "isnotnull", "isnan", "call_function"]


def col(col):
    """The column of a name.

    >>> spark.range(2).select(col("id")).count()
    2
    """
    return named_column(col)


column = col


def lit(col):
    """A value, the same for each row.

    >>> spark.range(1).select(lit("x").alias("v")).collect()
    [Row(v='x')]
    """
    return as_literal(col)


def expr(str):
    """What SQL text says.

    >>> spark.range(2).select(expr("id + 1 as n")).collect()
    [Row(n=1), Row(n=2)]
    """
    return Column(_engine.expr_parse(str, ansi()))


def when(condition, value):
    """A value where a condition holds; more branches by .when(), the rest by .otherwise().

    >>> spark.range(2).select(when(col("id") > 0, "yes").otherwise("no").alias("v")).collect()
    [Row(v='no'), Row(v='yes')]
    """
    return case_when([condition, value])


def coalesce(*cols):
    """The first value that is not null."""
    return call("coalesce", *map(named_column, cols))


def broadcast(df):
    """Marks a DataFrame as small enough to be sent to every executor for a join."""
    return df.hint("broadcast")


def asc(col):
    """Smallest first."""
    return named_column(col).asc()


def desc(col):
    """Largest first."""
    return named_column(col).desc()


def asc_nulls_first(col):
    """Smallest first, nulls before them."""
    return named_column(col).asc_nulls_first()


def asc_nulls_last(col):
    """Smallest first, nulls at the end."""
    return named_column(col).asc_nulls_last()


def desc_nulls_first(col):
    """Largest first, nulls before them."""
    return named_column(col).desc_nulls_first()


def desc_nulls_last(col):
    """Largest first, nulls at the end."""
    return named_column(col).desc_nulls_last()


def isnull(col):
    """Whether it is null."""
    return call("isnull", named_column(col))


def isnotnull(col):
    """Whether it is not null."""
    return call("isnotnull", named_column(col))


def isnan(col):
    """Whether it is not a number."""
    return call("isnan", named_column(col))


def call_function(funcName, *cols):
    """A function of SQL by name, also one that the user registered."""
    parts = _engine.parse_identifier(funcName)
    return Column(_engine.expr_call(parts, [named_column(c)._expr for c in cols]))
