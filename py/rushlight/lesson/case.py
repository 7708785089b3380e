"""Case: what a check function is given.

    case.student ──┐ modules of two files, loaded on first use
    case.reference ┘
    case.plugin ─────────┐ in exercises in C: the shared objects that were built of the two
    case.reference_plugin┘
    case.sc, case.spark          a context that writes an event log, stopped after the check
    case.seed, case.random       this student's data
    case.folder                  empty, the current folder
"""
import contextlib
import os
import pathlib
import random
import sys
import types

from rushlight.lesson.model import COMMENT_KINDS, LessonError


class Case:
    """One run of one check, with one seed."""

    def __init__(self, kind, master, conf, files, seed, folder):
        self.seed = seed
        self.random = random.Random(seed)
        self.folder = pathlib.Path(folder)
        self.comments = []
        self._kind, self._master, self._conf, self._files = kind, master, conf, files
        self._modules = {}
        self._kept = contextlib.ExitStack()
        self._own = None        # the context of .sc, .spark and .trace()

    # ── the files ──
    @property
    def student(self):
        """The module of the student's file."""
        return self._module("student")

    @property
    def reference(self):
        """The module of solution.py."""
        return self._module("reference")

    def _module(self, which):
        if self._kind == "c":
            raise LessonError(f"case.{which} is a module of Python, and this exercise is in C: "
                              "case.plugin and case.reference_plugin are what was built")
        if which not in self._modules:
            self._modules[which] = _load(self._files[which])
        return self._modules[which]

    @property
    def plugin(self):
        """The path of the plug-in that was built of the student's file."""
        return self._plugin("plugin")

    @property
    def reference_plugin(self):
        """The path of the plug-in that was built of solution.c."""
        return self._plugin("reference_plugin")

    def _plugin(self, which):
        if self._kind != "c":
            raise LessonError(f"case.{which} is of exercises in C; this one is in Python")
        return self._files[which]

    # ── contexts ──
    @property
    def spark(self):
        """A SparkSession with the exercise's master and conf."""
        return self._session()

    @property
    def sc(self):
        """Its SparkContext."""
        return self._session().sparkContext

    def _session(self):
        if self._own is None:
            self._own = self._kept.enter_context(self.context())
        return self._own

    def _stop_own(self):
        self._own = None
        self._kept.close()

    @contextlib.contextmanager
    def context(self, conf=None, master=None, plugin=None):
        """A SparkSession with other settings, for the length of a block.  There is one at a time,
        so the one of .sc and .spark is stopped before; the next use makes a new one.

        plugin: in exercises in C, whether the student's plug-in is in it; it is, unless False.
        """
        from rushlight.context import SparkContext
        from rushlight.sql import SparkSession
        self._stop_own()
        if SparkContext._active_spark_context is not None:
            raise LessonError("case.context(): another context is running already")
        settings = {**self._conf, **(conf or {})}
        if plugin or plugin is None and self._kind == "c":
            settings["spark.rushlight.plugins"] = self.plugin
        builder = SparkSession.builder.master(master or self._master).appName("lesson")
        for key, value in settings.items():
            builder = builder.config(key, _word(value))
        session = builder.getOrCreate()
        try:
            yield session
        finally:
            session.stop()

    def trace(self, sc=None):
        """rushlight.testing.trace of case.sc, or of another context."""
        from rushlight.testing import trace
        return trace(sc or self.sc)

    # ── words ──
    def comment(self, kind, text):
        """A remark on a solution, be it right or wrong: essential, actionable, informative,
        celebratory."""
        if kind not in COMMENT_KINDS:
            raise LessonError(f"a comment is one of {', '.join(COMMENT_KINDS)}, not {kind!r}")
        self.comments.append({"kind": kind, "text": str(text)})

    def close(self):
        """Stops what the check or the student's program started."""
        self._stop_own()
        context = sys.modules.get("rushlight.context")
        active = context and context.SparkContext._active_spark_context
        if active is not None:
            active.stop()


def _word(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def _load(path):
    """A file as a module that workers get by value, as they get the functions of a program."""
    import cloudpickle
    name = os.path.splitext(os.path.basename(path))[0]
    module = types.ModuleType(name)
    module.__file__ = path
    sys.modules[name] = module
    cloudpickle.register_pickle_by_value(module)
    with open(path, "rb") as f:
        code = compile(f.read(), path, "exec", dont_inherit=True)
    exec(code, module.__dict__)
    return module
