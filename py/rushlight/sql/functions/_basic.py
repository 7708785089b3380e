"""Columns, literals, conditions and order."""
from rushlight import _engine
from rushlight.sql._making import ansi, as_literal, call, call_shown, named_column
from rushlight.sql.column import Column, case_when

__all__ = ["col", "column", "lit", "expr", "when", "broadcast", "asc", "desc",
           "asc_nulls_first", "asc_nulls_last", "desc_nulls_first", "desc_nulls_last",
           "call_function", "call_udf", "like", "ilike"]


def col(col):
    """The column of a name.

    >>> spark.range(2).select(col("id")).count()
    2
    """
    return named_column(col)


column = col


def lit(col):
    """A value, the same for each row.

    >>> spark.range(1).select(lit("x").alias("v")).collect()
    [Row(v='x')]
    """
    return as_literal(col)


def expr(str):
    """What SQL text says.

    >>> spark.range(2).select(expr("id + 1 as n")).collect()
    [Row(n=1), Row(n=2)]
    """
    return Column(_engine.expr_parse(str, ansi()), str)


def when(condition, value):
    """A value where a condition holds; more branches by .when(), the rest by .otherwise().

    >>> spark.range(2).select(when(col("id") > 0, "yes").otherwise("no").alias("v")).collect()
    [Row(v='no'), Row(v='yes')]
    """
    return case_when([condition, value])


def broadcast(df):
    """Marks a DataFrame as small enough to be sent to every executor for a join.

    >>> spark.range(3).join(broadcast(spark.range(2)), "id").count()
    2
    """
    return df.hint("broadcast")


def asc(col):
    """Smallest first.

    >>> spark.range(3).orderBy(asc("id")).first()
    Row(id=0)
    """
    return named_column(col).asc()


def desc(col):
    """Largest first.

    >>> spark.range(3).orderBy(desc("id")).first()
    Row(id=2)
    """
    return named_column(col).desc()


def asc_nulls_first(col):
    """Smallest first, nulls before them.

    >>> spark.range(3).orderBy(asc_nulls_first("id")).first()
    Row(id=0)
    """
    return named_column(col).asc_nulls_first()


def asc_nulls_last(col):
    """Smallest first, nulls at the end.

    >>> spark.range(3).orderBy(asc_nulls_last("id")).first()
    Row(id=0)
    """
    return named_column(col).asc_nulls_last()


def desc_nulls_first(col):
    """Largest first, nulls before them.

    >>> spark.range(3).orderBy(desc_nulls_first("id")).first()
    Row(id=2)
    """
    return named_column(col).desc_nulls_first()


def desc_nulls_last(col):
    """Largest first, nulls at the end.

    >>> spark.range(3).orderBy(desc_nulls_last("id")).first()
    Row(id=2)
    """
    return named_column(col).desc_nulls_last()


def call_function(funcName, *cols):
    """A function of SQL by name, also one that the user registered.

    >>> spark.range(1).select(call_function("upper", lit("a")).alias("v")).first().v
    'A'
    """
    parts = _engine.parse_identifier(funcName)
    columns = [named_column(c) for c in cols]
    return Column(_engine.expr_call(parts, [c._expr for c in columns]),
                  lambda: call_shown(funcName, columns))


call_udf = call_function


def like(str, pattern, escapeChar=None):
    """Whether the text fits a pattern of LIKE.

    >>> spark.range(1).select(like(lit("lamp"), lit("l%")).alias("v")).first().v
    True
    >>> spark.range(1).select(like(lit("5%"), lit("5!%"), lit("!")).alias("v")).first().v
    True
    """
    return _like("like", named_column(str), named_column(pattern), escapeChar)


def ilike(str, pattern, escapeChar=None):
    """As like(), without regard to case.

    >>> spark.range(1).select(ilike(lit("Lamp"), lit("l%")).alias("v")).first().v
    True
    """
    return _like("ilike", named_column(str), named_column(pattern), escapeChar)


def _like(name, text, pattern, escape):
    """LIKE, with a character of one's own before % and _ that stand for themselves."""
    if escape is None:
        return getattr(text, name)(pattern)
    words = [text, pattern] if name == "like" else [call("lower", text), call("lower", pattern)]
    return Column(_engine.expr_like(words[0]._expr, words[1]._expr, _character(escape)),
                  lambda: call_shown(name, [text, pattern, as_literal(_character(escape))]))


def _character(escape):
    return escape._shown().strip("'") if isinstance(escape, Column) else escape
