"""What the driver shares with all tasks: accumulators, broadcasts, files, modules.

Files are copied into one folder, <local dir>/userFiles, which is on sys.path here and in workers:

    addFile("x/a.csv")          userFiles/a.csv           SparkFiles.get("a.csv")
    addPyFile("x/lib.py")       userFiles/lib.py          import lib
    addPyFile("x/lib.zip")      userFiles/lib.zip         import what is in it
    addArchive("x/model.tgz")   userFiles/model.tgz/      what was in it

Mirrors these parts of pyspark.core.context and org.apache.spark.SparkContext.
"""
import itertools
import os
import threading

from rushlight import accumulators, files
from rushlight._callsite import operator
from rushlight.broadcast import Broadcast, BroadcastPickleRegistry
from rushlight.errors.engine import NoSuchMethodError, SparkRuntimeException


class Sharing:
    """The part of SparkContext that shares things with tasks."""

    PACKAGE_EXTENSIONS = (".zip", ".egg", ".jar")

    _accumulator_ids = itertools.count()    # of all contexts: unpickled ones are found by them

    def _start_sharing(self, settings, pyFiles):
        """`settings`: a dict; the files that settings and arguments name are added."""
        self._accumulators_broken = False
        self._broadcast_ids = itertools.count()
        self._pickled_broadcast_vars = BroadcastPickleRegistry()
        self._added_files, self._added_archives, self._python_includes = [], [], []
        root = os.path.join(self._engine.local_dir(), "userFiles")
        os.mkdir(root)
        files.SparkFiles._sc = self
        self._n_additions, self._showing = 0, threading.Lock()
        self._show_files(root)
        for path in _listed(settings.get("spark.files")):
            self.addFile(path, True)
        for path in _listed(settings.get("spark.archives")):
            self.addArchive(path)
        for path in [*(pyFiles or ()), *_listed(settings.get("spark.submit.pyFiles"))]:
            self.addPyFile(path)

    def _stop_sharing(self):
        """Before the engine stops."""
        accumulators.take_from(self)
        if files.SparkFiles._sc is self:
            files.forget()

    # ── variables ──
    def accumulator(self, value, accum_param=None):
        """A variable that tasks add to, and only the driver reads; see Accumulator.

        >>> errors = sc.accumulator(0)
        >>> sc.parallelize(["1", "x", "3"]).foreach(lambda s: errors.add(not s.isdigit()))
        >>> errors.value
        1
        """
        if accum_param is None:
            accum_param = accumulators.default_param(value)
        return accumulators.Accumulator(next(self._accumulator_ids), value, accum_param)

    @operator
    def broadcast(self, value):
        """A variable that every task reads, sent to each worker once; see Broadcast.

        >>> table = sc.broadcast({1: "one", 2: "two"})
        >>> sc.parallelize([2, 1]).map(lambda i: table.value[i]).collect()
        ['two', 'one']
        """
        return Broadcast(self, value, self._pickled_broadcast_vars)

    def _next_broadcast(self):
        """The number of a new broadcast, and where its value is to be written."""
        bid = next(self._broadcast_ids)
        return bid, os.path.join(self._engine.local_dir(), f"broadcast_{bid}")

    @property
    def resources(self):
        """Resources of the driver besides cores and memory, by name: there are none.

        >>> sc.resources
        {}
        """
        return {}

    # ── files ──
    @operator
    def addFile(self, path, recursive=False):
        """Gives a file to all tasks, which find it with SparkFiles.get.  `path` is one of this
        machine or a http, https or ftp address; a folder must be asked for with `recursive`.  What
        was added once is not added again.

        >>> import os, tempfile
        >>> from rushlight import SparkFiles
        >>> path = os.path.join(tempfile.mkdtemp(), "stop.txt")
        >>> with open(path, "w") as f:
        ...     _ = f.write("the a of")
        >>> sc.addFile(path)
        >>> def without_stop_words(words):
        ...     with open(SparkFiles.get("stop.txt")) as f:
        ...         stop = f.read().split()
        ...     return [w for w in words if w not in stop]
        >>> sc.parallelize(["the", "whale", "of"], 1).mapPartitions(without_stop_words).collect()
        ['whale']
        """
        if not isinstance(path, str):
            raise NoSuchMethodError("Method addFile", path, recursive)
        from rushlight import _fetching
        key, source = _fetching.resolve(path)
        if source is not None and os.path.isdir(source):
            if not recursive:
                raise SparkRuntimeException(
                    f"[UNSUPPORTED_ADD_FILE.DIRECTORY] The file {key} is a directory: "
                    "addFile(path, recursive=True) adds all that is in it.")
            key = key.rstrip("/") + "/"
        if key in self._added_files:
            return
        _fetching.fetch(key, source, files.SparkFiles.getRootDirectory())
        self._added_files.append(key)
        self._show_files()

    @property
    def listFiles(self):
        """What addFile and addPyFile have added.

        >>> all(isinstance(path, str) for path in sc.listFiles)
        True
        """
        return list(self._added_files)

    @operator
    def addPyFile(self, path):
        """Gives a module (.py) or a package of modules (.zip, .egg) to all tasks, which import it;
        so can the driver.

        >>> import os, tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "greetings.py")
        >>> with open(path, "w") as f:
        ...     _ = f.write("def greet(name): return 'hello ' + name")
        >>> sc.addPyFile(path)
        >>> def greet(name):
        ...     import greetings
        ...     return greetings.greet(name)
        >>> sc.parallelize(["you"]).map(greet).collect()
        ['hello you']
        """
        self.addFile(path)
        name = os.path.basename(path)
        if name[-4:].lower() in self.PACKAGE_EXTENSIONS and name not in self._python_includes:
            self._python_includes.append(name)
        self._show_files()

    @operator
    def addArchive(self, path):
        """Unpacks a .zip, .jar, .tar, .tar.gz or .tgz for all tasks: SparkFiles.get gives the
        folder that holds what was in it.  It is called as the archive is, or as what follows a "#".

        >>> import os, tempfile, zipfile
        >>> from rushlight import SparkFiles
        >>> path = os.path.join(tempfile.mkdtemp(), "model.zip")
        >>> with zipfile.ZipFile(path, "w") as z:
        ...     z.writestr("weight.txt", "2.5")
        >>> sc.addArchive(path + "#model")
        >>> def weigh(part):
        ...     with open(SparkFiles.get("model/weight.txt")) as f:
        ...         weight = float(f.read())
        ...     return [weight * x for x in part]
        >>> sc.parallelize([2], 1).mapPartitions(weigh).collect()
        [5.0]
        """
        if not isinstance(path, str):
            raise NoSuchMethodError("Method addArchive", path)
        from rushlight import _fetching
        path, _, fragment = path.partition("#")
        key, source = _fetching.resolve(path)
        listed = f"{key}#{fragment}" if fragment else key
        if listed in self._added_archives:
            return
        _fetching.unpack(key, source, files.SparkFiles.getRootDirectory(), fragment)
        self._added_archives.append(listed)
        self._show_files()

    @property
    def listArchives(self):
        """What addArchive has added.

        >>> all(isinstance(path, str) for path in sc.listArchives)
        True
        """
        return list(self._added_archives)

    def _show_files(self, root=None):
        """Tells this process, and workers before their next task, where files and modules are."""
        root = root or files.SparkFiles.getRootDirectory()
        with self._showing:         # a number stands for one state of the folder
            files.use(root, self._python_includes)
            self._engine.set_files(self._n_additions, root, self._python_includes)
            self._n_additions += 1


def _listed(setting):
    return [path for path in (setting or "").split(",") if path]
