"""DataFrame's ways out: pandas, Arrow, RDDs, JSON, files.

    toArrow (), __arrow_c_stream__    the engine's batches, as Arrow's columns, not copied
    toPandas ()                       of Arrow's columns, or of rows where that is switched off
    rdd                               Rows, made in workers
    mapInPandas () and its like       what functions of frames make, in workers: _mapping.py
"""
from rushlight._callsite import current_call, operator
from rushlight.sql._mapping import Mapping
from rushlight.sql._pandas import pyarrow


class Exporting(Mapping):
    """What hands rows to others."""

    @operator
    def toArrow(self):
        """All rows as a pyarrow.Table.

        >>> spark.range(3).toArrow().column("id").to_pylist()
        [0, 1, 2]
        """
        return pyarrow().table(_Stream(self._arrow_stream()))

    def __arrow_c_stream__(self, requested_schema=None):
        """What Polars, DuckDB and pyarrow take a DataFrame by: Arrow's C stream."""
        return self._arrow_stream_noted()

    @operator
    def _arrow_stream_noted(self):
        return self._arrow_stream()

    def _arrow_stream(self):
        zone = self._session.conf.get("spark.sql.session.timeZone")
        return self._query().arrow_stream(zone, current_call(), self._properties())

    @operator
    def toPandas(self):
        """All rows as a pandas.DataFrame.

        >>> spark.range(2).selectExpr("id", "id / 2 as half").toPandas().half.tolist()
        [0.0, 0.5]
        """
        from rushlight.sql._pandas import frame_of_arrow, frame_of_rows
        from rushlight.sql._user_types import has_user_type
        if self._session.conf.get("spark.sql.execution.arrow.pyspark.enabled", "true") == "true" \
                and _has_pyarrow() and not has_user_type(self.schema):
            return frame_of_arrow(self.toArrow(), self._session)
        return frame_of_rows(self.collect(), self.schema)

    @property
    def rdd(self):
        """The rows as an RDD of Row.

        >>> spark.range(3).rdd.map(lambda row: row.id * 2).collect()
        [0, 2, 4]
        """
        return self._rdd()

    @operator
    def _rdd(self, told=False):
        from rushlight.rdd import RDD
        engine_rdd = self._query().to_rdd(current_call(), self._properties(), told)
        return RDD(engine_rdd, self._session._context, ("rows",))._as_chain()

    @operator
    def toJSON(self, use_unicode=True):
        """The rows as an RDD of JSON text.

        >>> spark.range(1).toJSON().collect()
        ['{"id":0}']
        """
        from rushlight.sql._json_text import json_writer
        return self._rdd().map(json_writer(self.schema))

    @property
    def write(self):
        """What writes the rows to files: df.write.parquet(path)."""
        from rushlight.sql.writer import DataFrameWriter
        return DataFrameWriter(self)


class _Stream:
    """What pyarrow takes a capsule by."""

    def __init__(self, capsule):
        self._capsule = capsule

    def __arrow_c_stream__(self, requested_schema=None):
        return self._capsule


def _has_pyarrow():
    import importlib.util
    return importlib.util.find_spec("pyarrow") is not None
