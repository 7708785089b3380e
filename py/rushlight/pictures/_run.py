"""What an event log says of a run: executors, jobs, stages, attempts of tasks, what went wrong.

    lines of a log ──events_of()──▶ events ──read_run()──▶ Run ──▶ timeline, cluster, memory
                                       └──────────────────────────▶ steps

Reads what pictures need of the events of Spark's log and passes over all others, so that logs of
real Spark and of older versions are read alike.  Times are milliseconds, as in the log.

An attempt is *again* if its partition of that stage had already been computed when it began: what
it made was lost.  Copies of a task that still runs (speculation) are not.
"""
import json
import re

from rushlight._event_logs import pieces_of
from rushlight.errors import PySparkValueError

_PREFIXES = ("SparkListener", "rushlight.", "org.apache.spark.scheduler.SparkListener",
             "org.apache.spark.sql.execution.ui.SparkListener")
_SHORTEN = 60
_TOGETHER_MS = 1000         # executors that come so soon after the first task are the first ones

ENDINGS = {"Success": "ok", "TaskKilled": "killed", "ExecutorLostFailure": "lost",
           "FetchFailed": "fetch failed"}


class Executor:
    """One that was there: from `added_ms` to `removed_ms`, or to the end (None)."""

    def __init__(self, id, host, cores, added_ms, rack=None):
        self.id, self.host, self.cores, self.rack = id, host, cores, rack
        self.added_ms, self.removed_ms, self.reason = added_ms, None, ""
        self.late = False           # it came while tasks ran
        self.pool_bytes = 0
        self.attempts = []
        self.kept = []              # (ms, bytes in memory) of its storage, as it changed
        self.used = []              # (ms, bytes) of its container, as it changed
        self.container_bytes = 0    # 0: nobody limits it, or nobody knows


class Attempt:
    """Of a task, to compute a partition."""

    __slots__ = ("task_id", "stage", "index", "partition", "number", "executor", "launch_ms",
                 "finish_ms", "how", "why", "speculative", "again", "peak_bytes", "spilled_bytes",
                 "output_lost")

    def __init__(self, stage, info, executor):
        self.task_id, self.stage, self.executor = info.get("Task ID", -1), stage, executor
        self.index, self.number = info.get("Index", 0), info.get("Attempt", 0)
        self.partition = partition_of(info)
        self.launch_ms, self.finish_ms = info.get("Launch Time", 0), None
        self.how, self.why = "running", ""
        self.speculative = bool(info.get("Speculative"))
        self.again = self.output_lost = False
        self.peak_bytes = self.spilled_bytes = 0


class Stage:
    """An attempt of a stage."""

    def __init__(self, info, job):
        self.id, self.attempt = info.get("Stage ID", -1), info.get("Stage Attempt ID", 0)
        self.name, self.n_tasks = info.get("Stage Name", ""), info.get("Number of Tasks", 0)
        self.parents = info.get("Parent IDs", [])
        self.job = job
        self.submitted_ms, self.completed_ms, self.failure = 0, None, None
        rdds = info.get("RDD Info") or [{}]
        # The same partitions under another stage's number: Spark's jobs number their stages anew.
        self.is_rest = self.n_tasks < rdds[0].get("Number of Partitions", 0)
        self.rdd_id = rdds[0].get("RDD ID", -1)

    @property
    def title(self):
        """
        >>> Stage({"Stage ID": 3, "Stage Attempt ID": 1}, None).title
        'stage 3.1'
        """
        return f"stage {self.id}" + (f".{self.attempt}" if self.attempt else "")


class Job:
    """From its start to its end, or the run's (None)."""

    def __init__(self, id, submitted_ms, stages, name):
        self.id, self.submitted_ms, self.stages, self.name = id, submitted_ms, stages, name
        self.ended_ms, self.failure = None, None


class Mark:
    """Something that happened at a moment: "fault", "lost", "added", "again", "failed", "excluded".

    `whose` and `says` are a sentence, such as "executor 3" "goes: killed"; `where` may follow it.
    """

    def __init__(self, ms, kind, whose, says, where=""):
        self.ms, self.kind, self.whose, self.says, self.where = ms, kind, whose, says, where

    @property
    def text(self):
        """
        >>> Mark(0, "added", "executor 3", "comes", ", on host-1").text
        'executor 3 comes, on host-1'
        """
        return f"{self.whose} {self.says}{self.where}"


