"""What a pipeline is made of: transformers, which add columns, and estimators, which learn one.

    Transformer    transform (dataset) → dataset with more columns
    Estimator      fit (dataset) → Model                     a Model is a Transformer

A class of users' own says what it does in _transform () or _fit (); parameters given with a call
hold for this call alone.

Mirrors pyspark.ml.base.
"""
import threading
from abc import ABCMeta, abstractmethod

from rushlight.ml.param import Params
from rushlight.ml.param.shared import (
    HasFeaturesCol, HasInputCol, HasLabelCol, HasOutputCol, HasPredictionCol)

__all__ = ["Estimator", "Model", "PredictionModel", "Predictor", "Transformer", "UnaryTransformer"]


class _FitMultipleIterator:
    """Fits one model a turn, and says which: (index, model).  Threads may share it."""

    def __init__(self, fitSingleModel, numModels):
        self.fitSingleModel = fitSingleModel
        self.numModel = numModels
        self._counter = 0
        self._lock = threading.Lock()

    def __iter__(self):
        return self

    def __next__(self):
        with self._lock:
            index = self._counter
            if index >= self.numModel:
                raise StopIteration("No models remaining.")
            self._counter += 1
        return index, self.fitSingleModel(index)


class Estimator(Params, metaclass=ABCMeta):
    """Learns a model from a dataset.

    >>> from rushlight.ml.base import Model
    >>> class Largest(Estimator):
    ...     def _fit(self, dataset):
    ...         return AtMost(dataset.agg({"id": "max"}).first()[0])
    >>> class AtMost(Model):
    ...     def __init__(self, bound):
    ...         super().__init__()
    ...         self.bound = bound
    ...     def _transform(self, dataset):
    ...         return dataset.where(dataset.id <= self.bound)
    >>> Largest().fit(spark.range(3)).transform(spark.range(10)).count()
    3
    """

    @abstractmethod
    def _fit(self, dataset):
        """The model, with the parameters that are set."""
        raise NotImplementedError()

    def fit(self, dataset, params=None):
        """The model of a dataset; `params`: a dict of parameters for this call, or a list of such
        dicts, for a list of models."""
        if isinstance(params, (list, tuple)):
            models = [None] * len(params)
            for index, model in self.fitMultiple(dataset, params):
                models[index] = model
            return models
        if params is not None and not isinstance(params, dict):
            raise TypeError("Params must be either a param map or a list/tuple of param maps, "
                            f"but got {type(params)}.")
        stage = self.copy(params) if params else self
        stage._check_params()
        return stage._fit(dataset)

    def fitMultiple(self, dataset, paramMaps):
        """An iterator of (index, model), a model for each dict of parameters."""
        estimator = self.copy()
        return _FitMultipleIterator(lambda index: estimator.fit(dataset, paramMaps[index]),
                                    len(paramMaps))


class Transformer(Params, metaclass=ABCMeta):
    """Makes another dataset of a dataset, mostly with one more column.

    >>> class Doubled(Transformer):
    ...     def _transform(self, dataset):
    ...         return dataset.withColumn("double", dataset.id * 2)
    >>> Doubled().transform(spark.range(2)).collect()
    [Row(id=0, double=0), Row(id=1, double=2)]
    """

    @abstractmethod
    def _transform(self, dataset):
        """The dataset, with the parameters that are set."""
        raise NotImplementedError()

    def transform(self, dataset, params=None):
        """The transformed dataset; `params`: a dict of parameters for this call."""
        if params is not None and not isinstance(params, dict):
            raise TypeError(f"Params must be a param map but got {type(params)}.")
        stage = self.copy(params) if params else self
        stage._check_params()
        return stage._transform(dataset)


class Model(Transformer, metaclass=ABCMeta):
    """A transformer that an estimator has learned; see Estimator for an example."""


class UnaryTransformer(HasInputCol, HasOutputCol, Transformer):
    """A transformer that applies a Python function to one column.

    >>> from rushlight.sql.types import LongType
    >>> class Squared(UnaryTransformer):
    ...     def createTransformFunc(self):
    ...         return lambda x: x * x
    ...     def outputDataType(self):
    ...         return LongType()
    ...     def validateInputType(self, inputType):
    ...         if inputType != LongType():
    ...             raise TypeError("a column of bigint is needed")
    >>> Squared().setInputCol("id").setOutputCol("square").transform(spark.range(3)).collect()
    [Row(id=0, square=0), Row(id=1, square=1), Row(id=2, square=4)]
    """

    def setInputCol(self, value):
        """Sets inputCol."""
        return self._set(inputCol=value)

    def setOutputCol(self, value):
        """Sets outputCol."""
        return self._set(outputCol=value)

    @abstractmethod
    def createTransformFunc(self):
        """The function."""
        raise NotImplementedError()

    @abstractmethod
    def outputDataType(self):
        """The type of what it gives."""
        raise NotImplementedError()

    @abstractmethod
    def validateInputType(self, inputType):
        """Raises an error for a column of a type that the function cannot take."""
        raise NotImplementedError()

    def transformSchema(self, schema):
        """The schema of transform () of a dataset of this schema."""
        from rushlight.sql.types import StructField, StructType
        self.validateInputType(schema[self.getInputCol()].dataType)
        if self.getOutputCol() in schema.names:
            raise ValueError(f"Output column {self.getOutputCol()} already exists.")
        return StructType([*schema.fields, StructField(self.getOutputCol(), self.outputDataType(),
                                                       nullable=False)])

    def _transform(self, dataset):
        from rushlight.sql.functions import udf
        self.transformSchema(dataset.schema)
        function = udf(self.createTransformFunc(), self.outputDataType())
        return dataset.withColumn(self.getOutputCol(), function(dataset[self.getInputCol()]))


class _PredictorParams(HasLabelCol, HasFeaturesCol, HasPredictionCol):
    """What learning with labels reads and writes."""


class Predictor(Estimator, _PredictorParams, metaclass=ABCMeta):
    """An estimator that learns labels from features: regressions and classifiers."""

    def setLabelCol(self, value):
        """Sets labelCol."""
        return self._set(labelCol=value)

    def setFeaturesCol(self, value):
        """Sets featuresCol."""
        return self._set(featuresCol=value)

    def setPredictionCol(self, value):
        """Sets predictionCol."""
        return self._set(predictionCol=value)


class PredictionModel(Model, _PredictorParams, metaclass=ABCMeta):
    """What a Predictor learns."""

    def setFeaturesCol(self, value):
        """Sets featuresCol."""
        return self._set(featuresCol=value)

    def setPredictionCol(self, value):
        """Sets predictionCol."""
        return self._set(predictionCol=value)

    @property
    @abstractmethod
    def numFeatures(self):
        """How many features it was fitted with; -1: unknown."""
        raise NotImplementedError()

    @abstractmethod
    def predict(self, value):
        """The prediction for one vector of features."""
        raise NotImplementedError()
