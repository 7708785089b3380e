"""StatusTracker: how jobs and stages are.

Mirrors pyspark.core.status.
"""
from collections import namedtuple

from rushlight.errors import NotThereYet

__all__ = ["SparkJobInfo", "SparkStageInfo", "StatusTracker"]

SparkJobInfo = namedtuple("SparkJobInfo", "jobId stageIds status")
SparkStageInfo = namedtuple("SparkStageInfo", "stageId currentAttemptId name numTasks "
                            "numActiveTasks numCompletedTasks numFailedTasks")


class StatusTracker:
    """Looks at jobs and stages from any thread, while they run and after; sc.statusTracker().

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
        return SparkJobInfo(jobId, [stage["id"] for stage in job["stages"]], job["status"])

    def getStageInfo(self, stageId):
        """A SparkStageInfo, or None if the stage is not known (any more)."""
        stage = self._engine.stage_info(stageId)
        if stage is None:
            return None
        return SparkStageInfo(stageId, stage["attempt"], stage["name"], stage["n_tasks"],
                              stage["n_active"], stage["n_completed"], stage["n_failed"])

    def getExecutorInfos(self):
        raise NotThereYet("StatusTracker.getExecutorInfos")
