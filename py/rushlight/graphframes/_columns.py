"""The columns that every graph has, and rows as structs.

    vertices    id, name                    edges   src, dst, …
    flat        `a.id`, `a.name`            columns that know whose they are: what joins work on
    nested      a struct<id, name>          what users see

Joins work on flat rows and make structs of them in the end, in one projection: a query that asks
the result for `a.name` alone reads and moves nothing else, as an optimizer sees through a
projection, but not into a struct that has gone through a join.
"""
from rushlight.sql import functions as F
from rushlight.sql._making import quoted
from rushlight.sql.types import StructType

ID, SRC, DST, EDGE, WEIGHT = "id", "src", "dst", "edge", "weight"


def column(name):
    """The column of this name, whatever characters it has.

    >>> spark.range(1).select(F.col("id").alias("a.id")).select(column("a.id")).columns
    ['a.id']
    """
    return F.col(quoted(name))


def literal(value, kind):
    """A value of this type as a column; tuples are structs where the type is one.

    >>> kind = spark.sql("SELECT named_struct('x', 1, 'y', 'a') AS id").schema["id"].dataType
    >>> spark.range(1).select(literal((2, "b"), kind).alias("id")).first()
    Row(id=Row(x=2, y='b'))
    """
    if isinstance(kind, StructType) and isinstance(value, tuple) and len(value) == len(kind):
        return F.struct(*(literal(v, field.dataType).alias(field.name)
                          for v, field in zip(value, kind)))
    return F.lit(value).cast(kind)


def columns_of(df):
    """All columns, each by its name."""
    return [column(name) for name in df.columns]


def as_struct(df, name):
    """All columns of a DataFrame in one, a struct of this name."""
    return F.struct(*columns_of(df)).alias(name)


def flat(df, name):
    """The DataFrame with columns that say whose they are.

    >>> flat(spark.range(1), "a").columns
    ['a.id']
    """
    return df.select(*(column(c).alias(f"{name}.{c}") for c in df.columns))


def nested(name, columns):
    """The struct of what flat() made.

    >>> flat(spark.range(1), "a").select(nested("a", ["id"])).first()
    Row(a=Row(id=0))
    """
    return F.struct(*(column(f"{name}.{c}").alias(c) for c in columns)).alias(name)


def all_of(conditions):
    """Their AND.

    >>> spark.range(9).where(all_of([F.col("id") > 2, F.col("id") < 5])).count()
    2
    """
    first, *others = conditions
    for other in others:
        first = first & other
    return first
