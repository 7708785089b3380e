"""GroupedData: what groupBy() gives.

Mirrors pyspark.sql.GroupedData.
"""
from rushlight import _engine
from rushlight._callsite import operator
from rushlight.errors.sql import engine_condition
from rushlight.sql._making import as_literal, call, column_of_name, named_column
from rushlight.sql._mapping import GroupMapping
from rushlight.sql.column import Column

__all__ = ["GroupedData"]

_NUMERIC = ("tinyint", "smallint", "int", "bigint", "float", "double", "decimal")


class GroupedData(GroupMapping):
    """Rows in groups, to be aggregated."""

    def __init__(self, df, grouping, kind, pivot=None):
        self._df = df
        self._grouping = grouping
        self._kind = kind
        self._pivot = pivot

    @operator
    def agg(self, *exprs):
        """One row a group, with aggregates: Columns, or a dict of column to function name.

        >>> df = spark.range(4).selectExpr("id % 2 as k", "id")
        >>> df.groupBy("k").agg({"id": "max"}).orderBy("k").collect()
        [Row(k=0, max(id)=2), Row(k=1, max(id)=3)]
        """
        return self._aggregate(exprs)

    def _aggregate(self, exprs):
        if not exprs:
            raise AssertionError("exprs should not be empty")
        if len(exprs) == 1 and isinstance(exprs[0], dict):
            aggregates = [_by_name(exprs[0][column], column) for column in _as_java_has(exprs[0])]
        else:
            assert all(isinstance(e, Column) for e in exprs), "all exprs should be Column"
            aggregates = list(exprs)
        return self._with(aggregates)

    def _with(self, aggregates):
        grouping = [c._expr for c in self._grouping]
        if self._pivot is not None:
            column, values = self._pivot
            plan = _engine.plan_pivot(grouping, column._expr, [v._expr for v in values],
                                      [a._expr for a in aggregates], self._df._plan)
            return self._df._derive(plan)
        if self._kind is not None:
            grouping = [self._grouping_sets()]
        retained = [] if self._df._session.conf.get(
            "spark.sql.retainGroupColumns", "true") == "false" else [c._expr
                                                                      for c in self._grouping]
        return self._df._derive(_engine.plan_aggregate(
            grouping, retained + [a._expr for a in aggregates], self._df._plan))

    def _grouping_sets(self):
        """ROLLUP, CUBE or GROUPING SETS, which `kind` says."""
        if isinstance(self._kind, str):
            return _engine.expr_grouping_sets(self._kind, [1] * len(self._grouping),
                                              [c._expr for c in self._grouping])
        return _engine.expr_grouping_sets("sets", [len(one) for one in self._kind],
                                          [c._expr for one in self._kind for c in one])

    @operator
    def count(self):
        """How many rows a group has."""
        return self._aggregate([call("count", as_literal(1)).alias("count")])

    @operator
    def sum(self, *cols):
        """Sums of some columns, or of all numeric ones.

        >>> df = spark.range(4).selectExpr("id % 2 as k", "id")
        >>> df.groupBy("k").sum("id").orderBy("k").collect()
        [Row(k=0, sum(id)=2), Row(k=1, sum(id)=4)]
        """
        return self._of_columns("sum", cols)

    @operator
    def avg(self, *cols):
        """Averages of some columns, or of all numeric ones."""
        return self._of_columns("avg", cols)

    mean = avg

    @operator
    def max(self, *cols):
        """Largest values of some columns, or of all numeric ones."""
        return self._of_columns("max", cols)

    @operator
    def min(self, *cols):
        """Smallest values of some columns, or of all numeric ones."""
        return self._of_columns("min", cols)

    def _of_columns(self, function, cols):
        from rushlight.sql._making import flat, quoted
        names = flat(cols)
        if not names:
            names = [quoted(n) for n, t in self._df.dtypes if t.split("(")[0] in _NUMERIC]
        kinds = {n: t.split("(")[0] for n, t in self._df.dtypes}
        for name in flat(cols):
            if kinds.get(name, "int") not in _NUMERIC:
                raise engine_condition("_LEGACY_ERROR_TEMP_1323", colName=name)
        return self._with([call(function, named_column(n)) for n in names])

    @operator
    def pivot(self, pivot_col, values=None):
        """A column for each value of another column; without `values` a job finds them.

        >>> df = spark.createDataFrame([("a", 1, 5), ("a", 2, 7)], "k string, y int, v int")
        >>> df.groupBy("k").pivot("y", [1, 2]).sum("v").collect()
        [Row(k='a', 1=5, 2=7)]
        """
        column = named_column(pivot_col)
        if values is None:
            limit = int(self._df._session.conf.get("spark.sql.pivotMaxValues", "10000"))
            rows = (self._df.select(column.alias("value")).distinct().limit(limit + 1)
                    .sort("value").collect())
            values = [row[0] for row in rows]
            if len(values) > limit:
                raise engine_condition(
                    "_LEGACY_ERROR_TEMP_1324", pivotColumn=column._expr.pretty(),
                    maxValues=str(limit), config='"spark.sql.pivotMaxValues"')
        return GroupedData(self._df, self._grouping, self._kind,
                           (column, [as_literal(v) for v in values]))


def _as_java_has(names):
    """The names of a dict in the order of a java.util.HashMap, which Spark gets it as."""
    n = max(16, 1 << (len(names) * 4 // 3).bit_length())

    def bucket(name):
        value = 0
        units = name.encode("utf-16-be", "surrogatepass")
        for high, low in zip(units[::2], units[1::2]):
            value = (value * 31 + (high << 8 | low)) & 0xffffffff
        return (value ^ value >> 16) & (n - 1)

    return sorted(names, key=bucket)


def _by_name(function, column):
    argument = as_literal(1) if column == "*" else column_of_name(column)
    name = {"mean": "avg", "average": "avg"}.get(function.lower(), function.lower())
    return call(name, argument)
