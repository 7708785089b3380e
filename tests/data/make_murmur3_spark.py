"""Asks a real Spark for the hashes of chosen values and prints them as JSON.

    python make_murmur3_spark.py > murmur3_spark.json        (needs pyspark and a Java runtime)

Each entry is [value, hash (), xxhash64 ()].  Strings and binaries are written in hexadecimal,
floats and doubles as the signed integer that has their bits, decimals as their unscaled number in
quotes, so that every value survives JSON; dates and timestamps are the numbers that Spark stores.
"rows" holds rows of (int, string, double, bigint) with nulls, hashed over all four columns.
"""
import datetime
import decimal
import json
import random
import struct

import pyspark
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

rng = random.Random(20240229)
decimal.getcontext().prec = 60

INTS = {
    "tinyint": [0, 1, -1, 7, 127, -128],
    "smallint": [0, 1, -1, 300, 32767, -32768],
    "int": [0, 1, -1, 42, 2**31 - 1, -(2**31)] + [rng.randrange(-(2**31), 2**31) for _ in range(40)],
    "bigint": [0, 1, -1, 2**31, 2**32, -(2**32), 2**63 - 1, -(2**63)]
    + [rng.randrange(-(2**63), 2**63) for _ in range(40)],
}
ALPHABET = "aZ09 _\u00e4\u00df\u03a9\u20ac\u4e2d\U0001f56f"
DOUBLES = [0.0, -0.0, 1.0, -1.0, 0.1, 1e300, 5e-324, float("inf"), float("-inf"), float("nan")]
DAYS = [0, 1, -1, 19782, -719162, 2932896]
MICROS = [0, 1, -1, 1709164800000000, -62135596800000000, 253402300799999999]
MONTHS = [0, 1, -1, 14, -1200]
# Where the number of bytes of an unscaled value changes, and its sign bit with it.
WIDE = [0, 1, -1, 127, 128, -128, -129, 255, 256, 32767, 32768, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1,
        10**37, -(10**37), 99999999999999999999999999999999999999] + [rng.randrange(-(10**38), 10**38) >> (3 * i)
                                                                     for i in range(20)]
# type: (unscaled values, scale)
DECIMALS = {
    "decimal(9,2)": ([0, 1, -1, 999999999, -12345], 2),
    "decimal(18,4)": ([0, 1, -1, 10**18 - 1, -(10**18) + 1], 4),
    "decimal(38,10)": (WIDE, 10),
    "decimal(20,0)": ([0, 1, -1, 2**63, -(2**63) - 1, 10**20 - 1], 0),
}
ARRAYS = [[], [1], [1, 2, 3], [None], [1, None, 3]]
STRUCTS = [(1, "a"), (None, "longer than twelve bytes"), (7, None), (None, None)]


def strings():
    """Every length in bytes from 0 to 40, ASCII and not, and a long one."""
    yield ""
    for length in range(1, 41):
        yield "rushlight studies by the light of the rushes"[:length]
        while True:
            text = ""
            while len(text.encode()) < length:
                text += rng.choice(ALPHABET)
            if len(text.encode()) == length and (length < 2 or not text.isascii()):
                break
        yield text
    yield "\u00fcber " * 50


def hashes(spark, sql_type, values, expression="v"):
    """[hash, xxhash64] of an expression over each value."""
    frame = spark.createDataFrame([(value,) for value in values], f"v {sql_type}").selectExpr(f"{expression} AS v")
    return [list(row) for row in frame.select(F.hash("v"), F.xxhash64("v")).collect()]


def entries(shown, answers):
    return [[value, *answer] for value, answer in zip(shown, answers)]


def bits(value, code, integer):
    return struct.unpack("<" + integer, struct.pack("<" + code, value))[0]