class Run:
    """All of a log."""

    def __init__(self):
        self.app_name, self.app_id, self.master = "", "", ""
        self.settings = {}
        self.start_ms = self.end_ms = None
        self.ended = False          # the application did; else the log stops in the middle
        self.executors, self.jobs, self.stages, self.attempts, self.marks = [], [], [], [], []
        self.logs_blocks = False    # each kept block has its events
        self.n_events = 0

    @property
    def seconds(self):
        """How long it took."""
        return (self.end_ms - self.start_ms) / 1000

    def turns(self):
        """{a stage's id: as which it ran, from 0}."""
        turns = {}
        for stage in self.stages:
            turns.setdefault(stage.id, len(turns))
        return turns

    def since_start(self, ms):
        """Seconds."""
        return (ms - self.start_ms) / 1000


# ── lines ──
def events_of(path):
    """Line number and event of each line of a log; the event is a dict whose "Event" is shortened
    to "TaskEnd".  A ValueError names the line that is none."""
    return events_in(pieces_of(path), path)


def events_in(pieces, path):
    """The same of pieces of a log's text, each whole lines; errors name `path`."""
    number = 0
    for piece in pieces:
        for line in piece.splitlines():
            number += 1
            if line:
                yield number, _event(path, number, line)


def _event(path, number, line):
    try:
        event = json.loads(line)
        name = event["Event"]
    except (ValueError, KeyError, TypeError) as e:
        why = 'it has no member "Event"' if not isinstance(e, ValueError) else f"no JSON: {e}"
        shown = line.decode("utf-8", "replace")
        raise PySparkValueError(
            f"{path}, line {number}: this is no event of a Spark event log ({why}): "
            f"{shown[:_SHORTEN]}{'…' if len(shown) > _SHORTEN else ''}") from None
    event["Event"] = short_name(name)
    return event


def short_name(name):
    """
    >>> short_name("SparkListenerJobEnd"), short_name("rushlight.ClusterStep")
    ('JobEnd', 'ClusterStep')
    """
    for prefix in _PREFIXES:
        if name.startswith(prefix):
            return name[len(prefix):]
    return name


def time_of(event):
    """When an event was, in ms, or None: it does not say."""
    name = event["Event"]
    if name in ("TaskStart", "TaskEnd"):
        info = event["Task Info"]
        return info.get("Finish Time") or info.get("Launch Time")
    if name in ("StageSubmitted", "StageCompleted"):
        info = event["Stage Info"]
        return info.get("Completion Time") or info.get("Submission Time")
    for member in ("Timestamp", "Submission Time", "Completion Time", "time"):
        if member in event:
            return event[member]
    return None


def partition_of(info):
    """Of a task.  Spark has written it since 3.3; before, the index was all there was."""
    partition = info.get("Partition ID", -1)
    return partition if partition >= 0 else info.get("Index", 0)


def natural(text):
    """A key by which "host-10" comes after "host-9".

    >>> sorted(["10", "9", "driver"], key=natural)
    ['9', '10', 'driver']
    """
    return [(0, int(part), "") if part.isdigit() else (1, 0, part)
            for part in re.split(r"(\d+)", text) if part]


def name_of_job(event):
    """What a job says of itself: its description, or the program's line, or Spark's."""
    properties = event.get("Properties") or {}
    for key in ("spark.job.description", "spark.rushlight.job.place", "callSite.short"):
        if properties.get(key):
            return properties[key]
    stages = event.get("Stage Infos") or []
    return max(stages, key=lambda s: s.get("Stage ID", 0)).get("Stage Name", "") if stages else ""


def why_ended(reason):
    """Of a task's "Task End Reason", as one line; empty for a success."""
    kind = reason.get("Reason", "")
    if kind == "Success":
        return ""
    text = {"ExceptionFailure": reason.get("Description") or reason.get("Class Name"),
            "TaskKilled": reason.get("Kill Reason"),
            "ExecutorLostFailure": reason.get("Loss Reason"),
            "FetchFailed": _fetch_of(reason)}.get(kind)
    return first_line(f"{kind}: {text}" if text else kind)


