"""Vectors and matrices of the RDD-based library, which are types of their own, as in Spark.

    >>> from rushlight.mllib.linalg import Vectors
    >>> Vectors.parse("[1.0,2.0]").asML()
    DenseVector([1.0, 2.0])

Mirrors pyspark.mllib.linalg.
"""
from rushlight.ml import linalg as ml
from rushlight.ml.linalg._matrices import (
    DenseMatrixBase, MatricesBase, MatrixBase, MatrixUDTBase, SparseMatrixBase)
from rushlight.ml.linalg._vectors import DenseBase, SparseBase, VectorsBase, VectorUDTBase
from rushlight.ml.linalg._vectors import as_vector, size_of as _vector_size     # noqa: F401

__all__ = ["Vector", "DenseVector", "SparseVector", "Vectors", "DenseMatrix", "SparseMatrix",
           "Matrix", "Matrices", "QRDecomposition"]


def _convert_to_vector(value):
    """A vector of this module of what can stand for one.

    >>> _convert_to_vector([1, 2])
    DenseVector([1.0, 2.0])
    """
    return as_vector(value, VectorUDT)


class VectorUDT(VectorUDTBase):
    """The type of a column of these vectors.

    >>> VectorUDT().simpleString()
    'vector'
    """

    @classmethod
    def module(cls):
        return "pyspark.mllib.linalg"

    @classmethod
    def scalaUDT(cls):
        return "org.apache.spark.mllib.linalg.VectorUDT"


class MatrixUDT(MatrixUDTBase):
    """The type of a column of these matrices.

    >>> MatrixUDT().simpleString()
    'matrix'
    """

    @classmethod
    def module(cls):
        return "pyspark.mllib.linalg"

    @classmethod
    def scalaUDT(cls):
        return "org.apache.spark.mllib.linalg.MatrixUDT"


# ---- text back into vectors -------------------------------------------------------------------

def _between(text, opening, closing, what):
    """The text between two brackets, and what comes behind it."""
    start = text.find(opening)
    if start < 0:
        raise ValueError(f"{what} should start with '{opening}'.")
    end = text.find(closing)
    if end < 0:
        raise ValueError(f"{what} should end with '{closing}'.")
    return text[start + 1:end], text[end + 1:]


def _numbers(text, kind, what):
    try:
        return [kind(number) for number in text.split(",") if number]
    except ValueError:
        raise ValueError(f"Unable to parse {what} from {text}.") from None


# ---- vectors ----------------------------------------------------------------------------------

class Vector:
    """What dense and sparse vectors are."""

    __UDT__ = VectorUDT()


class DenseVector(DenseBase, Vector):
    """A vector of all its numbers; arithmetic is NumPy's.

    >>> DenseVector([1.0, 2.0]) + DenseVector([3.0, 4.0])
    DenseVector([4.0, 6.0])
    """

    @staticmethod
    def parse(s):
        """The vector of such a text.

        >>> DenseVector.parse(" [ 0.0,1.0,2.0,  3.0]")
        DenseVector([0.0, 1.0, 2.0, 3.0])
        """
        return DenseVector(_numbers(_between(s, "[", "]", "Array")[0], float, "values"))

    def asML(self):
        """The same vector, of pyspark.ml.

        >>> type(DenseVector([1.0]).asML()).__module__
        'rushlight.ml.linalg'
        """
        return ml.DenseVector(self.array)


class SparseVector(SparseBase, Vector):
    """A vector of the numbers that are not 0, with their places.

    >>> SparseVector(4, {1: 1.0, 3: 5.5})
    SparseVector(4, {1: 1.0, 3: 5.5})
    """

    @staticmethod
    def parse(s):
        """The vector of such a text.

        >>> SparseVector.parse(" (4, [0,1 ],[ 4.0,5.0] )")
        SparseVector(4, {0: 4.0, 1: 5.0})
        """
        inside, _ = _between(s, "(", ")", "Tuple")
        size, _, rest = inside.strip().partition(",")
        try:
            size = int(size)
        except ValueError:
            raise ValueError(f"Cannot parse size {size}.") from None
        indices, rest = _between(rest, "[", "]", "Indices array")
        values, _ = _between(rest, "[", "]", "Values array")
        return SparseVector(size, _numbers(indices, int, "indices"),
                            _numbers(values, float, "values"))

    def asML(self):
        """The same vector, of pyspark.ml.

        >>> SparseVector(2, {1: 3.0}).asML()
        SparseVector(2, {1: 3.0})
        """
        return ml.SparseVector(self.size, self.indices, self.values)


