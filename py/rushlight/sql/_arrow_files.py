"""Parquet and ORC files, through pyarrow: what the engine's formats of these names call.

The engine opens a file here and then reads batches from an Arrow C stream, without Python:

    task: bytes [start, start + length) of a file
      1. footer, kept by path, size and time of the last change
      2. the task owns the row groups (stripes in ORC) whose middle lies in its bytes
      3. of these, those that can have rows for the filters, by minimum, maximum and null count
      4. one scanner on the task's own thread, without read-ahead, exported as a C stream

Structures cross as addresses.  Whoever calls holds the GIL; several threads may call at once.
"""

import collections
import datetime
import json
import math
import os
import threading

_MAX_KEPT = 256
_BATCH_ROWS = 65536
# A column of strings is read as a dictionary where the file has it as one: then its values are
# small numbers, and take few bytes each.
_DICTIONARY_BYTES_A_VALUE = 3


def _pyarrow(name):
    """A module of pyarrow, which is optional."""
    import importlib
    try:
        return importlib.import_module(name)
    except ImportError as e:
        raise ImportError("Parquet and ORC files need pyarrow, which is not installed (%s): "
                          "pip install pyarrow" % e) from None


class _Kept:
    """The last few things that were read, by file and what identifies its version."""

    def __init__(self, make):
        self._make = make
        self._values = collections.OrderedDict()
        self._lock = threading.Lock()

    def get(self, path, size, modified):
        key = (path, size, modified)
        with self._lock:
            value = self._values.get(key)
            if value is not None:
                self._values.move_to_end(key)
                return value
        value = self._make(path)
        with self._lock:
            self._values[key] = value
            while len(self._values) > _MAX_KEPT:
                self._values.popitem(last=False)
        return value


# -- which row groups can have rows --

class _Statistics:
    """Bounds of one column in one row group; None: not known."""

    __slots__ = ("low", "high", "nulls", "rows", "is_float")

    def __init__(self, rows, chunk=None):
        self.rows = rows
        self.low = self.high = self.nulls = None
        self.is_float = False
        statistics = chunk.statistics if chunk is not None else None
        if statistics is None:
            return
        self.is_float = chunk.physical_type in ("FLOAT", "DOUBLE")
        if statistics.has_null_count:
            self.nulls = statistics.null_count
        if statistics.has_min_max:
            self.low, self.high = statistics.min, statistics.max

    def may_hold(self, word, value):
        if word == "is null":
            return self.nulls is None or self.nulls > 0
        if word == "is not null":
            return self.nulls is None or self.nulls < self.rows
        if word == "in":
            return any(v is not None and self.may_hold("=", v) for v in value)
        if value is None:  # <=> null
            return self.nulls is None or self.nulls > 0
        if self.nulls is not None and self.nulls == self.rows:
            return False
        return self.low is None or self._in_bounds(word, value)

    def _in_bounds(self, word, value):
        low, high = self.low, self.high
        if isinstance(value, datetime.datetime) and getattr(low, "tzinfo", None) is not None:
            value = value.astimezone(datetime.timezone.utc)
        if isinstance(value, float) and math.isnan(value):
            return True
        # NaN is above all numbers, and bounds leave it out.
        unbounded = self.is_float
        try:
            if word == "=":
                return low <= value <= high
            if word == "<":
                return low < value
            if word == "<=":
                return low <= value
            if word == ">":
                return unbounded or high > value
            return unbounded or high >= value
        except TypeError:
            return True  # of two types: says nothing


def _may_match(filter, statistics_of):
    """Whether rows with these statistics can pass; a filter of an unknown form can."""
    if filter is None:
        return True
    word, left, right = filter
    if word == "and":
        return _may_match(left, statistics_of) and _may_match(right, statistics_of)
    if word == "or":
        return _may_match(left, statistics_of) or _may_match(right, statistics_of)
    statistics = statistics_of(left)
    return statistics is None or statistics.may_hold(word, right)


# -- columns by name, and what they are converted to --

def _find(names, name):
    """The file's column of that name, else the only one that differs in case alone."""
    if name in names:
        return name
    lower = name.lower()
    alike = [n for n in names if n.lower() == lower]
    return alike[0] if len(alike) == 1 else None


