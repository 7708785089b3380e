"""A lab for nbgrader: a course folder with the source version of an assignment.

    OUT/nbgrader/
        nbgrader_config.py                  limits, and in_nbgrader.py's two steps
        secret.txt                          what hidden data follow from
        labs/01_name/                       of a lab that the package does not have: for grading
        source/01_name/word_count.ipynb     with solutions and hidden tests
            │ nbgrader generate_assignment 01_name
            ▼
        release/01_name/word_count.ipynb    without; what students get

Three kinds of cells (metadata v3): text is locked; an answer or the program is a solution cell,
with its solution between ### BEGIN SOLUTION and ### END SOLUTION; a test is a locked grade cell,
whose part between ### BEGIN HIDDEN TESTS and ### END HIDDEN TESTS students don't see.  nbgrader
puts "raise NotImplementedError" in a solution's place.  A lab often hands out a program that runs
and is to be mended: in_nbgrader.py, named in the configuration, puts the lab's starter there.
"""
import os

from rushlight.course import carried as parts
from rushlight.course import cells, is_packaged, secret, submission
from rushlight.lesson.loading import read_text

_BEGIN, _END = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
_CONFIG = '''\
c = get_config()  # noqa: F821

# The program's cell goes out as the starter; a notebook that ends its kernel gets a grade, too.
from rushlight.course import in_nbgrader
in_nbgrader.configure(c)

# Seconds for one cell.  A check ends itself much sooner; this ends what students write elsewhere.
c.ExecutePreprocessor.timeout = 120
'''


def build(lab, out, carried):
    """Writes the format; the paths to tell of."""
    exercise = cells.python_exercise(lab)
    course = os.path.join(out, "nbgrader")
    parts.write(course, "nbgrader_config.py", _CONFIG)
    secret.copy(out, course)
    if not is_packaged(lab):
        parts.copy_lab(lab, os.path.join(course, "labs"))
    folder = parts.fresh(os.path.join(course, "source", lab.name))
    groups = {"predictions": _predictions(exercise), "program": [_program(exercise)],
              "run": [cells.code("run", cells.run_source(exercise))],
              "checks": _checks(exercise)}
    name = exercise.file.removesuffix(".py") + ".ipynb"
    cells.write_notebook(folder, name, cells.laid_out(exercise, _text, groups))
    return [folder]


def _metadata(grade_id, cell_type, points=None, solution=False, starter=None):
    table = {"schema_version": 3, "grade_id": grade_id, "grade": points is not None,
             "solution": solution, "locked": not solution, "task": False, "cell_type": cell_type}
    if points is not None:
        table["points"] = points
    return {"nbgrader": table} | ({"rushlight": {"starter": starter}} if starter else {})


def _text(id, text):
    return cells.markdown(id, text, **_metadata(id, "markdown"))


def _program(exercise):
    """The file solved; the starter goes along for the release version."""
    starter = cells.program(read_text(exercise.starter), exercise)
    return cells.code("program", cells.program(read_text(exercise.solution), exercise),
                      **_metadata("program", "code", solution=True, starter=starter))


def _predictions(exercise):
    """A question, its answer cell and its test, for each."""
    found = []
    truths = submission.truths(exercise)
    for p in exercise.predictions:
        id, name = p.id.replace("_", "-"), cells.variable(p)
        answer = (f"### BEGIN SOLUTION\n{name} = {cells.literal(p, truths[p.id])}\n"
                  "### END SOLUTION")
        arguments = f'"{exercise.lab.name}", "{p.id}", {name}'
        found += [
            _text(f"ask-{id}", cells.question(p)),
            cells.code(f"answer-{id}", answer, **_metadata(
                f"answer-{id}", "code", solution=True, starter=cells.unanswered(p))),
            _test(f"predicted-{id}", submission.PREDICTION_POINTS,
                  f"from rushlight.course.in_notebook import predicted\npredicted({arguments})",
                  f"predicted({arguments}, graded=True)")]
    return found


def _checks(exercise):
    return [_test(f"check-{check.name.replace('_', '-')}", check.points,
                  f"# {check.title}\nfrom rushlight.course.in_notebook import graded\n"
                  f'graded("{exercise.lab.name}", "{check.name}")',
                  f'graded("{exercise.lab.name}", "{check.name}", hidden=True)')
            for check in submission.checks(exercise)]


def _test(id, points, seen, hidden):
    """A grade cell."""
    return cells.code(id, f"{seen}\n{_BEGIN}\n{hidden}\n{_END}",
                      **_metadata(id, "code", points=points))
