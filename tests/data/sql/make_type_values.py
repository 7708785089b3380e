"""Asks a real Spark about single values and writes the answers beside this file, a JSON array a line.

    python make_type_values.py [section …]         (needs pyspark and a Java runtime)

    casts.jsonl      [zone, source, target, text, cast (ANSI off), try_cast (ANSI on)]
    decimals.jsonl   [operation, type, value, type, value, type of the result, result or null]
    dates.jsonl      [days, text, year, quarter, month, day, day of year, day of week, ISO week, ISO year,
                      last_day, trunc to year, quarter, month, week, add_months 1, -13, 1201]
    times.jsonl      [zone, micros, text, trunc to year, month, week, day, hour, minute, + 1 day, + 1 month]
    months.jsonl     [zone, timestamp, timestamp, months_between rounded, not rounded]
    patterns.jsonl   ["format" or "parse", zone, pattern, micros or text, text, micros or error]
    intervals.jsonl  [text, calendar interval as text or error]
    rules.jsonl      [type, type, tightest, wider (ANSI off), tightest, wider (ANSI on),
                      canCast, canAnsiCast, canUpCast, canANSIStoreAssign]; types as JSON
    texts.jsonl      [SQL, cast to string (ANSI off), (ANSI on), as show () has it, its SQL as Spark writes it]
    doubles.jsonl    ["double" or "float", bits as a signed integer, text]
"""
import json
import os
import random
import struct
import sys

from pyspark.sql import SparkSession

HERE = os.path.dirname(os.path.abspath(__file__))
ZONES = ["UTC", "America/Los_Angeles", "Europe/Paris", "Asia/Kolkata", "+05:30", "Pacific/Apia"]
rng = random.Random(20200229)

spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
spark.sparkContext.setLogLevel("OFF")


def conf(**values):
    for key, value in values.items():
        spark.conf.set({"zone": "spark.sql.session.timeZone", "ansi": "spark.sql.ansi.enabled"}[key], value)


def write(name, rows):
    with open(os.path.join(HERE, name), "w", encoding="utf-8") as f:
        for row in rows:
            f.write(json.dumps(row, ensure_ascii=False) + "\n")


def error_of(error):
    return "!" + str(error).split("\n== SQL")[0].strip()


def quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


# ---- casts of text ----

NUMBERS = ["0", "1", "-1", "+1", " 12 ", "\t7\n", "127", "128", "-128", "-129", "32767", "32768", "2147483647",
           "2147483648", "-2147483648", "-2147483649", "9223372036854775807", "9223372036854775808",
           "-9223372036854775808", "-9223372036854775809", "1.5", "-1.5", "1.", ".5", ".", "", " ", "-", "+", "1e3",
           "1E-3", "1e", "e1", "1e400", "-1e400", "1e-400", "0x10", "1_000", "1,000", "NaN", "nan", "Infinity", "inf",
           "+inf", "-Infinity", "-INF", "infinit", "1d", "1.5F", "1D ", "1L", "d", "0.1", "123456789012345678901234567890",
           "0.000000000000000000000000000000000000001", "99999999999999999999999999999999999999",
           "999999999999999999999999999999999999999", "1.25", "1.35", "-1.25", "2.5e-1", "12345.6789", "1 2",
           "00012", "-0", "-0.0", "1e2147483648", "0e999999", "4.9e-324", "2.2250738585072012e-308", "0x1.8p1",
           "1.7976931348623157e308", "3.4028235e38", "3.4028236e38", "99999.995", "-99999.995", "99999.994999"]
