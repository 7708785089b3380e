"""TPC-H's 22 queries on Parquet files, each timed within a running session, warm.

    rushlight submit --master 'local[2]' bench/tpch_app.py FOLDER SCALE [QUERY …]     or with PySpark
    python bench/tpch_app.py --duckdb FOLDER SCALE [QUERY …]

Prints one JSON object: {"1": [seconds of the quickest of RUNS, rows of the answer], …}.
"""
import json
import pathlib
import sys
import time

QUERIES = pathlib.Path(__file__).resolve().parent / "tpch"
TABLES = "customer lineitem nation orders part partsupp region supplier".split()
RUNS = 3


def query_text(number, scale):
    """A query's text; Q11's fraction depends on the scale."""
    text = (QUERIES / f"q{number:02d}.sql").read_text()
    return text.replace("{fraction}", f"{0.0001 / scale:.10f}")


def spark_runner(folder):
    """What runs a query's text on Spark's API: its rows."""
    from pyspark.sql import SparkSession
    spark = SparkSession.builder.appName("tpch").getOrCreate()
    spark.conf.set("spark.sql.shuffle.partitions", 2)
    for table in TABLES:
        spark.read.parquet(f"{folder}/{table}.parquet").createOrReplaceTempView(table)
    return lambda text: spark.sql(text).collect()


def duckdb_runner(folder):
    """The same on DuckDB, with two threads."""
    import duckdb
    con = duckdb.connect()
    con.execute("set threads = 2")
    for table in TABLES:
        con.execute(f"create view {table} as select * from '{folder}/{table}.parquet'")
    return lambda text: con.execute(text).fetchall()


def main():
    args = sys.argv[1:]
    runner = spark_runner
    if args[0] == "--duckdb":
        runner, args = duckdb_runner, args[1:]
    folder, scale = args[0], float(args[1])
    run = runner(folder)
    taken = {}
    for number in map(int, args[2:] or range(1, 23)):
        text = query_text(number, scale)
        best, rows = float("inf"), 0
        for _ in range(RUNS):
            began = time.perf_counter()
            rows = len(run(text))
            best = min(best, time.perf_counter() - began)
        taken[number] = [round(best, 4), rows]
        print(f"q{number:02d} {best:.3f} s, {rows} rows", file=sys.stderr)
    print(json.dumps(taken))


if __name__ == "__main__":
    main()