def plain_types(spark, out):
    for sql_type, values in INTS.items():
        out[sql_type] = entries(values, hashes(spark, sql_type, values))
    out["boolean"] = entries([0, 1], hashes(spark, "boolean", [False, True]))
    texts = list(strings())
    out["string"] = entries([t.encode().hex() for t in texts], hashes(spark, "string", texts))
    blobs = [bytearray(rng.randrange(128, 256) for _ in range(n)) for n in range(41)]
    blobs += [bytearray(rng.randrange(256) for _ in range(n)) for n in (63, 64, 65, 257)]
    out["binary"] = entries([b.hex() for b in blobs], hashes(spark, "binary", blobs))
    doubles = DOUBLES + [rng.uniform(-1e6, 1e6) for _ in range(20)]
    out["double"] = entries([bits(d, "d", "q") for d in doubles], hashes(spark, "double", doubles))
    floats = [struct.unpack("<f", struct.pack("<f", d))[0] for d in doubles if abs(d) != 1e300]
    out["float"] = entries([bits(f, "f", "i") for f in floats], hashes(spark, "float", floats))


def times(spark, out):
    out["date"] = entries(DAYS, hashes(spark, "int", DAYS, "date_from_unix_date(v)"))
    out["timestamp"] = entries(MICROS, hashes(spark, "bigint", MICROS, "timestamp_micros(v)"))
    out["timestamp_ntz"] = entries(
        MICROS, hashes(spark, "bigint", MICROS, "to_timestamp_ntz(from_utc_timestamp(timestamp_micros(v), 'UTC'))"))
    out["interval year to month"] = entries(MONTHS, hashes(spark, "int", MONTHS, "make_ym_interval(0, v)"))
    spans = [datetime.timedelta(microseconds=us) for us in MICROS[:4]]
    out["interval day to second"] = entries(MICROS[:4], hashes(spark, "interval day to second", spans))
    calendar = [(0, 0, 0), (1, 2, 3000000), (-14, 40, -1), (5, -6, 86400000001)]
    answers = [
        hashes(spark, "int", [0], f"make_interval(0, {m}, 0, {d}, 0, 0, cast({us} / 1000000bd as decimal(18,6)))")[0]
        for m, d, us in calendar
    ]
    out["interval"] = entries(calendar, answers)


def decimals(spark, out):
    for sql_type, (values, scale) in DECIMALS.items():
        numbers = [decimal.Decimal(value).scaleb(-scale) for value in values]
        out[sql_type] = entries([str(value) for value in values], hashes(spark, sql_type, numbers))


def nested(spark, out):
    out["array<int>"] = entries(ARRAYS, hashes(spark, "array<int>", ARRAYS))
    shown = [[a, None if b is None else b.encode().hex()] for a, b in STRUCTS]
    out["struct<a:int,b:string>"] = entries(shown, hashes(spark, "struct<a:int,b:string>", STRUCTS))
    lists = [STRUCTS, STRUCTS[1:2], [None, STRUCTS[0]], []]
    out["array<struct<a:int,b:string>>"] = entries(
        [[None if s is None else [s[0], None if s[1] is None else s[1].encode().hex()] for s in each] for each in lists],
        hashes(spark, "array<struct<a:int,b:string>>", lists))


def rows(spark, out):
    values = [
        (1, "to", 0.5, 7),
        (None, "to", 0.5, 7),
        (1, None, 0.5, 7),
        (1, "to", None, None),
        (None, None, None, None),
        (-5, "a longer string than twelve", -0.0, -(2**40)),
    ]
    frame = spark.createDataFrame(values, "a int, b string, c double, d bigint")
    columns = ["a", "b", "c", "d"]
    answers = [list(row) for row in frame.select(F.hash(*columns), F.xxhash64(*columns)).collect()]
    shown = [[a, None if b is None else b.encode().hex(), None if c is None else bits(c, "d", "q"), d]
             for a, b, c, d in values]
    out["rows"] = entries(shown, answers)


def main():
    spark = (SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
             .config("spark.sql.session.timeZone", "UTC").getOrCreate())
    spark.sparkContext.setLogLevel("ERROR")
    out = {"spark": pyspark.__version__}
    for part in (plain_types, times, decimals, nested, rows):
        part(spark, out)
    spark.stop()
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in out.items()]
    print("{\n" + ",\n".join(lines) + "\n}")


if __name__ == "__main__":
    main()
