"""Vectors: one array of numbers (dense), or those that are not 0 with their places (sparse).

Both kinds of vectors, rushlight.ml's and the older rushlight.mllib's, are made of the classes here;
each kind names its own classes (_dense, _sparse), so that results are of the kind of the operands.

Mirrors pyspark.ml.linalg.
"""
from rushlight.ml.linalg._numbers import (
    array_of, hash_of, is_scipy, is_sequence, np, shown)
from rushlight.sql.types import (
    ArrayType, ByteType, DoubleType, IntegerType, StructField, StructType, UserDefinedType)

_MISMATCH = "dimension mismatch"


class VectorUDTBase(UserDefinedType):
    """How vectors are kept: a struct of a kind, 0 sparse or 1 dense, size, indices and values."""

    _dense = _sparse = None     # the classes of this kind

    @classmethod
    def sqlType(cls):
        return StructType([
            StructField("type", ByteType(), False), StructField("size", IntegerType(), True),
            StructField("indices", ArrayType(IntegerType(), False), True),
            StructField("values", ArrayType(DoubleType(), False), True)])

    def serialize(self, obj):
        if isinstance(obj, self._sparse):
            return 0, obj.size, [int(i) for i in obj.indices], [float(v) for v in obj.values]
        if isinstance(obj, self._dense):
            return 1, None, None, [float(v) for v in obj.array]
        raise TypeError(f"cannot serialize {obj!r} of type {type(obj)!r}")

    def deserialize(self, datum):
        assert len(datum) == 4, (
            f"VectorUDT.deserialize given row with length {len(datum)} but requires 4")
        kind, size, indices, values = datum
        if kind == 0:
            return self._sparse(size, indices, values)
        if kind == 1:
            return self._dense(values)
        raise ValueError(f"do not recognize type {kind!r}")

    def simpleString(self):
        return "vector"


def size_of(vector):
    """How many numbers a vector, or what can stand for one, has."""
    if isinstance(vector, np.ndarray):
        if vector.ndim == 1 or (vector.ndim == 2 and vector.shape[1] == 1):
            return len(vector)
        raise ValueError(f"Cannot treat an ndarray of shape {vector.shape} as a vector")
    if isinstance(vector, (DenseBase, SparseBase)) or is_sequence(vector):
        return len(vector)
    if is_scipy(vector):
        assert vector.shape[1] == 1, "Expected column vector"
        return vector.shape[0]
    raise TypeError(f"Cannot treat type {type(vector)} as a vector")


def as_vector(value, kind):
    """A vector of what can stand for one; `kind`: the classes that it is made of."""
    if isinstance(value, (kind._dense, kind._sparse)):
        return value
    if is_sequence(value) or isinstance(value, np.ndarray):
        return kind._dense(value)
    if is_scipy(value):
        assert value.shape[1] == 1, "Expected column vector"
        columns = value.tocsc()
        columns.sort_indices()
        return kind._sparse(value.shape[0], columns.indices, columns.data)
    raise TypeError(f"Cannot convert type {type(value)} into Vector")


def _same_numbers(a, a_indices, b, b_indices):
    """Whether two vectors of one size have the same numbers in the same places, 0s aside."""
    a, b = np.asarray(a), np.asarray(b)
    at_a, at_b = np.flatnonzero(a), np.flatnonzero(b)
    return np.array_equal(np.asarray(a_indices)[at_a], np.asarray(b_indices)[at_b]) and \
        np.array_equal(a[at_a], b[at_b])


