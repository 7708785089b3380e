"""DataFrame's methods that say what it is."""
import json
import re

from rushlight._callsite import operator
from rushlight.errors import IllegalArgumentException, PySparkValueError
from rushlight.errors.base import wrong_type
from rushlight.sql.types import StructField, StructType, _parse_datatype_json_string

_MODES = ("simple", "extended", "codegen", "cost", "formatted", "rules")


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
        """Prints the plan: "simple", or all of its phases ("extended", or True), with estimates
        ("cost"), operator by operator ("formatted"), as code ("codegen"), or what each rule of
        the optimizer changed ("rules", which PySpark has not).  After collect() the plan is that
        of the run; show() and count() run plans of their own.

        >>> spark.range(1).explain()
        == Physical Plan ==
        *(1) Range (0, 1, step=1, splits=2)
        <BLANKLINE>

        "codegen" shows each fused stage as a function in C. Spark's headings also have sizes of a
        Java class; C has none.

        >>> spark.range(9).where("id > 2").explain("codegen")  # doctest: +ELLIPSIS
        Found 1 WholeStageCodegen subtrees.
        == Subtree 1 / 1 ==
        *(1) Filter (id#...L > 2)
        +- *(1) Range (0, 9, step=1, splits=2)
        <BLANKLINE>
        Generated code:
        #include "generated_runtime.h"
        <BLANKLINE>
        bool
        stage_1 (rl_stage *stage)
        {
          // Range (0, 9, step=1, splits=2)
          uint64_t first, end; // the numbers of this task's elements
          rl_slice (stage, UINT64_C (9), 2, &first, &end);
          for (uint64_t i = first; i < end; i++)
            {
              int64_t id = (int64_t) ((uint64_t) 0 + i * (uint64_t) 1);
        <BLANKLINE>
              // Filter (id#...L > 2)
              if (!(id > 2))
                continue;
        <BLANKLINE>
              if (!rl_emit (stage, 1, (rl_datum[]){ rl_integer (id, false) }))
                return false;
            }
        <BLANKLINE>
          return true;
        }
        <BLANKLINE>
        <BLANKLINE>
        """
        print(self._explain_text(extended, mode))

    def _explain_text(self, extended=None, mode=None):
        if extended is not None and mode is not None:
            raise PySparkValueError(errorClass="CANNOT_SET_TOGETHER",
                                    messageParameters={"arg_list": "extended and mode"})
        if mode is None:
            if isinstance(extended, str):
                mode = extended
            elif extended in (None, False, True):
                mode = "extended" if extended else "simple"
            else:
                raise wrong_type("extended", "bool or str", extended)
        elif not isinstance(mode, str):
            raise wrong_type("mode", "str", mode)
        if mode.lower() not in _MODES:
            known = ", ".join(f"'{m}'" for m in _MODES if m != "rules")     # one of our own
            raise IllegalArgumentException(
                f"Unknown explain mode: {mode}. Accepted explain modes are {known}.",
                "INVALID_ARGUMENT")
        return self._query().explain(mode)

    def inputFiles(self):
        """The files that the DataFrame is made of, as URLs.

        >>> spark.range(1).inputFiles()
        []
        """
        from urllib.parse import quote
        return [f"file://{quote(path)}" for path in sorted(set(self._plan.files()))]

    @property
    def isStreaming(self):
        """Whether rows keep coming: there are no streams.

        >>> spark.range(1).isStreaming
        False
        """
        return False

    def sameSemantics(self, other):
        """Whether another DataFrame gives the same rows, as far as plans tell."""
        return self._plan.same_result(other._plan)

    def semanticHash(self):
        """A number that is the same for DataFrames of which sameSemantics() is true."""
        return hash(_without_ids(self._plan.tree_string()))


def _without_ids(text):
    return re.sub(r"#\d+L?", "", text)
