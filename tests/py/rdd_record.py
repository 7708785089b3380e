"""Runs the programs of rdd_programs.py in one SparkContext and writes down what they did.

    PYTHONHASHSEED=0 python rdd_record.py OUT.json      with pyspark, or under `rushlight submit`

For each program:

    result      repr of what it returned
    jobs        for each job the stage that gave its result, and in brackets the stages before it:
                "collect x2 read=4 (reduceByKey x3 in=6 wrote=4)" is two tasks that read 4 records
                of a shuffle, which three tasks wrote that had 6 records as input; or "… skipped"

Jobs come from the event log; a local property tells which program they belong to.
"""
import json
import os
import sys
import tempfile

import rdd_programs_joins  # noqa: F401
import rdd_programs_numbers  # noqa: F401
import rdd_programs_outside  # noqa: F401
import rdd_programs_pairs  # noqa: F401
from pyspark import SparkConf, SparkContext
from rdd_programs import PROGRAMS, describe
from recorded_jobs import read_jobs, settings

PROPERTY = "program"


def record(folder):
    os.mkdir(folder + "/log")
    sc = SparkContext(conf=SparkConf().setMaster("local[4]").setAppName("programs").setAll(
        settings(folder + "/log")))
    answers = {}
    for name, run in PROGRAMS.items():
        tmp = f"{folder}/{name}"
        os.mkdir(tmp)
        sc.setLocalProperty(PROPERTY, name)
        try:
            result = repr(run(sc, tmp))
        except Exception as e:
            result = f"raised {describe(e)}"
        answers[name] = {"result": result.replace(tmp, ""), "jobs": []}
    sc.stop()
    for properties, job in read_jobs(folder + "/log", stage_words):
        answers[properties[PROPERTY]]["jobs"].append(job)
    return answers


def stage_words(info, counts):
    name, _, place = info["Stage Name"].rpartition(" at ")
    if place.endswith(".py") or ".py:" in place or place.startswith("NativeMethod"):
        place = ""              # the user's; else one of Spark's own files, which is kept
    return [f"{name} at {place.partition(':')[0]}" if place else name,
            f"x{info['Number of Tasks']}", *counts]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        found = record(scratch)
    with open(sys.argv[1], "w") as out:
        json.dump(found, out, indent=1, sort_keys=True)
        out.write("\n")
