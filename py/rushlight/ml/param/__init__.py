"""Parameters of machine learning: things to set on a stage, which describe themselves.

A class of stages declares each parameter once, as a class attribute; an instance gets copies whose
parent is its uid, so that a parameter stands for one stage alone and can be a key of a dict:

    class            LinearRegression.regParam          parent "undefined"
    instance  lr     lr.regParam                        parent "LinearRegression_4a1b…"
                     lr._paramMap        {lr.regParam: 0.1}       what was set
                     lr._defaultParamMap {lr.maxIter: 100, …}     what holds otherwise

A grid of a cross-validation is therefore a list of dicts, {lr.regParam: 0.1}, whatever pipeline the
stage is part of.  A parameter may say which values make sense (`isValid`); a stage asks when it is
fitted or applied, as Spark's JVM side does, and not when the parameter is set.

Mirrors pyspark.ml.param and the checks of org.apache.spark.ml.param.ParamValidators.
"""
import array
import copy
import sys
from abc import ABCMeta

from rushlight.ml.util import Identifiable

__all__ = ["Param", "Params", "TypeConverters"]


class Param:
    """One parameter: whose it is, its name, what it is for, how values are converted and checked.

    >>> from rushlight.ml.param.shared import HasMaxIter
    >>> stage = HasMaxIter()
    >>> stage.maxIter.name, stage.maxIter.parent == stage.uid
    ('maxIter', True)
    """

    def __init__(self, parent, name, doc, typeConverter=None, isValid=None):
        if not isinstance(parent, Identifiable):
            raise TypeError(f"Parent must be an Identifiable but got type {type(parent)}.")
        self.parent = parent.uid
        self.name = str(name)
        self.doc = str(doc)
        self.typeConverter = typeConverter or TypeConverters.identity
        self._is_valid = isValid

    def _copy_new_parent(self, parent):
        """The parameter of a class, for one instance."""
        if self.parent != "undefined":
            raise ValueError(f"Cannot copy from non-dummy parent {parent}.")
        return self._of(parent.uid)

    def _of(self, uid):
        param = copy.copy(self)
        param.parent = uid
        return param

    def __str__(self):
        return f"{self.parent}__{self.name}"

    def __repr__(self):
        return f"Param(parent={self.parent!r}, name={self.name!r}, doc={self.doc!r})"

    def __hash__(self):
        return hash(str(self))

    def __eq__(self, other):
        return isinstance(other, Param) and \
            (self.parent, self.name) == (other.parent, other.name)


class ParamValidators:
    """Makes checks for Param(isValid=…).

    >>> ParamValidators.inRange(0, 1)(0.5), ParamValidators.gt(0)(0)
    (True, False)
    """

    @staticmethod
    def gt(bound):
        """Values above a bound."""
        return lambda value: value > bound

    @staticmethod
    def gtEq(bound):
        """Values of at least a bound."""
        return lambda value: value >= bound

    @staticmethod
    def inRange(low, high):
        """Values from one bound to another."""
        return lambda value: low <= value <= high

    @staticmethod
    def inArray(*allowed):
        """Some values alone."""
        return lambda value: value in allowed


def _numpy():
    """NumPy, if somebody has imported it: no value can be NumPy's otherwise."""
    return sys.modules.get("numpy")


def _is_vector(value):
    linalg = sys.modules.get("rushlight.ml.linalg")
    return linalg is not None and isinstance(value, linalg.Vector)