def _plain(type):
    """A type without what only says how it is laid out."""
    types = _pyarrow("pyarrow.types")
    pa = _pyarrow("pyarrow")
    if types.is_dictionary(type):
        return _plain(type.value_type)
    if types.is_large_string(type) or types.is_string_view(type):
        return pa.string()
    if types.is_large_binary(type) or types.is_binary_view(type) or \
            types.is_fixed_size_binary(type):
        return pa.binary()
    if types.is_decimal(type):
        return pa.decimal128(type.precision, type.scale) if type.precision <= 38 else type
    if types.is_timestamp(type):
        return pa.timestamp("us", "UTC" if type.tz else None)
    if types.is_uint8(type):
        return pa.int16()
    if types.is_uint16(type):
        return pa.int32()
    if types.is_uint32(type):
        return pa.int64()
    if types.is_uint64(type):
        return pa.decimal128(20, 0)
    if types.is_float16(type):
        return pa.float32()
    return type


def _alike(have, want):
    """Whether the engine's importer makes of `have` what `want` stands for."""
    types = _pyarrow("pyarrow.types")
    have, want = _plain(have), _plain(want)
    if types.is_struct(have) and types.is_struct(want):
        return have.num_fields == want.num_fields and all(
            h.name == w.name and h.nullable == w.nullable and _alike(h.type, w.type)
            for h, w in zip(have, want))
    if types.is_map(have) and types.is_map(want):
        return _alike(have.key_type, want.key_type) and _alike(have.item_type, want.item_type) \
            and have.item_field.nullable == want.item_field.nullable
    if _is_list(have) and _is_list(want):
        return have.value_field.nullable == want.value_field.nullable and \
            _alike(have.value_type, want.value_type)
    return have == want


def _is_list(type):
    types = _pyarrow("pyarrow.types")
    return types.is_list(type) or types.is_large_list(type) or types.is_fixed_size_list(type)


def _is_nested(type):
    types = _pyarrow("pyarrow.types")
    return types.is_struct(type) or types.is_map(type) or _is_list(type)


def _can_convert(have, want):
    """The conversions that Spark's vectorized readers make."""
    types = _pyarrow("pyarrow.types")
    have, want = _plain(have), _plain(want)
    if _is_nested(have) or _is_nested(want):
        # Fields by name, nullability: the cast itself finds out.
        return have.id == want.id or (_is_list(have) and _is_list(want))
    if types.is_signed_integer(have):
        if types.is_decimal(want):
            digits = {8: 3, 16: 5, 32: 10, 64: 20}[have.bit_width]
            return want.precision - want.scale >= digits
        return (types.is_signed_integer(want) and (have.bit_width <= want.bit_width
                                                   or have.bit_width <= 32)) or \
            (types.is_float64(want) and have.bit_width <= 32)
    if types.is_float32(have):
        return types.is_float64(want)
    if types.is_decimal(have) and types.is_decimal(want):
        return want.scale >= have.scale and \
            want.precision - want.scale >= have.precision - have.scale
    if types.is_date32(have):
        return types.is_timestamp(want) and want.tz is None
    if types.is_timestamp(have):
        return types.is_timestamp(want)
    return types.is_binary(have) and types.is_string(want) or \
        types.is_string(have) and types.is_binary(want)


def _project(schema, wanted, field):
    """({name: expression of what the file has}, mismatch or None); names it lacks are left out."""
    columns = {}
    for want in wanted:
        name = _find(schema.names, want.name)
        if name is None:
            continue
        have = schema.field(name)
        if _alike(have.type, want.type):
            columns[want.name] = field(name)
        elif _can_convert(have.type, want.type):
            columns[want.name] = field(name).cast(want.type)
        else:
            return None, (want.name, _spark_name(want.type), str(_plain(have.type)).upper())
    return columns, None


def _spark_name(type):
    names = {"int8": "tinyint", "int16": "smallint", "int32": "int", "int64": "bigint",
             "float": "float", "double": "double", "bool": "boolean", "date32[day]": "date",
             "timestamp[us, tz=UTC]": "timestamp", "timestamp[us]": "timestamp_ntz"}
    text = str(_plain(type))
    return names.get(text, text.replace("decimal128", "decimal").replace(", ", ","))


