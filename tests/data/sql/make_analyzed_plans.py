"""Records what real Spark makes of queries: the analyzed plan, or the error, one JSON line each.

    SPARK_LOCAL_IP=127.0.0.1 python make_analyzed_plans.py > analyzed_plans.jsonl

Ids are numbered anew in the order in which a plan's text shows them.
"""
import glob
import json
import os
import re

from pyspark.sql import SparkSession

HERE = os.path.dirname(os.path.abspath(__file__))
TABLES = {"n": "id int, st struct<a:int,b:string>, ar array<int>, m map<string,int>"}
for line in open(os.path.join(HERE, "optimizer", "tables.txt"), encoding="utf-8"):
    if ":" in line:
        TABLES.setdefault(*[part.strip() for part in line.split(":", 1)])
QUERIES = [q for q in open(os.path.join(HERE, "analyzed_queries.sql"), encoding="utf-8").read().split(";\n") if q.strip()]
QUERIES += [open(path, encoding="utf-8").read()
            for path in sorted(glob.glob(os.path.join(HERE, "../../../bench/tpch/q*.sql")))]


def normalise(text):
    seen = {}
    return re.sub(r"(?<!Brand)#(\d+)", lambda m: "#" + str(seen.setdefault(m.group(1), len(seen) + 1)), text)


spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false") \
    .config("spark.sql.session.timeZone", "UTC").getOrCreate()
spark.sparkContext.setLogLevel("OFF")
for name, schema in TABLES.items():
    spark.createDataFrame([], schema).createOrReplaceTempView(name)
for query in QUERIES:
    query = query.strip()
    row = {"query": query}
    try:
        df = spark.sql(query)
        row["plan"] = normalise(df._jdf.queryExecution().analyzed().toString())
        row["schema"] = df.schema.simpleString()
        row["nullable"] = [f.nullable for f in df.schema.fields]
    except Exception as error:  # noqa: BLE001 - whatever Spark says is the answer
        row["error"] = normalise(str(error).split("\n\nJVM stacktrace")[0])
    print(json.dumps(row))
