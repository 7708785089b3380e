"""DataFrame: rows with named columns, as a plan.

    df.where("age > 30")  ──▶  Filter (age#1 > 30)       analyzed at once: errors come at the call
                               └── …                      run by actions: collect (), show (), write

What a DataFrame can do stands in mixins, one idea a file: _selecting (columns and rows), _grouping,
_joining, _moving (order, partitions, samples), _gaps (missing values), _figures (statistics),
_actions (rows come out), _exporting (pandas, Arrow, RDDs, files), _describing (schema, plans),
_keeping (views, caches, checkpoints), _pictures (plans).  Mirrors pyspark.sql.DataFrame.
"""
import itertools

from rushlight import _engine
from rushlight.errors import NoJVM, NotThereYet, PySparkAttributeError
from rushlight.errors.base import wrong_type
from rushlight.sql._actions import Actions
from rushlight.sql._describing import Describing
from rushlight.sql._exporting import Exporting
from rushlight.sql._figures import Figures
from rushlight.sql._gaps import Gaps
from rushlight.sql._grouping import Grouping
from rushlight.sql._joining import Joining
from rushlight.sql._keeping import Keeping
from rushlight.sql._making import column_of_name, quoted
from rushlight.sql._moving import Moving
from rushlight.sql._pictures import Picturing
from rushlight.sql._selecting import Selecting
from rushlight.sql.column import Column

__all__ = ["DataFrame"]

_plan_ids = itertools.count(1)

# Names of pyspark's DataFrame that are not there yet.
_MISSING = frozenset("""
    asTable dropDuplicatesWithinWatermark executionInfo
    mergeInto pandas_api plot repartitionById withWatermark writeStream writeTo
    zipWithIndex
""".split())
_JVM = ("_jdf", "_jschema")


class DataFrame(Selecting, Grouping, Joining, Moving, Gaps, Figures, Actions, Exporting,
                Describing, Keeping, Picturing):
    """Rows with named columns; immutable, every method gives a new one.

    >>> df = spark.createDataFrame([("Ada", 36), ("Bob", 7)], ["name", "age"])
    >>> df.where(df.age > 10).select("name").collect()
    [Row(name='Ada')]
    """

    def __init__(self, plan, session):
        self._session = session
        self._id = next(_plan_ids)
        self._plan = _engine.plan_with_id(plan, self._id)
        self._cached_schema = None

    def _derive(self, plan):
        """The DataFrame of a plan over this one's, which is analyzed now."""
        return self._session._dataframe(plan)

    def _query(self):
        """What runs the plan: one for all that is asked of this DataFrame."""
        if "_kept_query" not in self.__dict__:
            self.__dict__["_kept_query"] = self._session._engine_session.query(self._plan)
        return self.__dict__["_kept_query"]

    @property
    def sparkSession(self):
        """The session that the DataFrame belongs to.

        >>> spark.range(1).sparkSession is spark
        True
        """
        return self._session

    def _column(self, name, shown=None):
        column = column_of_name(name, self._id)
        return column if shown is None else Column(column._expr, shown)

    def __getitem__(self, item):
        """A column by name or position; some columns of a list; rows of a condition."""
        if isinstance(item, str):
            column = self._column(item)
            self._resolve(column)
            return column
        if isinstance(item, Column):
            return self.filter(item)
        if isinstance(item, (list, tuple)):
            return self.select(*item)
        if isinstance(item, int):
            return self._column(quoted(self.columns[item]), self.columns[item])
        raise wrong_type("item", "Column, float, integer, list or string", item)

    def __getattr__(self, name):
        if name.startswith("__") or name in ("_plan", "_session"):
            raise AttributeError(name)
        if name in self.columns:
            return self._column(quoted(name), name)
        if name in _MISSING:
            raise NotThereYet(f"DataFrame.{name}")
        if name in _JVM:
            raise NoJVM(f"DataFrame.{name}")
        raise PySparkAttributeError(errorClass="ATTRIBUTE_NOT_SUPPORTED",
                                    messageParameters={"attr_name": name})

    def _resolve(self, column):
        """Raises what Spark raises if a column is not there."""
        if column._expr.kind == "UnresolvedStar":
            return
        self._session._analyze(_engine.plan_unary("project", [column._expr], self._plan))

    def isLocal(self):
        """Whether collect() needs no job."""
        return self._plan.tree_string().startswith("LocalRelation")

    def __dir__(self):
        return sorted({*super().__dir__(), *(c for c in self.columns if c.isidentifier())})

    def __repr__(self):
        if self._session.conf.get("spark.sql.repl.eagerEval.enabled", "false") == "true":
            return self._show_string(self._eager("maxNumRows"), self._eager("truncate"))
        return "DataFrame[%s]" % ", ".join(f"{n}: {t}" for n, t in self.dtypes)

