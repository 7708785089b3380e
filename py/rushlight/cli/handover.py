"""Leaving one machine: a program whose master is a cluster goes to the real PySpark.

    rushlight submit --master spark://host:7077 app.py        the command line says so
    SparkConf().setMaster("spark://host:7077")                the program says so, and starts over
    SparkSession.builder.remote("sc://host")

The program, its arguments and all flags go to spark-submit as they are, and spark-submit takes
this process over (exec): nothing of Rushlight is left.  Which PySpark: that of SPARK_HOME if it is
set, as PySpark does, else the one installed for this Python.  Where there is none, an error says
how to get it; a cluster is never played by one process silently.

A program that asks by itself has begun already.  It starts over if no SparkContext has run: what it
did before is done again, as when it is started again.  Text that it printed into a pipe and that is
still in Python's buffer is dropped with this process, and so printed once.
"""
import os
import re
import shutil
import signal
import sys

from rushlight.cli import launched
from rushlight.errors import PySparkRuntimeError

_ELSEWHERE = re.compile(r"(spark|k8s|mesos|sc)://|yarn(-client|-cluster)?$")

_ONE_MACHINE = """\
{master} is a cluster, and Rushlight runs on one machine; one that is not there can be had with
--simulate SCENARIO, or by the master sim://?executors=4&cores=2.
For the real one the program can be handed over to PySpark: """


class CannotHandOver(Exception):
    """Why a program cannot be handed over, and what to do about it."""


def is_elsewhere(master):
    """Whether a master, or a Spark Connect address, is of another kind than ours.

    >>> [m for m in ("local[2]", "spark://h:7077", "yarn", "sc://h") if is_elsewhere(m)]
    ['spark://h:7077', 'yarn', 'sc://h']
    """
    return bool(master) and _ELSEWHERE.match(master) is not None


def wanted(settings):
    """The cluster that settings ask for, or None."""
    if settings.get("spark.remote"):
        return settings["spark.remote"]     # even "local" is a server, which it would start
    master = settings.get("spark.master")
    is_simulated = settings.get("spark.rushlight.simulate") is not None
    return master if is_elsewhere(master) and not is_simulated else None


def hand_over(master, what, arguments, own_flags=(), script="spark-submit"):
    """Replaces this process by a script of PySpark's; CannotHandOver if that is impossible."""
    home = _find_spark(master)
    if own_flags:
        raise CannotHandOver(f"{', '.join(own_flags)} cannot go with {master}: "
                             "PySpark, to which the program is handed over, has no such flag")
    path = os.path.join(home, "bin", script)
    print(f"rushlight: {master} is a cluster: handing {what} over to PySpark{_version(home)}, "
          f"{path}", file=sys.stderr, flush=True)
    environment = dict(os.environ, SPARK_HOME=home)
    if not (os.environ.get("PYSPARK_DRIVER_PYTHON") or os.environ.get("PYSPARK_PYTHON")):
        environment["PYSPARK_DRIVER_PYTHON"] = sys.executable
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)       # Python ignores it; what follows need not
    os.execve(path, [path, *arguments], environment)


def leave(master):
    """For a program that names a cluster by itself: it starts over under PySpark, or gets an error.
    Never returns."""
    from rushlight import _lifecycle
    try:
        if launched.program is None:
            raise CannotHandOver(_ONE_MACHINE.format(master=master)
                                 + "start it with rushlight submit, which does so, or with "
                                   "spark-submit.")
        if _lifecycle.has_begun():
            raise CannotHandOver(f"{master} is a cluster, to which this program cannot go any "
                                 "more: a SparkContext has run here already. Give the master "
                                 "on the command line: rushlight submit --master "
                                 f"{master}, and it starts there.")
        given = launched.program
        hand_over(master, os.path.basename(given.program), given.words, given.own)
    except CannotHandOver as e:
        raise PySparkRuntimeError(str(e)) from None


def _find_spark(master):
    """The folder of a real PySpark, or of a Spark."""
    needed = _ONE_MACHINE.format(master=master)
    home = os.environ.get("SPARK_HOME") or _installed()
    if home is None or not os.path.isfile(os.path.join(home, "bin", "spark-submit")):
        raise CannotHandOver(
            needed + (f"there is no bin/spark-submit in SPARK_HOME, {home}." if home else
               f"install it beside Rushlight, {sys.executable} -m pip install pyspark, and Java 17 "
               "or later."))
    java = os.environ.get("JAVA_HOME")
    found = os.path.isfile(os.path.join(java, "bin", "java")) if java else shutil.which("java")
    if not found:
        raise CannotHandOver(needed + f"it is in {home}, but needs Java: install Java 17 or "
                             "later, or set JAVA_HOME.")
    return home


def _installed():
    """The folder of the PySpark that is installed for this Python, whatever `import pyspark` finds
    here."""
    from importlib.machinery import PathFinder
    spec = PathFinder.find_spec("pyspark")
    if spec is None or not spec.submodule_search_locations:
        return None
    return list(spec.submodule_search_locations)[0]


def _version(home):
    try:
        with open(os.path.join(home, "version.py"), encoding="utf-8") as f:
            found = re.search(r"""__version__.*["']([^"']+)["']""", f.read())
    except OSError:
        return ""
    return f" {found.group(1)}" if found else ""
