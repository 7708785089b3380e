"""The grader's side of a supervisor: a job goes in, an outcome for each step comes out, whatever
the student's code does.

    run() ── job ──▶ supervisor ──▶ outcomes of steps 0, 1, 2 …
              ▲                        │ it dies, or says nothing any more (student's code has
              └── from step k + 1 ◀────┘ killed or stopped it, at step k)

All processes of a job are ended and its folder is removed before run() returns.
"""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass, field

from rushlight.lesson import believed, processes, submitted
from rushlight.lesson.limits import Limits
from rushlight.lesson.model import LessonError

_SILENCE_S = 30         # after so long without a beat a supervisor is dead, or stopped
_END_S = 10
_LONGEST_WORD = 8 << 20     # more than a supervisor says at once
_SUPERVISOR = [sys.executable, "-m", "rushlight.lesson.supervisor"]
_lock = threading.Lock()        # threads may grade at the same time
_alive = set()                  # pids of this process's supervisors
_n_jobs = 0                     # while there are any, this process is a subreaper
# What a step gets of the grader's environment: nothing that could be a token or a password.
_SHOWN = re.compile(r"PATH|HOME|USER|LOGNAME|SHELL|TERM|TZ|LANG(UAGE)?|LC_\w+|TMPDIR|CC|CCACHE_\w+|"
                    r"(C_INCLUDE_|LIBRARY_|LD_LIBRARY_|PKG_CONFIG_|PYTHON)\w*|LD_PRELOAD|"
                    r"(SPARK|RUSH|OMP|OPENBLAS|ASAN|UBSAN|TSAN)_\w+|JAVA_HOME|VIRTUAL_ENV")
_OTHER_PYTHONS = ("PYSPARK_PYTHON", "PYSPARK_DRIVER_PYTHON")    # of another installation, often


@dataclass
class Step:
    """A check or a prediction on one submission."""

    name: str
    title: str
    submission: int                     # which of the job's
    seeds: list                         # of (seed, whether it is hidden)
    seconds: float
    needs: list = field(default_factory=list)   # earlier steps that must have passed
    is_prediction: bool = False


def run(exercise, submissions, steps, limits=None):
    """The outcomes of steps on files, as submitted.read() takes them: dicts with status, message,
    misconception, comments, seed, hidden, seconds, output, and value, which a prediction returned.
    """
    base = tempfile.mkdtemp(prefix="rushlight-lesson-")
    _count_job(1)
    try:
        job = _job(exercise, submissions, steps, limits or Limits(), base)
        outcomes = job["outcomes"]
        while len(outcomes) < len(steps):
            _Conversation(job).hold()
        return [_by_own_names(outcome, job["submissions"]) for outcome in outcomes]
    finally:
        _count_job(-1)
        processes.remove_folder(base)


def _by_own_names(outcome, submissions):
    """An outcome whose texts name a student's file as he does, who has no copies' folders."""
    folders = [os.path.join(os.path.dirname(path), "") for path in submissions]

    def named(text):
        for folder in folders:
            text = text.replace(folder, "")
        return text

    texts = {key: named(outcome[key]) for key in ("message", "output") if key in outcome}
    if "comments" in outcome:
        texts["comments"] = [{**c, "text": named(c["text"])} for c in outcome["comments"]]
    return {**outcome, **texts}


def _count_job(change):
    global _n_jobs
    with _lock:
        _n_jobs += change
        processes.become_subreaper(_n_jobs > 0)


def _job(exercise, submissions, steps, limits, base):
    """What a supervisor is told.  Files are copied: a program's lines count as the student's own
    only outside of the package, and nobody writes into what is graded while it is."""
    lab = os.path.join(base, "lab")
    # A check in C needs the solution's plug-in alone; its source could be included.
    unused = ["mutants", "__pycache__", *(["solution.c"] if exercise.kind == "c" else [])]
    shutil.copytree(exercise.folder, lab, ignore=shutil.ignore_patterns(*unused))
    copies = []
    for i, file in enumerate(submissions):
        folder = os.path.join(base, f"submission-{i}")
        os.mkdir(folder)
        copies.append(os.path.join(folder, exercise.file))
        with open(copies[-1], "wb") as f:
            f.write(submitted.read(file))
    built = _reference_plugin(exercise, lab) if exercise.kind == "c" else None
    return {"base": base, "kind": exercise.kind, "master": exercise.master, "conf": exercise.conf,
            "check_file": os.path.join(lab, "check.py"), "submissions": copies,
            "reference": os.path.join(lab, os.path.basename(exercise.solution)),
            "reference_plugin": built, "steps": [asdict(step) for step in steps], "outcomes": [],
            "limits": asdict(limits)}


def _reference_plugin(exercise, lab):
    """The solution's plug-in, in the job's copy of the lab; what was built before is found."""
    from rushlight import plugin
    try:
        built = plugin.build(exercise.solution)
    except plugin.PluginBuildError as e:
        raise LessonError(f"{exercise.name} needs a C compiler and the engine's headers.  {e}"
                          ) from None
    return shutil.copyfile(built, os.path.join(lab, "reference.so"))


