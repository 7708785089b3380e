"""DataFrame's methods that choose columns and rows."""
from rushlight import _engine
from rushlight._callsite import operator
from rushlight.errors.base import check_type, wrong_type
from rushlight.errors.sql import engine_condition
from rushlight.sql._making import (
    ansi, call, column_of_name, flat, named_column, number_column, quoted)
from rushlight.sql.column import Column

def expressions(cols):
    """The engine's expressions of columns and names."""
    return [named_column(c)._expr for c in flat(cols)]


def condition_of(condition):
    """The expression of a Column, or of SQL text."""
    if isinstance(condition, Column):
        return condition._expr
    if isinstance(condition, str):
        return _engine.expr_parse(condition, ansi())
    raise wrong_type("condition", "Column or str", condition)


class Selecting:
    """What chooses columns and rows."""

    @operator
    def select(self, *cols):
        """Some columns, old or computed.

        >>> spark.range(2).select("id", (col("id") * 2).alias("double")).collect()
        [Row(id=0, double=0), Row(id=1, double=2)]
        """
        return self._derive(_engine.plan_unary("project", expressions(cols), self._plan))

    @operator
    def selectExpr(self, *expr):
        """Columns that are given as SQL text.

        >>> spark.range(2).selectExpr("id", "id + 1 as next").collect()
        [Row(id=0, next=1), Row(id=1, next=2)]
        """
        return self._derive(_engine.plan_unary("project", [condition_of(e) for e in flat(expr)],
                                               self._plan))

    @operator
    def filter(self, condition):
        """The rows for which a condition is true: a Column, or SQL text.

        >>> spark.range(5).filter("id > 2").count(), spark.range(5).where(col("id") > 2).count()
        (2, 2)
        """
        return self._derive(_engine.plan_unary("filter", [condition_of(condition)], self._plan))

    where = filter

    @operator
    def withColumn(self, colName, col):
        """One column added, or replaced if the name is there.

        >>> spark.range(1).withColumn("n", col("id") + 1).collect()
        [Row(id=0, n=1)]
        """
        if not isinstance(col, Column):
            raise wrong_type("col", "Column", col)
        return self._with_columns({colName: col})

    @operator
    def withColumns(self, *colsMap):
        """Several columns added or replaced, of a dict.

        >>> spark.range(1).withColumns({"a": col("id"), "b": col("id") + 1}).columns
        ['id', 'a', 'b']
        """
        assert len(colsMap) == 1
        if not isinstance(colsMap[0], dict):
            raise wrong_type("colsMap", "dict", colsMap[0])
        return self._with_columns(colsMap[0])

    def _with_columns(self, added):
        left = dict(added)
        exprs = []
        for name in self.columns:
            found = next((n for n in left if self._same_name(n, name)), None)
            column = column_of_name(quoted(name), self._id) if found is None else \
                left[found].alias(found)
            exprs.append(column._expr)
        present = set(self.columns)
        for name, column in left.items():
            if not any(self._same_name(name, p) for p in present):
                exprs.append(column.alias(name)._expr)
        return self._derive(_engine.plan_unary("project", exprs, self._plan))

    def _same_name(self, a, b):
        if self._session.conf.get("spark.sql.caseSensitive", "false") == "true":
            return a == b
        return a.lower() == b.lower()

    @operator
    def withColumnRenamed(self, existing, new):
        """One column under another name; without such a column nothing changes.

        >>> spark.range(1).withColumnRenamed("id", "n").columns
        ['n']
        """
        return self._renamed({existing: new})

    @operator
    def withColumnsRenamed(self, colsMap):
        """Several columns under other names."""
        if not isinstance(colsMap, dict):
            raise wrong_type("colsMap", "dict", colsMap)
        return self._renamed(colsMap)

    def _renamed(self, names):
        exprs, found = [], False
        for i, name in enumerate(self.columns):
            new = next((n for old, n in names.items() if self._same_name(old, name)), None)
            column = column_of_name(quoted(name), self._id)
            found = found or new is not None
            exprs.append((column if new is None else column.alias(new))._expr)
        if not found:
            return self
        return self._derive(_engine.plan_unary("project", exprs, self._plan))

    @operator
    def toDF(self, *cols):
        """All columns under new names.

        >>> spark.range(1).toDF("n").columns
        ['n']
        """
        names = flat(cols)
        for name in names:
            check_type("cols", name, str)
        if len(names) != len(self.columns):
            raise engine_condition("ASSIGNMENT_ARITY_MISMATCH", numTarget=str(len(self.columns)),
                                   numExpr=str(len(names)))
        exprs = [column_of_name(quoted(old), self._id).alias(new)._expr
                 for old, new in zip(self.columns, names)]
        return self._derive(_engine.plan_unary("project", exprs, self._plan))

    @operator
    def drop(self, *cols):
        """The columns but for some; what is not there does not matter.

        >>> spark.range(1).withColumn("n", col("id")).drop("id", "nothing").columns
        ['n']
        """
        dropped = set()
        for c in cols:
            if isinstance(c, str):
                dropped.update(n for n in self.columns if self._same_name(n, c))
            elif isinstance(c, Column):
                dropped.update(self._session._dataframe(_engine.plan_unary(
                    "project", [c._expr], self._plan)).columns)
            else:
                raise wrong_type("col", "Column or str", c)
        kept = [column_of_name(quoted(n), self._id)._expr
                for n in self.columns if n not in dropped]
        if len(kept) == len(self.columns):
            return self
        return self._derive(_engine.plan_unary("project", kept, self._plan))

    @operator
    def limit(self, num):
        """At most so many rows.

        >>> spark.range(9).limit(2).count()
        2
        """
        return self._derive(_engine.plan_limit(number_column(num)._expr, self._plan))

    @operator
    def offset(self, num):
        """The rows but for the first ones."""
        return self._derive(_engine.plan_unary("offset", [number_column(num)._expr], self._plan))

    @operator
    def distinct(self):
        """Each row once.

        >>> spark.range(6).selectExpr("id % 2 as k").distinct().count()
        2
        """
        return self._derive(_engine.plan_unary("distinct", [], self._plan))

    @operator
    def dropDuplicates(self, subset=None):
        """Each row once, or one row for each value of some columns.

        >>> spark.range(6).selectExpr("id % 2 as k", "id").dropDuplicates(["k"]).count()
        2
        """
        if subset and not isinstance(subset, (list, tuple)):
            raise wrong_type("subset", "list or tuple", subset)
        names = [f.name for f in self._fields_of(subset)] if subset else self.columns
        keys = [column_of_name(quoted(n), self._id)._expr for n in names]
        return self._derive(_engine.plan_unary("deduplicate", keys, self._plan))

    drop_duplicates = dropDuplicates

    @operator
    def alias(self, alias):
        """The DataFrame under a name, by which its columns can be told apart.

        >>> df = spark.range(2).alias("a")
        >>> df.select("a.id").count()
        2
        """
        assert isinstance(alias, str), "alias should be a string"
        return self._derive(_engine.plan_alias([alias], self._plan))

    def transform(self, func, *args, **kwargs):
        """What a function makes of the DataFrame: for chains of functions."""
        result = func(self, *args, **kwargs)
        assert isinstance(result, type(self)), (
            f"Func returned an instance of type [{type(result)}], should have been DataFrame.")
        return result

    @operator
    def withMetadata(self, columnName, metadata):
        """One column with metadata, a dict.

        >>> spark.range(1).withMetadata("id", {"unit": "m"}).schema["id"].metadata
        {'unit': 'm'}
        """
        check_type("metadata", metadata, dict)
        marked = self[columnName].alias(columnName, metadata=metadata)
        exprs = [(marked if self._same_name(n, columnName) else
                  column_of_name(quoted(n), self._id))._expr for n in self.columns]
        return self._derive(_engine.plan_unary("project", exprs, self._plan))

    def colRegex(self, colName):
        """The columns whose names fit a regular expression between back-ticks.

        >>> spark.range(1).withColumn("age", col("id")).select(
        ...     spark.range(1).colRegex("`a.*`")).columns
        ['age']
        """
        check_type("colName", colName, str)
        if len(colName) > 1 and colName[0] == colName[-1] == "`":
            return Column(_engine.expr_regex([colName[1:-1]]), colName)
        return column_of_name(colName, self._id)

    @operator
    def to(self, schema):
        """The columns of a schema, in its order and of its types, by name.

        >>> spark.range(1).withColumn("n", col("id")).to(spark.range(1).schema).columns
        ['id']
        """
        exprs = []
        for field in schema.fields:
            found = self._fields_of([field.name])[0]
            column = column_of_name(quoted(found.name), self._id)
            if found.dataType != field.dataType:
                column = column.cast(field.dataType)
            exprs.append(column.alias(field.name)._expr)
        return self._derive(_engine.plan_unary("project", exprs, self._plan))

    @operator
    def unpivot(self, ids, values, variableColumnName, valueColumnName):
        """Columns turned into rows: a row for each of `values`, with its name and its value.

        >>> df = spark.createDataFrame([(1, 2, 3)], "id int, a int, b int")
        >>> df.unpivot("id", ["a", "b"], "what", "n").collect()
        [Row(id=1, what='a', n=2), Row(id=1, what='b', n=3)]
        """
        kept = expressions([ids] if isinstance(ids, (str, Column)) else ids)
        if values is None:
            names = {i._expr.pretty() for i in map(named_column, flat([ids]))}
            values = [quoted(n) for n in self.columns if n not in names]
        chosen = expressions([values] if isinstance(values, (str, Column)) else values)
        return self._derive(_engine.plan_unpivot(kept, chosen, variableColumnName,
                                                 valueColumnName, self._plan))

    melt = unpivot

    @operator
    def transpose(self, indexColumn=None):
        """Columns turned into rows, and rows into columns: those that the values of one column, the
        first by default, name.  A job reads all rows.

        >>> df = spark.createDataFrame([("a", 1, 2), ("b", 3, 4)], "k string, x int, y int")
        >>> df.transpose().collect()
        [Row(key='x', a=1, b=3), Row(key='y', a=2, b=4)]
        """
        from rushlight.sql.types import StringType, StructField, StructType
        index = named_column(self.columns[0] if indexColumn is None else indexColumn)
        name = self.select(index).columns[0]
        others = [quoted(n) for n in self.columns if not self._same_name(n, name)]
        limit = int(self._session.conf.get("spark.sql.transposeMaxValues", "500"))
        rows = self.where(index.isNotNull()).orderBy(index).select(
            index.cast("string"), *others).limit(limit + 1).collect()
        if len(rows) > limit:
            raise engine_condition("TRANSPOSE_EXCEED_ROW_LIMIT", maxValues=str(limit),
                                   config="spark.sql.transposeMaxValues")
        one = StringType()
        if others:      # the type that all of them fit into
            together = self.select(call("array", *[column_of_name(o) for o in others]))
            one = together.schema.fields[0].dataType.elementType
        schema = StructType([StructField("key", StringType(), False)] + [
            StructField(row[0], one) for row in rows])
        values = [(n, *(row[i] for row in rows)) for i, n in enumerate(
            self.select(*others).columns, 1)]
        return self._session.createDataFrame(values, schema, verifySchema=False)
