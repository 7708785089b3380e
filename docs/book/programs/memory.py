"""Spark's memory in numbers, a sort that does not fit, and two requests that cannot be met.

    $ rushlight submit --master 'sim://?executors=1&cores=2' memory.py
    $ rushlight picture memory events/sim-0 -o memory.svg
"""
from pyspark.sql import SparkSession, functions as F

MIB = 1 << 20


def unified(heap_mib):
    """The pool that execution and storage share."""
    return (heap_mib - 300) * 0.6


print("pool of a 4 GB executor, MiB:", round(unified(4096)))
print("half of it, safe for storage, MiB:", round(unified(4096) / 2))
print("share of one of 4 tasks, at least, MiB:", round(unified(4096) / 8))
print("pool of this run, MiB:", round(6 * 0.6, 1))
print("container of an 8 GB executor, MiB:", 8192 + max(384, 8192 // 10))

spark = (SparkSession.builder.appName("Memory")
         .config("spark.testing.memory", 6 * MIB).config("spark.testing.reservedMemory", 0)
         .config("spark.driver.maxResultSize", MIB)
         .config("spark.sql.shuffle.partitions", 2).config("spark.sql.adaptive.enabled", False)
         .getOrCreate())


def first_line(work):
    try:
        return work()
    except Exception as error:
        return str(error).splitlines()[0]


table = spark.range(0, 1_000_000, 1, 4).select(F.hash("id").alias("key"), "id")
ordered = table.sort("key")
print("rows sorted:", ordered.selectExpr("first(key)", "count(*)").first()[1])
print("one list of all:", first_line(lambda: table.agg(F.size(F.collect_list("id"))).first()))
print("all to the driver:", first_line(table.collect))
