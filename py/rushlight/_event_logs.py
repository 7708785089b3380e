"""Event logs as files: plain, compressed, or a folder that was rolled.

    application_1            one file
    application_1.zstd       … compressed as a whole: by its ending (.zstd .zst .lz4 .gz)
    eventlog_v2_app-1/       a folder of spark.eventLog.rolling.enabled
        appstatus_app-1
        events_1_app-1.zstd
        events_2_app-1.zstd

Spark's .lz4 is not lz4's own frame but LZ4BlockOutputStream's of lz4-java: blocks with a head of 21
bytes, which are taken apart here and handed to Arrow's decoder.
"""
import gzip
import os
import re
import struct

from rushlight.errors import PySparkValueError

_CHUNK = 1 << 20
_SHOWN = 4      # of the files of a folder
_ROLLED = re.compile(r"events_(\d+)_")
_LZ4_MAGIC = b"LZ4Block"
_LZ4_HEAD = struct.Struct("<8sBiiI")     # magic, method, size, size when decoded, checksum
_LZ4_RAW, _LZ4_CODED = 0x10, 0x20


def files_of(path):
    """The files of a log, in their order.

    >>> import tempfile
    >>> folder = tempfile.mkdtemp()
    >>> for name in ("events_10_app", "events_9_app", "appstatus_app"):
    ...     open(os.path.join(folder, name), "w").close()
    >>> [os.path.basename(file) for file in files_of(folder)]
    ['events_9_app', 'events_10_app']
    """
    if not os.path.exists(path):
        raise _bad(f"there is no event log {path}")
    if not os.path.isdir(path):
        return [path]
    names = sorted(os.listdir(path))
    numbered = [(int(match.group(1)), name) for name in names if (match := _ROLLED.match(name))]
    if not numbered:
        raise _bad(f"{path} is a folder without events_1_…: a rolled event log has such files"
                   + _others(path, names))
    return [os.path.join(path, name) for _, name in sorted(numbered)]


def _others(folder, names):
    """What could have been meant by a folder that is no log."""
    if not names:
        return "; this one is empty"
    few = ", ".join(os.path.join(folder, name) for name in names[:_SHOWN])
    return f"; is the log one of {few}" + (" …?" if len(names) > _SHOWN else "?")


def pieces_of(path):
    """The text of a log, whole lines at a time, as bytes.  A ValueError or OSError says what is
    wrong with a file."""
    for file in files_of(path):
        rest, n_lines = b"", 0
        for chunk in _decoded(file):
            whole, newline, rest_of_chunk = chunk.rpartition(b"\n")
            if newline:
                n_lines += whole.count(newline) + 1
                yield rest + whole + newline
                rest = rest_of_chunk
            else:
                rest += chunk
        if rest:
            _check_last(file, n_lines + 1, rest)
            yield rest


def _check_last(file, number, line):
    """A last line without an end: of a log, it is whole all the same, or was cut off."""
    if number > 1 and not line.rstrip().endswith(b"}"):
        raise _bad(f"{file} ends in the middle of line {number}, as the log of a program that was "
                   "killed, or a copy that is not complete: without that line it can be read "
                   "(head -n -1)")


def _decoded(file):
    ending = os.path.splitext(file.removesuffix(".inprogress"))[1]
    if ending in (".zst", ".zstd"):
        return _by_arrow(file, "zstd")
    if ending == ".gz":
        return _by_gzip(file)
    if ending == ".lz4":
        return _by_lz4_blocks(file)
    if ending in (".snappy", ".lzf"):
        raise _bad(f"{file} is compressed by {ending[1:]}, which is not read here: write the log "
                   "with spark.io.compression.codec zstd, lz4 or none")
    return _plain(file)


def _plain(file):
    with open(file, "rb") as log:
        while chunk := log.read(_CHUNK):
            yield chunk


def _by_gzip(file):
    try:
        with gzip.open(file) as log:
            while chunk := log.read(_CHUNK):
                yield chunk
    except (EOFError, gzip.BadGzipFile) as e:
        raise _bad(f"{file} is no whole gzip file: {e}") from None


def _by_arrow(file, codec):
    import pyarrow
    try:
        with pyarrow.input_stream(file, compression=codec) as log:
            while chunk := log.read(_CHUNK):
                yield chunk
    except OSError as e:
        if not os.path.exists(file):
            raise
        raise _bad(f"{file} is no whole {codec} file: {e}") from None


def _by_lz4_blocks(file):
    import pyarrow
    decoder = pyarrow.Codec("lz4_raw")
    with open(file, "rb") as log:
        while head := log.read(_LZ4_HEAD.size):
            if len(head) < _LZ4_HEAD.size:
                raise _bad(f"{file} ends in the middle of an lz4 block")
            magic, method, size, decoded_size, _ = _LZ4_HEAD.unpack(head)
            if magic != _LZ4_MAGIC or method & 0xF0 not in (_LZ4_RAW, _LZ4_CODED):
                raise _bad(f"{file}: no block of lz4-java begins at byte "
                           f"{log.tell() - _LZ4_HEAD.size}")
            block = log.read(size)
            if len(block) < size:
                raise _bad(f"{file} ends in the middle of an lz4 block")
            if decoded_size > 0:
                yield (block if method & 0xF0 == _LZ4_RAW
                       else decoder.decompress(block, decoded_size).to_pybytes())


def _bad(message):
    return PySparkValueError(message)
