"""The table of db-benchmark's group-by questions, 10 million rows with K = 100, as Parquet.

    python bench/h2o_data.py FILE [ROWS]

id1, id2: 100 different strings each; id3: ROWS / 100 of them; id4 … id6: ints of the same numbers;
v1: 1 … 5, v2: 1 … 15, v3: 0 … 100 with six digits.  Nothing is sorted, nothing is null.
"""
import os
import sys

import numpy
import pyarrow
import pyarrow.parquet

K = 100


def names(form, numbers, n):
    """The numbers 1 … @n as strings."""
    texts = pyarrow.array([form % i for i in range(1, n + 1)])
    return pyarrow.DictionaryArray.from_arrays(numbers, texts).cast(pyarrow.string())


def table_of(rows):
    draw = numpy.random.default_rng(108)
    upto = lambda n: draw.integers(1, n, rows, numpy.int32, endpoint=True)
    return pyarrow.table({
        "id1": names("id%03d", upto(K) - 1, K),
        "id2": names("id%03d", upto(K) - 1, K),
        "id3": names("id%010d", upto(rows // K) - 1, rows // K),
        "id4": upto(K), "id5": upto(K), "id6": upto(rows // K),
        "v1": upto(5), "v2": upto(15), "v3": numpy.round(draw.uniform(0, 100, rows), 6)})


if __name__ == "__main__":
    path, rows = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 10_000_000
    pyarrow.parquet.write_table(table_of(rows), path + ".part", row_group_size=125_000)
    os.replace(path + ".part", path)
