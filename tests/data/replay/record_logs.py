"""Records event logs of real PySpark at local[1] and local[2], for predicting one from the other.

    python record_logs.py FOLDER        needs pyspark 4.3 and Java, and a machine with nothing to do

Each program runs in a process of its own.  Of each log what a replay reads is kept, gzipped:
<program>-<cores>.jsonl.gz.
"""
import glob
import gzip
import json
import os
import subprocess
import sys
import tempfile

CORES = (1, 2)
HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "")   # in names of stages
KEPT = {"LogStart", "ApplicationStart", "ApplicationEnd", "ExecutorAdded", "JobStart", "JobEnd",
        "StageSubmitted", "StageCompleted", "TaskEnd"}


# ── the programs ──
def word_count(sc, spark):
    words = [f"w{i * i % 5003} w{i % 97} w{i % 1009}" for i in range(60_000)]
    lines = sc.parallelize(words, 8)
    for _ in range(3):
        lines.flatMap(str.split).map(lambda w: (w, 1)).reduceByKey(lambda a, b: a + b, 8).count()


def page_rank(sc, spark):
    links = sc.parallelize([(i % 20_000, i * 7919 % 20_000) for i in range(160_000)], 8)
    links = links.groupByKey(8).cache()
    ranks = links.mapValues(lambda _: 1.0)
    for _ in range(4):
        gains = links.join(ranks, 8).flatMap(
            lambda row: [(to, row[1][1] / len(row[1][0])) for to in row[1][0]])
        ranks = gains.reduceByKey(lambda a, b: a + b, 8).mapValues(lambda r: 0.15 + 0.85 * r)
    ranks.count()


def sort(sc, spark):
    numbers = sc.parallelize(range(400_000), 12).map(lambda i: (i * 7919 % 400_009, i))
    numbers.sortByKey(numPartitions=12).count()
    numbers.sortByKey(False, numPartitions=12).take(5)


def pi(sc, spark):
    def inside(seed):
        import random
        draw = random.Random(seed)
        return sum(draw.random() ** 2 + draw.random() ** 2 < 1 for _ in range(400_000))
    sc.parallelize(range(24), 24).map(inside).sum()


def skew(sc, spark):
    def spin(i):
        return sum(x * x for x in range(6_000_000 if i == 0 else 400_000))
    for _ in range(2):
        sc.parallelize(range(16), 16).map(spin).sum()


def frames(sc, spark):
    from pyspark.sql import functions as F
    orders = spark.range(0, 6_000_000, 1, 8).select("id", (F.col("id") % 50_000).alias("k"))
    people = spark.range(0, 50_000, 1, 4).withColumnRenamed("id", "k")
    for _ in range(3):
        (orders.join(people, "k").groupBy("k").agg(F.sum("id").alias("s"))
         .orderBy(F.desc("s")).limit(10).collect())


PROGRAMS = {program.__name__: program
            for program in (word_count, page_rank, sort, pi, skew, frames)}


# ── recording ──
def run(name, cores, folder):
    from pyspark.sql import SparkSession
    spark = (SparkSession.builder.master(f"local[{cores}]").appName(name)
             .config("spark.ui.enabled", "false").config("spark.driver.memory", "1g")
             .config("spark.sql.shuffle.partitions", "8")
             .config("spark.eventLog.enabled", "true").config("spark.eventLog.dir", folder)
             .config("spark.eventLog.rolling.enabled", "false")
             .config("spark.eventLog.compress", "false").getOrCreate())
    PROGRAMS[name](spark.sparkContext, spark)
    spark.stop()


def slim(event):
    """What a replay reads of it."""
    for info in [event.get("Stage Info", {}), *event.get("Stage Infos", [])]:
        for member in ("RDD Info", "Details", "Accumulables"):
            info.pop(member, None)
        if "Stage Name" in info:
            info["Stage Name"] = info["Stage Name"].replace(HERE, "")
    event.get("Task Info", {}).pop("Accumulables", None)
    for member in ("Task Executor Metrics", "Properties", "Stage Infos"):
        event.pop(member, None)
    return event


def record(name, cores, target):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, __file__, "--run", name, str(cores), folder], check=True,
                       stderr=subprocess.DEVNULL)
        (path,) = glob.glob(os.path.join(folder, "*"))
        with open(path) as log, gzip.open(
                os.path.join(target, f"{name}-{cores}.jsonl.gz"), "wt", compresslevel=9) as out:
            for line in log:
                event = json.loads(line)
                if event["Event"].removeprefix("SparkListener") in KEPT:
                    out.write(json.dumps(slim(event), separators=(",", ":")) + "\n")


if __name__ == "__main__":
    if sys.argv[1] == "--run":
        run(sys.argv[2], int(sys.argv[3]), sys.argv[4])
    else:
        for name in PROGRAMS:
            for cores in CORES:
                record(name, cores, sys.argv[1])
