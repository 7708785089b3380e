"""Catalog: databases, tables, views, functions and caches of a session, spark.catalog.

What SQL can say is asked in SQL.  Mirrors pyspark.sql.catalog.
"""
from typing import NamedTuple, Optional

from rushlight import _engine
from rushlight._callsite import operator
from rushlight.errors import AnalysisException, NotThereYet
from rushlight.errors.base import check_type
from rushlight.errors.sql import engine_condition
from rushlight.sql._making import quoted
from rushlight.storagelevel import StorageLevel

__all__ = ["Catalog", "CatalogMetadata", "Column", "Database", "Function", "Table"]

_NAME = "spark_catalog"


class CatalogMetadata(NamedTuple):
    """A catalog."""

    name: str
    description: Optional[str]


class Database(NamedTuple):
    """A database."""

    name: str
    catalog: Optional[str]
    description: Optional[str]
    locationUri: Optional[str]


class Table(NamedTuple):
    """A table or a view."""

    name: str
    catalog: Optional[str]
    namespace: Optional[list]
    description: Optional[str]
    tableType: str
    isTemporary: bool

    @property
    def database(self):
        """The database of a table."""
        return self.namespace[0] if self.namespace else None


class Column(NamedTuple):
    """A column of a table."""

    name: str
    description: Optional[str]
    dataType: str
    nullable: bool
    isPartition: bool
    isBucket: bool
    isCluster: bool


class Function(NamedTuple):
    """A function that SQL can call."""

    name: str
    catalog: Optional[str]
    namespace: Optional[list]
    description: Optional[str]
    className: str
    isTemporary: bool