BOOLEANS = ["true", "TRUE", " t ", "y", "Yes", "1", "false", "f", "N", "no", "0", "tru", "2", "", "on", "\tfalse\n"]
DATES = ["2020-02-29", "2019-02-29", "2020", "2020-3", "2020-3-4", " 2020-03-04 ", "2020-03-04T", "2020-03-04 abc",
         "2020-03-04 12:00", "2020-03-04x", "0001-01-01", "9999-12-31", "10000-01-01", "+10000-01-01", "-0001-01-01",
         "-1-1-1", "99", "999", "1234567", "12345678", "2020-00-01", "2020-13-01", "2020-01-32", "2020-01-00", "epoch",
         "now()", "", "-", "2020-", "2020-1-", "2020/01/02", "20200102", "1970-01-01", "1582-10-05", "1582-10-15",
         "0000-01-01", "-290308-12-21", "5881580-07-11", "5881580-07-12", "-5877641-06-23", "-5877641-06-22", "2020-001-01",
         "2020-01-001", "12:30"]
TIMES = DATES + ["2020-03-04 05:06:07", "2020-03-04T05:06:07", "2020-03-04 5:6:7", "2020-03-04 05:06", "2020-03-04 05",
                 "2020-03-04 05:06:07.1", "2020-03-04 05:06:07.123456", "2020-03-04 05:06:07.123456789",
                 "2020-03-04 05:06:07.1234567890", "2020-03-04 05:06:07.", "2020-03-04 05:06:07Z", "2020-03-04 05:06:07 Z",
                 "2020-03-04 05:06:07+01:00", "2020-03-04 05:06:07 +01:00", "2020-03-04 05:06:07-1", "2020-03-04 05:06:07+01",
                 "2020-03-04 05:06:07+0130", "2020-03-04 05:06:07+1:30", "2020-03-04 05:06:07 UTC", "2020-03-04 05:06:07UTC+1",
                 "2020-03-04 05:06:07 GMT+01:30", "2020-03-04 05:06:07 Europe/Paris", "2020-03-04 05:06:07 PST",
                 "2020-03-04 05:06:07 CET", "2020-03-04 05:06:07 EST", "2020-03-04 05:06:07 Mars", "2020-03-04 05:06:07+18:00",
                 "2020-03-04 05:06:07+18:01", "2020-03-04 05:06:07+01:00:30", "2020-03-04 24:00:00", "2020-03-04 23:59:60",
                 "2020-03-04 05:60", "05:06:07", "T05:06", "T5:6:7.5", "2020-03-08 02:30:00", "2020-11-01 01:30:00",
                 "2020-03-29 02:30:00", "2020-10-25 02:30:00", "2011-12-30 12:00:00", "1883-11-18 12:00:00",
                 "1900-01-01 00:00:00", "0001-01-01 00:00:00", "9999-12-31 23:59:59.999999", "-0044-03-15 12:00:00",
                 "294247-01-10 04:00:54.775807", "294247-01-10 04:00:54.775808", "-290308-12-21 19:59:05.224192",
                 "2020-03-04 05:06:07.5 America/Los_Angeles", "2020-03-04  05:06:07", "2020-03-04\t05:06:07", "2020-03-04 05:06:07,5",
                 "2020-03-04 05:06:07.5+01:00", "2020-03-04T05:06:07.5Z", "2020-03-04 05:06:07 utc", "2020-03-04 05:06Z",
                 "2100-07-01 12:00:00", "2037-07-01 12:00:00", "2500-12-01 00:00:00", "2020-03-04 05:06:07 America/Nowhere"]
YEAR_MONTHS = ["1-2", "+1-2", "-1-2", " 1-2 ", "0-0", "1-12", "1-11", "178956970-7", "178956970-8", "-178956970-8", "1", "x", "",
               "interval '1-2' year to month", "INTERVAL '-1-2' YEAR TO MONTH", "INTERVAL -'1-2' YEAR TO MONTH",
               "interval '1' year", "interval '3' month", "13", "-13"]
DAY_TIMES = ["1 02:03:04", "1 2:3:4.5", "-1 02:03:04.123456", "1 02:03:04.1234567", "1 24:00:00", "0 0:0:0", "106751991 04:00:54.775807",
             "106751991 04:00:54.775808", "-106751991 04:00:54.775808", "interval '1 02:03:04' day to second",
             "INTERVAL '5' DAY", "5", "1 2", "1 2:3", "2:3:4", "x", ""]