def _import_schema(address):
    return _pyarrow("pyarrow").Schema._import_from_c(address)


def _in_range(start, size, range_start, range_length):
    middle = start + size // 2
    return range_start <= middle < range_start + range_length


# -- Parquet --

class _ParquetFile:
    """A file's footer, understood once, and the fragment that scans are made of."""

    def __init__(self, path):
        ds, fs = _pyarrow("pyarrow.dataset"), _pyarrow("pyarrow.fs")
        self.metadata = _pyarrow("pyarrow.parquet").read_metadata(path)
        self.leaves = {}  # the number of a top-level column that is one leaf
        self.parts = {}  # all leaves of a top-level column
        for i in range(self.metadata.num_columns):
            leaf = self.metadata.schema.column(i)
            top = leaf.path.split(".", 1)[0]
            self.parts.setdefault(top, []).append(i)
            if leaf.path == top:
                self.leaves[top] = i
        self.int96 = {n for n, i in self.leaves.items()
                      if self.metadata.schema.column(i).physical_type == "INT96"}
        format = ds.ParquetFileFormat(
            read_options=ds.ParquetReadOptions(
                dictionary_columns=[n for n in self.leaves if self._is_dictionary(n)],
                coerce_int96_timestamp_unit="us"),
            default_fragment_scan_options=ds.ParquetFragmentScanOptions(pre_buffer=False))
        self.fragment = format.make_fragment(path, fs.LocalFileSystem())
        self.fragment.ensure_complete_metadata()
        self.schema = self.fragment.physical_schema.remove_metadata()
        self.groups = [self._extent(g) for g in range(self.metadata.num_row_groups)]

    def _is_dictionary(self, name):
        column = self.metadata.schema.column(self.leaves[name])
        if column.physical_type != "BYTE_ARRAY" or column.logical_type.type != "STRING" or \
                self.metadata.num_row_groups == 0:
            return False
        # The first row group stands for all.
        chunk = self.metadata.row_group(0).column(self.leaves[name])
        return chunk.has_dictionary_page and \
            chunk.total_uncompressed_size <= _DICTIONARY_BYTES_A_VALUE * max(chunk.num_values, 1)

    def _extent(self, number):
        """(start, bytes, rows) of a row group in the file."""
        group = self.metadata.row_group(number)
        if group.num_columns == 0:
            return 4, 0, group.num_rows
        first = group.column(0)
        start = first.dictionary_page_offset if first.has_dictionary_page and \
            first.dictionary_page_offset else first.data_page_offset
        size = sum(group.column(c).total_compressed_size for c in range(group.num_columns))
        return start, size, group.num_rows

    def may_match(self, number, filters):
        group = self.metadata.row_group(number)

        def statistics_of(name):
            name = _find(self.schema.names, name)
            leaf = self.leaves.get(name)
            if leaf is None or name in self.int96:
                return None
            return _Statistics(group.num_rows, group.column(leaf))

        return all(_may_match(f, statistics_of) for f in filters)

    def compressed_bytes(self, number, names):
        group = self.metadata.row_group(number)
        return sum(group.column(leaf).total_compressed_size
                   for name in names for leaf in self.parts.get(name, ()))


# Where Spark writes a file's types.
_SPARK_TYPES = b"org.apache.spark.sql.parquet.row.metadata"


