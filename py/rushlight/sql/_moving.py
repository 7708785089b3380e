"""DataFrame's methods that order, spread and sample rows."""
import random
import sys

from rushlight import _engine
from rushlight._callsite import operator
from rushlight.errors import (
    IllegalArgumentException, PySparkTypeError, PySparkValueError)
from rushlight.errors.base import wrong_type
from rushlight.sql._making import as_order, column_of_name, flat, named_column, quoted
from rushlight.sql._selecting import expressions
from rushlight.sql.column import Column


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
            raise PySparkValueError(errorClass="CANNOT_BE_EMPTY",
                                    messageParameters={"item": "cols"})
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
            raise wrong_type("ascending", "bool or list", ascending)
        return [as_order(c)._expr for c in columns]

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
            raise PySparkValueError(errorClass="CANNOT_BE_EMPTY",
                                    messageParameters={"item": "partition-by expression"})
        orders = [as_order(named_column(c)) for c in flat(cols)]
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
            given = ", ".join(type(a).__name__ for a in (withReplacement, fraction, seed))
            raise PySparkTypeError(errorClass="NOT_EXPECTED_TYPE", messageParameters={
                "arg_name": "withReplacement (optional), fraction (required) and seed (optional)",
                "expected_type": "bool, float or int", "arg_type": given})
        if not withReplacement and not 0 <= fraction <= 1:
            raise IllegalArgumentException(
                f"requirement failed: Sampling fraction ({fraction}) must be on interval [0, 1] "
                "without replacement", "INVALID_ARGUMENT")
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
                raise PySparkValueError(errorClass="VALUE_NOT_POSITIVE", messageParameters={
                    "arg_name": "weights", "arg_value": str(w)})
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
        raise wrong_type("numPartitions", "Column or str", first)
    if isinstance(first, int):
        if first <= 0:
            raise IllegalArgumentException(
                f"requirement failed: Number of partitions ({first}) must be positive.",
                "INVALID_ARGUMENT")
        return first, cols
    return 0, (first, *cols)