def answers(frame, expression, n):
    """Of all rows at once; one by one if some of them are errors."""
    try:
        return [r[0] for r in frame.selectExpr(expression).collect()]
    except Exception:
        pass
    out = []
    for i in range(n):
        try:
            out.append(frame.where(f"i = {i}").selectExpr(expression).collect()[0][0])
        except Exception as error:
            out.append(error_of(error))
    return out


def casts():
    def ask(zone, source, target, texts):
        conf(zone=zone)
        frame = spark.createDataFrame([(i, text) for i, text in enumerate(texts)], "i int, v string")
        first = "v" if source == "string" else f"cast(v as {source})"
        tried = "v" if source == "string" else f"try_cast(v as {source})"
        conf(ansi=False)
        legacy = answers(frame, f"cast(cast({first} as {target}) as string)", len(texts))
        conf(ansi=True)
        ansi = answers(frame, f"cast(try_cast({tried} as {target}) as string)", len(texts))
        for text, a, b in zip(texts, legacy, ansi):
            yield [zone, source, target, text, a, b]

    for target in ["tinyint", "smallint", "int", "bigint", "float", "double", "decimal(38,0)", "decimal(7,2)",
                   "decimal(38,18)", "decimal(5,1)"]:
        yield from ask("UTC", "string", target, NUMBERS)
    yield from ask("UTC", "string", "boolean", BOOLEANS)
    yield from ask("UTC", "string", "date", DATES + ["2020-03-04T05:06", "2020-03-04 Z"])
    yield from ask("UTC", "string", "timestamp_ntz", TIMES)
    for zone in ZONES:  # at the ends of 64 bits in UTC alone
        yield from ask(zone, "string", "timestamp", [t for t in TIMES if zone == "UTC" or len(t.split("-")[-3:][0]) != 6])
    yield from ask("UTC", "string", "interval year to month", YEAR_MONTHS)
    for target in ["interval year", "interval month"]:
        yield from ask("UTC", "string", target, YEAR_MONTHS)
    for target in ["interval day to second", "interval day", "interval hour to minute", "interval minute to second", "interval second"]:
        yield from ask("UTC", "string", target, DAY_TIMES)
    doubles = ["0", "1.5", "-1.5", "1e10", "1e20", "-1e20", "NaN", "Infinity", "0.1", "123456.789", "99999.995", "1e-7", "2.675",
               "1.0E37", "1.0E38", "123456789.123456789", "0.5", "1.15", "1e15", "9007199254740993"]
    for target in ["int", "bigint", "tinyint", "decimal(7,2)", "decimal(38,18)", "decimal(5,1)", "decimal(38,0)", "boolean", "float"]:
        yield from ask("UTC", "double", target, doubles)
    for target in ["decimal(7,2)", "decimal(38,18)", "decimal(5,1)", "double"]:
        yield from ask("UTC", "float", target, doubles)
    decimals = ["0", "1.5", "-1.5", "99999.995", "-99999.995", "12345678901234567890.123456789012345678", "0.000000000000000001",
                "9223372036854775807.9", "9223372036854775808", "-9223372036854775809", "0.05", "0.15", "0.25", "-0.05", "127.9", "128"]
    for target in ["int", "bigint", "tinyint", "decimal(7,2)", "decimal(5,1)", "decimal(38,0)", "double", "float", "boolean", "string"]:
        yield from ask("UTC", "decimal(38,18)", target, decimals)


# ---- decimals ----

SHAPES = [(1, 0), (1, 1), (5, 2), (7, 0), (10, 4), (15, 2), (18, 6), (18, 0), (20, 0), (20, 10), (28, 3), (38, 0), (38, 10), (38, 18), (38, 38)]


def decimal_text(precision, scale):
    digits = rng.choice([precision, precision, rng.randint(1, precision)])
    value = rng.choice([10**digits - 1, rng.randrange(10**digits), 10 ** (digits - 1), 5 * 10 ** (digits - 1), 1, 0])
    text = str(value).rjust(scale + 1, "0")
    text = text[:len(text) - scale] + ("." + text[len(text) - scale:] if scale else "")
    return rng.choice(["", "-"]) + text


