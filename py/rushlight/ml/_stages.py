"""What the classes of stages in this package are written with.

    class MinMaxScaler(SparkEstimator, _MinMaxScalerParams):
        @keyword_only
        def __init__(self, *, min=0.0, max=1.0, inputCol=None, outputCol=None):
            super().__init__()
            self._set(**self._input_kwargs)

        setParams = params_setter(__init__)     takes what __init__ takes
        setMin = setter("min")                  setMin (0.0) sets the parameter, and gives the stage

        def _train(self, dataset):              the model; it gets the estimator's uid and parameters
            …

They stand where pyspark.ml.wrapper stands in PySpark, whose classes hand calls on to the JVM.
"""
import inspect

from rushlight.errors import IllegalArgumentException
from rushlight.ml.base import Estimator, Model, Transformer
from rushlight.ml.param import Params
from rushlight.ml.util import SparkMLReadable, SparkMLWritable, shown_as_scala


def setter(name):
    """The method that sets one parameter."""
    def set_param(self, value):
        return self._set(**{name: value})
    return _named(set_param, "set", name, f"Sets {name}.")


def getter(name):
    """The method that gives one parameter's value."""
    def get_param(self):
        return self.getOrDefault(name)
    return _named(get_param, "get", name, f"The value of {name}.")


def _named(method, verb, name, doc):
    method.__name__ = verb + name[0].upper() + name[1:]
    method.__doc__ = doc
    return method


def params_setter(init):
    """The method setParams() of a class: it takes what its __init__() takes."""
    signature = inspect.signature(init)

    def setParams(self, *args, **kwargs):
        """Sets several parameters."""
        if args:
            raise TypeError("Method setParams forces keyword arguments.")
        signature.bind(self, **kwargs)
        return self._set(**kwargs)

    setParams.__signature__ = signature
    return setParams


class SparkStage(Params, SparkMLWritable, SparkMLReadable):
    """A stage of this package."""


class SparkTransformer(SparkStage, Transformer):
    """A transformer that is all parameters."""


class SparkEstimator(SparkStage, Estimator):
    """An estimator: _train() makes the model."""

    def _train(self, dataset):
        raise NotImplementedError()

    def _fit(self, dataset):
        return self._copyValues(self._train(dataset)._resetUid(self.uid))


class SparkModel(SparkStage, Model):
    """A model: what it has learned is saved with it; `_shown` are the names of the parameters and
    properties that its repr() tells."""

    _has_data = True
    _shown = ()

    def __repr__(self):
        told = [f"uid={self.uid}"]
        for name in self._shown:
            value = self.getOrDefault(name) if self.hasParam(name) else getattr(self, name)
            told.append(f"{name}={shown_as_scala(value)}")
        return f"{type(self).__name__}: {', '.join(told)}"


# ---- what stages ask of datasets --------------------------------------------------------------

def require(condition, message):
    """Spark's require(): an IllegalArgumentException unless the condition holds."""
    if not condition:
        raise IllegalArgumentException(f"requirement failed: {message}", "INVALID_ARGUMENT")


def field_of(schema, name):
    """The field of a name; an error that names the others."""
    for field in schema.fields:
        if field.name == name:
            return field
    raise IllegalArgumentException(
        f"{name} does not exist. Available: {', '.join(schema.names)}", "INVALID_ARGUMENT")


def check_new(schema, name):
    """Raises an error if a column of this name is there."""
    if name in schema.names:
        raise IllegalArgumentException(
            f"requirement failed: Output column {name} already exists.", "INVALID_ARGUMENT")
