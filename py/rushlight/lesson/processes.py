"""Processes: who descends from this one, and how to end them all; Linux, through /proc."""
import ctypes
import os
import select
import shutil
import signal
import stat
import time
from typing import NamedTuple

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_TICKS, _PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
_PAUSE_S = 0.002
_ends = {}              # pid → wait status, of children that were reaped


class Process(NamedTuple):
    """What the kernel says of a process; seconds of CPU are its own and its reaped children's."""

    parent: int
    session: int
    seconds: float
    bytes: int
    state: str          # R, S, D … T: stopped, Z and X: has ended


def readable(fds, seconds):
    """Those of some descriptors that can be read, or have ended, within so many seconds.  Not
    select(): the process of a notebook or a test may have more than 1,024 of them.

    >>> ours, theirs = os.pipe()
    >>> readable([ours], 0)
    []
    >>> os.write(theirs, b"x") and readable([ours], 0) == [ours]
    True
    """
    poll = select.poll()
    for fd in fds:
        poll.register(fd, select.POLLIN)
    return [fd for fd, _ in poll.poll(1000 * seconds)]


def become_subreaper(yes=True):
    """Orphans among this process's descendants become its children from now on, or no more."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, int(yes), 0, 0, 0)


def die_with(parent):
    """This process is killed when its parent, given by its pid, ends.  Not its own children."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:          # it has ended already
        send(os.getpid(), signal.SIGKILL)


def descendants(of=None, but=(), ended=False):
    """pid → Process, of a process's descendants; without some, and theirs.  With those that have
    ended and were not reaped, if asked for.

    >>> os.getpid() in descendants(os.getppid())
    True
    """
    everyone = {int(name): process for name in os.listdir("/proc") if name.isdigit()
                if (process := _process(name))}
    children = {}
    for pid, process in everyone.items():
        children.setdefault(process.parent, []).append(pid)
    found, todo = {}, [of or os.getpid()]
    while todo:
        for child in children.get(todo.pop(), ()):
            if child not in but:
                found[child] = everyone[child]
                todo.append(child)
    return {pid: process for pid, process in found.items() if ended or process.state not in "ZX"}


def _process(pid):
    try:
        with open(f"/proc/{pid}/stat", "rb") as f:
            fields = f.read().rpartition(b")")[2].split()
    except OSError:
        return None         # it ended meanwhile
    seconds = sum(map(int, fields[11:15])) / _TICKS
    return Process(int(fields[1]), int(fields[3]), seconds, int(fields[21]) * _PAGE,
                   fields[0].decode())


def kill_descendants():
    """Kills until nobody is left: this process must be a subreaper.  They are stopped first, so
    that what forks without end is outrun."""
    while reap():
        alive = descendants()
        for signal_number in (signal.SIGSTOP, signal.SIGKILL):
            for pid in alive:
                send(pid, signal_number)
        time.sleep(_PAUSE_S)
    _ends.clear()


def send(pid, number):
    """A signal to a process that may have ended."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def reap():
    """Notes the ends of children; whether there are any left, ended or not."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return False
        if pid == 0:
            return True
        _ends[pid] = status


def has_ended(pid):
    """Whether a child has."""
    reap()
    return pid in _ends


def is_stopped(pid):
    """Whether a process was told to stop (SIGSTOP) and does not run now."""
    process = _process(pid)
    return process is not None and process.state == "T"


def end_of(pid, patience_s=1.0):
    """A child's wait status, or None if it still runs after a moment."""
    deadline = time.monotonic() + patience_s
    while reap() and pid not in _ends and time.monotonic() < deadline:
        time.sleep(_PAUSE_S)
    return _ends.pop(pid, None)


def wait_for(pid):
    """Reaps a killed process, if it is a child of this one."""
    try:
        os.waitpid(pid, 0)
    except ChildProcessError:
        pass


def remove_folder(path):
    """A folder with all that is in it, whatever its permissions are now."""
    def open_up(function, name, _):
        try:
            os.chmod(os.path.dirname(name), stat.S_IRWXU)
            os.chmod(name, stat.S_IRWXU)
            function(name)
        except OSError:
            pass
    while os.path.lexists(path):
        before = _n_entries(path)
        shutil.rmtree(path, onerror=open_up)
        if _n_entries(path) >= before:
            return


def _n_entries(path):
    return sum(len(dirs) + len(files) for _, dirs, files in os.walk(path)) + os.path.lexists(path)
