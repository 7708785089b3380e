"""In a worker: functions that get frames, and give frames or values of any number.

    MapInPandas             rows ──▶ frames of so many rows (batchRows) ──▶ f ──▶ frames ──▶ rows
    FlatMapGroupsInPandas   rows, groups one behind the other ──▶ a frame a group ──▶ f ──▶ rows
    ArrowAggregatePython    rows, groups one behind the other ──▶ Series of a group ──▶ f ──▶ a row

A group is at hand as a whole, and no other one beside it.  What a function gave is checked, and its
columns put where the schema has their names.

Mirrors pyspark.worker's wrap_grouped_map_pandas_udf, wrap_cogrouped_map_pandas_udf and the like.
"""
import functools
import itertools
import json

from rushlight.errors import PySparkRuntimeError, PySparkTypeError
from rushlight.sql._arrow import array_of_values, batch_of_rows
from rushlight.sql._pandas import frame_of_rows, pandas, series_of
from rushlight.sql._udf_results import fitting
from rushlight.sql.types import StructType, _parse_datatype_json_string
from rushlight.sql.udf_worker import chunks_of, input_schema, plain_values

SQL_GROUPED_MAP_PANDAS_UDF = 201
SQL_GROUPED_AGG_PANDAS_UDF = 202
SQL_MAP_PANDAS_ITER_UDF = 205
SQL_COGROUPED_MAP_PANDAS_UDF = 206
SQL_MAP_ARROW_ITER_UDF = 207
SQL_GROUPED_MAP_ARROW_UDF = 209


def mapping(settings, given):
    """The function of an iterator of rows for one call; `given` is what the driver pickled."""
    call, = settings["calls"]
    kind, zone = call["evalType"], settings["timeZone"]
    if kind in (SQL_MAP_PANDAS_ITER_UDF, SQL_MAP_ARROW_ITER_UDF):
        return over_all(kind == SQL_MAP_ARROW_ITER_UDF, *given, settings["batchRows"], zone)
    if kind == SQL_GROUPED_MAP_ARROW_UDF:
        return _over_groups(call["keys"], _of_tables(*given, zone))
    of_group = _of_frames if kind == SQL_GROUPED_MAP_PANDAS_UDF else _of_two_frames
    return _over_groups(call["keys"], of_group(*given))


# ---- all rows ---------------------------------------------------------------------------------

def over_all(by_arrow, function, type_json, input_json, batch_rows, zone):
    """Around a function from an iterator of frames, or of pyarrow.RecordBatch, to another."""
    schema = _parse_datatype_json_string(input_json)
    made_of = functools.partial(batch_of_rows, zone=zone) if by_arrow else \
        functools.partial(frame_of_rows, nullable_ints=True)
    plain = rows_of_batches(type_json) if by_arrow else rows_of_frames(type_json)

    def run(rows):
        made = function(made_of(chunk, schema) for chunk in chunks_of(rows, batch_rows))
        if not hasattr(made, "__next__") and not hasattr(made, "__iter__"):
            raise _wrong_result("iterator of %s" % (
                "pyarrow.RecordBatch" if by_arrow else "pandas.DataFrame"), made)
        for one in made:
            yield from plain(one)

    return run


# ---- groups -----------------------------------------------------------------------------------

_NAN = object()


def _alike(value):
    """Equal for keys of one group: NaN is in a group with NaN, also within an array or a struct."""
    if isinstance(value, (list, tuple)):
        return tuple(map(_alike, value))
    return value if value == value else _NAN


def _over_groups(n_keys, of_group):
    """Around a function of (key, rows of the group)."""

    def run(rows):
        for _, group in itertools.groupby(rows, lambda row: _alike(row[:n_keys])):
            group = [tuple(row) for row in group]
            yield from of_group(group[0][:n_keys], [row[n_keys:] for row in group])

    return run


