"""DataFrame's methods that group and aggregate."""
from rushlight import _engine
from rushlight._callsite import operator
from rushlight.sql._making import column_of_name, flat, named_column, quoted


class Grouping:
    """What groups and aggregates."""

    @operator
    def groupBy(self, *cols):
        """Groups of rows with equal values; then agg(), count(), sum() and so on.

        >>> spark.range(4).groupBy((col("id") % 2).alias("k")).count().orderBy("k").collect()
        [Row(k=0, count=2), Row(k=1, count=2)]
        """
        return self._grouped(cols, None)

    groupby = groupBy

    @operator
    def rollup(self, *cols):
        """Groups by all of the columns, by all but the last, …, by none."""
        return self._grouped(cols, "rollup")

    @operator
    def cube(self, *cols):
        """Groups by every choice of the columns."""
        return self._grouped(cols, "cube")

    @operator
    def groupingSets(self, groupingSets, *cols):
        """Groups by each of several sets of the columns.

        >>> df = spark.createDataFrame([("a", 1), ("b", 1)], "k string, n int")
        >>> df.groupingSets([("k",), ()], "k").count().count()
        3
        """
        return self._grouped(cols, [[named_column(c) for c in one] for one in groupingSets])

    def _grouped(self, cols, kind):
        from rushlight.sql.group import GroupedData
        chosen = [self._column_at(c) if isinstance(c, int) else named_column(c)
                  for c in flat(cols)]
        return GroupedData(self, chosen, kind)

    def _column_at(self, position):
        return column_of_name(quoted(self.columns[position - 1]), self._id)

    @operator
    def agg(self, *exprs):
        """Aggregates of all rows.

        >>> from rushlight.sql import functions as F
        >>> spark.range(4).agg(F.sum("id"), F.max("id")).collect()
        [Row(sum(id)=6, max(id)=3)]
        """
        from rushlight.sql.group import GroupedData
        return GroupedData(self, [], None)._aggregate(exprs)
