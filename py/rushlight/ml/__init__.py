"""Machine learning over DataFrames: what becomes of columns, and what is learnt from them.

    stage         what it is                        made by
    Transformer   columns ──▶ more columns          VectorAssembler (…)
    Estimator     rows    ──▶ a Model               LinearRegression (…).fit (df)
    Model         a Transformer that was learnt
    Pipeline      stages one behind the other, as one Estimator

Mirrors pyspark.ml: the same names, parameters, defaults and files.  Modules are imported when they
are asked for; what PySpark has and this package has not says so.

    >>> from rushlight.ml import Pipeline
    >>> from rushlight.ml.linalg import Vectors
"""
import importlib

from rushlight._version import RUSHLIGHT

_NAMES = {
    "Transformer": "base", "UnaryTransformer": "base", "Estimator": "base", "Model": "base",
    "Predictor": "base", "PredictionModel": "base", "Pipeline": "pipeline",
    "PipelineModel": "pipeline",
}
_MODULES = ["base", "classification", "clustering", "evaluation", "feature", "functions", "linalg",
            "param", "pipeline", "regression", "stat", "tuning", "util"]
_MISSING = ["TorchDistributor", "common", "connect", "deepspeed", "dl_util", "fpm", "image",
            "model_cache", "recommendation", "torch", "tree", "wrapper"]

__all__ = [*_NAMES, *(m for m in _MODULES if m not in ("base", "functions", "pipeline"))]


def __getattr__(name):
    if name in _NAMES:
        return getattr(importlib.import_module(f"{__name__}.{_NAMES[name]}"), name)
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if name in _MISSING:
        # Not an AttributeError, of which `from rushlight.ml import …` would swallow the text.
        raise ImportError(f"pyspark.ml.{name} is not there yet in Rushlight {RUSHLIGHT}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
