"""DuckDB's answers to the queries of bench/tpch, as tests compare with: answers_<scale>.json.

    tpchgen-cli parquet -s 0.01 --output-dir FOLDER
    python tests/data/tpch/make_answers.py FOLDER 0.01

Numbers are written as text with as many digits as they have; floats with 12 that count.
"""
import datetime
import decimal
import json
import pathlib
import sys

import duckdb

HERE = pathlib.Path(__file__).resolve().parent
QUERIES = HERE.parents[2] / "bench" / "tpch"
TABLES = "customer lineitem nation orders part partsupp region supplier".split()


def query_text(number, scale):
    """A query's text; Q11's fraction depends on the scale."""
    text = (QUERIES / f"q{number:02d}.sql").read_text()
    return text.replace("{fraction}", f"{0.0001 / scale:.10f}")


def plain(value):
    """A value as JSON has it: decimals and floats alike as rounded text."""
    if isinstance(value, (decimal.Decimal, float)):
        return f"{float(value):.10g}"
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value


def main():
    folder, scale = sys.argv[1], float(sys.argv[2])
    con = duckdb.connect()
    for table in TABLES:
        con.execute(f"create view {table} as select * from '{folder}/{table}.parquet'")
    answers = {str(n): [[plain(v) for v in row]
                        for row in con.execute(query_text(n, scale)).fetchall()]
               for n in range(1, 23)}
    with open(HERE / f"answers_{sys.argv[2]}.json", "w") as out:
        out.write("{\n" + ",\n".join(f'"{n}": {json.dumps(rows)}' for n, rows in answers.items())
                  + "\n}\n")


if __name__ == "__main__":
    main()
