"""Serializers: how objects become bytes in a stream, and back.

An object is bytes behind their length (a frame); a stream is frame after frame.  What differs is
what a frame holds:

    CPickleSerializer()                          an object           ▏12│x   ▏12│y   ▏12│z
    BatchedSerializer(CPickleSerializer(), 2)    a list of two       ▏17│[x, y]      ▏12│[z]
    AutoBatchedSerializer(CPickleSerializer())   1, 2, 4 … objects, until a frame has 64 KiB
    PairDeserializer, CartesianDeserializer      lists of two streams, put together frame by frame

Batches are why RDDs of small objects are quick: the engine moves one run of bytes where there are
a thousand objects.  They are seen from outside, too: runs are what parallelize() deals out to
partitions, and what an RDD's repartition() moves.

SparkContext(serializer=…, batchSize=…) chooses what elements travel in.  MarshalSerializer is the
quickest and knows only plain types; others that can be used there are pickles.  The classes that
only read or combine streams are PySpark's toolbox for formats, complete here for programs that
have built on it.

Only what a worker needs is imported here.  Mirrors pyspark.serializers.
"""
import io
import itertools
import marshal
import pickle
import struct
import sys
import traceback
import zlib

from rushlight._frames import (  # noqa: F401: programs find them here
    ChunkedStream, SpecialLengths, pack_long, read_bool, read_int, read_long, write_int, write_long,
    write_with_length)

__all__ = ["PickleSerializer", "CPickleSerializer", "CloudPickleSerializer", "MarshalSerializer",
           "UTF8Deserializer"]

pickle_protocol = pickle.HIGHEST_PROTOCOL

BEST_FRAME_BYTES = 1 << 16
MAX_FRAME_BYTES = 1 << 31


# ── what serializers are ──
class Serializer:
    """The base: a stream of objects.  Serializers are equal if each reads what the other writes."""

    def dump_stream(self, iterator, stream):
        """Writes every object of an iterator.  Deserializers, which are there to read what the
        engine writes, cannot.

        >>> try:
        ...     UTF8Deserializer().dump_stream(["a"], None)
        ... except NotImplementedError:
        ...     print("reads only")
        reads only
        """
        raise NotImplementedError

    def load_stream(self, stream):
        """The objects of a stream, one by one."""
        raise NotImplementedError

    def dumps(self, obj):
        """One object as bytes.  What makes batches, or reads them, has none for a single object.

        >>> for serializer in (BatchedSerializer(PickleSerializer()), UTF8Deserializer()):
        ...     try:
        ...         serializer.dumps("a")
        ...     except NotImplementedError:
        ...         print("streams only")
        streams only
        streams only
        """
        raise NotImplementedError

    def _load_stream_without_unbatching(self, stream):
        """The objects in the batches they came in; here each in one of its own."""
        return ([obj] for obj in self.load_stream(stream))

    def __eq__(self, other):
        return isinstance(other, type(self)) and self.__dict__ == other.__dict__

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash(str(self))

    def __repr__(self):
        return f"{type(self).__name__}()"


class FramedSerializer(Serializer):
    """A frame an object: dumps() and loads() say how, this writes and reads the lengths."""

    def dump_stream(self, iterator, stream):
        """Writes a frame for each object.

        >>> for serializer in (NoOpSerializer(), CompressedSerializer(NoOpSerializer())):
        ...     stream = io.BytesIO()
        ...     serializer.dump_stream([b"ab", b"c"], stream)
        ...     print(len(stream.getvalue()), stream.getvalue()[:6])
        11 b'\\x00\\x00\\x00\\x02ab'
        27 b'\\x00\\x00\\x00\\nx\\x01'
        """
        for obj in iterator:
            self._write_with_length(obj, stream)

    def load_stream(self, stream):
        """The object of each frame, up to the end of the stream or the mark of the data's end.

        >>> for serializer in (CloudPickleSerializer(), MarshalSerializer(), AutoSerializer()):
        ...     stream = io.BytesIO()
        ...     serializer.dump_stream(["a", (1, None)], stream)
        ...     print(list(serializer.load_stream(io.BytesIO(stream.getvalue()))))
        ['a', (1, None)]
        ['a', (1, None)]
        ['a', (1, None)]
        """
        while True:
            try:
                obj = self._read_with_length(stream)
            except EOFError:
                return
            yield obj

    def _write_with_length(self, obj, stream):
        data = self.dumps(obj)
        if data is None:
            raise ValueError("serialized value should not be None")
        if len(data) > MAX_FRAME_BYTES:
            raise ValueError("can not serialize object larger than 2G")
        write_with_length(data, stream)

    def _read_with_length(self, stream):
        length = read_int(stream)
        if length == SpecialLengths.END_OF_DATA_SECTION:
            raise EOFError
        if length == SpecialLengths.NULL:
            return None
        data = stream.read(length)
        if len(data) < length:
            raise EOFError
        return self.loads(data)

    def loads(self, obj):
        """The object that some bytes are."""
        raise NotImplementedError


