"""Runs the book's programs, keeps what they printed and drew, and takes numbers out of it.

    programs/laziness.py ──▶ its commands, in a folder of their own ──┬─▶ what they printed
      $ rushlight dag … (lines of its docstring)                       ├─▶ pictures (.svg)
                                                                      ├─▶ traces of the event logs
                                                                      └─▶ facts: label → value

A fact is a printed line "label: value", or a count of the trace ("jobs", "stages", "tasks" …), or,
of a simulated run, its virtual seconds.
A run is kept under a digest of all that it depends on: the program, the files that it names, this
file and the engine; so an unchanged program does not run again, and a changed engine runs all.

Without Sphinx: tests run programs through it, too.
"""
import contextlib
import fcntl
import functools
import glob
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

BOOK = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAMS = os.path.join(BOOK, "programs")
_COMMAND = re.compile(r"^    \$ (.+)$", re.M)
_DOCSTRING = re.compile(r'\A"""(.*?)"""\n+', re.S)
_FACT = re.compile(r"^\s*([A-Za-z][^:\n]*?):\s+(\S.*?)\s*$", re.M)
# In a picture of a run in real time: "4 tasks · 69 ms" of one run is "4 tasks · 71 ms" of the next.
# A plan has it as the value of a metric, alone in its place.
_TIME = re.compile(r"(?<=[a-z)]) · [\d.,]+ (?:ms|s|min|h)\b")
_TIME_ALONE = re.compile(r"(?<=>)[\d.,]+ (?:ms|s|min|h)(?=<)")
# Commands whose times are virtual: one seed, one run.
_VIRTUAL = re.compile(r"sim://|--simulate|^rushlight (simulate|replay|picture)")
# The name of an application is the time at which it began.
_APPLICATION = re.compile(r"\blocal-\d{13}\b")
_GUARD_S = 120


class ProgramFailed(Exception):
    """A command of a program ended badly; the message has what it said."""


class Run:
    """What the commands of a program have left."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        with open(os.path.join(folder, "run.json"), encoding="utf-8") as f:
            kept = json.load(f)
        self.commands = kept["commands"]        # [{"words", "out"}]
        self.traces = kept["traces"]
        self.steps = kept["steps"]              # of clusters that were simulated, a list each
        self.facts = kept["facts"]

    def command(self, number):
        """A command and what it printed, counted from 1; ValueError."""
        return self._nth(self.commands, number, "its docstring has {} commands")

    def trace(self, number):
        """The trace of a SparkContext that the commands made, counted from 1; ValueError."""
        return self._nth(self.traces, number, "it has written {} event logs")

    def steps_of(self, number):
        """What the cluster of a SparkContext did, counted from 1; ValueError."""
        return self._nth(self.steps, number, "it has written {} event logs")

    def _nth(self, found, number, words):
        if not 1 <= number <= len(found):
            raise ValueError(f"{self.program}.py: number {number}; {words.format(len(found))}")
        return found[number - 1]

    def picture(self, name):
        """The path of a picture that the program drew; KeyError."""
        path = os.path.join(self.folder, name)
        if not os.path.exists(path):
            there = ", ".join(sorted(self.pictures)) or "none"
            raise KeyError(f"{self.program}.py draws no {name}; it draws: {there}")
        return path

    @property
    def pictures(self):
        return {os.path.basename(path) for path in glob.glob(os.path.join(self.folder, "*.svg"))}

    def fact(self, label):
        """The value that was printed or counted under a label, the ratio "one / other" of two, or
        what the group of a "/regular expression/" finds in what was printed; KeyError."""
        if label.startswith("/") and label.endswith("/"):
            printed = "\n".join(command["out"] for command in self.commands)
            found = re.search(label[1:-1], printed, re.M)
            if found is None:
                raise KeyError(f"{self.program}.py prints nothing that {label} finds")
            return found[1]
        if label not in self.facts:
            one, slash, other = label.partition(" / ")
            if slash:
                return str(number(self.fact(one)) / number(self.fact(other)))
            there = ", ".join(sorted(self.facts))
            raise KeyError(f"{self.program}.py says nothing of “{label}”; it tells of: {there}")
        return self.facts[label]


def number(value):
    """The first number in a value."""
    return float(re.search(r"-?\d[\d,]*(?:\.\d+)?", value)[0].replace(",", ""))


def names():
    """All programs, sorted."""
    return sorted(os.path.basename(path)[:-3] for path in glob.glob(os.path.join(PROGRAMS, "*.py")))


def source(program):
    """(the lines after the docstring, the number of the first): what a page shows."""
    text = _read(program)
    head = _DOCSTRING.match(text)
    end = head.end() if head else 0
    return text[end:], text.count("\n", 0, end) + 1


def commands(program):
    """The command lines in a program's docstring."""
    head = _DOCSTRING.match(_read(program))
    return _COMMAND.findall(head[1]) if head else []


