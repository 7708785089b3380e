"""The workbench: where answers come from.

    run       a program, on a context that writes an event log ──▶ Run: jobs, stages, tasks, plan
    setting   the table of settings
    pool      an executor of that size on a simulated cluster, asked for its memory
    simulate  a scenario ──▶ Story: the steps of the cluster

One context serves many programs, as long as they want the same master and settings; settings of
SQL are set and taken back.  A trace is read from the whole log, so a context is left when its log
has become long.
"""
import ast
import contextlib
import io
import json
import os
import re
import tempfile
import time
from types import SimpleNamespace

from rushlight.errors import PySparkRuntimeError
from rushlight.quiz._runs import Run

MASTER = "local[4]"
PARTITIONS = "spark.sql.shuffle.partitions"
DEFAULTS = {PARTITIONS: "4"}
_QUIET = {"spark.ui.showConsoleProgress": "false", "spark.ui.enabled": "false",
          "spark.eventLog.overwrite": "true"}
_MOST_RUNS = 12         # of a context: then its log is long to read
_PATIENCE_S = 30        # a guard
_FILE = "program.py"
_MOST_STEPS = 5000


class Workbench:
    """Runs programs, reads settings, simulates.  Close it, or use it in a `with`.  Its contexts are
    its own: there must be no SparkContext beside it.

    >>> from rushlight.quiz import Workbench
    >>> with Workbench() as bench:
    ...     run = bench.run("sc.parallelize(range(9), 3).count()")
    >>> run.jobs, run.tasks, run.value
    (1, 3, 9)
    """

    def __init__(self, draws=False):
        self._draws = draws
        self._stack = contextlib.ExitStack()
        self._folder = None
        self._key = self._context = None
        self._n_runs = 0

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        """Stops the context and removes what programs wrote."""
        self._leave()
        self._stack.close()

    @property
    def folder(self):
        if self._folder is None:
            self._folder = self._stack.enter_context(
                tempfile.TemporaryDirectory(prefix="rushlight-quiz-"))
        return self._folder

    # ── programs ──
    def run(self, source, conf=(), master=MASTER, files=(), faults=(), fails=False):
        """Runs a program's text and gives what was seen: a Run.

        It finds `sc`, `spark`, F (pyspark.sql.functions), Window, StorageLevel, Vectors and
        `folder`, where `files` ({name: text, or size}) stand.  `conf` are settings
        beside the defaults; `faults` what goes wrong (rushlight.faults); `fails`: it is to raise.
        """
        settings = {**DEFAULTS, **dict(conf)}
        sql = {key: value for key, value in settings.items() if key.startswith("spark.sql.")}
        core = {key: value for key, value in settings.items() if key not in sql}
        spark = self._spark(master, core, alone=bool(faults) or not master.startswith("local["))
        run = Run(source, master, dict(conf), dict(files), list(faults))
        run.defaults = DEFAULTS
        run.folder = _prepared(tempfile.mkdtemp(dir=self.folder), dict(files))
        with _set(spark, sql):
            return self._traced(spark, source, run, fails)

    def _traced(self, spark, source, run, fails):
        from rushlight.testing import trace
        sc = spark.sparkContext
        if run.faults:
            for fault in run.faults:
                sc._engine.inject(json.dumps(fault))
        names = _names(sc, spark, run.folder)
        out = io.StringIO()
        with trace(sc) as traced, contextlib.redirect_stdout(out):
            try:
                run.value = _execute(source, os.path.join(run.folder, _FILE), names)
            except Exception as error:
                if not fails:
                    raise
                run.error = error
            _settle(sc)
        run.printed = out.getvalue()
        run.read(traced._seen)
        if run.faults:
            run.read_attempts(sc._engine.event_log_path)
        if self._draws:
            run.svg = sc.dag().svg
        names.clear()
        spark.catalog.clearCache()
        return run

    def _spark(self, master, core, alone):
        key = (master, tuple(sorted(core.items())))
        if alone or self._draws or key != self._key or self._n_runs >= _MOST_RUNS:
            self._leave()
        if self._context is None:
            from rushlight.sql import SparkSession
            from rushlight.testing import recording
            _refuse_another()
            with recording():
                builder = SparkSession.builder.master(master).appName("quiz")
                for name, value in {**_QUIET, **core}.items():
                    builder = builder.config(name, value)
                builder = builder.config("spark.sql.warehouse.dir", self.folder + "/warehouse")
                self._context = builder.getOrCreate()
            self._key, self._n_runs = None if alone else key, 0
        self._n_runs += 1
        return self._context

    def _leave(self):
        if self._context is not None:
            self._context.stop()
        self._context = self._key = None

    # ── settings, memory, clusters ──
    def setting(self, key):
        """The value of a setting that nobody has set.

        >>> Workbench().setting("spark.sql.shuffle.partitions")
        '200'
        """
        from rushlight import _engine
        value = _engine.conf_default(key)
        assert value is not None, f"{key} has no default"
        return value

    def pool(self, heap, conf=()):
        """Bytes of the unified pool of an executor with that heap.

        >>> Workbench().pool("4g") // 2 ** 20
        2277
        """
        from rushlight import SparkConf, SparkContext
        self._leave()
        _refuse_another()
        settings = SparkConf().setAll([*_QUIET.items(), *dict(conf).items()])
        with SparkContext(f"sim://?executors=1&memory={heap}", "quiz", conf=settings) as sc:
            return sc._engine.executors()[0]["storage_pool"]

    def simulate(self, scenario, conf=()):
        """What comes of a scenario, a dict as sim/scenario.schema.json has it: a Story."""
        import rushlight.context  # noqa: F401  (makes the engine's errors Python's)
        from rushlight import _engine
        path = os.path.join(self.folder, "scenario.json")
        with open(path, "w", encoding="utf-8") as f:
            json.dump(scenario, f)
        logs = tempfile.mkdtemp(dir=self.folder)
        told = {key: str(value) for key, value in dict(conf).items()}
        story = Story(_engine.simulate(path, told, logs, _MOST_STEPS))
        if self._draws:
            from rushlight.pictures._timeline import draw_timeline
            story.svg = draw_timeline(story.run)
        return story


