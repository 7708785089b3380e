"""Records: what the batches of an engine RDD hold, its format.

    ("lines", as_str)           lines of text files
    ("runs", n)                 pickled lists of elements, n a run; 0: 1, 2, 4 … by size, -1: all
    ("runs", n, serializer)     lists of elements in a serializer of the user's

What n and the serializer are, SparkContext(batchSize=…, serializer=…) says: chains give out runs of
batchSize, shuffles runs of whatever was flushed together.  Runs are what parallelize deals out and
what repartition moves, so n shows in where elements go.

Pickle has a fast path in the workers; a chain that reads or writes anything else begins with the op
"records", which says how.
"""
from rushlight import _pickling
from rushlight.serializers import CPickleSerializer

ALL = -1        # of a flush


def runs_of(length, serializer):
    """The format of runs of some length."""
    return ("runs", length) if serializer == CPickleSerializer() else ("runs", length, serializer)


def reader_of(record_format):
    """How a run is read: a function (bytes) → list, or None: pickle."""
    return record_format[2].loads if len(record_format) == 3 else None


def writer_of(record_format):
    """How a run is written: a function (list) → bytes, or None: pickle."""
    return record_format[2].dumps if len(record_format) == 3 else None


def load_run(record_format, run):
    """The elements of a run, on the driver."""
    return (reader_of(record_format) or _pickling.loads)(run)


def dump_run(record_format, elements):
    """A list as a run, on the driver."""
    return (writer_of(record_format) or _pickling.dumps)(elements)


def records_op(source_format, record_format):
    """The op that a chain from one format to another begins with, or None if it needs none."""
    read, write, length = reader_of(source_format), writer_of(record_format), record_format[1]
    if read is None and write is None and length == 0:
        return None
    return "records", read, write, length
