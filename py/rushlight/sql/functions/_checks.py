"""Text checked, hidden and put into charsets."""
from rushlight.sql._making import as_literal, call, named_column

__all__ = ["decode", "encode", "is_valid_utf8", "luhn_check", "make_valid_utf8", "mask",
           "try_validate_utf8", "validate_utf8"]


def luhn_check(str):
    """Whether the last digit of a number checks the others.

    >>> spark.range(1).select(luhn_check(lit("79927398713")).alias("v")).first().v
    True
    """
    return call("luhn_check", named_column(str))


def is_valid_utf8(str):
    """Whether the bytes are UTF-8.

    >>> spark.range(1).select(is_valid_utf8(lit(b"\\x80")).alias("v")).first().v
    False
    """
    return call("is_valid_utf8", named_column(str))


def make_valid_utf8(str):
    """The text, with marks in place of bytes that are no UTF-8.

    >>> spark.range(1).select(make_valid_utf8(lit(b"a\\x80")).alias("v")).first().v
    'a\ufffd'
    """
    return call("make_valid_utf8", named_column(str))


def validate_utf8(str):
    """The text; an error if it is no UTF-8.

    >>> spark.range(1).select(validate_utf8(lit("abc")).alias("v")).first().v
    'abc'
    """
    return call("validate_utf8", named_column(str))


def try_validate_utf8(str):
    """The text; null if it is no UTF-8.

    >>> spark.range(1).select(try_validate_utf8(lit(b"\\x80")).alias("v")).first().v
    """
    return call("try_validate_utf8", named_column(str))


def mask(col, upperChar=None, lowerChar=None, digitChar=None, otherChar=None):
    """The text with each letter and digit hidden by one that stands for its kind.

    >>> spark.range(1).select(mask(lit("AbC-12")).alias("v")).first().v
    'XxX-nn'
    """
    given = (upperChar, lowerChar, digitChar, otherChar)
    shown = [as_literal(letter) if other is None else named_column(other)
             for letter, other in zip(("X", "x", "n", None), given)]
    return call("mask", named_column(col), *shown)


def encode(col, charset):
    """The bytes of a text in a charset.

    >>> bytes(spark.range(1).select(encode(lit("a"), "UTF-16BE").alias("v")).first().v)
    b'\\x00a'
    """
    return call("encode", named_column(col), as_literal(charset))


def decode(col, charset):
    """The text that bytes of a charset are.

    >>> spark.range(1).select(decode(lit(b"abc"), "UTF-8").alias("v")).first().v
    'abc'
    """
    return call("decode", named_column(col), as_literal(charset))
