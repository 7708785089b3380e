"""Job tags: words on the jobs of a thread, by which they are cancelled.

A job group is one name for a thread's jobs; tags are many, and a job keeps those that its thread
had when it started.  They are a local property, as all that a job takes from its thread:

    spark.job.tags = "etl,nightly"

Mirrors the job tags of org.apache.spark.SparkContext.
"""
from rushlight.errors.engine import IllegalArgumentException, NoSuchMethodError

PROPERTY = "spark.job.tags"
SEPARATOR = ","


def _check(method, tag):
    if tag is not None and not isinstance(tag, str):
        raise NoSuchMethodError(f"Method {method}", tag)
    wrong = ("be null" if tag is None else "be an empty string" if not tag
             else f"contain '{SEPARATOR}'" if SEPARATOR in tag else None)
    if wrong:
        raise IllegalArgumentException(f"Spark job tag cannot {wrong}.", "INVALID_ARGUMENT")


class JobTags:
    """The part of SparkContext that tags jobs."""

    def addJobTag(self, tag):
        """Tags the jobs that this thread starts from now on.

        >>> sc.addJobTag("etl"); sc.addJobTag("nightly")
        >>> sorted(sc.getJobTags())
        ['etl', 'nightly']
        """
        _check("addJobTag", tag)
        self._set_tags(self.getJobTags() | {tag})

    def removeJobTag(self, tag):
        """Takes a tag away again, if it is there.

        >>> sc.addJobTag("etl"); sc.removeJobTag("etl")
        >>> sc.getJobTags()
        set()
        """
        _check("removeJobTag", tag)
        self._set_tags(self.getJobTags() - {tag})

    def getJobTags(self):
        """This thread's tags, as a set.

        >>> sc.getJobTags()
        set()
        """
        tags = self.getLocalProperty(PROPERTY)
        return set(tags.split(SEPARATOR)) if tags else set()

    def clearJobTags(self):
        """Takes all of this thread's tags away.

        >>> sc.addJobTag("etl"); sc.clearJobTags()
        >>> sc.getJobTags()
        set()
        """
        self.setLocalProperty(PROPERTY, None)

    def cancelJobsWithTag(self, tag):
        """Cancels the running jobs of all threads that have a tag.

        >>> sc.cancelJobsWithTag("etl")
        """
        _check("cancelJobsWithTag", tag)
        self._engine.cancel_tag(tag, f"part of cancelled job tags {tag}")

    def _set_tags(self, tags):
        self.setLocalProperty(PROPERTY, SEPARATOR.join(sorted(tags)) or None)
