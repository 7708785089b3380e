"""Choosing parameters: fit with each set of a grid, measure, keep the best.

    grid      regParam 0.1, 1.0  ×  maxIter 5, 10          four sets of parameters
    CrossValidator       3 folds       train  ▓▓░   ▓░▓   ░▓▓        3 × 4 fits, and one of all rows
                                       test     ▓    ▓    ▓          with the best set
    TrainValidationSplit               train  ▓▓▓░                   4 fits, and one of all rows

Which fold a row belongs to is rand (seed) of the row, in Spark's random numbers, so that folds are
Spark's own.  Folds are cached while models are fitted on them; `parallelism` threads fit at a time.

Mirrors pyspark.ml.tuning.
"""
import itertools
from contextlib import contextmanager
from multiprocessing.pool import ThreadPool

from rushlight.ml._stages import params_setter, setter
from rushlight.ml._tuned_files import CrossValidatorModelFiles, SplitModelFiles, TunedFiles
from rushlight.ml.base import Estimator, Model
from rushlight.ml.param import Param, Params, ParamValidators, TypeConverters
from rushlight.ml.param.shared import HasCollectSubModels, HasParallelism, HasSeed
from rushlight.sql import functions as F
from rushlight.util import inheritable_thread_target, keyword_only

__all__ = ["CrossValidator", "CrossValidatorModel", "ParamGridBuilder", "TrainValidationSplit",
           "TrainValidationSplitModel"]


class ParamGridBuilder:
    """Makes a grid: all combinations of some parameters' values.

    >>> from rushlight.ml.param.shared import HasMaxIter, HasTol
    >>> a, b = HasMaxIter(), HasTol()
    >>> grid = ParamGridBuilder().addGrid(a.maxIter, [1, 5]).addGrid(b.tol, [0.1, 0.2]).build()
    >>> [list(params.values()) for params in grid]
    [[1, 0.1], [1, 0.2], [5, 0.1], [5, 0.2]]
    """

    def __init__(self):
        self._param_grid = {}

    def addGrid(self, param, values):
        """A parameter takes each of some values."""
        if not isinstance(param, Param):
            raise TypeError("param must be an instance of Param")
        self._param_grid[param] = values
        return self

    def baseOn(self, *args):
        """Parameters that keep one value: a dict, or pairs of a parameter and its value."""
        for param, value in args[0].items() if isinstance(args[0], dict) else args:
            self.addGrid(param, [value])
        return self

    def build(self):
        """The grid: a list of dicts."""
        params = list(self._param_grid)
        return [{param: param.typeConverter(value) for param, value in zip(params, values)}
                for values in itertools.product(*self._param_grid.values())]


# ---- fitting a grid ---------------------------------------------------------------------------

@contextmanager
def _cached(*datasets):
    """Keeps datasets in memory for a while."""
    for dataset in datasets:
        dataset.persist()
    try:
        yield
    finally:
        for dataset in datasets:
            dataset.unpersist()


def _measured(stage, train, validation, keep):
    """([metric of each set of parameters], [model, …] or None)."""
    estimator, evaluator = stage.getEstimator(), stage.getEvaluator()
    grid = stage.getEstimatorParamMaps()
    metrics, models = [0.0] * len(grid), [None] * len(grid)
    fits = estimator.fitMultiple(train, grid)

    def fit_next(_):
        index, model = next(fits)
        metrics[index] = evaluator.evaluate(model.transform(validation, grid[index]))
        models[index] = model if keep else None

    with _cached(train, validation), \
            ThreadPool(min(stage.getParallelism(), max(len(grid), 1))) as pool:
        pool.map(inheritable_thread_target(fit_next), grid, chunksize=1)
    return metrics, models if keep else None


def _best(evaluator, metrics):
    """The place of the best metric; of several the first."""
    choose = max if evaluator.isLargerBetter() else min
    return metrics.index(choose(metrics))


class _ValidatorParams(HasSeed):
    """What both ways of tuning, and their models, have."""

    estimator = Param(Params._dummy(), "estimator", "the estimator whose parameters are chosen")
    estimatorParamMaps = Param(Params._dummy(), "estimatorParamMaps",
                               "the sets of parameters to try, a list of dicts")
    evaluator = Param(Params._dummy(), "evaluator", "what measures how good a model is")

    def getEstimator(self):
        """The estimator."""
        return self.getOrDefault(self.estimator)

    def getEstimatorParamMaps(self):
        """The sets of parameters."""
        return self.getOrDefault(self.estimatorParamMaps)

    def getEvaluator(self):
        """The evaluator."""
        return self.getOrDefault(self.evaluator)


