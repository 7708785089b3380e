"""Questions about the user's own program, from its trace.

    app.py ──rushlight submit, with an event log──▶ trace ──▶ questions
       └────the same with one setting changed─────▶ trace ──▶ "what changes if …?"

The program runs as a process of its own, as often as there are settings to change; what it prints
is not shown, unless it fails.  Its text is told once, before the first question, and its trace
after the last one, as it would answer the others; a question about single lines shows these.
"""
import collections
import copy
import os
import re
import shlex
import subprocess
import sys
import tempfile

from rushlight.errors import PySparkRuntimeError
from rushlight.quiz import _beliefs as B
from rushlight.quiz import _explaining as explaining
from rushlight.quiz._questions import Belief, Question, Variant
from rushlight.quiz._runs import Run

SQL_CHANGES = (
    ("adaptive execution is turned off", {"spark.sql.adaptive.enabled": "false"}),
    ("spark.sql.shuffle.partitions is 7", {"spark.sql.shuffle.partitions": "7"}),
    ("broadcast joins are turned off", {"spark.sql.autoBroadcastJoinThreshold": "-1"}),
)
MASTER = "local[7]"     # of a question; a program may set its master itself, and is not asked then
_MOST_S = 600       # a guard
_MOST_LINES = 4     # of the program, that are asked about one by one
_TRANSFORMATION = re.compile(
    r"\.(map|flatMap|filter|mapValues|mapPartitions|keyBy|groupByKey|reduceByKey|sortByKey|sortBy|"
    r"select|selectExpr|where|withColumn|groupBy|join|union|distinct|orderBy)\(")
_THAT_LOOK = {"sortByKey", "sortBy", "zipWithIndex", "pivot"}       # transformations with jobs
_READERS = {"csv", "json", "parquet", "orc", "text", "load"}
_IN_SEVERAL_JOBS = {"take", "first", "isEmpty", "takeSample"}       # actions
_STAGE_IS_TASK = Belief("a stage is a task", "It has one for each partition.")
_JOINS_BELIEVED = {
    "BroadcastHashJoin": B.BROADCAST_WINS,
    "SortMergeJoin": Belief("Spark always sorts and merges",
                            "Not if a side is small enough to go whole to every executor, or if a "
                            "hint asks for something else."),
    "ShuffledHashJoin": Belief("equal keys are always looked up in a hash table",
                               "spark.sql.join.preferSortMergeJoin is true: shuffled sides are "
                               "sorted, unless one is far smaller or a hint asks for a hash join.")}
_NOT_THE_PROGRAMS = re.compile(     # settings that it has from here, or from the engine
    r"spark\.(eventLog|ui|app|driver\.host|executor\.id|submit|rushlight|master)\b")


# ── runs ──
def trace_of(app, arguments=(), conf=(), master=None):
    """Runs a program under `rushlight submit` and reads its log: a Run."""
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
        if len(logs) > 1:
            raise PySparkRuntimeError(
                f"{app} makes {len(logs)} SparkContexts, one after the other, and each numbers its "
                "jobs anew; questions are about a program of one: make it once, or ask about each "
                "part as a program of its own")
        run = _read(app, logs[0])
    run.command = shlex.join([os.path.basename(app), *arguments])
    return run


def _read(app, log):
    from rushlight.pictures._run import events_of
    from rushlight.testing import read_trace
    settings = next(event["Spark Properties"] for _, event in events_of(log)
                    if event["Event"] == "EnvironmentUpdate")
    with open(app, encoding="utf-8") as f:
        run = Run(f.read(), settings["spark.master"],
                  {key: value for key, value in settings.items()
                   if not _NOT_THE_PROGRAMS.match(key)}, {}, [])
    run.file = os.path.basename(app)
    run.read(read_trace(log)._seen)
    return run


def program(run):
    """The program, its command and its settings, as it is told before the first question."""
    return f"{run.command}, on {explaining.program(run)}"


# ── questions ──
def questions_about(base, app, arguments=()):
    """[Question] about a program that has run, at least eight; they are not of the bank."""
    if not base.jobs:
        raise PySparkRuntimeError(f"{app} starts no job, so there is nothing to ask: an action "
                                  "starts one, such as count(), collect() or a write")
    makers = [*_counts(base), *_lines(base), *_stages(base), *_plans(base),
              *_changes(base, _changed(base, app, arguments))]
    return [Question(topic, f"own_{i}", level, title, _maker(run, make, excerpt))
            for i, (topic, level, title, run, make, excerpt) in enumerate(makers, 1)]


