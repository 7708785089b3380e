"""Files in and out besides lines: whole files, records, pickles, Hadoop's pairs, codecs, commands.

tests/data/spark_files holds files that PySpark 4.3 wrote; which files go together in a partition is
what it did with the same ones.
"""
import bz2
import gzip
import os
import shutil
import time

import pytest

from rushlight.errors import IllegalArgumentException, PythonException
from rushlight.errors.engine import (EngineError, FileAlreadyExistsException,
                                     InvalidInputException, UnsupportedOperationException)

RECORDED = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "data",
                        "spark_files")
PAIRS = [(i, f"v{i}") for i in range(50)]
CODEC = "org.apache.hadoop.io.compress."


@pytest.fixture
def files(tmp_path):
    """Eight files of different lengths, two of them empty, beside what is passed over."""
    for i, n in enumerate([100, 5, 0, 30, 60, 7, 0, 1]):
        (tmp_path / f"f{i}.txt").write_text("k" * n)
    (tmp_path / "_hidden").write_text("x")
    (tmp_path / ".hidden").write_text("x")
    return tmp_path


def names(rdd):
    return [[os.path.basename(path)[1] for path, _ in part] for part in rdd.glom().collect()]


# ── whole files ──
@pytest.mark.parametrize("n, expected", [
    (1, ["013457", "26"]), (2, ["01", "234567"]), (3, ["0", "134", "2567"]),
    (4, ["0", "134", "2567"]), (8, ["0", "13", "4", "2567"])])
def test_small_files_go_together(sc, files, n, expected):
    found = names(sc.wholeTextFiles(f"{files}/*", n))
    assert ["".join(part) for part in found] == expected


def test_binary_files_go_together_by_their_cost(sc, files):
    """Each counts 4 MiB more than it has, and these eight are fewer bytes than one of four cores
    is to have."""
    assert names(sc.binaryFiles(f"{files}/*", 8)) == [list("01234567")]


def test_a_file_as_it_is(sc, tmp_path):
    path = tmp_path / "a b.txt"
    path.write_bytes(b"a\xffb\r\n")
    uri = f"file:{path}"
    assert sc.wholeTextFiles(str(path)).collect() == [(uri, "a\ufffdb\r\n")]
    assert sc.wholeTextFiles(str(path), use_unicode=False).map(lambda kv: kv[0]).collect() == [
        uri.encode()]
    assert sc.binaryFiles(str(path)).collect() == [(uri, b"a\xffb\r\n")]


def test_packed_text_is_unpacked(sc, tmp_path):
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(b"hello"))
    assert sc.wholeTextFiles(str(path)).values().collect() == ["hello"]
    assert sc.binaryFiles(str(path)).values().collect() == [path.read_bytes()]


def test_folders_in_a_folder_are_passed_over(sc, files):
    (files / "sub").mkdir()
    (files / "sub" / "x.txt").write_text("x")
    assert sc.wholeTextFiles(str(files)).count() == 8
    assert sc.binaryFiles(str(files)).count() == 8


def test_no_files_and_empty_ones(sc, tmp_path):
    assert sc.wholeTextFiles(str(tmp_path)).getNumPartitions() == 0
    (tmp_path / "a").write_text("")
    assert sc.wholeTextFiles(str(tmp_path)).values().collect() == [""]
    with pytest.raises(InvalidInputException, match="nope"):
        sc.wholeTextFiles(str(tmp_path / "nope")).count()


def test_whole_files_lie_in_spark_s_rdds(sc, files):
    whole = sc.wholeTextFiles(str(files), 2).toDebugString().decode()
    assert "MapPartitionsRDD" in whole and "WholeTextFileRDD" in whole
    assert "BinaryFileRDD" in sc.binaryFiles(str(files)).toDebugString().decode()


# ── records ──
def test_binary_records(sc, tmp_path):
    path = tmp_path / "records"
    path.write_bytes(bytes(range(100)))
    records = sc.binaryRecords(str(path), 10)
    assert records.collect() == [bytes(range(i, i + 10)) for i in range(0, 100, 10)]
    assert "NewHadoopRDD" in records.toDebugString().decode()
    assert records.zip(records).count() == 10


