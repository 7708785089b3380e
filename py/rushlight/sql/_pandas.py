"""pandas' frames, of results and of what workers get.

Types as PySpark has them: times are without a zone, as a clock in the session's zone shows them; a
whole number beside a null becomes a float.
"""
from rushlight.errors import PySparkImportError
from rushlight.sql.types import (
    BooleanType, ByteType, DayTimeIntervalType, DoubleType, FloatType, IntegerType, LongType,
    ShortType, StringType, StructType, TimestampNTZType, TimestampType)


def pandas():
    """The module; without it, an error that names it."""
    try:
        import pandas
    except ImportError:
        raise PySparkImportError(errorClass="PACKAGE_NOT_INSTALLED", messageParameters={
            "package_name": "Pandas", "minimum_version": "2.2.0"}) from None
    return pandas


def pyarrow():
    """The same of pyarrow."""
    try:
        import pyarrow
    except ImportError:
        raise PySparkImportError(errorClass="PACKAGE_NOT_INSTALLED", messageParameters={
            "package_name": "PyArrow", "minimum_version": "18.0.0"}) from None
    return pyarrow


def frame_of_arrow(table, session):
    """A frame of a pyarrow.Table."""
    pandas()
    import pyarrow as pa
    zone = session.conf.get("spark.sql.session.timeZone")
    frame = table.to_pandas(date_as_object=True, coerce_temporal_nanoseconds=True)
    for at, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type) and field.type.tz is not None:
            local = frame.iloc[:, at].dt.tz_convert(zone).dt.tz_localize(None)
            frame.isetitem(at, local)
    return frame


def rows_of_objects(data):
    """The rows of a frame that holds objects of user-defined types, as lists; None: it does not and
    Arrow takes its columns as they are."""
    if not hasattr(data, "iloc") or not any(map(_has_user_type, _columns_of_objects(data))):
        return None
    return [tuple(None if v is None or v != v and isinstance(v, float) else v for v in row)
            for row in data.astype(object).itertuples(index=False, name=None)]


def _columns_of_objects(frame):
    return (frame.iloc[:, at] for at in range(frame.shape[1]) if frame.iloc[:, at].dtype == object)


def _has_user_type(series):
    first = next((v for v in series if v is not None), None)
    return hasattr(first, "__UDT__")


_DTYPES = {ByteType: "int8", ShortType: "int16", IntegerType: "int32", LongType: "int64",
           FloatType: "float32", DoubleType: "float64", BooleanType: "bool",
           TimestampType: "datetime64[ns]", TimestampNTZType: "datetime64[ns]",
           DayTimeIntervalType: "timedelta64[ns]"}
_WHOLE = (ByteType, ShortType, IntegerType, LongType)


def series_of(values, of, nullable_ints=False):
    """A Series of Python's values, of the dtype that a column of the Spark type `of` has.

    Beside a null, a whole number is a float; with `nullable_ints` it is one of pandas' own type
    that has nulls (Int8 …).  A boolean beside a null is an object.
    """
    pd = pandas()
    dtype = _DTYPES.get(type(of))
    if dtype is None:
        return pd.Series(values, dtype="str" if isinstance(of, StringType) else "object")
    if isinstance(of, (BooleanType, *_WHOLE)) and None in values:
        dtype = "object" if dtype == "bool" else dtype.title() if nullable_ints else "float64"
    return pd.Series(values, dtype=dtype)


def column_of(values, of):
    """A column as functions of columns get it: a Series, of structs a frame."""
    if not isinstance(of, StructType):
        return series_of(values, of)
    return frame_of_rows([(None,) * len(of.names) if v is None else v for v in values], of)


def frame_of_rows(rows, schema, nullable_ints=False):
    """A frame of a list of tuples."""
    pd = pandas()
    columns = list(zip(*rows)) if rows else [()] * len(schema.names)
    series = [series_of(column, f.dataType, nullable_ints)
              for column, f in zip(columns, schema.fields)]
    frame = pd.DataFrame(dict(enumerate(series)), index=range(len(rows)))
    frame.columns = schema.names
    return frame
