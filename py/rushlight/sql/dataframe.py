"""DataFrame: rows with named columns, as a plan.

    df.where("age > 30")  ──▶  Filter (age#1 > 30)       analyzed at once: errors come at the call
                               └── …                      run by actions: collect (), show (), write

What a DataFrame can do stands in mixins, one idea a file: _selecting (columns and rows), _grouping,
_joining, _moving (order, partitions, samples), _actions (rows come out), _describing (schema, plans,
statistics), _keeping (views, caches).  Mirrors pyspark.sql.DataFrame.
"""
import itertools

from rushlight import _engine
from rushlight._callsite import current_call
from rushlight.sql._actions import Actions
from rushlight.sql._describing import Describing
from rushlight.sql._grouping import Grouping
from rushlight.sql._joining import Joining
from rushlight.sql._keeping import Keeping
from rushlight.sql._moving import Moving
from rushlight.sql._selecting import Selecting
from rushlight.sql.column import Column, column_of_name

__all__ = ["DataFrame"]

_plan_ids = itertools.count(1)


class DataFrame(Selecting, Grouping, Joining, Moving, Actions, Describing, Keeping):
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

    def _column(self, name):
        return column_of_name(name, self._id)

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
            return self._column("`%s`" % self.columns[item].replace("`", "``"))
        from rushlight.errors import PySparkTypeError
        raise PySparkTypeError(errorClass="NOT_COLUMN_OR_INT_OR_LIST_OR_STR_OR_TUPLE",
                               messageParameters={"arg_name": "item",
                                                  "arg_type": type(item).__name__})

    def __getattr__(self, name):
        if name.startswith("__") or name not in self.columns:
            from rushlight.errors import PySparkAttributeError
            raise PySparkAttributeError(errorClass="ATTRIBUTE_NOT_SUPPORTED",
                                        messageParameters={"attr_name": name})
        return self._column("`%s`" % name.replace("`", "``"))

    def _resolve(self, column):
        """Raises what Spark raises if a column is not there."""
        if column._expr.kind == "UnresolvedStar":
            return
        self._session._analyze(_engine.plan_unary("project", [column._expr], self._plan))

    def __dir__(self):
        return sorted({*super().__dir__(), *(c for c in self.columns if c.isidentifier())})

    def __repr__(self):
        return "DataFrame[%s]" % ", ".join(f"{n}: {t}" for n, t in self.dtypes)


def session_call():
    """The call of the operator that is under way, as the engine takes it."""
    return current_call()
