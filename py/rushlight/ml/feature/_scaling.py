"""StandardScaler and MinMaxScaler: features of one scale.

    StandardScaler    (x − mean) / standard deviation        the mean only with withMean
    MinMaxScaler      (x − min) / (max − min), then to [min, max] of its parameters

A fit is one pass that summarizes the vectors; the model keeps a number or two for each feature.

Mirrors pyspark.ml.feature.{StandardScaler,MinMaxScaler} and their models.
"""
from rushlight.ml._attributes import group_metadata
from rushlight.ml._stages import (
    OneColumn, SparkEstimator, SparkModel, add_column, check_new, check_vector, column, compressed,
    getter, given, parameter, params_setter, require, setter)
from rushlight.ml.param import Param, Params, TypeConverters
from rushlight.sql._making import make_call
from rushlight.util import keyword_only


class _ScalerParams(OneColumn):
    """What scalers and their models share: one column in, one out."""

    def _check(self, schema):
        check_vector(schema, given(self, "inputCol"))
        check_new(schema, self.getOutputCol())

    def _summarized(self, dataset, *metrics):
        """Metrics of the features, each a vector."""
        self._check(dataset.schema)
        from rushlight.ml.stat import Summarizer
        summary = Summarizer.metrics(*metrics).summary(column(self.getInputCol()))
        row = dataset.select(summary.alias("summary")).head().summary
        return [compressed(row[metric]) for metric in metrics]

    def _scaled(self, dataset, function, *parameters):
        """The dataset with the column of results."""
        self._check(dataset.schema)
        return add_column(dataset, self.getOutputCol(),
                          make_call(function, column(self.getInputCol()), *parameters),
                          group_metadata(self.numFeatures))


def _doubles(values):
    """A parameter: numbers of features; None: there are none."""
    return parameter(values, "array<double>")


class _StandardScalerParams(_ScalerParams):
    """What a StandardScaler and its model share."""

    withMean = Param(Params._dummy(), "withMean", "whether the mean is taken away first, which "
                     "makes sparse vectors dense", TypeConverters.toBoolean)
    withStd = Param(Params._dummy(), "withStd", "whether to divide by the standard deviation",
                    TypeConverters.toBoolean)

    def __init__(self):
        super().__init__()
        self._setDefault(withMean=False, withStd=True)

    getWithMean = getter("withMean")
    getWithStd = getter("withStd")


class StandardScaler(SparkEstimator, _StandardScalerParams):
    """Learns means and standard deviations (of a sample: n − 1) of features.

    >>> from rushlight.ml.linalg import Vectors
    >>> df = spark.createDataFrame([(Vectors.dense([0.0]),), (Vectors.dense([2.0]),)], ["a"])
    >>> model = StandardScaler(inputCol="a", outputCol="b").fit(df)
    >>> model.mean, model.std
    (DenseVector([1.0]), DenseVector([1.4142]))
    >>> model.transform(df).collect()[1].b
    DenseVector([1.4142])
    """

    @keyword_only
    def __init__(self, *, withMean=False, withStd=True, inputCol=None, outputCol=None):
        super().__init__()
        self._set(**self._input_kwargs)

    setParams = params_setter(__init__)
    setWithMean = setter("withMean")
    setWithStd = setter("withStd")

    def _train(self, dataset):
        mean, std = self._summarized(dataset, "mean", "std")
        return StandardScalerModel(std, mean)


class StandardScalerModel(SparkModel, _StandardScalerParams):
    """What a StandardScaler has learned; see there."""

    _shown = ("numFeatures", "withMean", "withStd")

    def __init__(self, std=None, mean=None):
        super().__init__()
        self._std, self._mean = std, mean

    @property
    def std(self):
        """The standard deviations, a vector."""
        return self._std

    @property
    def mean(self):
        """The means, a vector."""
        return self._mean

    @property
    def numFeatures(self):
        """How many features there were."""
        return self._mean.size

    def _transform(self, dataset):
        shift = self._mean.toArray().tolist() if self.getWithMean() else None
        scale = [1 / v if v else 0.0 for v in self._std.toArray().tolist()] \
            if self.getWithStd() else None
        return self._scaled(dataset, "ml_scale", _doubles(shift), _doubles(scale))

    def _saved_data(self, spark):
        return vectors_frame(spark, std=self._std, mean=self._mean)

    def _take_data(self, data):
        self._std, self._mean = data.select("std", "mean").head()


