"""Asks a real Spark for the Murmur3 hashes of chosen values and prints them as JSON.

    python make_murmur3_spark.py > murmur3_spark.json        (needs pyspark and a Java runtime)

Each entry is [value, hash].  Strings and binaries are written in hexadecimal, floats and doubles
as the signed integer that has their bits, so that every value survives JSON.  "rows" holds rows
of (int, string, double, bigint) with nulls, hashed over all four columns.
"""
import json
import random
import struct

import pyspark
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

rng = random.Random(20240229)

INTS = {
    "tinyint": [0, 1, -1, 7, 127, -128],
    "smallint": [0, 1, -1, 300, 32767, -32768],
    "int": [0, 1, -1, 42, 2**31 - 1, -(2**31)] + [rng.randrange(-(2**31), 2**31) for _ in range(40)],
    "bigint": [0, 1, -1, 2**31, 2**32, -(2**32), 2**63 - 1, -(2**63)]
    + [rng.randrange(-(2**63), 2**63) for _ in range(40)],
}
ALPHABET = "aZ09 _\u00e4\u00df\u03a9\u20ac\u4e2d\U0001f56f"
DOUBLES = [0.0, -0.0, 1.0, -1.0, 0.1, 1e300, 5e-324, float("inf"), float("-inf"), float("nan")]


def strings():
    """Every length in bytes from 0 to 20, ASCII and not, and a long one."""
    yield ""
    for length in range(1, 21):
        yield "rushlight studies by"[:length]
        while True:
            text = ""
            while len(text.encode()) < length:
                text += rng.choice(ALPHABET)
            if len(text.encode()) == length and (length < 2 or not text.isascii()):
                break
        yield text
    yield "\u00fcber " * 50


def hashes(spark, sql_type, values):
    frame = spark.createDataFrame([(value,) for value in values], f"v {sql_type}")
    return [row[0] for row in frame.select(F.hash("v")).collect()]


def bits(value, code, integer):
    return struct.unpack("<" + integer, struct.pack("<" + code, value))[0]


def main():
    spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    out = {"spark": pyspark.__version__}
    for sql_type, values in INTS.items():
        out[sql_type] = list(zip(values, hashes(spark, sql_type, values)))
    out["boolean"] = list(zip([0, 1], hashes(spark, "boolean", [False, True])))
    texts = list(strings())
    out["string"] = list(zip([t.encode().hex() for t in texts], hashes(spark, "string", texts)))
    blobs = [bytearray(rng.randrange(128, 256) for _ in range(n)) for n in range(21)]
    blobs += [bytearray(rng.randrange(256) for _ in range(n)) for n in (31, 32, 33, 257)]
    out["binary"] = list(zip([b.hex() for b in blobs], hashes(spark, "binary", blobs)))
    doubles = DOUBLES + [rng.uniform(-1e6, 1e6) for _ in range(20)]
    out["double"] = list(zip([bits(d, "d", "q") for d in doubles], hashes(spark, "double", doubles)))
    floats = [struct.unpack("<f", struct.pack("<f", d))[0] for d in doubles if abs(d) != 1e300]
    out["float"] = list(zip([bits(f, "f", "i") for f in floats], hashes(spark, "float", floats)))

    rows = [
        (1, "to", 0.5, 7),
        (None, "to", 0.5, 7),
        (1, None, 0.5, 7),
        (1, "to", None, None),
        (None, None, None, None),
        (-5, "a longer string than twelve", -0.0, -(2**40)),
    ]
    frame = spark.createDataFrame(rows, "a int, b string, c double, d bigint")
    answers = [row[0] for row in frame.select(F.hash("a", "b", "c", "d")).collect()]
    out["rows"] = [
        [[a, None if b is None else b.encode().hex(), None if c is None else bits(c, "d", "q"), d], h]
        for (a, b, c, d), h in zip(rows, answers)
    ]
    spark.stop()
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in out.items()]
    print("{\n" + ",\n".join(lines) + "\n}")


if __name__ == "__main__":
    main()
