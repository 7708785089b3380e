"""The first RDDs of a lineage, from what the driver has (lists, numbers, other RDDs); text files.

    parallelize(list)    pickled in runs, which are dealt out to slices
    parallelize(range)   nothing but its ends: each task makes its own numbers
    union                all partitions of several RDDs, one after the other

Other files are read by _files.py.  Mirrors these parts of pyspark.core.context.
"""
import itertools
import os
from functools import partial

from rushlight import _functions as functions
from rushlight._callsite import current_call, operator
from rushlight._records import dump_run, runs_of
from rushlight.errors import PySparkIndexError, PySparkValueError
from rushlight.errors.base import check_rdd
from rushlight.rdd import RDD

MAX_RUN = 1024      # objects in one pickled run of parallelize
NO_FORMAT = ("runs", None)


class Sources:
    """The part of SparkContext that makes them."""

    @operator
    def parallelize(self, c, numSlices=None):
        """An RDD of the elements of a list, a range or any other collection.

        A list is pickled in runs of equal length, and runs are not cut: ten elements in four slices
        are 2, 2, 2 and 4.  A range is not stored at all.

        >>> sc.parallelize([0, 2, 3, 4, 6], 5).glom().collect()
        [[0], [2], [3], [4], [6]]
        >>> sc.parallelize(range(0, 6, 2), 5).glom().collect()
        [[], [0], [], [2], [4]]
        """
        n = self.defaultParallelism if numSlices is None else int(numSlices)
        if n < 1:
            raise PySparkValueError(f"Positive number of partitions required, but got {n}")
        if isinstance(c, range) and len(c) > 0:
            return self._parallelize_range(c, n)
        if not hasattr(c, "__len__"):
            c = list(c)
        length = max(1, min(len(c) // n, self._batchSize or MAX_RUN))
        record_format = runs_of(length, self._unbatched_serializer)
        elements = iter(c)
        runs = []
        while True:
            run = list(itertools.islice(elements, length))
            if not run:
                break
            runs.append((dump_run(record_format, run), len(run)))
        slices = [runs[i * len(runs) // n:(i + 1) * len(runs) // n] for i in range(n)]
        return RDD(self._engine.parallelize(slices, current_call()), self, record_format)

    def _parallelize_range(self, numbers, n):
        part = partial(functions.range_slice, numbers.start, numbers.step, len(numbers), n)
        return self.parallelize([], n).mapPartitionsWithIndex(part)

    @operator
    def range(self, start, end=None, step=1, numSlices=None):
        """An RDD of the numbers of range(start, end, step); with one argument, from 0.

        >>> sc.range(5).collect(), sc.range(2, 10, 3).collect()
        ([0, 1, 2, 3, 4], [2, 5, 8])
        """
        numbers = range(start) if end is None else range(start, end, step)
        return self.parallelize(numbers, numSlices)

    @operator
    def emptyRDD(self):
        """An RDD without partitions.

        >>> sc.emptyRDD().isEmpty()
        True
        """
        return RDD(self._engine.parallelize([], current_call()), self, NO_FORMAT)

    @operator
    def textFile(self, name, minPartitions=None, use_unicode=True):
        """The lines of a file, of all files in a folder, or of what a pattern or a list with commas
        names.  Large files are split; .gz files are not.

        >>> import os, tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "lines.txt")
        >>> with open(path, "w") as f:
        ...     _ = f.write("to be\\nor not\\n")
        >>> sc.textFile(path).collect()
        ['to be', 'or not']
        """
        n = minPartitions or min(self.defaultParallelism, 2)
        engine_rdd = self._engine.text_file(os.fspath(name), n, current_call())
        return RDD(engine_rdd, self, ("lines", bool(use_unicode)))

    @operator
    def union(self, rdds):
        """One RDD of the elements of several; no data moves.

        >>> sc.union([sc.parallelize([1]), sc.parallelize([2]), sc.parallelize([1])]).collect()
        [1, 2, 1]
        """
        if not rdds:
            raise PySparkIndexError("union() needs at least one RDD; emptyRDD() makes an empty one")
        for rdd in rdds:
            check_rdd(rdd)
        if any(rdd._format != rdds[0]._format for rdd in rdds):
            rdds = [rdd._as_chain() for rdd in rdds]
        engine_rdd = self._engine.union([rdd._engine() for rdd in rdds], current_call())
        return RDD(engine_rdd, self, rdds[0]._format)
