"""The secret of a course, which hidden data follow from: who knows it can compute them.

    OUT/secret.txt ──┬─▶ autograder.zip: secret.txt      Gradescope, otter
       made once     ├─▶ nbgrader/secret.txt
                     └─▶ rushlight course grade --secret

Nothing that students get has it.  Classroom's repository and watch mode's folder are theirs, so
there hidden data follow from the name alone.
"""
import os
import secrets
import stat

from rushlight.lesson import LessonError

NAME = "secret.txt"
_LEAST = 16             # letters; what is shorter can be guessed, or is no secret at all


def of_course(out):
    """The path of a course's secret; it is made if there is none."""
    path = os.path.join(out, NAME)
    os.makedirs(out, exist_ok=True)
    try:
        _create(path, secrets.token_hex(32))
    except FileExistsError:
        read(path)
    return path


def copy(out, folder):
    """The secret of the course in OUT, into a folder that its graders have."""
    path = os.path.join(folder, NAME)
    text = read(of_course(out))
    os.makedirs(folder, exist_ok=True)
    if os.path.lexists(path):
        os.unlink(path)
    _create(path, text)
    return path


def read(path):
    """The secret in a file."""
    try:
        with open(path, encoding="ascii") as f:
            text = f.read().strip()
    except OSError as e:
        raise LessonError(f"{path}: {e.strerror}") from None
    except UnicodeDecodeError:
        text = ""
    if len(text) < _LEAST:
        raise LessonError(f"{path} holds no secret that `course build` has written: remove it, "
                          "and build again what grades with it")
    return text


def _create(path, text):
    mode = stat.S_IRUSR | stat.S_IWUSR
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as f:
        f.write(text + "\n")
