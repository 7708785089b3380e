"""spark-submit's flags, and ours, into the settings of a program.

What wins, first to last:

    SparkConf in the program                        (not here: the program's own)
    a flag of its own, such as --executor-memory
    --conf KEY=VALUE
    --properties-file FILE
    spark-defaults.conf                             (without --properties-file, or with
                                                    --load-spark-defaults)
    environment variables of old: MASTER, SPARK_DRIVER_MEMORY …

The table below is the specification: parsing, help and settings follow it.  A flag that stands
for something one process does not have is taken, and becomes its setting; the engine's table of
settings (core/conf/keys.def) then says in one line why it has no effect.

Mirrors org.apache.spark.deploy.SparkSubmitArguments and
org.apache.spark.launcher.SparkSubmitOptionParser.
"""
import os
import re
from collections import namedtuple

from rushlight.cli.properties import defaults_file, read_properties

_SCENARIO = "spark.rushlight.simulate"

Flag = namedtuple("Flag", "name value setting label help")

# Name, what its value is called (None: a switch), the setting that it stands for, what --verbose
# calls it, what it means.
FLAGS = [Flag(*row) for row in (
    ("--master", "MASTER", "spark.master", "master",
     "local, local[N], local[*] (the default), local[N,maxFailures],\n"
     "local-cluster[executors,cores,MiB]; sim://?executors=6&cores=2,\n"
     "a cluster that is not there; spark://…, yarn and k8s://… are handed\n"
     "over to the PySpark of this Python environment, but see --simulate"),
    ("--remote", "URL", "spark.remote", "remote",
     "sc://…, a Spark Connect server: handed over, too"),
    ("--deploy-mode", "MODE", "spark.submit.deployMode", "deployMode",
     "client; cluster, too, if the cluster is simulated"),
    ("--name", "NAME", "spark.app.name", "name",
     "the application's name; else the program's file name"),
    ("--conf", "KEY=VALUE", None, None, "any Spark setting"),
    ("--properties-file", "FILE", None, "propertiesFile",
     "settings, one \"key value\" or \"key=value\" a line; else\n"
     "spark-defaults.conf in $SPARK_CONF_DIR or $SPARK_HOME/conf"),
    ("--load-spark-defaults", None, None, None, "read spark-defaults.conf as well"),
    ("--py-files", "FILES", "spark.submit.pyFiles", "pyFiles",
     ".py, .zip and .egg files to import from, with commas between"),
    ("--files", "FILES", "spark.files", "files", "files for SparkFiles.get() in tasks"),
    ("--archives", "FILES", "spark.archives", "archives", "archives to unpack for tasks"),
    ("--driver-memory", "MEM", "spark.driver.memory", "driverMemory", "512m, 2g …"),
    ("--executor-memory", "MEM", "spark.executor.memory", "executorMemory", "512m, 2g …"),
    ("--verbose", None, None, "verbose", "show what was understood before the program starts"),
    ("--help", None, None, None, "this text"),
    ("--version", None, None, None, "the version"),
    # On one machine these only say something when the context starts.
    ("--executor-cores", "N", "spark.executor.cores", "executorCores", None),
    ("--num-executors", "N", "spark.executor.instances", "numExecutors", None),
    ("--total-executor-cores", "N", "spark.cores.max", "totalExecutorCores", None),
    ("--class", "NAME", None, "mainClass", None),
    ("--jars", "FILES", "spark.jars", "jars", None),
    ("--packages", "COORDINATES", "spark.jars.packages", "packages", None),
    ("--exclude-packages", "COORDINATES", "spark.jars.excludes", "packagesExclusions", None),
    ("--repositories", "URLS", "spark.jars.repositories", "repositories", None),
    ("--driver-java-options", "TEXT", "spark.driver.extraJavaOptions", "driverExtraJavaOptions",
     None),
    ("--driver-library-path", "PATH", "spark.driver.extraLibraryPath", "driverExtraLibraryPath",
     None),
    ("--driver-class-path", "PATH", "spark.driver.extraClassPath", "driverExtraClassPath", None),
    ("--driver-cores", "N", "spark.driver.cores", "driverCores", None),
    ("--supervise", None, "spark.driver.supervise", "supervise", None),
    ("--queue", "NAME", "spark.yarn.queue", "queue", None),
    ("--principal", "NAME", "spark.kerberos.principal", None, None),
    ("--keytab", "FILE", "spark.kerberos.keytab", None, None),
    ("--proxy-user", "NAME", None, None, None),
    ("--kill", "ID", None, None, None),
    ("--status", "ID", None, None, None),
)]

