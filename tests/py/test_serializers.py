"""Serializers: what they write and read, and which elements of an RDD they carry.

Layouts are real PySpark's for the same batchSize.
"""
import io
import marshal
import pickle
import struct

import pytest

from rushlight import SparkContext
from rushlight.errors import EngineError
from rushlight.serializers import (
    AutoBatchedSerializer, AutoSerializer, BatchedSerializer, CartesianDeserializer, ChunkedStream,
    CloudPickleSerializer, CompressedSerializer, CPickleSerializer, FlattenedValuesSerializer,
    MarshalSerializer, NoOpSerializer, PairDeserializer, PickleSerializer, SpecialLengths,
    UTF8Deserializer, pack_long, read_bool, read_int, read_long, write_int, write_long,
    write_with_length)

OBJECTS = [1, "é", None, 2.5, (1, [2, {"k": b"v"}]), True, "x" * 1000]


def written(serializer, objects):
    stream = io.BytesIO()
    serializer.dump_stream(iter(objects), stream)
    return stream.getvalue()


def read(serializer, data):
    return list(serializer.load_stream(io.BytesIO(data)))


def frames(data):
    """The frames of a stream, as bytes."""
    return read(NoOpSerializer(), data)


# ── frames ──
@pytest.mark.parametrize("serializer", [
    PickleSerializer(), CPickleSerializer(), MarshalSerializer(), AutoSerializer(),
    CompressedSerializer(PickleSerializer()), BatchedSerializer(PickleSerializer()),
    BatchedSerializer(MarshalSerializer(), 2), AutoBatchedSerializer(CPickleSerializer())],
    ids=repr)
@pytest.mark.parametrize("objects", [OBJECTS, [], [None]], ids=["many", "none", "None"])
def test_what_is_written_is_read(serializer, objects):
    assert read(serializer, written(serializer, objects)) == objects


def test_a_frame_is_a_length_and_bytes():
    assert written(MarshalSerializer(), [7]) == struct.pack("!i", 5) + marshal.dumps(7)


def test_a_stream_ends_at_a_mark_or_where_it_is_cut():
    one = written(PickleSerializer(), [1])
    end, null = struct.pack("!i", SpecialLengths.END_OF_DATA_SECTION), struct.pack("!i", -5)
    assert read(PickleSerializer(), one + end + one) == [1]
    assert read(PickleSerializer(), one + null + one) == [1, None, 1]
    assert read(PickleSerializer(), one + one[:-1]) == [1]


def test_a_serializer_that_gives_nothing_is_refused():
    class Nothing(PickleSerializer):
        def dumps(self, obj):
            return None

    with pytest.raises(ValueError, match="should not be None"):
        written(Nothing(), [1])


def test_numbers_are_big_endian():
    stream = io.BytesIO()
    write_int(-2, stream)
    write_long(2 ** 40, stream)
    write_with_length(b"ab", stream)
    assert stream.getvalue() == b"\xff\xff\xff\xfe" + pack_long(2 ** 40) + b"\0\0\0\2ab"
    stream.seek(0)
    assert (read_int(stream), read_long(stream)) == (-2, 2 ** 40)
    assert read_bool(io.BytesIO(b"\1")) is True
    for read_number in (read_int, read_long, read_bool):
        with pytest.raises(EOFError):
            read_number(io.BytesIO(b""))


# ── batches ──
@pytest.mark.parametrize("size,lengths", [(1, [1] * 7), (3, [3, 3, 1]), (100, [7]), (-1, [7])])
def test_batches_of_a_length(size, lengths):
    data = written(BatchedSerializer(PickleSerializer(), size), range(7))
    assert [len(batch) for batch in read(PickleSerializer(), data)] == lengths


def test_batches_grow_while_they_are_small_and_shrink_when_they_are_large():
    auto = AutoBatchedSerializer(PickleSerializer(), bestSize=100)
    data = written(auto, [0] * 60 + ["x" * 300] * 40)
    lengths = [len(pickle.loads(frame)) for frame in frames(data)]
    assert lengths[:6] == [1, 2, 4, 8, 16, 32] and sum(lengths) == 100
    assert min(lengths[6:]) < 32
    assert read(auto, data) == [0] * 60 + ["x" * 300] * 40


def test_long_lists_of_values_are_cut():
    flat = FlattenedValuesSerializer(PickleSerializer(), 2)
    assert read(flat, written(flat, [("k", [1, 2, 3]), ("l", [])])) == [("k", [1, 2]), ("k", [3])]


# ── two streams ──
def test_pairs_and_products_go_batch_by_batch():
    two = BatchedSerializer(PickleSerializer(), 2)
    data = written(two, [1, 2, "a", "b", 3, "c"])       # batches: 1 2 │ a b │ 3 c
    assert read(PairDeserializer(two, two), data) == [(1, "a"), (2, "b")]
    assert read(CartesianDeserializer(two, two), data) == [
        (1, "a"), (1, "b"), (2, "a"), (2, "b")]


def test_pairs_of_pairs():
    two = BatchedSerializer(PickleSerializer(), 2)
    nested = PairDeserializer(PairDeserializer(two, two), two)
    assert read(nested, written(two, [1, 2, 3, 4, 5, 6])) == [((1, 3), 5), ((2, 4), 6)]


def test_batches_of_different_lengths_are_no_pairs():
    uneven = written(PickleSerializer(), [[1, 2], [3]])
    batches = BatchedSerializer(PickleSerializer())
    with pytest.raises(ValueError, match=r"different number of items in batches: \(2, 1\)"):
        read(PairDeserializer(batches, batches), uneven)


