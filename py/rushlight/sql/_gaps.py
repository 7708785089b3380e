"""DataFrame's methods for missing values: null, and NaN in columns of floating point.

    fillna ()    coalesce (nanvl (x, null), value)           columns of the value's kind
    dropna ()    rows with at least so many values
    replace ()   CASE WHEN x = old THEN new … ELSE x END     columns of the values' kind

Mirrors pyspark.sql.DataFrameNaFunctions.
"""
from rushlight import _engine
from rushlight._callsite import operator
from rushlight.errors import PySparkTypeError, PySparkValueError
from rushlight.errors.base import wrong_type
from rushlight.sql._making import as_literal, call, quoted
from rushlight.sql.column import case_when
from rushlight.sql.types import BooleanType, DoubleType, FloatType, NumericType, StringType

_FLOATS = (FloatType, DoubleType)
_NOTHING = object()


def _kind_of(value):
    """The class of types that a value stands for."""
    if isinstance(value, bool):
        return BooleanType
    return NumericType if isinstance(value, (int, float)) else StringType


class Gaps:
    """What is done about missing values."""

    @operator
    def fillna(self, value, subset=None):
        """Missing values replaced: by one value in all columns of its kind, or as a dict says.

        >>> df = spark.createDataFrame([("a", None), (None, 2)], "k string, n int")
        >>> df.fillna(0).collect(), df.fillna({"k": "?"}).collect()
        ([Row(k='a', n=0), Row(k=None, n=2)], [Row(k='a', n=None), Row(k='?', n=2)])
        """
        if not isinstance(value, (float, int, str, bool, dict)):
            raise wrong_type("value", "bool, dict, float, int or str", value)
        if isinstance(value, dict):
            fields = {f.name.lower(): f for f in self.schema.fields}
            return self._replaced({
                fields[n.lower()].name: _filled(self, fields[n.lower()], v)
                for n, v in value.items() if n.lower() in fields})
        return self._replaced({
            f.name: _filled(self, f, value) for f in self._fields_of(subset)
            if isinstance(f.dataType, _kind_of(value))})

    @operator
    def dropna(self, how="any", thresh=None, subset=None):
        """The rows without missing values; "all": those with some value; `thresh`: so many.

        >>> df = spark.createDataFrame([("a", None), (None, None)], "k string, n int")
        >>> df.dropna().count(), df.dropna("all").count()
        (0, 1)
        """
        if how is not None and how not in ("any", "all"):
            raise PySparkValueError(errorClass="VALUE_NOT_ALLOWED", messageParameters={
                "arg_name": "how", "allowed_values": "['any', 'all']"})
        fields = self._fields_of(subset)
        present = [_present(self, f) for f in fields]
        if not present:
            return self
        needed = thresh if thresh is not None else 1 if how == "all" else len(present)
        if needed == len(present):
            condition = present[0]
            for p in present[1:]:
                condition = condition & p
        else:
            total = as_literal(0)
            for p in present:
                total = total + case_when([p, 1, 0])
            condition = total >= needed
        return self._derive(_engine.plan_unary("filter", [condition._expr], self._plan))

    @operator
    def replace(self, to_replace, value=_NOTHING, subset=None):
        """Values replaced by others: one by one, a list by a list or by one, or as a dict says.

        >>> df = spark.createDataFrame([("a", 1), ("b", 2)], "k string, n int")
        >>> df.replace({"a": "z"}).collect(), df.replace([1, 2], [10, 20]).collect()
        ([Row(k='z', n=1), Row(k='b', n=2)], [Row(k='a', n=10), Row(k='b', n=20)])
        """
        changes = _changes(to_replace, value)
        kinds = {_kind_of(x) for pair in changes for x in pair if x is not None}
        if len(kinds) > 1:
            raise PySparkValueError(errorClass="MIXED_TYPE_REPLACEMENT", messageParameters={})
        kind, = kinds or {StringType}
        columns = {}
        for field in self._fields_of(subset):
            if isinstance(field.dataType, kind):
                column = self._column(quoted(field.name))
                branches = [x for old, new in changes for x in (
                    column == as_literal(old).cast(field.dataType),
                    as_literal(new).cast(field.dataType))]
                columns[field.name] = case_when([*branches, column])
        return self._replaced(columns)

    def _fields_of(self, subset):
        """The fields of some columns, all by default."""
        if subset is None:
            return self.schema.fields
        if isinstance(subset, str):
            subset = [subset]
        if not isinstance(subset, (list, tuple)):
            raise wrong_type("subset", "list, str or tuple", subset)
        found = []
        for name in subset:
            field = next((f for f in self.schema.fields if self._same_name(f.name, name)), None)
            if field is None:
                raise self._no_such_field(name)
            found.append(field)
        return found

    def _no_such_field(self, name):
        from rushlight.errors.sql import engine_condition
        return engine_condition("UNRESOLVED_COLUMN_AMONG_FIELD_NAMES", colName=name,
                                fieldNames=", ".join(self.columns))

    def _replaced(self, columns):
        """All columns, some of them computed anew."""
        if not columns:
            return self
        exprs = [(columns[n].alias(n) if n in columns else self._column(quoted(n)))._expr
                 for n in self.columns]
        return self._derive(_engine.plan_unary("project", exprs, self._plan))

    @property
    def na(self):
        """The same methods, under the names fill(), drop() and replace().

        >>> spark.range(1).na.fill(0).count()
        1
        """
        return DataFrameNaFunctions(self)


