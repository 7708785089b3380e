"""A gradient descent in ten rounds: as a chain of MapReduce jobs, and with the data in memory.

    $ rushlight submit --master 'local[2]' from_mapreduce.py
"""
import glob
import os
import time

from pyspark.sql import SparkSession, functions as F

ROUNDS, ROWS = 10, 100_000
spark = SparkSession.builder.appName("FromMapReduce").getOrCreate()
points = spark.range(0, ROWS, 1, 4).select((F.col("id") % 100).cast("double").alias("x"))
points.write.csv("round_0")


def size(folder):
    return sum(os.path.getsize(path) for path in glob.glob(f"{folder}/part-*"))


def step(table, mean):
    """Map: how far each is from the mean; reduce: the average of that."""
    return mean + 0.5 * table.select(F.avg(F.col("x") - mean)).first()[0]


def on_disk():
    """Each round reads what the one before it has written, and writes for the next."""
    mean = written = 0
    for n in range(ROUNDS):
        table = spark.read.schema("x double").csv(f"round_{n}")
        mean = step(table, mean)
        table.write.csv(f"round_{n + 1}")
        written += size(f"round_{n + 1}")
    return mean, written


def in_memory():
    """The first round reads, the others look at what it kept."""
    table = spark.read.schema("x double").csv("round_0").cache()
    mean = 0
    for _ in range(ROUNDS):
        mean = step(table, mean)
    return mean


def timed(work):
    """Seconds of the processor, whoever else uses the machine; the engine is in this process."""
    began = time.process_time()
    result = work()
    return result, time.process_time() - began


def once(keep):
    table = spark.read.schema("x double").csv("round_0")
    return step(table.cache() if keep else table, 0)


def best(keep):
    """The least of five: the first of all queries is slower."""
    seconds = []
    for _ in range(5):
        seconds.append(timed(lambda: once(keep))[1])
        spark.catalog.clearCache()
    return min(seconds)


read_once, kept_once = best(False), best(True)
(on_disk_mean, written), slow = timed(on_disk)
in_memory_mean, fast = timed(in_memory)
print("the same mean:", round(on_disk_mean, 6) == round(in_memory_mean, 6))
print("bytes of the data:", size("round_0"))
print("bytes written between rounds, on disk:", written)
print("times faster in memory:", round(slow / fast, 1))
print("times faster in memory, one round:", round(read_once / kept_once, 1))
spark.dag().save("from_mapreduce.svg")          # Rushlight's own: the last query
