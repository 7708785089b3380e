"""Records the event logs of real PySpark that trace assertions are tested on.

    python make_spark_traces.py FOLDER      needs pyspark 4.3 and Java

Of each log what a trace reads is kept, gzipped: spark_plans.jsonl.gz, spark_kept.jsonl.gz.
"""
import glob
import gzip
import json
import os
import subprocess
import sys
import tempfile

KEPT = {"LogStart", "ApplicationStart", "ApplicationEnd", "ExecutorAdded", "EnvironmentUpdate",
        "JobStart", "JobEnd", "StageSubmitted", "StageCompleted", "TaskEnd", "SQLExecutionStart",
        "SQLExecutionEnd", "SQLAdaptiveExecutionUpdate"}
DROPPED = {"Accumulables", "Task Executor Metrics", "Details", "details", "metrics", "metadata",
           "physicalPlanDescription", "System Properties", "Classpath Entries", "Updated Blocks",
           "Hadoop Properties", "Metrics Properties", "Push Based Shuffle", "JVM Information"}
PROPERTIES = {"spark.sql.execution.id", "callSite.short", "spark.master"}
START = """\
import sys
from operator import add
from pyspark.sql import SparkSession, functions as F
spark = (SparkSession.builder.master("local[2]").appName("sample")
         .config("spark.driver.memory", "1g").config("spark.ui.enabled", "false")
         .config("spark.sql.shuffle.partitions", "3")
         .config("spark.eventLog.enabled", "true").config("spark.eventLog.dir", sys.argv[1])
         .config("spark.eventLog.rolling.enabled", "false")
         .config("spark.eventLog.compress", "false").getOrCreate())
sc = spark.sparkContext
"""
PROGRAMS = {"spark_plans": """\
lines = sc.parallelize(["to be or not to be", "that is the question"], 2)
counts = lines.flatMap(str.split).map(lambda w: (w, 1)).reduceByKey(add)
print(sorted(counts.collect()))
print(counts.count())
df = spark.range(100).withColumn("k", F.col("id") % 3)
df.groupBy("k").count().orderBy("k").show()
small = spark.createDataFrame([(0, "zero"), (1, "one")], "k long, name string")
print(df.join(F.broadcast(small), "k").count())
""", "spark_kept": """\
numbers = sc.parallelize(range(8), 2).map(lambda i: i * i).cache()
numbers.count()
numbers.sum()
rows = spark.range(0, 100, 1, 2).cache()
rows.count()
rows.selectExpr("sum(id)").collect()
"""}


def slim(value, folder):
    """What a trace reads of it; the program's file without its folder."""
    if isinstance(value, list):
        return [slim(item, folder) for item in value]
    if isinstance(value, dict):
        return {key: slim(_few(item) if key.endswith("Properties") else item, folder)
                for key, item in value.items() if key not in DROPPED}
    return value.replace(folder, "") if isinstance(value, str) else value


def _few(properties):
    return {key: value for key, value in (properties or {}).items() if key in PROPERTIES}


def slim_log(lines, folder):
    for line in lines:
        event = json.loads(line)
        if event["Event"].rpartition(".")[2].removeprefix("SparkListener") in KEPT:
            event.update({"User": "spark"} if "User" in event else {})
            yield json.dumps(slim(event, folder), separators=(",", ":")) + "\n"


def record(name, target):
    with tempfile.TemporaryDirectory() as folder:
        app, logs = os.path.join(folder, "app.py"), os.path.join(folder, "log")
        os.mkdir(logs)
        with open(app, "w") as f:
            f.write(START + PROGRAMS[name] + "spark.stop()\n")
        subprocess.run([sys.executable, app, logs], check=True, stderr=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL)
        (path,) = glob.glob(os.path.join(logs, "*"))
        with open(path) as log:
            text = "".join(slim_log(log, os.path.join(folder, "")))
        with open(os.path.join(target, name + ".jsonl.gz"), "wb") as out:
            out.write(gzip.compress(text.encode(), 9, mtime=0))


if __name__ == "__main__":
    for program in PROGRAMS:
        record(program, sys.argv[1])
