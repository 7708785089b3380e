"""StatusTracker: how jobs, stages, and executors are.

Mirrors pyspark.core.status.
"""
from collections import namedtuple

__all__ = ["SparkJobInfo", "SparkStageInfo", "SparkExecutorInfo", "StatusTracker"]

SparkJobInfo = namedtuple("SparkJobInfo", "jobId stageIds status")
SparkStageInfo = namedtuple("SparkStageInfo", "stageId currentAttemptId name numTasks "
                            "numActiveTasks numCompletedTasks numFailedTasks")
SparkExecutorInfo = namedtuple("SparkExecutorInfo", "host port cacheSize numRunningTasks "
                               "usedOnHeapStorageMemory usedOffHeapStorageMemory "
                               "totalOnHeapStorageMemory totalOffHeapStorageMemory")

DRIVER = "driver"       # the id of the driver's entry
NO_PORT = 0             # executors are in this process: nothing listens
NO_OFF_HEAP = 0


class StatusTracker:
    """Looks at jobs, stages, and executors from any thread, while they run and after;
    sc.statusTracker().

    >>> sc.setJobGroup("counting", "an example")
    >>> sc.parallelize(range(4), 2).count()
    4
    >>> tracker = sc.statusTracker()
    >>> job = tracker.getJobInfo(tracker.getJobIdsForGroup("counting")[0])
    >>> job.status, [tracker.getStageInfo(s).numTasks for s in job.stageIds]
    ('SUCCEEDED', [2])
    """

    def __init__(self, engine):
        self._engine = engine

    def getJobIdsForGroup(self, jobGroup=None):
        """Known jobs of a group, newest first; without a group, those that are in none."""
        return sorted(self._engine.job_ids_for_group(jobGroup), reverse=True)

    def getActiveStageIds(self):
        """Stages that run now.

        >>> sc.statusTracker().getActiveStageIds()
        []
        """
        return sorted(self._engine.active_stage_ids())

    def getActiveJobsIds(self):
        """Jobs that run now.

        >>> sc.statusTracker().getActiveJobsIds()
        []
        """
        return sorted(self._engine.active_job_ids())

    def getJobInfo(self, jobId):
        """A SparkJobInfo, or None if the job is not known (any more)."""
        job = self._engine.job_info(jobId)
        if job is None:
            return None
        return SparkJobInfo(jobId, job["stage_ids"], job["status"])

    def getStageInfo(self, stageId):
        """A SparkStageInfo, or None if the stage is not known (any more)."""
        stage = self._engine.stage_info(stageId)
        if stage is None:
            return None
        return SparkStageInfo(stageId, stage["attempt"], stage["name"], stage["n_tasks"],
                              stage["n_active"], stage["n_completed"], stage["n_failed"])

    def getExecutorInfos(self):
        """A SparkExecutorInfo of the driver, then of each executor that is alive.  A local master
        has one entry for both.  Memory is in bytes: used by persisted partitions, and what these
        could have if no task needed any.  The driver of a local-cluster keeps none, so it has none.

        >>> numbers = sc.range(1000).cache()
        >>> numbers.count()
        1000
        >>> executor, = sc.statusTracker().getExecutorInfos()
        >>> executor.host, executor.port, executor.numRunningTasks
        ('localhost', 0, 0)
        >>> 0 < executor.cacheSize <= executor.totalOnHeapStorageMemory
        True
        """
        executors = self._engine.executors()
        if executors and executors[0]["id"] != DRIVER:
            executors.insert(0, {"host": self._engine.conf()["spark.driver.host"], "n_running": 0,
                                 "storage_used": 0, "storage_pool": 0})
        return [SparkExecutorInfo(
            host=executor["host"], port=NO_PORT, cacheSize=executor["storage_used"],
            numRunningTasks=executor["n_running"],
            usedOnHeapStorageMemory=executor["storage_used"], usedOffHeapStorageMemory=NO_OFF_HEAP,
            totalOnHeapStorageMemory=executor["storage_pool"],
            totalOffHeapStorageMemory=NO_OFF_HEAP) for executor in executors]
