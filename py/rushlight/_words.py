"""Call sites, counts and sizes as people read them: in summaries, traces and the quiz."""
import os


def short(name):
    """A call site with the file's name alone.

    >>> short("collect at /home/me/app.py:8")
    'collect at app.py:8'
    """
    what, at, place = name.rpartition(" at ")
    return what + at + os.path.basename(place)


def count(n, what):
    """
    >>> count(1, "job"), count(1200, "query")
    ('1 job', '1,200 queries')
    """
    return f"{n:,} {what if n == 1 else plural(what)}"


def plural(what):
    """
    >>> plural("query"), plural("byte of shuffles"), plural("partition where it is kept")
    ('queries', 'bytes of shuffles', 'partitions where they are kept')
    """
    head, space, rest = what.replace(" it is ", " they are ").partition(" ")
    head = head[:-1] + "ies" if head.endswith("y") else head + "s"
    return head + space + rest


def size(n):
    """
    >>> size(792), size(2048)
    ('792 B', '2.0 KiB')
    """
    for unit in ("B", "KiB", "MiB"):
        if n < 1024:
            return f"{n} B" if unit == "B" else f"{n:.1f} {unit}"
        n /= 1024
    return f"{n:.1f} GiB"
