"""Jobs: how they are run, waited for and cancelled.

    _run                  all or some partitions, waited for to the end; what accumulators were
                          given is taken before anybody sees the result, in failure too
    _collect, runJob …    the ways to it, under the names that Spark gives to such jobs
    _save                 jobs of the engine's that write files
    _ready_in_time        a job that has little time: it goes on when that is up

Mirrors runJob and cancel… of pyspark.core.context, and org.apache.spark.api.python.PythonRDD.
"""
import os
import sys
import time

from rushlight import accumulators
from rushlight._callsite import current_call, operator, renamed
from rushlight._records import loader_of

# Spark's own names for the jobs of take, first, isEmpty and runJob, and of saveAsTextFile; the
# user's place goes with them as a property.
RUN_JOB = "runJob at PythonRDD.scala:218"
SAVE_JOB = "runJob at SparkHadoopWriter.scala:85"
CALL_SITE_PROPERTY = "spark.rushlight.callSite"


class Jobs:
    """The part of SparkContext that runs them."""

    @operator
    def runJob(self, rdd, partitionFunc, partitions=None, allowLocal=False):
        """What partitionFunc(iterator) gives for some partitions, or for all, as one list.
        (allowLocal has no meaning; Spark has dropped it, too.)

        >>> sc.runJob(sc.parallelize(range(6), 3), lambda part: [x * x for x in part], [0, 2])
        [0, 1, 16, 25]
        """
        if partitions is None:
            partitions = range(rdd.getNumPartitions())
        return self._run_partitions(rdd, partitionFunc, partitions)

    def _run_partitions(self, rdd, partitionFunc, partitions, cause="action", job_name=RUN_JOB):
        call = current_call()
        return self._run(rdd.mapPartitions(partitionFunc), list(partitions), cause,
                         renamed(call, job_name), {CALL_SITE_PROPERTY: call[1]})

    def _collect(self, rdd):
        # What Spark's collect() does with its closure, which holds the RDD, before there is a job.
        rdd._engine().check()
        return self._run(rdd, None, "action", current_call(), {})

    def _run(self, rdd, partitions, cause, call, properties):
        """The objects of an RDD that the driver can read; `partitions`: None for all."""
        engine, engine_rdd = self._engine, rdd._engine()
        began = time.monotonic()
        try:
            found = engine.run_job(engine_rdd, partitions, cause,
                                   {**self._local.properties, **properties}, call)
        finally:
            accumulators.take_from(self)
        self._say_finished(call, began)
        objects, loads = [], loader_of(rdd._format)
        found.reverse()         # each run is dropped when it has been read
        while found:
            runs = found.pop()
            runs.reverse()
            while runs:
                objects += loads(runs.pop())
        return objects

    def _save(self, method, rdd, path, *arguments):
        """Runs one of the engine's jobs that save."""
        call = current_call()
        engine = self._engine
        began = time.monotonic()
        try:
            getattr(engine, method)(
                rdd._engine(), os.fspath(path), *arguments,
                {**self._local.properties, CALL_SITE_PROPERTY: call[1]}, renamed(call, SAVE_JOB))
        finally:
            accumulators.take_from(self)
        self._say_finished(call, began)

    def _say_finished(self, call, began):
        if self._says_jobs:
            took = time.monotonic() - began
            print(f"INFO SparkContext: {call[1]} finished, took {took:.3f} s", file=sys.stderr)

    def cancelAllJobs(self):
        """Cancels every job, from any thread; who waits for one gets an error.

        >>> sc.cancelAllJobs()      # none runs
        """
        self._engine.cancel_all("cancelled as part of cancellation of all jobs")

    def cancelJobGroup(self, groupId):
        """Cancels the jobs of a group (setJobGroup).

        >>> sc.cancelJobGroup("nightly")      # it has no job
        """
        self._engine.cancel_group(groupId, f"cancelled as part of cancelling job group {groupId}")

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
