"""A lab's folder, read: lab.toml, lab.md, hints.md, and that all files are there.

Everything that an author can get wrong is told with the file and the way to mend it, as a
LessonError.
"""
import os
import re
import sys
from typing import NamedTuple

try:
    import tomllib
except ImportError:         # before Python 3.11
    import tomli as tomllib

from rushlight.lesson.model import Exercise, Lab, LessonError, Misconception, Prediction

_HINT = re.compile(r"^## +(\d+)((?:,? +[a-z_]\w*)*) *$", re.M)     # ## 2 one_job, no_job_before
_FOLDER = re.compile(r"\d\d_[a-z0-9_]+")
_NAME = re.compile(r"(\d+)(py|python|c)?")
_KINDS = {"py": "python", "python": "python", "c": "c"}
_LAB_KEYS = {"number": int, "title": str}
_EXERCISE_KEYS = {"file": str, "minutes": int, "master": str, "conf": dict, "predict": list}
_NEEDED = {"file", "minutes"}
_PREDICT_KEYS = {"id": str, "ask": str, "choices": list, "wrong": dict}
_WORDS = {int: "a whole number", str: "a text", dict: "a table", list: "a list"}


def labs_folder():
    """Where the package has its labs."""
    import rushlight
    return os.path.join(os.path.dirname(rushlight.__file__), "labs")


def labs(folder=None):
    """All labs of a folder, by number; of the package without one.  A lab's own folder will do.

    >>> [lab.number for lab in labs()][:1]
    [1]
    """
    found, broken = readable_labs(folder)
    for error in broken.values():
        raise error
    return found


def readable_labs(folder=None):
    """The same of those labs that can be read; of the others, folder's name → LessonError."""
    folder = folder or labs_folder()
    if not os.path.isdir(folder):
        raise LessonError(f"there is no folder of labs {folder}")
    if os.path.isfile(os.path.join(folder, "lab.toml")):
        return [load(folder)], {}
    by_number, broken = {}, {}
    for name in sorted(filter(_FOLDER.fullmatch, os.listdir(folder))):
        try:
            lab = load(os.path.join(folder, name))
            _must_be_alone(lab, by_number.setdefault(lab.number, lab))
        except LessonError as e:
            broken[name] = e
    return [by_number[number] for number in sorted(by_number)], broken


def _must_be_alone(lab, other):
    if lab is not other:
        raise LessonError(f"{other.folder} and {lab.folder} both have number = {lab.number} "
                          "in lab.toml: give one another number")


def exercises_of(name, all_labs):
    """The exercises that a command's word names: "4", "4py", "4c".

    >>> [exercise.name for exercise in exercises_of("1py", labs())]
    ['1py']
    """
    match = _NAME.fullmatch(str(name))
    if match is None:
        raise LessonError(f"{name!r} names no exercise: say a lab's number, 4, "
                          "or one of its exercises, 4py or 4c")
    number, kind = int(match[1]), _KINDS.get(match[2])
    lab = next((lab for lab in all_labs if lab.number == number), None)
    if lab is None:
        raise LessonError(f"there is no lab {number}: `rushlight lesson list` shows what there is")
    found = [e for e in lab.exercises if kind in (None, e.kind)]
    if not found:
        has = " and ".join(e.name for e in lab.exercises)
        raise LessonError(f"lab {number} has no exercise {name}; it has {has}")
    return found


def load(folder):
    """The Lab in a folder."""
    folder = os.path.abspath(folder)
    table = _read(os.path.join(folder, "lab.toml"))
    where = os.path.join(folder, "lab.toml")
    kinds = [kind for kind in ("python", "c") if os.path.isdir(os.path.join(folder, kind))]
    _check_keys(where, "", table, {**_LAB_KEYS, "misconception": list, "python": dict, "c": dict},
                _LAB_KEYS)
    _must_exist(os.path.join(folder, "lab.md"), "the lab's text")
    if not kinds:
        raise LessonError(f"{folder} has no exercise: make a folder python or c, with starter, "
                          "solution and check.py")
    misconceptions = _misconceptions(where, table.get("misconception", []))
    for kind in ("python", "c"):
        if (kind in table) != (kind in kinds):
            raise LessonError(f"{where}: the table [{kind}] and the folder {kind}/ belong "
                              "together, and one is missing")
    exercises = tuple(_exercise(where, folder, kind, table[kind], misconceptions)
                      for kind in kinds)
    lab = Lab(table["number"], os.path.basename(folder), table["title"], folder, misconceptions,
              exercises)
    for exercise in exercises:
        object.__setattr__(exercise, "lab", lab)        # the pair points at each other
    return lab


class Hint(NamedTuple):
    """One of hints.md, and the checks whose failure it helps with: their names; none: any."""

    text: str
    checks: tuple

    def helps(self, check):
        return check in self.checks