# Rushlight's own; PySpark knows nothing of them.
OWN_FLAGS = [Flag(*row) for row in (
    ("--summary", None, None, None, "at the end, show jobs, stages and tasks"),
    ("--dag", "FILE", None, None,
     "at the end, draw the jobs: .svg, .png, .pdf or .dot;\n"
     "rushlight dag always does, app.py's into app.svg"),
    ("--plan", "FILE", None, None,
     "at the end, draw the plan of the last query of SQL, with\n"
     "what its operators counted"),
    ("--simulate", "SCENARIO", _SCENARIO, None,
     "the cluster of --master (yarn, k8s://…, spark://…, mesos://…;\n"
     "sim:// unless given) is not there, and is made of what this\n"
     "JSON file says: hosts, racks, network, manager, faults"),
    ("--faults", "FILE", "spark.rushlight.faultScript", None,
     "let executors die, outputs vanish, tasks fail, as a\n"
     "fault script says (rushlight.faults)"),
    ("--trace-bridge", None, "spark.rushlight.trace.bridge", None,
     "show each call from Python into the engine"),
    ("--ipython", None, None, None, "rushlight shell only: in IPython"),
)]

_BY_NAME = {flag.name: flag for flag in FLAGS + OWN_FLAGS}
_OWN = frozenset(flag.name for flag in OWN_FLAGS)
_SHORT = {"-c": "--conf", "-v": "--verbose", "-h": "--help", "-o": "--dag"}
_SHORT_OF = {name: short for short, name in _SHORT.items()}
_ENVIRONMENT = {"spark.master": "MASTER", "spark.remote": "SPARK_REMOTE",
                "spark.driver.memory": "SPARK_DRIVER_MEMORY",
                "spark.executor.memory": "SPARK_EXECUTOR_MEMORY",
                "spark.executor.cores": "SPARK_EXECUTOR_CORES"}
_COUNTS = ("--executor-cores", "--num-executors", "--total-executor-cores", "--driver-cores")
_SIZES = ("--driver-memory", "--executor-memory")

USAGES = {
    "submit": "rushlight submit [options] app.py [arguments]",
    "dag": "rushlight dag [-o FILE] [options] app.py [arguments]",
    "shell": "rushlight shell [options]",
}
_SHELLS = ("pyspark-shell",)     # what stands for a program in PYSPARK_SUBMIT_ARGS


class UsageError(Exception):
    """A command line that makes no sense; the text says why."""


class Options:
    """A parsed command line."""

    def __init__(self):
        self.flags = {}             # name: value, of all flags but --conf
        self.conf = {}              # from --conf
        self.switches = set()       # the names of those given
        self.program = None
        self.arguments = []
        self.own = []               # Rushlight's flags that were given
        # Known after settings():
        self.files = []             # (path, settings) of the properties files that were read
        self.ignored = []           # keys that settings() left out

    @property
    def picture(self):
        """The file to draw into, or None."""
        return self.flags.get("--dag")

    @property
    def plan(self):
        """The file to draw the last query's plan into, or None."""
        return self.flags.get("--plan")

    def settings(self):
        """All of Spark's settings, from whatever says something about them."""
        given = self._given()
        self.ignored = [key for key in given if not key.startswith("spark.")]
        settings = {key: value for key, value in given.items() if key not in self.ignored}
        if "spark.remote" not in settings:
            settings.setdefault("spark.master", "sim://" if _SCENARIO in settings else "local[*]")
        settings.setdefault("spark.submit.deployMode", "client")
        if self.program is not None:
            settings.setdefault("spark.app.name", os.path.basename(self.program))
        if self.program in _SHELLS:
            settings.setdefault("spark.ui.showConsoleProgress", "true")
        return settings

    def _given(self):
        old = {key: os.environ[name] for key, name in _ENVIRONMENT.items() if os.environ.get(name)}
        flags = {_BY_NAME[name].setting: value for name, value in self.flags.items()
                 if _BY_NAME[name].setting}
        if "spark.remote" in {**self.conf, **flags}:
            old.pop("spark.master", None)
        elif "spark.master" in {**self.conf, **flags}:
            old.pop("spark.remote", None)
        self.files = [(path, _read(path)) for path in self._properties_files()]
        from_files = {}
        for _, settings in reversed(self.files):
            from_files.update(settings)
        return {**old, **from_files, **self.conf, **flags}

    def _properties_files(self):
        """What wins comes first."""
        named = self.flags.get("--properties-file")
        if named is not None:
            yield named
        if named is None or "--load-spark-defaults" in self.switches:
            path = defaults_file()
            if path is not None:
                yield path


