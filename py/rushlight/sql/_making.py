"""Making Columns: of names, of values, of operators, of calls.

How a Column is shown is Spark's: operators stand before their operands.

    col ("a") + 1                +(a, 1)
    F.sum ("a").over (w)         sum(a) OVER (PARTITION BY b)
"""
import datetime
import decimal

from rushlight import _engine
from rushlight.errors import PySparkTypeError, PySparkValueError
from rushlight.errors.base import wrong_type
from rushlight.sql._caller import place
from rushlight.sql.types import DataType, parse_ddl

# How operators are shown.
_SHOWN = {
    "add": "+", "subtract": "-", "multiply": "*", "divide": "/", "remainder": "%",
    "negate": "negative", "equal": "=", "equal_null_safe": "<=>", "less": "<", "less_equal": "<=",
    "greater": ">", "greater_equal": ">=", "in": "in", "and": "and", "or": "or", "not": "!",
    "is_null": "isNull", "is_not_null": "isNotNull",
}


def ansi():
    """Whether the session that is active follows the SQL standard: errors, not nulls."""
    from rushlight.sql.session import SparkSession
    session = SparkSession.getActiveSession()
    return session is None or session.conf.get("spark.sql.ansi.enabled", "true") == "true"


def type_text(data_type):
    """A type as the engine reads it: JSON of a DataType, or the DDL text that it is."""
    if isinstance(data_type, DataType):
        return data_type.json()
    if isinstance(data_type, str):
        return data_type
    raise wrong_type("dataType", "DataType or str", data_type)


def sql_name_of(data_type):
    """A type's name in SQL, in capitals.

    >>> sql_name_of("array<long>")
    'ARRAY<BIGINT>'
    """
    given = parse_ddl(data_type) if isinstance(data_type, str) else data_type
    return given.simpleString().upper()


# ---- values -----------------------------------------------------------------------------------

def as_literal(value, data_type=None):
    """A Column that is a value."""
    from rushlight.sql.column import Column
    if isinstance(value, Column):
        return value
    if isinstance(value, (list, tuple)):
        return make_call("array", *[as_literal(v) for v in value])
    if isinstance(value, dict):
        return make_call("map", *[as_literal(x) for pair in value.items() for x in pair])
    if isinstance(value, decimal.Decimal) and not value.is_finite():
        raise PySparkValueError(f"{value} has no place in a decimal type")
    if hasattr(value, "dtype") and hasattr(value, "tolist"):    # NumPy, without NumPy
        return as_literal(value.tolist())
    try:
        expr = _engine.expr_literal(value) if data_type is None else \
            _engine.expr_literal(value, type_text(data_type))
    except TypeError:
        raise PySparkTypeError(errorClass="UNSUPPORTED_LITERAL",
                               messageParameters={"literal": repr(value)}) from None
    return Column(expr, lambda: _literal_shown(value, expr))


def _literal_shown(value, expr):
    if value is None or isinstance(value, (bool, float)):
        return expr.pretty()
    if isinstance(value, int):
        return str(value) if -(1 << 31) <= value < 1 << 31 else f"{value}L"
    if isinstance(value, str):
        return "'%s'" % value.replace("\\", "\\\\").replace("'", "\\'")
    if isinstance(value, (decimal.Decimal, datetime.date)):
        return str(value)
    return expr.pretty()


def as_column(value):
    """A Column as it is, and anything else as a literal: operands of operators."""
    from rushlight.sql.column import Column
    return value if isinstance(value, Column) else as_literal(value)


# ---- names ------------------------------------------------------------------------------------

def named_column(value, argument="col"):
    """A Column as it is, and a str as the column of that name: arguments of functions."""
    from rushlight.sql.column import Column
    if isinstance(value, Column):
        return value
    if isinstance(value, str):
        return column_of_name(value)
    raise wrong_type(argument, "Column or str", value)


def as_order(column):
    """A Column as one of ORDER BY: smallest first, unless it says otherwise."""
    return column if column._expr.kind == "SortOrder" else column.asc()


def number_column(value):
    """A number as a literal, all else as named_column() has it."""
    return as_literal(value) if isinstance(value, (int, float)) else named_column(value)


def flat(cols):
    """The arguments of a call: f(a, b) and f([a, b]) say the same."""
    return list(cols[0]) if len(cols) == 1 and isinstance(cols[0], (list, tuple, set)) else \
        list(cols)


def column_of_name(name, plan_id=-1):
    """The column of a name: "a", "t.a", "s.field", "`a.b`", "*", "t.*"."""
    from rushlight.sql.column import Column
    if name == "*":
        return Column(_engine.expr_star(None), "*")
    if name.endswith(".*"):
        return Column(_engine.expr_star(parts_of(name[:-2])), f"{name}.*")
    if plan_id >= 0:        # known to be there
        return Column(_engine.expr_attribute(parts_of(name), plan_id), name)
    return Column(_engine.expr_attribute(parts_of(name), plan_id, "col", place()[1]), name)


def parts_of(name):
    """["a", "b c"] of "a.`b c`": what stands between back-ticks or points is a part."""
    if "`" not in name:
        parts = name.split(".")
        if all(parts) or len(parts) == 1:
            return parts
    return _quoted_parts(name)


def _quoted_parts(name):
    parts, part, at, quoted = [], "", 0, False
    while at < len(name):
        c = name[at]
        if quoted:
            if c != "`":
                part += c
            elif name[at + 1:at + 2] == "`":
                part += c
                at += 1
            elif at + 1 < len(name) and name[at + 1] != ".":
                raise _broken(name)
            else:
                quoted = False
        elif c == "`":
            if part:
                raise _broken(name)
            quoted = True
        elif c == ".":
            if name[at - 1:at] in ("", ".") or at == len(name) - 1:
                raise _broken(name)
            parts.append(part)
            part = ""
        else:
            part += c
        at += 1
    if quoted:
        raise _broken(name)
    return [*parts, part]


def _broken(name):
    from rushlight.errors.sql import engine_condition
    return engine_condition("INVALID_ATTRIBUTE_NAME_SYNTAX", name=name)


def quoted(name):
    """A name as it stands, whatever characters it has."""
    return "`%s`" % name.replace("`", "``")


# ---- operators and calls ----------------------------------------------------------------------

def call_shown(name, columns, argument_names=()):
    """name(a, b); the last ones with their names, name(a, x => b)."""
    by_place = len(columns) - len(argument_names)
    said = [""] * by_place + [f"{argument} => " for argument in argument_names]
    return f"{name}({', '.join(s + c._shown() for s, c in zip(said, columns))})"


def make_operator(name, *operands):
    """An operator of the engine over Columns and values."""
    from rushlight.sql.column import Column
    columns = [as_column(x) for x in operands]
    return Column(_engine.expr_operator(name, [c._expr for c in columns], ansi(), *place()),
                  lambda: call_shown(_SHOWN[name], columns))


def make_call(name, *args, distinct=False, shown=None):
    """A call of a function of the engine; `shown`: another name to show, or what makes the text."""
    from rushlight.sql.column import Column
    columns = [as_column(a) for a in args]
    if not callable(shown):
        shown_name = shown or name
        shown = lambda: call_shown(shown_name, columns)     # noqa: E731
    return Column(_engine.expr_call([name], [c._expr for c in columns], distinct, None, *place()),
                  shown)


call = make_call