def test_a_record_that_is_cut_off(sc, tmp_path):
    path = tmp_path / "records"
    path.write_bytes(bytes(100))
    with pytest.raises(EngineError, match=f"{path} ends in the middle of a record: at byte 90"):
        sc.binaryRecords(str(path), 30).count()


@pytest.mark.parametrize("length", [0, -5])
def test_records_of_no_length(sc, tmp_path, length):
    with pytest.raises(IllegalArgumentException, match="recordLength"):
        sc.binaryRecords(str(tmp_path), length)


# ── pickles ──
def test_pickles_of_spark(sc, tmp_path):
    shutil.copy(f"{RECORDED}/pickle", tmp_path / "part-00000")
    assert sc.pickleFile(str(tmp_path)).collect() == list(range(12))


def test_pickles_are_those_of_spark(sc, tmp_path):
    """But for the 16 bytes that differ in each file."""
    sc.parallelize(list(range(12)), 1).saveAsPickleFile(str(tmp_path / "out"))
    ours, theirs = (tmp_path / "out" / "part-00000").read_bytes(), open(f"{RECORDED}/pickle",
                                                                       "rb").read()
    assert ours[:0x4f] == theirs[:0x4f] and ours[0x5f:] == theirs[0x5f:]


@pytest.mark.parametrize("size", [0, 1, 10, -1])
def test_pickles_there_and_back(sc, tmp_path, size):
    things = [("a", 1), None, {"x": [1.5]}] * 50
    sc.parallelize(things, 2).saveAsPickleFile(str(tmp_path / "out"), size)
    assert sorted(sc.pickleFile(str(tmp_path / "out")).map(str).collect()) == sorted(
        map(str, things))


def test_a_pickle_file_that_is_cut_off(sc, tmp_path):
    data = open(f"{RECORDED}/pickle", "rb").read()
    for length in (len(data) - 5, 0x62, 0x30):
        path = tmp_path / f"cut{length}"
        path.write_bytes(data[:length])
        with pytest.raises(EngineError, match=rf"cut{length} is damaged: .* \(at byte \d+\)"):
            sc.pickleFile(str(path)).collect()


def test_a_pickle_file_that_holds_something_else(sc, tmp_path):
    data = bytearray(open(f"{RECORDED}/pickle", "rb").read())
    data[0x70] ^= 1
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(EngineError, match=r"file:/.*/x \(at byte 95\) is not one that saveAs"):
        sc.pickleFile(str(tmp_path / "x")).collect()
    with pytest.raises(EngineError, match="its values are org.apache.hadoop.io.Text"):
        sc.pickleFile(f"{RECORDED}/int_text.seq").collect()


# ── sequence files ──
@pytest.mark.parametrize("name, pairs", [
    ("int_text", [(1, "a"), (2, "bcd"), (3, "é")]), ("block", PAIRS), ("record", PAIRS),
    ("text_map", [("a", {"k": 1})])])
def test_sequence_files_of_spark(sc, name, pairs):
    assert sc.sequenceFile(f"{RECORDED}/{name}.seq").collect() == pairs


def test_sequence_files_are_those_of_spark(sc, tmp_path):
    sc.parallelize([(1, "a"), (2, "bcd"), (3, "é")], 1).saveAsSequenceFile(str(tmp_path / "out"))
    ours = (tmp_path / "out" / "part-00000").read_bytes()
    theirs = open(f"{RECORDED}/int_text.seq", "rb").read()
    assert ours[:0x45] == theirs[:0x45] and ours[0x55:] == theirs[0x55:]


@pytest.mark.parametrize("pair, back", [
    ((1, 1), (1, 1)), ((1 << 40, -5), (1 << 40, -5)), (("a", 1.5), ("a", 1.5)),
    (("a", True), ("a", True)), (("a", b"xy"), ("a", bytearray(b"xy"))), ((None, "é"), (None, "é")),
    (("a", {"k": 1, "d": 2.5}), ("a", {"k": 1, "d": 2.5})), (("x" * 300, ""), ("x" * 300, ""))])
def test_values_there_and_back(sc, tmp_path, pair, back):
    sc.parallelize([pair], 1).saveAsSequenceFile(str(tmp_path / "out"))
    assert sc.sequenceFile(str(tmp_path / "out")).collect() == [back]


