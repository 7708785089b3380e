"""Functions over columns: `from rushlight.sql import functions as F`.

One family a file; all of them are found here.  Most are one call of the engine's function of the
same name, so that `F.upper("name")` and SQL's `upper(name)` are one thing.
Mirrors pyspark.sql.functions.
"""
from rushlight.errors import NotThereYet
from rushlight.sql.functions import (
    _aggregate, _basic, _checks, _collection, _conditional, _datetime, _hash, _lambdas,
    _make_time, _math, _misc, _random, _regression, _string, _udf, _web, _window)
from rushlight.sql.functions._aggregate import *        # noqa: F401,F403
from rushlight.sql.functions._basic import *            # noqa: F401,F403
from rushlight.sql.functions._checks import *           # noqa: F401,F403
from rushlight.sql.functions._collection import *       # noqa: F401,F403
from rushlight.sql.functions._conditional import *      # noqa: F401,F403
from rushlight.sql.functions._datetime import *         # noqa: F401,F403
from rushlight.sql.functions._hash import *             # noqa: F401,F403
from rushlight.sql.functions._lambdas import *          # noqa: F401,F403
from rushlight.sql.functions._make_time import *        # noqa: F401,F403
from rushlight.sql.functions._math import *             # noqa: F401,F403
from rushlight.sql.functions._misc import *             # noqa: F401,F403
from rushlight.sql.functions._names import NAMES
from rushlight.sql.functions._random import *           # noqa: F401,F403
from rushlight.sql.functions._regression import *       # noqa: F401,F403
from rushlight.sql.functions._string import *           # noqa: F401,F403
from rushlight.sql.functions._udf import *              # noqa: F401,F403
from rushlight.sql.functions._web import *              # noqa: F401,F403
from rushlight.sql.functions._window import *           # noqa: F401,F403

__all__ = [name for family in (_aggregate, _basic, _checks, _collection, _conditional, _datetime,
                               _hash, _lambdas, _make_time, _math, _misc, _random, _regression,
                               _string, _udf, _web, _window)
           for name in family.__all__]


def __getattr__(name):
    if name in NAMES:
        raise NotThereYet(f"functions.{name}")
    raise AttributeError(f"module 'rushlight.sql.functions' has no attribute {name!r}")
