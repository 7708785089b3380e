"""Aggregates: one value of many rows."""
from rushlight.sql._making import (
    as_literal, call, call_shown, named_column, number_column)

__all__ = [
    "approxCountDistinct", "approx_count_distinct", "count", "countDistinct", "count_distinct",
    "first", "first_value", "grouping", "grouping_id", "last", "last_value", "sumDistinct",
    "sum_distinct",
    "any_value", "approx_percentile", "array_agg", "avg", "bit_and", "bit_or", "bit_xor",
    "bool_and", "bool_or", "collect_list", "collect_set", "corr", "count_if", "covar_pop",
    "covar_samp", "every", "kurtosis", "max", "max_by", "mean", "median", "min", "min_by",
    "mode", "percentile", "percentile_approx", "skewness", "some", "std", "stddev",
    "stddev_pop", "stddev_samp", "sum", "try_avg", "try_sum", "var_pop", "var_samp",
    "variance",
]


def any_value(col, ignoreNulls=None):
    """Some value of the rows.

    >>> spark.range(4).select(any_value("id").isNotNull().alias("v")).first().v
    True
    """
    args = [named_column(col)]
    if ignoreNulls is not None:
        args.append(as_literal(ignoreNulls))
    return call("any_value", *args)


def approx_percentile(col, percentage, accuracy=10000):
    """A value that about this part of the rows does not exceed.

    >>> spark.range(4).select(approx_percentile("id", 0.5).alias("v")).first().v
    1
    """
    return call("approx_percentile", named_column(col), as_literal(percentage),
                as_literal(accuracy))


def array_agg(col):
    """All values, as an array.

    >>> spark.range(4).select(size(array_agg("id")).alias("v")).first().v
    4
    """
    return call("array_agg", named_column(col))


def avg(col):
    """The average.

    >>> spark.range(4).select(avg("id").alias("v")).first().v
    1.5
    """
    return call("avg", named_column(col))


def bit_and(col):
    """Bits that all values have.

    >>> spark.range(4).select(bit_and("id").alias("v")).first().v
    0
    """
    return call("bit_and", named_column(col))


def bit_or(col):
    """Bits that some value has.

    >>> spark.range(4).select(bit_or("id").alias("v")).first().v
    3
    """
    return call("bit_or", named_column(col))


def bit_xor(col):
    """Bits that an odd number of values has.

    >>> spark.range(4).select(bit_xor("id").alias("v")).first().v
    0
    """
    return call("bit_xor", named_column(col))


def bool_and(col):
    """Whether it is true for all rows.

    >>> spark.range(4).select(bool_and(col("id") >= 0).alias("v")).first().v
    True
    """
    return call("bool_and", named_column(col))


def bool_or(col):
    """Whether it is true for some row.

    >>> spark.range(4).select(bool_or(col("id") > 5).alias("v")).first().v
    False
    """
    return call("bool_or", named_column(col))


def collect_list(col):
    """All values, as an array.

    >>> spark.range(4).select(size(collect_list("id")).alias("v")).first().v
    4
    """
    return call("collect_list", named_column(col))


def collect_set(col):
    """All different values, as an array.

    >>> spark.range(4).select(size(collect_set("id")).alias("v")).first().v
    4
    """
    return call("collect_set", named_column(col))


def corr(col1, col2):
    """Pearson's correlation.

    >>> spark.range(4).select(corr("id", "id").alias("v")).first().v
    1.0
    """
    return call("corr", named_column(col1), named_column(col2))


def count_if(col):
    """For how many rows it is true.

    >>> spark.range(4).select(count_if(col("id") > 1).alias("v")).first().v
    2
    """
    return call("count_if", named_column(col))


def covar_pop(col1, col2):
    """The covariance of a whole population.

    >>> spark.range(4).select(covar_pop("id", "id").alias("v")).first().v
    1.25
    """
    return call("covar_pop", named_column(col1), named_column(col2))


