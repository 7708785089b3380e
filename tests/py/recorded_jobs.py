"""What an event log says of jobs, as a line of text each: for the recorders of programs.

    "collect x2 read=4 (reduceByKey x3 in=6 wrote=4)"

is the stage that gave the result, and in brackets the stages before it: two tasks that read 4
records of a shuffle, which three tasks wrote that had 6 records as input; or "… skipped".  How a
stage is described beyond its counts is the recorder's.
"""
import json
import os

_COUNTS = (("in", "Input Metrics", "Records Read"), ("out", "Output Metrics", "Records Written"),
           ("read", "Shuffle Read Metrics", "Total Records Read"),
           ("wrote", "Shuffle Write Metrics", "Shuffle Records Written"))


def settings(folder):
    """What a context is given so that it logs into a folder, and shows nothing."""
    return [("spark.eventLog.enabled", "true"), ("spark.eventLog.dir", f"file://{folder}"),
            ("spark.eventLog.compress", "false"), ("spark.eventLog.rolling.enabled", "false"),
            ("spark.ui.enabled", "false"), ("spark.ui.showConsoleProgress", "false")]


def read_jobs(folder, describe):
    """(properties, text) for each job of the one event log in a folder; describe(stage info,
    counts as words) gives the words of one stage."""
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
                for key, group, field in _COUNTS:
                    counts[key] = counts.get(key, 0) + metrics.get(group, {}).get(field, 0)
    for job in jobs:
        stages = {info["Stage ID"]: info for info in job["Stage Infos"]}
        text = _stage_text(max(stages), stages, ran, describe) if stages else "no stages"
        yield job["Properties"], text


def _stage_text(number, stages, ran, describe):
    info = stages[number]
    counts = ([f"{key}={n}" for key, n in ran[number].items() if n] if number in ran
              else ["skipped"])
    before = sorted(_stage_text(parent, stages, ran, describe)
                    for parent in info["Parent IDs"] if parent in stages)
    words = describe(info, counts)
    return " ".join(words) + (f" ({', '.join(before)})" if before else "")
