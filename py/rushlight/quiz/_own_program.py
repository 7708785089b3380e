"""Questions about the user's own program, from its trace.

    app.py ──rushlight submit, with an event log──▶ trace ──▶ questions
       └────the same with one setting changed─────▶ trace ──▶ "what changes if …?"

The program runs as a process of its own, as often as there are settings to change; what it prints
is not shown, unless it fails.
"""
import collections
import os
import subprocess
import sys
import tempfile

from rushlight.errors import PySparkRuntimeError
from rushlight.quiz import _beliefs as B
from rushlight.quiz._questions import Belief, Question, Variant
from rushlight.quiz._runs import Run

CHANGES = (
    ("adaptive execution is turned off", {"spark.sql.adaptive.enabled": "false"}, None),
    ("spark.sql.shuffle.partitions is 7", {"spark.sql.shuffle.partitions": "7"}, None),
    ("broadcast joins are turned off", {"spark.sql.autoBroadcastJoinThreshold": "-1"}, None),
    ("the master is local[7]", {}, "local[7]"),
)
_MOST_S = 600       # a guard


def trace_of(app, arguments=(), conf=(), master=None):
    """Runs a program under `rushlight submit` and reads its log: a Run."""
    from rushlight.testing import read_trace
    with tempfile.TemporaryDirectory(prefix="rushlight-quiz-") as folder:
        command = [sys.executable, "-m", "rushlight.cli", "submit"]
        for key, value in {"spark.eventLog.enabled": "true", "spark.eventLog.dir": folder,
                           "spark.ui.showConsoleProgress": "false", **dict(conf)}.items():
            command += ["--conf", f"{key}={value}"]
        command += ["--master", master] if master else []
        try:
            done = subprocess.run([*command, app, *arguments], stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, timeout=_MOST_S)
        except subprocess.TimeoutExpired:
            raise PySparkRuntimeError(f"{app} has not ended after {_MOST_S} s") from None
        if done.returncode:
            raise PySparkRuntimeError(f"{app} ended with status {done.returncode}:\n"
                                      + done.stderr.strip()[-2000:])
        logs = [os.path.join(folder, name) for name in os.listdir(folder)]
        if not logs:
            raise PySparkRuntimeError(f"{app} has made no SparkContext that writes an event log "
                                      "(does it set spark.eventLog.enabled or .dir itself?)")
        with open(app, encoding="utf-8") as f:
            run = Run(f.read(), "", {}, {}, [])
        happenings = read_trace(max(logs, key=os.path.getsize))._seen
        run.read(happenings)
        run.happenings = happenings
        return run


def questions_about(app, arguments=()):
    """[Question] about a program, at least eight; they are not of the bank."""
    base = trace_of(app, arguments)
    changed = [(words, trace_of(app, arguments, conf, master)) for words, conf, master in CHANGES]
    makers = [*_counts(base), *_stages(base), *_plans(base), *_changes(base, changed)]
    return [Question(topic, f"own_{i}", level, title, _maker(base, make))
            for i, (topic, level, title, make) in enumerate(makers, 1)]


def _maker(run, make):
    def asked(v: Variant):
        v._ways.add("run")
        answer = make(v)
        answer.runs = [run]
        return answer
    return asked


