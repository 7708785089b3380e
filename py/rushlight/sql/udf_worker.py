"""In a worker: functions that SQL calls with columns, as a chain of ops.

    calls      [{"args": [0, 1], "evalType": 100, "bytes": 312, "type": {…}, "name": "f"}, …]
    functions  one pickled (function, return type) behind the other

    Row (a, b) ──▶ (f (a, b), g (a)) ──▶ columns

A function of rows is called a row at a time, and its result made to fit (_udf_results.py); one of
whole columns (pandas) gets Series of at most 10,000 rows.
"""
import itertools
import json
import pickle

from rushlight.sql._udf_results import fitting

SQL_BATCHED_UDF = 100
SQL_ARROW_BATCHED_UDF = 101
SQL_SCALAR_PANDAS_UDF = 200
SQL_SCALAR_PANDAS_ITER_UDF = 204
_OF_ROWS = (SQL_BATCHED_UDF, SQL_ARROW_BATCHED_UDF)
_OF_COLUMNS = (SQL_SCALAR_PANDAS_UDF, SQL_SCALAR_PANDAS_ITER_UDF)
_BATCH = 10_000     # spark.sql.execution.arrow.maxRecordsPerBatch


def chain_of_calls(text, functions):
    """The ops of a chain from rows of arguments to rows of results."""
    told, at = json.loads(text), 0
    given = []
    for call in told:
        given.append(pickle.loads(functions[at:at + call["bytes"]]))
        at += call["bytes"]
    if told[0]["evalType"] not in (*_OF_ROWS, *_OF_COLUMNS):
        return [("mapPartitions", _frames_function(told, given),
                 ", ".join(call["name"] for call in told))]
    calls = []
    for call, (function, return_type) in zip(told, given):
        kind = call["evalType"]
        fit = fitting(return_type, kind == SQL_BATCHED_UDF) if kind in _OF_ROWS else None
        calls.append((function, call["args"], kind, call["name"], fit))
    place = ", ".join(call[3] for call in calls)
    if all(call[2] in _OF_ROWS for call in calls):
        return [("map", _row_function(calls), place)]
    return [("mapPartitions", _column_function(calls), place)]


def _frames_function(told, given):
    from rushlight.sql import frames_worker
    if told[0]["evalType"] == frames_worker.SQL_GROUPED_AGG_PANDAS_UDF:
        return frames_worker.aggregating([(*g, call) for g, call in zip(given, told)])
    return frames_worker.mapping(told[0], given[0])


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


def _column_function(calls):
    """Iterator of Row → iterator of tuples, by way of pandas' Series."""
    import pandas as pd

    def results(rows):
        while chunk := list(itertools.islice(rows, _BATCH)):
            columns = list(zip(*chunk))
            made = []
            for function, args, kind, name, fit in calls:
                if kind in _OF_ROWS:
                    made.append([fit(function(*[row[i] for i in args])) for row in chunk])
                    continue
                given = _call(function, kind, [pd.Series(columns[i]) for i in args])
                _check(given, name, len(chunk))
                made.append(plain_values(given))
            yield from zip(*made)

    return results


def _call(function, kind, series):
    if kind == SQL_SCALAR_PANDAS_ITER_UDF:
        import pandas as pd
        parts = function(iter([series[0] if len(series) == 1 else tuple(series)]))
        return pd.concat(list(parts), ignore_index=True)
    return function(*series)


def _check(given, name, n_rows):
    from rushlight.errors import PySparkRuntimeError, PySparkTypeError
    if not hasattr(given, "__len__"):
        raise PySparkTypeError(errorClass="UDF_RETURN_TYPE", messageParameters={
            "expected": "pandas.Series", "actual": type(given).__name__})
    if len(given) != n_rows:
        raise PySparkRuntimeError(errorClass="RESULT_ROWS_MISMATCH", messageParameters={
            "output_length": str(len(given)), "input_length": str(n_rows)})


def plain_values(series):
    """A Series as Python's values: NaN and NaT are null where they stand for nothing."""
    import pandas as pd
    if not isinstance(series, pd.Series):
        return list(series)
    if series.dtype.kind in "mM":
        return [None if pd.isna(v) else v.to_pydatetime() if hasattr(v, "to_pydatetime")
                else v.to_pytimedelta() for v in series]
    if series.dtype == object or pd.api.types.is_extension_array_dtype(series.dtype):
        return [None if v is pd.NA or v is pd.NaT or v != v else
                v.item() if hasattr(v, "item") else v for v in series]
    return series.tolist()