class Story:
    """What a simulated cluster did; its log is there as long as the workbench is.

    >>> with Workbench() as bench:
    ...     story = bench.simulate({"executors": {"count": 2, "cores": 4},
    ...                             "stages": [{"name": "scan", "tasks": 8}]})
    ...     story.executors, story.attempts
    (2, 8)
    """

    def __init__(self, answer):
        self.seconds, self.steps, self.log = answer["seconds"], answer["steps"], answer["log"]
        self.executors, self.lost = answer["n_executors"], answer["n_lost"]
        self.most_executors = answer["most_executors"]
        self.job_started_s = answer["job_started_s"]
        self.refusal, self.failure = answer["refusal"], answer["failure"]
        self.restarts = answer["n_restarts"]
        self.svg = None         # its timeline, if the workbench draws

    def find(self, pattern):
        """What a regular expression finds first in the steps: its group, thousands' commas gone."""
        for _, _, step in self.steps:
            match = re.search(pattern, step)
            if match:
                return match[1].replace(",", "")
        raise LookupError(pattern)

    def count(self, pattern):
        """Of the steps, how many a regular expression finds."""
        return sum(bool(re.search(pattern, f"{actor} {step}")) for _, actor, step in self.steps)

    def lines(self, pattern, most):
        """Those that it finds, as text."""
        found = [f"{seconds:>9.3f} s  {actor:<17} {step}" for seconds, actor, step in self.steps
                 if re.search(pattern, f"{actor} {step}")]
        return found[:most] + ([f"… and {len(found) - most} such steps more"]
                               if len(found) > most else [])

    @property
    def run(self):
        """The log as pictures read it: attempts and how they ended."""
        from rushlight.pictures._run import read_run
        return read_run(self.log)

    @property
    def attempts(self):
        """Of tasks: all that were started."""
        return len(self.run.attempts)


def _refuse_another():
    from rushlight.context import SparkContext
    if SparkContext._active_spark_context is not None:
        raise PySparkRuntimeError("the quiz runs programs on contexts of its own, and a "
                                  "SparkContext is active: stop() it first")


@contextlib.contextmanager
def _set(spark, settings):
    before = {key: spark.conf.get(key, None) for key in settings}
    for key, value in settings.items():
        spark.conf.set(key, value)
    try:
        yield
    finally:
        for key, value in before.items():
            spark.conf.unset(key) if value is None else spark.conf.set(key, value)


def _prepared(folder, files):
    for name, text in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            if isinstance(text, int):
                f.truncate(text)        # of that size, without a block on the disk
            else:
                f.write(text if isinstance(text, bytes) else text.encode())
    return folder


def names_for(package):
    """What programs find there: `package` is rushlight, or the real pyspark."""
    import importlib
    load = lambda name: importlib.import_module(f"{package}.{name}")      # noqa: E731
    return {"F": load("sql.functions"), "Window": load("sql.window").Window,
            "StorageLevel": load("storagelevel").StorageLevel,
            "Vectors": load("ml.linalg").Vectors,
            "ml": SimpleNamespace(**{name: load(f"ml.{name}") for name in (
                "feature", "regression", "classification", "clustering", "evaluation", "stat",
                "tuning")}, Pipeline=load("ml").Pipeline)}


def _names(sc, spark, folder):
    return {"__name__": "__main__", "sc": sc, "spark": spark, "folder": folder,
            **names_for("rushlight")}


def _execute(source, file, names):
    """Runs a program that has this file's name in call sites; gives the value of its last line,
    if that is an expression."""
    with open(file, "w", encoding="utf-8") as f:
        f.write(source)
    tree = ast.parse(source, file)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, file, "exec", dont_inherit=True), names)
    if last is not None:
        return eval(compile(ast.Expression(last.value), file, "eval", dont_inherit=True), names)
    return None


def _settle(sc):
    """Jobs that fill a cache may still run when an action has its answer."""
    end = time.monotonic() + _PATIENCE_S
    while sc._engine.active_job_ids() and time.monotonic() < end:
        time.sleep(0.001)
