"""SparkSession: the way in that most programs take.

Mirrors pyspark.sql.session.
"""
import threading

from rushlight import _engine
from rushlight._callsite import current_call, operator
from rushlight.cli import handover
from rushlight.conf import SparkConf
from rushlight.context import SparkContext
from rushlight.errors import (
    IllegalArgumentException, NoJVM, NotThereYet, PySparkRuntimeError, PySparkTypeError)
from rushlight.sql._pictures import ShowingExecutions
from rushlight.sql.conf import RuntimeConfig, as_text

__all__ = ["SparkSession"]

# Names of pyspark's SparkSession that are not there yet.
_MISSING = frozenset("""
    addArtifact addArtifacts addTag clearProgressHandlers clearTags client copyFromLocalToFs
    dataSource getTags interruptAll interruptOperation interruptTag profile readStream
    registerProgressHandler removeProgressHandler removeTag streams tvf udtf
""".split())
_JVM = ("_jsc", "_jsparkSession", "_jvm")


class _BuilderProperty:
    """SparkSession.builder: a new Builder each time, from the class as from a session."""

    def __get__(self, instance, owner):
        return owner.Builder()


class SparkSession(ShowingExecutions):
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
                session._conf._update(self._options)
                return session

    builder = _BuilderProperty()
    _instantiated = None

    def __init__(self, sparkContext, parent=None):
        self._context = sparkContext
        self._settings = dict(sparkContext.getConf().getAll())
        self._engine_session = _engine.SqlSession(
            sparkContext._engine_context, parent._engine_session if parent else None)
        self._conf = RuntimeConfig(self._settings, self._engine_session)
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

    # ---- DataFrames ----

    def _dataframe(self, plan):
        """The DataFrame of a plan, which is analyzed now (a command: run)."""
        from rushlight.sql.dataframe import DataFrame
        return DataFrame(self._analyze(plan), self)

    def _analyze(self, plan):
        return self._engine_session.analyze(plan, current_call() or ("", "", ""),
                                            dict(self._context._local.properties))

    @operator
    def range(self, start, end=None, step=1, numPartitions=None):
        """A DataFrame of one column, id: numbers from `start` up to, without, `end`.

        >>> spark.range(1, 7, 2).collect()
        [Row(id=1), Row(id=3), Row(id=5)]
        """
        if end is None:
            start, end = 0, start
        if step == 0:
            raise IllegalArgumentException("requirement failed: step cannot be 0",
                                           "INVALID_ARGUMENT")
        return self._dataframe(_engine.plan_range(int(start), int(end), int(step),
                                                  numPartitions or 0))

    @operator
    def sql(self, sqlQuery, args=None, **kwargs):
        """The DataFrame of a query; a statement is run at once.

        `args`: values for :name or ? in the text; keywords: DataFrames and values for {name}.

        >>> spark.sql("select 1 + :n as x", {"n": 2}).collect()
        [Row(x=3)]
        """
        from rushlight.sql._sql_text import filled_in, parameters_of
        from rushlight.sql.dataframe import DataFrame
        text, clean_up = filled_in(self, sqlQuery, kwargs)
        try:
            plan = self._engine_session.sql(text, parameters_of(args), current_call(),
                                            dict(self._context._local.properties))
        finally:
            clean_up()
        return DataFrame(plan, self)

    @operator
    def table(self, tableName):
        """A table or view by name.

        >>> spark.range(3).createOrReplaceTempView("few")
        >>> spark.table("few").count()
        3
        """
        return self._dataframe(_engine.plan_table(_engine.parse_identifier(tableName)))

    @property
    def read(self):
        """What reads files: spark.read.csv(path, header=True)."""
        from rushlight.sql.readwriter import DataFrameReader
        return DataFrameReader(self)

    @operator
    def createDataFrame(self, data, schema=None, samplingRatio=None, verifySchema=True):
        """A DataFrame of a list of tuples, Rows or dicts, an RDD, a pandas DataFrame or an Arrow
        table.  `schema`: a StructType, DDL text, a list of names, or None.

        >>> spark.createDataFrame([("a", 1)], ["k", "v"]).collect()
        [Row(k='a', v=1)]
        """
        from rushlight.sql._creating import plan_of_data
        from rushlight.sql.dataframe import DataFrame
        if isinstance(data, DataFrame):
            raise PySparkTypeError(errorClass="INVALID_TYPE", messageParameters={
                "arg_name": "data", "arg_type": "DataFrame"})
        return self._dataframe(plan_of_data(self, data, schema, samplingRatio, verifySchema))

    @property
    def catalog(self):
        """What the session knows by name, a Catalog."""
        from rushlight.sql.catalog import Catalog
        return Catalog(self)

    @property
    def udf(self):
        """What gives functions of Python names for SQL: spark.udf.register("f", f, "int")."""
        from rushlight.sql.udf import UDFRegistration
        return UDFRegistration(self)

    @property
    def emptyDataFrame(self):
        """No rows, and no columns.

        >>> spark.emptyDataFrame.count()
        0
        """
        return self._dataframe(_engine.plan_local([], '{"type":"struct","fields":[]}'))

    def newSession(self):
        """Another session on the same SparkContext, whose settings start as the context's.

        >>> spark.newSession().sparkContext is sc
        True
        """
        first = SparkSession._instantiated
        session = SparkSession(self._context, self)
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
            raise NotThereYet(f"SparkSession.{name}")
        if name in _JVM:
            raise NoJVM(f"SparkSession.{name}")
        raise AttributeError(f"'SparkSession' object has no attribute {name!r}")
