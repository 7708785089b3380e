"""SparkSession: the way in that most programs take.

Of a session there are its builder, its SparkContext and its settings; what works on tables comes
with SQL.  Mirrors pyspark.sql.session.
"""
import threading

from rushlight.cli import handover
from rushlight.conf import SparkConf
from rushlight.context import SparkContext
from rushlight.errors import NoJVM, NotThereYet, PySparkRuntimeError
from rushlight.sql.conf import RuntimeConfig, as_text

__all__ = ["SparkSession"]

# Names of pyspark's SparkSession that are not there yet.
_MISSING = frozenset("""
    addArtifact addArtifacts addTag catalog clearProgressHandlers
    clearTags client copyFromLocalToFs createDataFrame dataSource emptyDataFrame getTags
    interruptAll interruptOperation interruptTag profile range read readStream
    registerProgressHandler removeProgressHandler removeTag sql streams table tvf udf udtf
""".split())
_JVM = ("_jsc", "_jsparkSession", "_jvm")


class _BuilderProperty:
    """SparkSession.builder: a new Builder each time, from the class as from a session."""

    def __get__(self, instance, owner):
        return owner.Builder()


class SparkSession:
    """One user's view of an application: `SparkSession.builder.appName("x").getOrCreate()`.

    >>> spark = SparkSession.builder.appName("counts").getOrCreate()
    >>> spark.sparkContext.parallelize([1, 2, 3]).sum()
    6
    """

    class Builder:
        """Collects settings; getOrCreate() makes the session.

        >>> builder = SparkSession.builder.config("spark.sql.shuffle.partitions", 4)
        >>> builder.getOrCreate().conf.get("spark.sql.shuffle.partitions")
        '4'
        """

        _lock = threading.RLock()

        def __init__(self):
            self._options = {}

        def appName(self, name):
            """The application's name."""
            return self.config("spark.app.name", name)

        def master(self, master):
            """Where to run, as SparkConf.setMaster has it."""
            return self.config("spark.master", master)

        def remote(self, url):
            """The address of a Spark Connect server, sc://…: another process, so that
            getOrCreate() hands the program over to PySpark (rushlight submit)."""
            return self.config("spark.remote", url)

        def config(self, key=None, value=None, conf=None, *, map=None):
            """One setting, all of a SparkConf (`conf=`), or all of a dict (`map=`).

            >>> builder = SparkSession.builder.config(map={"spark.sql.mine": True})
            >>> builder.getOrCreate().conf.get("spark.sql.mine")
            'true'
            """
            if conf is not None:
                pairs = conf.getAll()
            elif map is not None:
                pairs = map.items()
            elif key is None:
                raise PySparkRuntimeError(errorClass="KEY_VALUE_PAIR_REQUIRED")
            else:
                pairs = [(key, value)]
            for name, setting in pairs:
                self._options[name] = as_text(setting)
            return self

        def __getattr__(self, name):
            if name in ("create", "enableHiveSupport"):
                raise NotThereYet(f"SparkSession.builder.{name}")
            raise AttributeError(f"'Builder' object has no attribute {name!r}")

        def getOrCreate(self):
            """The session of this process with these settings on top, or a new one.

            >>> SparkSession.builder.getOrCreate() is SparkSession.builder.getOrCreate()
            True
            """
            if "spark.remote" in self._options:
                handover.leave(self._options["spark.remote"])
            with self._lock:
                session = SparkSession.getActiveSession()
                if session is None:
                    conf = SparkConf()
                    for key, value in self._options.items():
                        conf.set(key, value)
                    session = SparkSession(SparkContext.getOrCreate(conf))
                session._settings.update(self._options)
                return session

    builder = _BuilderProperty()
    _instantiated = None

    def __init__(self, sparkContext):
        self._context = sparkContext
        self._settings = dict(sparkContext.getConf().getAll())
        self._conf = RuntimeConfig(self._settings)
        SparkSession._instantiated = self

    @classmethod
    def getActiveSession(cls):
        """The session of this process, or None.

        >>> SparkSession.getActiveSession() is spark
        True
        """
        session = SparkSession._instantiated
        if session is None or session._context._engine_context is None:
            return None
        return session

    @classmethod
    def active(cls):
        """The session of this process; without one, an error."""
        session = cls.getActiveSession()
        if session is None:
            raise PySparkRuntimeError(errorClass="NO_ACTIVE_OR_DEFAULT_SESSION")
        return session

    @property
    def sparkContext(self):
        """The SparkContext under the session.

        >>> spark.sparkContext is sc
        True
        """
        return self._context

    @property
    def version(self):
        """The version of Spark whose behaviour this is."""
        return self._context.version

    @property
    def conf(self):
        """The session's settings, a RuntimeConfig."""
        return self._conf

    def newSession(self):
        """Another session on the same SparkContext, whose settings start as the context's.

        >>> spark.newSession().sparkContext is sc
        True
        """
        first = SparkSession._instantiated
        session = SparkSession(self._context)
        SparkSession._instantiated = first
        return session

    def stop(self):
        """Stops the SparkContext under the session."""
        self._context.stop()
        if SparkSession._instantiated is self:
            SparkSession._instantiated = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def __repr__(self):
        return f"<SparkSession on {self._context!r}>"

    def _repr_html_(self):
        return "<p><b>SparkSession</b></p>" + self._context._repr_html_()

    def __getattr__(self, name):
        if name in _MISSING:
            raise NotThereYet(f"SparkSession.{name}", "RDDs are: spark.sparkContext makes them.")
        if name in _JVM:
            raise NoJVM(f"SparkSession.{name}")
        raise AttributeError(f"'SparkSession' object has no attribute {name!r}")
