"""SparkContext: one application, the way into everything.

It holds the engine's context, makes the first RDDs of a lineage and runs jobs on the last.
Mirrors pyspark.core.context.
"""
import itertools
import os
import sys
import threading
import time
import weakref
from functools import partial

from rushlight import _engine, _lifecycle, _progress, accumulators
from rushlight import _functions as functions
from rushlight._caching import Keeping
from rushlight._callsite import current_call, operator, renamed
from rushlight._files import FileSources
from rushlight._jobs import Jobs
from rushlight._profiling import Profiling
from rushlight._records import ALL, dump_run, loader_of, runs_of
from rushlight._sharing import Sharing
from rushlight._system import System
from rushlight._tags import JobTags
from rushlight._version import SPARK
from rushlight.cli import handover, launched
from rushlight.conf import SparkConf
from rushlight.errors import (
    IllegalArgumentException, NotThereYet, PySparkIndexError, PySparkRuntimeError,
    PySparkValueError)
from rushlight.errors.engine import NoSuchMethodError, from_engine
from rushlight.faults import FaultInjection
from rushlight.profiler import BasicProfiler
from rushlight.rdd import RDD
from rushlight.serializers import AutoBatchedSerializer, BatchedSerializer, CPickleSerializer

__all__ = ["SparkContext"]

_engine.set_error_factory(from_engine)

MAX_RUN = 1024      # objects in one pickled run of parallelize
NO_FORMAT = ("runs", None)

# Spark's own names for the jobs of take, first, isEmpty and runJob, and of saveAsTextFile; the
# user's place goes with them as a property.
RUN_JOB = "runJob at PythonRDD.scala:218"
SAVE_JOB = "runJob at SparkHadoopWriter.scala:85"
CALL_SITE_PROPERTY = "spark.rushlight.callSite"

_LOG_LEVELS = ("ALL", "DEBUG", "ERROR", "FATAL", "INFO", "OFF", "TRACE", "WARN")
_CHATTY_LEVELS = ("ALL", "DEBUG", "INFO", "TRACE")

# Names of pyspark's SparkContext that are not there yet.
_MISSING = frozenset("""
    _gateway _jsc _jvm
""".split())


class _Local(threading.local):
    """Local properties: each thread has its own (util.py has threads that inherit them)."""

    def __init__(self):
        self.properties = {}