class _Tuner(Estimator, HasParallelism, HasCollectSubModels):
    """What both ways of tuning do alike."""

    setEstimator = setter("estimator")
    setEstimatorParamMaps = setter("estimatorParamMaps")
    setEvaluator = setter("evaluator")
    setSeed = setter("seed")
    setParallelism = setter("parallelism")
    setCollectSubModels = setter("collectSubModels")

    def copy(self, extra=None):
        """A copy, of the estimator and the evaluator too."""
        that = Params.copy(self, extra)
        if self.isSet(self.estimator):
            that.setEstimator(self.getEstimator().copy(extra))
        if self.isSet(self.evaluator):
            that.setEvaluator(self.getEvaluator().copy(extra))
        return that


class _TunedModel(Model):
    """What both models do alike: the best model does the work."""

    def _transform(self, dataset):
        return self.bestModel.transform(dataset)


# ---- cross-validation -------------------------------------------------------------------------

class _CrossValidatorParams(_ValidatorParams):
    """What a CrossValidator and its model share."""

    numFolds = Param(Params._dummy(), "numFolds", "how many folds (>= 2)", TypeConverters.toInt,
                     ParamValidators.gtEq(2))
    foldCol = Param(
        Params._dummy(), "foldCol", "name of a column of ints that says which fold a row belongs "
        "to, from 0 to numFolds - 1; without it rows are drawn at random",
        TypeConverters.toString)

    def __init__(self):
        super().__init__()
        self._setDefault(numFolds=3, foldCol="")

    def getNumFolds(self):
        """How many folds."""
        return self.getOrDefault(self.numFolds)

    def getFoldCol(self):
        """The name of the column of folds, or ""."""
        return self.getOrDefault(self.foldCol)


class CrossValidator(_Tuner, _CrossValidatorParams, TunedFiles):
    """Tries each set of parameters on each fold; the best average wins.

    >>> from rushlight.ml.evaluation import RegressionEvaluator
    >>> from rushlight.ml.linalg import Vectors
    >>> from rushlight.ml.regression import LinearRegression
    >>> df = spark.createDataFrame(
    ...     [(Vectors.dense([float(i)]), 2.0 * i) for i in range(20)], ["features", "label"])
    >>> lr = LinearRegression()
    >>> grid = ParamGridBuilder().addGrid(lr.regParam, [0.0, 100.0]).build()
    >>> cv = CrossValidator(estimator=lr, estimatorParamMaps=grid,
    ...                     evaluator=RegressionEvaluator(), numFolds=2, seed=1)
    >>> cv.fit(df).bestModel.getRegParam()
    0.0
    """

    @keyword_only
    def __init__(self, *, estimator=None, estimatorParamMaps=None, evaluator=None, numFolds=3,
                 seed=None, parallelism=1, collectSubModels=False, foldCol=""):
        super().__init__()
        self._set(**self._input_kwargs)

    setParams = params_setter(__init__)
    setNumFolds = setter("numFolds")
    setFoldCol = setter("foldCol")

    def _fit(self, dataset):
        keep = self.getCollectSubModels()
        metrics, models = [], []
        for train, validation in self._kFold(dataset):
            measured, kept = _measured(self, train, validation, keep)
            metrics.append(measured)
            models.append(kept)
        averages = [sum(column) / len(column) for column in zip(*metrics)]
        best = self.getEstimatorParamMaps()[_best(self.getEvaluator(), averages)]
        return self._copyValues(CrossValidatorModel(
            self.getEstimator().fit(dataset, best), averages, models if keep else None,
            [_deviation(column) for column in zip(*metrics)]))

    def _kFold(self, dataset):
        """[(train, validation)] of each fold."""
        n = self.getNumFolds()
        if self.getFoldCol():
            return self._given_folds(dataset, n)
        drawn = self.uid + "_rand"
        df = dataset.select("*", F.rand(self.getSeed()).alias(drawn))
        folds = []
        for i in range(n):
            inside = (F.col(drawn) >= i * (1.0 / n)) & (F.col(drawn) < (i + 1) * (1.0 / n))
            folds.append((df.filter(~inside), df.filter(inside)))
        return folds

    def _given_folds(self, dataset, n):
        name = self.getFoldCol()
        fold = F.col(name)
        wrong = F.raise_error(F.printf(
            F.lit(f"Fold number must be in range [0, {n}), but got %s"), fold))
        checked = dataset.withColumn(
            name, F.when((F.lit(0) <= fold) & (fold < n), fold).otherwise(wrong))
        folds = [(checked.filter(fold != i), checked.filter(fold == i)) for i in range(n)]
        for i, (train, validation) in enumerate(folds):
            for what, part in (("training", train), ("validation", validation)):
                if part.isEmpty():
                    raise ValueError(f"The {what} data at fold {i} is empty.")
        return folds


