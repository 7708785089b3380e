"""What PySpark makes of results of pandas, for the type that is declared: pandas_results.jsonl.

    SPARK_LOCAL_IP=127.0.0.1 python make_pandas_results.py > pandas_results.jsonl
                                        (with PySpark 4.3, pandas < 3, pyarrow and Java 17; 3 min)

    {"program": [way, result, type], "outcome": [values] or [error, text]}

An error that is not one of PySpark's own, as that of an attribute that a list has not, is "other".
tests/py/test_pandas_results.py runs the same programs here.
"""
import json
import re

# What is returned for `s`, a Series of the numbers 0, 1 and 2.
SERIES = {
    "int": "s",
    "int with null": "pd.Series([0.0, None, 2.0])",
    "large int": "s + 2**40",
    "int8": "s.astype('int8')",
    "uint64": "pd.Series(np.array([2**63 + 1] * 3, dtype='uint64'))",
    "nullable int": "s.astype('Int64').where(s != 1)",
    "float": "s + 0.5",
    "whole float": "s * 1.0",
    "float32": "s.astype('float32') / 3",
    "nullable float": "s.astype('Float64').where(s != 1)",
    "nan": "pd.Series([0.5, float('nan'), float('inf')])",
    "bool": "s > 1",
    "nullable bool": "(s > 1).astype('boolean').where(s != 1)",
    "digits": "pd.Series(['0', '1', '2'], dtype=object)",
    "words": "pd.Series(['a', None, 'c'], dtype=object)",
    "category": "s.astype(str).astype('category')",
    "bytes": "pd.Series([b'x', None, b'z'])",
    "mixed": "pd.Series(['a', 1, None], dtype=object)",
    "objects": "pd.Series([1, None, 3], dtype=object)",
    "float objects": "pd.Series([1.0, float('nan'), None], dtype=object)",
    "decimals": "pd.Series([decimal.Decimal('1.5'), None, decimal.Decimal('3')])",
    "finer decimals": "pd.Series([decimal.Decimal('1.555')] * 3)",
    "dates": "pd.Series([datetime.date(2020, 1, 2)] * 3)",
    "times": "pd.to_datetime(s, unit='D').astype('datetime64[ns]')",
    "no times": "pd.Series([pd.NaT] * 3)",
    "durations": "pd.to_timedelta(s, unit='h').astype('timedelta64[ns]')",
    "lists": "s.map(lambda v: [v, None])",
    "lists of floats": "s.map(lambda v: [0.5, float('nan')])",
    "arrays": "s.map(lambda v: np.array([1.0, np.nan]))",
    "dicts": "s.map(lambda v: {'a': v, 'b': 1.0})",
    "tuples": "s.map(lambda v: (v, 1.0))",
    "nothing": "pd.Series([None] * 3)",
    "no series": "[1, 2, 3]",
    "ndarray": "s.to_numpy()",
    "one value": "5",
    "too few": "s[:1]",
    "frame": "pd.DataFrame({'a': s, 'b': s * 1.0})",
    "frame in another order": "pd.DataFrame({'b': s * 1.0, 'a': s})",
    "frame with one more": "pd.DataFrame({'a': s, 'b': s * 1.0, 'c': s})",
    "frame with one less": "pd.DataFrame({'a': s})",
    "frame without names": "pd.DataFrame([[1, 2.0]] * 3)",
    "frame of other types": "pd.DataFrame({'a': s + 0.5, 'b': s})",
}
# As what a pandas_udf declares it.
PAIR = "struct<a:long,b:double>"
TYPES = {
    "int": ["boolean", "string", "decimal(10,2)", "double"],
    "int with null": ["long", "int"],
    "large int": ["int"],
    "int8": ["long"],
    "uint64": ["long"],
    "nullable int": ["long", "string"],
    "float": ["long", "int", "string", "decimal(10,2)"],
    "whole float": ["long"],
    "float32": ["double"],
    "nullable float": ["double", "long"],
    "nan": ["double", "string"],
    "bool": ["int", "string", "boolean"],
    "nullable bool": ["boolean"],
    "digits": ["int", "double", "decimal(10,2)", "date", "binary"],
    "words": ["int", "string", "binary"],
    "category": ["string", "int"],
    "bytes": ["string", "binary"],
    "mixed": ["string", "int"],
    "objects": ["long", "double", "string"],
    "float objects": ["double", "long"],
    "decimals": ["decimal(10,2)", "double", "long", "string"],
    "finer decimals": ["decimal(10,2)"],
    "dates": ["date", "timestamp", "string"],
    "times": ["timestamp", "date", "long"],
    "no times": ["timestamp"],
    "durations": ["interval day to second", "long"],
    "lists": ["array<double>", "string"],
    "lists of floats": ["array<double>"],
    "arrays": ["array<double>"],
    "dicts": [PAIR, "array<double>"],
    "tuples": [PAIR],
    "nothing": ["long", "string", PAIR],
    "no series": ["long"],
    "ndarray": ["long"],
    "one value": ["long", PAIR],
    "too few": ["long"],
    "frame": [PAIR, "long"],
    "frame in another order": [PAIR],
    "frame with one more": [PAIR],
    "frame with one less": [PAIR],
    "frame without names": [PAIR],
    "frame of other types": [PAIR],
}
# What is returned for a group's frame `d` with the columns a, 0, 1 and 2, and b, halves.
FRAMES = {
    "same": "d",
    "one more": "d.assign(c=1)",
    "one less": "d[['a']]",
    "without names": "pd.DataFrame([[1, 2.0]])",
    "digits": "pd.DataFrame({'a': d.a.astype(str), 'b': d.b})",
    "floats": "pd.DataFrame({'a': d.b, 'b': d.b})",
    "words": "pd.DataFrame({'a': d.a, 'b': ['x'] * len(d)})",
    "empty": "pd.DataFrame()",
    "no frame": "d.a",
}
# What is returned for `s`, the Series of a group, by an aggregate.
VALUES = {
    "int": "1", "float": "0.5", "bool": "True", "digits": "'1'", "list": "[1, None]",
    "decimal": "decimal.Decimal('1.555')",
}
# What an iterator of Series may become otherwise than a Series.
ITERATED = {"int": ["long"], "float": ["long"], "no series": ["long"], "tuples": [PAIR],
            "frame with one more": [PAIR], "frame with one less": [PAIR]}
