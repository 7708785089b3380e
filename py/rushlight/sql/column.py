"""Column: an expression over the rows of a DataFrame.

A Column holds a handle on an expression of the engine, not yet resolved, and how to show it;
operators and methods make new ones.  Names are looked up, and types checked, when a DataFrame is
made of it.

    >>> (col("age") + 1).alias("next")
    Column<'+(age, 1) AS next'>

Mirrors pyspark.sql.Column.
"""
from rushlight import _engine
from rushlight.errors import (
    IllegalArgumentException, NotThereYet, PySparkTypeError, PySparkValueError)
from rushlight.errors.base import wrong_type
from rushlight.sql._caller import place
from rushlight.sql._making import (
    ansi, as_column, as_literal, call_shown, make_call, make_operator, sql_name_of, type_text)

__all__ = ["Column"]


class Column:
    """An expression: `df["age"]`, `col("age") > 30`, `F.sum("amount")`."""

    def __init__(self, expr, shown=None):
        self._expr = expr
        self._shown_as = shown      # text, or a function that makes it

    # ---- arithmetic ----

    def __add__(self, other):
        return make_operator("add", self, other)

    def __radd__(self, other):
        return make_operator("add", self, other)

    def __sub__(self, other):
        return make_operator("subtract", self, other)

    def __rsub__(self, other):
        return make_operator("subtract", other, self)

    def __mul__(self, other):
        return make_operator("multiply", self, other)

    def __rmul__(self, other):
        return make_operator("multiply", self, other)

    def __truediv__(self, other):
        return make_operator("divide", self, other)

    def __rtruediv__(self, other):
        return make_operator("divide", other, self)

    def __mod__(self, other):
        return make_operator("remainder", self, other)

    def __rmod__(self, other):
        return make_operator("remainder", other, self)

    def __pow__(self, other):
        return make_call("power", self, other)

    def __rpow__(self, other):
        return make_call("power", other, self)

    def __neg__(self):
        return make_operator("negate", self)

    # ---- comparisons ----

    def __eq__(self, other):
        return make_operator("equal", self, other)

    def __ne__(self, other):
        return make_operator("not", make_operator("equal", self, other))

    def __lt__(self, other):
        return make_operator("less", self, other)

    def __le__(self, other):
        return make_operator("less_equal", self, other)

    def __gt__(self, other):
        return make_operator("greater", self, other)

    def __ge__(self, other):
        return make_operator("greater_equal", self, other)

    __hash__ = None

    def eqNullSafe(self, other):
        """Equal, where null equals null.

        >>> df = spark.createDataFrame([(1,), (None,)], "a int")
        >>> df.select(df.a.eqNullSafe(None).alias("null")).collect()
        [Row(null=False), Row(null=True)]
        """
        return make_operator("equal_null_safe", self, other)

    def between(self, lowerBound, upperBound):
        """At least the one, at most the other.

        >>> spark.range(5).where(col("id").between(1, 3)).count()
        3
        """
        return (self >= lowerBound) & (self <= upperBound)

    def isin(self, *cols):
        """One of some values.

        >>> spark.range(5).where(col("id").isin(1, 3, 9)).collect()
        [Row(id=1), Row(id=3)]
        """
        if len(cols) == 1 and isinstance(cols[0], (list, set, tuple)):
            cols = list(cols[0])
        if len(cols) == 1 and _is_dataframe(cols[0]):
            return Column(_engine.expr_subquery("in", cols[0]._plan, [self._expr]),
                          lambda: f"in_subquery({self._shown()})")
        return make_operator("in", self, *cols)

    # ---- logic ----

    def __and__(self, other):
        return make_operator("and", self, other)

    def __rand__(self, other):
        return make_operator("and", self, other)

    def __or__(self, other):
        return make_operator("or", self, other)

    def __ror__(self, other):
        return make_operator("or", self, other)

    def __invert__(self):
        return make_operator("not", self)

    def isNull(self):
        """Whether it is null."""
        return make_operator("is_null", self)

    def isNotNull(self):
        """Whether it is not null."""
        return make_operator("is_not_null", self)

    def isNaN(self):
        """Whether it is not a number (float and double)."""
        return make_call("isnan", self, shown="isNaN")

    # ---- bits ----

    def bitwiseAND(self, other):
        """Bits that both have.

        >>> spark.range(4).select(col("id").bitwiseAND(2).alias("n")).collect()[3]
        Row(n=2)
        """
        return make_call("&", self, other, shown="&")

    def bitwiseOR(self, other):
        """Bits that one of them has."""
        return make_call("|", self, other, shown="|")

    def bitwiseXOR(self, other):
        """Bits that exactly one of them has."""
        return make_call("^", self, other, shown="^")

    # ---- text ----

    def contains(self, other):
        """Whether the text holds another."""
        return make_call("contains", self, other)

    def startswith(self, other):
        """Whether the text begins with another."""
        return make_call("startswith", self, other)

    def endswith(self, other):
        """Whether the text ends with another."""
        return make_call("endswith", self, other)

    def like(self, other):
        """Whether the text fits a pattern of SQL's LIKE: % for any text, _ for one character.

        >>> spark.sql("select 'lamp' as w").where(col("w").like("l_m%")).count()
        1
        """
        pattern = as_column(other)
        return Column(_engine.expr_like(self._expr, pattern._expr),
                      lambda: call_shown("like", (self, pattern)))

    def ilike(self, other):
        """As like(), without regard to case."""
        lowered = make_call("lower", as_column(other))
        return Column(_engine.expr_like(make_call("lower", self)._expr, lowered._expr),
                      lambda: call_shown("ilike", (self, as_column(other))))

    def rlike(self, other):
        """Whether a regular expression is found in the text."""
        return make_call("rlike", self, other)

    def substr(self, startPos, length):
        """`length` characters from the `startPos`-th, which is counted from 1.

        >>> spark.sql("select 'rushlight' as w").select(col("w").substr(1, 4)).first()[0]
        'rush'
        """
        if type(startPos) is not type(length):
            raise PySparkTypeError(errorClass="NOT_SAME_TYPE", messageParameters={
                "arg_name1": "startPos", "arg_name2": "length",
                "arg_type1": type(startPos).__name__, "arg_type2": type(length).__name__})
        if not isinstance(startPos, (int, Column)):
            raise wrong_type("startPos", "Column or int", startPos)
        return make_call("substr", self, startPos, length)

    # ---- parts ----

    def getField(self, name):
        """A field of a struct, or the value of a key."""
        return self[name]

    def getItem(self, key):
        """The element at a position from 0, or the value of a key."""
        return self[key]

    def __getitem__(self, key):
        if isinstance(key, slice):
            if key.step is not None:
                raise PySparkValueError(errorClass="SLICE_WITH_STEP", messageParameters={})
            return self.substr(key.start, key.stop)
        part = as_column(key)
        return Column(_engine.expr_operator("extract", [self._expr, part._expr], ansi(), *place()),
                      lambda: f"{self._shown()}[{part._shown()}]")

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self[name]

    def withField(self, fieldName, col):
        """The struct with one field added or replaced; "a.b" is a field of the field a.

        >>> from rushlight.sql import functions as F
        >>> df = spark.range(1).select(F.struct("id").alias("s"))
        >>> df.select(df.s.withField("n", F.lit(2)).alias("s")).first()
        Row(s=Row(id=0, n=2))
        """
        if not isinstance(fieldName, str):
            raise wrong_type("fieldName", "str", fieldName)
        if not isinstance(col, Column):
            raise wrong_type("col", "Column", col)
        outer, _, inner = fieldName.partition(".")
        value = self[outer].withField(inner, col) if inner else col
        return make_call("with field", self, as_literal(outer), value,
                         shown=lambda: "update_field({}, {}, {})".format(
                             self._shown(), fieldName, col._shown()))

    def dropFields(self, *fieldNames):
        """The struct without some fields.

        >>> from rushlight.sql import functions as F
        >>> df = spark.range(1).select(F.struct("id", F.lit(2).alias("n")).alias("s"))
        >>> df.select(df.s.dropFields("id").alias("s")).first()
        Row(s=Row(n=2))
        """
        made = self
        for name in fieldNames:
            made = make_call("drop field", made, as_literal(name), shown=(
                lambda of=made, name=name: f"drop_field({of._shown()}, {name})"))
        return made

    def outer(self):
        """A column of the query around a subquery: SQL text can say it."""
        raise NotThereYet("Column.outer")

    def transform(self, f):
        """What a function makes of the column: for chains of functions.

        >>> spark.range(2).select(col("id").transform(lambda c: c + 1).alias("n")).collect()
        [Row(n=1), Row(n=2)]
        """
        made = f(self)
        if not isinstance(made, Column):
            raise PySparkTypeError(errorClass="HIGHER_ORDER_FUNCTION_SHOULD_RETURN_COLUMN",
                                   messageParameters={"func_name": f.__name__,
                                                      "return_type": type(made).__name__})
        return made

    # ---- names and types ----

    def alias(self, *alias, **kwargs):
        """A name for the column; several for the columns of a generator.

        >>> spark.range(1).select(col("id").alias("n")).columns
        ['n']
        """
        metadata = kwargs.pop("metadata", None)
        assert not kwargs, f"unexpected keywords: {list(kwargs)}"
        if metadata is not None and len(alias) != 1:
            raise PySparkValueError(errorClass="ONLY_ALLOWED_FOR_SINGLE_COLUMN",
                                    messageParameters={"arg_name": "metadata"})
        names = alias[0] if len(alias) == 1 else f"({', '.join(alias)})"
        json = None
        if metadata is not None:
            from json import dumps
            json = dumps(metadata)
        return Column(_engine.expr_alias(self._expr, list(alias), json),
                      lambda: f"{self._shown()} AS {names}")

    name = alias

    def cast(self, dataType):
        """The value as another type.

        >>> spark.range(2).select(col("id").cast("string")).collect()
        [Row(id='0'), Row(id='1')]
        """
        return self._cast(dataType, "ansi" if ansi() else "legacy", "CAST")

    astype = cast

    def try_cast(self, dataType):
        """As cast(), with null for what does not fit."""
        return self._cast(dataType, "try", "TRY_CAST")

    def _cast(self, data_type, mode, word):
        return Column(_engine.expr_cast(self._expr, type_text(data_type), mode, *place()),
                      lambda: f"{word}({self._shown()} AS {sql_name_of(data_type)})")

    # ---- order ----

    def asc(self):
        """Smallest first, nulls before them."""
        return self._sorted(False, False, "ASC NULLS FIRST")

    asc_nulls_first = asc

    def asc_nulls_last(self):
        """Smallest first, nulls at the end."""
        return self._sorted(False, True, "ASC NULLS LAST")

    def desc(self):
        """Largest first, nulls at the end."""
        return self._sorted(True, True, "DESC NULLS LAST")

    desc_nulls_last = desc

    def desc_nulls_first(self):
        """Largest first, nulls before them."""
        return self._sorted(True, False, "DESC NULLS FIRST")

    def _sorted(self, descending, nulls_last, words):
        return Column(_engine.expr_sort(self._expr, descending, nulls_last),
                      lambda: f"{self._shown()} {words}")

    # ---- choice ----

    def when(self, condition, value):
        """Another branch of when(…): F.when(a, x).when(b, y).otherwise(z)."""
        branches = self.__dict__.get("_branches")
        if branches is None:
            raise IllegalArgumentException("when() can only be applied on a Column previously "
                                           "generated by when() function", "INVALID_ARGUMENT")
        if self.__dict__.get("_has_else"):
            raise IllegalArgumentException("when() cannot be applied once otherwise() is applied",
                                           "INVALID_ARGUMENT")
        return case_when([*branches, condition, value])

    def otherwise(self, value):
        """What is left: F.when(a, x).otherwise(z)."""
        branches = self.__dict__.get("_branches")
        if branches is None:
            raise IllegalArgumentException("otherwise() can only be applied on a Column "
                                           "previously generated by when()", "INVALID_ARGUMENT")
        if self.__dict__.get("_has_else"):
            raise IllegalArgumentException("otherwise() can only be applied once on a Column "
                                           "previously generated by when()", "INVALID_ARGUMENT")
        made = case_when([*branches, value])
        made.__dict__["_has_else"] = True
        return made

    # ---- windows ----

    def over(self, window):
        """An aggregate or ranking function for each row, over a window of rows around it.

        >>> from rushlight.sql import Window, functions as F
        >>> w = Window.partitionBy((col("id") % 2)).orderBy("id")
        >>> spark.range(4).select("id", F.row_number().over(w).alias("n")).orderBy("id").collect()
        [Row(id=0, n=1), Row(id=1, n=1), Row(id=2, n=2), Row(id=3, n=2)]
        """
        from rushlight.sql.window import WindowSpec
        if not isinstance(window, WindowSpec):
            raise wrong_type("window", "WindowSpec", window)
        if self._expr.kind == "PythonUDF":
            raise NotThereYet("a pandas_udf over a window")
        return Column(
            _engine.expr_window(self._expr, [c._expr for c in window._partition],
                                [c._expr for c in window._orders], window._frame),
            lambda: f"{self._shown()} OVER ({window._shown()})")

    # ---- what Python asks of objects ----

    def __contains__(self, item):
        raise PySparkValueError(errorClass="CANNOT_APPLY_IN_FOR_COLUMN", messageParameters={})

    def __iter__(self):
        raise PySparkTypeError(errorClass="NOT_ITERABLE",
                               messageParameters={"objectName": "Column"})

    def __bool__(self):
        raise PySparkValueError(errorClass="CANNOT_CONVERT_COLUMN_INTO_BOOL",
                                messageParameters={"column": self._shown()})

    def _shown(self):
        if not isinstance(self._shown_as, str):
            self._shown_as = self._shown_as() if self._shown_as else self._expr.pretty()
        return self._shown_as

    def __repr__(self):
        return f"Column<'{self._shown()}'>"


def _is_dataframe(value):
    from rushlight.sql.dataframe import DataFrame
    return isinstance(value, DataFrame)


def case_when(branches):
    """CASE WHEN condition THEN value … ELSE value END, of [condition, value, …, value]."""
    conditions = branches[:len(branches) // 2 * 2:2]
    for condition in conditions:
        if not isinstance(condition, Column):
            raise wrong_type("condition", "Column", condition)
    columns = [as_column(b) for b in branches]

    def shown():
        words = [f"WHEN {c._shown()} THEN {v._shown()}"
                 for c, v in zip(columns[::2], columns[1::2])]
        if len(columns) % 2:
            words.append(f"ELSE {columns[-1]._shown()}")
        return f"CASE {' '.join(words)} END"

    exprs = [c._expr for c in columns]
    made = Column(_engine.expr_operator("case", exprs, ansi(), *place()), shown)
    made.__dict__["_branches"] = list(branches)
    return made
