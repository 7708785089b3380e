"""In a worker: functions that SQL calls with columns, as a chain of ops.

    text       {"batchRows": 10000, "timeZone": "UTC", "calls": [{"args": [0, 1],
                "evalType": 100, "bytes": [312], "argumentNames": [["x"]], "type": {…},
                "name": "f"}, …]}
    functions  one pickled (function, return type) behind the other; of f (g (a)) first g, then f

    Row (a, b) ──▶ (f (a, b), g (a)) ──▶ columns

A function of rows is called a row at a time, and its result made to fit (_udf_results.py); one of
whole columns (pandas) gets Series of at most batchRows rows; one of an iterator is called once, and
gets the Series one after the other.
"""
import io
import itertools
import json
import pickle

from rushlight.sql._frame_results import values_of_series
from rushlight.sql._udf_results import fitting

SQL_BATCHED_UDF = 100
SQL_ARROW_BATCHED_UDF = 101
SQL_SCALAR_PANDAS_UDF = 200
SQL_SCALAR_PANDAS_ITER_UDF = 204
_OF_ROWS = (SQL_BATCHED_UDF, SQL_ARROW_BATCHED_UDF)
_OF_COLUMNS = (SQL_SCALAR_PANDAS_UDF, SQL_SCALAR_PANDAS_ITER_UDF)


def chain_of_calls(text, functions):
    """The ops of a chain from rows of arguments to rows of results."""
    settings = json.loads(text)
    told = settings["calls"]
    functions = io.BytesIO(functions)
    given = [_chained([_by_name(pickle.loads(functions.read(n)), names)
                       for n, names in zip(call["bytes"], call["argumentNames"])])
             for call in told]
    if told[0]["evalType"] not in (*_OF_ROWS, *_OF_COLUMNS):
        return [("mapPartitions", _frames_function(settings, given),
                 ", ".join(call["name"] for call in told))]
    calls = []
    for at, (call, (function, return_type)) in enumerate(zip(told, given)):
        kind = call["evalType"]
        fit = fitting(return_type, kind == SQL_BATCHED_UDF) if kind in _OF_ROWS else \
            values_of_series(return_type, f"_{at}", settings["timeZone"],
                             kind == SQL_SCALAR_PANDAS_ITER_UDF)
        calls.append((function, call["args"], kind, call["name"], fit))
    place = ", ".join(call[3] for call in calls)
    if all(call[2] in _OF_ROWS for call in calls):
        return [("map", _row_function(calls), place)]
    return [("mapPartitions", _column_function(calls, settings["batchRows"]), place)]


def _by_name(given, names):
    """What the driver pickled, the function's last arguments handed on under their names."""
    if not names:
        return given
    function, *others = given

    def named(*args):
        by_place = len(args) - len(names)
        return function(*args[:by_place], **dict(zip(names, args[by_place:])))

    return (named, *others)


def _chained(functions):
    """(function, return type) of f (g (a)), whose parts are [g, f]: what g returns goes to f as it
    is, and is not made to fit its own type."""
    if len(functions) == 1:
        return functions[0]     # of groups and frames it is more than two
    first, *others = [function for function, _ in functions]

    def chain(*args):
        value = first(*args)
        for function in others:
            value = function(value)
        return value

    return chain, functions[-1][1]


def chunks_of(rows, most):
    """Lists of at most so many rows; 0 or less: one list of all."""
    rows = iter(rows)
    while chunk := list(itertools.islice(rows, most if most > 0 else None)):
        yield chunk


def input_schema():
    """The types of the task's rows."""
    from rushlight.sql.types import _parse_datatype_json_string
    from rushlight.worker import current_task
    return _parse_datatype_json_string(current_task()["inputColumns"])


def _frames_function(settings, given):
    from rushlight.sql import frames_worker
    told = settings["calls"]
    if told[0]["evalType"] == frames_worker.SQL_GROUPED_AGG_PANDAS_UDF:
        return frames_worker.aggregating([(*g, call) for g, call in zip(given, told)],
                                         settings["timeZone"])
    return frames_worker.mapping(settings, given[0])


def _row_function(calls):
    """Row → tuple of results."""
    if len(calls) == 1:
        function, args, _, _, fit = calls[0]
        if len(args) == 1:
            at, = args
            return lambda row: (fit(function(row[at])),)
        return lambda row: (fit(function(*[row[i] for i in args])),)
    return lambda row: tuple([fit(function(*[row[i] for i in args]))
                              for function, args, _, _, fit in calls])


def _column_function(calls, batch_rows):
    """Iterator of Row → iterator of tuples, by way of pandas' Series."""
    types = [f.dataType for f in input_schema().fields]

    def results(rows):
        chunks = ((len(chunk), list(zip(*chunk))) for chunk in chunks_of(rows, batch_rows))
        made = [_values(call, types, mine)
                for call, mine in zip(calls, itertools.tee(chunks, len(calls)))]
        return zip(*made)

    return results


def _values(call, types, chunks):
    """What one call makes of chunks of columns, value by value."""
    from rushlight.sql._pandas import column_of
    function, args, kind, _, fit = call
    if kind in _OF_ROWS:
        for n, columns in chunks:
            rows = zip(*[columns[i] for i in args]) if args else itertools.repeat((), n)
            yield from (fit(function(*row)) for row in rows)
        return
    series = ((n, [column_of(columns[i], types[i]) for i in args]) for n, columns in chunks)
    if kind == SQL_SCALAR_PANDAS_ITER_UDF:
        yield from _iterated(function, series, fit)
        return
    for n, given in series:
        values = fit(function(*given))
        _check_length(len(values), n)
        yield from values


def _iterated(function, series, fit):
    """What a function makes of an iterator of Series: in all as many values as there are rows."""
    n_in = n_out = 0

    def counted():
        nonlocal n_in
        for n, given in series:
            n_in += n
            yield given[0] if len(given) == 1 else tuple(given)

    for made in function(counted()):
        values = fit(made)
        n_out += len(values)
        yield from values
    n_in += sum(n for n, _ in series)      # that the function has not asked for
    _check_length(n_out, n_in)


def _check_length(n_out, n_in):
    from rushlight.errors import PySparkRuntimeError
    if n_out != n_in:
        raise PySparkRuntimeError(errorClass="RESULT_ROWS_MISMATCH", messageParameters={
            "output_length": str(n_out), "input_length": str(n_in)})
