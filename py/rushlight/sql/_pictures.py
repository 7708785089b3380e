"""Pictures of plans: of a DataFrame, and of what has run.

    df.dag()            the plan of its next action; once df was collected, with what came out
    spark.executions()  every action of SQL so far: show, count and write make plans of their own
    spark.dag(3)        the plan of one of them, with what its operators counted
"""
from functools import partial

from rushlight._summary import describe_executions
from rushlight.dag import Dag
from rushlight.errors import PySparkValueError

__all__ = []


class Picturing:
    """What DataFrame has."""

    def dag(self):
        """The picture of the physical plan; after collect() or toPandas() that of the run, with
        what its operators counted.  show(), take(), count() and write run plans of their own,
        which SparkSession.dag draws.

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
        """The queries that have run so far as text, a line each; `dag` draws one of them.

        >>> _ = spark.range(3).count()
        >>> "count at" in spark.executions()
        True
        """
        return describe_executions(self._context._engine.executions())

    def dag(self, execution=None):
        """The picture of a query's plan as it ran, by the number that `executions` has; without
        one, of the newest.

        >>> _ = spark.range(3).count()
        >>> "HashAggregate" in spark.dag().dot
        True
        """
        if execution is None:
            known = self._context._engine.executions()
            if not known:
                raise PySparkValueError("no query has run yet")
            execution = known[-1]["id"]
        return picture_of_query(self._context, execution)


def picture_of_query(context, number):
    """What SparkSession.dag gives."""
    return Dag(f"query {number}", partial(context._engine.dag_execution, number))
