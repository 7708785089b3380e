"""In a worker: functions that SQL calls with columns, as a chain of ops.

    calls      [{"args": [0, 1], "evalType": 100, "bytes": 312, "type": {…}, "name": "f"}, …]
    functions  one pickled (function, return type) behind the other

    Row (a, b) ──▶ (f (a, b), g (a)) ──▶ columns

A function of rows is called a row at a time; one of whole columns (pandas) with Series of as many
rows as spark.sql.execution.arrow.maxRecordsPerBatch says.
"""
import itertools
import json
import pickle

SQL_BATCHED_UDF = 100
SQL_ARROW_BATCHED_UDF = 101
SQL_SCALAR_PANDAS_UDF = 200
SQL_SCALAR_PANDAS_ITER_UDF = 204
_OF_ROWS = (SQL_BATCHED_UDF, SQL_ARROW_BATCHED_UDF)
_BATCH = 10_000


def chain_of_calls(text, functions):
    """The ops of a chain from rows of arguments to rows of results."""
    calls, at = [], 0
    for call in json.loads(text):
        function, _ = pickle.loads(functions[at:at + call["bytes"]])
        at += call["bytes"]
        calls.append((function, call["args"], call["evalType"], call["name"]))
    place = ", ".join(name for *_, name in calls)
    if all(kind in _OF_ROWS for _, _, kind, _ in calls):
        return [("map", _row_function(calls), place)]
    return [("mapPartitions", _column_function(calls), place)]


def _row_function(calls):
    """Row → tuple of results."""
    if len(calls) == 1:
        function, args, _, _ = calls[0]
        if len(args) == 1:
            at, = args
            return lambda row: (function(row[at]),)
        return lambda row: (function(*[row[i] for i in args]),)
    return lambda row: tuple([function(*[row[i] for i in args]) for function, args, _, _ in calls])


def _column_function(calls):
    """Iterator of Row → iterator of tuples, by way of pandas' Series."""
    import pandas as pd

    def results(rows):
        while chunk := list(itertools.islice(rows, _BATCH)):
            columns = list(zip(*chunk))
            made = []
            for function, args, kind, name in calls:
                series = [pd.Series(columns[i]) for i in args]
                given = _call(function, kind, series)
                if not hasattr(given, "__len__"):
                    raise TypeError(f"Return type of the user-defined function {name} should be "
                                    f"pandas.Series, but is {type(given).__name__}")
                if len(given) != len(chunk):
                    raise RuntimeError(
                        f"[SCHEMA_MISMATCH_FOR_PANDAS_UDF] Result vector from {name} was not the "
                        f"required length: expected {len(chunk)}, got {len(given)}.")
                made.append(_plain(given))
            yield from zip(*made)

    return results


def _call(function, kind, series):
    if kind == SQL_SCALAR_PANDAS_ITER_UDF:
        return next(iter(function(iter([series[0] if len(series) == 1 else tuple(series)]))))
    return function(*series)


def _plain(series):
    """A Series as Python's values: NaN and NaT are null where they stand for nothing."""
    import pandas as pd
    if not isinstance(series, pd.Series):
        return list(series)
    if series.dtype.kind in "mM":
        return [None if pd.isna(v) else v.to_pydatetime() if hasattr(v, "to_pydatetime") else v
                for v in series]
    if series.dtype == object:
        return [None if v is pd.NA or v is pd.NaT else v for v in series]
    return series.tolist()