def _counts(run):
    """Whole numbers of the run."""
    jobs, stages = run.jobs, run.stages
    yield ("counting", 1, "Jobs", lambda v: v.number(
        "How many jobs does the program run?", jobs,
        "The trace lists them, each with the line that asked for it.",
        wrong={_actions(run): B.ONE_ACTION_ONE_JOB, 1: B.ONE_ACTION_ONE_JOB}))
    yield ("counting", 1, "Stages", lambda v: v.number(
        "How many stages run, skipped ones not counted?", stages,
        "A stage ends where a shuffle is written, or a result comes to the driver.",
        wrong={jobs: B.ONE_STAGE, stages + run.skipped: B.SKIPPED_FAILED}))
    yield ("counting", 2, "Tasks", lambda v: v.number(
        "How many tasks run in all?", run.tasks, "One for each partition of each stage that runs.",
        wrong={stages: Belief("a stage is a task", "It has one for each partition.")}))
    yield ("counting", 2, "Shuffles", lambda v: v.number(
        "How many shuffles are written?", run.shuffles,
        "Each stage whose tasks write files for another one is a shuffle's map side.",
        wrong={stages: B.STAGE_PER_OPERATOR, run.shuffles + 1: B.JOIN_SHUFFLES}))
    yield ("counting", 2, "Skipped stages", lambda v: v.number(
        "How many stages are skipped?", run.skipped,
        "A stage is skipped if the files of its shuffle are still there from an earlier job; with "
        "adaptive execution each later job of a query skips what the ones before it ran.",
        wrong={0: B.RUNS_AGAIN}))


def _actions(run):
    return len({job.name for job in run.happenings.jobs})


def _stages(run):
    """Single stages."""
    ran = run.happenings.stages
    if not ran:
        return
    widest = max(ran, key=lambda stage: len(stage.tasks))
    from rushlight._words import short
    yield ("partitions", 2, "The widest stage", lambda v: v.number(
        "How many tasks has the widest stage?", len(widest.tasks),
        f"It is stage {widest.id}, {short(widest.name)}.", wrong={200: B.TWO_HUNDRED}))
    last = ran[-1]
    yield ("partitions", 2, "The last stage", lambda v: v.number(
        "How many tasks has the last stage?", len(last.tasks),
        f"It is stage {last.id}, {short(last.name)}: one task for each partition.",
        wrong={200: B.TWO_HUNDRED, len(widest.tasks): Belief(
            "all stages are equally wide", "Each has its own number of partitions.")}))
    yield ("counting", 2, "The busiest job", lambda v: v.number(
        "How many tasks does the job with the most tasks run?", max(run.tasks_by_job),
        f"It is job {run.tasks_by_job.index(max(run.tasks_by_job))}.",
        wrong={run.tasks: Belief("one job does everything", "Tasks are spread over jobs.")}))
    if run.pairs:
        yield ("joins", 2, "Pairs", lambda v: v.number(
            "About how many pairs, or rows, are written to shuffles?", run.pairs,
            "Those that are left after map-side combining.", within=0.1))


def _plans(run):
    """Plans of its queries."""
    if not run.plans:
        return
    nodes = collections.Counter(run.nodes())
    yield ("sql", 2, "Exchanges", lambda v: v.number(
        "How many Exchange nodes has the final plan of the last query?", nodes["Exchange"],
        "Each is a shuffle; a BroadcastExchange is none.",
        wrong={nodes["Exchange"] + nodes["BroadcastExchange"]: Belief(
            "a broadcast is a shuffle", "It goes whole to every executor.")}))
    joins = [node for node in nodes if node.endswith("Join")]
    others = ("SortMergeJoin", "BroadcastHashJoin", "ShuffledHashJoin")
    if joins:
        yield ("joins", 2, "The join", lambda v: v.choose(
            "Which operator joins in the last query?", joins[0],
            "The final plan shows it: chosen by size, hints, and what adaptive execution saw.",
            {other: B.BROADCAST_WINS for other in others}))


def _changes(base, changed):
    """What if … were changed?"""
    for words, run in changed:
        yield ("sql", 3, f"If {words}", lambda v, words=words, run=run: v.number(
            f"If {words}: how many tasks does the program run then? (Now: {base.tasks}.)",
            run.tasks, "It has been run that way, too: "
            + (f"{run.counts}, instead of {base.counts}." if run.counts != base.counts else
               "nothing changes, as it does not depend on that, or sets it itself."),
            wrong={base.tasks: Belief("that changes nothing", "It changes how stages are cut, or "
                                      "how wide they are.")}))
