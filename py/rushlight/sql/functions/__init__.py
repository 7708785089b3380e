"""Functions over columns: `from rushlight.sql import functions as F`.

One family a file; all of them are found here.  Most are one call of the engine's function of the same
name, so that `F.upper("name")` and SQL's `upper(name)` are one thing.  Mirrors pyspark.sql.functions.
"""
from rushlight.sql.functions.aggregate import *         # noqa: F401,F403
from rushlight.sql.functions.basic import *             # noqa: F401,F403
from rushlight.sql.functions.udf import *               # noqa: F401,F403
from rushlight.sql.functions.window import *            # noqa: F401,F403
from rushlight.sql.functions import aggregate, basic, udf as _udf_module, window

__all__ = [*basic.__all__, *aggregate.__all__, *window.__all__, *_udf_module.__all__]