class TypeConverters:
    """Functions for Param(typeConverter=…): a value as the type that is wanted, or a TypeError.

    >>> TypeConverters.toFloat(1), TypeConverters.toListInt((1.0, 2))
    (1.0, [1, 2])
    >>> TypeConverters.toInt(1.5)
    Traceback (most recent call last):
    TypeError: Could not convert 1.5 to int
    """

    @staticmethod
    def _is_numeric(value):
        if type(value) in (int, float):     # bool is none
            return True
        numpy = _numpy()
        return numpy is not None and type(value) in (numpy.float64, numpy.int64)

    @staticmethod
    def _is_integer(value):
        return TypeConverters._is_numeric(value) and float(value).is_integer()

    @staticmethod
    def _can_convert_to_list(value):
        numpy = _numpy()
        return type(value) in (list, tuple, range, array.array) or \
            numpy is not None and type(value) is numpy.ndarray or _is_vector(value)

    @staticmethod
    def _can_convert_to_string(value):
        numpy = _numpy()
        return isinstance(value, str) or \
            numpy is not None and type(value) in (numpy.bytes_, numpy.str_)

    @staticmethod
    def _converted_list(value, fits, convert, what):
        """All elements converted, if `value` is a list of some kind and they fit."""
        if TypeConverters._can_convert_to_list(value):
            value = TypeConverters.toList(value)
            if all(fits(v) for v in value):
                return [convert(v) for v in value]
        raise TypeError(f"Could not convert {value} to {what}")

    @staticmethod
    def identity(value):
        """The value as it is."""
        return value

    @staticmethod
    def toList(value):
        """A list, of a tuple, a range, an array or a vector too."""
        if isinstance(value, list):
            return value
        if _is_vector(value):
            return list(value.toArray())
        if TypeConverters._can_convert_to_list(value):
            return list(value)
        raise TypeError(f"Could not convert {value} to list")

    @staticmethod
    def toListFloat(value):
        """A list of floats."""
        return TypeConverters._converted_list(
            value, TypeConverters._is_numeric, float, "list of floats")

    @staticmethod
    def toListListFloat(value):
        """A list of lists of floats."""
        return TypeConverters._converted_list(
            value, lambda _: True, TypeConverters.toListFloat, "list of list of floats")

    @staticmethod
    def toListInt(value):
        """A list of ints."""
        return TypeConverters._converted_list(
            value, TypeConverters._is_integer, int, "list of ints")

    @staticmethod
    def toListString(value):
        """A list of strings."""
        return TypeConverters._converted_list(
            value, TypeConverters._can_convert_to_string, TypeConverters.toString,
            "list of strings")

    @staticmethod
    def toVector(value):
        """A vector, of a list of numbers too."""
        if _is_vector(value):
            return value
        from rushlight.ml.linalg import DenseVector
        return DenseVector(TypeConverters._converted_list(
            value, TypeConverters._is_numeric, lambda v: v, "vector"))

    @staticmethod
    def toMatrix(value):
        """A matrix."""
        from rushlight.ml.linalg import Matrix
        if isinstance(value, Matrix):
            return value
        raise TypeError(f"Could not convert {value} to matrix")

    @staticmethod
    def toFloat(value):
        """A float."""
        if TypeConverters._is_numeric(value):
            return float(value)
        raise TypeError(f"Could not convert {value} to float")

    @staticmethod
    def toInt(value):
        """An int, of 2.0 too, but not of 2.5."""
        if TypeConverters._is_integer(value):
            return int(value)
        raise TypeError(f"Could not convert {value} to int")

    @staticmethod
    def toString(value):
        """A string."""
        if TypeConverters._can_convert_to_string(value):
            return str(value)
        raise TypeError(f"Could not convert {type(value)} to string type")

    @staticmethod
    def toBoolean(value):
        """True or False; nothing else counts as one."""
        if isinstance(value, bool):
            return value
        raise TypeError(f"Boolean Param requires value of type bool. Found {type(value)}.")


