"""TPC-H's 22 queries on Parquet files, each timed within a running session, warm.

    rushlight submit --master 'local[2]' bench/tpch_app.py FOLDER SCALE [QUERY …]     or with PySpark
    python bench/tpch_app.py --duckdb FOLDER SCALE [QUERY …]

    --runs N          the quickest of N counts; 3 if it is not given
    --answers FILE    the answers, as JSON: {"1": [[value, …], …], …}
    --scans           on DuckDB: the seconds that its scans took, over its threads, instead

Prints one JSON object: {"1": [seconds, rows of the answer, CPU seconds], …, "peak_mib": of this
process}; the CPU seconds are this process's, so not PySpark's.  The jobs of each run of a query are
described as "q1 run 0", "q1 run 1" …, by which its scans are found in an event log.
"""
import argparse
import collections
import datetime
import decimal
import json
import pathlib
import sys
import time

QUERIES = pathlib.Path(__file__).resolve().parent / "tpch"
TABLES = "customer lineitem nation orders part partsupp region supplier".split()


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

    runs = collections.Counter()

    def run(number, text):
        spark.sparkContext.setJobDescription(f"q{number} run {runs[number]}")
        runs[number] += 1
        return spark.sql(text).collect()
    return run


def duckdb_connection(folder):
    """DuckDB with two threads, the tables as views."""
    import duckdb
    con = duckdb.connect()
    con.execute("set threads = 2")
    for table in TABLES:
        con.execute(f"create view {table} as select * from '{folder}/{table}.parquet'")
    return con


def scan_seconds(operator):
    """What the scans of files took in a profile's tree of operators."""
    own = operator["timing"] if operator["type"] == "TABLE_SCAN" else 0
    return own + sum(map(scan_seconds, operator.get("children", [])))


def duckdb_scans(folder, scale, numbers, runs):
    """{query: seconds of its scans, the least of @runs}, by DuckDB's profiler."""
    con, taken = duckdb_connection(folder), {}
    con.execute("pragma enable_profiling = 'no_output'")
    for number in numbers:
        seen = []
        for _ in range(runs):
            con.execute(query_text(number, scale)).fetchall()
            profile = json.loads(con.get_profiling_information(format="json"))
            seen.append(sum(map(scan_seconds, profile["operator"])))
        taken[number] = min(seen)
    return taken


def plain(value):
    """A value as JSON has it: decimals with their digits, floats as they are."""
    if isinstance(value, decimal.Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, datetime.date) else value


def quickest(run, runs):
    """(seconds, answer, CPU seconds of this process): the least of @runs."""
    seconds, cpus, answer = [], [], None
    for _ in range(runs):
        answer = None                       # gone before there is another
        began, busy = time.perf_counter(), time.process_time()
        answer = run()
        seconds.append(time.perf_counter() - began)
        cpus.append(time.process_time() - busy)
    return round(min(seconds), 4), answer, round(min(cpus), 4)


def peak_mib():
    """The most memory that this process ever had."""
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // 1024
    return 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("scale", type=float)
    parser.add_argument("queries", type=int, nargs="*")
    parser.add_argument("--duckdb", action="store_true")
    parser.add_argument("--scans", action="store_true")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--answers")
    args = parser.parse_args()
    numbers = args.queries or range(1, 23)
    if args.scans:
        print(json.dumps(duckdb_scans(args.folder, args.scale, numbers, args.runs)))
        return
    if args.duckdb:
        con = duckdb_connection(args.folder)
        run = lambda number, text: con.execute(text).fetchall()
    else:
        run = spark_runner(args.folder)
    taken, answers = {}, {}
    for number in numbers:
        text = query_text(number, args.scale)
        seconds, rows, cpu = quickest(lambda: run(number, text), args.runs)
        taken[number] = [seconds, len(rows), cpu]
        answers[number] = [[plain(value) for value in row] for row in rows]
        print(f"q{number:02d} {seconds:.3f} s, {cpu:.3f} of CPU, {len(rows)} rows", file=sys.stderr)
    if args.answers:
        pathlib.Path(args.answers).write_text(json.dumps(answers))
    taken["peak_mib"] = peak_mib()
    print(json.dumps(taken))


if __name__ == "__main__":
    main()
