"""The list of labs, a line each: how they stand for a student."""
from rushlight.lesson import folder
from rushlight.lesson.model import SHORT_KINDS


def list_lines(told, labs, broken, state):
    """A line for each lab, and what is wrong with those that cannot be read."""
    lines = [(f"{lab.number:02}", list_line(told, lab, state)) for lab in labs]
    for name, error in broken.items():
        lines.append((name, f"{int(name[:2]):2}  {name[3:]:<42.42}  {told.paint('broken', 'red')}\n"
                      + told.indented(str(error), 4, "red")))
    return [line for _, line in sorted(lines)]


def list_line(told, lab, state):
    """How a lab stands for a student; without one, what it has."""
    words = []
    for kind in SHORT_KINDS:
        exercise = lab.exercise(kind)
        standing, colour = _standing(state, exercise) if exercise else ("", "dim")
        text = f"{kind}: {standing}".rstrip(": ") if exercise else ""
        words.append(told.paint(text, colour) + " " * (16 - len(text)))
    return f"{lab.number:2}  {lab.title:<42.42}  {''.join(words)}".rstrip()


def _standing(state, exercise):
    if state is None:
        return "", "dim"
    if state.has_passed(exercise):
        return "passed", "green"
    if folder.is_begun(state, exercise):
        return "begun", "yellow"
    return "open", "dim"
