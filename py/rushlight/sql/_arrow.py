"""Arrow's tables and pandas' frames become plans, whose columns are their buffers."""
from rushlight import _engine
from rushlight._callsite import current_call
from rushlight.errors import PySparkValueError
from rushlight.sql.types import StructType

_LOCAL_BYTES = 48 << 20     # spark.sql.execution.arrow.localRelationThreshold


def plan_of_arrow(session, data, schema):
    """The plan of what has an Arrow stream; under the names, or as the types, asked for."""
    if type(data).__module__.startswith("pandas"):
        data = _table_of_frame(data, session)
        if schema is None and not data.num_columns:
            raise PySparkValueError(errorClass="CANNOT_INFER_EMPTY_SCHEMA", messageParameters={})
    context = session._context
    plan = _engine.plan_arrow(context._engine_context, current_call(), data.__arrow_c_stream__(),
                              _LOCAL_BYTES, context.defaultParallelism)
    return plan if schema is None else _as_asked(session, plan, schema)


def _table_of_frame(frame, session):
    """A pyarrow.Table: NaN is null in columns of objects; times are those of the session's zone."""
    import pyarrow as pa
    zone = session.conf.get("spark.sql.session.timeZone")
    frame = frame.copy(deep=False)
    frame.columns = [str(c) for c in frame.columns]
    for at in range(frame.shape[1]):
        column = frame.iloc[:, at]
        if column.dtype.kind == "M" and getattr(column.dtype, "tz", None) is None:
            frame.isetitem(at, column.dt.tz_localize(zone, ambiguous=True,
                                                     nonexistent="shift_forward"))
    table = pa.Table.from_pandas(frame, preserve_index=False)
    return table.replace_schema_metadata(None)


def _as_asked(session, plan, schema):
    from rushlight.sql._making import column_of_name, quoted
    names = [column[0] for column in plan_columns(session, plan)]
    asked = schema.names if isinstance(schema, StructType) else schema
    if len(asked) != len(names):
        raise PySparkValueError(errorClass="LENGTH_SHOULD_BE_THE_SAME", messageParameters={
            "arg1": "schema", "arg2": "data", "arg1_length": str(len(asked)),
            "arg2_length": str(len(names))})
    columns = []
    for at, (old, new) in enumerate(zip(names, asked)):
        column = column_of_name(quoted(old))
        if isinstance(schema, StructType):
            column = column.cast(schema.fields[at].dataType)
        columns.append(column.alias(new)._expr)
    return _engine.plan_unary("project", columns, plan)


def plan_columns(session, plan):
    """The columns of a plan that has not been analyzed yet."""
    return session._analyze(plan).columns()