def decimals():
    conf(ansi=False)
    questions = []
    for p1, s1 in SHAPES:
        for p2, s2 in SHAPES:
            for op in rng.sample(["+", "-", "*", "/", "%", "div", "pmod"], 4):
                for _ in range(2):
                    questions.append((op, (p1, s1), decimal_text(p1, s1), (p2, s2), decimal_text(p2, s2)))
    for allow in ["true", "false"]:
        spark.conf.set("spark.sql.decimalOperations.allowPrecisionLoss", allow)
        some = questions if allow == "true" else rng.sample(questions, 200)
        for start in range(0, len(some), 50):
            part = some[start:start + 50]
            columns = []
            for op, t1, v1, t2, v2 in part:
                a, b = f"cast('{v1}' as decimal{t1})", f"cast('{v2}' as decimal{t2})"
                e = f"pmod({a}, {b})" if op == "pmod" else f"{a} {op} {b}"
                columns += [f"typeof({e})", f"cast({e} as string)"]
            try:
                row = spark.sql("select " + ", ".join(columns)).collect()[0]
            except Exception:  # a quotient of more than 39 digits before the point: BigDecimal refuses a remainder
                part = [q for q in part if q[0] in "+-*/"]
                columns = [c for op, t1, v1, t2, v2 in part for e in
                           [f"cast('{v1}' as decimal{t1}) {op} cast('{v2}' as decimal{t2})"] for c in (f"typeof({e})", f"cast({e} as string)")]
                row = spark.sql("select " + ", ".join(columns)).collect()[0]
            for i, (op, t1, v1, t2, v2) in enumerate(part):
                yield [op + ("" if allow == "true" else "!"), "decimal(%d,%d)" % t1, v1, "decimal(%d,%d)" % t2, v2, row[2 * i], row[2 * i + 1]]
    spark.conf.set("spark.sql.decimalOperations.allowPrecisionLoss", "true")


# ---- dates and times ----

def dates():
    conf(zone="UTC", ansi=True)
    days = [0, -1, 1, 59, 60, 365, 11016, 18321, -719162, -719163, -719528, -719529, 2932896, 2932897, -141427, -141428, 16435, 16800, 17166]
    days += [rng.randint(-1000000, 3000000) for _ in range(300)] + [rng.randint(-20000000, 20000000) for _ in range(100)]
    frame = spark.createDataFrame([(n,) for n in days], "n int")
    d = "date_from_unix_date(n)"
    unix = [f"unix_date({e})" for e in
            [f"last_day({d})"] + [f"trunc({d}, '{u}')" for u in ["year", "quarter", "month", "week"]] +
            [f"add_months({d}, {m})" for m in [1, -13, 1201]]]
    names = ["year", "quarter", "month", "day", "dayofyear", "dayofweek", "weekofyear"]
    columns = ["n", f"cast({d} as string)"] + [f"{n}({d})" for n in names] + [f"extract(yearofweek from {d})"] + unix
    return [list(r) for r in frame.selectExpr(*columns).collect()]


INSTANTS = [0, -1, 1, 1583661600000000, 1583661599999999, 1604219400000000, 1604223000000000, 1585445400000000, 1585443599999999,
            1603587600000000, 1603591200000000, -62135596800000000, 253402300799999999, -2717640000000000, 4118112000000000,
            951782400000000, -12219292800000000, 1325246400000000, -377705116800000000, 9223372036854775, -9223372036854775]


def times():
    conf(ansi=True)
    values = INSTANTS + [rng.randint(-62135596800000000, 253402300799999999) for _ in range(60)] + \
        [rng.randint(0, 4102444800) * 1000000 for _ in range(60)]
    for zone in ZONES:
        conf(zone=zone)
        t = "timestamp_micros(n)"
        columns = ["n", f"cast({t} as string)"] + [f"unix_micros(date_trunc('{u}', {t}))" for u in
                                                   ["year", "month", "week", "day", "hour", "minute"]]
        columns += [f"unix_micros({t} + make_interval(0,0,0,1))", f"unix_micros({t} + interval '1' month)"]
        frame = spark.createDataFrame([(n,) for n in values], "n bigint")
        yield from ([zone] + list(r) for r in frame.selectExpr(*columns).collect())


