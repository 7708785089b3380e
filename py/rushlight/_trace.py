"""The bridge trace: every call from Python into the engine, as a line on stderr.

In PySpark such a call goes through Py4J's socket into the JVM; here it is a function call into C,
and the handle is the number of the RDD that the call made or used.

    bridge  Context.text_file         rdd 1    book.txt                                  8 bytes
"""
import sys

from rushlight import _engine


def start():
    """Begins to trace."""
    def show(name, handle, arguments, size):
        rdd = f"rdd {handle}" if handle >= 0 else ""
        count = f"{size:,} bytes" if size else ""
        line = f"bridge  {name:<28}{rdd:<9}{arguments:<48}{count}"
        print(line.rstrip(), file=sys.stderr, flush=True)

    _engine.set_trace(show)
