"""Errors of a SparkSession's settings."""
from rushlight.errors.base import PySparkException


class AnalysisException(PySparkException):
    """A request that cannot be carried out as it stands: here, a setting that is fixed by now."""


class SparkNoSuchElementException(PySparkException):
    """A setting that does not exist."""
