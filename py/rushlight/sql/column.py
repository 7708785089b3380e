"""Column: an expression over the rows of a DataFrame.

A Column holds a handle on an expression of the engine, not yet resolved; operators and methods make
new ones.  Names are looked up, and types checked, when a DataFrame is made of it.

    >>> (col("age") + 1).alias("next")
    Column<'(age + 1) AS next'>

Mirrors pyspark.sql.Column.
"""
import decimal

from rushlight import _engine
from rushlight.errors import PySparkTypeError, PySparkValueError
from rushlight.sql._caller import user_line
from rushlight.sql.types import DataType

__all__ = ["Column"]


class Column:
    """An expression: `df["age"]`, `col("age") > 30`, `F.sum("amount")`."""

    def __init__(self, expr):
        self._expr = expr

    # ---- arithmetic ----

    def __add__(self, other):
        return _binary("add", self, other)

    def __radd__(self, other):
        return _binary("add", other, self)

    def __sub__(self, other):
        return _binary("subtract", self, other)

    def __rsub__(self, other):
        return _binary("subtract", other, self)

    def __mul__(self, other):
        return _binary("multiply", self, other)

    def __rmul__(self, other):
        return _binary("multiply", other, self)

    def __truediv__(self, other):
        return _binary("divide", self, other)

    def __rtruediv__(self, other):
        return _binary("divide", other, self)

    def __mod__(self, other):
        return _binary("remainder", self, other)

    def __rmod__(self, other):
        return _binary("remainder", other, self)

    def __pow__(self, other):
        return _call("power", self, other)

    def __rpow__(self, other):
        return _call("power", as_column(other), self)

    def __neg__(self):
        return _operator("negate", self)

    # ---- comparisons ----

    def __eq__(self, other):
        return _binary("equal", self, other)

    def __ne__(self, other):
        return _operator("not", _binary("equal", self, other))

    def __lt__(self, other):
        return _binary("less", self, other)

    def __le__(self, other):
        return _binary("less_equal", self, other)

    def __gt__(self, other):
        return _binary("greater", self, other)

    def __ge__(self, other):
        return _binary("greater_equal", self, other)

    __hash__ = None

    def eqNullSafe(self, other):
        """Equal, where null equals null.

        >>> df = spark.createDataFrame([(1,), (None,)], "a int")
        >>> df.select(df.a.eqNullSafe(None).alias("null")).collect()
        [Row(null=False), Row(null=True)]
        """
        return _binary("equal_null_safe", self, other)

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
            cols = cols[0]
        if len(cols) == 1 and _is_dataframe(cols[0]):
            return Column(_engine.expr_subquery("in", cols[0]._plan, [self._expr]))
        return _operator("in", self, *cols)

    # ---- logic ----

    def __and__(self, other):
        return _binary("and", self, other)

    def __rand__(self, other):
        return _binary("and", other, self)

    def __or__(self, other):
        return _binary("or", self, other)

    def __ror__(self, other):
        return _binary("or", other, self)

    def __invert__(self):
        return _operator("not", self)

    def isNull(self):
        """Whether it is null."""
        return _operator("is_null", self)

    def isNotNull(self):
        """Whether it is not null."""
        return _operator("is_not_null", self)

    def isNaN(self):
        """Whether it is not a number (float and double)."""
        return _call("isnan", self)

    # ---- bits ----

    def bitwiseAND(self, other):
        """Bits that both have.

        >>> spark.range(4).select(col("id").bitwiseAND(2)).collect()[3]
        Row((id & 2)=2)
        """
        return _call("&", self, other)

    def bitwiseOR(self, other):
        """Bits that one of them has."""
        return _call("|", self, other)

    def bitwiseXOR(self, other):
        """Bits that exactly one of them has."""
        return _call("^", self, other)

    # ---- text ----

    def contains(self, other):
        """Whether the text holds another."""
        return _call("contains", self, other)

    def startswith(self, other):
        """Whether the text begins with another."""
        return _call("startswith", self, other)

    def endswith(self, other):
        """Whether the text ends with another."""
        return _call("endswith", self, other)

    def like(self, other):
        """Whether the text fits a pattern of SQL's LIKE: % for any text, _ for one character.

        >>> spark.sql("select 'lamp' as w").where(col("w").like("l_m%")).count()
        1
        """
        return Column(_engine.expr_like(self._expr, as_column(other)._expr))

    def ilike(self, other):
        """As like(), without regard to case."""
        return _call("ilike", self, other)

    def rlike(self, other):
        """Whether a regular expression is found in the text."""
        return _call("rlike", self, other)

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
            raise PySparkTypeError(errorClass="NOT_COLUMN_OR_INT", messageParameters={
                "arg_name": "startPos", "arg_type": type(startPos).__name__})
        return _call("substr", self, startPos, length)

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
                raise PySparkValueError("Using a slice with step is not supported.")
            return self.substr(key.start, key.stop)
        return _operator("extract", self, key)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self[name]

    def withField(self, fieldName, col):
        """The struct with one field added or replaced."""
        return _call("update_fields", self, as_literal(fieldName), col)

    def dropFields(self, *fieldNames):
        """The struct without some fields."""
        return _call("drop_fields", self, *[as_literal(n) for n in fieldNames])

    # ---- names and types ----

    def alias(self, *alias, **kwargs):
        """A name for the column; several for the columns of a generator.

        >>> spark.range(1).select(col("id").alias("n")).columns
        ['n']
        """
        metadata = kwargs.pop("metadata", None)
        if kwargs:
            raise PySparkValueError(f"Unexpected kwargs where passed: {list(kwargs)}")
        if metadata is not None:
            import json
            if len(alias) != 1:
                raise PySparkValueError("[ONLY_ALLOWED_FOR_SINGLE_COLUMN] Argument `metadata` can "
                                        "only be provided for a single column.")
            return Column(_engine.expr_alias(self._expr, list(alias), json.dumps(metadata)))
        return Column(_engine.expr_alias(self._expr, list(alias)))

    name = alias

    def cast(self, dataType):
        """The value as another type.

        >>> spark.range(2).select(col("id").cast("string")).collect()
        [Row(id='0'), Row(id='1')]
        """
        return Column(_engine.expr_cast(self._expr, type_text(dataType), cast_mode()))

    astype = cast

    def try_cast(self, dataType):
        """As cast(), with null for what does not fit."""
        return Column(_engine.expr_cast(self._expr, type_text(dataType), "try"))

    # ---- order ----

    def asc(self):
        """Smallest first, nulls before them."""
        return Column(_engine.expr_sort(self._expr, False, False))

    asc_nulls_first = asc

    def asc_nulls_last(self):
        """Smallest first, nulls at the end."""
        return Column(_engine.expr_sort(self._expr, False, True))

    def desc(self):
        """Largest first, nulls at the end."""
        return Column(_engine.expr_sort(self._expr, True, True))

    desc_nulls_last = desc

    def desc_nulls_first(self):
        """Largest first, nulls before them."""
        return Column(_engine.expr_sort(self._expr, True, False))

    # ---- choice ----

    def when(self, condition, value):
        """Another branch of when(…): F.when(a, x).when(b, y).otherwise(z)."""
        branches = self.__dict__.get("_branches")
        if branches is None:
            raise PySparkTypeError("when() can only be applied on a Column previously generated by "
                                   "when() function")
        if self.__dict__.get("_has_else"):
            raise PySparkTypeError("when() cannot be applied once otherwise() is applied")
        return case_when([*branches, condition, value])

    def otherwise(self, value):
        """What is left: F.when(a, x).otherwise(z)."""
        branches = self.__dict__.get("_branches")
        if branches is None:
            raise PySparkTypeError("otherwise() can only be applied on a Column previously "
                                   "generated by when()")
        if self.__dict__.get("_has_else"):
            raise PySparkTypeError("otherwise() can only be applied once on a Column previously "
                                   "generated by when()")
        made = _operator("case", *branches, value)
        made.__dict__["_branches"] = branches
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
            raise PySparkTypeError(errorClass="NOT_WINDOWSPEC", messageParameters={
                "arg_name": "window", "arg_type": type(window).__name__})
        return Column(_engine.expr_window(self._expr, window._partition, window._orders,
                                          window._frame))

    # ---- what Python asks of objects ----

    def __contains__(self, item):
        raise PySparkValueError("Cannot apply 'in' operator against a column: please use "
                                "'contains' in a string column or 'array_contains' function for "
                                "an array column.")

    def __iter__(self):
        raise PySparkTypeError("Column is not iterable")

    def __bool__(self):
        raise PySparkValueError(
            "[CANNOT_CONVERT_COLUMN_INTO_BOOL] Cannot convert column into bool: please use '&' "
            "for 'and', '|' for 'or', '~' for 'not' when building DataFrame boolean expressions.")

    def __repr__(self):
        return f"Column<'{self._expr.pretty()}'>"