@pytest.mark.parametrize("codec", ["GzipCodec", "BZip2Codec", "DefaultCodec", "ZStandardCodec"])
def test_packed_sequence_files_are_split(sc, tmp_path, codec):
    pairs = [(i, f"{i * 2654435761 % 2**32}") for i in range(60000)]
    sc.parallelize(pairs, 1).saveAsSequenceFile(str(tmp_path / "out"), CODEC + codec)
    back = sc.sequenceFile(str(tmp_path / "out"), minSplits=3)
    assert back.getNumPartitions() > 1
    assert back.collect() == pairs


def test_every_cut_reads_each_record_once(sc, tmp_path):
    pairs = [(i, f"value {i}") for i in range(30000)]
    sc.parallelize(pairs, 1).saveAsSequenceFile(str(tmp_path / "out"))
    for splits in (1, 2, 5, 100):
        assert sc.sequenceFile(str(tmp_path / "out"), minSplits=splits).collect() == pairs


def test_a_damaged_sequence_file(sc, tmp_path):
    data = open(f"{RECORDED}/int_text.seq", "rb").read()
    (tmp_path / "length").write_bytes(data[:0x55] + b"\x7f" + data[0x56:])
    with pytest.raises(EngineError, match=r"length is damaged: .* \(at byte \d+\)"):
        sc.sequenceFile(str(tmp_path / "length")).collect()
    packed = bytearray(open(f"{RECORDED}/block.seq", "rb").read())
    packed[-20] ^= 0xff
    (tmp_path / "packed").write_bytes(packed)
    with pytest.raises(EngineError, match="packed"):
        sc.sequenceFile(str(tmp_path / "packed")).collect()
    (tmp_path / "text").write_text("x")
    with pytest.raises(EngineError, match="text not a SequenceFile"):
        sc.sequenceFile(str(tmp_path / "text"))


def test_files_that_are_not_alike(sc, tmp_path):
    for name in ("int_text", "text_map"):
        shutil.copy(f"{RECORDED}/{name}.seq", tmp_path / name)
    with pytest.raises(EngineError, match="all files that are read at once must have the same"):
        sc.sequenceFile(str(tmp_path)).collect()


def test_a_folder_without_pairs(sc, tmp_path):
    assert sc.sequenceFile(str(tmp_path)).collect() == []
    with pytest.raises(InvalidInputException):
        sc.sequenceFile(str(tmp_path / "nope"))


@pytest.mark.parametrize("elements, error, words", [
    ([], UnsupportedOperationException, "empty collection"),
    ([1], EngineError, "RDD element of type int cannot be used"),
    ([("a", [1])], EngineError, "Data of type list cannot be used"),
    ([("a", 1 << 70)], EngineError, "Data of type int cannot be used"),
    ([(1, 1), (1 << 40, 1)], PythonException, "wrong key class: .*LongWritable is not class"),
    ([("a", 1), ("b", None)], PythonException, "wrong value class")])
