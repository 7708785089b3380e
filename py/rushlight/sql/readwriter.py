"""DataFrameReader and DataFrameWriter: spark.read and df.write.

Mirrors pyspark.sql.readwriter.
"""
from rushlight._callsite import current_call, operator, renamed
from rushlight.errors import PySparkTypeError
from rushlight.errors.base import wrong_type
from rushlight.errors.engine import UnsupportedOperationException
from rushlight.rdd import RDD
from rushlight.sql._from_rdd import plan_of_texts
from rushlight.sql.types import StructType, parse_ddl

__all__ = ["DataFrameReader"]

_FROM_JVM = "NativeMethodAccessorImpl.java:0"


def option_text(value):
    """An option as Spark writes it."""
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


class DataFrameReader:
    """What reads files: a format, a schema, options; then load()."""

    def __init__(self, session):
        self._session = session
        self._format = None
        self._schema = None
        self._options = {}

    def format(self, source):
        """Which format the files have: "parquet", "csv", "json", "text", "orc"."""
        self._format = source
        return self

    def schema(self, schema):
        """The columns, as a StructType or DDL text: nothing is looked up in the files then."""
        if isinstance(schema, str):
            schema = parse_ddl(schema)
        if not isinstance(schema, StructType):
            raise wrong_type("schema", "StructType or str", schema)
        self._schema = schema
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

    @operator
    def load(self, path=None, format=None, schema=None, **options):
        """The DataFrame of the files at a path, or at several."""
        return self._load(path, format, schema, options, "load")

    def _load(self, path, format, schema, options, name):
        from rushlight.sql.dataframe import DataFrame
        if format is not None:
            self.format(format)
        if schema is not None:
            self.schema(schema)
        self.options(**options)
        paths = [path] if isinstance(path, str) else list(path or [])
        kind = self._format or self._session.conf.get("spark.sql.sources.default", "parquet")
        plan = self._session._engine_session.load(
            kind, paths, self._schema.json() if self._schema is not None else None,
            self._options, renamed(current_call(), f"{name} at {_FROM_JVM}"),
            dict(self._session._context._local.properties))
        return DataFrame(self._session._analyze(plan), self._session)

    @operator
    def parquet(self, *paths, **options):
        """The DataFrame of Parquet files."""
        return self._load(list(paths), "parquet", None, options, "parquet")

    @operator
    def orc(self, path, **options):
        """The DataFrame of ORC files."""
        return self._load(path, "orc", None, options, "orc")

    @operator
    def csv(self, path, schema=None, sep=None, **options):
        """The DataFrame of CSV files."""
        if isinstance(path, RDD):
            raise UnsupportedOperationException(
                "Reading CSV from an RDD is not there yet; save the lines, and read the files")
        return self._load(path, "csv", schema, {"sep": sep, **options}, "csv")

    @operator
    def json(self, path, schema=None, **options):
        """The DataFrame of JSON files, one document a line, or of an RDD of such documents.

        >>> spark.read.json(sc.parallelize(['{"a": 1}', '{"a": 2}'], 1)).collect()
        [Row(a=1), Row(a=2)]
        """
        if isinstance(path, RDD):
            return self._load_texts(path, schema, options)
        return self._load(path, "json", schema, options, "json")

    def _load_texts(self, rdd, schema, options):
        from rushlight.sql.dataframe import DataFrame
        if schema is not None:
            self.schema(schema)
        self.options(**options)
        plan = self._session._engine_session.load_json_texts(
            plan_of_texts(self._session, rdd),
            self._schema.json() if self._schema is not None else None, self._options,
            renamed(current_call(), f"json at {_FROM_JVM}"),
            dict(self._session._context._local.properties))
        return DataFrame(self._session._analyze(plan), self._session)

    @operator
    def text(self, paths, wholetext=False, lineSep=None, **options):
        """The DataFrame of the lines of text files, in a column "value"."""
        return self._load(paths, "text", None,
                          {"wholetext": wholetext, "lineSep": lineSep, **options}, "text")

    @operator
    def table(self, tableName):
        """A table by name."""
        return self._session.table(tableName)
