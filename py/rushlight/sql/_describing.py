"""DataFrame's methods that say what it is."""
import json

from rushlight._callsite import current_call, operator
from rushlight.sql.types import StructField, StructType, _parse_datatype_json_string


class Describing:
    """What says how a DataFrame looks and how it is computed."""

    @property
    def schema(self):
        """The columns, as a StructType.

        >>> spark.range(1).schema
        StructType([StructField('id', LongType(), False)])
        """
        if self._cached_schema is None:
            self._cached_schema = StructType([
                StructField(name, _parse_datatype_json_string(type_json), nullable,
                            json.loads(metadata) if metadata else None)
                for name, type_json, nullable, metadata in self._plan.columns()])
        return self._cached_schema

    @property
    def columns(self):
        """The names of the columns.

        >>> spark.range(1).columns
        ['id']
        """
        return [column[0] for column in self._plan.columns()]

    @property
    def dtypes(self):
        """Pairs of a name and a type.

        >>> spark.range(1).dtypes
        [('id', 'bigint')]
        """
        return [(str(f.name), f.dataType.simpleString()) for f in self.schema.fields]

    def printSchema(self, level=None):
        """Prints the columns as a tree.

        >>> spark.range(1).printSchema()
        root
         |-- id: long (nullable = false)
        <BLANKLINE>
        """
        print(self.schema.treeString() if level is None else self.schema.treeString(level))

    @operator
    def explain(self, extended=None, mode=None):
        """Prints the plan: "simple", "extended", "codegen", "cost", "formatted" or "rules".

        >>> spark.range(1).explain()
        == Physical Plan ==
        *(1) Range (0, 1, step=1, splits=2)
        <BLANKLINE>
        """
        print(self._explain_text(extended, mode))

    def _explain_text(self, extended=None, mode=None):
        from rushlight.errors import PySparkTypeError, PySparkValueError
        if extended is not None and mode is not None:
            raise PySparkValueError("[CANNOT_SET_TOGETHER] extended and mode should not be set "
                                    "together.")
        if mode is None:
            if isinstance(extended, str):
                mode = extended
            elif extended in (None, False, True):
                mode = "extended" if extended else "simple"
            else:
                raise PySparkTypeError(errorClass="NOT_BOOL_OR_STR", messageParameters={
                    "arg_name": "extended", "arg_type": type(extended).__name__})
        elif not isinstance(mode, str):
            raise PySparkTypeError(errorClass="NOT_STR", messageParameters={
                "arg_name": "mode", "arg_type": type(mode).__name__})
        return self._query().explain(mode)

    def sameSemantics(self, other):
        """Whether another DataFrame gives the same rows, as far as plans tell."""
        return self._plan.same_result(other._plan)

    def inputFiles(self):
        """The files that the DataFrame reads."""
        return self._query().input_files()