class SparkContext(FaultInjection, FileSources, Sharing, Keeping, Jobs, JobTags, System,
                   Profiling):
    """One application: `SparkContext("local[2]", "counts")`, or with a SparkConf.

    There is one at a time.  As a context manager it is stopped at the end of the block; in any
    case it is stopped when the program ends.

    >>> sc.parallelize([1, 2, 3]).map(lambda x: x * x).sum()
    14
    """

    _active_spark_context = None
    _lock = threading.RLock()
    _before_stop = []       # functions of a context, called when it is about to be stopped

    # ── life ──
    @operator
    def __init__(self, master=None, appName=None, sparkHome=None, pyFiles=None, environment=None,
                 batchSize=0, serializer=CPickleSerializer(), conf=None, gateway=None, jsc=None,
                 profiler_cls=BasicProfiler, udf_profiler_cls=None, memory_profiler_cls=None):
        worker = sys.modules.get("rushlight.worker")
        if worker is not None and worker.in_worker:
            raise PySparkRuntimeError(errorClass="CONTEXT_ONLY_VALID_ON_DRIVER")
        for name, given in (("gateway", gateway), ("jsc", jsc),
                            ("udf_profiler_cls", udf_profiler_cls),
                            ("memory_profiler_cls", memory_profiler_cls)):
            if given:
                raise NotThereYet(f"SparkContext({name}=…)")
        self._engine_context = None
        self._call = current_call()
        self._use_serializer(serializer, batchSize)
        with SparkContext._lock:
            self._become_active()
            try:
                self._start(_settings(conf, master, appName, sparkHome, environment), pyFiles)
                self._start_profiling(self._conf, profiler_cls)
            except BaseException:       # Ctrl-C, too: then the engine may be there already
                self._end()
                raise

    def _use_serializer(self, serializer, batchSize):
        """What elements travel in: see _records.py."""
        self._batchSize = batchSize
        self._unbatched_serializer = serializer
        self.serializer = (BatchedSerializer(serializer, batchSize) if batchSize
                           else AutoBatchedSerializer(serializer))
        self._chain_format = runs_of(batchSize, serializer)
        self._shuffled_format = runs_of(ALL, serializer)

    def _become_active(self):
        other = SparkContext._active_spark_context
        if other is not None:
            raise ValueError(
                f"Cannot run multiple SparkContexts at once; existing SparkContext(app="
                f"{other.appName}, master={other.master}) created by {other._call[1]}")
        SparkContext._active_spark_context = self

    def _start(self, conf, pyFiles):
        self.master = conf.get("spark.master")
        cluster = handover.wanted(dict(conf.getAll()))
        if cluster is not None:
            handover.leave(cluster)
        self.appName = conf.get("spark.app.name")
        self.sparkHome = conf.get("spark.home")
        self.environment = {key[len("spark.executorEnv."):]: value for key, value in conf.getAll()
                            if key.startswith("spark.executorEnv.")}
        self.environment["PYTHONHASHSEED"] = os.environ.get("PYTHONHASHSEED", "0")
        self.pythonExec = conf.get("spark.pyspark.python", os.environ.get("PYSPARK_PYTHON")
                                   or sys.executable)
        self.pythonVer = "%d.%d" % sys.version_info[:2]
        self._local = _Local()
        self._identities = weakref.WeakKeyDictionary()
        self._identity_numbers = itertools.count(1)
        self._says_jobs = False
        settings = dict(conf.getAll())
        if conf.get("spark.rushlight.trace.bridge", "false").lower() == "true":
            from rushlight import _trace
            _trace.start()
        _lifecycle.watch(lambda: SparkContext._active_spark_context)
        self._engine_context = _engine.Context(
            {key: value for key, value in settings.items() if key.startswith("spark.")},
            self.pythonExec, [os.path.abspath(folder) for folder in sys.path], _is_aliased())
        self._conf = SparkConf(loadDefaults=False).setAll(
            {**settings, **self._engine_context.conf()}.items())
        _progress.start(self._engine_context, self._conf)
        self._start_sharing(settings, pyFiles)
        if self._conf.contains("spark.log.level"):
            self.setLogLevel(self._conf.get("spark.log.level"))

    @classmethod
    @operator
    def getOrCreate(cls, conf=None):
        """The active SparkContext, or a new one.

        >>> SparkContext.getOrCreate() is sc
        True
        """
        with SparkContext._lock:
            if SparkContext._active_spark_context is None:
                SparkContext(conf=conf or SparkConf())
            return SparkContext._active_spark_context

    def stop(self):
        """Stops the application: cancels what runs, ends the workers, removes temporary files.

        Afterwards another SparkContext can be made.
        """
        with SparkContext._lock:
            if self._engine_context is None:
                return
            try:
                self._stop_sharing()
                for function in SparkContext._before_stop:
                    function(self)
            finally:
                self._end()
                _engine.set_trace(None)

    def _end(self):
        """Forgets the engine, after it has stopped: until then whoever is interrupted can stop it
        again."""
        try:
            if self._engine_context is not None:
                _progress.stop()
                self._engine_context.stop()
        finally:
            self._engine_context = None
            if SparkContext._active_spark_context is self:
                SparkContext._active_spark_context = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def _engine(self):
        if self._engine_context is None:
            raise PySparkRuntimeError(errorClass="CONTEXT_STOPPED")
        return self._engine_context

    # ── what it is ──
    @property
    def version(self):
        """The version of Spark whose behaviour this is.

        >>> sc.version
        '4.3.0'
        """
        return SPARK

    @property
    def applicationId(self):
        """The application's id, "local-" and the time of its start.

        >>> sc.applicationId     # doctest: +ELLIPSIS
        'local-...'
        """
        return self._engine.application_id

    @property
    def startTime(self):
        """When the application started, in milliseconds since 1970.

        >>> import time
        >>> sc.startTime < time.time() * 1000
        True
        """
        return self._engine.start_time_ms

    @property
    def uiWebUrl(self):
        """The address of the application's page: None, there is no page.

        >>> sc.uiWebUrl is None
        True
        """
        return None

    @property
    def defaultParallelism(self):
        """How many partitions parallelize makes if nobody says: the cores, or
        spark.default.parallelism.

        >>> sc.parallelize(range(100)).getNumPartitions() == sc.defaultParallelism
        True
        """
        return self._engine.default_parallelism

    @property
    def defaultMinPartitions(self):
        """How many partitions textFile asks for if nobody says: two, or one on one core.

        >>> sc.defaultMinPartitions
        2
        """
        return self._engine.default_min_partitions

    def sparkUser(self):
        """The user who runs the application.

        >>> sc.sparkUser() != ""
        True
        """
        user = os.environ.get("SPARK_USER")
        if user is None:
            import getpass
            user = getpass.getuser()
        return user

    def getConf(self):
        """A copy of the settings; the context's own do not change any more.

        >>> sc.getConf().get("spark.master") == sc.master
        True
        """
        return SparkConf(loadDefaults=False).setAll(self._conf.getAll())

    def setLogLevel(self, logLevel):
        """How much is told on stderr.  From INFO on, each job that ends is a line; below it nothing
        is, but for warnings about settings at the start.

        >>> sc.setLogLevel("ERROR")
        """
        if not isinstance(logLevel, str):
            raise NoSuchMethodError("Method setLogLevel", logLevel)
        level = logLevel.upper()
        if level not in _LOG_LEVELS:
            raise IllegalArgumentException(
                f"requirement failed: Supplied level {logLevel} did not match one of: "
                + ",".join(_LOG_LEVELS), "INVALID_ARGUMENT")
        self._says_jobs = level in _CHATTY_LEVELS

    def __repr__(self):
        return f"<SparkContext master={self.master} appName={self.appName}>"

    def _repr_html_(self):
        from html import escape
        rows = (("Version", "v" + self.version), ("Master", self.master), ("AppName", self.appName))
        return "<b>SparkContext</b><dl>" + "".join(
            f"<dt>{name}</dt><dd><code>{escape(value)}</code></dd>"
            for name, value in rows) + "</dl>"

    def __getnewargs__(self):
        raise PySparkRuntimeError(errorClass="CONTEXT_ONLY_VALID_ON_DRIVER")

    def __getattr__(self, name):
        if name in _MISSING:
            raise NotThereYet(f"SparkContext.{name}")
        raise AttributeError(f"'SparkContext' object has no attribute {name!r}")

    # ── the first RDDs of a lineage ──
    @operator
    def parallelize(self, c, numSlices=None):
        """An RDD of the elements of a list, a range or any other collection.

        A list is pickled in runs of equal length, and runs are not cut: ten elements in four slices
        are 2, 2, 2 and 4.  A range is not stored at all.

        >>> sc.parallelize([0, 2, 3, 4, 6], 5).glom().collect()
        [[0], [2], [3], [4], [6]]
        >>> sc.parallelize(range(0, 6, 2), 5).glom().collect()
        [[], [0], [], [2], [4]]
        """
        n = self.defaultParallelism if numSlices is None else int(numSlices)
        if n < 1:
            raise PySparkValueError(f"Positive number of partitions required, but got {n}")
        if isinstance(c, range) and len(c) > 0:
            return self._parallelize_range(c, n)
        if not hasattr(c, "__len__"):
            c = list(c)
        length = max(1, min(len(c) // n, self._batchSize or MAX_RUN))
        record_format = runs_of(length, self._unbatched_serializer)
        elements = iter(c)
        runs = []
        while True:
            run = list(itertools.islice(elements, length))
            if not run:
                break
            runs.append((dump_run(record_format, run), len(run)))
        slices = [runs[i * len(runs) // n:(i + 1) * len(runs) // n] for i in range(n)]
        return RDD(self._engine.parallelize(slices, current_call()), self, record_format)

    def _parallelize_range(self, numbers, n):
        part = partial(functions.range_slice, numbers.start, numbers.step, len(numbers), n)
        return self.parallelize([], n).mapPartitionsWithIndex(part)

    @operator
    def range(self, start, end=None, step=1, numSlices=None):
        """An RDD of the numbers of range(start, end, step); with one argument, from 0.

        >>> sc.range(5).collect(), sc.range(2, 10, 3).collect()
        ([0, 1, 2, 3, 4], [2, 5, 8])
        """
        numbers = range(start) if end is None else range(start, end, step)
        return self.parallelize(numbers, numSlices)

    @operator
    def emptyRDD(self):
        """An RDD without partitions.

        >>> sc.emptyRDD().isEmpty()
        True
        """
        return RDD(self._engine.parallelize([], current_call()), self, NO_FORMAT)

    @operator
    def textFile(self, name, minPartitions=None, use_unicode=True):
        """The lines of a file, of all files in a folder, or of what a pattern or a list with commas
        names.  Large files are split; .gz files are not.

        >>> import os, tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "lines.txt")
        >>> with open(path, "w") as f:
        ...     _ = f.write("to be\\nor not\\n")
        >>> sc.textFile(path).collect()
        ['to be', 'or not']
        """
        n = minPartitions or min(self.defaultParallelism, 2)
        engine_rdd = self._engine.text_file(os.fspath(name), n, current_call())
        return RDD(engine_rdd, self, ("lines", bool(use_unicode)))

    @operator
    def union(self, rdds):
        """One RDD of the elements of several; no data moves.

        >>> sc.union([sc.parallelize([1]), sc.parallelize([2]), sc.parallelize([1])]).collect()
        [1, 2, 1]
        """
        if not rdds:
            raise PySparkIndexError("union() needs at least one RDD; emptyRDD() makes an empty one")
        if any(rdd._format != rdds[0]._format for rdd in rdds):
            rdds = [rdd._as_chain() for rdd in rdds]
        engine_rdd = self._engine.union([rdd._engine() for rdd in rdds], current_call())
        return RDD(engine_rdd, self, rdds[0]._format)

    def _partitioner_identity(self, partitionFunc):
        """A number for a partition function, by which the engine tells partitioners apart: 0 for
        portable_hash, else one that is not given twice.  (Not id(): that one is reused.)"""
        if partitionFunc is functions.portable_hash:
            return 0
        try:
            known = self._identities.get(partitionFunc)
            if known is None:
                known = self._identities[partitionFunc] = next(self._identity_numbers)
            return known
        except TypeError:       # neither hashable nor weakly referable: equal to none
            return next(self._identity_numbers)

    # ── jobs ──
    @operator
    def runJob(self, rdd, partitionFunc, partitions=None, allowLocal=False):
        """What partitionFunc(iterator) gives for some partitions, or for all, as one list.
        (allowLocal has no meaning; Spark has dropped it, too.)

        >>> sc.runJob(sc.parallelize(range(6), 3), lambda part: [x * x for x in part], [0, 2])
        [0, 1, 16, 25]
        """
        if partitions is None:
            partitions = range(rdd.getNumPartitions())
        return self._run_partitions(rdd, partitionFunc, partitions)

    def _run_partitions(self, rdd, partitionFunc, partitions, cause="action"):
        call = current_call()
        return self._run(rdd.mapPartitions(partitionFunc), list(partitions), cause,
                         renamed(call, RUN_JOB), {CALL_SITE_PROPERTY: call[1]})

    def _collect(self, rdd):
        # What Spark's collect() does with its closure, which holds the RDD, before there is a job.
        rdd._engine().check()
        return self._run(rdd, None, "action", current_call(), {})

    def _run(self, rdd, partitions, cause, call, properties):
        """The objects of an RDD that the driver can read; `partitions`: None for all."""
        engine, engine_rdd = self._engine, rdd._engine()
        began = time.monotonic()
        try:
            found = engine.run_job(engine_rdd, partitions, cause,
                                   {**self._local.properties, **properties}, call)
        finally:
            accumulators.take_from(self)
        self._say_finished(call, began)
        objects, loads = [], loader_of(rdd._format)
        found.reverse()         # each run is dropped when it has been read
        while found:
            runs = found.pop()
            runs.reverse()
            while runs:
                objects += loads(runs.pop())
        return objects

    def _save(self, method, rdd, path, *arguments):
        """Runs one of the engine's jobs that save."""
        call = current_call()
        engine = self._engine
        began = time.monotonic()
        try:
            getattr(engine, method)(
                rdd._engine(), os.fspath(path), *arguments,
                {**self._local.properties, CALL_SITE_PROPERTY: call[1]}, renamed(call, SAVE_JOB))
        finally:
            accumulators.take_from(self)
        self._say_finished(call, began)

    def _say_finished(self, call, began):
        if self._says_jobs:
            took = time.monotonic() - began
            print(f"INFO SparkContext: {call[1]} finished, took {took:.3f} s", file=sys.stderr)

    def cancelAllJobs(self):
        """Cancels every job, from any thread; who waits for one gets an error.

        >>> sc.cancelAllJobs()      # none runs
        """
        self._engine.cancel_all("cancelled as part of cancellation of all jobs")

    def cancelJobGroup(self, groupId):
        """Cancels the jobs of a group (setJobGroup).

        >>> sc.cancelJobGroup("nightly")      # it has no job
        """
        self._engine.cancel_group(groupId, f"cancelled as part of cancelling job group {groupId}")

    def statusTracker(self):
        """A StatusTracker, which tells how jobs and stages are.

        >>> sc.statusTracker().getActiveJobsIds()
        []
        """
        from rushlight.status import StatusTracker
        return StatusTracker(self._engine)

    # ── local properties ──
    def setLocalProperty(self, key, value):
        """Sets a property of the jobs that this thread starts from now on; None removes it.

        >>> sc.setLocalProperty("spark.scheduler.pool", "quick")
        >>> sc.getLocalProperty("spark.scheduler.pool")
        'quick'
        """
        if not isinstance(key, str) or not isinstance(value, (str, type(None))):
            raise NoSuchMethodError("Method setLocalProperty", key, value)
        if value is None:
            self._local.properties.pop(key, None)
        else:
            self._local.properties[key] = value

    def getLocalProperty(self, key):
        """A property of this thread, or None.

        >>> sc.getLocalProperty("nobody's") is None
        True
        """
        return self._local.properties.get(key)

    def setJobGroup(self, groupId, description, interruptOnCancel=False):
        """Gives the jobs that this thread starts from now on a group, by which they can be found
        (statusTracker) and cancelled.

        >>> sc.setJobGroup("nightly", "the nightly report")
        >>> sc.getLocalProperty("spark.jobGroup.id")
        'nightly'
        """
        self.setLocalProperty("spark.jobGroup.id", groupId)
        self.setJobDescription(description)
        self.setLocalProperty("spark.job.interruptOnCancel", str(bool(interruptOnCancel)).lower())

    def setJobDescription(self, value):
        """Describes the jobs that this thread starts from now on; None: no more.

        >>> sc.setJobDescription("the nightly report")
        >>> sc.getLocalProperty("spark.job.description")
        'the nightly report'
        """
        self.setLocalProperty("spark.job.description", value)

    # ── what has happened ──
    def dag(self, job=None):
        """The picture of all jobs so far, or of one, by its number.

        >>> sc.parallelize([("a", 1)]).reduceByKey(max).count()
        1
        >>> sc.dag().dot.startswith("digraph")
        True
        """
        from rushlight.dag import Dag
        engine = self._engine
        if job is None:
            return Dag("all jobs", engine.dag_all)
        return Dag(f"job {job}", partial(engine.dag_job, job))

    def summary(self):
        """All jobs so far as text: stages, tasks, what was shuffled, how long it took.

        >>> sc.parallelize([1, 2], 2).count()
        2
        >>> print(sc.summary())  # doctest: +ELLIPSIS
        job 0  ... at ...: 1 stage, ...
        """
        from rushlight._summary import describe_jobs
        return describe_jobs([self._engine.job_info(job) for job in self._engine.job_ids()])


def _settings(conf, master, appName, sparkHome, environment):
    """The SparkConf of a new context: arguments win over `conf`, and that over the defaults."""
    settings = SparkConf(loadDefaults=False).setAll((conf or SparkConf()).getAll())
    if master:
        settings.setMaster(master)
    if appName:
        settings.setAppName(appName)
    if sparkHome:
        settings.setSparkHome(sparkHome)
    for key, value in (environment or {}).items():
        settings.setExecutorEnv(key, value)
    for key, value in launched.defaults(settings.contains("spark.master")).items():
        settings.setIfMissing(key, value)
    if not settings.contains("spark.remote"):
        settings.setIfMissing("spark.master", "local[*]")
    return settings.setIfMissing("spark.app.name", "pyspark-shell")


def add_py_files(paths):
    """Makes the modules in .py, .zip and .egg files importable, here and in workers, which start
    with the same sys.path."""
    for path in filter(None, paths):
        if not os.path.exists(path):
            raise PySparkValueError(f"no such file in pyFiles: {path}")
        entry = os.path.dirname(path) or "." if path.endswith(".py") else path
        entry = os.path.abspath(entry)
        if entry not in sys.path:
            sys.path.insert(1, entry)


def _is_aliased():
    """Whether `import pyspark` gives this package here, so that it must in workers."""
    module = sys.modules.get("pyspark")
    return module is not None and getattr(module, "SparkContext", None) is SparkContext
