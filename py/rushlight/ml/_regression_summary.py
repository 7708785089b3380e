"""How well a linear regression fits: from five sums over all rows, and one diagonal.

    sums over rows        Σ |y − p|, Σ (y − p)², Σ w, variance of y …       one job, at the fit
    of the fit            diagonal of (Aᵀ A)⁻¹       standard error = √ (σ² · diagonal)
                                                      t = coefficient / standard error

A p-value is the chance of a t at least as far from 0 when the coefficient is 0: Student's
distribution, by the continued fraction of the incomplete beta function (W. Press et al.: Numerical
Recipes, chapter 6.4).

Mirrors pyspark.ml.regression.{LinearRegressionSummary,LinearRegressionTrainingSummary}.
"""
import functools
import math
import uuid

from rushlight._callsite import renamed
from rushlight.errors import UnsupportedOperationException
from rushlight.ml._fitting import user_call
from rushlight.ml._stages import column, require

_SMALL = 1e-300
_TERMS = 10_000


def _continued_fraction(a, b, x):
    """Lentz' method; it converges in O(√ max (a, b)) terms."""
    c, d = 1.0, 1.0 / max(1.0 - (a + b) * x / (a + 1.0), _SMALL)
    value = d
    for m in range(1, _TERMS):
        for term in (m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                     -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))):
            d = 1.0 + term * d
            c = 1.0 + term / c
            d = 1.0 / (d if abs(d) > _SMALL else _SMALL)
            c = c if abs(c) > _SMALL else _SMALL
            value *= c * d
        if abs(c * d - 1.0) < 1e-15:
            break
    return value


def incomplete_beta(a, b, x):
    """The regularized incomplete beta function I_x (a, b).

    >>> incomplete_beta(1.0, 1.0, 0.25)
    0.25
    """
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
                     + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _continued_fraction(a, b, x) / a
    return 1.0 - front * _continued_fraction(b, a, 1 - x) / b


def p_value(t, degrees):
    """The chance of a |t| at least as large, of Student's distribution.

    >>> round(p_value(2.228, 10), 3)
    0.05
    """
    if math.isnan(t) or degrees <= 0:
        return math.nan
    if math.isinf(t):
        return 0.0
    return incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t))


def regression_sums(frame, label, prediction, weight, name):
    """The engine's sums over the rows of `frame`: Columns of doubles."""
    from rushlight import _engine
    selected = [label.alias("label")]
    if weight is not None:
        selected.append(weight.alias("weight"))
    selected.append(prediction.alias("prediction"))
    rows = frame.select(*selected)
    places = (0, 1, 2) if weight is not None else (0, -1, 1)
    sums = _engine.ml_regression_metrics(
        rows._query(), places, renamed(user_call("evaluate"), f"rdd at {name}"),
        rows._properties())
    require(sums["weight_sum"], "Nothing has been added to this summarizer.")
    return sums


