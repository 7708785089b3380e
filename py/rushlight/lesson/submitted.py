"""What students hand in, taken in by who grades it, often as root: files and texts.

    file ──▶ read()      an ordinary file of some MiB: no device, no pipe
             Inside      …and of somebody else's folder: no link on the way, which could lead to
                         what the grader alone may read
    text ──▶ plain()     nothing that a terminal would obey
"""
import os
import re
import stat
from dataclasses import dataclass

from rushlight.lesson.model import LessonError

_MIB = 1 << 20
MOST_BYTES = 4 * _MIB
# C0 without tab and newline, delete, C1; lone surrogates, which UTF-8 has no bytes for; and what
# turns the direction of writing around.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


class Refused(LessonError):
    """A file that is not taken; `why` says it without the file's path."""

    def __init__(self, path, why):
        super().__init__(f"{path}: {why}")
        self.why = why


@dataclass(frozen=True)
class Inside(os.PathLike):
    """A file of somebody else's, by its name in his folder."""

    folder: str
    name: str

    def __fspath__(self):
        return os.path.join(self.folder, self.name)

    def __str__(self):
        return os.fspath(self)


def read(file, most_bytes=MOST_BYTES):
    """The bytes of a file, a path or an Inside; Refused says why it cannot be had."""
    try:
        fd = _open_inside(file) if isinstance(file, Inside) else os.open(file, _FLAGS)
    except FileNotFoundError:
        raise Refused(file, "there is no such file") from None
    except OSError as e:
        raise Refused(file, e.strerror) from None
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise Refused(file, "it is no ordinary file: hand in a file with your text")
        with os.fdopen(fd, "rb", closefd=False) as f:
            content = f.read(most_bytes + 1)
    finally:
        os.close(fd)
    if len(content) > most_bytes:
        size = f"{most_bytes // _MIB} MiB" if most_bytes >= _MIB else f"{most_bytes // 1024} KiB"
        raise Refused(file, f"it has more than {size}: hand in what you have written alone")
    return content


_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK      # a pipe is opened without waiting


def _open_inside(file):
    """A folder after the other, each in the one before: nothing can be put in its place."""
    *folders, name = file.name.split("/")
    if not {"", ".."}.isdisjoint([*folders, name]):
        raise Refused(file, "it is outside of the submission")
    at = os.open(file.folder, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY)
    try:
        for folder in folders:
            if _is_link(folder, at):
                raise Refused(file, "a folder on the way to it is a link: hand in the folder")
            before, at = at, os.open(folder, _FLAGS | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
            os.close(before)
        if _is_link(name, at):
            raise Refused(file, "it is a link to another file: hand in the file itself")
        return os.open(name, _FLAGS | os.O_NOFOLLOW, dir_fd=at)
    finally:
        os.close(at)


def _is_link(name, at):
    return stat.S_ISLNK(os.stat(name, dir_fd=at, follow_symlinks=False).st_mode)


def plain(text):
    """A text with "?" for each letter that is no text: terminals would obey some of them.

    >>> plain("a" + chr(27) + "[2Jb")
    'a?[2Jb'
    """
    return _UNPRINTABLE.sub("?", text.replace("\r\n", "\n"))
