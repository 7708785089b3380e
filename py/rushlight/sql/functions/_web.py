"""Text of the web: JSON, CSV, URLs."""
from rushlight.sql._making import as_literal, call, named_column
from rushlight.sql.column import Column
from rushlight.sql.types import DataType


def options_argument(options):
    """Options as the last argument of a call, a map of texts; none if there are none."""
    if not options:
        return []
    texts = [str(v).lower() if isinstance(v, bool) else str(v)
             for pair in options.items() for v in pair]
    return [call("map", *map(as_literal, texts))]


def schema_argument(schema):
    """A schema, given as a type, as DDL or as a column of text."""
    if isinstance(schema, DataType):
        return as_literal(schema.json())
    return schema if isinstance(schema, Column) else as_literal(schema)

__all__ = ["from_json", "get_json_object", "json_array_length", "json_tuple", "parse_url",
           "schema_of_json", "to_csv", "to_json", "try_parse_url", "url_decode", "url_encode"]


def get_json_object(col, path):
    """What is at a path of JSON text, as text.

    >>> spark.range(1).select(get_json_object(lit('{"a": [1, 2]}'), "$.a[1]").alias("v")).first().v
    '2'
    """
    return call("get_json_object", named_column(col), as_literal(path))


def json_array_length(col):
    """How many elements an array of JSON has.

    >>> spark.range(1).select(json_array_length(lit("[1, 2]")).alias("v")).first().v
    2
    """
    return call("json_array_length", named_column(col))


def url_decode(str):
    """The text that a URL's characters stand for.

    >>> spark.range(1).select(url_decode(lit("a%20b%26c")).alias("v")).first().v
    'a b&c'
    """
    return call("url_decode", named_column(str))


def url_encode(str):
    """The text with the characters that a URL may have.

    >>> spark.range(1).select(url_encode(lit("a b&c")).alias("v")).first().v
    'a+b%26c'
    """
    return call("url_encode", named_column(str))


def from_json(col, schema, options=None):
    """JSON text as a value of a type.

    >>> parsed = from_json(lit('{"a": 1}'), "a INT")
    >>> spark.range(1).select(parsed.alias("v")).first().v
    Row(a=1)
    """
    return call("from_json", named_column(col), schema_argument(schema),
                *options_argument(options))


def to_json(col, options=None):
    """A struct, an array or a map as JSON text.

    >>> spark.range(1).select(to_json(struct(lit(1).alias("a"))).alias("v")).first().v
    '{"a":1}'
    """
    return call("to_json", named_column(col), *options_argument(options))


def schema_of_json(json, options=None):
    """The type of a JSON text, as DDL.

    >>> spark.range(1).select(schema_of_json(lit('{"a": 1}')).alias("v")).first().v
    'STRUCT<a: BIGINT>'
    """
    text = json if isinstance(json, Column) else as_literal(json)
    return call("schema_of_json", text, *options_argument(options))


def json_tuple(col, *fields):
    """Members of a JSON object, a column each.

    >>> spark.range(1).select(json_tuple(lit('{"a": 1, "b": "x"}'), "a", "b")).first()
    Row(c0='1', c1='x')
    """
    return call("json_tuple", named_column(col), *map(as_literal, fields))


def to_csv(col, options=None):
    """A struct as a record of CSV.

    >>> spark.range(1).select(to_csv(struct(lit(1), lit("a,b"))).alias("v")).first().v
    '1,"a,b"'
    """
    return call("to_csv", named_column(col), *options_argument(options))


def parse_url(url, partToExtract, key=None):
    """A part of a URL, or the value of a key of its query.

    >>> url = lit("http://spark.apache.org/path?query=1")
    >>> spark.range(1).select(parse_url(url, lit("HOST")).alias("v")).first().v
    'spark.apache.org'
    """
    keys = [] if key is None else [named_column(key)]
    return call("parse_url", named_column(url), named_column(partToExtract), *keys)


def try_parse_url(url, partToExtract, key=None):
    """As parse_url; null if it is no URL.

    >>> spark.range(1).select(try_parse_url(lit("a b"), lit("HOST")).alias("v")).first().v
    """
    keys = [] if key is None else [named_column(key)]
    return call("try_parse_url", named_column(url), named_column(partToExtract), *keys)