def run(program, kept):
    """The Run of a program; from the folder `kept` if nothing has changed since."""
    folder = os.path.join(kept, f"{program}-{_digest(program)}")
    if not os.path.exists(os.path.join(folder, "run.json")):
        os.makedirs(kept, mode=0o700, exist_ok=True)
        with _place() as running:
            _run(program, running)
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(running, folder)
    return Run(program, folder)


@contextlib.contextmanager
def _place():
    """An empty folder that has the same path each time, as paths get into plans and pickles; one
    program runs at a time."""
    own = os.path.join(tempfile.gettempdir(), f"rushlight-book-{os.getuid()}")
    os.makedirs(own, mode=0o700, exist_ok=True)
    if os.stat(own).st_uid != os.getuid():
        raise ProgramFailed(f"{own} belongs to somebody else")
    with open(os.path.join(own, "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        place = os.path.join(own, "run")
        shutil.rmtree(place, ignore_errors=True)
        os.mkdir(place)
        try:
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)


def _read(program):
    with open(os.path.join(PROGRAMS, program + ".py"), encoding="utf-8") as f:
        return f.read()


def _needs(program):
    """The files beside the program that its commands name, and itself."""
    words = {word for line in commands(program) for word in shlex.split(line)}
    there = {word for word in words if os.path.isfile(os.path.join(PROGRAMS, word))}
    return sorted(there | {program + ".py", "spark-defaults.conf"})


def _digest(program):
    digest = hashlib.sha256(_engine())
    for path in [os.path.abspath(__file__)] + [os.path.join(PROGRAMS, n) for n in _needs(program)]:
        with open(path, "rb") as f:
            digest.update(hashlib.sha256(f.read()).digest())
    return digest.hexdigest()[:16]


@functools.cache
def _engine():
    """Of the package that is imported here: its extension modules and its Python files."""
    import rushlight
    root = os.path.dirname(rushlight.__file__)
    digest = hashlib.sha256()
    for path in sorted(glob.glob(os.path.join(root, "**", "*.*"), recursive=True)):
        if path.endswith((".py", ".so")):
            with open(path, "rb") as f:
                digest.update(os.path.relpath(path, root).encode() + f.read())
    return digest.digest()


def _run(program, folder):
    lines = commands(program)
    if not lines:
        raise ProgramFailed(f"{program}.py: its docstring names no command ($ rushlight …)")
    for name in _needs(program):
        shutil.copy(os.path.join(PROGRAMS, name), folder)
    os.mkdir(os.path.join(folder, "events"))
    done, traces, steps, facts = [], [], [], {}
    for line in lines:
        before = _logs(folder)
        drawn = _pictures(folder)
        out = _command(program, line, folder)
        for path in _pictures(folder) - drawn:
            _settle(path, with_times=bool(_VIRTUAL.search(line)))
        done.append({"words": line, "out": out})
        for label, value in _FACT.findall(out):
            facts[label if label not in facts else f"run {len(traces) + 1} {label}"] = value
        for path, _ in sorted(_logs(folder) - before):
            text, counts = _traced(path)
            if _VIRTUAL.search(line):
                counts.update(_seconds(path))
            prefix = f"run {len(traces) + 1} " if traces else ""
            facts.update({prefix + label: value for label, value in counts.items()})
            traces.append(text)
            steps.append(_steps(path))
    _keep_pictures_only(folder)
    with open(os.path.join(folder, "run.json"), "w", encoding="utf-8") as f:
        json.dump({"commands": done, "traces": traces, "steps": steps, "facts": facts}, f, indent=1)


def _command(program, line, folder):
    words = shlex.split(line)
    starts = {"rushlight": [sys.executable, "-m", "rushlight.cli"], "python": [sys.executable]}
    if words[0] not in starts:
        raise ProgramFailed(f"{program}.py: “{line}” starts with neither rushlight nor python")
    words = [match for word in words[1:] for match in _expand(word, folder)]
    env = {**os.environ, "SPARK_CONF_DIR": ".", "PYTHONHASHSEED": "0", "TZ": "UTC",
           "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"}
    ended = subprocess.run(starts[shlex.split(line)[0]] + words, cwd=folder, env=env, text=True,
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, timeout=_GUARD_S)
    out = ended.stdout.replace(os.path.realpath(folder) + "/", "").replace(folder + "/", "")
    if ended.returncode:
        raise ProgramFailed(f"{program}.py: {line}\nended with {ended.returncode}:\n{out}")
    return _APPLICATION.sub("local-0", out)


def _expand(word, folder):
    """events/* as a shell would."""
    if "*" not in word or "[" in word:
        return [word]
    return sorted(glob.glob(word, root_dir=folder)) or [word]


def _traced(log):
    """An event log as a picture in text, and its counts."""
    from rushlight.testing import read_trace
    trace = read_trace(log)
    ran = {stage.id: stage for job in trace.jobs for stage in job.stages if stage.ran}
    counts = {"jobs": len(trace.jobs), "stages": len(ran),
              "tasks": sum(len(stage.tasks) for stage in ran.values()),
              "skipped stages": sum(not s.ran for job in trace.jobs for s in job.stages),
              "shuffles": sum(stage.writes_shuffle for stage in ran.values()),
              "shuffle pairs": sum(stage.pairs for stage in ran.values()),
              "shuffle bytes": sum(stage.bytes for stage in ran.values()),
              "spilled bytes": sum(stage.spilled["disk"] for stage in ran.values()),
              "queries": len(trace.queries)}
    for job in trace.jobs:
        counts[f"job {job.id} stages"] = sum(stage.ran for stage in job.stages)
        counts[f"job {job.id} tasks"] = sum(len(s.tasks) for s in job.stages if s.ran)
    for stage in ran.values():
        counts[f"stage {stage.id} tasks"] = len(stage.tasks)
        counts[f"stage {stage.id} partitions"] = stage.n_tasks
        counts[f"stage {stage.id} again"] = stage.n_again
        counts[f"stage {stage.id} pairs"] = stage.pairs
        counts[f"stage {stage.id} bytes"] = stage.bytes
    return str(trace), {label: str(value) for label, value in counts.items()}


def _logs(folder):
    """Event logs with their times: a simulated run writes over that of the same seed."""
    logs = glob.glob(os.path.join(folder, "events", "*"))
    return {(path, os.stat(path).st_mtime_ns) for path in logs}


def _seconds(log):
    """How long the jobs of a simulated run took, in virtual time."""
    began, ended = {}, {}
    with open(log, encoding="utf-8") as lines:
        for event in map(json.loads, lines):
            if event["Event"] == "SparkListenerJobStart":
                began[event["Job ID"]] = event["Submission Time"]
            elif event["Event"] == "SparkListenerJobEnd":
                ended[event["Job ID"]] = event["Completion Time"]
    seconds = {f"job {id} seconds": f"{(ended[id] - began[id]) / 1000:.2f}" for id in ended}
    if ended:
        seconds["seconds"] = f"{(max(ended.values()) - min(began.values())) / 1000:.2f}"
    return seconds


def _steps(log):
    """What a simulated cluster's managers and machines did: "3.007 s  ApplicationMaster asks …"."""
    with open(log, encoding="utf-8") as lines:
        steps = [json.loads(line) for line in lines if '"rushlight.ClusterStep"' in line]
    return [f"{step['Timestamp'] / 1000:7.3f} s  {step['Actor']} {step['Step']}" for step in steps]


def _pictures(folder):
    return set(glob.glob(os.path.join(folder, "*.svg")))


def _settle(path, with_times):
    """Leaves out what differs from place to place and, of runs in real time, from run to run."""
    with open(path, encoding="utf-8") as f:
        text = f.read()
    place = os.path.dirname(path) + "/"
    for written in (place, place.replace("-", "&#45;")):        # the second by Graphviz
        text = text.replace(written, "")
    with open(path, "w", encoding="utf-8") as f:
        f.write(text if with_times else _TIME_ALONE.sub("…", _TIME.sub("", text)))


def _keep_pictures_only(folder):
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if os.path.isdir(path):
            shutil.rmtree(path)
        elif not name.endswith(".svg"):
            os.unlink(path)