class Parquet:
    _files = _Kept(_ParquetFile)

    @classmethod
    def schema(cls, path, size, modified, out):
        pa = _pyarrow("pyarrow")
        file = cls._files.get(path, size, modified)
        fields = []
        for field in file.schema:
            type = _plain(field.type) if not _is_nested(field.type) else field.type
            # INT96 is how Spark and Impala wrote instants.
            if field.name in file.int96:
                type = pa.timestamp("us", "UTC")
            fields.append(pa.field(field.name, type, True))
        pa.schema(fields)._export_to_c(out)

    @classmethod
    def types(cls, path, size, modified):
        """What a file tells of its types, in Spark's JSON; None: nothing."""
        told = (cls._files.get(path, size, modified).metadata.metadata or {}).get(_SPARK_TYPES)
        return told and told.decode()

    @classmethod
    def count(cls, path, size, modified):
        return cls._files.get(path, size, modified).metadata.num_rows

    @classmethod
    def extension(cls, codec):
        _parquet_codec(codec)
        codec = codec.lower()
        marks = {"none": "", "uncompressed": "", "snappy": ".snappy", "gzip": ".gz",
                 "brotli": ".br", "lz4": ".lz4hadoop", "lz4_raw": ".lz4raw", "zstd": ".zstd"}
        return marks[codec] + ".parquet"

    @classmethod
    def metadata(cls, path, size, modified):
        """{name: JSON} of the columns that a file tells metadata of."""
        told = json.loads(cls.types(path, size, modified) or "{}")
        return {field["name"]: json.dumps(field["metadata"], separators=(",", ":"))
                for field in told.get("fields", ()) if field.get("metadata")}

    @classmethod
    def open_writer(cls, path, schema, codec, types=None, metadata=None):
        """`types`: what the file is to tell of them; `metadata`: and of its columns, by name."""
        pq = _pyarrow("pyarrow.parquet")
        if metadata is not None:
            told, by_name = json.loads(types), json.loads(metadata)
            for field in told["fields"]:
                field["metadata"] = by_name.get(field["name"], {})
            types = json.dumps(told, separators=(",", ":"))

        def make(sink, schema):
            writer = pq.ParquetWriter(sink, schema, compression=_parquet_codec(codec),
                                      store_schema=False)
            if types is not None:
                writer.add_key_value_metadata({_SPARK_TYPES: types.encode()})
            return writer

        return _Writer(path, _import_schema(schema), make)

    @classmethod
    def scan(cls, path, size, modified, start, length, wanted, filters, out):
        """Fills in the stream at `out`; (rows, bytes, mismatch or None)."""
        ds = _pyarrow("pyarrow.dataset")
        os.stat(path)  # what is kept of a file outlives it
        file = cls._files.get(path, size, modified)
        wanted = _import_schema(wanted)
        groups = [g for g, (at, n, _) in enumerate(file.groups)
                  if _in_range(at, n, start, length) and file.may_match(g, filters)]
        rows = sum(file.groups[g][2] for g in groups)
        if len(wanted) == 0:
            return rows, 0, None
        columns, mismatch = _project(file.schema, wanted, ds.field)
        if mismatch is not None:
            return 0, 0, mismatch
        # A constant keeps the number of rows where the file has none of the columns.
        scanned = columns or {"": ds.scalar(True)}
        scanner = ds.Scanner.from_fragment(
            file.fragment.subset(row_group_ids=groups), columns=scanned, batch_size=_BATCH_ROWS,
            batch_readahead=0, fragment_readahead=0, use_threads=False)
        scanner.to_reader()._export_to_c(out)
        names = {_find(file.schema.names, n) for n in columns}
        return rows, sum(file.compressed_bytes(g, names) for g in groups), None


# Batches wait until they make a row group: many small ones are slow to read.
_GROUP_ROWS = 1 << 20
_GROUP_BYTES = 64 << 20


class _Writer:
    """One file that is being written: record batches come as addresses of C structures."""

    def __init__(self, path, schema, make):
        self._sink = _pyarrow("pyarrow").OSFile(path, "wb")
        self._schema = schema
        self._waiting, self._rows, self._bytes = [], 0, 0
        try:
            self._writer = make(self._sink, schema)
        except BaseException:
            self._sink.close()
            raise

    def write(self, address):
        pa = _pyarrow("pyarrow")
        batch = pa.RecordBatch._import_from_c(address, self._schema)
        self._waiting.append(batch)
        self._rows += batch.num_rows
        self._bytes += batch.nbytes
        if self._rows >= _GROUP_ROWS or self._bytes >= _GROUP_BYTES:
            self._flush()

    def _flush(self):
        if self._waiting:
            table = _pyarrow("pyarrow").Table.from_batches(self._waiting, self._schema)
            self._writer.write(table)
        self._waiting, self._rows, self._bytes = [], 0, 0

    def close(self, keep):
        """The size of the file, in bytes."""
        if keep:
            self._flush()
            self._writer.close()
        self._waiting = []
        size = self._sink.tell()
        self._sink.close()
        return size


