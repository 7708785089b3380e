"""In a worker: what functions of pandas and of Arrow gave, as rows and values of the declared type.

    Series               ──▶ values        NaN, NaT and NA are null, also within lists, as where
    DataFrame            ──▶ tuples        pyarrow makes an array from pandas
    RecordBatch, Table   ──▶ tuples        NaN stays NaN

A column that is of another type is converted, or an error (_column_results.py).

Mirrors pyspark.worker's verify_pandas_result and its neighbours.
"""
from rushlight.errors import PySparkRuntimeError, PySparkTypeError, PySparkValueError
from rushlight.sql._column_results import values_of_column
from rushlight.sql._pandas import pandas
from rushlight.sql.types import StructType, _parse_datatype_json_string


def wrong_result(expected, made, iterated=False):
    """The error of a function that gave something else, or an iterator of it."""
    of = "iterator of " if iterated else ""
    return PySparkTypeError(errorClass="UDF_RETURN_TYPE", messageParameters={
        "expected": of + expected, "actual": of + type(made).__name__})


def _places(names, schema):
    """Where the schema's columns are among those that came; by place if they have no names."""
    if not any(isinstance(name, str) for name in names):
        if len(names) != len(schema.names):
            raise PySparkRuntimeError(
                errorClass="RESULT_COLUMN_SCHEMA_MISMATCH", messageParameters={
                    "expected": str(len(schema.names)), "actual": str(len(names))})
        return list(range(len(names)))
    missing = sorted(set(schema.names) - set(names))
    extra = sorted(set(names) - set(schema.names))
    if missing or extra:
        raise PySparkRuntimeError(errorClass="RESULT_COLUMN_NAMES_MISMATCH", messageParameters={
            "missing": f" Missing: {', '.join(missing)}." if missing else "",
            "extra": f" Unexpected: {', '.join(extra)}." if extra else ""})
    return [names.index(name) for name in schema.names]


def values_of_series(type_json, name, zone, iterated=False):
    """A function from what a pandas_udf gave to values: a Series, or for a struct a DataFrame."""
    of = _parse_datatype_json_string(type_json)
    if isinstance(of, StructType):
        return rows_of_frames(type_json, zone, True) if iterated else _values_of_structs(of, zone)
    column = values_of_column(of, name, zone)

    def values(made):
        if not isinstance(made, pandas().Series):
            raise wrong_result("pandas.Series", made, iterated)
        return column(made)

    return values


def _values_of_structs(schema, zone):
    rows = _rows(schema, zone)

    def values(made):
        if not hasattr(made, "__len__"):
            raise wrong_result("pandas.DataFrame", made)
        if not isinstance(made, pandas().DataFrame):
            raise PySparkValueError(
                "Invalid return type. Please make sure that the UDF returns a pandas.DataFrame "
                "when the specified return type is StructType. It returned "
                f"{type(made).__name__}: make a DataFrame with a column for each field.")
        return rows(made)

    return values


def rows_of_frames(type_json, zone, iterated=False):
    """A function from a frame to tuples of the schema's types.  In frames of an iterator, columns
    that stand behind the schema's do not count."""
    schema = _parse_datatype_json_string(type_json)
    assert isinstance(schema, StructType)
    plain = _rows(schema, zone)

    def rows(frame):
        if not isinstance(frame, pandas().DataFrame):
            raise wrong_result("pandas.DataFrame", frame, iterated)
        names = list(frame.columns)
        if names:
            _places(names[:len(schema.names)] if iterated else names, schema)
        return plain(frame)

    return rows


def _rows(schema, zone):
    """A function from a frame that has the columns, by name or by place, to tuples."""
    columns = [values_of_column(f.dataType, f.name, zone) for f in schema.fields]

    def rows(frame):
        if not len(frame.columns):
            return [(None,) * len(columns)] * len(frame)
        if any(isinstance(name, str) for name in frame.columns):
            frame = frame[schema.names]
        return list(zip(*[values(frame.iloc[:, at]) for at, values in enumerate(columns)]))

    return rows


def rows_of_batches(type_json):
    """A function from a pyarrow.RecordBatch or Table to tuples."""
    schema = _parse_datatype_json_string(type_json)
    maps = {"maps_as_pydicts": "strict"} if '"map"' in type_json else {}

    def rows(batch):
        import pyarrow as pa
        if not isinstance(batch, (pa.RecordBatch, pa.Table)):
            raise wrong_result("pyarrow.RecordBatch", batch)
        places = _places(list(batch.schema.names), schema)
        return list(zip(*(batch.column(at).to_pylist(**maps) for at in places)))

    return rows
