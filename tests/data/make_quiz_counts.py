"""Makes quiz_counts.json: what real PySpark does with the programs of quiz questions.

    python tests/py/quiz_programs.py PROGRAMS.json                     with Rushlight's package
    python tests/data/make_quiz_counts.py PROGRAMS.json quiz_counts.json
                                                                       with pyspark, and the package

Its counts are read from Spark's own event log, by job group.
"""
import contextlib
import glob
import io
import json
import os
import sys
import tempfile
import time

from pyspark.sql import SparkSession
from rushlight.pictures._run import events_of
from rushlight.quiz._runs import Run
from rushlight.quiz._workbench import DEFAULTS, _execute, _prepared, names_for
from rushlight.testing._happenings import read_happenings

LONG = 100          # a value whose text is longer is not compared
GROUP = "spark.jobGroup.id"


def session(folder, master, core):
    builder = SparkSession.builder.master(master).appName("quiz")
    settings = {"spark.eventLog.enabled": "true", "spark.eventLog.dir": f"file://{folder}",
                "spark.eventLog.compress": "false", "spark.eventLog.rolling.enabled": "false",
                "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false",
                "spark.sql.warehouse.dir": folder + "/warehouse", **core}
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    return spark


def settle(sc):
    end = time.monotonic() + 5
    while sc.statusTracker().getActiveJobsIds() and time.monotonic() < end:
        time.sleep(0.01)


def run(spark, program, name, folder):
    sc = spark.sparkContext
    at = _prepared(tempfile.mkdtemp(dir=folder), program["files"])
    sql = {key: value for key, value in {**DEFAULTS, **program["conf"]}.items()
           if key.startswith("spark.sql.")}
    before = {key: spark.conf.get(key, None) for key in sql}
    for key, value in sql.items():
        spark.conf.set(key, value)
    names = {"__name__": "__main__", "sc": sc, "spark": spark, "folder": at,
             **names_for("pyspark")}
    told = Run(program["source"], program["master"], program["conf"], {}, [])
    sc.setJobGroup(name, name)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            told.value = _execute(program["source"], os.path.join(at, "program.py"), names)
    except Exception as error:
        told.error = error
    settle(sc)
    sc.setLocalProperty(GROUP, None)
    spark.catalog.clearCache()
    for key, value in before.items():
        spark.conf.unset(key) if value is None else spark.conf.set(key, value)
    return told


def events_of_group(events, name):
    """Those of one program."""
    stages, queries = set(), set()
    for event in events:
        kind = event["Event"]
        if kind == "JobStart":
            if (event.get("Properties") or {}).get(GROUP) != name:
                continue
            stages |= set(event["Stage IDs"])
        elif kind == "SQLExecutionStart":
            if event.get("jobGroupId") != name:
                continue
            queries.add(event["executionId"])
        elif kind in ("StageSubmitted", "StageCompleted"):
            if event["Stage Info"]["Stage ID"] not in stages:
                continue
        elif kind in ("TaskStart", "TaskEnd"):
            if event["Stage ID"] not in stages:
                continue
        elif "executionId" in event and event["executionId"] not in queries:
            continue
        yield event


def counts(told):
    """What is compared.  Of a program that fails, tasks may or may not have ended by then; of a
    plan, operators: where two sides of a join end at the same time, either may be broadcast."""
    if told.error is not None:
        return {"fails": True, "jobs": told.jobs}
    answer = {"jobs": told.jobs, "stages": told.stages, "skipped": told.skipped,
              "tasks": told.tasks}
    if isinstance(told.value, (bool, int, str, list)) and len(repr(told.value)) <= LONG:
        answer["value"] = repr(told.value)
    if told.plans and "ml." not in told.source:     # whose queries are MLlib's own
        answer["plan"] = sorted(told.nodes())
    return answer


def main(programs, out):
    groups = {}
    for program in programs:
        core = tuple(sorted((k, v) for k, v in program["conf"].items()
                            if not k.startswith("spark.sql.")))
        groups.setdefault((program["master"], core), []).append(program)
    answers = {}
    with tempfile.TemporaryDirectory() as scratch:
        for (master, core), some in groups.items():
            folder = tempfile.mkdtemp(dir=scratch)
            os.mkdir(folder + "/log")
            spark = session(folder + "/log", master, dict(core))
            spark.range(8).groupBy("id").count().collect()      # starts what starts once
            spark.sparkContext.parallelize(range(4), 2).map(abs).count()
            told = [run(spark, program, f"p{i}", folder) for i, program in enumerate(some)]
            spark.stop()
            [log] = glob.glob(folder + "/log/*local*")
            events = [event for _, event in events_of(log)]
            for i, (program, seen) in enumerate(zip(some, told)):
                part = ((n, event) for n, event in enumerate(events_of_group(events, f"p{i}")))
                seen.read(read_happenings(log, part)[0])
                answers[program["key"]] = counts(seen)
            print(master, len(some), file=sys.stderr)
    import pyspark
    with open(out, "w", encoding="utf-8") as f:
        json.dump({"spark": pyspark.__version__, "programs": answers}, f, indent=0, sort_keys=True,
                  ensure_ascii=False)
        f.write("\n")


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as programs_file:
        main(json.load(programs_file), sys.argv[2])