# ── one object ──
class NoOpSerializer(FramedSerializer):
    """Bytes as they are.

    >>> NoOpSerializer().dumps(b"abc"), NoOpSerializer().loads(b"abc")
    (b'abc', b'abc')
    """

    def dumps(self, obj):
        return obj

    def loads(self, obj):
        return obj


class PickleSerializer(FramedSerializer):
    """Python's pickle: all that can be imported by name where it is read.

    >>> PickleSerializer().loads(PickleSerializer().dumps({"a": (1, None)}))
    {'a': (1, None)}
    """

    def dumps(self, obj):
        return pickle.dumps(obj, pickle_protocol)

    def loads(self, obj, encoding="bytes"):
        return pickle.loads(obj, encoding=encoding)


class _OnlyAllowed(pickle.Unpickler):
    """Loads no class or function but those that are listed."""

    def __init__(self, file, allowed_names, encoding):
        super().__init__(file, encoding=encoding)
        self._allowed_names = allowed_names

    def find_class(self, module, name):
        if (module, name) not in self._allowed_names:
            raise pickle.UnpicklingError(f"Unpickling {module}.{name} is not allowed")
        return super().find_class(module, name)


class CloudPickleSerializer(FramedSerializer):
    """cloudpickle: functions and classes go by value where they cannot be imported.

    >>> serializer = CloudPickleSerializer()
    >>> serializer.loads(serializer.dumps(lambda x: x + 1))(2)
    3

    With `allowed_names`, pairs of module and name, no other class or function is loaded.

    >>> from datetime import date, timedelta
    >>> dates = CloudPickleSerializer(allowed_names={("datetime", "date")})
    >>> dates.loads(dates.dumps(date(2024, 2, 29)))
    datetime.date(2024, 2, 29)
    >>> try:
    ...     dates.loads(dates.dumps(timedelta(1)))
    ... except pickle.UnpicklingError as e:
    ...     print(e)
    Unpickling datetime.timedelta is not allowed
    """

    allowed_names = None        # of one that was pickled before there was any: all of them

    def __init__(self, allowed_names=None):
        self.allowed_names = allowed_names

    def dumps(self, obj):
        import cloudpickle
        try:
            return cloudpickle.dumps(obj, pickle_protocol)
        except pickle.PickleError:
            raise
        except Exception as e:
            what = ("Object too large to serialize" if "'i' format requires" in str(e)
                    else f"Could not serialize object: {type(e).__name__}")
            traceback.print_exc(file=sys.stderr)
            raise pickle.PicklingError(f"{what}: {e}") from None

    def loads(self, obj, encoding="bytes"):
        if self.allowed_names is None:
            return pickle.loads(obj, encoding=encoding)
        return _OnlyAllowed(io.BytesIO(obj), self.allowed_names, encoding).load()


CPickleSerializer = CloudPickleSerializer       # the default


class MarshalSerializer(FramedSerializer):
    """Python's own format for code files: quicker than pickle, for numbers, text, bytes, None and
    lists, tuples, dicts and sets of them.

    >>> MarshalSerializer().loads(MarshalSerializer().dumps([1, "a", (None,)]))
    [1, 'a', (None,)]
    """

    def dumps(self, obj):
        return marshal.dumps(obj)

    def loads(self, obj):
        return marshal.loads(obj)


