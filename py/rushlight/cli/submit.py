"""rushlight submit and rushlight dag."""
import os
import shutil
import sys

from rushlight import _alias, conf
from rushlight._version import BOTH
from rushlight.cli import handover, launched, program
from rushlight.cli.options import USAGES, UsageError, help_text, parse

_STARTED_OVER = "RUSHLIGHT_STARTED_OVER"     # set for the Python that takes over

# Exit statuses, as spark-submit has them: Python's for a file that it cannot open.
NO_FILE = 2
NONSENSE = 1


def submit(arguments, draws):
    """Runs a program; `draws`: the command was `dag`.  Returns the exit status."""
    command = "dag" if draws else "submit"
    try:
        options = parse(arguments)
        if options.switches & {"--help", "--version"}:
            print(help_text(command) if "--help" in options.switches
                  else f"rushlight {BOTH}")
            return 0
        settings = options.settings()
        own = [*options.own, *(["rushlight dag"] if draws else [])]
        hand_over_if_wanted(options, settings, arguments, own)
        _check_options(options, command)
        if draws and options.picture is None:
            options.flags["--dag"] = _picture_of(options.program)
        use_python(settings, [command, *arguments])
        drawings = _drawings(options)
        if not _can_open(options.program, command):
            return NO_FILE
        py_files = settings.get("spark.submit.pyFiles", "").split(",")
        _check_py_files(py_files)
    except UsageError as e:
        print(f"rushlight {command}: {e}", file=sys.stderr)
        return NONSENSE
    launched.program = launched.Command(options.program, list(arguments), own)
    conf.set_defaults(settings)
    _tell(options, settings)
    _alias.install()
    return _run(options, py_files, drawings)


def hand_over_if_wanted(options, settings, arguments, own, script="spark-submit"):
    """Does not return if the settings name a cluster; UsageError if it cannot be reached."""
    master = handover.wanted(settings)
    if master is not None:
        what = os.path.basename(options.program) if options.program else "this"
        try:
            handover.hand_over(master, what, arguments, own, script)
        except handover.CannotHandOver as e:
            raise UsageError(str(e)) from None
    if settings["spark.submit.deployMode"] == "cluster" and not _is_simulated(settings):
        raise UsageError(f"--deploy-mode cluster needs a cluster, and {settings['spark.master']} "
                         "is this process: say client, or leave it out")


def _is_simulated(settings):
    return (settings.get("spark.rushlight.simulate") is not None
            or settings["spark.master"].startswith("sim://"))


def _check_options(options, command):
    asked = options.flags.keys() & {"--kill", "--status"}
    if asked:
        raise UsageError(f"{min(asked)} asks a cluster, by --master spark://… or k8s://…: what "
                         "runs on this machine ends with its process")
    if "--proxy-user" in options.flags:
        raise UsageError("--proxy-user is Hadoop's: here a program runs as who starts it")
    if "--ipython" in options.switches:
        raise UsageError("--ipython belongs to rushlight shell")
    if options.program is None:
        raise UsageError(f"no program given: {USAGES[command]}")


def _picture_of(program):
    return os.path.splitext(os.path.basename(program))[0] + ".svg"


def use_python(settings, command_line):
    """Starts over under the Python that the settings ask for, if that is another one."""
    python = driver_python(settings)
    started_over = os.environ.pop(_STARTED_OVER, None)
    if python is None or started_over:
        return
    found = find_python(python)
    if os.path.abspath(found) != os.path.abspath(sys.executable):
        check_python(found)
        os.environ[_STARTED_OVER] = "yes"
        os.execv(found, [found, "-m", "rushlight.cli", *command_line])


def driver_python(settings):
    """The Python that the settings ask for, or None."""
    return (settings.get("spark.pyspark.driver.python") or settings.get("spark.pyspark.python")
            or os.environ.get("PYSPARK_DRIVER_PYTHON") or os.environ.get("PYSPARK_PYTHON") or None)


def find_python(python):
    """The path of a program that runs Python."""
    found = shutil.which(python)
    if found is None:
        raise UsageError(f"there is no Python {python!r} (spark.pyspark.driver.python)")
    return found


