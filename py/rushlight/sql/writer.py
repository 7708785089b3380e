"""DataFrameWriter: df.write.

    df.write.mode ("overwrite").partitionBy ("year").parquet ("out")

Mirrors pyspark.sql.readwriter.DataFrameWriter.
"""
from rushlight import _engine
from rushlight._callsite import current_call, operator, renamed
from rushlight.errors import AnalysisException, NotThereYet
from rushlight.errors.base import check_type
from rushlight.errors.sql import engine_condition
from rushlight.sql.readwriter import option_text

__all__ = ["DataFrameWriter"]

_FROM_JVM = "NativeMethodAccessorImpl.java:0"

_MODES = {"append": "append", "overwrite": "overwrite", "ignore": "ignore",
          "error": "errorifexists", "errorifexists": "errorifexists", "default": "errorifexists"}


class DataFrameWriter:
    """What writes files: a format, a mode, options; then save(), or the format's own method."""

    def __init__(self, df):
        self._df = df
        self._format = None
        self._mode = "errorifexists"
        self._options = {}
        self._partitioning = None
        self._buckets = (0, None)
        self._sorting = None

    def mode(self, saveMode):
        """What becomes of files that are there: "append", "overwrite", "ignore" or "error"."""
        if saveMode:
            check_type("saveMode", saveMode, str)
            if saveMode.lower() not in _MODES:
                raise engine_condition("INVALID_SAVE_MODE", mode=f'"{saveMode}"')
            self._mode = _MODES[saveMode.lower()]
        return self

    def format(self, source):
        """Which format the files get: "parquet", "csv", "json", "text", "orc"; "noop" runs a query
        and writes nothing."""
        self._format = source
        return self

    def option(self, key, value):
        """One option of the format."""
        if value is not None:
            self._options[key] = option_text(value)
        return self

    def options(self, **options):
        """Several options of the format."""
        for key, value in options.items():
            self.option(key, value)
        return self

    def partitionBy(self, *cols):
        """A folder for each value of some columns: year=2024/…"""
        self._partitioning = _names(cols)
        return self

    def bucketBy(self, numBuckets, col, *cols):
        """Rows spread over some files by the hash of columns; for saveAsTable()."""
        check_type("numBuckets", numBuckets, int)
        self._buckets = (numBuckets, _names((col, *cols)))
        return self

    def sortBy(self, col, *cols):
        """The order of rows in the file of a bucket."""
        self._sorting = _names((col, *cols))
        return self

    @operator
    def save(self, path=None, format=None, mode=None, partitionBy=None, **options):
        """Writes the files to a folder.

        >>> import tempfile, os
        >>> folder = tempfile.mkdtemp() + "/out"
        >>> spark.range(2).write.save(folder, format="parquet")
        >>> os.path.exists(folder + "/_SUCCESS")
        True
        """
        self._save(path, format, mode, partitionBy, options, "save")

    def _save(self, path, format, mode, partitionBy, options, name=None):
        self._set(format, mode, partitionBy, options)
        if self._buckets[1] is not None:
            raise AnalysisException("'save' does not support bucketBy right now.")
        self._run(path if path is not None else self._options.pop("path", None), None,
                  name or format)

    def _set(self, format, mode, partitionBy, options):
        if format is not None:
            self.format(format)
        self.mode(mode).options(**options)
        if partitionBy is not None:
            self.partitionBy(partitionBy)

    def _run(self, path, table, name):
        session = self._df._session
        if self._sorting is not None and self._buckets[1] is None:
            raise AnalysisException("sortBy must be used together with bucketBy.")
        kind = self._format or session.conf.get("spark.sql.sources.default", "parquet")
        n_buckets, buckets = self._buckets
        self._act(_engine.plan_write(
            kind, self._mode, path, table, self._options,
            (self._partitioning, buckets, self._sorting), n_buckets, self._df._plan), name)

    def _act(self, plan, name):
        """Runs a plan that writes; its jobs are called after the method."""
        session = self._df._session
        session._engine_session.analyze(plan, renamed(current_call(), f"{name} at {_FROM_JVM}"),
                                        dict(session._context._local.properties))

    @operator
    def saveAsTable(self, name, format=None, mode=None, partitionBy=None, **options):
        """Writes a table: its files, and its name in the catalog."""
        self._set(format, mode, partitionBy, options)
        self._run(self._options.pop("path", None), _engine.parse_identifier(name),
                  "saveAsTable")

    @operator
    def insertInto(self, tableName, overwrite=None):
        """Adds the rows to a table, columns by position."""
        if overwrite is None:
            overwrite = self._mode == "overwrite"
        if self._partitioning is not None:
            raise AnalysisException("insertInto() can't be used together with partitionBy(). "
                                    "Partition columns have already been defined for the table. "
                                    "It is not necessary to use partitionBy().")
        self._act(_engine.plan_insert(
            _engine.parse_identifier(tableName), bool(overwrite), False, self._df._plan),
            "insertInto")

    @operator
    def parquet(self, path, mode=None, partitionBy=None, compression=None):
        """Writes Parquet files."""
        self._save(path, "parquet", mode, partitionBy, {"compression": compression})

    @operator
    def orc(self, path, mode=None, partitionBy=None, compression=None):
        """Writes ORC files."""
        self._save(path, "orc", mode, partitionBy, {"compression": compression})

    @operator
    def csv(self, path, mode=None, **options):
        """Writes CSV files.

        >>> import tempfile
        >>> folder = tempfile.mkdtemp() + "/out"
        >>> spark.range(2).coalesce(1).write.csv(folder, header=True)
        >>> spark.read.csv(folder, header=True).collect()
        [Row(id='0'), Row(id='1')]
        """
        self._save(path, "csv", mode, None, options)

    @operator
    def json(self, path, mode=None, **options):
        """Writes JSON files, one document a line."""
        self._save(path, "json", mode, None, options)

    @operator
    def text(self, path, compression=None, lineSep=None):
        """Writes the one column, which is text, as lines."""
        self._save(path, "text", None, None, {"compression": compression, "lineSep": lineSep})

    def __getattr__(self, name):
        if name in ("jdbc", "xml", "excel", "clusterBy"):
            raise NotThereYet(f"DataFrameWriter.{name}")
        raise AttributeError(f"'DataFrameWriter' object has no attribute {name!r}")


def _names(cols):
    if len(cols) == 1 and isinstance(cols[0], (list, tuple)):
        cols = cols[0]
    for c in cols:
        check_type("cols", c, str)
    return list(cols)
