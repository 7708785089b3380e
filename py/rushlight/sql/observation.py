"""Observation: aggregates over rows that pass by on their way to an action.

Mirrors pyspark.sql.Observation.  Spark computes them inside of the action's own job; here a query
of their own computes them, when they are asked for.
"""
from rushlight.errors import PySparkAssertionError, PySparkTypeError
from rushlight.errors.base import wrong_type
from rushlight.sql.column import Column

__all__ = ["Observation"]


class Observation:
    """Named aggregates over a DataFrame, for df.observe(observation, …)."""

    def __init__(self, name=None):
        if name is not None and not isinstance(name, str):
            raise wrong_type("name", "str", name)
        self._name = name
        self._query = None
        self._found = None

    def _on(self, df, exprs):
        if not exprs or not all(isinstance(e, Column) for e in exprs):
            raise PySparkTypeError(errorClass="NOT_EXPECTED_TYPE", messageParameters={
                "arg_name": "exprs", "expected_type": "Column", "arg_type": "list"})
        if self._query is not None:
            raise PySparkAssertionError(errorClass="REUSE_OBSERVATION", messageParameters={})
        self._query = df.agg(*exprs)
        return df

    @property
    def get(self):
        """The aggregates, as a dict."""
        if self._query is None:
            raise PySparkAssertionError(errorClass="NO_OBSERVE_BEFORE_GET", messageParameters={})
        if self._found is None:
            self._found = self._query.first().asDict()
        return self._found
