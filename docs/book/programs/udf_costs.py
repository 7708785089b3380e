"""The same column three times: built in, a row at a time in Python, a series at a time.

    $ rushlight submit --master 'local[2]' --plan udf_costs.svg udf_costs.py
"""
import math
import time

import numpy
import pandas
from pyspark.sql import SparkSession, functions as F

spark = SparkSession.builder.appName("UdfCosts").getOrCreate()
spark.conf.set("spark.sql.adaptive.enabled", False)
table = spark.range(0, 50_000, 1, 2).selectExpr("cast(id AS double) AS x")
calls = spark.sparkContext.accumulator(0)


@F.udf("double")
def by_row(x):
    calls.add(1)
    return math.sqrt(x)


@F.pandas_udf("double")
def by_series(x: pandas.Series) -> pandas.Series:
    calls.add(1)
    return numpy.sqrt(x)


def timed(what, column):
    """The best of three, since the first starts workers and loads code."""
    best = math.inf
    for _ in range(3):
        calls.value = 0
        began = time.perf_counter()
        total = table.select(column.alias("root")).agg(F.sum("root")).first()[0]
        best = min(best, time.perf_counter() - began)
    print(f"{what}, sum: {total:.0f}")
    print(f"{what}, calls of Python: {calls.value}")
    return best


built_in = timed("built in", F.sqrt("x"))
row = timed("udf", by_row("x"))
series = timed("pandas_udf", by_series("x"))
print("udf, times the seconds of built in:", round(row / built_in, 1))
print("pandas_udf, times the seconds of built in:", round(series / built_in, 1))
print("udf, times the seconds of pandas_udf:", round(row / series, 1))
