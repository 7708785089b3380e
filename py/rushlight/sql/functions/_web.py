"""Text of the web: parts of JSON, characters of URLs."""
from rushlight.sql._making import as_literal, call, named_column

__all__ = ["get_json_object", "json_array_length", "url_decode", "url_encode"]


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
