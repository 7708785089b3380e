"""DataFrame's actions: rows come out."""
from rushlight._callsite import current_call, operator, renamed
from rushlight.errors.base import wrong_type
from rushlight.sql._showing import html_text, show_text
from rushlight.sql.row import Row

# Spark names jobs that Python starts through Py4J after the place in the JVM.
_FROM_JVM = "NativeMethodAccessorImpl.java:0"


class Actions:
    """What runs the plan and brings rows to the driver."""

    @operator
    def collect(self):
        """All rows, as a list of Row.

        >>> spark.range(2).collect()
        [Row(id=0), Row(id=1)]
        """
        return self._query().collect(Row, current_call(), self._properties())

    @operator
    def take(self, num):
        """The first rows.

        >>> spark.range(9).take(1)
        [Row(id=0)]
        """
        return self._take(num)

    def _take(self, num):
        limited = self.limit(num)
        return limited._query().collect(Row, current_call(), self._properties())

    @operator
    def head(self, n=None):
        """The first row, or None; with `n`, the first rows as a list."""
        if n is None:
            rows = self._take(1)
            return rows[0] if rows else None
        return self._take(n)

    @operator
    def first(self):
        """The first row, or None.

        >>> spark.range(9).first()
        Row(id=0)
        """
        rows = self._take(1)
        return rows[0] if rows else None

    @operator
    def tail(self, num):
        """The last rows.

        >>> spark.range(9).tail(2)
        [Row(id=7), Row(id=8)]
        """
        return self._query().take(-num, Row, current_call(), self._properties())

    @operator
    def count(self):
        """How many rows there are.

        >>> spark.range(9).count()
        9
        """
        from rushlight.sql._making import as_literal, call
        from rushlight.sql.column import Column
        from rushlight import _engine
        counted = self._derive(_engine.plan_aggregate(
            [], [call("count", as_literal(1)).alias("count")._expr], self._plan))
        return counted._query().collect(Row, self._jvm_call("count"), self._properties())[0][0]

    @operator
    def isEmpty(self):
        """Whether there is no row.

        >>> spark.range(9).where("id > 10").isEmpty()
        True
        """
        limited = self.select().limit(1)
        return not limited._query().take(1, Row, self._jvm_call("isEmpty"), self._properties())

    @operator
    def show(self, n=20, truncate=True, vertical=False):
        """Prints the first rows as a table.

        >>> spark.range(2).show()
        +---+
        | id|
        +---+
        |  0|
        |  1|
        +---+
        <BLANKLINE>
        """
        print(self._show_string(n, truncate, vertical))

    def _show_string(self, n=20, truncate=True, vertical=False):
        if not isinstance(n, int) or isinstance(n, bool):
            raise wrong_type("n", "int", n)
        if not isinstance(vertical, bool):
            raise wrong_type("vertical", "bool", vertical)
        if not isinstance(truncate, (bool, int)):
            try:
                truncate = int(truncate)
            except ValueError:
                raise wrong_type("truncate", "bool", truncate) from None
        width = 20 if truncate is True else 0 if truncate is False else int(truncate)
        return show_text(self.columns, self._rows_as_text(n), n, width, vertical)

    def _rows_as_text(self, n):
        """The first `n` rows, and one more if there is one, with values as show() prints them."""
        from rushlight import _engine
        from rushlight.sql._making import as_literal, call
        from rushlight.sql.column import Column
        exprs = [call("to_pretty_string", Column(attribute)).alias(name)._expr
                 for name, attribute in zip(self.columns, self._plan.attributes())]
        shown = self._derive(_engine.plan_limit(
            as_literal(max(n, 0) + 1)._expr, _engine.plan_unary("project", exprs, self._plan)))
        return [list(row) for row in shown._query().collect(
            Row, self._jvm_call("showString"), self._properties())]

    def _repr_html_(self):
        """The first rows as a table for notebooks, with spark.sql.repl.eagerEval.enabled."""
        conf = self._session.conf
        if conf.get("spark.sql.repl.eagerEval.enabled", "false") != "true":
            return None
        return html_text(self.columns, self._rows_as_text(self._eager("maxNumRows")),
                         self._eager("maxNumRows"), self._eager("truncate"))

    def _eager(self, name):
        return int(self._session.conf.get(f"spark.sql.repl.eagerEval.{name}", "20"))

    def _jvm_call(self, name):
        return renamed(current_call(), f"{name} at {_FROM_JVM}")

    def _properties(self):
        return dict(self._session._context._local.properties)

    @operator
    def toLocalIterator(self, prefetchPartitions=False):
        """The rows one by one, a partition at a time.

        >>> [r.id for r in spark.range(3).toLocalIterator()]
        [0, 1, 2]
        """
        return self._rdd(told=True).toLocalIterator(prefetchPartitions)

    @operator
    def foreach(self, f):
        """Calls a function for each row, in workers.

        >>> seen = sc.accumulator(0)
        >>> spark.range(4).foreach(lambda row: seen.add(row.id))
        >>> seen.value
        6
        """
        self.rdd.foreach(f)

    @operator
    def foreachPartition(self, f):
        """Calls a function for each partition's rows, in workers."""
        self.rdd.foreachPartition(f)
