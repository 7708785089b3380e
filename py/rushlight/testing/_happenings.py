"""What happened: jobs, their stages, their tasks, and plans; read from an event log.

    lines ──▶ events ──┬─▶ pictures' Run     stages, attempts, what was computed again
                       └─▶ here              sizes of shuffles, what was kept, plans
                                 └──▶ Happenings: the one model, of a live run or of any log

A stage that a job has but does not run, because its shuffle's files are still there, is skipped.
A stage that Spark calls by a line of its own source gets the name of its job, which is the
program's line if the log has it.
"""
import re

from rushlight.pictures._run import read_run
from rushlight.testing._plan_trees import SeenNode

_FILES = ("HadoopRDD", "NewHadoopRDD", "FileScanRDD", "DataSourceRDD", "BinaryFileRDD",
          "WholeTextFileRDD")
_OWN_SOURCE = re.compile(r"\.(scala|java):\d+$")


class Task:
    """One that ended well: what it read, wrote and spilled."""

    def __init__(self, event):
        metrics = event.get("Task Metrics") or {}
        read = metrics.get("Shuffle Read Metrics") or {}
        write = metrics.get("Shuffle Write Metrics") or {}
        entry = metrics.get("Input Metrics") or {}
        kept = metrics.get("Kept Blocks")
        self.partition = event["Task Info"].get("Index", 0)
        self.is_map = event.get("Task Type") == "ShuffleMapTask"
        self.ms = metrics.get("Executor Run Time", 0)
        self.records_read = (read.get("Shuffle Pairs Read", read.get("Total Records Read", 0))
                             + entry.get("Records Read", 0))
        self.bytes_read = (read.get("Local Bytes Read", 0) + read.get("Remote Bytes Read", 0)
                           + entry.get("Bytes Read", 0))
        self.pairs_written = write.get("Shuffle Pairs Written",
                                       write.get("Shuffle Records Written", 0))
        self.bytes_written = write.get("Shuffle Bytes Written", 0)
        self.input_bytes = entry.get("Bytes Read", 0)
        self.output_bytes = (metrics.get("Output Metrics") or {}).get("Bytes Written", 0)
        self.kept_found = kept.get("Read", 0) if kept else 0
        self.kept_computed = kept.get("Computed", 0) if kept else 0


class Stage:
    """A stage of a job: its tasks that ended well, over all its attempts."""

    def __init__(self, id, info):
        self.id, self.name = id, info.get("Stage Name", "")
        self.n_tasks = info.get("Number of Tasks", 0)
        self.parents = info.get("Parent IDs") or []
        self.tasks = []
        self.spilled = {"memory": 0, "disk": 0}     # by tasks that failed, too
        self.ran = False
        self.failed = False         # its last attempt that ended
        self.n_again = 0
        rdds = info.get("RDD Info") or []
        self.reads_files = any(rdd.get("Name") in _FILES for rdd in rdds)
        self.persisted = [rdd for rdd in rdds if _is_kept(rdd.get("Storage Level") or {})]

    @property
    def writes_shuffle(self):
        """Whether its tasks leave files for other stages."""
        return any(task.is_map for task in self.tasks)

    @property
    def pairs(self):
        return sum(task.pairs_written for task in self.tasks)

    @property
    def bytes(self):
        return sum(task.bytes_written for task in self.tasks)


class Job:
    """A job: the program's line, and its stages, which may be another's, too."""

    def __init__(self, id, name, stages, query, failed=False):
        self.id, self.name, self.stages, self.query = id, name, stages, query
        self.failed = failed

    def was_reached(self, stage):
        """Whether all that a stage waits for has ended well; if it did not run then, it was
        skipped."""
        return all(other.ran and not other.failed or not other.ran and self.was_reached(other)
                   for other in self.stages if other.id in stage.parents)


class Query:
    """A query of SQL: the program's line, its plan at first and in the end."""

    def __init__(self, id, name, plan):
        self.id, self.name, self.initial, self.final = id, name, plan, plan


class Happenings:
    """Jobs and queries, in their order."""

    def __init__(self, jobs, queries, is_ours):
        self.jobs, self.queries, self.is_ours = jobs, queries, is_ours

    @property
    def stages(self):
        """Those that ran, each once."""
        return list({stage.id: stage for job in self.jobs for stage in job.stages
                     if stage.ran}.values())

    def after(self, job_id, query_id):
        """Those that came later: ids count up."""
        return Happenings([job for job in self.jobs if job.id > job_id],
                          [query for query in self.queries if query.id > query_id],
                          self.is_ours)


