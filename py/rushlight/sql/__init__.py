"""rushlight.sql: SparkSession, DataFrame, Column and what belongs to them.

Names are imported when they are first used.  Mirrors pyspark.sql.
"""
import importlib

from rushlight._version import RUSHLIGHT

_WHERE = {
    "SparkSession": "session", "DataFrame": "dataframe", "Column": "column", "Row": "row",
    "GroupedData": "group", "Window": "window", "WindowSpec": "window",
    "DataFrameReader": "readwriter", "DataFrameWriter": "writer", "Catalog": "catalog",
    "DataFrameNaFunctions": "_gaps", "DataFrameStatFunctions": "_figures",
    "Observation": "observation", "UDFRegistration": "udf", "PandasCogroupedOps": "_mapping",
}
# Names of pyspark.sql that are not there yet.
_MISSING = frozenset("""
    DataFrameWriterV2 Geography Geometry HiveContext MergeIntoWriter SQLContext
    UDTFRegistration Variant VariantVal
""".split())

__all__ = [*_WHERE]


def __getattr__(name):
    if name in _WHERE:
        return getattr(importlib.import_module(f"rushlight.sql.{_WHERE[name]}"), name)
    if name in ("functions", "types"):
        return importlib.import_module(f"rushlight.sql.{name}")
    if name in _MISSING:
        # Not an AttributeError, of which `from rushlight.sql import …` would swallow the text.
        raise ImportError(f"pyspark.sql.{name} is not there yet in Rushlight {RUSHLIGHT}")
    raise AttributeError(f"module 'rushlight.sql' has no attribute {name!r}")