def _about(topic, level, title, run, make, excerpt=""):
    """A question to be: `run` is what answers, and what the explanation shows."""
    return topic, level, title, run, make, excerpt


def _maker(run, make, excerpt):
    def asked(v: Variant):
        v.seen(run)
        answer = make(v)
        answer.excerpt = excerpt
        return answer
    return asked


def _counts(run):
    """Whole numbers of the run, and where it begins."""
    jobs, stages = run.jobs, run.stages
    yield _about("counting", 1, "Jobs", run, lambda v: v.number(
        "How many jobs does the program run?", jobs,
        "The trace lists them, each with the line that asked for it.",
        wrong={1: Belief("a program is one job", "Each action asks for a job, or for several."),
               **_jobs_believed(run.happenings.jobs)}))
    yield _about("counting", 1, "Stages", run, lambda v: v.number(
        "How many stages run, skipped ones not counted?", stages,
        "A stage ends where a shuffle is written, or a result comes to the driver.",
        wrong={jobs: B.ONE_STAGE, stages + run.skipped: B.RUNS_AGAIN}))
    yield _about("counting", 1, "Tasks", run, lambda v: v.number(
        "How many tasks run in all?", run.tasks, "One for each partition of each stage that runs.",
        wrong={stages: _STAGE_IS_TASK}))
    yield from _first_job(run)
    yield _about("counting", 2, "Shuffles", run, lambda v: v.number(
        "How many shuffles are written?", run.shuffles,
        "Each stage whose tasks write files for another one is a shuffle's map side.",
        wrong={stages: Belief("each stage writes a shuffle",
                              "The last one of a job gives its result to the driver, or writes "
                              "files for people.")}))
    yield _about("counting", 2, "Skipped stages", run, lambda v: v.number(
        "How many stages are skipped?", run.skipped,
        "A stage is skipped if the files of its shuffle are still there from an earlier job; with "
        "adaptive execution each later job of a query skips what the ones before it ran.",
        wrong={0: B.RUNS_AGAIN}))


def _first_job(run):
    """Which line is no longer lazy; not asked if it is in another file."""
    line = _line_of(run, run.happenings.jobs[0])
    if line is None:
        return
    lazy = [i for i, text in enumerate(run.source.splitlines(), 1)
            if _TRANSFORMATION.search(text.partition("#")[0])]
    yield _about("laziness", 1, "The first job", run, lambda v: v.number(
        "In which line of the program does its first job start?", line,
        "The lines before it only write down what is to be done; here data are needed.",
        wrong={lazy[0]: B.EAGER} if lazy else {}))


def _jobs_believed(jobs):
    """{number of jobs that somebody would say who believes it: Belief}, of these jobs."""
    eager = [job for job in jobs if _is_transformations(job)]
    calls, before = set(), None
    for i, job in enumerate(jobs):
        if job in eager:
            continue
        goes_on = before == job.name and _function(job) in _IN_SEVERAL_JOBS
        if job.query is not None:
            calls.add(("query", job.query))
        elif not goes_on:
            calls.add(("job", i))
        before = job.name
    believed = {len(calls): B.ONE_ACTION_ONE_JOB}
    if eager:
        believed[len(jobs) - len(eager)] = B.ACTIONS_ALONE
    return believed


def _is_transformations(job):
    """Whether a transformation has started it, or a reader, to look at data."""
    return _function(job) in _THAT_LOOK or _function(job) in _READERS and job.query is None


def _function(job):
    return job.name.partition(" ")[0]


def _line_of(run, job):
    """The line of the program that asked for a job; None if it is in another file."""
    place = re.search(r" at (.*):(\d+)$", job.name)
    return int(place[2]) if place and os.path.basename(place[1]) == run.file else None


