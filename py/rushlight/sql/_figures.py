"""DataFrame's statistics: describe (), quantiles, correlations, tables of counts, samples by group.

Each is a query over the DataFrame, built of the functions that SQL has.
Mirrors org.apache.spark.sql.execution.stat.StatFunctions, pyspark.sql.DataFrameStatFunctions.
"""
import random
import sys

from rushlight import _engine
from rushlight._callsite import operator
from rushlight.errors import IllegalArgumentException, PySparkTypeError, PySparkValueError
from rushlight.errors.base import check_type, wrong_type
from rushlight.sql._making import as_literal, call, named_column, quoted
from rushlight.sql.column import Column, case_when
from rushlight.sql.types import NumericType, StringType

_MAX_ACCURACY = 2**31 - 1


class Figures:
    """What tells about the values of columns."""

    @operator
    def describe(self, *cols):
        """Count, mean, standard deviation, smallest and largest value of columns, as text.

        >>> spark.range(3).describe().collect()[1]
        Row(summary='mean', id='1.0')
        """
        if len(cols) == 1 and isinstance(cols[0], list):
            cols = cols[0]
        chosen = [f for f in self.schema.fields if f.name in cols] if cols else None
        if cols:
            chosen = [self._fields_of([c])[0] for c in cols]
        return self._summary(("count", "mean", "stddev", "min", "max"), chosen)

    @operator
    def summary(self, *statistics):
        """As describe(), with quartiles; or the statistics that are named: "count", "33%", …

        >>> spark.range(5).summary("count", "50%").collect()
        [Row(summary='count', id='5'), Row(summary='50%', id='2')]
        """
        if len(statistics) == 1 and isinstance(statistics[0], list):
            statistics = statistics[0]
        return self._summary(statistics or ("count", "mean", "stddev", "min", "25%", "50%", "75%",
                                            "max"), None)

    def _summary(self, statistics, fields):
        fields = [f for f in (fields or self.schema.fields)
                  if isinstance(f.dataType, (NumericType, StringType))]
        aggregates = [_statistic(s, self._column(quoted(f.name)), f.dataType).cast("string")
                      for s in statistics for f in fields]
        names = [f"_{i}" for i in range(len(aggregates))]
        totals = self._derive(_engine.plan_aggregate(
            [], [a.alias(n)._expr for a, n in zip(aggregates, names)], self._plan))
        lines = []
        for i, s in enumerate(statistics):
            cells = [as_literal("summary"), as_literal(s)]
            for j, f in enumerate(fields):
                cells += [as_literal(f.name), named_column(names[i * len(fields) + j])]
            lines.append(call("named_struct", *cells))
        table = call("explode", call("array", *lines)).alias("line")
        spread = self._derive(_engine.plan_unary("project", [table._expr], totals._plan))
        return spread.select("line.summary", *[f"line.{quoted(f.name)}" for f in fields])

    @operator
    def approxQuantile(self, col, probabilities, relativeError):
        """Quantiles of a column, or a list of them for each of several columns.

        >>> spark.range(101).approxQuantile("id", [0.25, 0.5], 0.0)
        [25.0, 50.0]
        """
        one = isinstance(col, str)
        if not isinstance(col, (str, list, tuple)):
            raise wrong_type("col", "list, str or tuple", col)
        names = [col] if one else list(col)
        for name in names:
            check_type("col", name, str)
        if not isinstance(probabilities, (list, tuple)):
            raise wrong_type("probabilities", "list or tuple", probabilities)
        for p in probabilities:
            if not isinstance(p, (float, int)) or not 0 <= p <= 1:
                raise wrong_type("probabilities", "list[float, int]", p)
        if not isinstance(relativeError, (float, int)):
            raise wrong_type("relativeError", "float or int", relativeError)
        if relativeError < 0:
            raise PySparkValueError(errorClass="NEGATIVE_VALUE", messageParameters={
                "arg_name": "relativeError", "arg_value": str(relativeError)})
        accuracy = _MAX_ACCURACY if relativeError == 0 else min(int(1 / relativeError),
                                                                _MAX_ACCURACY)
        found = self._quantiles(names, [float(p) for p in probabilities], accuracy)
        return found[0] if one else found

    def _quantiles(self, names, probabilities, accuracy):
        """A row for each value and its column, in groups by column: nulls and NaN do not count."""
        from rushlight.sql.row import Row
        cells = [call("named_struct", as_literal("at"), as_literal(i), as_literal("value"),
                      named_column(n).cast("double")) for i, n in enumerate(names)]
        table = call("inline", call("array", *cells))
        values = self._derive(_engine.plan_unary("project", [table._expr], self._plan))
        value = named_column("value")
        values = values.filter(value.isNotNull() & ~call("isnan", value))
        grouped = values.groupBy("at").agg(call(
            "percentile_approx", value, as_literal(probabilities), as_literal(accuracy)))
        rows = dict(grouped._query().collect(Row, self._jvm_call("approxQuantile"),
                                             self._properties()))
        return [rows.get(i) or [] for i in range(len(names))]

    @operator
    def corr(self, col1, col2, method=None):
        """Pearson's correlation of two columns.

        >>> spark.range(9).selectExpr("id", "-id as m").corr("id", "m")
        -1.0
        """
        check_type("col1", col1, str)
        check_type("col2", col2, str)
        if method not in (None, "pearson"):
            raise PySparkValueError(errorClass="VALUE_NOT_ALLOWED", messageParameters={
                "arg_name": "method", "allowed_values": "['pearson']"})
        return self._pair_statistic("corr", col1, col2)

    @operator
    def cov(self, col1, col2):
        """The covariance of two columns, of a sample.

        >>> spark.range(3).selectExpr("id", "id * 2 as m").cov("id", "m")
        2.0
        """
        check_type("col1", col1, str)
        check_type("col2", col2, str)
        return self._pair_statistic("covar_samp", col1, col2, "cov")

    def _pair_statistic(self, function, col1, col2, name=None):
        found = self._one_row([call(function, named_column(col1), named_column(col2))],
                              name or function)[0]
        return float("nan") if found is None else found

    def _one_row(self, aggregates, name):
        """The values of aggregates over all rows, by a job that is named after the JVM's method."""
        from rushlight.sql.row import Row
        totals = self._derive(_engine.plan_aggregate([], [a._expr for a in aggregates], self._plan))
        return totals._query().collect(Row, self._jvm_call(name), self._properties())[0]

    @operator
    def crosstab(self, col1, col2):
        """How often each pair of values is there: values of one column down, of the other across.

        >>> df = spark.createDataFrame([("a", 1), ("a", 2), ("b", 1)], "k string, n int")
        >>> df.crosstab("k", "n").orderBy("k_n").collect()
        [Row(k_n='a', 1=1, 2=1), Row(k_n='b', 1=1, 2=0)]
        """
        check_type("col1", col1, str)
        check_type("col2", col2, str)
        first, second = (case_when([c.isNull(), "null", c.cast("string")])
                         for c in map(named_column, (col1, col2)))
        counts = (self.groupBy(first.alias(f"{col1}_{col2}")).pivot(second)
                  .agg(call("count", as_literal(1))))
        return counts.fillna(0)

    @operator
    def freqItems(self, cols, support=None):
        """The values that at least a part of the rows has (1 % by default), a list a column.

        Spark finds them in one pass and may name values that are less frequent; here they are
        counted.

        >>> df = spark.range(10).selectExpr("id div 6 as k")
        >>> df.freqItems(["k"], 0.5).collect()
        [Row(k_freqItems=[0])]
        """
        if not isinstance(cols, (list, tuple)):
            raise wrong_type("cols", "list or tuple", cols)
        needed = self.count() * (0.01 if support is None else support)
        found = []
        for name in cols:
            counts = self.groupBy(named_column(name)).count()
            found.append([row[0] for row in counts.where(counts["count"] >= needed).collect()])
        from rushlight.sql.types import ArrayType, StructField, StructType
        schema = StructType([StructField(f"{n}_freqItems",
                                         ArrayType(self._fields_of([n])[0].dataType))
                             for n in cols])
        return self._session.createDataFrame([tuple(found)], schema)

    @operator
    def sampleBy(self, col, fractions, seed=None):
        """About a part of the rows, another part for each value of a column.

        >>> df = spark.range(100).selectExpr("id % 3 as k")
        >>> df.sampleBy("k", {0: 1.0, 1: 0.0}, 0).count()
        34
        """
        if not isinstance(col, (str, Column)):
            raise wrong_type("col", "Column or str", col)
        check_type("fractions", fractions, dict)
        for value, fraction in fractions.items():
            if not isinstance(value, (float, int, str)):
                raise PySparkTypeError(errorClass="DISALLOWED_TYPE_FOR_CONTAINER",
                                       messageParameters={
                                           "arg_name": "fractions", "arg_type": "dict",
                                           "allowed_types": "float, int, str",
                                           "item_type": type(value).__name__})
            if not 0 <= fraction <= 1:
                raise IllegalArgumentException("requirement failed: Fractions must be in [0, 1], "
                                               f"but got {fraction}.", "INVALID_ARGUMENT")
        seed = int(seed) if seed is not None else random.randint(0, sys.maxsize)
        column = named_column(col)
        branches = [x for value, fraction in fractions.items()
                    for x in (column == value, float(fraction))]
        limit = case_when([*branches, 0.0]) if branches else as_literal(0.0)
        return self.filter(call("rand", as_literal(seed)) < limit)

    @property
    def stat(self):
        """The same methods: df.stat.corr("a", "b") is df.corr("a", "b")."""
        return DataFrameStatFunctions(self)


class DataFrameStatFunctions:
    """What DataFrame.stat gives."""

    def __init__(self, df):
        self.df = df

    def __getattr__(self, name):
        if name in ("approxQuantile", "corr", "cov", "crosstab", "freqItems", "sampleBy"):
            return getattr(self.df, name)
        raise AttributeError(f"'DataFrameStatFunctions' object has no attribute {name!r}")


def _statistic(name, column, data_type):
    """One statistic of a column; of text, as far as it is numbers."""
    number = column if isinstance(data_type, NumericType) else column.try_cast("double")
    if name in ("count", "min", "max"):
        return call(name, column)
    if name in ("mean", "stddev"):
        return call({"mean": "avg"}.get(name, name), number)
    if name == "count_distinct":
        return call("count", column, distinct=True)
    if name == "approx_count_distinct":
        return call(name, column)
    try:
        part = float(name.removesuffix("%")) / 100
        if not name.endswith("%") or not 0 <= part <= 1:
            raise ValueError
    except ValueError:
        raise IllegalArgumentException(f"{name} is not a recognised statistic",
                                       "INVALID_ARGUMENT") from None
    return call("percentile_approx", number, as_literal(part), as_literal(10000))