def months():
    pairs = [("1997-02-28 10:30:00", "1996-10-30 00:00:00"), ("2020-01-31", "2020-02-29"), ("2020-01-31 12:00", "2020-02-29 11:00"),
             ("2020-03-15 12:00", "2020-01-15 11:00"), ("2020-01-01", "2020-12-31"), ("0001-01-01", "9999-12-31"), ("2019-02-28", "2020-02-29")]
    texts = ["%04d-%02d-%02d %02d:%02d:%02d" % (rng.randint(1, 9999), rng.randint(1, 12), rng.randint(1, 28), rng.randint(4, 23),
                                                rng.randint(0, 59), rng.randint(0, 59)) for _ in range(80)]
    pairs += list(zip(texts[::2], texts[1::2]))
    for zone in ["UTC", "America/Los_Angeles"]:
        conf(zone=zone)
        rows = spark.createDataFrame(pairs, "a string, b string").selectExpr(
            "a", "b", "months_between(cast(a as timestamp), cast(b as timestamp))",
            "months_between(cast(a as timestamp), cast(b as timestamp), false)").collect()
        yield from ([zone] + list(r) for r in rows)


PATTERNS = ["yyyy-MM-dd", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.SSS", "yyyy-MM-dd HH:mm:ss.SSSSSS", "yy/M/d", "y", "yyy", "yyyyy", "u-MM",
            "MMM d, yyyy", "MMMM dd yyyy", "LLL yyyy", "LLLL", "EEE, d MMM yyyy", "EEEE", "E", "h:mm a", "hh:mm:ss a", "K:mm a", "k:mm", "H:m:s",
            "D", "DDD", "yyyy-DDD", "Q", "QQ", "QQQ", "QQQQ", "q", "F", "z", "zzzz", "VV", "X", "XX", "XXX", "XXXX", "XXXXX", "x", "xx", "xxx", "Z", "ZZZZ",
            "ZZZZZ", "O", "OOOO", "G yyyy", "''yyyy''", "'week' d", "yyyy[-MM[-dd]]", "yyyyMMdd", "S", "SSSSSSSSS", "yyyy-MM-dd HH:mm:ss.[SSS]",
            "dd/MM/yyyy HH:mm:ss XXX", "YYYY", "w", "e", "c", "A", "n", "N", "B", "aa", "MMMMM", "EEEEE", "qqqqq", "yyyyyyy", "SSSSSSSSSS", "ddd", "HHH",
            "yyyy-MM-dd 'oops", "p", "J", "yyyy]", "[yyyy", "{yyyy}", "yyyy#", "GGGGG", "G", "dd.MM.yyyy", "T", "MM", "ss.SSS", "VVV", "M", "L", "LL", "zz"]
