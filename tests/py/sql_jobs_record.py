"""Runs the programs of sql_jobs_*.py in one session and writes down what they did.

    PYTHONHASHSEED=0 python sql_jobs_record.py OUT.json [NAME, or its beginning and a star …]

with pyspark, or under `rushlight submit`.  For each program:

    result      repr of what it returned, and what it printed
    jobs        as in recorded_jobs.py, sorted: the jobs of a query may start in any order
    queries     the final plan of each SQL execution: names of operators, indented
"""
import contextlib
import glob
import importlib
import io
import json
import os
import sys
import tempfile
import time

from pyspark.sql import SparkSession
from recorded_jobs import read_jobs, settings
from sql_jobs import PROGRAMS

GROUP = "spark.jobGroup.id"
TABLES = ("jobs_t",)
VIEWS = ("sales", "regions")


def session(folder):
    builder = SparkSession.builder.master("local[4]").appName("jobs")
    for key, value in settings(folder + "/log"):
        builder = builder.config(key, value)
    return (builder.config("spark.sql.shuffle.partitions", "4")
            .config("spark.sql.warehouse.dir", folder + "/warehouse").getOrCreate())


def settle(sc):
    """Jobs that fill a cache may still run when the action has its answer."""
    end = time.monotonic() + 3
    while sc.statusTracker().getActiveJobsIds() and time.monotonic() < end:
        time.sleep(0.01)


def run(spark, name, tmp):
    program = PROGRAMS[name]
    before = {key: spark.conf.get(key) for key in program.conf}
    for key, value in program.conf.items():
        spark.conf.set(key, value)
    sc, out = spark.sparkContext, io.StringIO()
    try:
        if program.prepare:
            program.prepare(spark, tmp)
        settle(sc)
        sc.setJobGroup(name, name)
        with contextlib.redirect_stdout(out):
            try:
                result = repr(program.run(spark, tmp))
            except Exception as e:
                result = f"raised {type(e).__name__}: {str(e).splitlines()[0]}"
        settle(sc)
    finally:
        sc.setLocalProperty(GROUP, None)
        for key, value in before.items():
            spark.conf.set(key, value)
        for table in TABLES:
            spark.sql("drop table if exists " + table)
        for view in VIEWS:
            spark.catalog.dropTempView(view)
        spark.catalog.clearCache()
    return (out.getvalue() + result).replace(tmp, "")


def matching(wanted):
    return [name for name in PROGRAMS if not wanted or name in wanted or any(
        w.endswith("*") and name.startswith(w[:-1]) for w in wanted)]


def record(folder, wanted):
    os.mkdir(folder + "/log")
    spark = session(folder)
    spark.sparkContext.setLogLevel("OFF")
    for family in ("frames", "files"):
        importlib.import_module("sql_jobs_" + family)   # windows need a session in PySpark
    answers = {}
    for name in matching(wanted):
        tmp = f"{folder}/{name}"
        os.mkdir(tmp)
        answers[name] = {"result": run(spark, name, tmp), "jobs": [], "queries": []}
    spark.stop()
    for properties, job in read_jobs(folder + "/log", stage_words):
        if properties.get(GROUP) in answers:
            answers[properties[GROUP]]["jobs"].append(job)
    for name, plan in read_plans(folder + "/log"):
        if name in answers:
            answers[name]["queries"].append(plan)
    for answer in answers.values():
        answer["jobs"].sort()
    return answers


def stage_words(info, counts):
    return [f"x{info['Number of Tasks']}", *counts]


def read_plans(folder):
    """(program, its final plan) of each SQL execution; the program is the job group."""
    [path] = glob.glob(folder + "/[!.]*")
    queries = {}
    with open(path) as f:
        for event in map(json.loads, f):
            kind = event["Event"].rpartition(".")[2]
            if kind == "SparkListenerSQLExecutionStart":
                queries[event["executionId"]] = [event["jobGroupId"], event["sparkPlanInfo"]]
            elif kind == "SparkListenerSQLAdaptiveExecutionUpdate":
                queries[event["executionId"]][1] = event["sparkPlanInfo"]
    for name, plan in queries.values():
        yield name, list(lines(plan))


def lines(plan, depth=0):
    yield "  " * depth + plan["nodeName"].strip()
    for child in plan["children"]:
        yield from lines(child, depth + 1)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        found = record(scratch, sys.argv[2:])
    with open(sys.argv[1], "w") as out:
        json.dump(found, out, indent=0, sort_keys=True)
        out.write("\n")