def _fetch_of(reason):
    where = reason.get("Block Manager Address") or {}
    return (f"output {reason.get('Map Index')} of shuffle {reason.get('Shuffle ID')}"
            + (f" on executor {where.get('Executor ID')}" if where else "")
            + f" for partition {reason.get('Reduce ID')}")


def first_line(text):
    """
    >>> first_line("boom\\n  at line 7")
    'boom'
    """
    return (text or "").strip().partition("\n")[0]


# ── the run ──
class _Reader:
    def __init__(self):
        self.run = Run()
        self.executor_by_id, self.stage_by_key, self.job_of_stage = {}, {}, {}
        self.job_by_id, self.running, self.by_task_id = {}, {}, {}
        self.done = {}              # (stage's id, partition) → when it was computed first, in ms
        self.written = {}           # the same by its RDD, of stages that others read
        self.parents = set()        # ids of such stages
        self.blocks = {}            # (executor, block) → bytes in memory
        self.kept = {}              # executor → bytes in memory
        self.now_ms = 0
        self.has_application = False

    def add(self, event):
        self.run.n_events += 1
        ms = time_of(event)
        if ms is not None:
            run = self.run
            self.now_ms = ms
            run.start_ms = ms if run.start_ms is None else min(run.start_ms, ms)
            run.end_ms = ms if run.end_ms is None else max(run.end_ms, ms)
        read = _READERS.get(event["Event"])
        if read:
            read(self, event)

    def application_start(self, event):
        self.has_application = True
        self.run.app_name, self.run.app_id = event.get("App Name", ""), event.get("App ID") or ""
        self.run.master = event.get("Master") or ""

    def application_end(self, event):
        self.run.ended = True

    def environment(self, event):
        self.run.settings = dict(event.get("Spark Properties") or {})
        self.run.master = self.run.master or self.run.settings.get("spark.master", "")

    # executors
    def executor(self, id, host=""):
        """The executor of that name, made if its coming was not told."""
        found = self.executor_by_id.get(id)
        if found is None:
            found = Executor(id, host, 1, self.run.start_ms or 0)
            self.executor_by_id[id] = found
            self.run.executors.append(found)
        return found

    def executor_added(self, event):
        info = event.get("Executor Info") or {}
        id, cores = event.get("Executor ID", ""), max(1, info.get("Total Cores", 1))
        added = Executor(id, info.get("Host", ""), cores, event.get("Timestamp", 0),
                         (info.get("Attributes") or {}).get("rack"))
        self.executor_by_id[id] = added
        self.run.executors.append(added)
        attempts = self.run.attempts
        added.late = bool(attempts) and added.added_ms - attempts[0].launch_ms > _TOGETHER_MS
        if added.late:
            self.mark("added", f"executor {id}", "comes", f", on {added.host}")

    def executor_removed(self, event):
        gone = self.executor_by_id.get(event.get("Executor ID"))
        if gone is None or gone.removed_ms is not None:
            return
        gone.removed_ms = event.get("Timestamp", self.now_ms)
        gone.reason = first_line(event.get("Removed Reason"))
        self.mark("lost", f"executor {gone.id}", f"goes: {gone.reason}")

    def block_manager_added(self, event):
        executor = self.executor((event.get("Block Manager ID") or {}).get("Executor ID", ""))
        executor.pool_bytes = event.get("Maximum Memory", 0)

    def block_manager_removed(self, event):
        id = (event.get("Block Manager ID") or {}).get("Executor ID", "")
        for key in [key for key in self.blocks if key[0] == id]:
            self.keep(key, 0)

    def block_updated(self, event):
        info = event.get("Block Updated Info") or {}
        id = (info.get("Block Manager ID") or {}).get("Executor ID", "")
        in_memory = (info.get("Storage Level") or {}).get("Use Memory", False)
        self.run.logs_blocks = True
        self.keep((id, info.get("Block ID", "")), info.get("Memory Size", 0) if in_memory else 0)

    def unpersist(self, event):
        prefix = f"rdd_{event.get('RDD ID')}_"
        for key in [key for key in self.blocks if key[1].startswith(prefix)]:
            self.keep(key, 0)

    def keep(self, key, n_bytes):
        change = n_bytes - self.blocks.pop(key, 0)
        if n_bytes:
            self.blocks[key] = n_bytes
        if change:
            self.kept[key[0]] = self.kept.get(key[0], 0) + change
            self.executor(key[0]).kept.append((self.now_ms, self.kept[key[0]]))

    # jobs and stages
    def job_start(self, event):
        job = Job(event.get("Job ID", -1), event.get("Submission Time", self.now_ms),
                  event.get("Stage IDs") or [], first_line(name_of_job(event)))
        self.run.jobs.append(job)
        self.job_by_id[job.id] = job
        for stage in job.stages:
            self.job_of_stage[stage] = job      # the newest of those that share it
        for info in event.get("Stage Infos") or []:
            self.parents.update(info.get("Parent IDs") or [])

    def job_end(self, event):
        job = self.job_by_id.get(event.get("Job ID", -1))
        if job is None:
            return
        job.ended_ms = event.get("Completion Time", self.now_ms)
        result = event.get("Job Result") or {}
        if result.get("Result") != "JobSucceeded":
            job.failure = first_line((result.get("Exception") or {}).get("Message") or "failed")
            self.mark("failed", f"job {job.id}", f"fails: {job.failure}")

    def stage(self, id, attempt):
        """The attempt of that stage, made if its submission was not told."""
        found = self.stage_by_key.get((id, attempt))
        if found is None:
            found = Stage({"Stage ID": id, "Stage Attempt ID": attempt}, self.job_of_stage.get(id))
            found.submitted_ms = self.now_ms
            self.stage_by_key[id, attempt] = found
            self.run.stages.append(found)
        return found

    def stage_submitted(self, event):
        info = event["Stage Info"]
        stage = Stage(info, self.job_of_stage.get(info.get("Stage ID", -1)))
        stage.submitted_ms = info.get("Submission Time") or self.now_ms
        self.stage_by_key[stage.id, stage.attempt] = stage
        self.run.stages.append(stage)
        if stage.attempt:
            self.mark("again", f"stage {stage.id}", f"again: {stage.n_tasks} of its tasks "
                      f"(attempt {stage.attempt})")

    def stage_completed(self, event):
        info = event["Stage Info"]
        stage = self.stage(info.get("Stage ID", -1), info.get("Stage Attempt ID", 0))
        stage.completed_ms = info.get("Completion Time") or self.now_ms
        stage.failure = self.failure_of(stage, info)
        if stage.failure:
            self.mark("failed", stage.title, f"fails: {stage.failure}")

    def failure_of(self, stage, info):
        """Spark's reason; what its last task said, if the reason is the name of a class."""
        reason = first_line(info.get("Failure Reason"))
        if reason and " " not in reason:
            return next((a.why for a in reversed(self.run.attempts)
                         if a.stage is stage and a.why), reason)
        return reason or None

    # tasks
    def task_start(self, event):
        self.begin(event)

    def begin(self, event):
        info = event["Task Info"]
        stage = self.stage(event.get("Stage ID", -1), event.get("Stage Attempt ID", 0))
        executor = self.executor(info.get("Executor ID", ""), info.get("Host", ""))
        attempt = Attempt(stage, info, executor)
        attempt.again = self.was_computed(stage, attempt)
        self.running[attempt.task_id] = attempt
        executor.attempts.append(attempt)
        self.run.attempts.append(attempt)
        return attempt

    def was_computed(self, stage, attempt):
        """Before it began."""
        at_ms = self.done.get((stage.id, attempt.partition))
        if at_ms is None and stage.is_rest and stage.id in self.parents:
            at_ms = self.written.get((stage.rdd_id, attempt.partition))
        return at_ms is not None and at_ms <= attempt.launch_ms

    def task_end(self, event):
        info, reason = event["Task Info"], event.get("Task End Reason") or {}
        kind = reason.get("Reason", "")
        if kind == "Resubmitted":
            attempt = self.by_task_id.get(info.get("Task ID", -1))
            if attempt is not None:
                attempt.output_lost = True
            return
        attempt = self.running.pop(info.get("Task ID", -1), None) or self.begin(event)
        self.running.pop(attempt.task_id, None)
        self.by_task_id[attempt.task_id] = attempt
        attempt.finish_ms = info.get("Finish Time") or self.now_ms
        attempt.how, attempt.why = ENDINGS.get(kind, "failed"), why_ended(reason)
        if attempt.how == "ok":
            stage = attempt.stage
            self.done.setdefault((stage.id, attempt.partition), attempt.finish_ms)
            if stage.id in self.parents:
                self.written.setdefault((stage.rdd_id, attempt.partition), attempt.finish_ms)
        metrics = event.get("Task Metrics") or {}
        attempt.peak_bytes = metrics.get("Peak Execution Memory", 0)
        attempt.spilled_bytes = metrics.get("Memory Bytes Spilled", 0)
        self.sample(attempt, event.get("Task Executor Metrics") or {})

    def sample(self, attempt, executor_metrics):
        """What storage held as a task ended, if the blocks themselves are not in the log."""
        kept = executor_metrics.get("OnHeapStorageMemory", 0)
        kept += executor_metrics.get("OffHeapStorageMemory", 0)
        samples = attempt.executor.kept
        if not self.run.logs_blocks and kept != (samples[-1][1] if samples else 0):
            samples.append((attempt.finish_ms, kept))

    # what went wrong
    def cluster_step(self, event):
        if event.get("Actor") == "Scenario":
            step, host = first_line(event.get("Step")), event.get("Host") or ""
            if host and step.startswith(f"{host} "):
                self.mark("fault", host, step[len(host) + 1:])
            else:
                whose, _, says = step.partition(" ")
                self.mark("fault", whose, says)

    def container_memory(self, event):
        executor = self.executor(event.get("Executor ID", ""))
        executor.used.append((self.now_ms, event.get("Used", 0)))
        executor.container_bytes = event.get("Container", 0)

    def excluded(self, event):
        what = event.get("executorId") or event.get("hostId") or ""
        whom = "executor" if "executorId" in event else "host"
        where = f" for stage {event['stageId']}" if "stageId" in event else ""
        self.mark("excluded", f"{whom} {what}", f"gets no more tasks{where}")

    def mark(self, kind, whose, says, where=""):
        self.run.marks.append(Mark(self.now_ms, kind, whose, says, where))