def _read(path):
    try:
        return read_properties(path)
    except (OSError, UnicodeDecodeError) as e:
        why = e.strerror if isinstance(e, OSError) else "it is not text in UTF-8"
        raise UsageError(f"cannot read the properties file {path}: {why}") from None


def parse(arguments):
    """Options from a command line; UsageError if it makes no sense."""
    options = Options()
    left = list(arguments)
    while left and left[0].startswith("-"):
        _parse_flag(options, left)
    if left:
        options.program, options.arguments = left[0], left[1:]
    if options.switches & {"--help", "--version"}:
        return options
    _check(options)
    return options


def _parse_flag(options, left):
    given = left.pop(0)
    name, has_value, value = given.partition("=") if given.startswith("--") else (given, "", "")
    flag = _BY_NAME.get(_SHORT.get(name, name))
    if flag is None or has_value and flag.value is None:
        raise UsageError(f"Unrecognized option: {given}; --help lists them. "
                         "Options for the program come after its name.")
    if flag.name in _OWN:
        options.own.append(flag.name)
    if flag.value is None:
        options.switches.add(flag.name)
        if flag.setting is not None:
            options.flags[flag.name] = "true"
        return
    if not has_value:
        if not left:
            raise UsageError(f"Missing argument for option {given!r}")
        value = left.pop(0)
    if flag.name == "--conf":
        _take_conf(options, value)
    else:
        options.flags[flag.name] = value


def _take_conf(options, text):
    key, has_value, value = text.partition("=")
    if not has_value or not key.strip():
        raise UsageError(f"Invalid argument to --conf: {text}; it takes KEY=VALUE")
    options.conf[key.strip()] = value.strip()


def _check(options):
    """What spark-submit looks at before it does anything."""
    for name in _COUNTS:
        value = options.flags.get(name)
        if value is not None and not re.fullmatch(r"0*[1-9]\d*", value):
            if name != "--num-executors" or not re.fullmatch("0+", value):
                raise UsageError(f"{name} must be a positive number, not {value}")
    for name in _SIZES:
        value = options.flags.get(name)
        if value is not None and not re.fullmatch(r"\s*0*[1-9]\d*\s*[a-zA-Z]*\s*", value):
            raise UsageError(f"{name} must be a positive number and a unit such as m or g, "
                             f"not {value}")
    mode = options.flags.get("--deploy-mode")
    if mode not in (None, "client", "cluster"):
        raise UsageError(f"--deploy-mode must be client or cluster, not {mode}")
    if "--remote" in options.flags and {"--master", "--deploy-mode"} & options.flags.keys():
        raise UsageError("--remote does not go together with --master or --deploy-mode")
    if {"--proxy-user", "--principal"} <= options.flags.keys():
        raise UsageError("--proxy-user does not go together with --principal")
    if {"--kill", "--status"} <= options.flags.keys():
        raise UsageError("--kill does not go together with --status")


def help_text(command):
    """What --help prints."""
    lines = [f"usage: {USAGES[command]}", ""]
    for flag in FLAGS:
        if flag.help is not None:
            lines += _help_lines(flag)
    lines += ["", "  Rushlight's own:"]
    for flag in OWN_FLAGS:
        lines += _help_lines(flag)
    quiet = " ".join(flag.name for flag in FLAGS if flag.help is None)
    lines += ["", "  spark-submit's for clusters and for Java, which say on one machine why they "
              "have no effect:"]
    while quiet:
        cut = quiet if len(quiet) <= 72 else quiet[:quiet.rindex(" ", 0, 73)]
        lines.append("    " + cut)
        quiet = quiet[len(cut):].lstrip()
    return "\n".join(lines)


def _help_lines(flag):
    names = ", ".join(filter(None, (flag.name, _SHORT_OF.get(flag.name))))
    left = f"  {names} {flag.value or ''}".rstrip()
    texts = flag.help.split("\n")
    if len(left) > 29:
        yield left
        left = ""
    for text in texts:
        yield f"{left:<30}{text}"
        left = ""
