"""createDataFrame(): Python's data becomes a plan.

    list of tuples, Rows, dicts ──▶ schema: given, or of all rows     ──▶ checked rows ──▶ batches
    RDD                         ──▶ schema: given, or of the first row ──▶ rows made in workers
    pandas, Arrow               ──▶ Arrow's columns, as they are
"""
from rushlight import _engine
from rushlight._callsite import current_call
from rushlight.errors import PySparkTypeError, PySparkValueError
from rushlight.errors.base import wrong_type
from rushlight.sql._infer import infer_schema_of_rows, names_of_schema, with_names
from rushlight.sql._verify import make_verifier
from rushlight.sql.types import DataType, StructField, StructType, parse_ddl


def plan_of_data(session, data, schema, sampling_ratio, verify):
    """The plan of what createDataFrame() was given."""
    if isinstance(schema, str):
        schema = parse_ddl(schema)
    elif isinstance(schema, (list, tuple)):
        schema = [n if isinstance(n, str) else n.decode() for n in schema]
    wrapped = isinstance(schema, DataType) and not isinstance(schema, StructType)
    if wrapped:     # rows of one value each
        schema = StructType([StructField("value", schema)])
    if hasattr(data, "__arrow_c_stream__") or hasattr(data, "__dataframe__") and \
            type(data).__module__.startswith("pandas"):
        from rushlight.sql._arrow import plan_of_arrow
        from rushlight.sql._pandas import rows_of_objects
        rows = rows_of_objects(data)
        if rows is not None:
            return _plan_of_rows(session, rows, schema or list(map(str, data.columns)), verify,
                                 wrapped)
        return plan_of_arrow(session, data, schema)
    if hasattr(data, "mapPartitions"):
        from rushlight.sql._from_rdd import plan_of_rdd
        return plan_of_rdd(session, data, schema, sampling_ratio, verify, wrapped)
    return _plan_of_rows(session, list(data), schema, verify, wrapped)


def _plan_of_rows(session, rows, schema, verify, wrapped):
    if schema is None or isinstance(schema, list):
        verify = False      # it has been made of these values
        inferred = infer_schema_of_rows(rows, names_of_schema(schema), session.conf)
        schema = with_names(inferred, schema)
    elif not isinstance(schema, StructType):
        raise wrong_type("schema", "list, None or StructType", schema)
    if wrapped:
        rows = [(value,) for value in rows]
    if verify:
        check = make_verifier(schema)
        for row in rows:
            check(row)
    if not schema.fields and rows:
        raise PySparkValueError("rows without columns cannot be told apart")
    internal = [as_tuple(row, schema) for row in rows]
    n = session._context.defaultParallelism
    return _engine.plan_rows(session._context._engine_context, current_call(), internal,
                             schema.json(), n)


def as_tuple(row, schema):
    """A row's values in the order of the schema, whatever it came as."""
    if isinstance(row, dict):
        return tuple(row.get(name) for name in schema.names)
    if isinstance(row, (tuple, list)):
        missing = len(schema.names) - len(row)
        return tuple(row) if missing <= 0 else (*row, *[None] * missing)
    if hasattr(row, "__dict__"):
        return tuple(row.__dict__.get(name) for name in schema.names)
    raise PySparkTypeError(errorClass="FIELD_DATA_TYPE_UNACCEPTABLE", messageParameters={
        "data_type": str(schema), "obj": repr(row), "obj_type": str(type(row))})
