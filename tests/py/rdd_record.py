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

PROPERTY = "program"
COUNTS = (("in", "Input Metrics", "Records Read"), ("out", "Output Metrics", "Records Written"),
          ("read", "Shuffle Read Metrics", "Total Records Read"),
          ("wrote", "Shuffle Write Metrics", "Shuffle Records Written"))


def record(folder):
    os.mkdir(folder + "/log")
    sc = SparkContext(conf=SparkConf().setMaster("local[4]").setAppName("programs").setAll([
        ("spark.eventLog.enabled", "true"), ("spark.eventLog.dir", "file://" + folder + "/log"),
        ("spark.eventLog.compress", "false"), ("spark.eventLog.rolling.enabled", "false"),
        ("spark.ui.enabled", "false"), ("spark.ui.showConsoleProgress", "false")]))
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
    for name, job in read_jobs(folder + "/log"):
        answers[name]["jobs"].append(job)
    return answers


def read_jobs(folder):
    """(program, job) for each job of the one event log in a folder."""
    [path] = [os.path.join(at, file) for at, _, files in os.walk(folder)
              for file in files if not file.startswith(".")]
    jobs, ran = [], {}
    with open(path) as f:
        for event in map(json.loads, f):
            if event["Event"] == "SparkListenerJobStart":
                jobs.append(event)
            elif event["Event"] == "SparkListenerStageSubmitted":
                ran.setdefault(event["Stage Info"]["Stage ID"], {})
            elif event["Event"] == "SparkListenerTaskEnd":
                counts, metrics = ran[event["Stage ID"]], event.get("Task Metrics") or {}
                for key, group, field in COUNTS:
                    counts[key] = counts.get(key, 0) + metrics.get(group, {}).get(field, 0)
    for job in jobs:
        stages = {info["Stage ID"]: info for info in job["Stage Infos"]}
        text = stage_text(max(stages), stages, ran) if stages else "no stages"
        yield job["Properties"][PROPERTY], text


def stage_text(number, stages, ran):
    info = stages[number]
    name, _, place = info["Stage Name"].rpartition(" at ")
    if place.endswith(".py") or ".py:" in place or place.startswith("NativeMethod"):
        place = ""              # the user's; else one of Spark's own files, which is kept
    words = [f"{name} at {place.partition(':')[0]}" if place else name,
             f"x{info['Number of Tasks']}"]
    words += ([f"{key}={n}" for key, n in ran[number].items() if n] if number in ran
              else ["skipped"])
    before = sorted(stage_text(parent, stages, ran)
                    for parent in info["Parent IDs"] if parent in stages)
    return " ".join(words) + (f" ({', '.join(before)})" if before else "")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        found = record(scratch)
    with open(sys.argv[1], "w") as out:
        json.dump(found, out, indent=1, sort_keys=True)
        out.write("\n")