def _deviation(values):
    """The standard deviation, of all there are."""
    mean = sum(values) / len(values)
    return (sum((v - mean) ** 2 for v in values) / len(values)) ** 0.5


class CrossValidatorModel(_TunedModel, _CrossValidatorParams, CrossValidatorModelFiles):
    """The best model of a cross-validation, and how all sets of parameters did.

    >>> from rushlight.ml.feature import VectorAssembler
    >>> model = CrossValidatorModel(VectorAssembler(inputCols=["id"], outputCol="f"), [0.5, 0.4])
    >>> model.avgMetrics, model.transform(spark.range(1)).columns
    ([0.5, 0.4], ['id', 'f'])
    """

    def __init__(self, bestModel, avgMetrics=None, subModels=None, stdMetrics=None):
        super().__init__()
        self.bestModel = bestModel
        self.avgMetrics = avgMetrics or []
        self.subModels = subModels          # [fold][set of parameters], or None
        self.stdMetrics = stdMetrics or []

    def copy(self, extra=None):
        """A copy, of all models too."""
        models = self.subModels and [[m.copy() for m in fold] for fold in self.subModels]
        return self._copyValues(CrossValidatorModel(
            self.bestModel.copy(extra), list(self.avgMetrics), models, list(self.stdMetrics)),
            extra=extra)


# ---- one split --------------------------------------------------------------------------------

class _TrainValidationSplitParams(_ValidatorParams):
    """What a TrainValidationSplit and its model share."""

    trainRatio = Param(Params._dummy(), "trainRatio", "which part of the rows is for training, "
                       "from 0 to 1", TypeConverters.toFloat, ParamValidators.inRange(0, 1))

    def __init__(self):
        super().__init__()
        self._setDefault(trainRatio=0.75)

    def getTrainRatio(self):
        """Which part is for training."""
        return self.getOrDefault(self.trainRatio)


class TrainValidationSplit(_Tuner, _TrainValidationSplitParams, TunedFiles):
    """Tries each set of parameters on one split of the rows: cheaper than CrossValidator.

    >>> from rushlight.ml.evaluation import RegressionEvaluator
    >>> from rushlight.ml.linalg import Vectors
    >>> from rushlight.ml.regression import LinearRegression
    >>> df = spark.createDataFrame(
    ...     [(Vectors.dense([float(i)]), 2.0 * i) for i in range(20)], ["features", "label"])
    >>> lr = LinearRegression()
    >>> grid = ParamGridBuilder().addGrid(lr.regParam, [0.0, 100.0]).build()
    >>> split = TrainValidationSplit(estimator=lr, estimatorParamMaps=grid,
    ...                              evaluator=RegressionEvaluator(), seed=1)
    >>> split.fit(df).bestModel.getRegParam()
    0.0
    """

    @keyword_only
    def __init__(self, *, estimator=None, estimatorParamMaps=None, evaluator=None,
                 trainRatio=0.75, parallelism=1, collectSubModels=False, seed=None):
        super().__init__()
        self._set(**self._input_kwargs)

    setParams = params_setter(__init__)
    setTrainRatio = setter("trainRatio")

    def _fit(self, dataset):
        drawn = self.uid + "_rand"
        df = dataset.select("*", F.rand(self.getSeed()).alias(drawn))
        outside = F.col(drawn) >= self.getTrainRatio()
        metrics, models = _measured(self, df.filter(~outside), df.filter(outside),
                                    self.getCollectSubModels())
        best = self.getEstimatorParamMaps()[_best(self.getEvaluator(), metrics)]
        return self._copyValues(TrainValidationSplitModel(
            self.getEstimator().fit(dataset, best), metrics, models))


class TrainValidationSplitModel(_TunedModel, _TrainValidationSplitParams, SplitModelFiles):
    """The best model of a split, and how all sets of parameters did.

    >>> from rushlight.ml.feature import VectorAssembler
    >>> model = TrainValidationSplitModel(VectorAssembler(inputCols=["id"], outputCol="f"), [0.5])
    >>> model.validationMetrics, model.transform(spark.range(1)).columns
    ([0.5], ['id', 'f'])
    """

    def __init__(self, bestModel, validationMetrics=None, subModels=None):
        super().__init__()
        self.bestModel = bestModel
        self.validationMetrics = validationMetrics or []
        self.subModels = subModels          # [set of parameters], or None

    def copy(self, extra=None):
        """A copy, of all models too."""
        models = self.subModels and [m.copy() for m in self.subModels]
        return self._copyValues(TrainValidationSplitModel(
            self.bestModel.copy(extra), list(self.validationMetrics), models), extra=extra)
