"""Regression: a number as a weighted sum of features.

    LinearRegression    one pass and the normal equations; with solver="l-bfgs" a pass a step

    features ── fit ──▶ coefficients, intercept ── transform ──▶ prediction: features ·
                              │                                  coefficients + intercept
                              └─▶ summary: R², errors, standard errors, t- and p-values

How it is computed: mllib/optim/README.md (normal equations, L-BFGS, OWL-QN).

Mirrors pyspark.ml.regression.
"""
from rushlight.errors import UnsupportedOperationException
from rushlight.ml._fitting import Fit, check_outputs
from rushlight.ml._regression_summary import (
    LinearRegressionSummary, LinearRegressionTrainingSummary)
from rushlight.ml._stages import (
    SparkEstimator, SparkModel, add_column, check_vector, column, compressed, getter, lacking,
    parameter, params_setter, require, setter)
from rushlight.ml.base import PredictionModel, Predictor, _PredictorParams
from rushlight.ml.param import Param, Params, ParamValidators, TypeConverters
from rushlight.ml.param.shared import (
    HasAggregationDepth, HasElasticNetParam, HasFitIntercept, HasLoss, HasMaxBlockSizeInMB,
    HasMaxIter, HasRegParam, HasSolver, HasStandardization, HasTol, HasWeightCol)
from rushlight.ml.util import HasTrainingSummary, SparkGeneralMLWriter
from rushlight.sql._making import make_call
from rushlight.util import keyword_only

__all__ = ["LinearRegression", "LinearRegressionModel", "LinearRegressionSummary",
           "LinearRegressionTrainingSummary"]

# PySpark has them, too.
_MISSING = frozenset("""
    AFTSurvivalRegression AFTSurvivalRegressionModel DecisionTreeRegressor
    DecisionTreeRegressionModel FMRegressionModel FMRegressor GBTRegressionModel GBTRegressor
    GeneralizedLinearRegression GeneralizedLinearRegressionModel GeneralizedLinearRegressionSummary
    GeneralizedLinearRegressionTrainingSummary IsotonicRegression IsotonicRegressionModel
    RandomForestRegressionModel RandomForestRegressor
""".split())

__getattr__ = lacking(__name__, _MISSING, __all__)


_MOST_FEATURES = 4096   # that the normal equations are made for


class Regressor(Predictor):
    """An estimator that learns numbers."""


class RegressionModel(PredictionModel):
    """What a Regressor learns."""


class _LinearRegressionParams(_PredictorParams, HasRegParam, HasElasticNetParam, HasMaxIter, HasTol,
                              HasFitIntercept, HasStandardization, HasWeightCol, HasSolver,
                              HasAggregationDepth, HasLoss, HasMaxBlockSizeInMB):
    """What LinearRegression and its model share."""

    solver = Param(
        Params._dummy(), "solver", "how the optimum is found: 'normal' (the normal equations, in "
        "one pass, for at most 4096 features), 'l-bfgs' (a pass a step), or 'auto', which takes "
        "the first where it can", TypeConverters.toString,
        ParamValidators.inArray("auto", "normal", "l-bfgs"))
    loss = Param(
        Params._dummy(), "loss", "what is minimized: 'squaredError'; Spark's other one, 'huber', "
        "is not there yet", TypeConverters.toString,
        ParamValidators.inArray("squaredError", "huber"))
    epsilon = Param(Params._dummy(), "epsilon", "the shape of huber's loss (> 1)",
                    TypeConverters.toFloat, ParamValidators.gt(1))

    def __init__(self):
        super().__init__()
        self._setDefault(maxIter=100, regParam=0.0, tol=1e-6, loss="squaredError", epsilon=1.35)

    getEpsilon = getter("epsilon")