class _Conversation:
    """One supervisor, to the job's end or to its own."""

    def __init__(self, job):
        self.job, self.outcomes = job, job["outcomes"]
        self.at = len(self.outcomes)
        self.limits = Limits(**job["limits"])
        self.begin, self.wall_limit = time.monotonic(), 0.0     # of the step that is awaited
        self.before = set(processes.descendants(ended=True))
        read, write = os.pipe()
        self.pipe = read
        try:
            with _lock:
                self.process = subprocess.Popen(
                    [*_SUPERVISOR, str(write)],
                    stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                    pass_fds=(write,), start_new_session=True, cwd=job["base"],
                    env=shown(environment()))
                _alive.add(self.process.pid)
        finally:
            os.close(write)

    def hold(self):
        """Takes its outcomes, until it has no more."""
        try:
            self.process.stdin.write((json.dumps(self.job) + "\n").encode())
            self.process.stdin.flush()
            self._listen()
        except BrokenPipeError:
            pass                # it is dead already
        finally:
            self._end()
        if len(self.outcomes) < len(self.job["steps"]):
            self._note_death()

    def _listen(self):
        text = b""
        while len(self.outcomes) < len(self.job["steps"]) and self._hears():
            data = os.read(self.pipe, 65536)
            *lines, text = (text + data).split(b"\n")
            if not data or len(text) > _LONGEST_WORD:
                return
            for line in lines:
                if not self._take(believed.read(line)):
                    return      # these are not its own words

    def _hears(self):
        """Waits for a word; whether one came that may be its own.  Others can write into the pipe,
        so words alone do not show that it runs, nor that there will be an outcome."""
        for _ in range(_SILENCE_S):
            if self.process.poll() is not None:
                self._end_orphans()         # they hold the pipe open; its last words are in it
                return bool(processes.readable([self.pipe], 0))
            if processes.is_stopped(self.process.pid) or self._is_late():
                return False
            if processes.readable([self.pipe], 1):
                return True
        return False

    def _is_late(self):
        """Whether it should have ended the step long ago; in C it may build the file, too."""
        step = self.job["steps"][len(self.outcomes)]
        self.wall_limit = max(self.wall_limit, self.limits.wall_limit(step["seconds"]))
        return time.monotonic() - self.begin > 2 * self.wall_limit + _SILENCE_S

    def _take(self, said):
        """Takes what was said; whether a supervisor says such things at this point."""
        at = len(self.outcomes)
        if said == {"beat": True}:
            return True
        if said == {"begin": at}:
            self.at = at + 1
            return True
        if not isinstance(said, dict) or set(said) != {"outcome"} or self.at != at + 1 or (
                believed.flaw(said["outcome"], self.job["steps"][at], by_supervisor=True)):
            return False
        self.outcomes.append(believed.written(said["outcome"]))
        self.begin, self.wall_limit = time.monotonic(), 0.0
        return True

    def _end(self):
        """Ends it and all that it had started."""
        self.process.stdin.close()
        if len(self.outcomes) == len(self.job["steps"]):
            try:
                self.process.wait(_END_S)
            except subprocess.TimeoutExpired:
                pass
        self.process.kill()
        status = self.process.wait()
        self._end_orphans()         # one of them may hold the pipe below open
        os.set_blocking(self.process.stderr.fileno(), False)    # another step may hold it open
        self.error = (self.process.stderr.read(4000) or b"") if status else b""
        self.process.stderr.close()
        os.close(self.pipe)

    def _end_orphans(self):
        """What a killed supervisor left has become ours: it is in another session than we are, as
        none of our own children that somebody else may have started meanwhile is likely to be."""
        here = os.getsid(0)
        with _lock:
            _alive.discard(self.process.pid)
            while left := [pid for pid, process
                           in processes.descendants(but=_alive, ended=True).items()
                           if pid not in self.before and process.session != here]:
                for pid in left:
                    processes.send(pid, signal.SIGKILL)
                    processes.wait_for(pid)

    def _note_death(self):
        """The step at which it died has its outcome; the next supervisor goes on after it."""
        if self.at == len(self.outcomes):       # it has not come to a step
            raise LessonError("the process that runs the checks ended before it began: "
                              + self.error.decode("utf-8", "replace").strip()[-2000:])
        step = self.job["steps"][len(self.outcomes)]
        self.outcomes.append({
            "status": "killed", "seed": step["seeds"][0][0], "seconds": 0.0,
            "message": "the program killed or stopped the process that watches it"})


def shown(variables):
    """Those of the environment's variables that a step may see.

    >>> shown({"PATH": "/bin", "GITHUB_TOKEN": "s3cret", "LC_ALL": "C"})
    {'PATH': '/bin', 'LC_ALL': 'C'}
    """
    return {key: value for key, value in variables.items() if _SHOWN.fullmatch(key)}


def environment():
    """For a new Python: it finds this package, and BLAS has no threads that forks would lose."""
    import rushlight
    package = os.path.dirname(os.path.dirname(os.path.abspath(rushlight.__file__)))
    paths = [package, *(path for path in sys.path if path and os.path.isdir(path)
                        and os.path.abspath(path) != os.getcwd())]
    kept = {key: value for key, value in os.environ.items() if key not in _OTHER_PYTHONS}
    return {**kept, "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)),
            "OPENBLAS_NUM_THREADS": "1"}