class AutoSerializer(FramedSerializer):
    """marshal, until it meets an object that it cannot write; from then on pickle.  The first byte
    says which.

    >>> auto = AutoSerializer()
    >>> [auto.dumps(x)[:1] for x in (1, int, 1)], auto.loads(auto.dumps((1, 2)))
    ([b'M', b'P', b'P'], (1, 2))
    """

    def __init__(self):
        self._type = None

    def dumps(self, obj):
        if self._type is None:
            try:
                return b"M" + marshal.dumps(obj)
            except ValueError:
                self._type = b"P"
        return b"P" + pickle.dumps(obj, pickle_protocol)

    def loads(self, obj):
        kind = obj[:1]
        if kind == b"M":
            return marshal.loads(obj[1:])
        if kind == b"P":
            return pickle.loads(obj[1:])
        raise ValueError(f"invalid serialization type: {kind}")


class CompressedSerializer(FramedSerializer):
    """What another framed serializer writes, compressed.

    >>> packed = CompressedSerializer(PickleSerializer())
    >>> len(packed.dumps([0] * 1000)) < 100, packed.loads(packed.dumps("a"))
    (True, 'a')
    """

    def __init__(self, serializer):
        if not isinstance(serializer, FramedSerializer):
            raise AssertionError("serializer must be a FramedSerializer")
        self.serializer = serializer

    def dumps(self, obj):
        return zlib.compress(self.serializer.dumps(obj), 1)

    def loads(self, obj):
        return self.serializer.loads(zlib.decompress(obj))

    def __repr__(self):
        return f"CompressedSerializer({self.serializer})"


class UTF8Deserializer(Serializer):
    """Frames of text, as str, or as the bytes they are.

    >>> stream = io.BytesIO()
    >>> write_with_length("é".encode(), stream)
    >>> [list(UTF8Deserializer(as_str).load_stream(io.BytesIO(stream.getvalue())))
    ...  for as_str in (True, False)]
    [['é'], [b'\\xc3\\xa9']]
    """

    def __init__(self, use_unicode=True):
        self.use_unicode = use_unicode

    def loads(self, stream):
        """The next text of a stream.

        >>> UTF8Deserializer().loads(io.BytesIO(b"\\x00\\x00\\x00\\x02abcd"))
        'ab'
        """
        length = read_int(stream)
        if length == SpecialLengths.END_OF_DATA_SECTION:
            raise EOFError
        if length == SpecialLengths.NULL:
            return None
        data = stream.read(length)
        return data.decode("utf-8") if self.use_unicode else data

    def load_stream(self, stream):
        while True:
            try:
                text = self.loads(stream)
            except (struct.error, EOFError):
                return
            yield text

    def __repr__(self):
        return f"UTF8Deserializer({self.use_unicode})"


# ── batches ──
class BatchedSerializer(Serializer):
    """Lists of `batchSize` objects, each written as one by another serializer; -1: all in one.

    >>> stream = io.BytesIO()
    >>> BatchedSerializer(PickleSerializer(), 2).dump_stream(range(5), stream)
    >>> list(PickleSerializer().load_stream(io.BytesIO(stream.getvalue())))
    [[0, 1], [2, 3], [4]]
    """

    UNLIMITED_BATCH_SIZE = -1
    UNKNOWN_BATCH_SIZE = 0

    def __init__(self, serializer, batchSize=UNLIMITED_BATCH_SIZE):
        self.serializer = serializer
        self.batchSize = batchSize

    def _batched(self, iterator):
        if self.batchSize == self.UNLIMITED_BATCH_SIZE:
            yield list(iterator)
            return
        iterator = iter(iterator)
        while batch := list(itertools.islice(iterator, self.batchSize)):
            yield batch

    def dump_stream(self, iterator, stream):
        self.serializer.dump_stream(self._batched(iterator), stream)

    def load_stream(self, stream):
        return itertools.chain.from_iterable(self._load_stream_without_unbatching(stream))

    def _load_stream_without_unbatching(self, stream):
        return self.serializer.load_stream(stream)

    def __repr__(self):
        return f"BatchedSerializer({self.serializer}, {self.batchSize})"