class DenseBase:
    """A vector of all its numbers; arithmetic is NumPy's."""

    def __init__(self, ar):
        if isinstance(ar, bytes):
            self.array = np.frombuffer(ar, dtype=np.float64)
        elif isinstance(ar, np.ndarray):
            self.array = ar if ar.dtype == np.float64 else ar.astype(np.float64)
        else:
            self.array = np.array(ar, dtype=np.float64)

    def __reduce__(self):
        return type(self), (self.array.tobytes(),)

    def numNonzeros(self):
        """How many numbers are not 0."""
        return np.count_nonzero(self.array)

    def norm(self, p):
        """The p-norm.

        >>> from rushlight.ml.linalg import Vectors
        >>> float(Vectors.dense(3, -4).norm(2)), float(Vectors.dense(3, -4).norm(1))
        (5.0, 7.0)
        """
        return np.linalg.norm(self.array, p)

    def dot(self, other):
        """The dot product with a vector, or the product with a matrix of NumPy.

        >>> from rushlight.ml.linalg import Vectors
        >>> float(Vectors.dense(1, 2).dot([3, 4]))
        11.0
        """
        if isinstance(other, np.ndarray):
            if other.ndim > 1:
                assert len(self) == other.shape[0], _MISMATCH
            return np.dot(self.array, other)
        if is_scipy(other):
            assert len(self) == other.shape[0], _MISMATCH
            return other.transpose().dot(self.array)
        assert len(self) == size_of(other), _MISMATCH
        if isinstance(other, SparseBase):
            return other.dot(self)
        return np.dot(self.array, other.array if isinstance(other, DenseBase) else other)

    def squared_distance(self, other):
        """The square of the Euclidean distance.

        >>> from rushlight.ml.linalg import Vectors
        >>> float(Vectors.dense(1, 2).squared_distance(Vectors.sparse(2, {0: 3.0})))
        8.0
        """
        assert len(self) == size_of(other), _MISMATCH
        if is_scipy(other):
            other = as_vector(other, self.__UDT__)
        if isinstance(other, SparseBase):
            return other.squared_distance(self)
        difference = self.array - (other.array if isinstance(other, DenseBase)
                                   else np.asarray(other))
        return np.dot(difference, difference)

    def toArray(self):
        """The numbers, as the array that they are."""
        return self.array

    @property
    def values(self):
        """The numbers, as the array that they are."""
        return self.array

    def __getitem__(self, item):
        return self.array[item]

    def __len__(self):
        return len(self.array)

    def __str__(self):
        return "[" + ",".join(str(v) for v in self.array) + "]"

    def __repr__(self):
        return "DenseVector([%s])" % ", ".join(map(shown, self.array))

    def __eq__(self, other):
        if isinstance(other, self.__UDT__._dense):
            return np.array_equal(self.array, other.array)
        if isinstance(other, self.__UDT__._sparse):
            return len(self) == other.size and _same_numbers(
                self.array, range(len(self)), other.values, other.indices)
        return False

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash_of(len(self), range(len(self)), self.array)

    def __getattr__(self, item):
        if item == "array":     # while it is being unpickled
            raise AttributeError(item)
        return getattr(self.array, item)

    def __neg__(self):
        return type(self)(-self.array)


def _delegated(name):
    def operate(self, other):
        if isinstance(other, DenseBase):
            other = other.array
        return type(self)(getattr(self.array, name)(other))

    operate.__name__ = name
    return operate


for _name in ("add", "sub", "mul", "truediv", "mod"):
    for _method in (f"__{_name}__", f"__r{_name}__"):
        setattr(DenseBase, _method, _delegated(_method))