# ---- making them ----------------------------------------------------------------------------

def _is_dataframe(value):
    from rushlight.sql.dataframe import DataFrame
    return isinstance(value, DataFrame)


def ansi():
    """Whether the session that is active follows the SQL standard: errors, not nulls."""
    from rushlight.sql.session import SparkSession
    session = SparkSession.getActiveSession()
    return session is None or session.conf.get("spark.sql.ansi.enabled", "true") == "true"


def cast_mode():
    return "ansi" if ansi() else "legacy"


def type_text(data_type):
    """A type as the engine reads it: JSON of a DataType, or the DDL text that it is."""
    if isinstance(data_type, DataType):
        return data_type.json()
    if isinstance(data_type, str):
        return data_type
    raise PySparkTypeError(errorClass="NOT_DATATYPE_OR_STR", messageParameters={
        "arg_name": "dataType", "arg_type": type(data_type).__name__})


def as_literal(value, data_type=None):
    """A Column that is a value."""
    if isinstance(value, Column):
        return value
    if isinstance(value, (list, tuple)):
        return _call("array", *[as_literal(v) for v in value])
    if isinstance(value, dict):
        return _call("map", *[as_literal(x) for pair in value.items() for x in pair])
    if isinstance(value, decimal.Decimal) and not value.is_finite():
        raise PySparkValueError(f"{value} has no place in a decimal type")
    if hasattr(value, "dtype") and hasattr(value, "item"):  # NumPy's scalars, without NumPy
        value = value.item()
    if data_type is not None:
        return Column(_engine.expr_literal(value, type_text(data_type)))
    return Column(_engine.expr_literal(value))


