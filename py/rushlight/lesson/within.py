"""One run of one check or prediction, in the process that the supervisor forked for it.

    step + seed ──▶ Case ──▶ the author's function ──▶ outcome: a dict that goes over a pipe
                                     │
                        the student's code: may raise whatever it likes
"""
import gc
import importlib
import linecache
import os
import shutil
import sys
import time
import traceback

from rushlight.lesson.case import Case
from rushlight.lesson.checks import CheckFailed, CheckFile
from rushlight.lesson.model import ERROR, FAILED, PASSED

# What nearly every check needs; of SQL also what a session imports with its first rows, which each
# step would else import anew.
_NEEDED = ("cloudpickle", "rushlight.context", "rushlight.dag", "rushlight.sql._creating",
           "rushlight.sql.dataframe", "rushlight.sql.functions", "rushlight.sql.session",
           "rushlight.testing", "rushlight.worker")
_LONGEST = 8000         # letters of a message


def run_step(job, step, folder, scratch):
    """Runs a step with its seeds, up to the first that does not pass; gives its outcome.

    folder, scratch: the check's own folder, and one for what the engine writes."""
    begin = time.monotonic()
    outcome = {}
    os.chdir(folder)
    for seed, hidden in step["seeds"]:
        _empty(folder)
        outcome = _run_once(job, step, folder, scratch, seed)
        outcome.update(seed=seed, hidden=hidden)
        if outcome["status"] != PASSED:
            break
    outcome["seconds"] = round(time.monotonic() - begin, 3)
    return outcome


def build(job, step, folder, scratch):
    """Compiles the student's file to a plug-in; the outcome."""
    from rushlight import plugin
    begin = time.monotonic()
    outcome = {"status": PASSED, "message": "", "comments": []}
    try:
        plugin.build(job["submissions"][step["submission"]], os.path.join(folder, "plugin.so"))
    except plugin.PluginBuildError as e:
        outcome.update(status=ERROR, message=f"it does not compile:\n{e}"[:_LONGEST])
    outcome["seconds"] = round(time.monotonic() - begin, 3)
    return outcome


def _empty(folder):
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        else:
            os.unlink(entry.path)


def _run_once(job, step, folder, scratch, seed):
    from rushlight import conf as defaults
    from rushlight.testing import recording
    student = job["submissions"][step["submission"]]
    files = {"student": student, "reference": job["reference"], "plugin": step.get("plugin"),
             "reference_plugin": job["reference_plugin"]}
    # Of contexts that the student's program makes itself, too: it may write nowhere else.
    defaults.set_defaults({**dict(defaults.SparkConf().getAll()), "spark.local.dir": scratch,
                           "spark.ui.showConsoleProgress": "false"})
    outcome = {"status": PASSED, "message": "", "misconception": "", "value": None}
    with recording():
        case = Case(job["kind"], job["master"], job["conf"], files, seed, folder)
        try:
            outcome["value"] = _function(job, step)(case)
        except CheckFailed as e:
            outcome.update(status=FAILED, message=str(e), misconception=e.means)
        except AssertionError as e:
            outcome.update(status=FAILED, message=_assertion(e))
        except BaseException as e:
            outcome.update(status=ERROR, message=_error(e, student))
        finally:
            case.close()
    outcome.update(comments=case.comments, message=outcome["message"][:_LONGEST])
    return outcome


def _function(job, step):
    """From a check.py that is read anew: nothing of another check's run is in it."""
    file = CheckFile(job["check_file"])
    if step["is_prediction"]:
        return file.predictions[step["name"]]
    return file.checks[step["name"]].function


def _assertion(error):
    """What an assert says; of one without words, its line."""
    if str(error):
        return str(error)
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"this does not hold: {frame.line.removeprefix('assert ')}"


def _error(error, student_file):
    """What was raised, and the student's line it came from."""
    kind = type(error).__name__
    text = str(error).strip()
    if isinstance(error, SyntaxError) and error.filename == student_file:
        line = (error.text or "").strip()
        return f"{kind}: {error.msg} ({os.path.basename(student_file)}, line {error.lineno})" + (
            f"\n    {line}" if line else "")
    if isinstance(error, SystemExit):
        text = f"the program ended itself, with status {error.code}"
    words = f"{kind}: {text[:_LONGEST // 2]}" if text else kind
    return words + (_place(error, student_file) or _nothing_returned(text))


def _nothing_returned(text):
    """What to look for if a check got None and could not go on with it."""
    return ("\n  does a function of yours return nothing?  Its last line may lack a return"
            if "'NoneType' object" in text else "")


def _place(error, student_file):
    """The innermost line of the student's in a traceback, shown."""
    places = [(frame.filename, frame.lineno) for frame in
              traceback.extract_tb(error.__traceback__) if frame.filename == student_file]
    if not places:
        return ""
    path, number = places[-1]
    line = linecache.getline(path, number).strip()
    return f"\n  {os.path.basename(path)}, line {number}:\n    {line}"


def preload():
    """Imports what nearly every check needs, before the forks."""
    for name in _NEEDED:
        importlib.import_module(name)
    from rushlight import _alias
    _alias.install()
    sys.dont_write_bytecode = True
    gc.freeze()         # collections in the forks leave the pages of all this alone
