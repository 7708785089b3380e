"""Runs programs given as text in one SparkContext and writes down all that can be compared.

    PYTHONHASHSEED=0 python fuzz_record.py PROGRAMS.json OUT.json

For each program {"seen": […], "jobs": […]}: what `see` was given, line by line, and each job with
its stages: names with the user's line, RDDs, tasks, records.

In the environment, CONF="master=local[2] batchSize=3 spark.default.parallelism=5" asks for another
context than usual, and LIMIT is a number of seconds after which no further program begins.
"""
import json
import linecache
import os
import re
import sys
import tempfile
import time
import traceback

from pyspark import SparkConf, SparkContext
from rdd_programs import describe
from recorded_jobs import read_jobs, settings

WORDS = [w * (i % 3) + chr(97 + i % 26) for i, w in enumerate(["to", "be", "or", "not"] * 9)]
TEXT = "to be or not to be\nthat is the question\n\nwhether tis nobler in the mind\nto suffer\n"
CRLF = "a b\r\nc d\r\n\r\ne\rf g"
ODD = "\n\n  spaces  \n\ttab\n\u00fcml\u00e4ut \u4e2d\u6587 \U0001f600\nlast without end"
FRACTIONS = {**{i: i % 3 / 2 for i in range(1000)},
             **{f"k{i}": i % 3 / 2 for i in range(1000)}}


def helpers(sc, tmp, seen):
    made = []

    def fresh(suffix=""):
        made.append(0)
        return f"{tmp}/{len(made)}{suffix}"

    def write(_, text):
        path = fresh(".txt")
        with open(path, "w", newline="") as f:
            f.write(text)
        return path

    def folder(_, text):
        path = fresh()
        os.mkdir(path)
        for i in range(3):
            with open(f"{path}/{i}.txt", "w", newline="") as f:
                f.write(text * i)
        return path

    def saved(rdd, _):
        path = fresh()
        rdd.saveAsTextFile(path)
        return path

    def pickled(rdd, _):
        path = fresh()
        rdd.saveAsPickleFile(path)
        return path

    def checkpointed(rdd):
        rdd.checkpoint()
        return rdd

    def see(question):
        try:
            answer = shown(question())
        except Exception as e:
            answer = f"raised {error(e)}"
        seen.append(answer.replace(tmp, ""))

    return dict(write=write, folder=folder, saved=saved, pickled=pickled, see=see, show=list,
                checkpointed=checkpointed, WORDS=WORDS, TEXT=TEXT, CRLF=CRLF, ODD=ODD,
                FRACTIONS=FRACTIONS)


def error(e):
    if hasattr(e, "java_exception") or type(e).__name__ == "PythonException":
        return "Java"
    return describe(e)


def shown(value):
    if isinstance(value, bytes) and b"[" in value:      # toDebugString
        text = re.sub(r" at \S+ at \S+.*| at .*", "", value.decode())
        return re.sub(r"(\[\d+\])", "", text)
    if isinstance(value, float):
        return repr(round(value, 9))
    if type(value).__name__ == "defaultdict":
        return repr(dict(value))
    return repr(value)


def record(programs, folder):
    os.mkdir(folder + "/log")
    conf = dict(pair.split("=") for pair in os.environ.get("CONF", "").split())
    batch_size, master = int(conf.pop("batchSize", 0)), conf.pop("master", "local[4]")
    sc = SparkContext(batchSize=batch_size, conf=SparkConf().setMaster(master).setAppName(
        "fuzz").setAll([*settings(folder + "/log"), *conf.items()]))
    sc.setLogLevel("OFF")
    sc.setCheckpointDir(folder + "/checkpoints")
    answers = {}
    began, limit = time.time(), float(os.environ.get("LIMIT", "inf"))
    for name, text in programs.items():
        if time.time() - began > limit:
            break
        tmp, seen = f"{folder}/{name}", []
        os.mkdir(tmp)
        file = f"{name}.py"
        linecache.cache[file] = (len(text), None, text.splitlines(True), file)
        sc.setLocalProperty("program", name)
        first = sc.parallelize([1], 1).id()
        scope = {"__name__": "__main__", "sc": sc, "tmp": tmp, **helpers(sc, tmp, seen)}
        try:
            exec(compile(text, file, "exec"), scope)
        except Exception as e:
            line = traceback.extract_tb(e.__traceback__)[1].lineno
            seen.append(f"line {line} raised {error(e)}")
        seen.append(f"{sc.parallelize([1], 1).id() - first} RDDs")
        answers[name] = {"seen": seen, "jobs": []}
    sc.stop()
    program = None
    for properties, job in read_jobs(folder + "/log", stage_words):
        program = properties.get("program", program)    # a thread may have none
        answers[program]["jobs"].append(job)
    return answers


def stage_words(info, counts):
    rdds = sorted(info["RDD Info"], key=lambda rdd: rdd["RDD ID"])
    base = rdds[0]["RDD ID"]
    lineage = " ".join(
        f"{re.sub('.*/', '', rdd['Name'])}:{rdd['RDD ID'] - base}"
        f"<{','.join(str(p - base) for p in sorted(rdd['Parent IDs']))}>"
        f"x{rdd['Number of Partitions']}"
        for rdd in rdds)
    return [info["Stage Name"], f"x{info['Number of Tasks']}", *counts, f"<{lineage}>"]


if __name__ == "__main__":
    with open(sys.argv[1]) as given, tempfile.TemporaryDirectory() as scratch:
        found = record(json.load(given), scratch)
    with open(sys.argv[2], "w") as out:
        json.dump(found, out, indent=1, sort_keys=True)
        out.write("\n")