def covar_samp(col1, col2):
    """The covariance of a sample.

    >>> spark.range(4).select(round(covar_samp("id", "id"), 3).alias("v")).first().v
    1.667
    """
    return call("covar_samp", named_column(col1), named_column(col2))


def every(col):
    """Whether it is true for all rows.

    >>> spark.range(4).select(every(col("id") >= 0).alias("v")).first().v
    True
    """
    return call("every", named_column(col))


def kurtosis(col):
    """How heavy the tails are.

    >>> spark.range(4).select(kurtosis("id").alias("v")).first().v
    -1.36
    """
    return call("kurtosis", named_column(col))


def max(col):
    """The largest value.

    >>> spark.range(4).select(max("id").alias("v")).first().v
    3
    """
    return call("max", named_column(col))


def max_by(col, ord, k=None):
    """The value of the row where another column is largest.

    >>> spark.range(4).select(max_by("id", -col("id")).alias("v")).first().v
    0
    """
    args = [named_column(col), named_column(ord)]
    if k is not None:
        args.append(named_column(k))
    return call("max_by", *args)


def mean(col):
    """The average.

    >>> spark.range(4).select(mean("id").alias("v")).first().v
    1.5
    """
    return call("mean", named_column(col))


def median(col):
    """The value in the middle.

    >>> spark.range(4).select(median("id").alias("v")).first().v
    1.5
    """
    return call("median", named_column(col))


def min(col):
    """The smallest value.

    >>> spark.range(4).select(min("id").alias("v")).first().v
    0
    """
    return call("min", named_column(col))


def min_by(col, ord, k=None):
    """The value of the row where another column is smallest.

    >>> spark.range(4).select(min_by("id", -col("id")).alias("v")).first().v
    3
    """
    args = [named_column(col), named_column(ord)]
    if k is not None:
        args.append(named_column(k))
    return call("min_by", *args)


def mode(col, deterministic=False):
    """The most frequent value.

    >>> spark.range(4).select(mode(col("id") > 0).alias("v")).first().v
    True
    """
    more = [as_literal(True)] if deterministic else []
    return call("mode", named_column(col), *more)


def percentile(col, percentage, frequency=1):
    """The exact percentile, with values between the rows' own.

    >>> spark.range(4).select(percentile("id", 0.5).alias("v")).first().v
    1.5
    """
    return call("percentile", named_column(col), as_literal(percentage), number_column(frequency))


def percentile_approx(col, percentage, accuracy=10000):
    """A value that about this part of the rows does not exceed.

    >>> spark.range(4).select(percentile_approx("id", [0.0, 1.0]).alias("v")).first().v
    [0, 3]
    """
    return call("percentile_approx", named_column(col), as_literal(percentage),
                as_literal(accuracy))


def skewness(col):
    """How one-sided the values are.

    >>> spark.range(4).select(skewness("id").alias("v")).first().v
    0.0
    """
    return call("skewness", named_column(col))


def some(col):
    """Whether it is true for some row.

    >>> spark.range(4).select(some(col("id") > 5).alias("v")).first().v
    False
    """
    return call("some", named_column(col))


def std(col):
    """The standard deviation of a sample.

    >>> spark.range(4).select(round(std("id"), 3).alias("v")).first().v
    1.291
    """
    return call("std", named_column(col))


def stddev(col):
    """The standard deviation of a sample.

    >>> spark.range(4).select(round(stddev("id"), 3).alias("v")).first().v
    1.291
    """
    return call("stddev", named_column(col))


def stddev_pop(col):
    """The standard deviation of a whole population.

    >>> spark.range(4).select(round(stddev_pop("id"), 3).alias("v")).first().v
    1.118
    """
    return call("stddev_pop", named_column(col))


def stddev_samp(col):
    """The standard deviation of a sample.

    >>> spark.range(4).select(round(stddev_samp("id"), 3).alias("v")).first().v
    1.291
    """
    return call("stddev_samp", named_column(col))


def sum(col):
    """The sum.

    >>> spark.range(4).select(sum("id").alias("v")).first().v
    6
    """
    return call("sum", named_column(col))


