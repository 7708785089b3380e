"""DataFrame's methods that keep it: under a name, or its rows."""
from rushlight import _engine
from rushlight._callsite import operator
from rushlight.storagelevel import StorageLevel


class Keeping:
    """Views and caches."""

    @operator
    def createOrReplaceTempView(self, name):
        """Gives the plan a name for SQL.

        >>> spark.range(3).createOrReplaceTempView("three")
        >>> spark.sql("select count(*) as n from three").first().n
        3
        """
        self._create_view(name, True, False)

    @operator
    def createTempView(self, name):
        """Gives the plan a name for SQL, which must be new."""
        self._create_view(name, False, False)

    @operator
    def createOrReplaceGlobalTempView(self, name):
        """Gives the plan a name for all sessions: global_temp.name."""
        self._create_view(name, True, True)

    @operator
    def createGlobalTempView(self, name):
        """Gives the plan a name for all sessions, which must be new."""
        self._create_view(name, False, True)

    def _create_view(self, name, replace, is_global):
        from rushlight.errors import ParseException
        from rushlight.errors.sql import engine_condition
        try:
            _engine.parse_identifier(name)
        except ParseException:
            raise engine_condition("_LEGACY_ERROR_TEMP_1321", viewName=name) from None
        self._session._analyze(_engine.plan_create_view(name, self._plan, replace, is_global))

    registerTempTable = createOrReplaceTempView

    @operator
    def cache(self):
        """Keeps the rows once they have been computed; nothing runs now.

        >>> df = spark.range(3).cache()
        >>> df.is_cached, df.unpersist().is_cached
        (True, False)
        """
        return self.persist()

    @operator
    def persist(self, storageLevel=StorageLevel.MEMORY_AND_DISK_DESER):
        """Keeps the rows at a storage level once they have been computed."""
        return self._keep(storageLevel, None)

    def _keep(self, level, table):
        """…; plans call them after a table, if it has a name."""
        self._session._engine_session.cache(self._plan, (
            level.useDisk, level.useMemory, level.useOffHeap, level.deserialized,
            level.replication), table)
        self.__dict__["_is_cached"] = True
        return self

    @operator
    def unpersist(self, blocking=False):
        """Forgets the rows."""
        self._session._engine_session.uncache(self._plan, blocking)
        self.__dict__["_is_cached"] = False
        return self

    @property
    def storageLevel(self):
        """At which level the rows are kept."""
        level = self._session._engine_session.storage_level(self._plan)
        return StorageLevel(*level) if level else StorageLevel.NONE

    @property
    def is_cached(self):
        """Whether cache() or persist() was called on this very DataFrame."""
        return self.__dict__.get("_is_cached", False)

    @operator
    def checkpoint(self, eager=True):
        """The rows as they are now, written to the checkpoint folder: the plan is forgotten.

        `eager`: at once; else behind the first job that reads them, which computes them twice.

        >>> import tempfile
        >>> spark.sparkContext.setCheckpointDir(tempfile.mkdtemp())
        >>> spark.range(3).checkpoint().count()
        3
        """
        return self._cut(False, eager, None)

    @operator
    def localCheckpoint(self, eager=True, storageLevel=None):
        """The rows as they are now, kept by executors: the plan is forgotten.

        A loop that names the last round's frame twice has a plan that doubles a round; this one's
        does not grow:

        >>> df = spark.range(3)
        >>> for _ in range(30):
        ...     df = df.join(df.selectExpr("id as same"), F.col("id") == F.col("same"))
        ...     df = df.select("id").localCheckpoint()
        >>> df.count()
        3
        """
        return self._cut(True, eager, storageLevel)

    def _cut(self, local, eager, level):
        if level is not None and not isinstance(level, StorageLevel):
            raise TypeError("storageLevel must be of type pyspark.StorageLevel")
        fields = level and (level.useDisk, level.useMemory, level.useOffHeap, level.deserialized,
                            level.replication)
        call = self._jvm_call("localCheckpoint" if local else "checkpoint")
        return self._session._dataframe(self._query().checkpoint(
            local, not eager, fields, call, self._properties()))

    @operator
    def observe(self, observation, *exprs):
        """The rows as they are; aggregates over them are known once an action has seen them.

        >>> from rushlight.sql import Observation, functions as F
        >>> seen = Observation()
        >>> spark.range(5).observe(seen, F.count("*").alias("n")).count(), seen.get
        (5, {'n': 5})
        """
        from rushlight.sql.observation import Observation
        if isinstance(observation, str):
            observation = Observation(observation)
        return observation._on(self, exprs)
