"""Jobs that are not simply waited for to the end: one partition's, and one that has little time.

The usual ones are run by SparkContext.runJob and collect (context.py).
"""
from rushlight._records import loader_of


class Jobs:
    """The part of SparkContext that runs them; and the flag that says how jobs are cancelled."""

    def setInterruptOnCancel(self, interruptOnCancel):
        """Whether tasks are interrupted when this thread's jobs are cancelled; Rushlight's always
        are, as their workers are processes that can be ended.

        >>> sc.setInterruptOnCancel(True)
        >>> sc.getLocalProperty("spark.job.interruptOnCancel")
        'true'
        """
        from rushlight.errors.engine import NoSuchMethodError
        if not isinstance(interruptOnCancel, bool):
            raise NoSuchMethodError("Method setInterruptOnCancel", interruptOnCancel)
        self.setLocalProperty("spark.job.interruptOnCancel", str(interruptOnCancel).lower())

    def _collect_partition(self, rdd, partition, call):
        """The elements of one partition of an RDD of runs."""
        return self._run(rdd, [partition], "action", call, {})

    def _ready_in_time(self, rdd, call, seconds):
        """The elements of each partition that is ready after some seconds; of all, if the job has
        ended by then.  Else it goes on."""
        job = self._engine.submit_job(rdd._engine(), "action", dict(self._local.properties), call)
        try:
            job.wait(seconds)
        except KeyboardInterrupt:
            self.cancelAllJobs()
            raise
        load = loader_of(rdd._format)
        return [[x for run in runs for x in load(run)]
                for runs in job.results() if runs is not None]
