"""Vectors and matrices, and the types under which columns hold them.

    >>> from rushlight.ml.linalg import Vectors
    >>> df = spark.createDataFrame([(Vectors.dense(1.0, 2.0),), (Vectors.sparse(2, {1: 5.0}),)],
    ...                            ["features"])
    >>> df.dtypes
    [('features', 'vector')]
    >>> df.collect()[1].features
    SparseVector(2, {1: 5.0})

Mirrors pyspark.ml.linalg.
"""
from rushlight.ml.linalg._matrices import (
    DenseMatrixBase, MatricesBase, MatrixBase, MatrixUDTBase, SparseMatrixBase)
from rushlight.ml.linalg._vectors import DenseBase, SparseBase, VectorsBase, VectorUDTBase

__all__ = ["Vector", "DenseVector", "SparseVector", "Vectors", "Matrix", "DenseMatrix",
           "SparseMatrix", "Matrices"]


class VectorUDT(VectorUDTBase):
    """The type of a column of vectors.

    >>> VectorUDT().simpleString()
    'vector'
    """

    @classmethod
    def module(cls):
        return "pyspark.ml.linalg"

    @classmethod
    def scalaUDT(cls):
        return "org.apache.spark.ml.linalg.VectorUDT"


class MatrixUDT(MatrixUDTBase):
    """The type of a column of matrices.

    >>> MatrixUDT().simpleString()
    'matrix'
    """

    @classmethod
    def module(cls):
        return "pyspark.ml.linalg"

    @classmethod
    def scalaUDT(cls):
        return "org.apache.spark.ml.linalg.MatrixUDT"


class Vector:
    """What dense and sparse vectors are."""

    __UDT__ = VectorUDT()


class DenseVector(DenseBase, Vector):
    """A vector of all its numbers; arithmetic is NumPy's.

    >>> v, u = DenseVector([1.0, 2.0]), DenseVector([3.0, 4.0])
    >>> v + u, 2 - v, u / v
    (DenseVector([4.0, 6.0]), DenseVector([1.0, 0.0]), DenseVector([3.0, 2.0]))
    """


class SparseVector(SparseBase, Vector):
    """A vector of the numbers that are not 0, with their places.

    >>> SparseVector(4, {1: 1.0, 3: 5.5}) == SparseVector(4, [(1, 1.0), (3, 5.5)])
    True
    """


class Vectors(VectorsBase):
    """What makes vectors.

    >>> Vectors.dense(1.0, 2.0), Vectors.sparse(2, [1], [2.0])
    (DenseVector([1.0, 2.0]), SparseVector(2, {1: 2.0}))
    """

    _kind = VectorUDT


class Matrix(MatrixBase):
    """What dense and sparse matrices are."""

    __UDT__ = MatrixUDT()


class DenseMatrix(DenseMatrixBase, Matrix):
    """A matrix of all its numbers, column by column.

    >>> DenseMatrix(2, 2, [1, 2, 3, 4])[0, 1].item()
    3.0
    """


class SparseMatrix(SparseMatrixBase, Matrix):
    """A matrix of the numbers that are not 0.

    >>> print(SparseMatrix(2, 2, [0, 2, 3], [0, 1, 1], [2, 3, 4]))
    2 X 2 CSCMatrix
    (0,0) 2.0
    (1,0) 3.0
    (1,1) 4.0
    """


class Matrices(MatricesBase):
    """What makes matrices.

    >>> Matrices.dense(1, 2, [1, 2])
    DenseMatrix(1, 2, [1.0, 2.0], False)
    """

    _kind = MatrixUDT


VectorUDT._dense, VectorUDT._sparse = DenseVector, SparseVector
MatrixUDT._dense, MatrixUDT._sparse = DenseMatrix, SparseMatrix