class SparseBase:
    """A vector of the numbers that are not 0, with their places in rising order."""

    def __init__(self, size, *args):
        self.size = int(size)
        assert 1 <= len(args) <= 2, "must pass either 2 or 3 arguments"
        if len(args) == 1:
            pairs = args[0].items() if isinstance(args[0], dict) else args[0]
            pairs = sorted(pairs)
            self.indices = np.array([p[0] for p in pairs], dtype=np.int32)
            self.values = np.array([p[1] for p in pairs], dtype=np.float64)
        else:
            self._set(*args)
        if self.indices.size > 0:
            largest, smallest = np.max(self.indices), np.min(self.indices)
            assert largest < self.size, (
                f"Index {largest} is out of the size of vector with size={self.size}")
            assert smallest >= 0, f"Contains negative index {smallest}"

    def _set(self, indices, values):
        if isinstance(indices, bytes):
            assert isinstance(values, bytes), "values should be string too"
            self.indices, self.values = array_of(indices, np.int32), array_of(values, np.float64)
        else:
            self.indices = np.array(indices, dtype=np.int32)
            self.values = np.array(values, dtype=np.float64)
        assert len(self.indices) == len(self.values), "index and value arrays not same length"
        wrong = np.flatnonzero(self.indices[:-1] >= self.indices[1:])
        if wrong.size > 0:
            raise TypeError("Indices %s and %s are not strictly increasing" % (
                self.indices[wrong[0]], self.indices[wrong[0] + 1]))

    def __reduce__(self):
        return type(self), (self.size, self.indices.tobytes(), self.values.tobytes())

    def numNonzeros(self):
        """How many numbers are not 0."""
        return np.count_nonzero(self.values)

    def norm(self, p):
        """The p-norm.

        >>> from rushlight.ml.linalg import Vectors
        >>> float(Vectors.sparse(4, [0, 1], [3.0, -4.0]).norm(2))
        5.0
        """
        return np.linalg.norm(self.values, p)

    def dot(self, other):
        """The dot product with a vector, or the product with a matrix of NumPy.

        >>> from rushlight.ml.linalg import Vectors
        >>> float(Vectors.sparse(4, [1, 3], [3.0, 4.0]).dot([1, 2, 3, 4]))
        22.0
        """
        if isinstance(other, np.ndarray):
            if other.ndim not in (1, 2):
                raise ValueError(f"Cannot call dot with {other.ndim}-dimensional array")
            assert len(self) == other.shape[0], _MISMATCH
            return np.dot(self.values, other[self.indices])
        assert len(self) == size_of(other), _MISMATCH
        if isinstance(other, DenseBase):
            return np.dot(other.array[self.indices], self.values)
        if isinstance(other, SparseBase):
            _, mine, theirs = np.intersect1d(self.indices, other.indices, assume_unique=True,
                                             return_indices=True)
            return np.dot(self.values[mine], other.values[theirs])
        return self.dot(as_vector(other, self.__UDT__))

    def squared_distance(self, other):
        """The square of the Euclidean distance.

        >>> from rushlight.ml.linalg import Vectors
        >>> float(Vectors.sparse(2, {0: 3.0}).squared_distance([1, 2]))
        8.0
        """
        assert len(self) == size_of(other), _MISMATCH
        if isinstance(other, np.ndarray) and other.ndim != 1:
            raise ValueError(f"Cannot call squared_distance with {other.ndim}-dimensional array")
        if not isinstance(other, (np.ndarray, DenseBase, SparseBase)):
            other = as_vector(other, self.__UDT__)
        if isinstance(other, SparseBase):
            places = np.union1d(self.indices, other.indices)
            difference = self._at(places) - other._at(places)
        else:
            difference = np.array(other.array if isinstance(other, DenseBase) else other,
                                  dtype=np.float64)
            difference[self.indices] -= self.values
        return np.dot(difference, difference)

    def _at(self, places):
        """The numbers in these places, among which are all of self.indices."""
        numbers = np.zeros(len(places))
        numbers[np.searchsorted(places, self.indices)] = self.values
        return numbers

    def toArray(self):
        """All numbers, 0s too, as a new array."""
        numbers = np.zeros(self.size, dtype=np.float64)
        numbers[self.indices] = self.values
        return numbers

    def __len__(self):
        return self.size

    def __str__(self):
        return "(%d,[%s],[%s])" % (self.size, ",".join(map(str, self.indices)),
                                   ",".join(map(str, self.values)))

    def __repr__(self):
        entries = (f"{i}: {shown(v)}" for i, v in zip(self.indices, self.values))
        return "SparseVector(%d, {%s})" % (self.size, ", ".join(entries))

    def __eq__(self, other):
        if isinstance(other, self.__UDT__._sparse):
            return other.size == self.size and np.array_equal(other.indices, self.indices) and \
                np.array_equal(other.values, self.values)
        if isinstance(other, self.__UDT__._dense):
            return other == self
        return False

    def __ne__(self, other):
        return not self == other

    def __getitem__(self, index):
        if not isinstance(index, int):
            raise TypeError(f"Indices must be of type integer, got type {type(index)}")
        if not -self.size <= index < self.size:
            raise IndexError(f"Index {index} out of bounds.")
        index %= self.size
        at = np.searchsorted(self.indices, index)
        if at < len(self.indices) and self.indices[at] == index:
            return self.values[at]
        return np.float64(0.0)

    def __hash__(self):
        return hash_of(self.size, self.indices, self.values)


class VectorsBase:
    """What makes vectors of one kind."""

    _kind = None    # the UserDefinedType

    @classmethod
    def sparse(cls, size, *args):
        """A sparse vector of a dict, of pairs, or of places and numbers.

        >>> from rushlight.ml.linalg import Vectors
        >>> Vectors.sparse(4, {1: 1.0, 3: 5.5}) == Vectors.sparse(4, [1, 3], [1.0, 5.5])
        True
        """
        return cls._kind._sparse(size, *args)

    @classmethod
    def dense(cls, *elements):
        """A dense vector of numbers, or of a list of them.

        >>> from rushlight.ml.linalg import Vectors
        >>> Vectors.dense(1.0, 2.0), Vectors.dense([1, 2])
        (DenseVector([1.0, 2.0]), DenseVector([1.0, 2.0]))
        """
        if len(elements) == 1 and not isinstance(elements[0], (float, int)):
            elements = elements[0]
        return cls._kind._dense(elements)

    @classmethod
    def squared_distance(cls, v1, v2):
        """The square of the Euclidean distance of two vectors.

        >>> from rushlight.ml.linalg import Vectors
        >>> float(Vectors.squared_distance([1, 2], [3, 4]))
        8.0
        """
        return as_vector(v1, cls._kind).squared_distance(as_vector(v2, cls._kind))

    @classmethod
    def norm(cls, vector, p):
        """The p-norm of a vector.

        >>> from rushlight.ml.linalg import Vectors
        >>> float(Vectors.norm([3, 4], 2))
        5.0
        """
        return as_vector(vector, cls._kind).norm(p)

    @classmethod
    def zeros(cls, size):
        """A dense vector of 0s.

        >>> from rushlight.ml.linalg import Vectors
        >>> Vectors.zeros(2)
        DenseVector([0.0, 0.0])
        """
        return cls._kind._dense(np.zeros(size))