def check_python(path):
    """PYSPARK_PYTHON is often set once in a shell's profile, for another installation."""
    import subprocess
    if subprocess.run([path, "-c", "import rushlight._engine"], stdin=subprocess.DEVNULL,
                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
        raise UsageError(f"{path}, the Python that spark.pyspark.driver.python, "
                         "spark.pyspark.python, PYSPARK_DRIVER_PYTHON or PYSPARK_PYTHON asks for, "
                         "has no Rushlight: install it there, or unset that")


def _can_open(path, command):
    if not path.endswith(".py"):
        raise UsageError(f"{path} is no Python program: its name must end in .py")
    try:
        with open(path, "rb"):
            return True
    except OSError as e:
        print(f"rushlight {command}: can't open file {path!r}: {e.strerror}", file=sys.stderr)
        return False


def _check_py_files(paths):
    for path in filter(None, paths):
        if not os.path.exists(path):
            raise UsageError(f"there is no file {path} (--py-files, spark.submit.pyFiles)")


def _tell(options, settings):
    """What the user should know before the program starts."""
    for key in options.ignored:
        print(f"Warning: Ignoring non-Spark config property: {key}", file=sys.stderr)
    if "--class" in options.flags:
        print("rushlight submit: --class: no effect; the program is Python", file=sys.stderr)
    if "--verbose" in options.switches:
        from rushlight.cli.verbose import show
        show(options, settings)


def _run(options, py_files, drawings):
    from rushlight.context import SparkContext
    _import_from(py_files)
    summary = _Summary() if "--summary" in options.switches else None
    if summary is not None:
        SparkContext._before_stop.append(summary.note)
    SparkContext._before_stop.extend(drawing.draw for drawing in drawings)
    try:
        program.run(options.program, options.arguments)
    finally:
        active = SparkContext._active_spark_context
        if active is not None:
            active.stop()
        if summary is not None:
            summary.say()
    return 0 if all([drawing.has_drawn() for drawing in drawings]) else 1


def _import_from(paths):
    """Lets the program import from .py, .zip and .egg files, before it has a SparkContext, too; and
    workers, which start with its sys.path."""
    for path in filter(None, paths):
        entry = os.path.abspath(os.path.dirname(path) or "." if path.endswith(".py") else path)
        if entry not in sys.path:
            sys.path.insert(1, entry)


class _Summary:
    """What each SparkContext of the program did, noted when it is stopped, told at the end."""

    def __init__(self):
        self._texts = []        # (application's name, its jobs)

    def note(self, context):
        text = context.summary()
        log = context._engine.event_log_path
        if log is not None:
            text += f"\nevent log: {log}"
        if _is_simulated(dict(context.getConf().getAll())):
            text += "\nthe cluster is simulated, and so is the time; what it did: " + (
                f"rushlight picture timeline {log}" if log is not None
                else "in the event log (spark.eventLog.enabled), for rushlight picture")
        self._texts.append((context.appName, text.strip()))

    def say(self):
        from rushlight._summary import describe_programs
        if self._texts:
            sys.stdout.flush()
            print(describe_programs(self._texts), file=sys.stderr)


def _drawings(options):
    """What --dag and --plan ask for."""
    asked = ((options.picture, _picture_of_jobs, "job"), (options.plan, _picture_of_plan, "query"))
    return [_Drawing(path, picture, what) for path, picture, what in asked if path]


def _picture_of_jobs(context):
    return context.dag() if context._engine.job_ids() else None


def _picture_of_plan(context):
    from rushlight.sql._pictures import picture_of_query
    queries = context._engine.executions()
    return picture_of_query(context, queries[-1]["id"]) if queries else None


class _Drawing:
    """The picture of each SparkContext of the program, drawn when it is stopped."""

    def __init__(self, path, picture, what):
        from rushlight.dag import format_of
        from rushlight.errors import PySparkValueError
        try:
            format_of(path)
        except PySparkValueError as e:
            raise UsageError(e) from None
        folder = os.path.dirname(path) or "."
        if not os.access(folder, os.W_OK):
            raise UsageError(f"cannot write into the folder {folder}")
        self._path = path
        self._picture = picture     # of a context: a Dag, or None
        self._what = what
        self._drawn = []

    def draw(self, context):
        picture = self._picture(context)
        if picture is None:
            return
        path = self._path
        if self._drawn:         # a second SparkContext: picture-2.svg
            stem, ending = os.path.splitext(path)
            path = f"{stem}-{len(self._drawn) + 1}{ending}"
        picture.save(path)
        self._drawn.append(path)
        print(f"rushlight: drew {path}", file=sys.stderr)

    def has_drawn(self):
        """Whether there is a picture; says so if there is none."""
        if not self._drawn:
            print(f"rushlight: the program ran no {self._what}, so there is nothing to draw",
                  file=sys.stderr)
        return bool(self._drawn)
