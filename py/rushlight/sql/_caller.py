"""Where in the user's program an expression comes from, for the query context of errors."""
import os
import sys

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


def place():
    """("__truediv__", "/home/ada/app.py:12"): what the program called, and where."""
    frame, fragment = sys._getframe(1), None
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        fragment = frame.f_code.co_name
        frame = frame.f_back
    if frame is None:
        return None, None
    return fragment, f"{frame.f_code.co_filename}:{frame.f_lineno}"