PARSES = [("yyyy-MM-dd", ["2020-02-29", "2019-02-29", "2020-2-9", "02020-01-01", "2020-01-01x", " 2020-01-01", "12020-01-01", "+12020-01-01", "-0001-01-01", "", "2020-13-01", "2020-02-30"]),
          ("yyyy-MM-dd HH:mm:ss", ["2020-03-08 02:30:00", "2020-11-01 01:30:00", "2020-01-01 24:00:00", "2020-01-01 12:60:00", "2020-01-01 1:00:00"]),
          ("yyyy-MM-dd'T'HH:mm:ss.SSS", ["2020-01-01T00:00:00.123", "2020-01-01T00:00:00.12", "2020-01-01t00:00:00.123"]),
          ("yyyy-MM-dd HH:mm:ss[.SSSSSS]", ["2020-01-01 00:00:00", "2020-01-01 00:00:00.5", "2020-01-01 00:00:00.123456", "2020-01-01 00:00:00.1234567"]),
          ("y", ["2020", "1", "12345", "-5", "+5"]), ("yy", ["20", "99", "2020"]), ("yyy", ["2020", "20"]), ("yyyyMMdd", ["20200102", "2020012"]),
          ("MMM d, yyyy", ["Jan 2, 2020", "jan 2, 2020", "January 2, 2020", "JAN 2, 2020"]), ("MMMM d yyyy", ["March 5 2021", "Mar 5 2021"]),
          ("EEE, d MMM yyyy", ["Wed, 1 Jan 2020", "Thu, 1 Jan 2020"]), ("h:mm a", ["1:30 PM", "1:30 pm", "12:00 AM", "13:00 PM", "1:30 P"]),
          ("K:mm a", ["0:30 PM"]), ("k:mm", ["24:30", "0:30"]), ("yyyy-DDD", ["2020-060", "2019-366", "2020-6"]), ("yyyy-D", ["2020-6", "2020-366"]),
          ("yyyy-MM-dd HH:mm:ss XXX", ["2020-01-01 00:00:00 +01:00", "2020-01-01 00:00:00 Z", "2020-01-01 00:00:00 +0100"]),
          ("yyyy-MM-dd HH:mm X", ["2020-01-01 00:00 +01", "2020-01-01 00:00 +0130", "2020-01-01 00:00 Z"]),
          ("yyyy-MM-dd HH:mm xx", ["2020-01-01 00:00 +0100", "2020-01-01 00:00 +0000"]), ("yyyy-MM-dd HH:mm Z", ["2020-01-01 00:00 -0800", "2020-01-01 00:00 +01:00"]),
          ("yyyy-MM-dd HH:mm VV", ["2020-01-01 00:00 Europe/Paris", "2020-01-01 00:00 UTC", "2020-01-01 00:00 Nowhere", "2020-01-01 00:00 +01:00", "2020-01-01 00:00 GMT+1"]),
          ("yyyy-MM-dd HH:mm z", ["2020-01-01 00:00 PST", "2020-07-01 00:00 PDT", "2020-01-01 00:00 UTC", "2020-01-01 00:00 CET", "2020-01-01 00:00 Pacific Standard Time", "2020-01-01 00:00 Europe/Paris"]),
          ("yyyy-MM-dd HH:mm O", ["2020-01-01 00:00 GMT+1", "2020-01-01 00:00 GMT", "2020-01-01 00:00 UTC+1"]),
          ("G yyyy", ["AD 2020", "BC 5", "ad 2020"]), ("yyyy QQQ", ["2020 Q2"]), ("QQ yyyy", ["02 2020"]), ("HH:mm", ["12:30", "25:00"]), ("''yyyy''", ["'2020'"]),
          ("MM", ["05", "5", "13"]), ("dd", ["31"]), ("yyyy", ["2020", "20"]), ("yyyy-MM", ["2020-02"]), ("S", ["5"]), ("ss.SSS", ["59.123"]), ("H", ["23", "7"]),
          ("EEEE", ["Monday"]), ("yyyy-MM-dd[ HH:mm]", ["2020-01-01", "2020-01-01 05:06", "2020-01-01 "]), ("M/d/yy", ["1/2/03", "12/31/99"]), ("A", ["1"]),
          ("yyyy-MM-dd HH:mm:ss a", ["2020-01-01 13:00:00 PM", "2020-01-01 13:00:00 AM"]), ("yyyy-MM-dd hh", ["2020-01-01 05"]), ("yyyy-MM-dd F", ["2020-01-08 2", "2020-01-08 1"]), ("uuuu-MM-dd", ["-0005-01-01", "2020-05-05"])]