# ── single serializers ──
def test_text_is_decoded_or_not():
    stream = io.BytesIO()
    for text in ("é", "", "a\n"):
        write_with_length(text.encode(), stream)
    write_int(SpecialLengths.NULL, stream)
    assert read(UTF8Deserializer(), stream.getvalue()) == ["é", "", "a\n", None]
    assert read(UTF8Deserializer(False), stream.getvalue())[0] == b"\xc3\xa9"


def test_only_allowed_names_are_loaded():
    data = pickle.dumps({"path": io.StringIO})
    with pytest.raises(pickle.UnpicklingError, match="io.StringIO is not allowed"):
        CloudPickleSerializer(allowed_names={("builtins", "int")}).loads(data)
    allowed = CloudPickleSerializer(allowed_names={("_io", "StringIO"), ("io", "StringIO")})
    assert allowed.loads(data) == {"path": io.StringIO}


def test_what_cannot_be_pickled_is_a_pickling_error(capsys):
    with pytest.raises(pickle.PicklingError, match="Could not serialize object: TypeError"):
        CPickleSerializer().dumps(io.BufferedReader(io.BytesIO()))
    assert "TypeError" in capsys.readouterr().err


def test_auto_says_what_it_cannot_read():
    with pytest.raises(ValueError, match="invalid serialization type: b'X'"):
        AutoSerializer().loads(b"Xabc")
    with pytest.raises(AssertionError, match="FramedSerializer"):
        CompressedSerializer(BatchedSerializer(PickleSerializer()))


def test_equal_serializers_read_each_other():
    assert BatchedSerializer(MarshalSerializer(), 2) == BatchedSerializer(MarshalSerializer(), 2)
    assert BatchedSerializer(MarshalSerializer(), 2) != BatchedSerializer(MarshalSerializer(), 3)
    assert MarshalSerializer() != PickleSerializer()
    assert hash(MarshalSerializer()) == hash(MarshalSerializer())
    assert repr(PairDeserializer(CPickleSerializer(), UTF8Deserializer())) == (
        "PairDeserializer(CloudPickleSerializer(), UTF8Deserializer(True))")


@pytest.mark.parametrize("size", [1, 3, 4, 100])
def test_chunks_end_with_a_mark(size):
    class Kept(io.BytesIO):
        def close(self):
            self.ended = True

    kept = Kept()
    chunks = ChunkedStream(kept, size)
    for part in (b"abc", b"", b"defghij"):
        chunks.write(part)
    chunks.close()
    assert kept.ended and not chunks.closed
    assert kept.getvalue()[-4:] == b"\xff\xff\xff\xff"
    parts = frames(kept.getvalue())
    assert b"".join(parts) == b"abcdefghij" and {len(p) for p in parts[:-1]} <= {size}


# ── in a SparkContext ──
def results(**arguments):
    with SparkContext("local[2]", "serializers", **arguments) as sc:
        numbers = sc.parallelize(list(range(25)), 3)
        pairs = sc.parallelize([(i % 5, i) for i in range(20)], 3)
        return (numbers.glom().collect(), sorted(pairs.reduceByKey(max).collect()),
                sorted((k, sorted(vs)) for k, vs in pairs.groupByKey().mapValues(list).collect()),
                pairs.sortByKey(False, 2).collect(), pairs.join(pairs.mapValues(str)).count(),
                numbers.map(lambda x: (x, x)).union(pairs).count(), numbers.take(7),
                numbers.countApproxDistinct(), numbers.sumApprox(60000),
                sum(numbers.toLocalIterator()))


@pytest.fixture(scope="module")
def usual():
    return results()


@pytest.mark.parametrize("arguments", [
    {"batchSize": 1}, {"batchSize": -1}, {"serializer": MarshalSerializer()},
    {"serializer": MarshalSerializer(), "batchSize": 4},
    {"serializer": CompressedSerializer(PickleSerializer())}], ids=repr)
def test_results_do_not_depend_on_the_serializer(usual, arguments):
    assert results(**arguments)[1:] == usual[1:]


@pytest.mark.parametrize("batch,lengths", [(0, [8, 8, 9]), (1, [8, 8, 9]), (3, [9, 9, 7]),
                                           (-1, [8, 8, 9]), (100, [8, 8, 9])])
def test_batches_are_what_is_dealt_out(batch, lengths):
    with SparkContext("local[2]", "serializers", batchSize=batch) as sc:
        assert [len(p) for p in sc.parallelize(list(range(25)), 3).glom().collect()] == lengths
        assert sc.serializer.batchSize == batch


def test_marshal_is_really_used():
    with SparkContext("local[2]", "serializers", serializer=MarshalSerializer()) as sc:
        with pytest.raises(ValueError, match="unmarshallable"):
            sc.parallelize([object()])
        with pytest.raises(EngineError, match="unmarshallable"):
            sc.parallelize([1]).map(lambda x: slice(x)).collect()
        assert sc.parallelize([1]).map(lambda x: b"\0" * 70000).first() == b"\0" * 70000


def test_sparks_serializer_is_accepted_and_explained(run_program):
    status, out, err = run_program("""
from rushlight import SparkConf, SparkContext
conf = SparkConf().set("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
with SparkContext("local", "kryo", conf=conf) as sc:
    print(sc.parallelize([1]).count(), sc.getConf().get("spark.serializer"))
""")
    assert (status, out.split()) == (0, ["1", "org.apache.spark.serializer.KryoSerializer"])
    assert len(err.splitlines()) == 1 and "spark.serializer" in err and "no effect" in err
