"""DataFrame's methods that put two DataFrames together."""
from rushlight import _engine
from rushlight._callsite import operator
from rushlight.errors import PySparkTypeError
from rushlight.sql.column import Column, as_literal

_TYPES = {
    "inner": "inner", "cross": "cross", "outer": "fullouter", "full": "fullouter",
    "fullouter": "fullouter", "left": "leftouter", "leftouter": "leftouter",
    "right": "rightouter", "rightouter": "rightouter", "semi": "leftsemi", "leftsemi": "leftsemi",
    "anti": "leftanti", "leftanti": "leftanti",
}


def join_type(how):
    """A join's type as the engine knows it."""
    found = _TYPES.get(how.lower().replace("_", ""))
    if found is None:
        from rushlight.errors import AnalysisException
        supported = ", ".join(f"'{t}'" for t in (
            "inner", "outer", "full", "fullouter", "full_outer", "leftouter", "left",
            "left_outer", "rightouter", "right", "right_outer", "leftsemi", "left_semi", "semi",
            "leftanti", "left_anti", "anti", "cross"))
        raise AnalysisException(f"[UNSUPPORTED_JOIN_TYPE] Unsupported join type '{how}'. "
                                f"Supported join types include: {supported}. SQLSTATE: 0A000")
    return found


class Joining:
    """What puts two DataFrames together."""

    @operator
    def join(self, other, on=None, how=None):
        """Pairs of rows: by columns of the same name, or by a condition.

        >>> a = spark.createDataFrame([(1, "x"), (2, "y")], "k int, l string")
        >>> b = spark.createDataFrame([(1, "u")], "k int, r string")
        >>> a.join(b, "k", "left").orderBy("k").collect()
        [Row(k=1, l='x', r='u'), Row(k=2, l='y', r=None)]
        """
        if how is not None and not isinstance(how, str):
            raise PySparkTypeError("how should be a string")
        kind = join_type(how or "inner")
        if isinstance(on, str):
            on = [on]
        if isinstance(on, Column):
            on = [on]
        if not on:
            return self._derive(_engine.plan_join(kind, None, self._plan, other._plan))
        if isinstance(on[0], str):
            return self._derive(_engine.plan_join_using(kind, list(on), self._plan, other._plan))
        condition = on[0]
        for more in on[1:]:
            condition = condition & more
        return self._derive(_engine.plan_join(kind, condition._expr, self._plan, other._plan))

    @operator
    def crossJoin(self, other):
        """Every pair of rows.

        >>> spark.range(2).crossJoin(spark.range(3)).count()
        6
        """
        return self._derive(_engine.plan_join("cross", None, self._plan, other._plan))

    @operator
    def union(self, other):
        """The rows of both, columns by position.

        >>> spark.range(2).union(spark.range(1)).count()
        3
        """
        return self._derive(_engine.plan_union([self._plan, other._plan], False, False))

    unionAll = union

    @operator
    def unionByName(self, other, allowMissingColumns=False):
        """The rows of both, columns by name."""
        return self._derive(_engine.plan_union([self._plan, other._plan], True,
                                               allowMissingColumns))

    @operator
    def intersect(self, other):
        """Rows that both have, once."""
        return self._derive(_engine.plan_setop("intersect", False, self._plan, other._plan))

    @operator
    def intersectAll(self, other):
        """Rows that both have, as often as both have them."""
        return self._derive(_engine.plan_setop("intersect", True, self._plan, other._plan))

    @operator
    def subtract(self, other):
        """Rows that the other has not, once."""
        return self._derive(_engine.plan_setop("except", False, self._plan, other._plan))

    @operator
    def exceptAll(self, other):
        """Rows that the other has not so often."""
        return self._derive(_engine.plan_setop("except", True, self._plan, other._plan))

    @operator
    def hint(self, name, *parameters):
        """What the optimizer should know: "broadcast", "merge", "shuffle_hash", …"""
        if len(parameters) == 1 and isinstance(parameters[0], list):
            parameters = parameters[0]
        return self._derive(_engine.plan_hint(name, [as_literal(p)._expr for p in parameters],
                                              self._plan))
