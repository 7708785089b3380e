"""DataFrame's methods that put two DataFrames together."""
from rushlight import _engine
from rushlight._callsite import operator
from rushlight.errors.sql import engine_condition
from rushlight.sql._making import as_literal
from rushlight.sql.column import Column

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
        supported = ", ".join(f"'{t}'" for t in (
            "inner", "outer", "full", "fullouter", "full_outer", "leftouter", "left",
            "left_outer", "rightouter", "right", "right_outer", "leftsemi", "left_semi", "semi",
            "leftanti", "left_anti", "anti", "cross"))
        raise engine_condition("UNSUPPORTED_JOIN_TYPE", typ=how, supported=supported)
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
        assert how is None or isinstance(how, str), "how should be a string"
        kind = join_type(how or "inner")
        if isinstance(on, (str, Column)):
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
        """The rows of both, columns by name; missing ones are null if that is allowed.

        >>> a = spark.createDataFrame([(1, "x")], "k int, s string")
        >>> b = spark.createDataFrame([("y", 2)], "s string, k int")
        >>> a.unionByName(b).collect()
        [Row(k=1, s='x'), Row(k=2, s='y')]
        """
        if not allowMissingColumns:
            for name in self.columns:
                if not any(self._same_name(name, there) for there in other.columns):
                    raise engine_condition("UNRESOLVED_COLUMN_AMONG_FIELD_NAMES", colName=name,
                                           fieldNames=", ".join(other.columns))
        return self._derive(_engine.plan_union([self._plan, other._plan], True,
                                               allowMissingColumns))

    @operator
    def intersect(self, other):
        """Rows that both have, once.

        >>> spark.range(3).intersect(spark.range(2, 5)).collect()
        [Row(id=2)]
        """
        return self._derive(_engine.plan_setop("intersect", False, self._plan, other._plan))

    @operator
    def intersectAll(self, other):
        """Rows that both have, as often as both have them."""
        return self._derive(_engine.plan_setop("intersect", True, self._plan, other._plan))

    @operator
    def subtract(self, other):
        """Rows that the other has not, once.

        >>> spark.range(3).subtract(spark.range(2)).collect()
        [Row(id=2)]
        """
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

    @operator
    def lateralJoin(self, other, on=None, how=None):
        """Each row with the rows that another DataFrame has for it: it may name outer columns."""
        kind = join_type(how or "inner")
        return self._derive(_engine.plan_lateral_join(kind, None if on is None else on._expr,
                                                      self._plan, other._plan))

    def scalar(self):
        """The DataFrame's one value, as a Column: a subquery.

        >>> few = spark.range(3)
        >>> few.where(few.id == spark.range(3).selectExpr("max(id)").scalar()).collect()
        [Row(id=2)]
        """
        return Column(_engine.expr_subquery("scalar", self._plan, []), "scalar_subquery()")

    def exists(self):
        """Whether the DataFrame has rows, as a Column: a subquery.

        >>> spark.range(2).where(spark.range(0).exists()).count()
        0
        """
        return Column(_engine.expr_subquery("exists", self._plan, []), "exists_subquery()")
