"""What an RDD's tasks need, and what its shuffles have left behind.

Resource profiles (so many GPUs for these tasks) are asked for from a cluster manager: a local
master has none to give, in Spark as here.
"""
from rushlight._callsite import operator
from rushlight.errors.base import PySparkRuntimeError
from rushlight.errors.engine import UnsupportedOperationException


class Profiles:
    """The part of RDD that deals with resources."""

    @operator
    def withResources(self, profile):
        """Asks for executors or tasks with other resources than the application's.  A local master
        cannot give any, so this is refused, where Spark refuses the first job that needs them.

        >>> from rushlight.errors import EngineError
        >>> try:
        ...     sc.parallelize([1]).withResources(None)
        ... except EngineError as e:
        ...     print(e)
        Resource profiles need a cluster manager (Standalone, YARN, Kubernetes); the master is local
        """
        raise UnsupportedOperationException(
            "Resource profiles need a cluster manager (Standalone, YARN, Kubernetes); "
            f"the master is {self.ctx.master.partition('[')[0]}", "UNSUPPORTED")

    @operator
    def getResourceProfile(self):
        """The profile that withResources gave: None.

        >>> sc.parallelize([1]).getResourceProfile() is None
        True
        """
        return None

    @operator
    def cleanShuffleDependencies(self, blocking=False):
        """Deletes the files of all shuffles that the RDD stands on, before the RDD itself is
        forgotten.  A later job makes them again.  They are gone when this returns, whether
        `blocking` or not.

        >>> counts = sc.parallelize([("a", 1), ("a", 2)], 2).reduceByKey(max)
        >>> counts.collect()
        [('a', 2)]
        >>> counts.cleanShuffleDependencies()
        >>> counts.collect()        # runs both stages again
        [('a', 2)]
        """
        self.ctx._engine.clean_shuffles(self._engine())

    @operator
    def toDF(self, schema=None, sampleRatio=None):
        """A DataFrame of the elements: a method of SparkSession's, there from when one is made.

        >>> sc.parallelize([(1, "a")]).toDF(["n", "s"]).collect()
        [Row(n=1, s='a')]
        """
        from rushlight.sql.session import SparkSession
        session = SparkSession.getActiveSession()
        if session is None:
            raise PySparkRuntimeError(errorClass="CALL_BEFORE_INITIALIZE", messageParameters={
                "func_name": "RDD.toDF", "object": "SparkSession",
                "how": ": SparkSession.builder.getOrCreate() does it"})
        return session.createDataFrame(self, schema, sampleRatio)
