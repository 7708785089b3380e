"""Records: what the batches of an engine RDD hold, its format.

    ("lines", as_str)           lines of text files
    ("runs", n)                 pickled lists of elements, n a run; 0: 1, 2, 4 … by size, -1: all
    ("runs", n, serializer)     lists of elements in a serializer of the user's
    ("binary",)                 records of a file, each of them bytes
    ("long",)                   numbers
    ("zip", a, b)               a record of format a beside one of b: pairs of their elements,
    ("cartesian", a, b)         the first with the first … or each with each

What n and the serializer are, SparkContext(batchSize=…, serializer=…) says: chains give out runs of
batchSize, shuffles runs of whatever was flushed together.  Runs are what parallelize deals out and
what repartition moves, so n shows in where elements go.

Between workers, what a shuffle moves is written in a form of ours where its elements are plain data
(py/ext/worker_plain.c); who reads runs that a worker wrote reads either.

Pickle has a fast path in the workers; a chain that reads or writes anything else begins with the op
"records", which says how.
"""
import functools
import itertools
import re

from rushlight import _pickling, _worker
from rushlight.serializers import CPickleSerializer

ALL = -1        # of a flush
PAIRS = ("zip", "cartesian")
_SURROGATE, _REPLACEMENT = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]"), b"\xef\xbf\xbd"


def runs_of(length, serializer):
    """The format of runs of some length."""
    return ("runs", length) if serializer == CPickleSerializer() else ("runs", length, serializer)


def serializer_of(record_format):
    """The user's serializer of a format, or None: pickle, or no runs at all."""
    return record_format[2] if record_format[0] == "runs" and len(record_format) == 3 else None


def reader_of(record_format):
    """How a run is read: a function (bytes) → list, or None: pickle."""
    serializer = serializer_of(record_format)
    return serializer and serializer.loads


def writer_of(record_format):
    """How a run is written: a function (list) → bytes, or None: pickle."""
    serializer = serializer_of(record_format)
    return serializer and serializer.dumps


def _line(record):
    try:
        return (record.decode(),)
    except UnicodeDecodeError:      # as in a worker: see there (py/ext/worker_format.c)
        return (_SURROGATE.sub(_REPLACEMENT, record).decode("utf-8", "replace"),)


def _line_bytes(record):
    return (_line(record)[0].encode(),)


def _as_it_is(record):      # bytes, or a number
    return (record,)


def _n_columns(record_format):
    if record_format[0] in PAIRS:
        return _n_columns(record_format[1]) + _n_columns(record_format[2])
    return 2 if record_format[0] == "runs" else 1       # beside a run stands how long it is


def _load_columns(record_format, at, record):
    """The elements of what begins in column `at` of a record."""
    if record_format[0] not in PAIRS:
        return loader_of(record_format)(record[at])
    kind, left, right = record_format
    left_elements = _load_columns(left, at, record)
    right_elements = _load_columns(right, at + _n_columns(left), record)
    if kind == "cartesian":
        return list(itertools.product(left_elements, right_elements))
    if len(left_elements) != len(right_elements):
        raise ValueError("Can not deserialize PairRDD with different number of items in batches: "
                         f"({len(left_elements)}, {len(right_elements)})")
    return list(zip(left_elements, right_elements))


def loader_of(record_format):
    """How the driver reads a record: a function (bytes, or its columns) → its elements."""
    if record_format[0] in PAIRS:
        return functools.partial(_load_columns, record_format, 0)
    if record_format[0] == "runs":
        return reader_of(record_format) or _worker.load_run
    if record_format[0] == "lines":
        return _line if record_format[1] else _line_bytes
    return _as_it_is


def dump_run(record_format, elements):
    """A list as a run, on the driver."""
    return (writer_of(record_format) or _pickling.dumps)(elements)


def records_op(source_format, record_format):
    """The op that a chain from one format to another begins with, or None if it needs none."""
    read, write, length = reader_of(source_format), writer_of(record_format), record_format[1]
    if read is None and write is None and length == 0:
        return None
    return "records", read, write, length


def described(record_format):
    """What a worker is told of records of a format (py/runner/protocol.h)."""
    kind = record_format[0]
    if kind == "lines":
        return "lines" if record_format[1] else "bytes"
    if kind in PAIRS:
        return f"{kind}({described(record_format[1])},{described(record_format[2])})"
    return kind
