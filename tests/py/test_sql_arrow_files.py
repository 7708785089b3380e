"""Purpose: what the engine's Parquet and ORC formats call: which row groups a task owns, which of
them filters leave out, how columns of other types and names are read, and how files are written."""

import ctypes
import datetime
import decimal

import pytest

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

from rushlight.sql import _arrow_files  # noqa: E402


def _version(path):
    status = path.stat()
    return str(path), status.st_size, status.st_mtime_ns // 1000


def _scan(format, path, fields, filters=(), start=0, length=1 << 60):
    """(table or None, rows, mismatch) as the engine would see it."""
    wanted, stream = (ctypes.c_void_p * 9)(), (ctypes.c_void_p * 5)()
    pa.schema(fields)._export_to_c(ctypes.addressof(wanted))
    rows, _, mismatch = format.scan(*_version(path), start, length, ctypes.addressof(wanted),
                                    list(filters), ctypes.addressof(stream))
    if mismatch is not None or not fields:
        return None, rows, mismatch
    reader = pa.RecordBatchReader._import_from_c(ctypes.addressof(stream))
    return reader.read_all(), rows, None


def _schema(format, path):
    out = (ctypes.c_void_p * 9)()
    format.schema(*_version(path), ctypes.addressof(out))
    return pa.Schema._import_from_c(ctypes.addressof(out))


@pytest.fixture
def numbers(tmp_path):
    """Ten row groups of a hundred rows: n = 0 … 999."""
    path = tmp_path / "numbers.parquet"
    n = list(range(1000))
    pq.write_table(pa.table({
        "n": pa.array(n, pa.int32()),
        "s": ["abc"[i % 3] for i in n],
        "d": pa.array([datetime.date(2024, 1, 1) + datetime.timedelta(days=i) for i in n]),
        "x": pa.array([i / 2 for i in n], pa.float64()),
        "p": pa.array([decimal.Decimal(i).scaleb(-2) for i in n], pa.decimal128(15, 2)),
        "z": pa.array([None if i < 100 else i for i in n], pa.int64()),
    }), path, row_group_size=100)
    return path


N = pa.field("n", pa.int32())


