"""A student's folder: what is handed out, and that nothing in it is ever lost.

    lessons/
      README.md
      .rushlight.json            state.py
      01_lazy_word_count/
        lab.md  word_count.py    handed out by `start`; a file that is there stays
        word_count.py.1          what `reset` put aside
"""
import filecmp
import os
import shutil

from rushlight.lesson import state as states
from rushlight.lesson.model import LessonError

_README = """\
# Lessons

Each lab is a folder with its text, `lab.md`, and the file that you write.

    rushlight lesson list         the labs, and what you have solved
    rushlight lesson start 1      hands out lab 1, shows its text and asks what you expect
    rushlight lesson predict 1    asks again what you have not answered yet
    rushlight lesson run 1        runs your program and draws what it made the engine do
    rushlight lesson text 1       the text from there on: the pictures, and what to write
    rushlight lesson check 1      grades it
    rushlight lesson hint 1       a hint on what failed; the next time, the next one
    rushlight lesson watch 1      all of it in one window, which checks each time that you save
    rushlight lesson solution 1   a solution, once yours has passed
    rushlight lesson reset 1      the file as it was handed out; yours is kept beside it

A lab with an exercise in Python and one in C has them as 4py and 4c: those in C are for those who
want them.  Your progress is in .rushlight.json.
"""
_PROGRAM = "program.py"     # of an exercise in C, if there is something to run with the plug-in


def init(path, student=None, labs=None):
    """Makes a folder one of lessons; gives its State, and whether it had none before."""
    path = os.path.abspath(path)
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as e:
        raise LessonError(f"{path}: {e.strerror}: name a folder that you can write to") from None
    if os.path.lexists(os.path.join(path, states.NAME)):
        try:
            state = states.load(path)
        except LessonError:
            if student is None:
                raise
            put_aside(os.path.join(path, states.NAME))
        else:
            if student not in (None, state.student):
                raise LessonError(f"{path} is {state.student}'s: name another folder, or leave "
                                  "--student out")
            return state, False
    state = states.State(path, student or states.default_student(),
                         os.path.abspath(labs) if labs else None)
    readme = os.path.join(path, "README.md")
    if not os.path.exists(readme):
        _write(readme, _README)
    state.save()
    return state, True


def path_of(state, exercise):
    """The student's file."""
    return os.path.join(folder_of(state, exercise.lab), exercise.file)


def folder_of(state, lab):
    """The student's folder of a lab."""
    return os.path.join(state.folder, lab.name)


def program_of(state, exercise):
    """What `run` runs: the student's program, or the one that goes with his plug-in; or None."""
    if exercise.kind == "python":
        return path_of(state, exercise)
    path = os.path.join(folder_of(state, exercise.lab), _PROGRAM)
    return path if os.path.isfile(path) else None


def is_started(state, exercise):
    """Whether it was handed out."""
    return os.path.isfile(path_of(state, exercise))


def is_begun(state, exercise):
    """Whether the student has changed what was handed out."""
    return is_started(state, exercise) and not filecmp.cmp(
        path_of(state, exercise), exercise.starter, shallow=False)


def hand_out(state, lab):
    """Copies what is not there yet; gives the names of the files that are new."""
    target = folder_of(state, lab)
    wanted = {"lab.md": lab.text}
    for exercise in lab.exercises:
        wanted[exercise.file] = exercise.starter
        program = os.path.join(exercise.folder, _PROGRAM)
        if exercise.kind == "c" and os.path.isfile(program):
            wanted[_PROGRAM] = program
    new = []
    try:
        os.makedirs(target, exist_ok=True)
        for name, source in wanted.items():
            path = os.path.join(target, name)
            if not os.path.exists(path):
                shutil.copyfile(source, path)
                new.append(name)
    except OSError as e:
        raise LessonError(f"{e.filename}: {e.strerror}") from None
    return new


def reset(state, exercise):
    """The starter again; gives where the student's file is kept now, or None if there was none."""
    path = path_of(state, exercise)
    kept = put_aside(path) if os.path.lexists(path) else None
    hand_out(state, exercise.lab)
    return kept


def put_aside(path):
    """Renames a file to NAME.1, or the first number that is free; gives the new path."""
    n = 1
    while os.path.lexists(f"{path}.{n}"):
        n += 1
    try:
        os.rename(path, f"{path}.{n}")
    except OSError as e:
        raise LessonError(f"{path}: {e.strerror}") from None
    return f"{path}.{n}"


def _write(path, text):
    try:
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
    except OSError as e:
        raise LessonError(f"{path}: {e.strerror}") from None
