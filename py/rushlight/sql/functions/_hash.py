"""Checksums and hashes."""
from rushlight.sql._making import as_literal, call, flat, named_column

__all__ = [
    "crc32", "hash", "md5", "sha", "sha1", "sha2", "xxhash64",
]


def crc32(col):
    """The cyclic redundancy check.

    >>> spark.range(1).select(crc32(lit("abc")).alias("v")).first().v
    891568578
    """
    return call("crc32", named_column(col))


def hash(*cols):
    """Spark's Murmur3 hash: which partition a key goes to.

    >>> spark.range(1).select(hash(lit("abc"), lit(1)).alias("v")).first().v
    945627151
    """
    return call("hash", *map(named_column, flat(cols)))


def md5(col):
    """MD5, in hexadecimal digits.

    >>> spark.range(1).select(md5(lit("abc")).alias("v")).first().v
    '900150983cd24fb0d6963f7d28e17f72'
    """
    return call("md5", named_column(col))


def sha(col):
    """SHA-1, in hexadecimal digits.

    >>> spark.range(1).select(sha(lit("abc")).alias("v")).first().v
    'a9993e364706816aba3e25717850c26c9cd0d89d'
    """
    return call("sha", named_column(col))


def sha1(col):
    """SHA-1, in hexadecimal digits.

    >>> spark.range(1).select(sha1(lit("abc")).alias("v")).first().v
    'a9993e364706816aba3e25717850c26c9cd0d89d'
    """
    return call("sha1", named_column(col))


def sha2(col, numBits):
    """SHA-2 of 224, 256, 384 or 512 bits.

    >>> spark.range(1).select(length(sha2(lit("abc"), 256)).alias("v")).first().v
    64
    """
    return call("sha2", named_column(col), as_literal(numBits))


def xxhash64(*cols):
    """Spark's 64-bit xxHash.

    >>> spark.range(1).select(xxhash64(lit("abc")).alias("v")).first().v
    1423657621850124518
    """
    return call("xxhash64", *map(named_column, flat(cols)))
