"""Matrices: all numbers column by column (dense), or the columns' numbers that are not 0 (sparse).

    1 0 2      dense   values  1 0 0 3 2 0
    0 3 0      sparse  colPtrs 0 1 2 3   rowIndices 0 1 0   values 1 3 2

isTransposed: the same, row by row.  As with vectors, both kinds are made of the classes here.

Mirrors pyspark.ml.linalg.
"""
from rushlight.ml.linalg._numbers import array_of, np, shown
from rushlight.sql.types import (
    ArrayType, BooleanType, ByteType, DoubleType, IntegerType, StructField, StructType,
    UserDefinedType)

_SHOWN = 16     # so many numbers are shown, or half of that at both ends


class MatrixUDTBase(UserDefinedType):
    """How matrices are kept: kind, 0 sparse or 1 dense, sizes, places and values."""

    _dense = _sparse = None     # the classes of this kind

    @classmethod
    def sqlType(cls):
        integers, doubles = ArrayType(IntegerType(), False), ArrayType(DoubleType(), False)
        return StructType([
            StructField("type", ByteType(), False), StructField("numRows", IntegerType(), False),
            StructField("numCols", IntegerType(), False), StructField("colPtrs", integers, True),
            StructField("rowIndices", integers, True), StructField("values", doubles, True),
            StructField("isTransposed", BooleanType(), False)])

    def serialize(self, obj):
        values = [float(v) for v in getattr(obj, "values", ())]
        transposed = bool(getattr(obj, "isTransposed", False))
        if isinstance(obj, self._sparse):
            return (0, obj.numRows, obj.numCols, [int(i) for i in obj.colPtrs],
                    [int(i) for i in obj.rowIndices], values, transposed)
        if isinstance(obj, self._dense):
            return 1, obj.numRows, obj.numCols, None, None, values, transposed
        raise TypeError(f"cannot serialize type {type(obj)!r}")

    def deserialize(self, datum):
        assert len(datum) == 7, (
            f"MatrixUDT.deserialize given row with length {len(datum)} but requires 7")
        if datum[0] not in (0, 1):
            raise ValueError(f"do not recognize type {datum[0]!r}")
        _, n_rows, n_columns, starts, places, values, transposed = datum
        major, minor = (n_rows, n_columns) if transposed else (n_columns, n_rows)
        if not (_is_dense(n_rows, n_columns, values) if datum[0] == 1
                else _is_sparse(major, minor, starts, places, values)):
            raise ValueError("not a matrix: colPtrs, rowIndices and values do not make one of "
                             f"{n_rows} x {n_columns}")
        if datum[0] == 0:
            return self._sparse(*datum[1:])
        return self._dense(n_rows, n_columns, values, transposed)

    def simpleString(self):
        return "matrix"


def _is_dense(n_rows, n_columns, values):
    return min(n_rows, n_columns) >= 0 and values is not None and len(values) == n_rows * n_columns


def _is_sparse(n_major, n_minor, starts, places, values):
    """Whether starts rise from 0 to the number of values, and places are below n_minor."""
    if None in (starts, places, values) or min(n_major, n_minor) < 0:
        return False
    return len(starts) == n_major + 1 and len(places) == len(values) and starts[0] == 0 \
        and starts[-1] == len(values) and all(a <= b for a, b in zip(starts, starts[1:])) \
        and all(0 <= place < n_minor for place in places)


class MatrixBase:
    """What dense and sparse matrices share."""

    def __init__(self, numRows, numCols, isTransposed=False):
        self.numRows = numRows
        self.numCols = numCols
        self.isTransposed = isTransposed

    def toArray(self):
        """All numbers as a two-dimensional array."""
        raise NotImplementedError

    def _check_place(self, indices):
        i, j = indices
        if not 0 <= i < self.numRows:
            raise IndexError(f"Row index {i} is out of range [0, {self.numRows})")
        if not 0 <= j < self.numCols:
            raise IndexError(f"Column index {j} is out of range [0, {self.numCols})")
        return i, j

    def __eq__(self, other):
        return isinstance(other, MatrixBase) and np.array_equal(self.toArray(), other.toArray())


