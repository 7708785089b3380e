"""Where RDDs begin: parallelize, range, textFile.  Expected values are real PySpark's."""
import gzip
import os

import pytest

from rushlight.errors import EngineError

TEXT = ["to be or not to be", "that is the question", "whether tis nobler in the mind to suffer",
        "the slings and arrows of outrageous fortune", "or to take arms",
        "against a sea of troubles", "and by opposing end them", "to die to sleep no more"]


def layout(rdd):
    return rdd.glom().collect()


@pytest.fixture
def write(tmp_path):
    def write(name, data):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return str(path)

    return write


# ── parallelize ──
@pytest.mark.parametrize("elements,n,parts", [
    (list(range(10)), 4, [[0, 1], [2, 3], [4, 5], [6, 7, 8, 9]]),
    (list("abcdefg"), 3, [["a", "b"], ["c", "d"], ["e", "f", "g"]]),
    ([1, 2, 3], 5, [[], [1], [], [2], [3]]),
    (range(10), 4, [[0, 1], [2, 3, 4], [5, 6], [7, 8, 9]]),
    (range(10, 0, -3), 2, [[10, 7], [4, 1]]),
    ([], 3, [[], [], []]),
    (range(0), 2, [[], []]),
])
def test_parallelize(sc, elements, n, parts):
    rdd = sc.parallelize(elements, n)
    assert rdd.getNumPartitions() == n and layout(rdd) == parts


@pytest.mark.parametrize("x", [None, True, 2 ** 80, -1.5, float("inf"), "ä\0b", b"\xff\0", (), [[]],
                               {"k": {1, 2}}, frozenset("ab"), ValueError("x").args, complex(1, 2)])
def test_any_object_comes_back_as_it_was(sc, x):
    assert sc.parallelize([x, x], 2).map(lambda y: [y]).collect() == [[x], [x]]


def test_many_elements(sc):
    rdd = sc.parallelize(list(range(100_000)), 7)
    assert rdd.count() == 100_000 and rdd.collect() == list(range(100_000))


def test_range(sc):
    assert sc.range(2, 11, 3, 2).glom().collect() == [[2], [5, 8]]
    assert sc.range(10 ** 12, 10 ** 12 + 3).collect() == [10 ** 12, 10 ** 12 + 1, 10 ** 12 + 2]
    assert sc.range(10 ** 7).count() == 10 ** 7


def test_empty_rdd(sc):
    rdd = sc.emptyRDD()
    assert rdd.getNumPartitions() == 0 and rdd.collect() == [] and rdd.count() == 0
    assert rdd.map(lambda x: (x, 1)).reduceByKey(max).collect() == []
    assert rdd.isEmpty() and rdd.take(3) == []
    assert sorted(rdd.union(sc.parallelize([1, 2])).collect()) == [1, 2]


# ── textFile: splits by bytes ──
def test_a_small_file_has_two_partitions(sc, write):
    rdd = sc.textFile(write("a.txt", "\n".join(TEXT) + "\n"))
    assert layout(rdd) == [TEXT[:4], TEXT[4:]]
    assert rdd.first() == TEXT[0] and rdd.count() == 8


def test_lines_belong_to_the_split_that_they_begin_in(sc, write):
    rdd = sc.textFile(write("a.txt", "\n".join(TEXT) + "\n"), 8)
    assert layout(rdd) == [TEXT[:2], TEXT[2:3], TEXT[3:4], [], TEXT[4:5], TEXT[5:6], TEXT[6:7],
                           TEXT[7:]]


def test_every_split_keeps_every_line(sc, write):
    path = write("a.txt", "\n".join(TEXT))
    for n in range(1, 40):
        assert sc.textFile(path, n).collect() == TEXT


def test_a_folder_of_files(sc, write, tmp_path):
    for name, n in (("a", 1), ("b", 4), ("c", 8)):
        write(f"in/{name}.txt", "".join(line + "\n" for line in TEXT[:n]))
    write("in/_hidden", "x\n")
    write("in/.hidden", "x\n")
    rdd = sc.textFile(str(tmp_path / "in"))
    assert sorted(layout(rdd.map(len)), key=str) == [
        [18, 20, 40, 43, 15, 25, 24], [18, 20, 40, 43], [18], [23]]