class LinearRegressionSummary:
    """How well predictions of a linear regression fit a dataset.

    >>> from rushlight.ml.linalg import Vectors
    >>> from rushlight.ml.regression import LinearRegression
    >>> rows = [(Vectors.dense(x), y) for x, y in ((0.0, 1.0), (1.0, 2.0), (2.0, 4.0))]
    >>> df = spark.createDataFrame(rows, ["features", "label"])
    >>> summary = LinearRegression().fit(df).summary
    >>> round(summary.meanSquaredError, 6), summary.degreesOfFreedom, summary.numInstances
    (0.055556, 1, 3)
    >>> [round(t, 4) for t in summary.tValues]
    [5.1962, 2.2361]
    """

    _diagonal = (0.0,)

    def __init__(self, model, dataset):
        self._model = model
        if not model.getPredictionCol():
            model = model.copy({model.predictionCol: f"prediction_{uuid.uuid4()}"})
        self.predictionCol = model.getPredictionCol()
        self.labelCol, self.featuresCol = model.getLabelCol(), model.getFeaturesCol()
        self.predictions = model.transform(dataset)
        self._weight = model.getOrDefault("weightCol") if model.isDefined("weightCol") else None

    @functools.cached_property
    def _metrics(self):
        weight = column(self._weight).cast("double") if self._weight else None
        return regression_sums(
            self.predictions, column(self.labelCol).cast("double"),
            column(self.predictionCol).cast("double"), weight, "LinearRegression.scala")

    # ---- errors ----

    @property
    def explainedVariance(self):
        """How far predictions are from the mean of the labels: the mean of squares."""
        return self._metrics["explained"] / self._metrics["weight_sum"]

    @property
    def meanAbsoluteError(self):
        """The mean of |label - prediction|."""
        return self._metrics["absolute_errors"] / self._metrics["weight_sum"]

    @property
    def meanSquaredError(self):
        """The mean of (label - prediction) ** 2."""
        return self._metrics["squared_errors"] / self._metrics["weight_sum"]

    @property
    def rootMeanSquaredError(self):
        """Its root."""
        return math.sqrt(self.meanSquaredError)

    @property
    def r2(self):
        """The share of the labels' variance that predictions explain; without an intercept the
        share of their squares."""
        return r_squared(self._metrics, not self._model.getFitIntercept())

    @property
    def r2adj(self):
        """R² as it would be expected of other rows: less for each feature."""
        extra = 1 if self._model.getFitIntercept() else 0
        n = self.numInstances
        return 1 - (1 - self.r2) * (n - extra) / (n - self._model.numFeatures - extra)

    @property
    def residuals(self):
        """A DataFrame of label - prediction."""
        difference = column(self.labelCol).cast("double") - column(self.predictionCol)
        return self.predictions.select(difference.alias("residuals"))

    @property
    def devianceResiduals(self):
        """[smallest, largest] of the residuals, each times the root of its row's weight."""
        from rushlight.sql import functions as F
        residual = column(self.labelCol).cast("double") - column(self.predictionCol)
        if self._weight:
            residual = residual * F.sqrt(column(self._weight).cast("double"))
        return list(self.predictions.select(F.min(residual), F.max(residual)).first())

    # ---- how sure the coefficients are ----

    @property
    def numInstances(self):
        """How many rows there are, but for those that weigh nothing."""
        return int(self._metrics["count"])

    @property
    def degreesOfFreedom(self):
        """Rows that are left when each coefficient has taken one."""
        return self.numInstances - self._model.numFeatures - bool(self._model.getFitIntercept())

    @functools.cached_property
    def coefficientStandardErrors(self):
        """By how much coefficients (the intercept's behind them) would vary from sample to sample;
        of the normal equations alone."""
        self._check_normal("Std. Error of coefficients")
        sigma2 = self._metrics["squared_errors"] / self.degreesOfFreedom \
            if self.degreesOfFreedom else math.nan
        return [math.sqrt(sigma2 * d) if sigma2 == sigma2 else math.nan for d in self._diagonal]

    @property
    def tValues(self):
        """Coefficients divided by their standard errors."""
        self._check_normal("t-statistic")
        estimates = self._model.coefficients.toArray().tolist()
        if self._model.getFitIntercept():
            estimates.append(self._model.intercept)
        return [e / s if s else math.copysign(math.inf, e) if e else math.nan
                for e, s in zip(estimates, self.coefficientStandardErrors)]

    @property
    def pValues(self):
        """The chances of such coefficients if there were no connection."""
        self._check_normal("p-value")
        return [p_value(t, self.degreesOfFreedom) for t in self.tValues]

    def _check_normal(self, what):
        if list(self._diagonal) == [0.0]:
            raise UnsupportedOperationException(
                f"No {what} available for this LinearRegressionModel")


class LinearRegressionTrainingSummary(LinearRegressionSummary):
    """How a fit went, over the rows that it was made of; see LinearRegressionSummary.

    >>> LinearRegressionTrainingSummary.totalIterations.fget.__name__
    'totalIterations'
    """

    def __init__(self, model, dataset, diagonal, history):
        super().__init__(model, dataset)
        self._diagonal = diagonal
        self.objectiveHistory = history

    @property
    def totalIterations(self):
        """How many steps the search took."""
        return len(self.objectiveHistory) - 1


def r_squared(sums, through_origin):
    """1 - squared errors / squares of the labels (around their mean).

    >>> r_squared({"squared_errors": 1.0, "squared_labels": 4.0}, True)
    0.75
    """
    if through_origin:
        total = sums["squared_labels"]
    else:
        total = sums["label_variance"] * (sums["weight_sum"] - 1)
    if not total:
        return -math.inf if sums["squared_errors"] else math.nan
    return 1 - sums["squared_errors"] / total
