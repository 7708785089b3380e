"""SparkContext: one application, the way into everything.

Here is its life, from settings to stop(), and what it tells of itself.  What it does stands in the
classes that it is put together of:

    Sources, FileSources    the first RDDs of a lineage         _sources.py, _files.py
    Jobs                    runs and cancels jobs               _jobs.py
    LocalProperties         what each thread's jobs are given   _properties.py
    JobTags                 one of these properties             _tags.py
    Sharing                 what tasks of all jobs see          _sharing.py
    Keeping                 kept RDDs, checkpoints              _caching.py
    System                  system properties                   _system.py
    Profiling               times of workers' functions         _profiling.py
    FaultInjection          failures on purpose                 faults.py

Mirrors pyspark.core.context.
"""
import itertools
import os
import sys
import threading
import weakref
from functools import partial

from rushlight import _engine, _lifecycle, _progress
from rushlight import _functions as functions
from rushlight._caching import Keeping
from rushlight._callsite import current_call, operator
from rushlight._files import FileSources
from rushlight._jobs import Jobs
from rushlight._profiling import Profiling
from rushlight._properties import Local, LocalProperties
from rushlight._records import ALL, runs_of
from rushlight._sharing import Sharing
from rushlight._sources import Sources
from rushlight._system import System
from rushlight._tags import JobTags
from rushlight._version import SPARK
from rushlight.cli import handover, launched
from rushlight.conf import SparkConf
from rushlight.errors import IllegalArgumentException, NoJVM, NotThereYet, PySparkRuntimeError
from rushlight.errors.engine import NoSuchMethodError, from_engine
from rushlight.faults import FaultInjection
from rushlight.profiler import BasicProfiler
from rushlight.serializers import AutoBatchedSerializer, BatchedSerializer, CPickleSerializer

__all__ = ["SparkContext"]

_engine.set_error_factory(from_engine)

_LOG_LEVELS = ("ALL", "DEBUG", "ERROR", "FATAL", "INFO", "OFF", "TRACE", "WARN")
_CHATTY_LEVELS = ("ALL", "DEBUG", "INFO", "TRACE")

# What leads into the JVM of PySpark's SparkContext.
_JVM = ("_gateway", "_jsc", "_jvm")


class SparkContext(Sources, FileSources, Jobs, LocalProperties, JobTags, Sharing, Keeping, System,
                   Profiling, FaultInjection):
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
        self._local = Local()
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

        >>> sc.stop()
        >>> from rushlight.errors import PySparkException
        >>> try:
        ...     sc.parallelize([1, 2])
        ... except PySparkException as e:
        ...     print(e.getCondition())
        CONTEXT_STOPPED
        >>> sc = SparkContext("local[4]", "another")
        >>> sc.parallelize([1, 2]).sum()
        3
        """
        with SparkContext._lock:
            if self._engine_context is None:
                return
            try:
                for function in SparkContext._before_stop:
                    function(self)
            finally:
                self._end()

    def _end(self):
        """Forgets the engine, after it has stopped: until then whoever is interrupted can stop it
        again."""
        try:
            if self._engine_context is not None:
                _progress.stop()
                self._stop_sharing()
                self._engine_context.stop()
        finally:
            self._engine_context = None
            _engine.set_trace(None)
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
        if name in _JVM:
            raise NoJVM(f"SparkContext.{name}")
        raise AttributeError(f"'SparkContext' object has no attribute {name!r}")

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

    # ── what has happened ──
    def statusTracker(self):
        """A StatusTracker, which tells how jobs and stages are.

        >>> sc.statusTracker().getActiveJobsIds()
        []
        """
        from rushlight.status import StatusTracker
        return StatusTracker(self._engine)

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
        """All queries of SQL and all jobs so far as text: stages, tasks, what was shuffled, how
        long it took; and which parts of the engine plug-ins have taken.

        >>> sc.parallelize([1, 2], 2).count()
        2
        >>> print(sc.summary())  # doctest: +ELLIPSIS
        job 0  ... at ...: 1 stage, ...
        """
        from rushlight._summary import Text, describe_executions, describe_jobs, describe_plugins
        queries = describe_executions(self._engine.executions())
        jobs = describe_jobs([self._engine.job_info(job) for job in self._engine.job_ids()])
        plugins = describe_plugins(self._engine.plugins())
        return Text("\n\n".join(filter(None, (queries, jobs, plugins))))


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


def _is_aliased():
    """Whether `import pyspark` gives this package here, so that it must in workers."""
    module = sys.modules.get("pyspark")
    return module is not None and getattr(module, "SparkContext", None) is SparkContext