class DenseMatrixBase(MatrixBase):
    """A matrix of all its numbers."""

    def __init__(self, numRows, numCols, values, isTransposed=False):
        super().__init__(numRows, numCols, isTransposed)
        self.values = array_of(values, np.float64)
        assert len(self.values) == numRows * numCols

    def __reduce__(self):
        return type(self), (self.numRows, self.numCols, self.values.tobytes(),
                            int(self.isTransposed))

    def __str__(self):
        lines = repr(self.toArray()).splitlines()
        more = len("DenseMatrix") - len("array")
        return "\n".join([lines[0].replace("array", "DenseMatrix"),
                          *(" " * more + line for line in lines[1:])]) + \
            ("" if len(lines) > 1 else "\n")

    def __repr__(self):
        return "DenseMatrix(%d, %d, [%s], %s)" % (
            self.numRows, self.numCols, ", ".join(_some(self.values, shown)), self.isTransposed)

    def toArray(self):
        """All numbers as a two-dimensional array.

        >>> from rushlight.ml.linalg import Matrices
        >>> Matrices.dense(2, 2, [1, 2, 3, 4]).toArray().tolist()
        [[1.0, 3.0], [2.0, 4.0]]
        """
        if self.isTransposed:
            return np.asfortranarray(self.values.reshape((self.numRows, self.numCols)))
        return self.values.reshape((self.numRows, self.numCols), order="F")

    def toSparse(self):
        """The same matrix, of the numbers that are not 0.

        >>> from rushlight.ml.linalg import Matrices
        >>> Matrices.dense(2, 2, [0, 2, 0, 4]).toSparse()
        SparseMatrix(2, 2, [0, 1, 2], [1, 1], [2.0, 4.0], False)
        """
        values = np.ravel(self.toArray(), order="F")
        places = np.flatnonzero(values)
        counts = np.bincount(places // max(self.numRows, 1), minlength=self.numCols)
        starts = np.concatenate(([0], np.cumsum(counts)))
        return self.__UDT__._sparse(self.numRows, self.numCols, starts, places % self.numRows,
                                    values[places])

    def __getitem__(self, indices):
        i, j = self._check_place(indices)
        return self.values[i * self.numCols + j if self.isTransposed else i + j * self.numRows]


class SparseMatrixBase(MatrixBase):
    """A matrix of the numbers of each column that are not 0."""

    def __init__(self, numRows, numCols, colPtrs, rowIndices, values, isTransposed=False):
        super().__init__(numRows, numCols, isTransposed)
        self.colPtrs = array_of(colPtrs, np.int32)
        self.rowIndices = array_of(rowIndices, np.int32)
        self.values = array_of(values, np.float64)
        expected = (numRows if isTransposed else numCols) + 1
        if self.colPtrs.size != expected:
            raise ValueError(f"Expected colPtrs of size {expected}, got {self.colPtrs.size}.")
        if self.rowIndices.size != self.values.size:
            raise ValueError(f"Expected rowIndices of length {self.rowIndices.size}, "
                             f"got {self.values.size}.")

    def __reduce__(self):
        return type(self), (self.numRows, self.numCols, self.colPtrs.tobytes(),
                            self.rowIndices.tobytes(), self.values.tobytes(),
                            int(self.isTransposed))

    def _majors(self):
        """The column of each number that is kept; its row, if transposed."""
        return np.repeat(np.arange(self.colPtrs.size - 1), np.diff(self.colPtrs))

    def __str__(self):
        lines = ["%d X %d %s" % (self.numRows, self.numCols,
                                 "CSRMatrix" if self.isTransposed else "CSCMatrix")]
        kept = list(zip(self._majors(), self.rowIndices, self.values))
        for major, minor, value in kept[:_SHOWN]:
            place = (major, minor) if self.isTransposed else (minor, major)
            lines.append("(%d,%d) %s" % (*place, shown(value)))
        return "\n".join(lines + [".."] * (2 if len(kept) > _SHOWN else 0))

    def __repr__(self):
        return "SparseMatrix(%d, %d, [%s], [%s], [%s], %s)" % (
            self.numRows, self.numCols, ", ".join(_some(self.colPtrs, str)),
            ", ".join(_some(self.rowIndices, str)), ", ".join(_some(self.values, shown)),
            self.isTransposed)

    def __getitem__(self, indices):
        i, j = self._check_place(indices)
        major, minor = (i, j) if self.isTransposed else (j, i)
        start, end = self.colPtrs[major], self.colPtrs[major + 1]
        at = start + np.searchsorted(self.rowIndices[start:end], minor)
        if at < end and self.rowIndices[at] == minor:
            return self.values[at]
        return np.float64(0.0)

    def toArray(self):
        """All numbers as a two-dimensional array.

        >>> from rushlight.ml.linalg import Matrices
        >>> Matrices.sparse(2, 2, [0, 1, 2], [0, 1], [5, 6]).toArray().tolist()
        [[5.0, 0.0], [0.0, 6.0]]
        """
        numbers = np.zeros((self.numRows, self.numCols), dtype=np.float64, order="F")
        place = (self._majors(), self.rowIndices)
        numbers[place if self.isTransposed else place[::-1]] = self.values
        return numbers

    def toDense(self):
        """The same matrix, of all its numbers.

        >>> from rushlight.ml.linalg import Matrices
        >>> Matrices.sparse(2, 2, [0, 1, 2], [0, 1], [5, 6]).toDense()
        DenseMatrix(2, 2, [5.0, 0.0, 0.0, 6.0], False)
        """
        return self.__UDT__._dense(self.numRows, self.numCols,
                                   np.ravel(self.toArray(), order="F"))


def _some(values, text):
    """The texts of all values, or of those at both ends."""
    if len(values) <= _SHOWN:
        return [text(v) for v in values]
    half = _SHOWN // 2
    return [*map(text, values[:half]), "...", *map(text, values[-half:])]


class MatricesBase:
    """What makes matrices of one kind."""

    _kind = None    # the UserDefinedType

    @classmethod
    def dense(cls, numRows, numCols, values):
        """A matrix of all its numbers, column by column.

        >>> from rushlight.ml.linalg import Matrices
        >>> Matrices.dense(2, 2, range(4))
        DenseMatrix(2, 2, [0.0, 1.0, 2.0, 3.0], False)
        """
        return cls._kind._dense(numRows, numCols, values)

    @classmethod
    def sparse(cls, numRows, numCols, colPtrs, rowIndices, values):
        """A matrix of the numbers that are not 0: where columns begin, rows, numbers.

        >>> from rushlight.ml.linalg import Matrices
        >>> Matrices.sparse(2, 2, [0, 2, 3], [0, 1, 1], [2, 3, 4])[1, 0].item()
        3.0
        """
        return cls._kind._sparse(numRows, numCols, colPtrs, rowIndices, values)
