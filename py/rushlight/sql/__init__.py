"""rushlight.sql: SparkSession.  DataFrames and SQL are not there yet.

Names are imported when they are first used.  Mirrors pyspark.sql.
"""
from rushlight._version import RUSHLIGHT

# Names of pyspark.sql that are not there yet.
_MISSING = frozenset("""
    Catalog Column DataFrame DataFrameNaFunctions DataFrameReader DataFrameStatFunctions
    DataFrameWriter DataFrameWriterV2 Geography Geometry GroupedData HiveContext MergeIntoWriter
    Observation PandasCogroupedOps Row SQLContext UDFRegistration UDTFRegistration Variant
    VariantVal Window WindowSpec functions types
""".split())

__all__ = ["SparkSession"]


def __getattr__(name):
    if name == "SparkSession":
        from rushlight.sql.session import SparkSession
        return SparkSession
    if name in _MISSING:
        # Not an AttributeError, of which `from rushlight.sql import …` would swallow the text.
        raise ImportError(f"pyspark.sql.{name} is not there yet in Rushlight {RUSHLIGHT}")
    raise AttributeError(f"module 'rushlight.sql' has no attribute {name!r}")
