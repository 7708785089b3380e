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

from rushlight.sql._arrow import array_of_values, batch_of_rows
from rushlight.sql._column_results import values_of_column
from rushlight.sql._frame_results import rows_of_batches, rows_of_frames, wrong_result
from rushlight.sql._pandas import frame_of_rows, pandas, series_of
from rushlight.sql.types import _parse_datatype_json_string
from rushlight.sql.udf_worker import chunks_of, input_schema

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
    return _over_groups(call["keys"], of_group(*given, zone))


# ---- all rows ---------------------------------------------------------------------------------

def over_all(by_arrow, function, type_json, input_json, batch_rows, zone):
    """Around a function from an iterator of frames, or of pyarrow.RecordBatch, to another."""
    schema = _parse_datatype_json_string(input_json)
    made_of = functools.partial(batch_of_rows, zone=zone) if by_arrow else \
        functools.partial(frame_of_rows, nullable_ints=True)
    plain = rows_of_batches(type_json) if by_arrow else \
        rows_of_frames(type_json, zone, iterated=True)

    def run(rows):
        made = function(made_of(chunk, schema) for chunk in chunks_of(rows, batch_rows))
        if not hasattr(made, "__next__") and not hasattr(made, "__iter__"):
            raise wrong_result("iterator of %s" % (
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


def _of_frames(function, type_json, input_json, zone):
    schema, plain = _parse_datatype_json_string(input_json), rows_of_frames(type_json, zone)
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


def _of_two_frames(function, type_json, input_json, zone):
    """A row says first of which side it is; then come the columns of both sides."""
    left, right = (_parse_datatype_json_string(one) for one in json.loads(input_json))
    plain, with_key = rows_of_frames(type_json, zone), _takes(function, 3)
    width = len(left.names)

    def of_group(key, rows):
        frames = [frame_of_rows([row[1:1 + width] for row in rows if row[0] == 0], left),
                  frame_of_rows([row[1 + width:] for row in rows if row[0] == 1], right)]
        return plain(function(_plain_key(key), *frames) if with_key else function(*frames))

    return of_group


def aggregating(calls, zone):
    """The function of an iterator of rows: a row a group, its keys and then a value a call."""
    types = [f.dataType for f in input_schema().fields]
    n_keys = calls[0][2]["keys"]
    results = [values_of_column(_parse_datatype_json_string(type_json), f"_{at}", zone)
               for at, (_, type_json, _) in enumerate(calls)]

    def of_group(key, rows):
        columns = list(zip(*rows)) if rows else [()] * (len(types) - n_keys)
        values = []
        for result, (function, _, call) in zip(results, calls):
            made = function(*[series_of(columns[i - n_keys], types[i]) for i in call["args"]])
            values += result(pandas().Series([made]))
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
