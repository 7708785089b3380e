"""`rushlight lesson run`: the student's program, recorded, and what it made the engine do.

    recorded.py: the program ──▶ picture.svg, event log ──▶ the trace in text, timeline.svg
"""
import os
import subprocess
import sys
import tempfile

from rushlight.lesson import sandbox


def run(program, exercise, settings=None):
    """Runs a program in its folder, with this process's terminal; gives (exit status, traces in
    text, names of the pictures beside it)."""
    folder = os.path.dirname(program)
    with tempfile.TemporaryDirectory(prefix="rushlight-run-") as logs:
        command = [sys.executable, "-m", "rushlight.lesson.recorded", "picture.svg",
                   "--master", exercise.master]
        conf = {**exercise.conf, **(settings or {}), "spark.eventLog.enabled": "true",
                "spark.eventLog.dir": logs, "spark.ui.showConsoleProgress": "false"}
        for key, value in conf.items():
            command += ["--conf", f"{key}={value}"]
        sys.stdout.flush()
        before = _picture_time(folder)
        status = subprocess.run([*command, os.path.basename(program)], cwd=folder,
                                stdin=subprocess.DEVNULL, env=sandbox.environment()).returncode
        traces = _traces(logs)
        pictures = ["picture.svg"] if _picture_time(folder) != before else []
        if traces and _draw_timeline(logs, folder):
            pictures.append("timeline.svg")
    return status, traces, pictures


def _picture_time(folder):
    try:
        return os.stat(os.path.join(folder, "picture.svg")).st_mtime_ns
    except OSError:
        return None


def _logs(folder):
    paths = [os.path.join(folder, name) for name in os.listdir(folder)]
    return sorted(paths, key=os.path.getmtime)


def _traces(folder):
    """The trace of each SparkContext of the program, as text."""
    from rushlight.testing import read_trace
    return [str(read_trace(path)) for path in _logs(folder) if not path.endswith(".inprogress")]


def _draw_timeline(logs, folder):
    """The timeline of the last SparkContext; whether there was something to draw."""
    from rushlight.errors import PySparkException
    from rushlight.pictures import draw
    finished = [path for path in _logs(logs) if not path.endswith(".inprogress")]
    try:
        draw("timeline", finished[-1], os.path.join(folder, "timeline.svg"))
    except PySparkException:
        return False            # no task ran
    return True
