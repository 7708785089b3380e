"""What the environment of a program says about its settings.

`python app.py` has no launcher: PySpark starts spark-submit behind its back, with the words of
PYSPARK_SUBMIT_ARGS, and so spark-defaults.conf counts there, too.  A shell is such a program, whose
words `rushlight shell` has written.  Under `rushlight submit` all of this is known already.

Mirrors pyspark.java_gateway.launch_gateway.
"""
import os
import shlex
import sys
from collections import namedtuple

_ARGUMENTS = "PYSPARK_SUBMIT_ARGS"
_NAMES = (_ARGUMENTS, "SPARK_CONF_DIR", "SPARK_HOME", "MASTER", "SPARK_REMOTE",
          "SPARK_DRIVER_MEMORY", "SPARK_EXECUTOR_MEMORY", "SPARK_EXECUTOR_CORES")
_WITHOUT = {"spark.master": "local[*]", "spark.app.name": "pyspark-shell",
            "spark.submit.deployMode": "client", "spark.ui.showConsoleProgress": "true"}

# What `rushlight submit` runs: the program, all words after "submit", Rushlight's own flags among
# them.
Command = namedtuple("Command", "program words own")

program = None      # the Command of this process; None: something else has started it


def defaults(names_master=False):
    """The settings that count where the program says nothing; PySparkRuntimeError if the
    environment makes no sense.  `names_master`: the program does, so that no remote counts."""
    if program is not None:
        return {}
    if not any(os.environ.get(name) for name in _NAMES):
        return _WITHOUT     # as it mostly is: nothing to read
    from rushlight.cli.options import UsageError, parse
    from rushlight.errors import PySparkRuntimeError
    words = shlex.split(os.environ.get(_ARGUMENTS) or "pyspark-shell")
    try:
        options = parse(words)
        if options.program != "pyspark-shell":
            raise UsageError("it must end with pyspark-shell")
        settings = options.settings()
    except UsageError as e:
        where = f"{_ARGUMENTS}={os.environ[_ARGUMENTS]!r}: " if os.environ.get(_ARGUMENTS) else ""
        raise PySparkRuntimeError(where + str(e)) from None
    for key in options.ignored:
        print(f"Warning: Ignoring non-Spark config property: {key}", file=sys.stderr)
    if "--verbose" in options.switches:
        from rushlight.cli.verbose import show
        show(options, settings)
    if names_master:
        settings.pop("spark.remote", None)
    return settings