class Vectors(VectorsBase):
    """What makes vectors.

    >>> Vectors.dense(1.0, 2.0), Vectors.sparse(2, [1], [2.0])
    (DenseVector([1.0, 2.0]), SparseVector(2, {1: 2.0}))
    """

    _kind = VectorUDT

    @staticmethod
    def fromML(vec):
        """The same vector, of this module.

        >>> Vectors.fromML(ml.Vectors.dense(1, 2))
        DenseVector([1.0, 2.0])
        """
        if isinstance(vec, ml.DenseVector):
            return DenseVector(vec.array)
        if isinstance(vec, ml.SparseVector):
            return SparseVector(vec.size, vec.indices, vec.values)
        raise TypeError(f"Unsupported vector type {type(vec)}")

    @staticmethod
    def stringify(vector):
        """A text that parse() understands.

        >>> Vectors.stringify(Vectors.sparse(2, [1], [1.0])), Vectors.stringify(Vectors.dense(0.5))
        ('(2,[1],[1.0])', '[0.5]')
        """
        return str(vector)

    @staticmethod
    def parse(s):
        """The vector of such a text.

        >>> Vectors.parse("[2,1,2 ]"), Vectors.parse(" ( 100,  [0],  [2])")
        (DenseVector([2.0, 1.0, 2.0]), SparseVector(100, {0: 2.0}))
        """
        if "(" in s:
            return SparseVector.parse(s)
        if "[" in s:
            return DenseVector.parse(s)
        raise ValueError("Cannot find tokens '[' or '(' from the input string.")


# ---- matrices ---------------------------------------------------------------------------------

class Matrix(MatrixBase):
    """What dense and sparse matrices are."""

    __UDT__ = MatrixUDT()


class DenseMatrix(DenseMatrixBase, Matrix):
    """A matrix of all its numbers, column by column.

    >>> DenseMatrix(2, 2, [1, 2, 3, 4])[0, 1].item()
    3.0
    """

    def asML(self):
        """The same matrix, of pyspark.ml.

        >>> DenseMatrix(1, 1, [2.0]).asML()
        DenseMatrix(1, 1, [2.0], False)
        """
        return ml.DenseMatrix(self.numRows, self.numCols, self.values, self.isTransposed)


class SparseMatrix(SparseMatrixBase, Matrix):
    """A matrix of the numbers that are not 0.

    >>> SparseMatrix(2, 2, [0, 2, 3], [0, 1, 1], [2, 3, 4]).toDense()
    DenseMatrix(2, 2, [2.0, 3.0, 0.0, 4.0], False)
    """

    def asML(self):
        """The same matrix, of pyspark.ml.

        >>> SparseMatrix(1, 1, [0, 1], [0], [2.0]).asML()
        SparseMatrix(1, 1, [0, 1], [0], [2.0], False)
        """
        return ml.SparseMatrix(self.numRows, self.numCols, self.colPtrs, self.rowIndices,
                               self.values, self.isTransposed)


class Matrices(MatricesBase):
    """What makes matrices.

    >>> Matrices.dense(1, 2, [1, 2])
    DenseMatrix(1, 2, [1.0, 2.0], False)
    """

    _kind = MatrixUDT

    @staticmethod
    def fromML(mat):
        """The same matrix, of this module.

        >>> Matrices.fromML(ml.Matrices.dense(1, 1, [2.0]))
        DenseMatrix(1, 1, [2.0], False)
        """
        if isinstance(mat, ml.DenseMatrix):
            return DenseMatrix(mat.numRows, mat.numCols, mat.values, mat.isTransposed)
        if isinstance(mat, ml.SparseMatrix):
            return SparseMatrix(mat.numRows, mat.numCols, mat.colPtrs, mat.rowIndices, mat.values,
                                mat.isTransposed)
        raise TypeError(f"Unsupported matrix type {type(mat)}")


class QRDecomposition:
    """The two factors of a matrix: Q orthogonal, R upper triangular.

    >>> QRDecomposition("Q", "R").R
    'R'
    """

    def __init__(self, Q, R):
        self._Q = Q
        self._R = R

    @property
    def Q(self):
        """The orthogonal factor; None: it was not asked for."""
        return self._Q

    @property
    def R(self):
        """The upper triangular factor."""
        return self._R


VectorUDT._dense, VectorUDT._sparse = DenseVector, SparseVector
MatrixUDT._dense, MatrixUDT._sparse = DenseMatrix, SparseMatrix


def __getattr__(name):
    if name == "distributed":
        from rushlight._version import RUSHLIGHT
        raise ImportError(f"pyspark.mllib.linalg.{name} is not there yet in Rushlight {RUSHLIGHT}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
