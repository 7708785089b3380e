"""A program run as `python app.py arguments` would run it, in this process.

It becomes __main__; its folder is first on sys.path; what it raises is shown without the frames of
the launcher, and Python makes the exit status as ever.
"""
import builtins
import os
import sys
import threading
from types import ModuleType


def run(path, arguments):
    """Runs a program to its end, with its threads; whatever it raises comes out."""
    with open(path, "rb") as f:
        source = f.read()
    file = os.path.abspath(path)    # as Python names it; sys.argv keeps what was written
    main = ModuleType("__main__")
    main.__file__ = file
    main.__builtins__ = builtins
    sys.modules["__main__"] = main
    if sys.path and sys.path[0] == os.path.dirname(os.path.realpath(sys.argv[0])):
        del sys.path[0]         # Python put the launcher's folder there, as it is the script
    sys.path.insert(0, os.path.dirname(os.path.realpath(path)))
    sys.argv = [path, *arguments]
    sys.excepthook = _show_without_launcher
    try:
        exec(compile(source, file, "exec", dont_inherit=True), main.__dict__)
    finally:
        _join_threads()


def _join_threads():
    """As Python does before it ends: threads that are not daemons are waited for."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()


def _show_without_launcher(kind, value, frames):
    """sys.excepthook that leaves out the frames above the program's first one."""
    step = frames
    while step is not None and step.tb_frame.f_code is not run.__code__:
        step = step.tb_next
    if step is not None:
        value = value.with_traceback(step.tb_next)      # what is printed is the exception's own
    sys.__excepthook__(kind, value, value.__traceback__)
