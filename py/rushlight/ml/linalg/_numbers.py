"""What vectors and matrices share: NumPy, which they are made of, and numbers as text."""
import array
import struct

try:
    import numpy as np
except ImportError:
    raise ImportError("rushlight.ml needs NumPy, which is not installed: pip install numpy") \
        from None

try:
    import scipy.sparse as scipy_sparse
except ImportError:     # vectors go without it
    scipy_sparse = None


def is_scipy(value):
    """Whether it is one of SciPy's sparse matrices."""
    return scipy_sparse is not None and scipy_sparse.issparse(value)


def is_sequence(value):
    """Whether it is what dense vectors are made of, but no array of NumPy."""
    return isinstance(value, (array.array, list, tuple, range))


def shown(number):
    """A number with at most four digits behind the point, cut off.

    >>> shown(0.123456), shown(2.0), shown(1e20)
    ('0.1235', '2.0', '1e+20')
    """
    text = str(round(float(number), 4))
    point = text.find(".")
    return text if point < 0 else text[:point + 5]


def array_of(values, dtype):
    """A NumPy array of bytes or of numbers."""
    if isinstance(values, bytes):
        return np.frombuffer(values, dtype=dtype)
    return np.asarray(values, dtype=dtype)


def hash_of(size, indices, values):
    """Java's hash of a vector: of its size and its first 128 numbers that are not 0."""
    result, counted = 31 + size, 0
    for index, value in zip(indices, values):
        if counted == 128:
            break
        if value != 0:
            number = float("nan") if value != value else float(value)
            bits, = struct.unpack("Q", struct.pack("d", number))
            result = 31 * (31 * result + int(index)) + (bits ^ (bits >> 32))
            counted += 1
    return result
