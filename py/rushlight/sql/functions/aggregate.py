"""Aggregates: one value of many rows."""
from rushlight.sql.column import as_literal, call, column_of_name, named_column

__all__ = ["count", "sum", "avg", "mean", "min", "max", "count_distinct", "countDistinct",
           "sum_distinct", "first", "last", "stddev", "stddev_samp", "stddev_pop", "variance",
           "var_samp", "var_pop", "corr", "collect_list", "collect_set", "median"]


def count(col):
    """How many rows there are ("*"), or have a value.

    >>> spark.range(3).select(count("*").alias("n")).collect()
    [Row(n=3)]
    """
    if isinstance(col, str) and col == "*":
        return call("count", as_literal(1))
    return call("count", named_column(col))


def sum(col):
    """The sum.

    >>> spark.range(4).select(sum("id")).collect()
    [Row(sum(id)=6)]
    """
    return call("sum", named_column(col))


def avg(col):
    """The average."""
    return call("avg", named_column(col))


mean = avg


def min(col):
    """The smallest value."""
    return call("min", named_column(col))


def max(col):
    """The largest value."""
    return call("max", named_column(col))


def count_distinct(col, *cols):
    """How many different values there are."""
    return call("count", named_column(col), *map(named_column, cols), distinct=True)


countDistinct = count_distinct


def sum_distinct(col):
    """The sum of the different values."""
    return call("sum", named_column(col), distinct=True)


def first(col, ignorenulls=False):
    """The first value."""
    return call("first", named_column(col), as_literal(ignorenulls)) if ignorenulls else \
        call("first", named_column(col))


def last(col, ignorenulls=False):
    """The last value."""
    return call("last", named_column(col), as_literal(ignorenulls)) if ignorenulls else \
        call("last", named_column(col))


def stddev(col):
    """The standard deviation of a sample."""
    return call("stddev", named_column(col))


def stddev_samp(col):
    """The standard deviation of a sample."""
    return call("stddev_samp", named_column(col))


def stddev_pop(col):
    """The standard deviation of a whole population."""
    return call("stddev_pop", named_column(col))


def variance(col):
    """The variance of a sample."""
    return call("variance", named_column(col))


def var_samp(col):
    """The variance of a sample."""
    return call("var_samp", named_column(col))


def var_pop(col):
    """The variance of a whole population."""
    return call("var_pop", named_column(col))


def corr(col1, col2):
    """Pearson's correlation."""
    return call("corr", named_column(col1), named_column(col2))


def collect_list(col):
    """All values, as an array."""
    return call("collect_list", named_column(col))


def collect_set(col):
    """All different values, as an array."""
    return call("collect_set", named_column(col))


def median(col):
    """The value in the middle."""
    return call("median", named_column(col))
