"""rushlight shell: Python's own prompt, or IPython's, with `sc` and `spark` made.

The launcher checks the flags, writes them into PYSPARK_SUBMIT_ARGS and becomes `python -i`, whose
PYTHONSTARTUP is rushlight/shell.py: so line editing, completion and IPython's magic are theirs, and
anything that runs PYTHONSTARTUP (a Jupyter kernel, too) is a shell:

    PYSPARK_DRIVER_PYTHON=jupyter PYSPARK_DRIVER_PYTHON_OPTS=lab rushlight shell

Mirrors the script `pyspark` and buildPySparkShellCommand of
org.apache.spark.launcher.SparkSubmitCommandBuilder.
"""
import os
import shlex
import sys

from rushlight._version import BOTH
from rushlight.cli.options import UsageError, help_text, parse
from rushlight.cli.submit import (
    NONSENSE, check_python, driver_python, find_python, hand_over_if_wanted)

APP_NAME = "PySparkShell"       # as programs that look at it know it


def shell(arguments):
    """Becomes a shell; returns the exit status if it cannot."""
    try:
        options = parse(arguments)
        if options.switches & {"--help", "--version"}:
            print(help_text("shell") if "--help" in options.switches
                  else f"rushlight {BOTH}")
            return 0
        _check(options)
        settings = options.settings()
        words = [word for word in arguments if word != "--ipython"]
        own = [flag for flag in options.own if flag != "--ipython"]
        hand_over_if_wanted(options, settings, words, own, script="pyspark")
        command = _command(options, settings)
    except UsageError as e:
        print(f"rushlight shell: {e}", file=sys.stderr)
        return NONSENSE
    _prepare(words)
    os.execv(command[0], command)


def _check(options):
    if options.program is not None:
        if options.program.endswith(".py"):
            raise UsageError(f"a program is run by rushlight submit {options.program}")
        raise UsageError(f"a shell takes no arguments, such as {options.program}, but options")
    for name in ("--summary", "--dag", "--plan"):
        if name in options.own:
            raise UsageError(f"{name} belongs to rushlight submit; in a shell there are "
                             "sc.summary(), sc.dag() and spark.dag()")
    for name in ("--kill", "--status", "--proxy-user"):
        if name in options.flags:
            raise UsageError(f"{name} has no meaning in a shell on one machine")


def _command(options, settings):
    """What to become: the interpreter and its arguments."""
    if "--ipython" in options.switches:
        command = [sys.executable, "-m", "IPython"]
        from importlib.util import find_spec
        if find_spec("IPython") is None:
            raise UsageError(f"there is no IPython: {sys.executable} -m pip install ipython")
    else:
        python = driver_python(settings)
        command = [sys.executable if python is None else find_python(python)]
        name = os.path.basename(command[0])
        if python is not None and "python" in name:      # ipython, too; jupyter has no -c
            check_python(command[0])
        if name.startswith("python"):
            command.append("-i")        # or PYTHONSTARTUP would not count where stdin is a pipe
    return command + shlex.split(os.environ.get("PYSPARK_DRIVER_PYTHON_OPTS", ""))


def _prepare(words):
    """The environment of the shell."""
    startup = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "shell.py")
    os.environ["PYSPARK_SUBMIT_ARGS"] = shlex.join(["--name", APP_NAME, *words, "pyspark-shell"])
    os.environ["OLD_PYTHONSTARTUP"] = os.environ.get("PYTHONSTARTUP", "")
    os.environ["PYTHONSTARTUP"] = startup
