"""pandas' frames, of results and of what workers get.

Types as PySpark has them: times are without a zone, as a clock in the session's zone shows them; a
whole number beside a null becomes a float.
"""
from rushlight.errors import PySparkImportError


def pandas():
    """The module; without it, an error that names it."""
    try:
        import pandas
    except ImportError:
        raise PySparkImportError(errorClass="PACKAGE_NOT_INSTALLED", messageParameters={
            "package_name": "Pandas", "minimum_version": "2.2.0"}) from None
    return pandas


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


_DTYPES = {"tinyint": "int8", "smallint": "int16", "int": "int32", "bigint": "int64",
           "float": "float32", "double": "float64", "boolean": "bool",
           "timestamp": "datetime64[ns]", "timestamp_ntz": "datetime64[ns]",
           "interval day to second": "timedelta64[ns]"}


def frame_of_rows(rows, schema):
    """A frame of a list of Row."""
    pd = pandas()
    frame = pd.DataFrame.from_records(rows, columns=schema.names)
    for at, field in enumerate(schema.fields):
        kind = _DTYPES.get(field.dataType.simpleString())
        column = frame.iloc[:, at]
        if kind is None:
            continue
        if column.isnull().any() and not kind.startswith(("float", "date", "time")):
            kind = "object" if kind == "bool" else "float64"
        frame.isetitem(at, column.astype(kind))
    return frame