class DataFrameNaFunctions:
    """What DataFrame.na gives: df.na.fill(0) is df.fillna(0)."""

    def __init__(self, df):
        self.df = df

    def fill(self, value, subset=None):
        """DataFrame.fillna()."""
        return self.df.fillna(value, subset)

    def drop(self, how="any", thresh=None, subset=None):
        """DataFrame.dropna()."""
        return self.df.dropna(how, thresh, subset)

    def replace(self, to_replace, *value, subset=None):
        """DataFrame.replace()."""
        return self.df.replace(to_replace, *value, **({"subset": subset} if subset else {}))


def _changes(to_replace, value):
    """[(old, new), …] of what replace() was given."""
    if not isinstance(to_replace, (bool, float, int, str, list, tuple, dict)):
        raise wrong_type("to_replace", "bool, dict, float, int, list, str or tuple", to_replace)
    if isinstance(to_replace, dict):
        return list(to_replace.items())
    if value is _NOTHING:
        raise PySparkTypeError(errorClass="ARGUMENT_REQUIRED", messageParameters={
            "arg_name": "value", "condition": "`to_replace` is dict"})
    if not isinstance(value, (bool, float, int, str, list, tuple, type(None))):
        raise wrong_type("value", "bool, float, int, list, None, str or tuple", value)
    if not isinstance(to_replace, (list, tuple)):
        to_replace = [to_replace]
        value = value if isinstance(value, (list, tuple)) else [value]
    elif not isinstance(value, (list, tuple)):
        value = [value] * len(to_replace)
    if len(to_replace) != len(value):
        raise PySparkValueError(errorClass="LENGTH_SHOULD_BE_THE_SAME", messageParameters={
            "arg1": "to_replace", "arg2": "value", "arg1_length": str(len(to_replace)),
            "arg2_length": str(len(value))})
    return list(zip(to_replace, value))


def _filled(df, field, value):
    column = df._column(quoted(field.name))
    if isinstance(field.dataType, _FLOATS):
        column = call("nanvl", column, as_literal(None).cast(field.dataType))
    return call("coalesce", column, as_literal(value).cast(field.dataType))


def _present(df, field):
    column = df._column(quoted(field.name))
    if isinstance(field.dataType, _FLOATS):
        return column.isNotNull() & ~call("isnan", column)
    return column.isNotNull()
