"""Files that are written as a whole or not at all: progress, schedules, results."""
import os
import secrets


def write_whole(path, text):
    """Writes a text to a file.  Whoever reads it meanwhile, and whoever comes after a crash or on
    a full disk, finds the old text or the new one, never a part.  An OSError says why not.

    >>> import os, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_whole(os.path.join(folder, "a"), "one")
    ...     write_whole(os.path.join(folder, "a"), "two")
    ...     print(os.listdir(folder), open(os.path.join(folder, "a")).read())
    ['a'] two
    """
    folder, name = os.path.split(os.path.abspath(path))
    beside = os.path.join(folder, f".{name}.{secrets.token_hex(4)}")
    try:
        with open(beside, "x", encoding="utf-8") as f:
            f.write(text)
            f.flush()
            os.fsync(f.fileno())
        os.replace(beside, path)
    except BaseException:
        if os.path.lexists(beside):
            os.unlink(beside)
        raise
