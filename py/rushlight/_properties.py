"""Local properties: what the jobs of a thread are given, from a pool's name to a group's.

They go along with each job that the thread starts; the scheduler reads some of them, tasks can see
all (TaskContext.getLocalProperty).  Mirrors these parts of pyspark.core.context.
"""
import threading

from rushlight.errors.engine import NoSuchMethodError


class Local(threading.local):
    """Local properties: each thread has its own (util.py has threads that inherit them)."""

    def __init__(self):
        self.properties = {}


class LocalProperties:
    """The part of SparkContext that sets them."""

    def setLocalProperty(self, key, value):
        """Sets a property of the jobs that this thread starts from now on; None removes it.

        >>> sc.setLocalProperty("spark.scheduler.pool", "quick")
        >>> sc.getLocalProperty("spark.scheduler.pool")
        'quick'
        """
        if not isinstance(key, str) or not isinstance(value, (str, type(None))):
            raise NoSuchMethodError("Method setLocalProperty", key, value)
        if value is None:
            self._local.properties.pop(key, None)
        else:
            self._local.properties[key] = value

    def getLocalProperty(self, key):
        """A property of this thread, or None.

        >>> sc.getLocalProperty("nobody's") is None
        True
        """
        return self._local.properties.get(key)

    def setJobGroup(self, groupId, description, interruptOnCancel=False):
        """Gives the jobs that this thread starts from now on a group, by which they can be found
        (statusTracker) and cancelled.

        >>> sc.setJobGroup("nightly", "the nightly report")
        >>> sc.getLocalProperty("spark.jobGroup.id")
        'nightly'
        """
        self.setLocalProperty("spark.jobGroup.id", groupId)
        self.setJobDescription(description)
        self.setLocalProperty("spark.job.interruptOnCancel", str(bool(interruptOnCancel)).lower())

    def setJobDescription(self, value):
        """Describes the jobs that this thread starts from now on; None: no more.

        >>> sc.setJobDescription("the nightly report")
        >>> sc.getLocalProperty("spark.job.description")
        'the nightly report'
        """
        self.setLocalProperty("spark.job.description", value)

    def setInterruptOnCancel(self, interruptOnCancel):
        """Whether tasks are interrupted when this thread's jobs are cancelled; Rushlight's always
        are, as their workers are processes that can be ended.

        >>> sc.setInterruptOnCancel(True)
        >>> sc.getLocalProperty("spark.job.interruptOnCancel")
        'true'
        """
        if not isinstance(interruptOnCancel, bool):
            raise NoSuchMethodError("Method setInterruptOnCancel", interruptOnCancel)
        self.setLocalProperty("spark.job.interruptOnCancel", str(interruptOnCancel).lower())
