"""SparkFiles: where the files are that addFile, addPyFile and addArchive have brought.

One folder below the context's own holds them all, for the driver and for every worker: executors
are of this machine.  A worker looks at it when the number of additions (filesVersion in
py/runner/protocol.h) has grown since its last task, so that workers that already live see new
files.

Mirrors pyspark.core.files.
"""
import importlib
import os
import sys

__all__ = ["SparkFiles"]


class SparkFiles:
    """Finds files that were added with SparkContext.addFile.

    >>> import os, tempfile
    >>> from rushlight import SparkFiles
    >>> path = os.path.join(tempfile.mkdtemp(), "factor.txt")
    >>> with open(path, "w") as f:
    ...     _ = f.write("100")
    >>> sc.addFile(path)
    >>> def scale(part):
    ...     with open(SparkFiles.get("factor.txt")) as f:
    ...         factor = int(f.read())
    ...     return [factor * x for x in part]
    >>> sc.parallelize([1, 2, 3]).mapPartitions(scale).collect()
    [100, 200, 300]
    """

    _root_directory = None
    _is_running_on_worker = False
    _sc = None

    def __init__(self):
        raise NotImplementedError("Do not construct SparkFiles objects")

    @classmethod
    def get(cls, filename):
        """The path of an added file, by its name.

        >>> SparkFiles.get("x") == SparkFiles.getRootDirectory() + "/x"
        True
        """
        return os.path.abspath(os.path.join(cls.getRootDirectory(), filename))

    @classmethod
    def getRootDirectory(cls):
        """The folder that added files are in.

        >>> import os
        >>> os.path.isdir(SparkFiles.getRootDirectory())
        True
        """
        if cls._root_directory is None:
            worker = sys.modules.get("rushlight.worker")
            task = worker and worker.current_task()
            if task:
                return task["filesRoot"]    # no file was added yet
            from rushlight.errors import PySparkRuntimeError
            raise PySparkRuntimeError("There is no SparkContext, and so there are no files of one.")
        return cls._root_directory


def use(root, archives):
    """Finds files below a folder, and modules there and in archives (names of files there)."""
    SparkFiles._root_directory = root
    for path in (root, *(os.path.join(root, name) for name in archives)):
        if path not in sys.path:
            sys.path.insert(1, path)
    importlib.invalidate_caches()


def forget():
    """The folder is gone, with its context."""
    root = SparkFiles._root_directory
    SparkFiles._root_directory = SparkFiles._sc = None
    if root is not None:
        sys.path[:] = [path for path in sys.path
                       if path != root and not path.startswith(root + os.sep)]


def use_in_worker():
    """Files have been added since the last task of this worker."""
    from rushlight.worker import current_task
    task = current_task()
    SparkFiles._is_running_on_worker = True
    use(task["filesRoot"], task["pyFiles"])
