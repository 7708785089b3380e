"""Asks a real Spark for the optimized plans of queries.sql and of the TPC-H queries; writes plans.txt.

    python make_optimized_plans.py        (needs pyspark)

Tables are empty RDDs with the columns of tables.txt, so that nothing is known of their rows.
"""
import glob
import os

from pyspark.sql import SparkSession

HERE = os.path.dirname(os.path.abspath(__file__))
TPCH = os.path.join(HERE, "..", "..", "..", "..", "bench", "tpch")


def lines(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as f:
        return [line.rstrip("\n") for line in f if line.strip()]


def queries():
    for line in lines("queries.sql"):
        yield line, line
    for path in sorted(glob.glob(os.path.join(TPCH, "q*.sql"))):
        with open(path, encoding="utf-8") as f:
            yield os.path.basename(path), f.read().strip().rstrip(";").replace("{fraction}", "0.0001")


def main():
    spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    for line in lines("tables.txt"):
        name, schema = line.split(": ", 1)
        spark.createDataFrame(spark.sparkContext.parallelize([], 1), schema).createOrReplaceTempView(name)
    with open(os.path.join(HERE, "plans.txt"), "w", encoding="utf-8") as out:
        for name, text in queries():
            plan = spark.sql(text)._jdf.queryExecution().optimizedPlan().toString().rstrip("\n")
            out.write("-- sql\n%s\n-- tree\n%s\n" % (name, plan))


main()
