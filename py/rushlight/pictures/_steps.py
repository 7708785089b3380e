"""The scheduler's state, step by step: a frame for each event, in one HTML file.

    events ──_Stepper──▶ frames ──▶ steps.html: {title, jobs, stages, executors, frames}

A frame says what happened and why, and sets those entries of the state that changed: a job's
status, a stage's counts, an executor's slots.  steps.html applies frames one after the other.

Of large logs neighbouring frames of ordinary events are one ("37 tasks begin, 35 end"), with what
the last of them left; what goes wrong, jobs and stages keep frames of their own as long as there
are not thousands of them.  The page says what it leaves out, and stays below `MOST_BYTES`.
"""
import collections
import json
import os

from rushlight.pictures import _bars
from rushlight.pictures import _svg as svg
from rushlight.pictures._run import (first_line, name_of_job, natural, partition_of, time_of,
                                     why_ended)

FRAMES = 2000               # of ordinary events, and as many again of their own
MOST_BYTES = 1_800_000
_SLOTS = 80                 # executors; beyond, no slot is shown
_BOXES = 160                # executors; beyond, several are one
_STAGES_OF_A_JOB = 60       # beyond, stages are shown as they begin
_CUT = 220                  # characters of what is said

_LOCALITY = {"PROCESS_LOCAL": "its data are in that executor", "NODE_LOCAL": "its data are on that "
             "host", "RACK_LOCAL": "its data are in that rack", "NO_PREF": "it may run anywhere",
             "ANY": "no place that it prefers was free in time"}


def draw_steps(run, read_events):
    """HTML text; `read_events()` gives the events of the log again."""
    frames = _affordable(run)
    while True:
        page = _page(run, read_events(), frames)
        if len(page) <= MOST_BYTES or frames < 20:
            return page
        frames //= 2


def _affordable(run):
    """Frames whose entries of executors fit: each has those that its events touched."""
    n = len(run.executors)
    with_slots = sum(e.cores for e in run.executors) / max(n, 1) * 12 if n <= _SLOTS else 0
    entry, boxes, frames = 24 + with_slots, min(n, _BOXES), FRAMES
    while frames > 50 and frames * (200 + entry * min(run.n_events / frames, boxes)) > MOST_BYTES:
        frames = int(frames * 0.8)
    return frames


def _page(run, events, most_frames):
    stepper = _Stepper(run, most_frames)
    for _, event in events:
        stepper.add(event)
    data = stepper.finish()
    with open(os.path.join(os.path.dirname(__file__), "steps.html"), encoding="utf-8") as file:
        page = file.read()
    return (page.replace("RUSHLIGHT_TITLE", svg.clean(data["title"]), 1)
            .replace("RUSHLIGHT_DATA", script_json(data), 1))


def script_json(data):
    """JSON that may stand in a script element.

    >>> script_json({"a": "</script>"})
    '{"a":"\\\\u003c/script>"}'
    """
    return (json.dumps(data, ensure_ascii=True, separators=(",", ":"))
            .replace("<", "\\u003c"))


Frame = collections.namedtuple("Frame", "ms kind what cause")


class _Stage:
    def __init__(self, index, info):
        self.index, self.id = index, info.get("Stage ID", -1)
        self.title = f"stage {info.get('Stage ID')}" + (f".{info.get('Stage Attempt ID')}"
                                                        if info.get("Stage Attempt ID") else "")
        self.n_tasks = info.get("Number of Tasks", 0)
        self.status, self.done, self.failed = "waits", set(), 0
        self.running = collections.Counter()        # task index → attempts

    def entry(self):
        running = len([i for i in self.running if i not in self.done])
        return ["s", self.index, self.status, running, len(self.done), self.failed]