AGGREGATED = {"int": ["double", "string"], "float": ["int"], "bool": ["int"], "digits": ["int"],
              "list": ["array<double>"], "decimal": ["decimal(10,2)"]}
WAYS = {"scalar": SERIES, "iterator": SERIES, "group": FRAMES, "all rows": FRAMES,
        "aggregate": VALUES}


def types_of(way, result):
    """The types that are declared."""
    tables = {"scalar": TYPES, "iterator": ITERATED, "aggregate": AGGREGATED}
    return tables[way].get(result, []) if way in tables else ["a long, b double"]


def programs():
    """(way, result, type), all of them."""
    return [(way, result, of) for way, results in WAYS.items() for result in results
            for of in types_of(way, result)]


def outcome(spark, package, way, result, of):
    """[values], or [class, text] of the error."""
    try:
        return [repr([tuple(row) for row in _made(spark, package, way, result, of).collect()])]
    except Exception as e:
        return _told(str(e))


def _made(spark, package, way, result, of):
    """The DataFrame of one program."""
    names = {}
    exec(f"import datetime, decimal\nimport numpy as np, pandas as pd\n"
         f"from {package}.sql.functions import PandasUDFType, col, pandas_udf", names)
    of_one = eval(f"lambda {'sd'[way in ('group', 'all rows')]}: {WAYS[way][result]}", names)
    rows = spark.range(3).coalesce(1)
    pairs = rows.selectExpr("id as a", "id / 2 as b")
    if way == "group":
        return pairs.groupBy().applyInPandas(of_one, of)
    if way == "all rows":
        return pairs.mapInPandas(lambda frames: map(of_one, frames), of)
    kinds = names["PandasUDFType"]
    if way == "aggregate":
        return rows.agg(names["pandas_udf"](of_one, of, kinds.GROUPED_AGG)("id"))
    if way == "iterator":
        return rows.select(names["pandas_udf"](
            lambda series: map(of_one, series), of, kinds.SCALAR_ITER)("id"))
    return rows.select(names["pandas_udf"](of_one, of, kinds.SCALAR)("id"))


def _told(text):
    """The error of the worker: its class, and its first sentence without pandas' dtype and the
    name of the zone."""
    found = re.findall(r"(?:^|: )\s*(?:[\w.]+\.)?(\w+(?:Error|Exception))\b:? ?(.*)$",
                       text, re.MULTILINE)
    name, words = found[-1] if found else ("", "")
    if not name.startswith("PySpark"):
        return ["other", ""]
    first = re.sub(r"with type '.*?'", "with type", words.split(". ")[0].rstrip("."))
    return [name, re.sub(r", tz=[^]]*", "", first)]


if __name__ == "__main__":
    from pyspark.sql import SparkSession
    session = SparkSession.builder.master("local[1]").config("spark.ui.enabled", False).config(
        "spark.sql.shuffle.partitions", 1).getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    for program in programs():
        line = {"program": program, "outcome": outcome(session, "pyspark", *program)}
        print(json.dumps(line), flush=True)
