"""Single keys from a terminal, which is as it was again whatever happens.

    with Keys() as keys:
        keys.wait(0.5)              a key, or None when the time is over

Where stdin is no terminal there are no keys, and wait() only waits.
"""
import contextlib
import os
import signal
import sys
import termios
import time
import tty

from rushlight.lesson import processes


class Ended(BaseException):
    """SIGTERM or SIGHUP has come; as an exception, so that everything on the way is tidied up."""

    def __init__(self, number):
        super().__init__(number)
        self.number = number


class Keys:
    """The terminal at stdin, without waiting for Enter and without showing what is typed.  Ctrl-C
    still is SIGINT."""

    def __init__(self):
        self.fd = sys.stdin.fileno() if sys.stdin else -1
        self.are_there = self.fd >= 0 and os.isatty(self.fd)
        self._saved = None
        self._handlers = {}

    def __enter__(self):
        for number in (signal.SIGTERM, signal.SIGHUP):
            self._handlers[number] = signal.signal(number, self._end)
        if self.are_there:
            self._saved = termios.tcgetattr(self.fd)
            self._handlers[signal.SIGCONT] = signal.signal(signal.SIGCONT, self._back)
            tty.setcbreak(self.fd)
        return self

    def __exit__(self, *_):
        self._restore()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    @staticmethod
    def _end(number, _):
        raise Ended(number)

    def _back(self, *_):
        tty.setcbreak(self.fd)      # the shell had its own way with the terminal meanwhile

    def _restore(self):
        if self._saved is not None:
            with contextlib.suppress(termios.error):        # the terminal is gone
                termios.tcsetattr(self.fd, termios.TCSADRAIN, self._saved)

    @contextlib.contextmanager
    def lines(self):
        """For the length of a block the terminal gives lines, as programs expect."""
        self._restore()
        try:
            yield
        finally:
            if self.are_there:
                tty.setcbreak(self.fd)

    def wait(self, seconds):
        """The next key, lower case; None after so many seconds, and "" when stdin has ended."""
        if not self.are_there:
            time.sleep(seconds)
            return None
        if not processes.readable([self.fd], seconds):
            return None
        try:
            return os.read(self.fd, 1).decode("ascii", "replace").lower()
        except OSError:
            return ""
