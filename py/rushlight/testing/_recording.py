"""Traces of a program that runs here: from the event log that it writes.

    with trace(sc) as t:          jobs known ─┐
        …                                     │ the log, up to the end of the last job
    t.assert_jobs(1)              ────────────┴▶ what was not known: the trace

The log is written by a thread of its own, so a look waits until it tells the end of every job and
query that the engine says has ended.  A context writes a log if it is made inside the block or
under pytest's plugin, or if spark.eventLog.enabled says so.
"""
import atexit
import contextlib
import functools
import glob
import os
import shutil
import tempfile
import time

from rushlight import conf
from rushlight.errors import PySparkRuntimeError
from rushlight.pictures._run import events_in, events_of
from rushlight.testing._asserting import Trace
from rushlight.testing._happenings import Happenings, read_happenings

_PATIENCE_S = 60        # a guard: the log is milliseconds behind
_PAUSE_S = 0.002


def read_trace(path):
    """The Trace of an event log: ours or real Spark's, plain, compressed or rolled.

    >>> from rushlight.testing import read_trace
    >>> read_trace("no_such_log")
    Traceback (most recent call last):
        ...
    rushlight.errors.base.PySparkValueError: there is no event log no_such_log
    """
    happenings, _, _ = read_happenings(path, events_of(path))
    return Trace(lambda: happenings)


@contextlib.contextmanager
def trace(sc=None):
    """A Trace of what the block makes the engine do.  `sc`: a SparkContext or a SparkSession, whose
    context writes an event log; without it, the one that runs, or the one that the block makes.

    >>> with trace(sc) as t:
    ...     first = sc.range(100, numSlices=4).map(abs).take(1)
    >>> print(t)
    job ...  take at ...
      stage ...  take at ...  ▮ 1 task
    """
    context = getattr(sc, "sparkContext", sc) or _running()
    with contextlib.ExitStack() as stack:
        if context is None:
            recorded = _InFolder(stack.enter_context(recording()))
        else:
            recorded = _OfContext(context)
        kept = []
        yield Trace(lambda: kept[0] if kept else recorded.look())
        kept.append(recorded.look())


@contextlib.contextmanager
def recording():
    """While it lasts, every SparkContext that is made writes an event log, if its program does not
    say otherwise; gives the folder of the logs, which is removed when the process ends.

    >>> from rushlight.conf import SparkConf
    >>> with recording() as folder:
    ...     SparkConf().get("spark.eventLog.dir") == folder
    True
    """
    before, folder = dict(conf.SparkConf().getAll()), _folder()
    conf.set_defaults({**before, "spark.eventLog.enabled": "true", "spark.eventLog.dir": folder})
    try:
        yield folder
    finally:
        conf.set_defaults(before)


@functools.cache
def _folder():
    """Of this process: a context may outlive the block in which it was made, and its log, too."""
    folder, owner = tempfile.mkdtemp(prefix="rushlight-traces-"), os.getpid()
    atexit.register(lambda: os.getpid() == owner and shutil.rmtree(folder, ignore_errors=True))
    return folder


def _running():
    from rushlight.context import SparkContext
    return SparkContext._active_spark_context


class _OfContext:
    """What a context does from now on."""

    def __init__(self, context):
        self.engine = context._engine
        self.path = self.engine.event_log_path
        if self.path is None:
            raise PySparkRuntimeError(
                "a trace is read from the event log, and this SparkContext writes none: make it "
                "inside of `with trace() as t:` or `with recording():`, under pytest with the "
                "fixture trace, or set spark.eventLog.enabled to true")
        self.last_job = max(self.engine.job_ids(), default=-1)
        self.last_query = max((query["id"] for query in self.engine.executions()), default=-1)

    def look(self):
        """What came since."""
        return self.log().after(self.last_job, self.last_query)

    def log(self):
        """All that the log tells, once it tells the end of all that ended."""
        if not os.path.exists(_unfinished(self.path)):      # the context was stopped
            return read_happenings(self.path, events_of(self.path))[0]
        jobs, queries = self.ended()
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            happenings, logged_jobs, logged_queries = _read_unfinished(self.path)
            if jobs <= logged_jobs and queries <= logged_queries:
                return happenings
            if time.monotonic() > deadline:
                raise PySparkRuntimeError(
                    f"the event log {self.path} does not tell the end of jobs "
                    f"{sorted(jobs - logged_jobs)} and queries {sorted(queries - logged_queries)}")
            time.sleep(_PAUSE_S)

    def ended(self):
        """Jobs and queries that ended, as far as the engine remembers them."""
        jobs = set(self.engine.job_ids()) - set(self.engine.active_job_ids())
        return jobs, {query["id"] for query in self.engine.executions() if query["end_ms"]}


class _InFolder:
    """What contexts do that are made from now on: the one that runs, or the last that ran."""

    def __init__(self, folder):
        self.folder = folder
        self.before = self.logs()

    def logs(self):
        return set(glob.glob(os.path.join(self.folder, "*")))

    def look(self):
        running = _running()
        if running is not None:
            return _OfContext(running).log()
        logs = sorted(self.logs() - self.before, key=os.path.getmtime)
        if not logs:
            return Happenings([], [], True)
        return read_happenings(logs[-1], events_of(logs[-1]))[0]


def _unfinished(path):
    return path + ".inprogress"


def _read_unfinished(path):
    """What a log tells up to its last whole line."""
    with open(_unfinished(path), "rb") as log:
        text = log.read()
    whole = text[:text.rfind(b"\n") + 1]
    if b"SparkListenerApplicationStart" not in whole:       # its thread has not come so far
        return Happenings([], [], True), set(), set()
    return read_happenings(path, events_in([whole], path))
