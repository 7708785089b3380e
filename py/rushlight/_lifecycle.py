"""The end of a program: whatever way it comes, the engine is stopped and nothing is left behind.

    end of the program, exception, sys.exit    atexit
    Ctrl-C                                     jobs are cancelled, those of other threads too,
                                               KeyboardInterrupt, then atexit
    SIGTERM, SIGHUP                            jobs are cancelled, SystemExit unwinds the program,
                                               atexit stops the engine and dies with the signal

A second SIGTERM kills at once.  Handlers that the program has set itself are left alone.
"""
import atexit
import os
import signal
import sys
import threading

from rushlight.errors import PySparkRuntimeError

_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


class _Program:
    """What is known about this process."""

    pid = None          # of the process that made a SparkContext; a fork of it is another
    active = None       # () → the active SparkContext or None
    deadly = None       # the signal that ended the program


def watch(active):
    """Arranges for the end; called by each SparkContext, with a function that gives the active
    one."""
    if _Program.pid == os.getpid():
        return
    _Program.pid = os.getpid()
    _Program.active = active
    atexit.register(_at_exit)
    if threading.current_thread() is threading.main_thread():
        for number in _SIGNALS:
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, _on_signal)
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, _on_interrupt)


def has_begun():
    """Whether a SparkContext has been made in this process, and not in one that it is a fork of."""
    return _Program.pid == os.getpid()


def _on_interrupt(number, frame):
    """As in PySpark.  Else the program, whose main thread is all that Python interrupts, would wait
    at its end for threads that wait for their jobs."""
    context = _Program.active()
    if context is not None and _Program.pid == os.getpid():
        _cancel_jobs(context)
    signal.default_int_handler(number, frame)


def _cancel_jobs(context):
    try:
        context.cancelAllJobs()
    except PySparkRuntimeError:
        pass            # it is about to start, or to stop: there are no jobs


def _on_signal(number, _):
    context = _Program.active()
    signal.signal(number, signal.SIG_DFL)
    if context is None or _Program.pid != os.getpid():
        os.kill(os.getpid(), number)
        return
    _Program.deadly = number
    _cancel_jobs(context)
    raise SystemExit(128 + number)


def _at_exit():
    if _Program.pid != os.getpid():
        return
    context = _Program.active()
    if context is not None:
        context.stop()
    if _Program.deadly is not None:
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (AttributeError, OSError, ValueError):
                pass        # closed already
        os.kill(os.getpid(), _Program.deadly)