def _lines(run):
    """Jobs and tasks of single lines, those with the most jobs first."""
    jobs_of = collections.defaultdict(list)
    for job in run.happenings.jobs:
        line = _line_of(run, job)
        if line is not None:
            jobs_of[line].append(job)
    for line in sorted(jobs_of, key=lambda line: (-len(jobs_of[line]), line))[:_MOST_LINES]:
        part = _part(run, jobs_of[line])
        excerpt = "\n".join(explaining.numbered(run.source, {line}))
        yield _about("counting", 2, f"Jobs of line {line}", part, lambda v, part=part: v.number(
            "How many jobs does this line run?", part.jobs,
            "These are the jobs that it asked for.",
            wrong=_jobs_believed(part.happenings.jobs)), excerpt)
        yield _about("partitions", 2, f"Tasks of line {line}", part, lambda v, part=part: v.number(
            "How many tasks run for this line?", part.tasks,
            "One for each partition of each stage that runs; skipped stages have none.",
            wrong={part.stages: _STAGE_IS_TASK}), excerpt)


def _part(run, jobs):
    """What was seen of some jobs alone, with the numbers that they have in the whole."""
    queries = {job.query for job in jobs}
    part = copy.copy(run)
    part.take(type(run.happenings)(
        jobs, [query for query in run.happenings.queries if query.id in queries],
        run.happenings.is_ours))
    return part


def _stages(run):
    """Single stages."""
    ran = run.happenings.stages
    if not ran:
        return
    widest = max(ran, key=lambda stage: len(stage.tasks))
    law = {200: B.TWO_HUNDRED} if run.plans and run.shuffles else {}
    from rushlight._words import short
    yield _about("partitions", 2, "The widest stage", run, lambda v: v.number(
        "How many tasks has the widest stage?", len(widest.tasks),
        f"It is stage {widest.id}, {short(widest.name)}.", wrong=law))
    last = ran[-1]
    yield _about("partitions", 2, "The last stage", run, lambda v: v.number(
        "How many tasks has the last stage?", len(last.tasks),
        f"It is stage {last.id}, {short(last.name)}: one task for each partition.",
        wrong={**law, len(widest.tasks): Belief(
            "all stages are equally wide", "Each has its own number of partitions.")}))
    most = max(run.tasks_by_job)
    yield _about("counting", 2, "The busiest job", run, lambda v: v.number(
        "How many tasks does the job with the most tasks run?", most,
        f"It is job {run.tasks_by_job.index(most)}.",
        wrong={run.tasks: Belief("one job does everything", "Tasks are spread over jobs.")}))
    if run.pairs:
        yield _about("joins", 2, "Pairs", run, lambda v: v.number(
            "About how many pairs, or rows, are written to shuffles?", run.pairs,
            "Those that are left after map-side combining.", within=0.1))


def _plans(run):
    """Plans of its queries."""
    if not run.plans:
        return
    nodes = collections.Counter(run.nodes())
    where = run.happenings.queries[-1].name
    place = re.search(r":(\d+)$", where)
    excerpt = "\n".join(explaining.numbered(run.source, {int(place[1])})) if place else ""
    yield _about("sql", 2, "Exchanges", run, lambda v: v.number(
        "How many Exchange nodes has the final plan of the last query?", nodes["Exchange"],
        "Each is a shuffle; a BroadcastExchange is none.",
        wrong={nodes["Exchange"] + nodes["BroadcastExchange"]: Belief(
            "a broadcast is a shuffle", "It goes whole to every executor.")}), excerpt)
    joins = [node for node in nodes if node.endswith("Join")]
    if len(joins) == 1:
        yield _about("joins", 2, "The join", run, lambda v: v.choose(
            "Which operator joins in the last query?", joins[0],
            "The final plan shows it: chosen by size, hints, and what adaptive execution saw.",
            _JOINS_BELIEVED), excerpt)


def _changed(base, app, arguments):
    """[(words, Run)]: the program with one thing changed that may matter to it."""
    runs = [(words, trace_of(app, arguments, conf))
            for words, conf in (SQL_CHANGES if base.plans else ())]
    run = trace_of(app, arguments, master=MASTER)
    return runs + ([(f"the master is {MASTER}", run)] if run.master == MASTER else [])


def _changes(base, changed):
    """What if … were changed?"""
    for words, run in changed:
        yield _about("sql", 3, f"If {words}", run, lambda v, words=words, run=run: v.number(
            f"If {words}: how many tasks does the program run then?",
            run.tasks, "It has been run that way, too: "
            + (f"{run.counts}, instead of {base.counts}." if run.counts != base.counts else
               "these counts stay as they are: it does not depend on that, sets it itself, or "
               "adaptive execution makes up for it."),
            wrong={base.tasks: Belief("that changes nothing", "It changes how stages are cut, or "
                                      "how wide they are.")}))