def _is_kept(level):
    return bool(level.get("Use Memory") or level.get("Use Disk"))


def _in_program(*names):
    """The first that is a line of the program, or else the first at all."""
    names = [name for name in names if name]
    return next((name for name in names if not _OWN_SOURCE.search(name)), (names or [""])[0])


class _Collector:
    """Takes from events what pictures' Run has no need of."""

    def __init__(self):
        self.stages, self.queries, self.starts = {}, {}, []
        self.is_ours = False
        self.ended_jobs, self.failed_jobs, self.ended_queries = set(), set(), set()

    def passing(self, events):
        """The events, each looked at on its way."""
        for line, event in events:
            look = _LOOKS.get(event["Event"])
            if look:
                look(self, event)
            yield line, event

    def stage(self, info):
        id = info.get("Stage ID", -1)
        return self.stages.setdefault(id, Stage(id, info))

    def environment(self, event):
        self.is_ours = "Rushlight Version" in (event.get("JVM Information") or {})

    def job_start(self, event):
        infos = {info.get("Stage ID"): info for info in event.get("Stage Infos") or []}
        ids = event.get("Stage IDs") or []
        for id in sorted(ids):
            if id in infos:
                self.stage(infos[id])
        query = (event.get("Properties") or {}).get("spark.sql.execution.id")
        self.starts.append((event.get("Job ID"), ids, None if query is None else int(query)))

    def job_end(self, event):
        self.ended_jobs.add(event.get("Job ID"))
        if (event.get("Job Result") or {}).get("Result") == "JobFailed":
            self.failed_jobs.add(event.get("Job ID"))

    def stage_submitted(self, event):
        info = event["Stage Info"]
        stage = self.stage(info)
        if stage.name == "":            # nothing but its id was known
            self.stages[stage.id] = stage = Stage(stage.id, info)
        stage.ran = True

    def stage_completed(self, event):
        info = event["Stage Info"]
        self.stage(info).failed = bool(info.get("Failure Reason"))

    def task_end(self, event):
        stage = self.stage({"Stage ID": event.get("Stage ID", -1)})
        stage.ran = True
        metrics = event.get("Task Metrics") or {}
        stage.spilled["memory"] += metrics.get("Memory Bytes Spilled", 0)
        stage.spilled["disk"] += metrics.get("Disk Bytes Spilled", 0)
        if (event.get("Task End Reason") or {}).get("Reason") == "Success":
            stage.tasks.append(Task(event))

    def query_start(self, event):
        id = event.get("executionId")
        self.queries[id] = Query(id, event.get("description", ""),
                                 SeenNode(event.get("sparkPlanInfo") or {}))

    def query_update(self, event):
        query = self.queries.get(event.get("executionId"))
        if query is not None:
            query.final = SeenNode(event.get("sparkPlanInfo") or {})

    def query_end(self, event):
        self.ended_queries.add(event.get("executionId"))

    def happenings(self, run):
        """All of it, with what Run found out."""
        for attempt in run.attempts:
            if attempt.again and attempt.how == "ok" and attempt.stage.id in self.stages:
                self.stages[attempt.stage.id].n_again += 1
        names = {job.id: job.name for job in run.jobs}
        jobs = []
        for id, stage_ids, query in self.starts:
            stages = [self.stages.get(stage) or Stage(stage, {}) for stage in sorted(stage_ids)]
            last = max((s for s in stages if s.ran), key=lambda s: s.id, default=None)
            asked = self.queries.get(query)
            name = _in_program(asked and asked.name, names.get(id), last and last.name)
            if asked:
                asked.name = _in_program(asked.name, name)
            for stage in stages:
                if not stage.name or _OWN_SOURCE.search(stage.name):
                    stage.name = name
            jobs.append(Job(id, name, stages, query, id in self.failed_jobs))
        return Happenings(jobs, list(self.queries.values()), self.is_ours)


_LOOKS = {"EnvironmentUpdate": _Collector.environment, "JobStart": _Collector.job_start,
          "JobEnd": _Collector.job_end, "StageSubmitted": _Collector.stage_submitted,
          "StageCompleted": _Collector.stage_completed,
          "TaskEnd": _Collector.task_end, "SQLExecutionStart": _Collector.query_start,
          "SQLAdaptiveExecutionUpdate": _Collector.query_update,
          "SQLExecutionEnd": _Collector.query_end}


def read_happenings(path, events):
    """Happenings of a log's events, and the ids of the jobs and of the queries that ended."""
    collector = _Collector()
    run = read_run(path, collector.passing(events))
    return collector.happenings(run), collector.ended_jobs, collector.ended_queries