def _of_frames(function, type_json, input_json):
    schema, plain = _parse_datatype_json_string(input_json), rows_of_frames(type_json)
    with_key = _takes(function, 2)

    def of_group(key, rows):
        frame = frame_of_rows(rows, schema)
        return plain(function(_plain_key(key), frame) if with_key else function(frame))

    return of_group


def _of_tables(function, type_json, input_json, zone):
    schema, plain = _parse_datatype_json_string(input_json), rows_of_batches(type_json)
    with_key, given = _takes(function, 2), input_schema()       # the keys come first

    def of_group(key, rows):
        import pyarrow as pa
        table = pa.Table.from_batches([batch_of_rows(rows, schema, zone)])
        if not with_key:
            return plain(function(table))
        return plain(function(tuple(array_of_values([value], f.dataType, zone)[0]
                                    for value, f in zip(key, given.fields)), table))

    return of_group


def _of_two_frames(function, type_json, input_json):
    """A row says first of which side it is; then come the columns of both sides."""
    left, right = (_parse_datatype_json_string(one) for one in json.loads(input_json))
    plain, with_key = rows_of_frames(type_json), _takes(function, 3)
    width = len(left.names)

    def of_group(key, rows):
        frames = [frame_of_rows([row[1:1 + width] for row in rows if row[0] == 0], left),
                  frame_of_rows([row[1 + width:] for row in rows if row[0] == 1], right)]
        return plain(function(_plain_key(key), *frames) if with_key else function(*frames))

    return of_group


def aggregating(calls):
    """The function of an iterator of rows: a row a group, its keys and then a value a call."""
    types = [f.dataType for f in input_schema().fields]
    n_keys = calls[0][2]["keys"]
    fits = [fitting(type_json, False) for _, type_json, _ in calls]

    def of_group(key, rows):
        pd = pandas()
        columns = list(zip(*rows)) if rows else [()] * (len(types) - n_keys)
        values = []
        for fit, (function, _, call) in zip(fits, calls):
            made = function(*[series_of(columns[i - n_keys], types[i]) for i in call["args"]])
            values.append(fit(None if made is None or made is pd.NA or made is pd.NaT else
                              made.item() if hasattr(made, "item") else made))
        return [(*key, *values)]

    if n_keys:
        return _over_groups(n_keys, of_group)
    return lambda rows: of_group((), [tuple(row) for row in rows])


def _takes(function, n):
    import inspect
    return len(inspect.signature(function).parameters) == n


def _plain_key(key):
    """A key as PySpark hands it over: NumPy's scalars for numbers."""
    import numpy as np
    return tuple(np.int64(k) if type(k) is int else np.float64(k) if type(k) is float else k
                 for k in key)


# ---- what comes out ---------------------------------------------------------------------------

def _wrong_result(expected, made):
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


def rows_of_frames(type_json):
    """A function from a frame to tuples of the schema's types."""
    schema = _parse_datatype_json_string(type_json)
    assert isinstance(schema, StructType)
    fits = [fitting(f.dataType.json(), False) for f in schema.fields]

    def rows(frame):
        if not isinstance(frame, pandas().DataFrame):
            raise _wrong_result("pandas.DataFrame", frame)
        if frame.shape == (0, 0):
            return []
        columns = []
        for fit, at in zip(fits, _places(list(frame.columns), schema)):
            columns.append([fit(None if v != v else v) for v in plain_values(frame.iloc[:, at])])
        return list(zip(*columns))

    return rows


def rows_of_batches(type_json):
    """A function from a pyarrow.RecordBatch or Table to tuples."""
    schema = _parse_datatype_json_string(type_json)
    maps = {"maps_as_pydicts": "strict"} if '"map"' in type_json else {}

    def rows(batch):
        import pyarrow as pa
        if not isinstance(batch, (pa.RecordBatch, pa.Table)):
            raise _wrong_result("pyarrow.RecordBatch", batch)
        places = _places(list(batch.schema.names), schema)
        return list(zip(*(batch.column(at).to_pylist(**maps) for at in places)))

    return rows