class Catalog:
    """What a session knows by name.

    >>> spark.range(1).createOrReplaceTempView("one")
    >>> [t.name for t in spark.catalog.listTables() if t.isTemporary and t.name == "one"]
    ['one']
    """

    def __init__(self, session):
        self._session = session

    def _rows(self, text):
        return self._session.sql(text).collect()

    # ---- catalogs and databases ----

    def currentCatalog(self):
        """The catalog that names are looked up in: there is one."""
        return _NAME

    def setCurrentCatalog(self, catalogName):
        """Another catalog: there is none."""
        if catalogName != _NAME:
            raise NotThereYet(f"a catalog other than {_NAME}")

    def listCatalogs(self, pattern=None):
        """All catalogs: one."""
        return [CatalogMetadata(_NAME, None)]

    @operator
    def currentDatabase(self):
        """The database that names are looked up in.

        >>> spark.catalog.currentDatabase()
        'default'
        """
        return self._rows("select current_database()")[0][0]

    @operator
    def setCurrentDatabase(self, dbName):
        """Makes a database the one that names are looked up in."""
        check_type("dbName", dbName, str)
        self._session.sql(f"use {_quoted(dbName)}")

    @operator
    def listDatabases(self, pattern=None):
        """All databases.

        >>> [d.name for d in spark.catalog.listDatabases()]
        ['default']
        """
        like = f" like {_text(pattern)}" if pattern is not None else ""
        return [self._database(row[0]) for row in self._rows(f"show databases{like}")]

    @operator
    def getDatabase(self, dbName):
        """One database."""
        if not self.databaseExists(dbName):
            raise engine_condition("SCHEMA_NOT_FOUND", schemaName=f"`{_NAME}`.{_quoted(dbName)}")
        return self._database(_engine.parse_identifier(dbName)[-1])

    def _database(self, name):
        facts = {row[0].lower(): row[1] for row in self._rows(
            f"describe database {quoted(name)}")}
        return Database(name, _NAME, facts.get("comment"), facts.get("location"))

    @operator
    def databaseExists(self, dbName):
        """Whether there is such a database.

        >>> spark.catalog.databaseExists("nothing")
        False
        """
        name = _engine.parse_identifier(dbName)[-1]
        return any(row[0].lower() == name.lower() for row in self._rows("show databases"))

    # ---- tables ----

    @operator
    def listTables(self, dbName=None, pattern=None):
        """Tables and views of a database, and the session's temporary views."""
        where = f" in {_quoted(dbName)}" if dbName is not None else ""
        like = f" like {_text(pattern)}" if pattern is not None else ""
        return [self._table(row[0], row[1], row[2])
                for row in self._rows(f"show tables{where}{like}")]

    def _table(self, database, name, temporary):
        if temporary:
            return Table(name, None, [database] if database else [], None, "TEMPORARY", True)
        facts = {row[0]: row[1] for row in self._rows(
            f"describe extended {quoted(database)}.{quoted(name)}")}
        return Table(name, _NAME, [database], facts.get("Comment"), facts.get("Type"), False)

    @operator
    def getTable(self, tableName):
        """One table or view."""
        self._session.table(tableName)      # raises an error if it is not there
        parts = _engine.parse_identifier(tableName)
        for table in self.listTables(quoted(parts[-2]) if len(parts) > 1 else None):
            if table.name.lower() == parts[-1].lower():
                return table
        raise engine_condition("TABLE_OR_VIEW_NOT_FOUND", relationName=_quoted(tableName),
                               searchPath="")

    @operator
    def tableExists(self, tableName, dbName=None):
        """Whether there is such a table or view.

        >>> spark.catalog.tableExists("nothing")
        False
        """
        name = tableName if dbName is None else f"{dbName}.{tableName}"
        try:
            self._session.table(name)
        except AnalysisException:
            return False
        return True

    @operator
    def listColumns(self, tableName, dbName=None):
        """The columns of a table or view."""
        name = tableName if dbName is None else f"{dbName}.{tableName}"
        return [Column(f.name, f.metadata.get("comment"), f.dataType.simpleString(), f.nullable,
                       False, False, False) for f in self._session.table(name).schema.fields]

    @operator
    def createTable(self, tableName, path=None, source=None, schema=None, description=None,
                    **options):
        """A table of files, and its DataFrame."""
        columns = ""
        if schema is not None:
            columns = "(%s)" % ", ".join(f"{quoted(f.name)} {f.dataType.simpleString()}"
                                         for f in schema.fields)
        kind = source or self._session.conf.get("spark.sql.sources.default", "parquet")
        where = f" location {_text(path)}" if path is not None else ""
        given = ", ".join(f"{_text(k)} {_text(v)}" for k, v in options.items())
        self._session.sql(f"create table {_quoted(tableName)} {columns} using {kind}"
                          + (f" options ({given})" if given else "") + where)
        return self._session.table(tableName)

    # ---- temporary views ----

    @operator
    def dropTempView(self, viewName):
        """Removes a temporary view; whether there was one."""
        return self._drop(viewName, viewName)

    @operator
    def dropGlobalTempView(self, viewName):
        """Removes a view of all sessions; whether there was one."""
        return self._drop(f"global_temp.{viewName}", viewName)

    def _drop(self, name, view):
        there = any(row[1].lower() == view.lower() and row[2] for row in self._rows(
            "show views" + (" in global_temp" if name != view else "")))
        if there:
            self._session.sql(f"drop view {_quoted(name)}")
        return there

    # ---- functions ----

    @operator
    def listFunctions(self, dbName=None, pattern=None):
        """The functions that SQL can call."""
        like = f" like {_text(pattern)}" if pattern is not None else ""
        return [_function(row[0]) for row in self._rows(f"show functions{like}")]

    @operator
    def functionExists(self, functionName, dbName=None):
        """Whether SQL can call such a function.

        >>> spark.catalog.functionExists("upper")
        True
        """
        name = _engine.parse_identifier(functionName)[-1].lower()
        return any(row[0].lower() == name for row in self._rows("show functions"))

    @operator
    def getFunction(self, functionName):
        """One function."""
        if not self.functionExists(functionName):
            raise engine_condition("UNRESOLVED_ROUTINE", routineName=_quoted(functionName),
                                   searchPath="[`system`.`builtin`, `system`.`session`, "
                                              "`spark_catalog`.`default`]")
        return _function(functionName)

    # ---- caches ----

    @operator
    def isCached(self, tableName):
        """Whether a table's rows are kept, or will be."""
        df = self._session.table(tableName)
        return df._session._engine_session.storage_level(df._plan) is not None

    @operator
    def cacheTable(self, tableName, storageLevel=None):
        """Keeps a table's rows once they have been computed."""
        df = self._session.table(tableName)
        df._keep(storageLevel or StorageLevel.MEMORY_AND_DISK_DESER, tableName)

    @operator
    def uncacheTable(self, tableName):
        """Forgets a table's rows."""
        self._session.table(tableName).unpersist()

    @operator
    def clearCache(self):
        """Forgets all rows that are kept."""
        self._session.sql("clear cache")

    @operator
    def refreshTable(self, tableName):
        """Looks anew at a table's files."""
        self._session.sql(f"refresh table {_quoted(tableName)}")

    def __getattr__(self, name):
        if name in ("recoverPartitions", "refreshByPath", "createExternalTable",
                    "registerFunction"):
            raise NotThereYet(f"Catalog.{name}")
        raise AttributeError(f"'Catalog' object has no attribute {name!r}")


def _quoted(name):
    """A name of several parts, each as it stands."""
    return ".".join(map(quoted, _engine.parse_identifier(name)))


def _text(value):
    return "'%s'" % str(value).replace("\\", "\\\\").replace("'", "\\'")


def _function(name):
    return Function(name, None, None, None, "", True)