def test_what_is_no_pair_of_writables(sc, tmp_path, elements, error, words):
    with pytest.raises(error, match=words):
        sc.parallelize(elements, 1).saveAsSequenceFile(str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("pair, key, value, words", [
    ((1, 1), "LongWritable", "IntWritable", "wrong key class: .*IntWritable is not .*LongWritable"),
    ((1, .5), "IntWritable", "FloatWritable", "wrong value class: .*DoubleWritable is not .*Float")])
def test_no_value_is_widened(sc, tmp_path, pair, key, value, words):
    package = "org.apache.hadoop."
    with pytest.raises(PythonException, match=words):
        sc.parallelize([pair], 1).saveAsNewAPIHadoopFile(
            str(tmp_path / "out"), package + "mapreduce.lib.output.SequenceFileOutputFormat",
            package + "io." + key, package + "io." + value)


# ── Hadoop's formats ──
def test_text_output(sc, tmp_path):
    pairs = sc.parallelize([(1, "a"), (2, b"zz"), (3, None)], 1)
    pairs.saveAsHadoopFile(str(tmp_path / "old"), "org.apache.hadoop.mapred.TextOutputFormat")
    pairs.saveAsNewAPIHadoopFile(str(tmp_path / "new"),
                                 "org.apache.hadoop.mapreduce.lib.output.TextOutputFormat")
    for name in ("old/part-00000", "new/part-r-00000"):
        assert (tmp_path / name).read_text() == "1\ta\n2\t7a 7a\n3\n"
    kind = "org.apache.hadoop.mapred.KeyValueTextInputFormat"
    text = "org.apache.hadoop.io.Text"
    assert sc.hadoopFile(str(tmp_path / "old"), kind, text, text).collect() == [
        ("1", "a"), ("2", "7a 7a"), ("3", "")]


def test_lines_with_their_positions(sc, tmp_path):
    path = tmp_path / "lines"
    path.write_bytes("\ufeffxé\r\n\nz".encode())
    old = "org.apache.hadoop.mapred.TextInputFormat"
    new = "org.apache.hadoop.mapreduce.lib.input.TextInputFormat"
    for rdd, kind in ((sc.hadoopFile(str(path), old, "", ""), "Hadoop"),
                      (sc.newAPIHadoopFile(str(path), new, "", ""), "NewHadoop")):
        assert rdd.collect() == [(0, "xé"), (8, ""), (9, "z")]
        assert f" {kind}RDD[" in rdd.toDebugString().decode()
    many = "".join(f"line {i}\n" for i in range(1000))
    path.write_text(many)
    split = sc.hadoopRDD(old, "", "", batchSize=7, conf={"mapred.input.dir": str(path)})
    assert split.getNumPartitions() > 1
    assert all(many[at:].startswith(line + "\n") for at, line in split.collect())


def test_settings_of_sequence_output(sc, tmp_path):
    form = "org.apache.hadoop.mapred.SequenceFileOutputFormat"
    compress = "mapreduce.output.fileoutputformat.compress"
    for name, conf in (("records", {compress: "true"}),
                       ("blocks", {compress: "true", compress + ".type": "BLOCK",
                                   compress + ".codec": CODEC + "GzipCodec"})):
        sc.parallelize(PAIRS, 1).saveAsHadoopFile(str(tmp_path / name), form, conf=conf)
        assert sc.sequenceFile(str(tmp_path / name)).collect() == PAIRS
    head = (tmp_path / "blocks" / "part-00000").read_bytes()[:0x90]
    assert b"GzipCodec" in head


@pytest.mark.parametrize("call", [
    lambda sc, path: sc.hadoopFile(path, "no.Such", "k", "v"),
    lambda sc, path: sc.newAPIHadoopFile(path, "no.Such", "k", "v"),
    lambda sc, path: sc.sequenceFile(path, keyConverter="a.B"),
    lambda sc, path: sc.parallelize([(1, 2)]).saveAsHadoopFile(path, "no.Such"),
    lambda sc, path: sc.parallelize([(1, 2)]).saveAsTextFile(path, CODEC + "SnappyCodec")])
def test_what_is_not_there_is_refused_by_name(sc, tmp_path, call):
    with pytest.raises(UnsupportedOperationException, match="there (are|is)"):
        call(sc, str(tmp_path / "out"))


def test_a_data_set_without_a_path(sc):
    with pytest.raises(EngineError, match="mapreduce.output.fileoutputformat.outputdir"):
        sc.parallelize([(1, 2)], 1).saveAsHadoopDataset({})


# ── codecs ──
@pytest.mark.parametrize("codec, suffix", [
    ("GzipCodec", ".gz"), ("BZip2Codec", ".bz2"), ("ZStandardCodec", ".zst"),
    ("DefaultCodec", ".deflate"), ("DeflateCodec", ".deflate")])
def test_packed_text_there_and_back(sc, tmp_path, codec, suffix):
    lines = [f"line {i}" for i in range(50000)]
    sc.parallelize(lines, 2).saveAsTextFile(str(tmp_path / "out"), CODEC + codec)
    assert sorted(os.listdir(tmp_path / "out")) == [
        "_SUCCESS", "part-00000" + suffix, "part-00001" + suffix]
    assert sorted(sc.textFile(str(tmp_path / "out")).collect()) == sorted(lines)


def test_several_parts_in_one_file(sc, tmp_path):
    (tmp_path / "a.bz2").write_bytes(bz2.compress(b"a\n") + bz2.compress(b"b\n"))
    assert sc.textFile(str(tmp_path / "a.bz2")).collect() == ["a", "b"]


@pytest.mark.parametrize("n, partitions", [     # as Spark 4.3 has them
    (1, [["a", "bc", "d"]]),
    (2, [["a", "bc"], ["d"]]),
    (4, [["a", "bc"], [], ["d"], []]),
    (10, [["a", "bc"], [], [], [], [], ["d"], [], [], [], [], []])])
def test_bzip2_files_are_split_at_blocks(sc, tmp_path, n, partitions):
    (tmp_path / "a.bz2").write_bytes(bz2.compress(b"a\nb") + bz2.compress(b"c\nd\n"))
    assert sc.textFile(str(tmp_path / "a.bz2"), n).glom().collect() == partitions


@pytest.mark.parametrize("codec", ["GzipCodec", "BZip2Codec", "ZStandardCodec", "DefaultCodec"])
def test_packed_files_that_are_cut_off(sc, tmp_path, codec):
    sc.parallelize(range(100000), 1).saveAsTextFile(str(tmp_path / "out"), CODEC + codec)
    path, = (tmp_path / "out").glob("part-*")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(EngineError, match=f"{path} is damaged or no packed file: .*at byte"):
        sc.textFile(str(path)).count()


def test_a_codec_that_is_none(sc, tmp_path):
    with pytest.raises(IllegalArgumentException, match="no codec no.such.Codec; there are"):
        sc.parallelize([1]).saveAsTextFile(str(tmp_path / "out"), "no.such.Codec")


def test_an_output_that_is_there_is_refused(sc, tmp_path):
    for save in (lambda: sc.parallelize([1], 1).saveAsPickleFile(str(tmp_path)),
                 lambda: sc.parallelize([(1, 2)], 1).saveAsSequenceFile(str(tmp_path))):
        with pytest.raises(FileAlreadyExistsException):
            save()


# ── commands ──
def test_pipe(sc):
    assert sc.parallelize(["1", "2", "", "3\n"], 2).pipe("cat").collect() == ["1", "2", "", "3"]
    assert sc.parallelize([1], 1).pipe("sh -c 'echo $WORD'", {"WORD": "x y"}).collect() == ["x y"]
    assert sc.parallelize([], 2).pipe("wc -l").collect() == ["0", "0"]


def test_a_pipe_does_not_wait_for_itself(sc):
    """More than fits into all the buffers between, in both directions."""
    lines = sc.parallelize(range(100000), 2).map(lambda x: "x" * 60)
    assert lines.pipe("cat").filter(lambda line: line == "x" * 60).count() == 100000


def test_a_command_that_reads_less_or_is_not_listened_to(sc):
    numbers = sc.parallelize(range(200000), 1)
    assert numbers.pipe("head -n 2", checkCode=True).collect() == ["0", "1"]
    assert numbers.pipe("cat").take(3) == ["0", "1", "2"]


def test_a_command_that_fails(sc):
    one = sc.parallelize(["1"], 1)
    assert one.pipe("false").collect() == []
    with pytest.raises(PythonException, match="Pipe function `false` exited with error code 1"):
        one.pipe("false", checkCode=True).collect()
    with pytest.raises(PythonException, match="no-such-command"):
        one.pipe("no-such-command").collect()
    with pytest.raises(PythonException, match="ZeroDivisionError"):
        one.map(lambda x: 1 / 0).pipe("cat").collect()


def test_a_command_ends_with_its_task(sc, tmp_path):
    """`take` wants one line of a command that would go on for a minute."""
    began = time.monotonic()
    script = f"sh -c 'echo $$ > {tmp_path}/pid; echo line; exec sleep 60'"
    assert sc.parallelize([1], 1).pipe(script, {"PATH": os.environ["PATH"]}).take(1) == ["line"]
    assert time.monotonic() - began < 30
    pid = int((tmp_path / "pid").read_text())
    with pytest.raises(OSError):
        os.kill(pid, 0)
