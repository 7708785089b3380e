"""In a worker: what functions of pandas and of Arrow gave, as rows and values of the declared type.

    Series               ──▶ values        NaN, NaT and NA are null, also within lists, as where
    DataFrame            ──▶ tuples        pyarrow makes an array from pandas
    RecordBatch, Table   ──▶ tuples        NaN stays NaN

What is of another type is made to fit, or an error (_udf_results.py).

Mirrors pyspark.sql.conversion's PandasToArrowConversion.
"""
from rushlight.errors import PySparkRuntimeError, PySparkTypeError
from rushlight.sql._pandas import pandas
from rushlight.sql._udf_results import fitting
from rushlight.sql.types import DoubleType, StructType, _parse_datatype_json_string


def wrong_result(expected, made):
    """The error of a function that gave something else."""
    kind = type(made)
    module = "" if kind.__module__ == "builtins" else kind.__module__ + "."
    return PySparkTypeError(errorClass="UDF_RETURN_TYPE", messageParameters={
        "expected": expected, "actual": f"{module}{kind.__qualname__}"})


def _places(names, schema):
    """Where the schema's columns are among those that came; by place if they have no names."""
    if not all(isinstance(name, str) for name in names):
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


def values_of_series(type_json):
    """A function from a Series to values of the type; a struct's come as a DataFrame."""
    of = _parse_datatype_json_string(type_json)
    rows, fit = isinstance(of, StructType) and rows_of_frames(type_json), fitting(type_json, False)

    def values(made):
        if rows and isinstance(made, pandas().DataFrame):
            return rows(made)
        plain = _plain_values(made)
        if isinstance(of, DoubleType) and getattr(made, "dtype", None) == "float64":
            return plain        # nothing to convert
        return [fit(v) for v in plain]

    return values


def rows_of_frames(type_json):
    """A function from a frame to tuples of the schema's types."""
    schema = _parse_datatype_json_string(type_json)
    assert isinstance(schema, StructType)
    fits = [fitting(f.dataType.json(), False) for f in schema.fields]

    def rows(frame):
        if not isinstance(frame, pandas().DataFrame):
            raise wrong_result("pandas.DataFrame", frame)
        if frame.shape == (0, 0):
            return []
        columns = [[fit(v) for v in _plain_values(frame.iloc[:, at])]
                   for fit, at in zip(fits, _places(list(frame.columns), schema))]
        return list(zip(*columns))

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


def _plain_values(series):
    """A Series, or a list, as a list of Python's values."""
    pd = pandas()
    if not isinstance(series, pd.Series):
        return [plain_value(v) for v in series]
    if series.dtype.kind in "mM":
        return [None if pd.isna(v) else v.to_pydatetime() if hasattr(v, "to_pydatetime")
                else v.to_pytimedelta() for v in series]
    if series.dtype == object or pd.api.types.is_extension_array_dtype(series.dtype):
        return [plain_value(v) for v in series]
    values = series.tolist()
    return [None if v != v else v for v in values] if series.hasnans else values


def plain_value(v):
    """One of pandas' or NumPy's as Python's; what stands for nothing as None, within lists, too."""
    if v is None or v is pandas().NA or v is pandas().NaT:
        return None
    if isinstance(v, float):        # np.float64 is one
        return None if v != v else float(v)
    if isinstance(v, (list, tuple)) and not hasattr(v, "_fields") \
            and not hasattr(v, "__fields__"):
        return [plain_value(x) for x in v]
    if getattr(v, "ndim", 0):
        return [plain_value(x) for x in v.tolist()]
    if isinstance(v, dict):
        return {key: plain_value(x) for key, x in v.items()}
    return plain_value(v.item()) if hasattr(v, "item") else v
