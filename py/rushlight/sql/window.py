"""Window: which rows a function over() looks at.

    >>> from rushlight.sql import Window
    >>> w = Window.partitionBy("region").orderBy("year").rowsBetween(-1, Window.currentRow)

Mirrors pyspark.sql.Window.
"""
import sys

from rushlight.sql._making import as_order, named_column

__all__ = ["Window", "WindowSpec"]


def _columns(cols):
    if len(cols) == 1 and isinstance(cols[0], (list, tuple)):
        cols = cols[0]
    return [named_column(c) for c in cols]


class Window:
    """Where specifications of windows begin.

    >>> from rushlight.sql import functions as F
    >>> w = Window.orderBy("id").rowsBetween(Window.unboundedPreceding, Window.currentRow)
    >>> [r.total for r in spark.range(4).select(F.sum("id").over(w).alias("total")).collect()]
    [0, 1, 3, 6]
    """

    _JAVA_MIN_LONG = -(1 << 63)
    _JAVA_MAX_LONG = (1 << 63) - 1
    _PRECEDING_THRESHOLD = max(-sys.maxsize, _JAVA_MIN_LONG)
    _FOLLOWING_THRESHOLD = min(sys.maxsize, _JAVA_MAX_LONG)

    unboundedPreceding = _JAVA_MIN_LONG
    unboundedFollowing = _JAVA_MAX_LONG
    currentRow = 0

    @staticmethod
    def partitionBy(*cols):
        """Rows with equal values are one partition."""
        return WindowSpec().partitionBy(*cols)

    @staticmethod
    def orderBy(*cols):
        """The order inside a partition."""
        return WindowSpec().orderBy(*cols)

    @staticmethod
    def rowsBetween(start, end):
        """A frame counted in rows from the current one."""
        return WindowSpec().rowsBetween(start, end)

    @staticmethod
    def rangeBetween(start, end):
        """A frame of rows whose order value is so far from the current one's."""
        return WindowSpec().rangeBetween(start, end)


class WindowSpec:
    """A partitioning, an order and a frame; immutable, methods give new ones."""

    def __init__(self, partition=(), orders=(), frame=None):
        self._partition = list(partition)
        self._orders = list(orders)
        self._frame = frame

    def partitionBy(self, *cols):
        """Rows with equal values are one partition."""
        return WindowSpec(_columns(cols), self._orders, self._frame)

    def orderBy(self, *cols):
        """The order inside a partition."""
        return WindowSpec(self._partition, map(as_order, _columns(cols)), self._frame)

    def rowsBetween(self, start, end):
        """A frame counted in rows from the current one."""
        return WindowSpec(self._partition, self._orders, (True, *_bounds(start, end)))

    def rangeBetween(self, start, end):
        """A frame of rows whose order value is so far from the current one's."""
        return WindowSpec(self._partition, self._orders, (False, *_bounds(start, end)))


    def _shown(self):
        parts = []
        if self._partition:
            parts.append("PARTITION BY " + ", ".join(c._shown() for c in self._partition))
        if self._orders:
            parts.append("ORDER BY " + ", ".join(c._shown() for c in self._orders))
        if self._frame is not None:
            rows, lower, upper = self._frame
            parts.append(f"{'ROWS' if rows else 'RANGE'} BETWEEN "
                         f"{_bound_shown(lower, rows, 'PRECEDING')} AND "
                         f"{_bound_shown(upper, rows, 'FOLLOWING')}")
        return " ".join(parts)


def _bound_shown(bound, rows, side):
    if bound == "unbounded":
        return f"UNBOUNDED {side}"
    return "CURRENT ROW" if bound == "current" else f"{bound}{'' if rows else 'L'}"


def _bounds(start, end):
    lower = "unbounded" if start <= Window._PRECEDING_THRESHOLD else _bound(start)
    upper = "unbounded" if end >= Window._FOLLOWING_THRESHOLD else _bound(end)
    return lower, upper


def _bound(value):
    return "current" if value == 0 else int(value)
