"""Frames: bytes behind their length, and numbers, in a stream.

    ▏00 00 00 03│abc ▏00 00 00 01│d ▏ff ff ff ff        two frames and the mark of the end

Numbers are big-endian, as in Java's streams.  A part of pyspark.serializers, where programs find
these names.
"""
import struct


class SpecialLengths:
    """Lengths that are none, in the place of a frame's."""

    END_OF_DATA_SECTION = -1
    PYTHON_EXCEPTION_THROWN = -2
    TIMING_DATA = -3
    END_OF_STREAM = -4
    NULL = -5
    START_ARROW_STREAM = -6
    START_OF_INIT_MESSAGE = -8


# ── numbers, big-endian ──
def _read_number(layout, stream):
    data = stream.read(struct.calcsize(layout))
    if not data:
        raise EOFError
    return struct.unpack(layout, data)[0]


def read_long(stream):
    """A number of 8 bytes."""
    return _read_number("!q", stream)


def read_int(stream):
    """A number of 4 bytes; EOFError at the end of the stream.

    >>> import io
    >>> read_int(io.BytesIO(bytes([0, 0, 1, 0])))
    256
    """
    return _read_number("!i", stream)


def read_bool(stream):
    """A byte that is True or False."""
    return _read_number("!?", stream)


def pack_long(value):
    """A number as 8 bytes."""
    return struct.pack("!q", value)


def write_long(value, stream):
    """Writes a number as 8 bytes."""
    stream.write(pack_long(value))


def write_int(value, stream):
    """Writes a number as 4 bytes."""
    stream.write(struct.pack("!i", value))


def write_with_length(obj, stream):
    """Writes bytes as a frame."""
    write_int(len(obj), stream)
    stream.write(obj)


# ── streams of unknown length ──
class ChunkedStream:
    """A stream to write to, which cuts what it is given into frames of `buffer_size` bytes: the
    reader needs no end of file to know where the data ends, but finds a length of -1.

    >>> import io
    >>> class Kept(io.BytesIO):
    ...     close = lambda self: None
    >>> kept = Kept()
    >>> chunks = ChunkedStream(kept, 4)
    >>> chunks.write(b"abcdef"); chunks.close()
    >>> kept.getvalue()
    b'\\x00\\x00\\x00\\x04abcd\\x00\\x00\\x00\\x02ef\\xff\\xff\\xff\\xff'
    """

    def __init__(self, wrapped, buffer_size):
        self.wrapped = wrapped
        self.buffer_size = buffer_size
        self._waiting = bytearray()

    def write(self, data):
        """Writes whole frames of what there is; the rest waits."""
        self._waiting += data
        whole = len(self._waiting) // self.buffer_size * self.buffer_size
        for begin in range(0, whole, self.buffer_size):
            write_with_length(self._waiting[begin:begin + self.buffer_size], self.wrapped)
        del self._waiting[:whole]

    def close(self):
        """Writes the rest and the end, and closes the stream below."""
        if self._waiting:
            write_with_length(self._waiting, self.wrapped)
        write_int(-1, self.wrapped)
        self.wrapped.close()

    @property
    def closed(self):
        """Whether the stream below is closed."""
        return self.wrapped.closed