def hints(exercise):
    """Those of hints.md, in order: from a nudge to nearly all."""
    path = os.path.join(exercise.folder, "hints.md")
    _must_exist(path, "hints: a section ## 1, ## 2, … for each")
    parts = _HINT.split(read_text(path))
    numbers, names = parts[1::3], [tuple(re.findall(r"\w+", found or "")) for found in parts[2::3]]
    if not numbers or [int(n) for n in numbers] != list(range(1, len(numbers) + 1)):
        raise LessonError(f"{path}: the hints are headed ## 1, ## 2, … in order; "
                          f"found {', '.join('## ' + n for n in numbers) or 'none'}")
    known = re.findall(r"^def (\w+)\(", read_text(exercise.check_file), re.M)
    for number, checks in zip(numbers, names):
        for name in set(checks) - set(known):
            raise LessonError(f"{path}: ## {number} is for the check {name!r}, and "
                              f"{exercise.check_file} has no function of that name")
    return [Hint(text.strip("\n").rstrip(), checks) for text, checks in zip(parts[3::3], names)]


def read_text(path):
    """A text file, whole."""
    try:
        with open(path, encoding="utf-8") as f:
            return f.read()
    except UnicodeDecodeError as e:
        raise LessonError(f"{path} is no UTF-8 text (byte {e.start}): save it as UTF-8") from None
    except OSError as e:
        raise LessonError(f"{path}: {e.strerror}") from None


def _read(path):
    _must_exist(path, "the lab's table")
    try:
        return tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as e:
        raise LessonError(f"{path}: {e}") from None


def _must_exist(path, what):
    if not os.path.isfile(path):
        raise LessonError(f"there is no file {path}: {what}")


def _check_keys(path, place, table, kinds, needed):
    """That a table has what it needs, of the right kind, and nothing else."""
    at = f"{path}: {place}: " if place else f"{path}: "
    if not isinstance(table, dict):
        raise LessonError(f"{at}this must be a table, not {table!r}")
    for key in needed:
        if key not in table:
            raise LessonError(f"{at}{key} is missing")
    for key, value in table.items():
        if key not in kinds:
            raise LessonError(f"{at}{key} is not known here; known are {', '.join(kinds)}")
        if not isinstance(value, kinds[key]) or isinstance(value, bool):
            raise LessonError(f"{at}{key} must be {_WORDS[kinds[key]]}, not {value!r}")


def _misconceptions(path, tables):
    found = {}
    for i, table in enumerate(tables, 1):
        keys = dict.fromkeys(("id", "says", "truth"), str)
        _check_keys(path, f"[[misconception]] number {i}", table, keys, keys)
        if table["id"] in found:
            raise LessonError(f"{path}: two misconceptions are called {table['id']!r}")
        found[table["id"]] = Misconception(**table)
    return found


def _exercise(path, folder, kind, table, misconceptions):
    _check_keys(path, f"[{kind}]", table, _EXERCISE_KEYS, _NEEDED)
    suffix = ".py" if kind == "python" else ".c"
    file = table["file"]
    if not file.endswith(suffix) or os.path.basename(file) != file:
        raise LessonError(f"{path}: [{kind}]: file must be a name that ends in {suffix}, "
                          f"not {file!r}")
    if kind == "python" and not file[:-3].isidentifier():
        raise LessonError(f"{path}: [{kind}]: {file!r} cannot be imported: name the file as "
                          "a Python module")
    if kind == "python" and file[:-3] in sys.stdlib_module_names:
        raise LessonError(f"{path}: [{kind}]: {file!r} is called as a module of Python's own: "
                          "choose another name")
    predictions = tuple(_prediction(path, kind, p, misconceptions)
                        for p in table.get("predict", []))
    ids = [p.id for p in predictions]
    for id in ids:
        if ids.count(id) > 1:
            raise LessonError(f"{path}: [{kind}]: two predictions are called {id!r}")
    conf = {key: str(value) for key, value in table.get("conf", {}).items()}
    exercise = Exercise(kind, os.path.join(folder, kind), file, table["minutes"], predictions,
                        table.get("master", "local[2]"), conf)
    _must_exist(exercise.starter, "what the student gets")
    _must_exist(exercise.solution, "the starter solved")
    _must_exist(exercise.check_file, "predictions and checks")
    hints(exercise)
    return exercise


def _prediction(path, kind, table, misconceptions):
    id = table.get("id", "") if isinstance(table, dict) else ""
    place = f"[[{kind}.predict]] {id}".strip()
    _check_keys(path, place, table, _PREDICT_KEYS, ("id", "ask"))
    choices = tuple(map(str, table.get("choices", ())))
    wrong = {str(answer): id for answer, id in table.get("wrong", {}).items()}
    for answer, id in wrong.items():
        if id not in misconceptions:
            raise LessonError(f"{path}: {place}: wrong[{answer!r}] names the misconception "
                              f"{id!r}, which no [[misconception]] has")
        if choices and answer not in choices:
            raise LessonError(f"{path}: {place}: wrong has {answer!r}, which is no choice")
    return Prediction(table["id"], table["ask"], choices, wrong)
