"""What a step of the student's may use, and what happens beyond.

    refused by the kernel         memory of a process, size of a file, number of processes (not for
    (rlimits, Landlock)           root), writes outside of the step's folder
    seen by the supervisor        processor time, memory, processes and disk of the whole tree,
                                  output, and wall time

Landlock is not in every kernel; without it a program can write where its user can, and what is
left of the protection is that HOME, TMPDIR and the current folder are the step's own.  Nothing here
hides files, or the check that runs in the same process, from the student's code: it keeps accidents
and pranks from doing harm, and is no jail.  For that, grade in a container and as nobody.
"""
import os
import resource
import time
from dataclasses import dataclass

from rushlight.lesson import landlock, processes

_MIB = 1 << 20
_NOBODY = 65534
_LOOK_S = 0.2           # how often the tree is looked at; the disk, each fifth time
_WALL_TIMES = 6         # wall seconds for a second of processor time: others use the machine, too
_WALL_LEAST = 30


@dataclass
class Limits:
    """Of one step; seconds come with the check."""

    address_bytes: int = 4096 * _MIB    # of a process
    memory_bytes: int = 2048 * _MIB     # resident, of the tree
    file_bytes: int = 256 * _MIB
    disk_bytes: int = 512 * _MIB
    output_bytes: int = 8 * _MIB
    processes: int = 64                 # of the tree
    seconds: float = 0                  # of processor time; 0: as the check says
    wall_seconds: float = 0             # 0: so many times the processor time
    landlock: bool = True               # where the kernel has it
    as_nobody: bool = False             # drop root, for graders that run as root

    def __post_init__(self):
        self._looks = 0
        self._next_look = 0.0
        self._others = None

    # ── in the supervisor ──
    def prepare(self, base):
        """Before the first step: what the steps need of the whole machine."""
        self._others = _threads_of(_NOBODY if self._drops() else os.getuid())
        if self._drops():
            os.chmod(base, 0o711)

    def exceeded(self, base, seconds, wall, n_output):
        """What a running step has used up, in words, or None."""
        if n_output > self.output_bytes:
            return f"the program printed more than {self.output_bytes // _MIB} MiB"
        limit = self.wall_limit(seconds)
        if wall > limit:
            return f"no end after {limit:.0f} s: it waits for something that does not come"
        if time.monotonic() < self._next_look:
            return None
        self._next_look = time.monotonic() + _LOOK_S
        self._looks += 1
        return self._tree(self.seconds or seconds) or (
            self._disk(base) if self._looks % 5 == 0 else None)

    def wall_limit(self, seconds):
        """Of a step with so much processor time, on a machine as busy as now."""
        return self.wall_seconds or (
            max(_WALL_LEAST, _WALL_TIMES * (self.seconds or seconds)) * _crowd())

    def _tree(self, seconds):
        tree = processes.descendants().values()
        if len(tree) > self.processes:
            return f"the program started more than {self.processes} processes"
        if sum(process.seconds for process in tree) > seconds:
            return f"no end after {seconds:g} s of processor time: an endless loop?"
        if sum(process.bytes for process in tree) > self.memory_bytes:
            return f"the program used more than {self.memory_bytes // _MIB} MiB of memory"
        return None

    def _disk(self, base):
        n = 0
        for folder, _, names in os.walk(base):
            for name in names:
                try:
                    n += os.lstat(os.path.join(folder, name)).st_blocks * 512
                except OSError:
                    pass        # it has just been removed
        if n > self.disk_bytes:
            return f"the program wrote more than {self.disk_bytes // _MIB} MiB of files"
        return None

    # ── in the step's process ──
    def apply(self, base, seconds):
        """For good: this process and all that it starts."""
        cpu = int(2 * (self.seconds or seconds)) + 2
        _lower(resource.RLIMIT_CPU, cpu)
        _lower(resource.RLIMIT_AS, self.address_bytes)
        _lower(resource.RLIMIT_FSIZE, self.file_bytes)
        _lower(resource.RLIMIT_CORE, 0)
        _lower(resource.RLIMIT_NPROC, self._others + 16 * self.processes)
        if self._drops():
            os.setgroups([])
            os.setgid(_NOBODY)
            os.setuid(_NOBODY)
        if self.landlock:
            landlock.allow_writes_only_in(base)

    def _drops(self):
        return self.as_nobody and os.getuid() == 0


def _crowd():
    """How many want each core of this machine; at least 1."""
    return max(1.0, os.getloadavg()[0] / os.cpu_count())


def _lower(which, value):
    _, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(which, (value, value))


def _threads_of(user):
    """How many threads a user has: what RLIMIT_NPROC counts."""
    n = 0
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and os.stat(f"/proc/{name}").st_uid == user:
                n += len(os.listdir(f"/proc/{name}/task"))
        except OSError:
            pass
    return n
