"""Pictures of plans: of a DataFrame, and of what has run.

    df.dag()            the plan of its next action; once df itself was collected, with what came out
    spark.executions()  every action of SQL so far: show, count and write make plans of their own
    spark.dag(3)        the plan of one of them, with what its operators counted
"""
from functools import partial

from rushlight._summary import Text, _count, _duration, _short
from rushlight.dag import Dag
from rushlight.errors import PySparkValueError

__all__ = []


class Picturing:
    """What DataFrame has."""

    def dag(self):
        """The picture of the physical plan.

        >>> df = spark.range(4).groupBy("id").count()
        >>> "Exchange" in df.dag().dot, "4 rows" in df.dag().dot
        (True, False)
        >>> _ = df.collect()
        >>> "4 rows" in df.dag().dot
        True
        """
        return Dag("a plan", self._query().dag)


class ShowingExecutions:
    """What SparkSession has."""

    def executions(self):
        """The SQL executions so far as text, a line each; `dag` draws one of them.

        >>> _ = spark.range(3).count()
        >>> "count at" in spark.executions()
        True
        """
        return Text("\n".join(map(_line, self._engine_session.executions())))

    def dag(self, execution=None):
        """The picture of an SQL execution's plan, by its number; without one, of the newest.

        >>> _ = spark.range(3).count()
        >>> "HashAggregate" in spark.dag().dot
        True
        """
        if execution is None:
            known = self._engine_session.executions()
            if not known:
                raise PySparkValueError("no SQL execution has run yet")
            execution = known[-1]["id"]
        return Dag(f"execution {execution}", partial(self._engine_session.dag, execution))


def _line(execution):
    jobs = execution["job_ids"]
    parts = [_count(len(jobs), "job") + (f" ({', '.join(map(str, jobs))})" if jobs else "")]
    if execution["end_ms"]:
        parts.append(_duration(execution["end_ms"] - execution["start_ms"]))
    else:
        parts.append("running")
    if execution["error"]:
        parts.append("failed: " + execution["error"].splitlines()[0])
    return f"execution {execution['id']}  {_short(execution['description'])}: " + ", ".join(parts)