class _MinMaxScalerParams(_ScalerParams):
    """What a MinMaxScaler and its model share."""

    min = Param(Params._dummy(), "min", "what the smallest value becomes", TypeConverters.toFloat)
    max = Param(Params._dummy(), "max", "what the largest value becomes", TypeConverters.toFloat)

    def __init__(self):
        super().__init__()
        self._setDefault(min=0.0, max=1.0)

    getMin = getter("min")
    getMax = getter("max")

    def _check(self, schema):
        super()._check(schema)
        require(self.getMin() < self.getMax(),
                f"The specified min({self.getMin()}) is larger or equal to max({self.getMax()})")


class MinMaxScaler(SparkEstimator, _MinMaxScalerParams):
    """Learns the smallest and the largest value of features.

    >>> from rushlight.ml.linalg import Vectors
    >>> df = spark.createDataFrame([(Vectors.dense([2.0]),), (Vectors.dense([6.0]),),
    ...                             (Vectors.dense([3.0]),)], ["a"])
    >>> model = MinMaxScaler(inputCol="a", outputCol="b").fit(df)
    >>> model.originalMin, model.originalMax
    (DenseVector([2.0]), DenseVector([6.0]))
    >>> [row.b for row in model.transform(df).collect()]
    [DenseVector([0.0]), DenseVector([1.0]), DenseVector([0.25])]
    """

    @keyword_only
    def __init__(self, *, min=0.0, max=1.0, inputCol=None, outputCol=None):
        super().__init__()
        self._set(**self._input_kwargs)

    setParams = params_setter(__init__)
    setMin = setter("min")
    setMax = setter("max")

    def _train(self, dataset):
        largest, smallest = self._summarized(dataset, "max", "min")
        return MinMaxScalerModel(smallest, largest)


class MinMaxScalerModel(SparkModel, _MinMaxScalerParams):
    """What a MinMaxScaler has learned; see there."""

    _shown = ("numFeatures", "min", "max")

    def __init__(self, originalMin=None, originalMax=None):
        super().__init__()
        self._original = originalMin, originalMax

    setMin = setter("min")
    setMax = setter("max")

    @property
    def originalMin(self):
        """The smallest values, a vector."""
        return self._original[0]

    @property
    def originalMax(self):
        """The largest values, a vector."""
        return self._original[1]

    @property
    def numFeatures(self):
        """How many features there were."""
        return self.originalMin.size

    def _transform(self, dataset):
        low, high = self.getMin(), self.getMax()
        smallest, largest = (v.toArray().tolist() for v in self._original)
        scales = [(high - low) / (b - a) if b != a else 0.0 for a, b in zip(smallest, largest)]
        # A feature that was the same everywhere comes to lie in the middle.
        return self._scaled(dataset, "ml_min_max_scale", _doubles(smallest), _doubles(scales), low,
                            (low + high) / 2)

    def _saved_data(self, spark):
        return vectors_frame(spark, originalMin=self.originalMin, originalMax=self.originalMax)

    def _take_data(self, data):
        self._original = tuple(data.select("originalMin", "originalMax").head())


def vectors_frame(spark, **vectors):
    """A DataFrame of one row of vectors: the data of a saved model."""
    from rushlight.ml.linalg import VectorUDT
    from rushlight.sql.types import StructField, StructType
    schema = StructType([StructField(name, VectorUDT()) for name in vectors])
    return spark.createDataFrame([tuple(vectors.values())], schema)