def patterns():
    conf(ansi=True)
    values = [0, 1583064367123456, 1594652400000001, -62135596800000000, -62198755200000000, 253402300799999999, 4102444800000000]
    for zone in ["UTC", "America/Los_Angeles", "Europe/Paris", "+05:30"]:
        conf(zone=zone)
        frame = spark.createDataFrame([(n,) for n in values], "n bigint")
        for pattern in PATTERNS if zone == "America/Los_Angeles" else PATTERNS[:60]:
            try:
                rows = frame.selectExpr("n", f"date_format(timestamp_micros(n), {quoted(pattern)})").collect()
                yield from (["format", zone, pattern, n, text, None] for n, text in rows)
            except Exception as error:
                yield ["format", zone, pattern, None, None, error_of(error)]
    for zone in ["UTC", "America/Los_Angeles"]:
        conf(zone=zone)
        for pattern, texts in PARSES:
            for text in texts:
                try:
                    row = spark.sql(f"select unix_micros(to_timestamp({quoted(text)}, {quoted(pattern)}))").collect()[0]
                    yield ["parse", zone, pattern, text, None, row[0]]
                except Exception as error:
                    yield ["parse", zone, pattern, text, None, error_of(error)]


# ---- intervals ----

INTERVALS = ["1 day", "interval 1 day", "INTERVAL 1 DAY 2 HOURS", "1 year 2 months 3 weeks 4 days 5 hours 6 minutes 7 seconds 8 milliseconds 9 microseconds",
             "-1 day +2 hours", "- 1 day", "1.5 seconds", "1.123456789 seconds", "1.1234567891 seconds", ".5 second", "1. second", "1.5 day", "1 dayx", "day", "1", "",
             "interval", "  1   day  ", "1 day 1 day", "1day", "-1 months", "2147483647 months", "2147483648 months", "178956971 years", "1 quarter", "1 century",
             "99999999999999999999 days", "9223372036854775807 microseconds", "9223372036854775808 microseconds", "1 microsecond", "-1 microsecond", "-1 second",
             "1 month -1 day", "-0.1 second", "-0.5 seconds", "100 hours", "-100 hours 30 minutes", "0 day", "1 Week", "306783378 weeks", "306783379 weeks", "1 nanosecond", "interval interval 1 day",
             "1 day\t2 hours", "+1 day", "1 - day", "- - 1 day", "1 ms", "-3 years 4 months", "3.999999 seconds", "59.9999999 seconds", "interval1 day", "1 years2 months"]


def intervals():
    conf(ansi=True, zone="UTC")
    for text in INTERVALS:
        try:
            yield [text, spark.sql(f"select cast(cast({quoted(text)} as interval) as string)").collect()[0][0]]
        except Exception as error:
            yield [text, error_of(error)]


# ---- types ----

TYPES = ["boolean", "tinyint", "smallint", "int", "bigint", "float", "double", "decimal(5,2)", "decimal(10,0)", "decimal(20,0)", "decimal(38,18)", "decimal(38,0)",
         "string", "binary", "void", "date", "timestamp", "timestamp_ntz", "interval year to month", "interval year", "interval day to second", "interval hour to minute",
         "interval", "array<int>", "array<string>", "array<bigint>", "map<string,int>", "map<string,bigint>", "struct<a:int>", "struct<a:bigint,b:string>", "struct<A:bigint>", "struct<a:int,b:void>"]


def rules():
    jvm = spark._jvm
    parser = spark._jsparkSession.sessionState().sqlParser()
    catalyst = jvm.org.apache.spark.sql.catalyst
    types = [parser.parseDataType(t) for t in TYPES]
    coercions = [catalyst.analysis.TypeCoercion, catalyst.analysis.AnsiTypeCoercion]
    cast = catalyst.expressions.Cast
    show = lambda option: option.get().json() if option.isDefined() else None
    for a in types:
        for b in types:
            row = [a.json(), b.json()]
            for ansi, coercion in zip([False, True], coercions):
                conf(ansi=ansi)
                row += [show(coercion.findTightestCommonType().apply(a, b)), show(coercion.findWiderTypeForTwo(a, b))]
            row += [cast.canCast(a, b), cast.canAnsiCast(a, b), cast.canUpCast(a, b), cast.canANSIStoreAssign(a, b)]
            yield row


