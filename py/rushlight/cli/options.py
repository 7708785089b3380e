"""spark-submit's flags, and ours, into the settings of a program.

What wins: SparkConf in the program, then flags, then the properties file.
"""
import os

HELP = """\
usage: rushlight {command} [options] app.py [arguments]

  --master MASTER             local, local[N], local[*] (the default), local[N,maxFailures],
                              local-cluster[executors,cores,MiB]
  --name NAME                 the application's name; else the program's file name
  --conf, -c KEY=VALUE        any Spark setting
  --properties-file FILE      settings, one "key value" or "key=value" a line
  --py-files FILES            .py, .zip and .egg files to import from, with commas between
  --deploy-mode client        the program runs in this process
  --driver-memory MEM         512m, 2g …                 (spark.driver.memory)
  --executor-memory MEM                                  (spark.executor.memory)
  --executor-cores N                                     (spark.executor.cores)
  --num-executors N                                      (spark.executor.instances)
  --total-executor-cores N                               (spark.cores.max)
  --verbose, -v               show the settings before the program starts

  --summary                   at the end, show jobs, stages and tasks
  --dag, -o FILE              at the end, draw the jobs: .svg, .png or .dot;
                              rushlight dag always does, app.py's into app.svg
  --trace-bridge              show each call from Python into the engine
  --help, -h                  this text
  --version                   the version"""

# flag: the setting that it stands for
_SETTINGS = {
    "--master": "spark.master",
    "--name": "spark.app.name",
    "--py-files": "spark.submit.pyFiles",
    "--deploy-mode": "spark.submit.deployMode",
    "--driver-memory": "spark.driver.memory",
    "--executor-memory": "spark.executor.memory",
    "--executor-cores": "spark.executor.cores",
    "--num-executors": "spark.executor.instances",
    "--total-executor-cores": "spark.cores.max",
}
_WITH_VALUE = {*_SETTINGS, "--conf", "--properties-file", "--dag"}
_SHORT = {"-c": "--conf", "-v": "--verbose", "-h": "--help", "-o": "--dag"}
_SWITCHES = ("--verbose", "--summary", "--help", "--version")
_MISSING = frozenset("""
    --archives --class --driver-class-path --driver-cores --driver-java-options
    --driver-library-path --exclude-packages --files --jars --keytab --kill --packages --principal
    --proxy-user --queue --remote --repositories --status --supervise
""".split())


class UsageError(Exception):
    """A command line that makes no sense; the text says why."""


class Options:
    """A parsed command line."""

    def __init__(self):
        self.flags = {}             # settings from flags
        self.properties_file = None
        self.switches = set()       # of _SWITCHES
        self.picture = None         # the file to draw into
        self.ignored = []           # keys that settings() left out
        self.program = None
        self.arguments = []

    def settings(self):
        """All of Spark's settings, those from flags over those from the properties file."""
        from_file = read_properties(self.properties_file) if self.properties_file else {}
        given = {**from_file, **self.flags}
        self.ignored = [key for key in given if not key.startswith("spark.")]
        return {"spark.master": "local[*]", "spark.app.name": os.path.basename(self.program),
                "spark.submit.deployMode": "client",
                **{key: value for key, value in given.items() if key not in self.ignored}}


def parse(arguments):
    """Options from a command line; UsageError if it makes no sense."""
    options = Options()
    left = list(arguments)
    while left and left[0].startswith("-"):
        _parse_flag(options, left)
    if left:
        options.program, options.arguments = left[0], left[1:]
    return options


def _parse_flag(options, left):
    given = left.pop(0)
    flag, has_value, value = given.partition("=") if given.startswith("--") else (given, "", "")
    flag = _SHORT.get(flag, flag)
    if flag == "--trace-bridge" and not has_value:
        options.flags["spark.rushlight.trace.bridge"] = "true"
    elif flag in _SWITCHES and not has_value:
        options.switches.add(flag)
    elif flag in _WITH_VALUE:
        if not has_value:
            if not left:
                raise UsageError(f"{given} needs a value")
            value = left.pop(0)
        _take_value(options, flag, value)
    elif flag in _MISSING:
        raise UsageError(f"{flag} is spark-submit's, but not there yet in Rushlight")
    else:
        raise UsageError(f"no option {given!r}; --help lists them. "
                         "Options for the program come after its name.")


def _take_value(options, flag, value):
    if flag == "--conf":
        key, has_value, text = value.partition("=")
        if not has_value or not key.strip():
            raise UsageError(f"--conf needs KEY=VALUE, not {value!r}")
        options.flags[key.strip()] = text.strip()
    elif flag == "--properties-file":
        options.properties_file = value
    elif flag == "--dag":
        options.picture = value
    elif flag == "--deploy-mode" and value != "client":
        raise UsageError(f"--deploy-mode {value} needs a cluster; here the program runs in this "
                         "process: say client, or leave it out")
    else:
        options.flags[_SETTINGS[flag]] = value


def read_properties(path):
    """The settings in a file like spark-defaults.conf: a key, then "=", ":" or blanks, then the
    value; "#" and "!" begin comments."""
    try:
        with open(path, encoding="utf-8") as f:
            lines = f.read().splitlines()
    except (OSError, UnicodeDecodeError) as e:
        why = e.strerror if isinstance(e, OSError) else "it is not text in UTF-8"
        raise UsageError(f"cannot read the properties file {path}: {why}") from None
    settings = {}
    for line in lines:
        line = line.strip()
        if line and line[0] not in "#!":
            key, value = _split_property(line)
            settings[key] = value
    return settings


def _split_property(line):
    for i, c in enumerate(line):
        if c in "=: \t":
            value = line[i:].lstrip()
            if value[:1] in ("=", ":"):
                value = value[1:].lstrip()
            return line[:i], value
    return line, ""
