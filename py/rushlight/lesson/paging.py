"""A long text, a screen at a time: through $PAGER, or less.

A text that fits the screen is printed, as is all that does not go to a terminal, or whose pager
fails.
"""
import os
import shutil
import signal
import subprocess

_LESS = ["less", "-FRX",    # ends by itself with a short text; colours; leaves the text there
         "-Psspace goes on, b back, q ends the text"]       # its prompt, for who never used it
_BY_A_SIGNAL = range(129, 128 + signal.NSIG)    # a shell's status when one ended its command


def show(text, stream):
    """Prints a text to a stream, or has a pager show it."""
    pager = _pager() if _is_long(text, stream) else None
    stream.flush()
    if pager is None or not _pages(pager, text):
        print(text, file=stream, flush=True)


def _is_long(text, stream):
    return stream.isatty() and text.count("\n") + 2 > shutil.get_terminal_size().lines


def _pager():
    """A command line, or None where there is no pager."""
    named = os.environ.get("PAGER")
    if named is not None:
        return ["/bin/sh", "-c", named] if named.strip() else None      # options, too
    if os.environ.get("TERM", "dumb") == "dumb" or not shutil.which(_LESS[0]):
        return None
    return _LESS


def _pages(pager, text):
    """Has a pager show a text; whether it did, or was ended by somebody who had seen enough."""
    env = {"LESS": "-FRX", "LESSCHARSET": "utf-8", "LESSHISTFILE": "-", **os.environ}
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)       # Ctrl-C is the pager's
    process = subprocess.Popen(pager, stdin=subprocess.PIPE, env=env, preexec_fn=_hear_ctrl_c)
    try:
        process.communicate(f"{text}\n".encode())       # one that is left early is no failure
        return process.returncode <= 0 or process.returncode in _BY_A_SIGNAL
    finally:
        process.kill()
        process.wait()
        signal.signal(signal.SIGINT, before)


def _hear_ctrl_c():
    signal.signal(signal.SIGINT, signal.SIG_DFL)