_READERS = {
    "TaskStart": _Reader.task_start, "TaskEnd": _Reader.task_end,
    "StageSubmitted": _Reader.stage_submitted, "StageCompleted": _Reader.stage_completed,
    "JobStart": _Reader.job_start, "JobEnd": _Reader.job_end,
    "ExecutorAdded": _Reader.executor_added, "ExecutorRemoved": _Reader.executor_removed,
    "BlockManagerAdded": _Reader.block_manager_added,
    "BlockManagerRemoved": _Reader.block_manager_removed,
    "BlockUpdated": _Reader.block_updated, "UnpersistRDD": _Reader.unpersist,
    "EnvironmentUpdate": _Reader.environment,
    "ApplicationStart": _Reader.application_start, "ApplicationEnd": _Reader.application_end,
    "ClusterStep": _Reader.cluster_step, "ContainerMemory": _Reader.container_memory,
    "ExecutorExcluded": _Reader.excluded, "ExecutorExcludedForStage": _Reader.excluded,
    "NodeExcluded": _Reader.excluded, "NodeExcludedForStage": _Reader.excluded,
    "ExecutorBlacklisted": _Reader.excluded, "NodeBlacklisted": _Reader.excluded,
}


def read_run(path, events=None):
    """The Run of a log.  A ValueError says that a file, or a line of it, is no event log.

    `events`: those of the log, if somebody else looks at each of them, too.
    """
    reader = _Reader()
    line = 0
    for line, event in events or events_of(path):
        try:
            reader.add(event)
        except (KeyError, TypeError, AttributeError) as e:
            raise PySparkValueError(f"{path}, line {line}: this is no {event['Event']} of Spark's: "
                                    f"{type(e).__name__} {e}") from None
    run = reader.run
    if not reader.has_application:
        raise PySparkValueError(f"{path}: no application starts in this log (its {line} lines have "
                                "no SparkListenerApplicationStart)")
    run.executors = [e for e in run.executors if e.id != "driver" or e.attempts
                     or len(run.executors) == 1]
    run.executors.sort(key=lambda e: (natural(e.rack or ""), natural(e.host), natural(e.id)))
    return run
