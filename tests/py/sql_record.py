"""Runs the programs of sql_programs_*.py in one session and writes down what they gave.

    python sql_record.py OUT.json [NAME, or its beginning and a star …]      with pyspark, or under `rushlight submit`
"""
import importlib
import json
import os
import sys
import tempfile
import warnings

from pyspark.sql import SparkSession
from sql_programs import PROGRAMS, describe

SETTINGS = {"spark.sql.shuffle.partitions": "4", "spark.ui.enabled": "false",
            "spark.sql.session.timeZone": "UTC", "spark.ui.showConsoleProgress": "false",
            "spark.sql.pyspark.jvmStacktrace.enabled": "false"}


def record(folder, wanted):
    builder = SparkSession.builder.master("local[4]").appName("programs")
    for key, value in SETTINGS.items():
        builder = builder.config(key, value)
    spark = builder.config("spark.sql.warehouse.dir", folder + "/warehouse").getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    for family in ("types", "columns", "course", "errors", "frames", "session"):
        importlib.import_module("sql_programs_" + family)   # columns need a session in PySpark
    answers = {}
    for name, run in PROGRAMS.items():
        if wanted and name not in wanted and not any(w.endswith("*") and name.startswith(w[:-1])
                                                     for w in wanted):
            continue
        tmp = f"{folder}/{name}"
        os.mkdir(tmp)
        try:
            result = run(spark, tmp)
        except Exception as e:
            result = {"raised": describe(e)}
        answers[name] = json.loads(json.dumps(result, default=repr).replace(tmp, ""))
    spark.stop()
    return answers


if __name__ == "__main__":
    os.environ["TZ"] = "UTC"
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as scratch:
        found = record(scratch, sys.argv[2:])
    with open(sys.argv[1], "w") as out:
        json.dump(found, out, indent=1, sort_keys=True)
        out.write("\n")
