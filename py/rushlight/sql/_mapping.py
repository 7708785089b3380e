"""Functions of Python from rows to rows: of a DataFrame, of each group, of two groups.

    df.mapInPandas (f, schema)                       f (iterator of frames) → iterator of frames
    df.groupBy ("k").applyInPandas (f, schema)       f (frame) or f (key, frame) → frame
    a.groupBy ("k").cogroup (b.groupBy ("k"))        f (frame of a, frame of b) → frame

Each is a node of the plan (sql/physical/operators/python_map.c); frames_worker.py is its other
half.  Two DataFrames' groups come together in one: the rows of both, each with its side before it.

Mirrors pyspark.sql.pandas.map_ops and group_ops.
"""
import json

from rushlight import _engine
from rushlight._callsite import operator
from rushlight.errors.base import wrong_type
from rushlight.sql._making import as_literal, column_of_name, quoted
from rushlight.sql.frames_worker import (
    SQL_COGROUPED_MAP_PANDAS_UDF, SQL_GROUPED_MAP_ARROW_UDF, SQL_GROUPED_MAP_PANDAS_UDF,
    SQL_MAP_ARROW_ITER_UDF, SQL_MAP_PANDAS_ITER_UDF, over_all)
from rushlight.sql.types import StructType, parse_ddl
from rushlight.sql.udf import engine_function

__all__ = ["GroupMapping", "Mapping", "PandasCogroupedOps"]


def _mapped(df, function, kind, schema, input_json, n_keys=0):
    """The rows that a function makes of those of `df`, whose first columns are keys."""
    schema = parse_ddl(schema) if isinstance(schema, str) else schema
    if not isinstance(schema, StructType):
        raise wrong_type("schema", "StructType or str", schema)
    name = getattr(function, "__name__", type(function).__name__)
    made = engine_function(name, kind, (function, schema.json(), input_json), schema)
    return df._derive(_engine.plan_map_python(made, n_keys, schema.json(), df._plan))


class Mapping:
    """What maps all rows of a DataFrame."""

    @operator
    def mapInPandas(self, func, schema, barrier=False, profile=None):
        """A function from an iterator of pandas DataFrames to another, called for each partition.

        >>> def halve(frames):
        ...     for frame in frames:
        ...         yield frame[frame.id % 2 == 0]
        >>> spark.range(4).mapInPandas(halve, "id long").count()
        2
        """
        return self._mapped_rows(func, SQL_MAP_PANDAS_ITER_UDF, schema, barrier)

    @operator
    def mapInArrow(self, func, schema, barrier=False, profile=None):
        """A function from an iterator of pyarrow.RecordBatch to another, for each partition.

        >>> def same(batches):
        ...     yield from batches
        >>> spark.range(4).mapInArrow(same, "id long").count()
        4
        """
        return self._mapped_rows(func, SQL_MAP_ARROW_ITER_UDF, schema, barrier)

    def _mapped_rows(self, function, kind, schema, barrier):
        if not barrier:
            return _mapped(self, function, kind, schema, self.schema.json())
        schema = parse_ddl(schema) if isinstance(schema, str) else schema
        conf = self._session.conf
        run = over_all(kind == SQL_MAP_ARROW_ITER_UDF, function, schema.json(), self.schema.json(),
                       int(conf.get("spark.sql.execution.arrow.maxRecordsPerBatch")),
                       conf.get("spark.sql.session.timeZone"))
        rows = self._rdd().barrier().mapPartitions(run)
        return self._session.createDataFrame(rows, schema, verifySchema=False)


class GroupMapping:
    """What maps the groups of a GroupedData."""

    @operator
    def applyInPandas(self, func, schema):
        """A function from a group's rows, as a pandas DataFrame, to other rows; with two arguments
        it gets the group's key, too.

        >>> def centred(frame):
        ...     return frame.assign(v=frame.v - frame.v.mean())
        >>> df = spark.createDataFrame([(1, 1.0), (1, 3.0), (2, 5.0)], "k int, v double")
        >>> df.groupBy("k").applyInPandas(centred, df.schema).orderBy("k", "v").collect()
        [Row(k=1, v=-1.0), Row(k=1, v=1.0), Row(k=2, v=0.0)]
        """
        return self._mapped_groups(func, SQL_GROUPED_MAP_PANDAS_UDF, schema)

    @operator
    def applyInArrow(self, func, schema):
        """A function from a group's rows, as a pyarrow.Table, to another table.

        >>> df = spark.createDataFrame([(1, 1.0), (1, 3.0)], "k int, v double")
        >>> df.groupBy("k").applyInArrow(lambda table: table.slice(0, 1), df.schema).count()
        1
        """
        return self._mapped_groups(func, SQL_GROUPED_MAP_ARROW_UDF, schema)

    def _mapped_groups(self, function, kind, schema):
        df = self._df.select(*self._grouping, "*")
        return _mapped(df, function, kind, schema, self._df.schema.json(), len(self._grouping))

    def cogroup(self, other):
        """The groups of this and of another DataFrame that have the same key, side by side.

        >>> import pandas as pd
        >>> a = spark.createDataFrame([(1, "x")], "k int, l string")
        >>> b = spark.createDataFrame([(1, "u"), (1, "v")], "k int, r string")
        >>> both = a.groupBy("k").cogroup(b.groupBy("k"))
        >>> both.applyInPandas(lambda l, r: pd.merge(l, r, on="k"), "k int, l string, r string"
        ...                    ).orderBy("r").collect()
        [Row(k=1, l='x', r='u'), Row(k=1, l='x', r='v')]
        """
        return PandasCogroupedOps(self, other)


class PandasCogroupedOps:
    """Two DataFrames' groups, to be mapped together: what GroupedData.cogroup() gives."""

    def __init__(self, gd1, gd2):
        self._gd1 = gd1
        self._gd2 = gd2

    @operator
    def applyInPandas(self, func, schema):
        """A function from the rows of both groups, two pandas DataFrames, to other rows.

        >>> import pandas as pd
        >>> def sizes(left, right):
        ...     return pd.DataFrame({"l": [len(left)], "r": [len(right)]})
        >>> one, two = spark.range(1).groupBy("id"), spark.range(2).groupBy("id")
        >>> one.cogroup(two).applyInPandas(sizes, "l long, r long").orderBy("l").collect()
        [Row(l=0, r=1), Row(l=1, r=1)]
        """
        left, right = self._gd1, self._gd2
        n = len(left._grouping)
        if n != len(right._grouping):
            raise wrong_type("other", f"groups by {n} columns", right)
        schemas = [left._df.schema, right._df.schema]
        rows = _side(left, 0, schemas).union(_side(right, 1, schemas))
        return _mapped(rows, func, SQL_COGROUPED_MAP_PANDAS_UDF, schema,
                       json.dumps([s.json() for s in schemas]), n)


def _side(grouped, side, schemas):
    """Its keys, which side it is, and the columns of both sides; the other's are null."""
    columns = [key.alias(f"key{i}") for i, key in enumerate(grouped._grouping)]
    columns.append(as_literal(side).alias("side"))
    for s, schema in enumerate(schemas):
        for field in schema.fields:
            column = column_of_name(quoted(field.name)) if s == side else \
                as_literal(None).cast(field.dataType)
            columns.append(column.alias(field.name))
    return grouped._df.select(*columns)
