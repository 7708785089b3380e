"""The progress bar: how far the stages that run have come, while somebody waits for a job.

    [Stage 0:=============>                (5 + 2) / 12]    5 of 12 tasks done, 2 running

Who waits for a job looks up five times a second anyway, to see Ctrl-C (py/ext/engine_jobs.c);
the bar is drawn there, so that it needs no thread.  A stage shows up when it is half a second old;
a job that is quicker never shows one.

Spark draws its bar over the line on which the cursor stands, and what a program or a worker prints
meanwhile is torn.  Here the bar has the terminal's last line to itself: the scrolling region ends
above it.

    row 1    ┐
    …        │ scrolls as ever; the cursor stays where it was
    row H-1  ┘
    row H      [Stage 0:===>      (3 + 2) / 8]

When the job has ended the line is cleared and given back.  (A program that is killed with SIGKILL
cannot do that; the command `reset` does.)

spark.ui.showConsoleProgress says whether there is a bar: it is true in shells and in a Python that
runs a program by itself, false under rushlight submit, as in Spark.  In any case only where stderr
is a terminal that can move its cursor, and never in a notebook.

Mirrors org.apache.spark.ui.ConsoleProgressBar.
"""
import os
import sys
import threading
import time

FIRST_DELAY_MS = 500    # of a stage, before it is shown
MOST_STAGES = 3         # side by side

_ESCAPE = "\x1b"
_SAVE, _RESTORE = _ESCAPE + "7", _ESCAPE + "8"
_DOWN_AND_UP = f"{_ESCAPE}D{_ESCAPE}[A"     # scrolls by a line if the cursor is on the last one
_ERASE = f"{_ESCAPE}[K"
_WHOLE_SCREEN = f"{_ESCAPE}[r"


def start(engine, conf):
    """Draws the progress of an engine's jobs from now on, if settings and terminal are such."""
    from rushlight import _engine
    if conf.get("spark.ui.showConsoleProgress", "false").lower() == "true":
        fd = terminal()
        if fd is not None:
            _engine.set_progress(ProgressBar(engine, _LastLine(fd)))


def stop():
    """No more bars."""
    from rushlight import _engine
    _engine.set_progress(None)


def terminal():
    """The descriptor of the terminal that stderr is, or None."""
    if "ipykernel" in sys.modules or os.environ.get("TERM", "dumb") == "dumb":
        return None
    try:
        fd = sys.stderr.fileno()
        return fd if sys.stderr.isatty() and os.isatty(fd) else None
    except (AttributeError, OSError, ValueError):
        return None         # none, closed, or not a file


class ProgressBar:
    """The engine's progress hook: called with False now and then, with True when a job ended.

    Several threads may wait for jobs; the bar is of all of them, and one draws at a time.
    """

    def __init__(self, engine, line):
        self._engine = engine
        self._line = line
        self._lock = threading.Lock()

    def __call__(self, ended):
        if not self._lock.acquire(blocking=ended):
            return          # another thread draws
        try:
            if ended:
                self._line.give_back()
            else:
                self._draw()
        finally:
            self._lock.release()

    def _draw(self):
        latest = time.time() * 1000 - FIRST_DELAY_MS
        stages = [self._engine.stage_info(stage) for stage in self._engine.active_stage_ids()]
        stages = [stage for stage in stages if stage is not None
                  and 0 < stage["submission_ms"] <= latest][:MOST_STAGES]
        if stages:
            self._line.show(lambda width: text(stages, width))


def text(stages, width):
    """The bars of some stages, side by side.

    >>> text([{"id": 0, "n_tasks": 8, "n_completed": 3, "n_active": 2}], 40)
    '[Stage 0:=======>           (3 + 2) / 8]'
    """
    return "".join(_bar(stage, width // len(stages)) for stage in stages)


def _bar(stage, width):
    done, total = stage["n_completed"], stage["n_tasks"]
    head = f"[Stage {stage['id']}:"
    tail = f"({done} + {stage['n_active']}) / {total}]"
    room = max(width - len(head) - len(tail), 0)
    reached = room * done // total
    return head + ("=" * reached + ">")[:room].ljust(room) + tail


class _LastLine:
    """The last line of a terminal, taken out of what scrolls while something is shown there."""

    def __init__(self, fd):
        self._fd = fd
        self._size = None       # (columns, rows) at the time when the line was taken
        self._shown = None

    def show(self, text_for):
        """Shows text_for(width)."""
        try:
            size = os.get_terminal_size(self._fd)
        except OSError:
            return              # it is gone
        if size.lines < 3:
            return
        if size != self._size:
            self.give_back()    # the window has another size now, or the line was not taken yet
            self._size = size
            self._write(_DOWN_AND_UP, _SAVE, f"{_ESCAPE}[1;{size.lines - 1}r", _RESTORE)
        shown = text_for(size.columns - 1)[:size.columns - 1]
        if shown != self._shown:
            self._shown = shown
            self._write(_SAVE, f"{_ESCAPE}[{size.lines};1H", shown, _ERASE, _RESTORE)

    def give_back(self):
        """Clears the line; without effect if nothing is shown."""
        if self._size is None:
            return
        rows, self._size, self._shown = self._size.lines, None, None
        self._write(_SAVE, _WHOLE_SCREEN, f"{_ESCAPE}[{rows};1H", _ERASE, _RESTORE)

    def _write(self, *parts):
        """In one piece, so that nothing else comes between."""
        try:
            os.write(self._fd, "".join(parts).encode("ascii"))
        except OSError:
            pass                # it is gone
