"""Arrow's tables and pandas' frames become plans, whose columns are their buffers; rows become
Arrow's batches, of the types that DataFrame.toArrow () gives.
"""
import datetime
import functools

from rushlight import _engine
from rushlight._callsite import current_call
from rushlight.errors import PySparkTypeError, PySparkValueError
from rushlight.sql.types import (
    ArrayType, BinaryType, BooleanType, ByteType, DateType, DayTimeIntervalType, DecimalType,
    DoubleType, FloatType, IntegerType, LongType, MapType, NullType, ShortType, StringType,
    StructType, TimestampNTZType, TimestampType)

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


# ---- from rows to batches: what functions of Arrow get ----------------------------------------

def batch_of_rows(rows, schema, zone):
    """A pyarrow.RecordBatch of tuples."""
    import pyarrow as pa
    columns = zip(*rows) if rows else [() for _ in schema.names]
    arrays = [array_of_values(values, f.dataType, zone) for values, f in zip(columns, schema)]
    names = pa.schema([_field(f.name, f.dataType, f.nullable, zone) for f in schema])
    return pa.RecordBatch.from_arrays(arrays, schema=names)


def array_of_values(values, of, zone):
    """A pyarrow.Array of Python's values, of the type that Spark gives `of` in Arrow."""
    import pyarrow as pa
    convert = _converter(of)
    if convert is not None:
        values = [None if v is None else convert(v) for v in values]
    return pa.array(values, type=arrow_type(of, zone))


@functools.cache
def _plain_types():
    import pyarrow as pa
    return {NullType: pa.null(), BooleanType: pa.bool_(), ByteType: pa.int8(),
            ShortType: pa.int16(), IntegerType: pa.int32(), LongType: pa.int64(),
            FloatType: pa.float32(), DoubleType: pa.float64(), BinaryType: pa.binary(),
            DateType: pa.date32(), TimestampNTZType: pa.timestamp("us"),
            DayTimeIntervalType: pa.duration("us")}


def arrow_type(of, zone):
    """The pyarrow.DataType of a Spark type; times with a zone have the session's."""
    import pyarrow as pa
    if isinstance(of, TimestampType):
        return pa.timestamp("us", tz=zone)
    if isinstance(of, DecimalType):
        return pa.decimal128(of.precision, of.scale)
    if isinstance(of, ArrayType):
        return pa.list_(_field("element", of.elementType, of.containsNull, zone))
    if isinstance(of, MapType):
        return pa.map_(_field("key", of.keyType, False, zone),
                       _field("value", of.valueType, of.valueContainsNull, zone))
    if isinstance(of, StructType):
        return pa.struct([_field(f.name, f.dataType, f.nullable, zone) for f in of])
    if isinstance(of, StringType):
        return pa.string()
    if type(of) not in _plain_types():
        raise PySparkTypeError(errorClass="UNSUPPORTED_DATA_TYPE_FOR_ARROW_CONVERSION",
                               messageParameters={"data_type": of.simpleString()})
    return _plain_types()[type(of)]


def _field(name, of, nullable, zone):
    import pyarrow as pa
    return pa.field(name, arrow_type(of, zone), nullable)


def _converter(of):
    """What makes of a row's value one that pyarrow takes; None: it takes it as it is."""
    if isinstance(of, TimestampType):
        return _instant
    if isinstance(of, BinaryType):
        return bytes
    if isinstance(of, ArrayType):
        element = _nullable(of.elementType)
        return element and (lambda v: [element(x) for x in v])
    if isinstance(of, MapType):
        key, value = (_nullable(t) or _itself for t in (of.keyType, of.valueType))
        return lambda v: [(key(k), value(x)) for k, x in v.items()]
    if isinstance(of, StructType):
        fields = [(f.name, _nullable(f.dataType) or _itself) for f in of]
        return lambda v: {name: convert(x) for (name, convert), x in zip(fields, v)}
    return None


def _nullable(of):
    convert = _converter(of)
    return convert and (lambda v: None if v is None else convert(v))


def _instant(v):
    """A clock's time in this process's zone, with what it is ahead of UTC."""
    if v.year > 1:
        return v.astimezone()
    ahead = v.replace(year=v.year + 400).astimezone().utcoffset()   # Python looks a day around
    return v.replace(tzinfo=datetime.timezone(ahead))


def _itself(v):
    return v