@pytest.mark.parametrize("pieces", [1, 2, 3, 7, 50])
def test_pieces_of_a_file_hold_each_row_once(numbers, pieces):
    size = numbers.stat().st_size
    step = -(-size // pieces)
    seen = []
    for start in range(0, size, step):
        table, rows, _ = _scan(_arrow_files.Parquet, numbers, [N], start=start, length=step)
        assert table.num_rows == rows
        seen += table["n"].to_pylist()
    assert sorted(seen) == list(range(1000))


@pytest.mark.parametrize("filter, rows", [
    (("=", "n", 250), 100), (("<", "n", 100), 100), (("<=", "n", 100), 200), ((">", "n", 899), 100),
    ((">=", "n", 899), 200), (("=", "n", 1000), 0), (("in", "n", [5, 995]), 200),
    (("in", "n", [None]), 0), (("is null", "z", None), 100), (("is not null", "z", None), 900),
    (("=", "z", None), 100), (("and", ("<", "n", 300), (">", "n", 150)), 200),
    (("or", ("<", "n", 100), (">=", "n", 900)), 200), (("or", ("<", "n", 100), None), 1000),
    (("and", ("<", "n", 100), None), 100), (("=", "d", datetime.date(2024, 1, 5)), 100),
    (("<", "p", decimal.Decimal("1.00")), 100), (("=", "s", "zzz"), 0), (("=", "s", "b"), 1000),
    (("=", "n", "text"), 1000), (("=", "nobody", 1), 1000), (("<", "x", 50.0), 100),
    ((">", "x", 1e9), 1000), (("=", "x", float("nan")), 1000), (("=", "N", 250), 100),
])
def test_filters_leave_row_groups_out(numbers, filter, rows):
    assert _scan(_arrow_files.Parquet, numbers, [], [filter])[1] == rows


def test_no_column_is_a_count(numbers):
    assert _scan(_arrow_files.Parquet, numbers, [])[1] == 1000
    assert _arrow_files.Parquet.count(*_version(numbers)) == 1000


def test_columns_by_name(numbers):
    table, _, _ = _scan(_arrow_files.Parquet, numbers,
                        [pa.field("X", pa.float64()), pa.field("nobody", pa.int32()), N])
    assert table.column_names == ["X", "n"]
    assert table["n"].to_pylist() == list(range(1000))
    table, _, _ = _scan(_arrow_files.Parquet, numbers, [pa.field("nobody", pa.int32())])
    assert table.num_rows == 1000


def test_strings_of_few_values_come_as_dictionaries(numbers):
    table, _, _ = _scan(_arrow_files.Parquet, numbers, [pa.field("s", pa.string())])
    assert pa.types.is_dictionary(table.schema.field("s").type)


@pytest.mark.parametrize("want, first", [
    (pa.int64(), 1), (pa.float64(), 1.0), (pa.decimal128(12, 2), decimal.Decimal("1.00"))])
def test_wider_types(numbers, want, first):
    table, _, _ = _scan(_arrow_files.Parquet, numbers, [pa.field("n", want)])
    assert table["n"].to_pylist()[1] == first


@pytest.mark.parametrize("name, want", [("n", pa.string()), ("x", pa.int32()), ("s", pa.int32()),
                                        ("d", pa.int32()), ("p", pa.decimal128(10, 2))])
def test_types_that_do_not_fit(numbers, name, want):
    _, _, mismatch = _scan(_arrow_files.Parquet, numbers, [pa.field(name, want)])
    assert mismatch[0] == name


def test_instants_of_96_bits(tmp_path):
    path = tmp_path / "old.parquet"
    instant = datetime.datetime(2024, 1, 2, 3, 4, 5)
    pq.write_table(pa.table({"t": pa.array([instant], pa.timestamp("us"))}), path,
                   use_deprecated_int96_timestamps=True)
    type = pa.timestamp("us", "UTC")
    assert _schema(_arrow_files.Parquet, path).field("t").type == type
    table, _, _ = _scan(_arrow_files.Parquet, path, [pa.field("t", type)])
    assert table["t"].to_pylist()[0].replace(tzinfo=None) == instant


def test_a_file_that_changes_is_read_anew(tmp_path):
    import os
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": [1]}), path)
    assert _arrow_files.Parquet.count(*_version(path)) == 1
    pq.write_table(pa.table({"a": [1, 2]}), path)
    os.utime(path, (1, 1))
    assert _arrow_files.Parquet.count(*_version(path)) == 2


@pytest.mark.parametrize("bytes", [b"", b"no parquet at all", None])
def test_broken_files(numbers, tmp_path, bytes):
    path = tmp_path / "broken.parquet"
    path.write_bytes(numbers.read_bytes()[:-20] if bytes is None else bytes)
    with pytest.raises((pa.ArrowInvalid, OSError)):
        _schema(_arrow_files.Parquet, path)


def _write(format, path, table, codec):
    schema = (ctypes.c_void_p * 9)()
    table.schema._export_to_c(ctypes.addressof(schema))
    writer = format.open_writer(str(path), ctypes.addressof(schema), codec)
    for batch in table.to_batches(max_chunksize=10):
        array = (ctypes.c_void_p * 10)()
        batch._export_to_c(ctypes.addressof(array))
        writer.write(ctypes.addressof(array))
    assert writer.close(True) == path.stat().st_size


def test_written_parquet(tmp_path):
    path = tmp_path / "out.parquet"
    table = pa.table({"a": list(range(100))})
    _write(_arrow_files.Parquet, path, table, "snappy")
    metadata = pq.read_metadata(path)
    assert metadata.num_row_groups == 1 and metadata.row_group(0).column(0).compression == "SNAPPY"
    assert pq.read_table(path).equals(table)


def test_an_empty_file_has_the_schema(tmp_path):
    path = tmp_path / "out.parquet"
    _write(_arrow_files.Parquet, path, pa.table({"a": pa.array([], pa.int32())}), "none")
    assert _schema(_arrow_files.Parquet, path).names == ["a"]


def test_names_of_files():
    assert _arrow_files.Parquet.extension("snappy") == ".snappy.parquet"
    assert _arrow_files.Parquet.extension("GZIP") == ".gz.parquet"
    assert _arrow_files.Parquet.extension("none") == ".parquet"
    assert _arrow_files.Orc.extension("zlib") == ".zlib.orc"
    for format in _arrow_files.Parquet, _arrow_files.Orc:
        with pytest.raises(NotImplementedError, match="nope"):
            format.extension("nope")


def test_orc(tmp_path):
    path = tmp_path / "out.orc"
    table = pa.table({"a": pa.array(range(100), pa.int32()), "s": ["x"] * 100})
    _write(_arrow_files.Orc, path, table, "zstd")
    assert _schema(_arrow_files.Orc, path).names == ["a", "s"]
    assert _arrow_files.Orc.count(*_version(path)) == 100
    read, _, _ = _scan(_arrow_files.Orc, path,
                       [pa.field("a", pa.int64()), pa.field("none", pa.int8())])
    assert read["a"].to_pylist() == list(range(100)) and read.column_names == ["a"]
    assert _scan(_arrow_files.Orc, path, [pa.field("s", pa.int32())])[2][0] == "s"
    assert _scan(_arrow_files.Orc, path, [])[1] == 100
    assert _scan(_arrow_files.Orc, path, [pa.field("none", pa.int8())])[0].num_rows == 100
