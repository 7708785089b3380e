"""Writables: Hadoop's way to write values, and the Python values that they are for PySpark.

    Text str          IntWritable, LongWritable int     DoubleWritable, FloatWritable float
    BooleanWritable   BytesWritable bytearray           NullWritable None      MapWritable dict

Workers read and write them; the engine moves their bytes.  An int is an IntWritable if it fits,
else a LongWritable.  Mirrors org.apache.spark.api.python.{JavaToWritableConverter,
WritableToJavaConverter}.
"""
import io
import struct

PACKAGE = "org.apache.hadoop.io."
MAP_CLASSES = {     # the numbers that a MapWritable has for classes without being told
    "BooleanWritable": -126, "BytesWritable": -125, "FloatWritable": -124, "IntWritable": -123,
    "LongWritable": -122, "MapWritable": -121, "NullWritable": -119, "Text": -116}
MAP_NUMBERS = {number: name for name, number in MAP_CLASSES.items()}


# ── numbers of variable length (rdd/sequence_format.c has the picture) ──
def write_vint(n):
    if -112 <= n <= 127:
        return struct.pack("b", n)
    magnitude = ~n if n < 0 else n
    length = (magnitude.bit_length() + 7) // 8
    return struct.pack("b", (-120 if n < 0 else -112) - length) + magnitude.to_bytes(length, "big")


def read_vint(stream):
    first, = struct.unpack("b", stream.read(1))
    if first >= -112:
        return first
    length = -120 - first if first < -120 else -112 - first
    magnitude = int.from_bytes(stream.read(length), "big")
    return ~magnitude if first < -120 else magnitude


# ── reading ──
def _read(stream, n):
    data = stream.read(n)
    if n < 0 or len(data) < n:
        raise ValueError("a Writable is cut off")
    return data


def _unpacker(form):
    size = struct.calcsize(form)
    return lambda stream: struct.unpack(form, _read(stream, size))[0]


_read_int = _unpacker(">i")


def _read_class(stream, names):
    number, = struct.unpack("b", _read(stream, 1))
    name = names.get(number)
    if name not in READERS:
        raise ValueError(f"a MapWritable with a {name or f'class number {number}'} in it")
    return READERS[name]


def _read_map(stream):
    names = dict(MAP_NUMBERS)
    for _ in range(_read(stream, 1)[0]):
        number, length = struct.unpack(">bH", _read(stream, 3))
        names[number] = _read(stream, length).decode().removeprefix(PACKAGE)
    found = {}
    for _ in range(_read_int(stream)):
        key = _read_class(stream, names)(stream)
        found[key] = _read_class(stream, names)(stream)
    return found


READERS = {
    "Text": lambda stream: _read(stream, read_vint(stream)).decode("utf-8", "replace"),
    "BooleanWritable": _unpacker(">?"),
    "IntWritable": _read_int,
    "LongWritable": _unpacker(">q"),
    "FloatWritable": _unpacker(">f"),
    "DoubleWritable": _unpacker(">d"),
    "BytesWritable": lambda stream: bytearray(_read(stream, _read_int(stream))),
    "NullWritable": lambda stream: None,
    "MapWritable": _read_map,
}


def read_pairs(key_class, value_class, records):
    """The pairs that (key bytes, value bytes) of two classes are."""
    read_key = READERS[key_class.removeprefix(PACKAGE)]
    read_value = READERS[value_class.removeprefix(PACKAGE)]
    for key, value in records:
        yield read_key(io.BytesIO(key)), read_value(io.BytesIO(value))


# ── writing ──
def class_of(value):
    """The Writable class of a value, without its package; None: it has none."""
    if isinstance(value, bool):
        return "BooleanWritable"
    if isinstance(value, int):
        bits = value.bit_length()
        return "IntWritable" if bits < 32 else "LongWritable" if bits < 64 else None
    for kind, name in ((float, "DoubleWritable"), (str, "Text"), (bytes, "BytesWritable"),
                       (bytearray, "BytesWritable"), (type(None), "NullWritable"),
                       (dict, "MapWritable")):
        if isinstance(value, kind):
            return name
    return None


def _write_map(entries):
    """A class without a number gets one, and its name is written: only DoubleWritable has none."""
    body, told = [], b""
    for pair in entries.items():
        for value in pair:
            name = class_of(value)
            if name is None:
                raise TypeError(f"Data of type {type(value).__name__} cannot be used")
            number = MAP_CLASSES.get(name, 1)
            if number == 1:
                full = (PACKAGE + name).encode()
                told = struct.pack(">bbH", 1, 1, len(full)) + full
            body.append(struct.pack("b", number) + WRITERS[name](value))
    return (told or b"\0") + struct.pack(">i", len(entries)) + b"".join(body)


def _write_text(text):
    data = text.encode("utf-8")
    return write_vint(len(data)) + data


WRITERS = {
    "Text": _write_text,
    "BooleanWritable": struct.Struct(">?").pack,
    "IntWritable": struct.Struct(">i").pack,
    "LongWritable": struct.Struct(">q").pack,
    "FloatWritable": struct.Struct(">f").pack,
    "DoubleWritable": struct.Struct(">d").pack,
    "BytesWritable": lambda data: struct.pack(">i", len(data)) + data,
    "NullWritable": lambda none: b"",
    "MapWritable": _write_map,
}


def _check_class(value, wanted, what):
    found = class_of(value)
    if found != wanted:
        if found is None:
            raise TypeError(f"Data of type {type(value).__name__} cannot be used")
        raise TypeError(f"wrong {what} class: {PACKAGE}{found} is not class {PACKAGE}{wanted}")


def is_pair(x):
    return isinstance(x, (tuple, list)) and len(x) == 2


def write_records(key_class, value_class, pairs):
    """Pairs as a SequenceFile's records: the length of the key, key and value."""
    key_class, value_class = key_class.removeprefix(PACKAGE), value_class.removeprefix(PACKAGE)
    write_key, write_value = WRITERS[key_class], WRITERS[value_class]
    for pair in pairs:
        if not is_pair(pair):
            raise TypeError(f"RDD element of type {type(pair).__name__} cannot be used")
        _check_class(pair[0], key_class, "key")
        _check_class(pair[1], value_class, "value")
        key = write_key(pair[0])
        yield struct.pack(">i", len(key)) + key + write_value(pair[1])


# ── text ──
def _as_java_text(value):
    """What toString() of a value's Writable gives."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (bytes, bytearray)):
        return " ".join(f"{byte:02x}" for byte in value)
    return str(value)


def text_lines(separator, pairs):
    """Pairs as TextOutputFormat writes them; what is None is left out, and the tab with it."""
    for pair in pairs:
        if not is_pair(pair):
            raise TypeError(f"RDD element of type {type(pair).__name__} cannot be used")
        yield separator.join(_as_java_text(x) for x in pair if x is not None)


def split_line(separator, line):
    key, _, value = line.partition(separator)
    return key, value
