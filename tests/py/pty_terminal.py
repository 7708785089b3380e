"""A program at a terminal: a pty, and as much of a terminal as the tests need to see its screen.

    with Terminal(argv) as terminal:
        terminal.wait_for(">>> ")
        terminal.type("1 + 1\\n")
        terminal.screen()       the lines as a person would see them

Understood: text, CR, LF, backspace, cursor up and to a place, index (ESC D), save and restore of
the cursor, erase in line, the scrolling region.  Other escape sequences have no effect here.
"""
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import termios
import time

HANG_S = 60

_SEQUENCE = re.compile(r"\x1b\[([?>=]?[0-9;]*)([A-Za-z])"
                       r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b([78D=>])|\x1b[()].")


class Screen:
    """What a terminal shows after some output."""

    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.lines = [""] * rows
        self.row = self.column = 0
        self.region = (0, rows - 1)
        self._saved = (0, 0)

    def feed(self, text):
        """Takes output; gives back an unfinished escape sequence at its end."""
        at = 0
        while at < len(text):
            if text[at] != "\x1b":
                self._put(text[at])
                at += 1
                continue
            match = _SEQUENCE.match(text, at)
            if match is None and len(text) - at < 16:
                return text[at:]
            if match is not None:
                self._obey(match)
            at = match.end() if match else at + 1
        return ""

    def _put(self, c):
        if c == "\r":
            self.column = 0
        elif c == "\n":
            self._down()
        elif c == "\b":
            self.column = max(0, self.column - 1)
        elif c >= " ":
            if self.column == self.columns:
                self.column = 0
                self._down()
            line = self.lines[self.row].ljust(self.column)
            self.lines[self.row] = line[:self.column] + c + line[self.column + 1:]
            self.column += 1

    def _down(self):
        top, bottom = self.region
        if self.row == bottom:
            self.lines[top:bottom + 1] = self.lines[top + 1:bottom + 1] + [""]
        else:
            self.row = min(self.row + 1, self.rows - 1)

    def _obey(self, match):
        arguments, letter, short = match.groups()
        if short == "D":
            self._down()
        elif short == "7":
            self._saved = self.row, self.column
        elif short == "8":
            self.row, self.column = self._saved
        elif letter == "A":
            self.row = max(0, self.row - int(arguments or 1))
        elif letter == "H":
            row, _, column = arguments.partition(";")
            self.row, self.column = int(row or 1) - 1, int(column or 1) - 1
        elif letter == "K":
            self.lines[self.row] = self.lines[self.row][:self.column]
        elif letter == "r":
            first, _, last = arguments.partition(";")
            self.region = int(first or 1) - 1, int(last or self.rows) - 1
            self.row = self.column = 0


def _own_terminal():
    """In the new process: the pty is its terminal, and Ctrl-C is not ignored, whoever runs us."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _environment():
    """Without the size of another terminal, which readline leaves to processes it never meant."""
    return {key: value for key, value in os.environ.items() if key not in ("LINES", "COLUMNS")}


class Terminal:
    """A program at a terminal."""

    def __init__(self, argv, env=None, cwd=None, columns=80, rows=24):
        self._screen = Screen(columns, rows)
        self._rest = ""
        self.output = ""
        self.screens = []       # what could be seen whenever something had been written
        self._fd, its_end = os.openpty()
        fcntl.ioctl(its_end, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._process = subprocess.Popen(
            [str(word) for word in argv], stdin=its_end, stdout=its_end, stderr=its_end, cwd=cwd,
            env={**_environment(), "TERM": "xterm", "PYTHON_BASIC_REPL": "1", **(env or {})},
            start_new_session=True, preexec_fn=_own_terminal)
        os.close(its_end)
        self._mark = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._fd)

    def type(self, text):
        """As if it was typed; what comes after this is what wait_for() looks at."""
        self._mark = len(self.output)
        os.write(self._fd, text.encode())

    def _read(self, deadline):
        """Some more output; False at its end."""
        assert self._ready(max(0, deadline - time.monotonic())), f"nothing more came; so far:\n{self.output}"
        try:
            data = os.read(self._fd, 65536)
        except OSError:
            return False            # the program has closed its terminal
        text = data.decode("utf-8", "replace")
        self.output += text
        self._rest = self._screen.feed(self._rest + text)
        self.screens.append(self.screen())
        return bool(data)

    def _ready(self, seconds):
        """Whether something came within so many seconds; not by select(), whose descriptors end
        at 1,024."""
        poll = select.poll()
        poll.register(self._fd, select.POLLIN)
        return bool(poll.poll(1000 * seconds))

    def wait_for(self, pattern):
        """Until a regular expression is found in what came since type(); its match."""
        deadline = time.monotonic() + HANG_S
        while True:
            match = re.search(pattern, self.output[self._mark:])
            if match:
                return match
            assert self._read(deadline), f"{pattern} never came:\n{self.output}"

    def press_until(self, key, pattern):
        """Presses a key until a regular expression is found, again after some seconds, as a person
        would: Python's prompt does not see a Ctrl-C that comes just before it begins to wait."""
        deadline = time.monotonic() + HANG_S
        mark = len(self.output)
        while not re.search(pattern, self.output[mark:]):
            assert time.monotonic() < deadline, f"{pattern} never came:\n{self.output}"
            self.type(key)
            while self._ready(5):
                assert self._read(deadline), f"{pattern} never came:\n{self.output}"
                if re.search(pattern, self.output[mark:]):
                    break

    def wait(self):
        """Until the program has ended; its exit status, negative for a signal."""
        deadline = time.monotonic() + HANG_S
        while self._read(deadline):
            pass
        return self._process.wait(HANG_S)

    def screen(self):
        """The lines, without blanks at their ends."""
        return [line.rstrip() for line in self._screen.lines]

    def region(self):
        """The scrolling region: the first and the last row, from 0."""
        return self._screen.region
