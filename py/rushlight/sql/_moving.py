"""DataFrame's methods that order, spread and sample rows."""
import random
import sys

from rushlight import _engine
from rushlight._callsite import operator
from rushlight.errors import PySparkTypeError, PySparkValueError
from rushlight.sql._selecting import expressions, flat, quoted
from rushlight.sql.column import Column, column_of_name, named_column


class Moving:
    """What orders, spreads and samples rows."""

    @operator
    def orderBy(self, *cols, ascending=True):
        """The rows in order.

        >>> spark.range(3).orderBy("id", ascending=False).collect()
        [Row(id=2), Row(id=1), Row(id=0)]
        """
        return self._derive(_engine.plan_sort(self._orders(cols, ascending), True, self._plan))

    sort = orderBy

    @operator
    def sortWithinPartitions(self, *cols, ascending=True):
        """The rows of each partition in order."""
        return self._derive(_engine.plan_sort(self._orders(cols, ascending), False, self._plan))

    def _orders(self, cols, ascending):
        cols = flat(cols)
        if not cols:
            raise PySparkValueError("[CANNOT_BE_EMPTY] At least one column must be specified.")
        columns = [column_of_name(quoted(self.columns[abs(c) - 1]), self._id) if isinstance(c, int)
                   else named_column(c) for c in cols]
        columns = [c.desc() if isinstance(given, int) and given < 0 else c
                   for given, c in zip(cols, columns)]
        if isinstance(ascending, (bool, int)):
            if not ascending:
                columns = [c.desc() for c in columns]
        elif isinstance(ascending, list):
            columns = [c if up else c.desc() for up, c in zip(ascending, columns)]
        else:
            raise PySparkTypeError(errorClass="NOT_BOOL_OR_LIST", messageParameters={
                "arg_name": "ascending", "arg_type": type(ascending).__name__})
        return [c._expr for c in columns]

    @operator
    def repartition(self, numPartitions, *cols):
        """The rows spread anew: over some partitions in turns, or by the values of columns.

        >>> spark.range(10).repartition(3).rdd.getNumPartitions()
        3
        """
        n, cols = _partitions_and_columns(numPartitions, cols)
        if not cols:
            return self._derive(_engine.plan_repartition(n, True, None, self._plan))
        return self._derive(_engine.plan_repartition(n, True, expressions(cols), self._plan))

    @operator
    def repartitionByRange(self, numPartitions, *cols):
        """The rows spread by ranges of the values of columns."""
        n, cols = _partitions_and_columns(numPartitions, cols)
        if not cols:
            raise PySparkValueError("[CANNOT_BE_EMPTY] At least one partition-by expression must "
                                    "be specified.")
        orders = [named_column(c) for c in flat(cols)]
        orders = [c if c._expr.kind == "SortOrder" else c.asc() for c in orders]
        return self._derive(_engine.plan_repartition(n, True, [c._expr for c in orders],
                                                     self._plan))

    @operator
    def coalesce(self, numPartitions):
        """At most so many partitions, without a shuffle.

        >>> spark.range(10, numPartitions=4).coalesce(1).rdd.getNumPartitions()
        1
        """
        return self._derive(_engine.plan_repartition(numPartitions, False, None, self._plan))

    @operator
    def sample(self, withReplacement=None, fraction=None, seed=None):
        """About a fraction of the rows.

        >>> spark.range(100).sample(0.5, seed=3).count() < 100
        True
        """
        if isinstance(withReplacement, float):
            withReplacement, fraction, seed = False, withReplacement, (
                fraction if fraction is not None else seed)
        if not isinstance(fraction, float) or not isinstance(withReplacement, (bool, type(None))):
            given = [type(a).__name__ for a in (withReplacement, fraction, seed) if a is not None]
            raise PySparkTypeError("[NOT_BOOL_OR_FLOAT_OR_INT] Argument `withReplacement` (optional), "
                                   "`fraction` (required) and `seed` (optional) should be a bool, "
                                   f"float and int, got {given}.")
        seed = int(seed) if seed is not None else random.randint(0, sys.maxsize)
        return self._derive(_engine.plan_sample(0.0, fraction, bool(withReplacement), seed,
                                                self._plan))

    @operator
    def randomSplit(self, weights, seed=None):
        """Several DataFrames that share the rows by weights.

        >>> a, b = spark.range(100).randomSplit([3.0, 1.0], seed=7)
        >>> a.count() + b.count()
        100
        """
        for w in weights:
            if w < 0.0:
                raise PySparkValueError(f"[VALUE_NOT_POSITIVE] Value for `weights` must be "
                                        f"positive, got '{w}'.")
        seed = int(seed) if seed is not None else random.randint(0, sys.maxsize)
        # Every part must see the rows of a partition in the same order: they are sorted first, as
        # Spark does it, by all columns that have an order.
        ordered = [column_of_name(quoted(n)).asc()._expr for n, t in self.dtypes
                   if not t.startswith("map")]
        plan = _engine.plan_sort(ordered, False, self._plan) if ordered else self._plan
        total, lower, parts = sum(weights), 0.0, []
        for w in weights:
            upper = lower + w / total
            parts.append(self._derive(_engine.plan_sample(lower, upper, False, seed, plan)))
            lower = upper
        return parts


def _partitions_and_columns(first, cols):
    """repartition (10), repartition (10, "a") and repartition ("a") are all allowed."""
    if isinstance(first, bool) or not isinstance(first, (int, str, Column)):
        raise PySparkTypeError(errorClass="NOT_COLUMN_OR_STR", messageParameters={
            "arg_name": "numPartitions", "arg_type": type(first).__name__})
    if isinstance(first, int):
        if first <= 0:
            from rushlight.errors import IllegalArgumentException
            raise IllegalArgumentException(
                f"requirement failed: Number of partitions ({first}) must be positive.",
                "INVALID_ARGUMENT")
        return first, cols
    return 0, (first, *cols)