def try_avg(col):
    """The average, or null if it does not fit.

    >>> spark.range(4).select(try_avg("id").alias("v")).first().v
    1.5
    """
    return call("try_avg", named_column(col))


def try_sum(col):
    """The sum, or null if it does not fit.

    >>> spark.range(4).select(try_sum("id").alias("v")).first().v
    6
    """
    return call("try_sum", named_column(col))


def var_pop(col):
    """The variance of a whole population.

    >>> spark.range(4).select(var_pop("id").alias("v")).first().v
    1.25
    """
    return call("var_pop", named_column(col))


def var_samp(col):
    """The variance of a sample.

    >>> spark.range(4).select(round(var_samp("id"), 3).alias("v")).first().v
    1.667
    """
    return call("var_samp", named_column(col))


def variance(col):
    """The variance of a sample.

    >>> spark.range(4).select(round(variance("id"), 3).alias("v")).first().v
    1.667
    """
    return call("variance", named_column(col))


def approx_count_distinct(col, rsd=None):
    """About how many different values there are; `rsd`: the largest relative error allowed.

    >>> spark.range(4).select(approx_count_distinct("id").alias("v")).first().v
    4
    """
    more = [] if rsd is None else [as_literal(rsd)]
    return call("approx_count_distinct", named_column(col), *more)


approxCountDistinct = approx_count_distinct


def count(col):
    """How many rows there are ("*"), or have a value.

    >>> spark.range(3).select(count("*").alias("n")).collect()
    [Row(n=3)]
    """
    if isinstance(col, str) and col == "*":
        return call("count", as_literal(1), shown=lambda: "count(*)")
    return call("count", named_column(col))


def count_distinct(col, *cols):
    """How many different values there are.

    >>> spark.range(4).select(count_distinct(col("id") % 2)).first()[0]
    2
    """
    return call("count", named_column(col), *map(named_column, cols), distinct=True)


countDistinct = count_distinct


def sum_distinct(col):
    """The sum of the different values.

    >>> spark.range(4).select(sum_distinct(col("id") % 2)).first()[0]
    1
    """
    return call("sum", named_column(col), distinct=True)


sumDistinct = sum_distinct


def _with_nulls_ignored(name, col, ignore):
    column = named_column(col)
    if isinstance(ignore, bool):
        args = [column, as_literal(ignore)] if ignore else [column]
        return call(name, *args, shown=lambda: call_shown(name, [column, as_literal(ignore)]))
    return call(name, column, *([] if ignore is None else [as_literal(ignore)]))


def first(col, ignorenulls=False):
    """The first value, or the first that is not null.

    >>> spark.range(4, numPartitions=1).select(first("id")).first()[0]
    0
    """
    return _with_nulls_ignored("first", col, ignorenulls)


def first_value(col, ignoreNulls=None):
    """The first value, or the first that is not null.

    >>> spark.range(4, numPartitions=1).select(first_value("id")).first()[0]
    0
    """
    return _with_nulls_ignored("first_value", col, ignoreNulls)


def last(col, ignorenulls=False):
    """The last value, or the last that is not null.

    >>> spark.range(4, numPartitions=1).select(last("id")).first()[0]
    3
    """
    return _with_nulls_ignored("last", col, ignorenulls)


def last_value(col, ignoreNulls=None):
    """The last value, or the last that is not null.

    >>> spark.range(4, numPartitions=1).select(last_value("id")).first()[0]
    3
    """
    return _with_nulls_ignored("last_value", col, ignoreNulls)


def grouping(col):
    """1 in rows of cube() or rollup() that are over all values of a column, else 0.

    >>> spark.range(1).cube("id").agg(grouping("id")).orderBy("id").first()[1]
    1
    """
    return call("grouping", named_column(col))


def grouping_id(*cols):
    """The bits of grouping() of all columns, as one number.

    >>> spark.range(1).cube("id").agg(grouping_id()).orderBy("id").first()[1]
    1
    """
    return call("grouping_id", *map(named_column, cols))