# ---- values as text ----

VALUES = ["true", "1", "2Y", "3S", "4L", "1.5", "1.50BD", "0.0000001BD", "1e10", "1.5F", "double('NaN')", "double('-Infinity')", "float('Infinity')", "-1", "'str'", "'it\\'s'", "'a\\nb\\\\c'", "X'1A2B'", "X''", "null",
          "date'2020-01-01'", "date'-0001-01-01'", "date'10000-01-01'", "timestamp'2020-01-01 12:00:00'", "timestamp'2020-01-01 12:00:00.120'", "timestamp_ntz'2020-01-01 12:00:00.000001'",
          "interval '1-2' year to month", "interval '-5' year", "interval '14' month", "interval '1 02:03:04.5' day to second", "interval '-1 02:03:04.000001' day to second", "interval '30' hour", "interval '5' second", "interval '0.5' second", "interval '1:02' hour to minute", "interval '10:11.5' minute to second", "interval '3' day", "interval '-3 4' day to hour", "interval '5' minute", "interval '-0.000001' second",
          "make_interval(1,2,3,4,5,6,7.5)", "make_interval(0)", "make_interval(-1,-2,0,-4,-5,-6,-7.5)", "array(1,null,2)", "array()", "array('a',null)", "map('k',1,'l',null)", "map()", "struct(1,'a',null)", "named_struct('x',array(1.5BD),'y',map(1,date'2020-01-01'))", "array(struct(1),null)", "array(X'4142', null)",
          "array(true,false)", "array(1e-5)", "array(interval '1' day)", "array(timestamp'2020-01-01 00:00:00')", "0.1F", "1e-3", "123456789012345678901234567890.12BD", "cast(1e-9 as decimal(38,18))", "array(cast(1e-9 as decimal(38,18)))", "cast('caf\u00e9' as binary)", "double(100)", "double(1e7)", "double(12345678.9)", "double(-0.0)", "float(1e10)", "float(3.4028235e38)", "array(null)", "struct(null)", "9223372036854775807L", "-9223372036854775808L", "double(1e-300)"]


def texts():
    conf(zone="America/Los_Angeles")
    parser = spark._jsparkSession.sessionState().sqlParser()
    for value in VALUES:
        row = [value]
        for ansi in [False, True]:
            conf(ansi=ansi)
            row.append(spark.sql(f"select cast({value} as string)").collect()[0][0])
        shown = spark.sql(f"select {value} as v")._jdf.showString(1, 0, True)
        row.append(shown.split(" v   | ", 1)[1].rstrip(" \n"))
        try:
            row.append(parser.parseExpression(value).sql())
        except Exception as error:
            row.append(None)
        yield row


def doubles():
    conf(ansi=True)
    values = [0.0, -0.0, 1.0, 0.1, 1e7, 9999999.0, 1e-3, 9.99e-4, 5e-324, 1.7976931348623157e308, 2.2250738585072014e-308, 1e21, 1e22, 1e23, 123456789.0, 0.3, 2 / 3, 1e16, 9007199254740993.0, 100.0, 4.35, 2e-3]
    values += [round(rng.random() * 10**rng.randint(0, 9), rng.randint(0, 6)) for _ in range(200)] + [rng.random() * 10**rng.randint(-20, 20) for _ in range(200)]
    rows = spark.createDataFrame([(v,) for v in values], "v double").selectExpr("v", "cast(v as string)", "cast(cast(v as float) as string)").collect()
    for v, text, narrow in rows:
        yield ["double", struct.unpack("<q", struct.pack("<d", v))[0], text]
        bits = struct.unpack("<i", struct.pack("<f", min(v, 3e38)))[0]
        if v <= 3e38:
            yield ["float", bits, narrow]


SECTIONS = [rules, casts, decimals, dates, times, months, patterns, intervals, texts, doubles]
for section in SECTIONS:
    if len(sys.argv) == 1 or section.__name__ in sys.argv[1:]:
        write(section.__name__ + ".jsonl", section())