class AutoBatchedSerializer(BatchedSerializer):
    """Batches of 1, 2, 4 … objects while they take less than `bestSize` bytes, half as many after
    one that takes ten times that.

    >>> stream = io.BytesIO()
    >>> AutoBatchedSerializer(PickleSerializer()).dump_stream(range(6), stream)
    >>> list(PickleSerializer().load_stream(io.BytesIO(stream.getvalue())))
    [[0], [1, 2], [3, 4, 5]]
    """

    def __init__(self, serializer, bestSize=BEST_FRAME_BYTES):
        super().__init__(serializer, self.UNKNOWN_BATCH_SIZE)
        self.bestSize = bestSize

    def dump_stream(self, iterator, stream):
        iterator, length = iter(iterator), 1
        while batch := list(itertools.islice(iterator, length)):
            data = self.serializer.dumps(batch)
            write_with_length(data, stream)
            if len(data) < self.bestSize:
                length *= 2
            elif len(data) > self.bestSize * 10 and length > 1:
                length //= 2

    def __repr__(self):
        return f"AutoBatchedSerializer({self.serializer})"


class FlattenedValuesSerializer(BatchedSerializer):
    """Pairs of a key and a list, long lists in pieces: (k, first ten), (k, next ten) …

    >>> stream = io.BytesIO()
    >>> FlattenedValuesSerializer(PickleSerializer(), 2).dump_stream([("k", [1, 2, 3])], stream)
    >>> list(PickleSerializer().load_stream(io.BytesIO(stream.getvalue())))
    [('k', [1, 2]), ('k', [3])]
    """

    def __init__(self, serializer, batchSize=10):
        super().__init__(serializer, batchSize)

    def _batched(self, iterator):
        for key, values in iterator:
            for begin in range(0, len(values), self.batchSize):
                yield key, values[begin:begin + self.batchSize]

    def load_stream(self, stream):
        return self.serializer.load_stream(stream)

    def __repr__(self):
        return f"FlattenedValuesSerializer({self.serializer}, {self.batchSize})"


# ── two streams in one ──
class _TwoInTurn(Serializer):
    """A batch of one stream, then one of the other, and so on, put together by _combined()."""

    def __init__(self, key_ser, val_ser):
        self.key_ser = key_ser
        self.val_ser = val_ser

    def load_stream(self, stream):
        return itertools.chain.from_iterable(self._load_stream_without_unbatching(stream))

    def _load_stream_without_unbatching(self, stream):
        # One batch of each makes one batch, so that zips and products can be nested.
        return itertools.starmap(self._combined, zip(
            self.key_ser._load_stream_without_unbatching(stream),
            self.val_ser._load_stream_without_unbatching(stream)))

    @staticmethod
    def _combined(keys, values):
        raise NotImplementedError

    def __repr__(self):
        return f"{type(self).__name__}({self.key_ser}, {self.val_ser})"


class CartesianDeserializer(_TwoInTurn):
    """Every object of a batch with every one of the other: RDD.cartesian.

    >>> two, stream = BatchedSerializer(PickleSerializer(), 2), io.BytesIO()
    >>> two.dump_stream([1, 2, "a", "b"], stream)
    >>> list(CartesianDeserializer(two, two).load_stream(io.BytesIO(stream.getvalue())))
    [(1, 'a'), (1, 'b'), (2, 'a'), (2, 'b')]
    """

    @staticmethod
    def _combined(keys, values):
        return itertools.product(keys, values)


class PairDeserializer(_TwoInTurn):
    """The objects of two batches of equal length in pairs: RDD.zip.

    >>> two, stream = BatchedSerializer(PickleSerializer(), 2), io.BytesIO()
    >>> two.dump_stream([1, 2, "a", "b"], stream)
    >>> list(PairDeserializer(two, two).load_stream(io.BytesIO(stream.getvalue())))
    [(1, 'a'), (2, 'b')]
    """

    @staticmethod
    def _combined(keys, values):
        keys, values = list(keys), list(values)
        if len(keys) != len(values):
            raise ValueError("Can not deserialize PairRDD with different number of items in "
                             f"batches: ({len(keys)}, {len(values)})")
        return zip(keys, values)