def as_column(value):
    """A Column as it is, and anything else as a literal: operands of operators."""
    return value if isinstance(value, Column) else as_literal(value)


def named_column(value, argument="col"):
    """A Column as it is, and a str as the column of that name: arguments of functions."""
    if isinstance(value, Column):
        return value
    if isinstance(value, str):
        return column_of_name(value)
    raise PySparkTypeError(errorClass="NOT_COLUMN_OR_STR", messageParameters={
        "arg_name": argument, "arg_type": type(value).__name__})


def column_of_name(name, plan_id=-1):
    """The column of a name: "a", "t.a", "s.field", "`a.b`", "*", "t.*"."""
    if name == "*":
        return Column(_engine.expr_star(None))
    if name.endswith(".*"):
        return Column(_engine.expr_star(_engine.parse_identifier(name[:-2])))
    parts = [name] if name.isidentifier() else _engine.parse_identifier(name)
    return Column(_engine.expr_attribute(parts, plan_id))


def _operator(name, *operands):
    return Column(_engine.expr_operator(name, [as_column(x)._expr for x in operands], ansi(),
                                        user_line()))


def _binary(name, left, right):
    return _operator(name, left, right)


def _call(name, *args):
    return Column(_engine.expr_call([name], [as_column(a)._expr for a in args]))


def call(name, *args, distinct=False):
    """A call of a function of the engine; arguments are Columns, or values that become literals."""
    return Column(_engine.expr_call([name], [as_column(a)._expr for a in args], distinct))


def case_when(branches):
    """CASE WHEN condition THEN value …, of [condition, value, condition, value, …]."""
    for condition in branches[::2]:
        if not isinstance(condition, Column):
            raise PySparkTypeError(errorClass="NOT_COLUMN", messageParameters={
                "arg_name": "condition", "arg_type": type(condition).__name__})
    made = _operator("case", *branches)
    made.__dict__["_branches"] = list(branches)
    return made