class LinearRegression(SparkEstimator, Regressor, _LinearRegressionParams):
    """Linear regression with an L2, an L1 or a mixed penalty (ridge, lasso, elastic net).

    >>> from rushlight.ml.linalg import Vectors
    >>> rows = [(Vectors.dense(x), 2.0 * x + 1.0) for x in (0.0, 1.0, 2.0)]
    >>> df = spark.createDataFrame(rows, ["features", "label"])
    >>> model = LinearRegression().fit(df)
    >>> round(float(model.coefficients[0]), 9), round(model.intercept, 9)
    (2.0, 1.0)
    >>> round(model.predict(Vectors.dense(10.0)), 6), round(model.summary.r2, 6)
    (21.0, 1.0)
    """

    @keyword_only
    def __init__(self, *, featuresCol="features", labelCol="label", predictionCol="prediction",
                 maxIter=100, regParam=0.0, elasticNetParam=0.0, tol=1e-6, fitIntercept=True,
                 standardization=True, solver="auto", weightCol=None, aggregationDepth=2,
                 loss="squaredError", epsilon=1.35, maxBlockSizeInMB=0.0):
        super().__init__()
        self._set(**self._input_kwargs)

    setParams = params_setter(__init__)
    setMaxIter = setter("maxIter")
    setRegParam = setter("regParam")
    setElasticNetParam = setter("elasticNetParam")
    setTol = setter("tol")
    setFitIntercept = setter("fitIntercept")
    setStandardization = setter("standardization")
    setWeightCol = setter("weightCol")
    setSolver = setter("solver")
    setAggregationDepth = setter("aggregationDepth")
    setLoss = setter("loss")
    setEpsilon = setter("epsilon")
    setMaxBlockSizeInMB = setter("maxBlockSizeInMB")

    def _train(self, dataset):
        from rushlight import _engine
        from rushlight.ml.linalg import Vectors
        if self.getLoss() == "huber":
            raise UnsupportedOperationException(
                "LinearRegression with loss='huber' is not there yet in Rushlight")
        fit = Fit(self, dataset, "LinearRegression.scala")
        n = fit.number_of_features()
        options = (self.getFitIntercept(), self.getRegParam(), self.getElasticNetParam(),
                   self.getStandardization(), self.getMaxIter(), self.getTol(),
                   self.getAggregationDepth())
        if self._in_one_pass(n):
            coefficients, intercept, diagonal, history = fit.engine_fit(
                _engine.ml_weighted_least_squares, n, options)
        else:
            coefficients, intercept, diagonal, history = fit.engine_fit(
                _engine.ml_least_squares, n, options)
        # A label that is always the same: nothing was searched for.
        constant = history == [0.0] and not any(coefficients)
        model = LinearRegressionModel()
        model._coefficients = Vectors.dense(coefficients)
        if not constant:
            model._coefficients = compressed(model._coefficients)
        elif not self._in_one_pass(n):
            model._coefficients = Vectors.sparse(n, [], [])
        model._intercept = intercept
        model._summary = self._summarize(model, dataset, diagonal or [0.0], history)
        return model

    def _in_one_pass(self, n):
        solver = self.getSolver()
        require(solver != "normal" or n <= _MOST_FEATURES,
                f"Currently, LinearRegression with squared error loss and the normal solver "
                f"supports number of features <= {_MOST_FEATURES}. Found {n} in the input dataset.")
        return solver == "normal" or (solver == "auto" and n <= _MOST_FEATURES)

    def _summarize(self, model, dataset, diagonal, history):
        fitted = self._copyValues(model.copy())
        summary = LinearRegressionTrainingSummary(fitted, dataset, diagonal, history)
        summary._metrics    # a job of the fit, as in Spark
        return summary


class LinearRegressionModel(SparkModel, RegressionModel, _LinearRegressionParams,
                            HasTrainingSummary):
    """Coefficients and an intercept; see LinearRegression for an example."""

    _writer = SparkGeneralMLWriter

    def __init__(self):
        super().__init__()
        self._coefficients, self._intercept, self._scale = None, 0.0, 1.0

    def __repr__(self):
        return f"LinearRegressionModel: uid={self.uid}, numFeatures={self.numFeatures}"

    @property
    def coefficients(self):
        """What each feature is multiplied by, a vector."""
        return self._coefficients

    @property
    def intercept(self):
        """What is added."""
        return self._intercept

    @property
    def scale(self):
        """1.0: what errors are divided by, with squared errors."""
        return self._scale

    @property
    def numFeatures(self):
        """How many features a row must have."""
        return self._coefficients.size

    def predict(self, value):
        """The prediction for one vector."""
        require(len(value) == self.numFeatures,
                "BLAS.dot(x: Vector, y:Vector) was given Vectors with non-matching sizes: x.size = "
                f"{len(value)}, y.size = {self.numFeatures}")
        return float(self._coefficients.dot(value)) + self._intercept

    def evaluate(self, dataset):
        """A summary of the predictions for another dataset.

        >>> from rushlight.ml.linalg import Vectors
        >>> df = spark.createDataFrame([(Vectors.dense(1.0), 1.0), (Vectors.dense(2.0), 3.0)],
        ...                            ["features", "label"])
        >>> round(LinearRegression().fit(df).evaluate(df).rootMeanSquaredError, 6)
        0.0
        """
        from rushlight.sql import DataFrame
        if not isinstance(dataset, DataFrame):
            raise TypeError(f"dataset must be a DataFrame but got {type(dataset)}.")
        return LinearRegressionSummary(self, dataset)

    def _transform(self, dataset):
        check_vector(dataset.schema, self.getFeaturesCol())
        check_outputs(self, dataset.schema)
        if not self.getPredictionCol():
            return dataset
        return add_column(dataset, self.getPredictionCol(), self._prediction(), {"ml_attr": {}})

    def _prediction(self):
        return make_call("ml_linear_prediction", column(self.getFeaturesCol()),
                         parameter(self._coefficients.toArray().tolist(), "array<double>"),
                         parameter(self._intercept, "double"))

    def _saved_data(self, spark):
        from rushlight.ml.linalg import VectorUDT
        from rushlight.sql.types import DoubleType, StructField, StructType
        schema = StructType([StructField("intercept", DoubleType(), False),
                             StructField("coefficients", VectorUDT(), True),
                             StructField("scale", DoubleType(), False)])
        return spark.createDataFrame([(self._intercept, self._coefficients, self._scale)], schema)

    def _take_data(self, data):
        self._intercept, self._coefficients, self._scale = data.select(
            "intercept", "coefficients", "scale").head()