def _parquet_codec(name):
    name = name.lower()
    known = {"none": "NONE", "uncompressed": "NONE", "snappy": "SNAPPY", "gzip": "GZIP",
             "brotli": "BROTLI", "lz4": "LZ4", "lz4_raw": "LZ4", "zstd": "ZSTD"}
    if name not in known:
        raise NotImplementedError("Codec [%s] is not available. Available codecs are %s."
                                  % (name, ", ".join(sorted(known))))
    return known[name]


# -- ORC --

class _OrcFile:
    def __init__(self, path):
        self.file = _pyarrow("pyarrow.orc").ORCFile(path)
        self.schema = self.file.schema.remove_metadata()


class Orc:
    _files = _Kept(_OrcFile)

    @classmethod
    def schema(cls, path, size, modified, out):
        pa = _pyarrow("pyarrow")
        file = cls._files.get(path, size, modified)
        pa.schema([pa.field(f.name, _plain(f.type) if not _is_nested(f.type) else f.type, True)
                   for f in file.schema])._export_to_c(out)

    @classmethod
    def count(cls, path, size, modified):
        return cls._files.get(path, size, modified).file.nrows

    @classmethod
    def extension(cls, codec):
        marks = {"none": "", "uncompressed": "", "snappy": ".snappy", "zlib": ".zlib",
                 "lz4": ".lz4", "zstd": ".zstd"}
        if codec.lower() not in marks:
            raise NotImplementedError("Codec [%s] is not available. Available codecs are %s."
                                      % (codec, ", ".join(sorted(marks))))
        return marks[codec.lower()] + ".orc"

    @classmethod
    def open_writer(cls, path, schema, codec):
        orc = _pyarrow("pyarrow.orc")
        codec = "uncompressed" if codec.lower() == "none" else codec.lower()
        return _Writer(path, _import_schema(schema),
                       lambda sink, schema: orc.ORCWriter(sink, compression=codec))

    @staticmethod
    def _rows(file, stripe, columns):
        """Without columns pyarrow forgets how many rows there are."""
        return file.read_stripe(stripe, columns=columns or [file.schema.names[0]])

    @classmethod
    def _stripes(cls, file, size, start, length):
        """The stripes of a byte range.  pyarrow does not say where they lie, so they count as of
        equal size."""
        n = file.nstripes
        each = max(size // max(n, 1), 1)
        return [s for s in range(n) if _in_range(s * each, each, start, length)]

    @classmethod
    def scan(cls, path, size, modified, start, length, wanted, filters, out):
        pa = _pyarrow("pyarrow")
        kept = cls._files.get(path, size, modified)
        # Reading moves the file's own position: each task has a file of its own.
        file = _pyarrow("pyarrow.orc").ORCFile(path)
        wanted = _import_schema(wanted)
        stripes = cls._stripes(file, size, start, length)
        if len(wanted) == 0:
            return sum(cls._rows(file, s, []).num_rows for s in stripes), 0, None
        names = {}
        for want in wanted:
            name = _find(kept.schema.names, want.name)
            if name is None:
                continue
            have = kept.schema.field(name).type
            if not _alike(have, want.type) and not _can_convert(have, want.type):
                return 0, 0, (want.name, _spark_name(want.type), str(_plain(have)).upper())
            names[want.name] = (name, None if _alike(have, want.type) else want.type)
        schema = pa.schema([pa.field(n, t or kept.schema.field(c).type)
                            for n, (c, t) in names.items()] or [pa.field("", pa.null())])

        def batches():
            for s in stripes:
                read = cls._rows(file, s, [c for c, _ in names.values()])
                columns = [read.column(c) if t is None else read.column(c).cast(t)
                           for c, t in names.values()] or [pa.nulls(read.num_rows)]
                yield pa.record_batch(columns, schema=schema)

        pa.RecordBatchReader.from_batches(schema, batches())._export_to_c(out)
        return 0, size * len(stripes) // max(file.nstripes, 1), None