class _Box:
    """An executor as the page shows it, or several that are one box."""

    def __init__(self, index, with_slots):
        self.index = index
        self.slots = [] if with_slots else None
        self.here, self.gone, self.cores, self.busy = 0, 0, 0, 0

    @property
    def status(self):
        if self.gone == 0:
            return "here"
        return "gone" if self.here == 0 else f"{self.gone} gone"

    def entry(self):
        slots = 0 if self.slots is None else [slot or 0 for slot in self.slots]
        return ["e", self.index, self.status, self.busy, self.cores, slots]


class _Stepper:
    def __init__(self, run, most_frames):
        self.run = run
        self.frames = []
        self.jobs, self.stages = [], []             # as the page has them
        self.turns = run.turns()
        self.job_index, self.stage_by_key, self.stages_of_job = {}, {}, {}
        self.job_status, self.first_done = {}, set()
        self.place = {}                             # task id → (box, slot, stage, task index)
        self.changed = {}                           # since the last frame
        self.now_ms = run.start_ms
        self.last_failure = ""
        self.n_together, self.unshown = 0, collections.Counter()
        self.boxes, self.box_of = self._make_boxes()
        self.running_on = collections.Counter()     # executor → its tasks
        self.most_frames = most_frames
        self.each = max(1, -(-run.n_events // most_frames))
        self.pending = []                           # (frame, of) that will be one
        self.n_own = 0

    def _make_boxes(self):
        executors = sorted(self.run.executors, key=lambda e: (natural(e.host), natural(e.id)))
        groups = _bars.grouped(executors, _BOXES) if len(executors) > _BOXES \
            else [[e] for e in executors]
        box_of, boxes = {}, []
        for i, group in enumerate(groups):
            box = _Box(i, len(executors) <= _SLOTS)
            first, last = group[0], group[-1]
            boxes.append([first.id if first is last else f"{first.id} … {last.id}",
                          first.host if first.host == last.host else
                          f"{first.host} … {last.host}"])
            for executor in group:
                box_of[executor.id] = box
        return boxes, box_of

    # frames
    def touch(self, what):
        self.changed[type(what).__name__, what.index] = what

    def touch_job(self, job_id, status):
        self.job_status[job_id] = status
        self.changed["job", self.job_index[job_id]] = job_id

    def frame(self, kind, what, cause="", of="other events"):
        """Something of its own, unless there were too many of these."""
        if self.n_own >= self.most_frames:
            self.plain(what, cause, of)
            return
        self.flush()
        self.n_own += 1
        self._put(Frame(self.now_ms, kind, what, cause))

    def plain(self, what, cause, of):
        """One of many; `of`: what several are called."""
        self.pending.append((Frame(self.now_ms, "", what, cause), of))
        if len(self.pending) >= self.each:
            self.flush()

    def flush(self):
        if len(self.pending) == 1:
            self._put(self.pending[0][0])
        elif self.pending:
            self.n_together += len(self.pending)
            counts = collections.Counter(of for _, of in self.pending)
            since = (self.pending[-1][0].ms - self.pending[0][0].ms) / 1000
            self._put(Frame(self.now_ms, "", ", ".join(f"{n} {of}" for of, n in counts.items()),
                            f"{len(self.pending)} events of {since:.3f} s, taken together"))
        self.pending = []

    def _put(self, frame):
        entries = []
        for (kind, index), what in self.changed.items():
            entries.append(["j", index, self.job_status[what]] if kind == "job" else what.entry())
        self.changed = {}
        self.frames.append([frame.ms - self.run.start_ms, frame.kind,
                            svg.shortened(frame.what, _CUT), svg.shortened(frame.cause, _CUT),
                            entries])

    def finish(self):
        self.flush()
        title, facts = svg.heading(self.run)
        return {"title": title, "facts": facts, "notes": list(self.notes()),
                "colours": svg.STAGE_COLOURS, "dark": sorted(svg.ON_DARK),
                "folded": len(self.boxes) < len(self.run.executors),
                "jobs": self.jobs, "stages": self.stages, "executors": self.boxes,
                "frames": self.frames}

    def notes(self):
        if self.n_together:
            yield (f"{self.n_together:,} events are taken together, up to {self.each} to a frame: "
                   "what each frame leaves is right, the order within it is left out.")
        if len(self.boxes) < len(self.run.executors):
            yield f"{len(self.run.executors):,} executors are {len(self.boxes)} boxes."
        elif len(self.run.executors) > _SLOTS:
            yield "Slots are counted, not drawn: there are too many executors."
        if self.unshown:
            words = ", ".join(f"{n:,} {name}" for name, n in sorted(self.unshown.items()))
            yield f"Events that change nothing of what is shown: {words}."

    # events
    def add(self, event):
        ms = time_of(event)
        if ms is not None:
            self.now_ms = max(self.now_ms, ms)
        read = _READERS.get(event["Event"])
        if read:
            read(self, event)
        else:
            self.unshown[event["Event"]] += 1

    def application_start(self, event):
        self.frame("good", f"application {event.get('App Name')} starts", self.run.master)

    def application_end(self, event):
        self.frame("", "the application ends", "")

    def executor_added(self, event):
        id, info = event.get("Executor ID", ""), event.get("Executor Info") or {}
        box = self.box_of.get(id)
        cores = info.get("Total Cores", 1)
        if box is not None:
            box.here, box.cores = box.here + 1, box.cores + cores
            if box.slots is not None:
                box.slots += [None] * cores
            self.touch(box)
        self.plain(f"executor {id} comes, on {info.get('Host')}",
                   f"its {svg.counted(cores, 'slot')} can be offered tasks", "executors come")

    def executor_removed(self, event):
        id = event.get("Executor ID", "")
        box = self.box_of.get(id)
        n_running = self.running_on[id]
        if box is not None:
            box.here, box.gone = max(box.here - 1, 0), box.gone + 1
            self.touch(box)
        self.last_failure = f"executor {id} was lost"
        self.frame("bad", f"executor {id} goes", first_line(event.get("Removed Reason"))
                   + (f"; {svg.counted(n_running, 'task')} ran there" if n_running else ""),
                   "executors go")

    def cluster_step(self, event):
        fault = event.get("Actor") == "Scenario"
        what = first_line(f"{event.get('Actor')}: {event.get('Step')}")
        if fault:
            self.frame("bad", what, "a fault of the scenario", "faults")
        else:
            self.plain(what, "the cluster's own doing", "steps of the cluster")

    # jobs and stages
    def job_start(self, event):
        id, name = event.get("Job ID", -1), first_line(name_of_job(event))
        infos = event.get("Stage Infos") or []
        self.job_index[id] = len(self.jobs)
        self.jobs.append([id, svg.shortened(name, 60)])
        self.touch_job(id, "runs")
        if len(infos) <= _STAGES_OF_A_JOB:
            self.stages_of_job[id] = [self.stage_of(info) for info in
                                      sorted(infos, key=lambda i: i.get("Stage ID", 0))]
            for stage in self.stages_of_job[id]:
                if stage.id not in self.turns:
                    stage.status = "skipped"        # its output is there
        stages = ", ".join(map(str, sorted(event.get("Stage IDs") or [])))
        cause = (event.get("Properties") or {}).get("spark.rushlight.job.cause")
        self.frame("good", f"job {id} begins: {name}",
                   f"it may need stages {stages}"
                   + (f"; it is there for: {cause}" if cause else ""),
                   "jobs begin")

    def job_end(self, event):
        id, result = event.get("Job ID", -1), event.get("Job Result") or {}
        if id not in self.job_index:
            return
        good = result.get("Result") == "JobSucceeded"
        for stage in self.stages_of_job.pop(id, []):
            if stage.status == "waits":
                stage.status = "skipped"
                self.touch(stage)
        self.touch_job(id, "succeeded" if good else "failed")
        message = first_line((result.get("Exception") or {}).get("Message"))
        self.frame("good" if good else "bad", f"job {id} {'succeeds' if good else 'fails'}",
                   "its last stage is complete" if good else message, "jobs end")

    def stage_of(self, info):
        key = info.get("Stage ID", -1), info.get("Stage Attempt ID", 0)
        if key not in self.stage_by_key:
            stage = _Stage(len(self.stages), info)
            self.stage_by_key[key] = stage
            self.stages.append([*key, svg.shortened(info.get("Stage Name", ""), 60), stage.n_tasks,
                                self.turns.get(key[0], 0)])
            self.touch(stage)
        return self.stage_by_key[key]

    def stage_submitted(self, event):
        info = event["Stage Info"]
        stage = self.stage_of(info)
        stage.status, stage.n_tasks = "runs", info.get("Number of Tasks", 0)
        self.stages[stage.index][3] = stage.n_tasks
        self.touch(stage)
        parents = ", ".join(map(str, info.get("Parent IDs") or []))
        if info.get("Stage Attempt ID"):
            cause = f"some of its outputs are missing: {self.last_failure or 'they were lost'}"
        else:
            cause = (f"what it reads is there, of stages {parents}" if parents
                     else "it reads no shuffle, so there is nothing to wait for")
        self.frame("good", f"{stage.title} begins, {info.get('Stage Name', '')}: "
                   f"{svg.counted(stage.n_tasks, 'task')}", cause, "stages begin")

    def stage_completed(self, event):
        info = event["Stage Info"]
        stage, reason = self.stage_of(info), first_line(info.get("Failure Reason"))
        stage.status = "failed" if reason else "done"
        self.touch(stage)
        if reason:
            self.last_failure = self.last_failure or reason
            self.frame("bad", f"{stage.title} fails", reason, "stages fail")
        else:
            self.frame("good", f"{stage.title} is complete", "all its tasks have succeeded",
                       "stages are complete")

    # tasks
    def task(self, event):
        info = event["Task Info"]
        key = {"Stage ID": event.get("Stage ID", -1),
               "Stage Attempt ID": event.get("Stage Attempt ID", 0)}
        stage = self.stage_of(key)
        words = f"task {info.get('Index')} of {stage.title}"
        if info.get("Attempt"):
            words += f" (attempt {info['Attempt']})"
        return info, stage, words

    def task_start(self, event):
        info, stage, words = self.task(event)
        id, executor = info.get("Task ID", -1), info.get("Executor ID", "")
        box, slot, index = self.box_of.get(executor), None, info.get("Index", 0)
        copy = bool(info.get("Speculative"))
        again = (event.get("Stage ID"), partition_of(info)) in self.first_done and not copy
        if box is not None:
            box.busy += 1
            slot = self.take(box, [stage.index, index, int(copy), int(again)])
            self.touch(box)
        stage.running[index] += 1
        self.running_on[executor] += 1
        self.place[id] = box, slot, stage, index, executor
        self.touch(stage)
        cause = f"a slot was free, and {_LOCALITY.get(info.get('Locality'), 'it was pending')}"
        if copy:
            cause = "a copy: the attempt that runs takes much longer than others"
        elif again:
            cause = "its partition was computed before, and the output is lost"
        what = f"{words} begins on executor {executor}"
        self.plain(what, cause, "copies begin" if copy else "tasks begin again" if again
                   else "tasks begin")

    @staticmethod
    def take(box, content):
        if box.slots is None:
            return None
        if None not in box.slots:       # Spark tells of an end after the next one's beginning
            box.slots.append(None)
        slot = box.slots.index(None)
        box.slots[slot] = content
        return slot

    def leave(self, id):
        box, slot, stage, index, executor = self.place.pop(id, (None,) * 5)
        self.running_on[executor] -= 1
        if box is not None:
            box.busy -= 1
            if slot is not None:
                box.slots[slot] = None
                while len(box.slots) > box.cores and box.slots[-1] is None:
                    box.slots.pop()
            self.touch(box)
        if stage is not None:
            stage.running[index] -= 1
            if stage.running[index] <= 0:
                del stage.running[index]

    def task_end(self, event):
        info, stage, words = self.task(event)
        reason, index = event.get("Task End Reason") or {}, info.get("Index", 0)
        kind = reason.get("Reason", "")
        self.touch(stage)
        if kind == "Resubmitted":
            stage.done.discard(index)
            self.frame("bad", f"{words} is pending again",
                       f"its output was lost with executor {info.get('Executor ID')}",
                       "tasks are pending again")
            return
        self.leave(info.get("Task ID", -1))
        where = f"on executor {info.get('Executor ID')}"
        took = (info.get("Finish Time", 0) - info.get("Launch Time", 0)) / 1000
        if kind == "Success":
            stage.done.add(index)
            self.first_done.add((event.get("Stage ID"), partition_of(info)))
            self.plain(f"{words} ends {where} after {svg.seconds_text(took)}",
                       f"{len(stage.done)} of {stage.n_tasks} are done", "tasks end")
            return
        why = why_ended(reason)
        if kind == "TaskKilled":
            self.frame("", f"{words} is killed {where}", why, "tasks are killed")
            return
        stage.failed += 1
        self.last_failure = why if kind == "FetchFailed" else self.last_failure
        self.frame("bad", f"{words} fails {where}", why, "tasks fail")

    # the rest
    def excluded(self, event):
        whom = (f"executor {event['executorId']}" if "executorId" in event
                else f"host {event.get('hostId')}")
        n = event.get("taskFailures", event.get("executorFailures", 0))
        where = f" of stage {event['stageId']}" if "stageId" in event else ""
        self.frame("bad", f"{whom} is excluded: it gets no more tasks{where}",
                   f"{n} failures there" if n else "")

    def unexcluded(self, event):
        whom = (f"executor {event['executorId']}" if "executorId" in event
                else f"host {event.get('hostId')}")
        self.frame("good", f"{whom} may have tasks again", "its time of exclusion is over")

    def unpersist(self, event):
        self.frame("", f"RDD {event.get('RDD ID')} is no longer kept",
                   "the program said so, or has no more use for it")

    def query_start(self, event):
        self.frame("good", f"query {event.get('executionId')} begins: "
                   f"{first_line(event.get('description'))}", "")

    def query_replanned(self, event):
        self.frame("", f"query {event.get('executionId')} is planned anew",
                   "the sizes of its shuffles are known now")

    def query_end(self, event):
        self.frame("", f"query {event.get('executionId')} ends",
                   first_line(event.get("errorMessage")))


_READERS = {
    "ApplicationStart": _Stepper.application_start, "ApplicationEnd": _Stepper.application_end,
    "ExecutorAdded": _Stepper.executor_added, "ExecutorRemoved": _Stepper.executor_removed,
    "ClusterStep": _Stepper.cluster_step,
    "JobStart": _Stepper.job_start, "JobEnd": _Stepper.job_end,
    "StageSubmitted": _Stepper.stage_submitted, "StageCompleted": _Stepper.stage_completed,
    "TaskStart": _Stepper.task_start, "TaskEnd": _Stepper.task_end,
    "ExecutorExcluded": _Stepper.excluded, "ExecutorExcludedForStage": _Stepper.excluded,
    "NodeExcluded": _Stepper.excluded, "NodeExcludedForStage": _Stepper.excluded,
    "ExecutorUnexcluded": _Stepper.unexcluded, "NodeUnexcluded": _Stepper.unexcluded,
    "UnpersistRDD": _Stepper.unpersist, "SQLExecutionStart": _Stepper.query_start,
    "SQLAdaptiveExecutionUpdate": _Stepper.query_replanned,
    "SQLExecutionEnd": _Stepper.query_end,
}
