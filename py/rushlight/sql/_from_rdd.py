"""An RDD becomes a DataFrame: rows are made in workers, a batch of columns at a time."""
from rushlight import _engine
from rushlight.errors import PySparkValueError
from rushlight.errors.base import wrong_type
from rushlight.rdd import PipelinedRDD
from rushlight.sql._creating import as_tuple
from rushlight.sql._infer import (
    has_null_type, infer_row, merge_types, names_of_schema, with_names)
from rushlight.sql._verify import make_verifier
from rushlight.sql.types import StructType


def plan_of_rdd(session, rdd, schema, sampling_ratio, verify, wrapped):
    """The plan of an RDD's rows; without a schema a job looks at the first one, as in PySpark."""
    if schema is None or isinstance(schema, list):
        schema = with_names(_inferred(session, rdd, names_of_schema(schema), sampling_ratio),
                            schema)
    elif not isinstance(schema, StructType):
        raise wrong_type("schema", "list, None or StructType", schema)
    check = make_verifier(schema) if verify else None

    def to_row(value):
        row = (value,) if wrapped else value
        if check is not None:
            check(row)
        return as_tuple(row, schema)

    rows = _RowsOut(rdd, [("map", to_row)], schema)
    return _engine.plan_rdd(rows._engine(), schema.json())


def plan_of_texts(session, rdd):
    """The plan of an RDD's elements as texts, in a column "value"."""
    schema = StructType().add("value", "string")
    rows = _RowsOut(rdd, [("map", lambda x: (x if isinstance(x, str) else str(x),))], schema)
    return _engine.plan_rdd(rows._engine(), schema.json())


class _RowsOut(PipelinedRDD):
    """A chain whose elements leave the workers as columns."""

    def __init__(self, prev, ops, schema):
        self._schema_json = schema.json()
        super().__init__(prev, tuple(ops), output="rows")

    def _python_rdd(self, *arguments):
        return self.ctx._engine.python_rdd(*arguments, self._schema_json)


def _inferred(session, rdd, names, sampling_ratio):
    ntz = session.conf.get("spark.sql.timestampType", "TIMESTAMP_LTZ") == "TIMESTAMP_NTZ"
    first = rdd.first()
    if not isinstance(first, bool) and not first:
        raise PySparkValueError(errorClass="CANNOT_INFER_EMPTY_SCHEMA", messageParameters={})
    if sampling_ratio is not None:
        sample = rdd.sample(False, float(sampling_ratio)) if sampling_ratio < 0.99 else rdd
        return sample.map(lambda row: infer_row(row, names, ntz)).reduce(merge_types)
    schema = infer_row(first, names, ntz)
    if not has_null_type(schema):
        return schema
    for row in rdd.take(100)[1:]:
        schema = merge_types(schema, infer_row(row, names, ntz))
        if not has_null_type(schema):
            return schema
    raise PySparkValueError(errorClass="CANNOT_DETERMINE_TYPE", messageParameters={})
