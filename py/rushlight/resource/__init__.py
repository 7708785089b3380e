"""Resources besides cores and memory, such as GPUs: what programs read of pyspark.resource.

Executors here have cores and memory alone, so that `sc.resources` and TaskContext.resources() are
empty.
"""
from rushlight.resource.information import ResourceInformation

__all__ = ["ResourceInformation"]