class Params(Identifiable, metaclass=ABCMeta):
    """What has parameters.

    >>> from rushlight.ml.param.shared import HasMaxIter
    >>> class Stage(HasMaxIter):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self._setDefault(maxIter=10)
    >>> stage = Stage()
    >>> stage.set(stage.maxIter, 5)
    >>> print(stage.explainParams())
    maxIter: how many iterations at most (>= 0) (default: 10, current: 5)
    """

    def __init__(self):
        super().__init__()
        self._paramMap = {}
        self._defaultParamMap = {}
        self._params = None
        self._copy_params()

    def _copy_params(self):
        cls = type(self)
        for name in dir(cls):
            param = getattr(cls, name)
            if isinstance(param, Param):
                setattr(self, name, param._copy_new_parent(self))

    @staticmethod
    def _dummy():
        """The parent of parameters that are declared in a class."""
        dummy = Params()
        dummy.uid = "undefined"
        return dummy

    # ---- what there is ----

    @property
    def params(self):
        """All parameters, by name.

        >>> from rushlight.ml.param.shared import HasMaxIter
        >>> [p.name for p in HasMaxIter().params]
        ['maxIter']
        """
        if self._params is None:
            names = (n for n in dir(self) if not isinstance(getattr(type(self), n, None), property))
            self._params = [p for p in (getattr(self, n) for n in names) if isinstance(p, Param)]
        return self._params

    def getParam(self, paramName):
        """The parameter of a name."""
        param = getattr(self, paramName)
        if not isinstance(param, Param):
            raise ValueError(f"Cannot find param with name {paramName}.")
        return param

    def hasParam(self, paramName):
        """Whether there is a parameter of this name."""
        if not isinstance(paramName, str):
            raise TypeError("hasParam(): paramName must be a string")
        return isinstance(getattr(self, paramName, None), Param)

    def _resolveParam(self, param):
        """A parameter by its name, or as it is if it is one of this stage."""
        if isinstance(param, Param):
            self._shouldOwn(param)
            return param
        if isinstance(param, str):
            return self.getParam(param)
        raise TypeError(f"Cannot resolve {param!r} as a param.")

    def _shouldOwn(self, param):
        if not self._testOwnParam(param.parent, param.name):
            raise ValueError(f"Param {param!r} does not belong to {self!r}.")

    def _testOwnParam(self, param_parent, param_name):
        return self.uid == param_parent and self.hasParam(param_name)

    def explainParam(self, param):
        """A line about a parameter: its name, what it is for, its default and its value."""
        param = self._resolveParam(param)
        values = []
        if param in self._defaultParamMap:
            values.append(f"default: {self._defaultParamMap[param]}")
        if param in self._paramMap:
            values.append(f"current: {self._paramMap[param]}")
        return f"{param.name}: {param.doc} ({', '.join(values) or 'undefined'})"

    def explainParams(self):
        """Such a line for each parameter."""
        return "\n".join(self.explainParam(param) for param in self.params)

    # ---- values ----

    def isSet(self, param):
        """Whether somebody has set a parameter."""
        return self._resolveParam(param) in self._paramMap

    def hasDefault(self, param):
        """Whether a parameter has a default."""
        return self._resolveParam(param) in self._defaultParamMap

    def isDefined(self, param):
        """Whether a parameter has a value: one that was set, or its default."""
        return self.isSet(param) or self.hasDefault(param)

    def getOrDefault(self, param):
        """A parameter's value: what was set, else its default; a KeyError if there is neither."""
        param = self._resolveParam(param)
        return self._paramMap[param] if param in self._paramMap else self._defaultParamMap[param]

    def extractParamMap(self, extra=None):
        """All values: defaults, over them what was set, over that `extra`."""
        return {**self._defaultParamMap, **self._paramMap, **(extra or {})}

    def set(self, param, value):
        """Sets a parameter."""
        self._shouldOwn(param)
        try:
            value = param.typeConverter(value)
        except ValueError as e:
            raise ValueError(f'Invalid param value given for param "{param.name}". {e}') from None
        self._paramMap[param] = value

    def clear(self, param):
        """Takes back what was set."""
        if self.isSet(param):
            del self._paramMap[param]

    def _set(self, **kwargs):
        """Sets parameters by name, and gives the stage: what setters are made of."""
        return self._take(self._paramMap, "Invalid param value", kwargs)

    def _setDefault(self, **kwargs):
        """Says what holds for parameters that nobody sets."""
        return self._take(self._defaultParamMap, "Invalid default param value", kwargs)

    def _take(self, values, complaint, given):
        for name, value in given.items():
            param = getattr(self, name)
            if value is not None:
                try:
                    value = param.typeConverter(value)
                except TypeError as e:
                    raise TypeError(f'{complaint} given for param "{name}". {e}') from None
            values[param] = value
        return self

    def _check_params(self):
        """Raises an error for a value that makes no sense."""
        for values in (self._paramMap, self._defaultParamMap):
            for param, value in values.items():
                if param._is_valid and value is not None and not param._is_valid(value):
                    from rushlight.errors import IllegalArgumentException
                    from rushlight.ml.util import shown_as_scala
                    raise IllegalArgumentException(
                        f"{param.parent} parameter {param.name} given invalid value "
                        f"{shown_as_scala(value)}.", "INVALID_ARGUMENT")

    # ---- copies ----

    def copy(self, extra=None):
        """The same stage (its uid too) with parameters of its own, `extra` set among them.

        >>> from rushlight.ml.param.shared import HasMaxIter
        >>> stage = HasMaxIter()
        >>> stage.copy({stage.maxIter: 3}).getMaxIter(), stage.isSet("maxIter")
        (3, False)
        """
        that = copy.copy(self)
        that._paramMap = {}
        that._defaultParamMap = {}
        return self._copyValues(that, {} if extra is None else extra)

    def _copyValues(self, to, extra=None):
        """Hands values on to another stage, as far as it has parameters of these names."""
        if extra is not None and not isinstance(extra, dict):
            raise TypeError(f"Expecting a dict, but received an object of type {type(extra)}.")
        for param in extra or {}:
            if not isinstance(param, Param):
                raise TypeError(f"Expecting a valid instance of Param, but received: {param}")
        values = {**self._paramMap, **(extra or {})}
        for param in self.params:
            if not to.hasParam(param.name):
                continue
            if param in self._defaultParamMap:
                to._defaultParamMap[to.getParam(param.name)] = self._defaultParamMap[param]
            if param in values:
                to._set(**{param.name: values[param]})
        return to

    def _resetUid(self, newUid):
        """Another uid, for the parameters too: of stages that are read, of an estimator's model."""
        self.uid = str(newUid)
        renamed = {param: param._of(self.uid) for param in self.params}
        for name in ("_paramMap", "_defaultParamMap"):
            values = getattr(self, name)
            setattr(self, name, {renamed[p]: values[p] for p in renamed if p in values})
        for param in renamed.values():
            setattr(self, param.name, param)
        self._params = None
        return self