def test_patterns_and_lists(sc, write, tmp_path):
    for name in ("a.txt", "b.txt", "c.log", "d1/e.txt", "d2/e.txt"):
        write(name, name + "\n")
    at = str(tmp_path)
    for pattern, names in ((at + "/*.txt", ["a.txt", "b.txt"]),
                           (at + "/[bc].*", ["b.txt", "c.log"]),
                           (at + "/{a,c}.*", ["a.txt", "c.log"]), (at + "/?.log", ["c.log"]),
                           (at + "/d*/e.txt", ["d1/e.txt", "d2/e.txt"]),
                           (at + "/c.log," + at + "/a.txt", ["a.txt", "c.log"]),
                           ("file://" + at + "/a.txt", ["a.txt"])):
        assert sorted(sc.textFile(pattern).collect()) == names, pattern


@pytest.mark.parametrize("text,lines", [
    ("", []), ("a", ["a"]), ("a\n", ["a"]), ("\n", [""]), ("\n\n", ["", ""]),
    ("a\r\nb\r\n", ["a", "b"]), ("a\rb", ["a", "b"]), ("a\r\r\nb", ["a", "", "b"]), ("a\0b\n", ["a\0b"]), ("ä€𝄞\n", ["ä€𝄞"]),
    ("a\u2028b\x0bc\n", ["a\u2028b\x0bc"]), ("\ufeffa\n", ["a"]),
])
def test_ends_of_lines(sc, write, text, lines):
    path = write("a.txt", text)
    for n in (1, 2, 5):
        assert sc.textFile(path, n).collect() == lines


def test_bytes_that_are_not_utf8(sc, write):
    path = write("a.txt", b"caf\xe9 \xff\xfe!\nok\n")
    assert sc.textFile(path, 1).collect() == ["caf\ufffd \ufffd\ufffd!", "ok"]
    # Not the bytes of the file: Java has decoded them, and encodes them again.
    replaced = ["caf\ufffd \ufffd\ufffd!".encode(), b"ok"]
    as_bytes = sc.textFile(path, 1, use_unicode=False)
    assert as_bytes.collect() == as_bytes.map(bytes).collect() == replaced
    assert sc.textFile(path).map(len).collect() == [8, 2]


def test_gzip_is_not_split(sc, tmp_path):
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress("".join(line + "\n" for line in TEXT * 50).encode()))
    rdd = sc.textFile(str(path), 6)
    assert rdd.getNumPartitions() == 1 and rdd.collect() == TEXT * 50


def test_a_long_line(sc, write):
    line = "x" * 5_000_000
    path = write("a.txt", f"a\n{line}\nb\n")
    assert sc.textFile(path, 4).map(len).collect() == [1, 5_000_000, 1]


def test_the_rdd_is_named_after_its_path(sc, write):
    path = write("a.txt", "a\n")
    assert sc.textFile(path).name() == path


# ── errors ──
def test_a_missing_file_is_found_missing_by_the_action(sc):
    rdd = sc.textFile("/no/such/file").map(len)
    for use in (rdd.count, rdd.getNumPartitions, rdd.collect):
        with pytest.raises(EngineError, match="Input path does not exist: file:/no/such/file"):
            use()


def test_a_pattern_that_matches_nothing(sc, tmp_path):
    with pytest.raises(EngineError, match="matches 0 files"):
        sc.textFile(f"{tmp_path}/*.nothing").count()


def test_a_broken_gzip_file(sc, tmp_path):
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(os.urandom(10_000))[:5_000])
    with pytest.raises(EngineError, match="a.gz"):
        sc.textFile(str(path)).count()


def test_a_compression_that_is_not_there_yet(sc, tmp_path):
    """Reading it as text would be worse."""
    path = tmp_path / "a.txt.snappy"
    path.write_bytes(b"a\n")
    with pytest.raises(EngineError, match="snappy"):
        sc.textFile(str(path)).count()
