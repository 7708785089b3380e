"""db-benchmark's ten group-by questions on a Parquet file, as users of the DataFrame API ask them.

    rushlight submit --master 'local[2]' bench/h2o_app.py FILE ANSWERS [QUESTION …]
    python bench/h2o_app.py --duckdb FILE ANSWERS [QUESTION …]

Every answer is taken as an Arrow table, the quickest of RUNS counts; then it goes to
ANSWERS/<question>.parquet.  Prints {"1": [seconds, rows of the answer, CPU seconds], …, "peak_mib": …}.
"""
import json
import sys

import pyarrow.parquet

import tpch_app

RUNS = 3

SQL = {
    1: "select id1, sum(v1) as v1 from x group by id1",
    2: "select id1, id2, sum(v1) as v1 from x group by id1, id2",
    3: "select id3, sum(v1) as v1, avg(v3) as v3 from x group by id3",
    4: "select id4, avg(v1) as v1, avg(v2) as v2, avg(v3) as v3 from x group by id4",
    5: "select id6, sum(v1) as v1, sum(v2) as v2, sum(v3) as v3 from x group by id6",
    6: "select id4, id5, median(v3) as median, stddev(v3) as sd from x group by id4, id5",
    7: "select id3, max(v1) - min(v2) as range from x group by id3",
    8: "select id6, v3 from (select id6, v3, row_number() over (partition by id6 order by v3 desc)"
       " as place from x) where place <= 2",
    9: "select id2, id4, corr(v1, v2) ** 2 as r2 from x group by id2, id4",
    10: "select id1, id2, id3, id4, id5, id6, sum(v3) as v3, count(*) as n from x"
        " group by id1, id2, id3, id4, id5, id6",
}


def frames(x):
    """The same as DataFrames."""
    from pyspark.sql import Window, functions as F
    largest = Window.partitionBy("id6").orderBy(F.col("v3").desc())
    return {
        1: x.groupBy("id1").agg(F.sum("v1").alias("v1")),
        2: x.groupBy("id1", "id2").agg(F.sum("v1").alias("v1")),
        3: x.groupBy("id3").agg(F.sum("v1").alias("v1"), F.avg("v3").alias("v3")),
        4: x.groupBy("id4").agg(*[F.avg(v).alias(v) for v in ("v1", "v2", "v3")]),
        5: x.groupBy("id6").agg(*[F.sum(v).alias(v) for v in ("v1", "v2", "v3")]),
        6: x.groupBy("id4", "id5").agg(F.median("v3").alias("median"), F.stddev("v3").alias("sd")),
        7: x.groupBy("id3").agg((F.max("v1") - F.min("v2")).alias("range")),
        8: x.withColumn("place", F.row_number().over(largest)).where("place <= 2")
            .select("id6", "v3"),
        9: x.groupBy("id2", "id4").agg((F.corr("v1", "v2") ** 2).alias("r2")),
        10: x.groupBy("id1", "id2", "id3", "id4", "id5", "id6")
             .agg(F.sum("v3").alias("v3"), F.count("*").alias("n")),
    }


def spark_runner(path):
    from pyspark.sql import SparkSession
    spark = SparkSession.builder.appName("h2o").getOrCreate()
    spark.conf.set("spark.sql.shuffle.partitions", 2)
    x = spark.read.parquet(path)
    return lambda number: frames(x)[number].toArrow()       # a new frame: one keeps its shuffles


def duckdb_runner(path):
    import duckdb
    con = duckdb.connect()
    con.execute("set threads = 2")
    con.execute(f"create view x as select * from '{path}'")
    return lambda number: con.sql(SQL[number]).to_arrow_table()


def main():
    args = sys.argv[1:]
    runner = spark_runner
    if args[0] == "--duckdb":
        runner, args = duckdb_runner, args[1:]
    run, folder, taken = runner(args[0]), args[1], {}
    for number in map(int, args[2:] or SQL):
        seconds, answer, cpu = tpch_app.quickest(lambda: run(number), RUNS)
        taken[number] = [seconds, answer.num_rows, cpu]
        pyarrow.parquet.write_table(answer, f"{folder}/{number}.parquet")
        print(f"q{number:<2} {seconds:.3f} s, {cpu:.3f} of CPU, {answer.num_rows} rows",
              file=sys.stderr)
    taken["peak_mib"] = tpch_app.peak_mib()
    print(json.dumps(taken))


if __name__ == "__main__":
    main()
