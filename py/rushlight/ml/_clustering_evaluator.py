"""The silhouette of a clustering, in two passes: sums of each cluster, then every row by itself.

mllib/clustering/silhouette.c tells why no two rows have to be compared.

    >>> from rushlight.ml.evaluation import ClusteringEvaluator
    >>> from rushlight.ml.linalg import Vectors
    >>> rows = [(Vectors.dense(x), cluster) for x, cluster in ((0, 0), (1, 0), (9, 1), (8, 1))]
    >>> df = spark.createDataFrame(rows, ["features", "prediction"])
    >>> round(ClusteringEvaluator().evaluate(df), 6)
    0.984254

Mirrors pyspark.ml.evaluation.ClusteringEvaluator, org.apache.spark.ml.evaluation.ClusteringMetrics.
"""
from rushlight._callsite import operator, renamed
from rushlight.errors import SparkNoSuchElementException, SparkRuntimeException
from rushlight.ml._attributes import group_size
from rushlight.ml._fitting import user_call
from rushlight.ml._stages import (
    SparkStage, check_numeric, column, field_of, getter, params_setter, setter)
from rushlight.ml.clustering import doubles_as_bytes, vectors_of
from rushlight.ml.evaluation import Evaluator
from rushlight.ml.param import Param, Params, ParamValidators, TypeConverters
from rushlight.ml.param.shared import HasFeaturesCol, HasPredictionCol, HasWeightCol
from rushlight.sql import functions as F
from rushlight.sql._making import as_literal, make_call
from rushlight.sql.row import Row
from rushlight.util import keyword_only

_NAMES = {"squaredEuclidean": "euclidean", "cosine": "cosine"}      # the engine's for distances


class ClusteringEvaluator(SparkStage, Evaluator, HasPredictionCol, HasFeaturesCol, HasWeightCol):
    """How well rows lie in their clusters: 1 well, 0 between two, -1 in the wrong one; the module
    has an example."""

    __module__ = "rushlight.ml.evaluation"      # where programs and saved files look for it

    metricName = Param(Params._dummy(), "metricName", "what is measured: 'silhouette'",
                       TypeConverters.toString, ParamValidators.inArray("silhouette"))
    distanceMeasure = Param(
        Params._dummy(), "distanceMeasure", "how distances are measured: 'squaredEuclidean' or "
        "'cosine'", TypeConverters.toString, ParamValidators.inArray(*_NAMES))

    @keyword_only
    def __init__(self, *, predictionCol="prediction", featuresCol="features",
                 metricName="silhouette", distanceMeasure="squaredEuclidean", weightCol=None):
        super().__init__()
        self._setDefault(metricName="silhouette", distanceMeasure="squaredEuclidean")
        self._set(**self._input_kwargs)

    setParams = params_setter(__init__)
    setMetricName = setter("metricName")
    getMetricName = getter("metricName")
    setDistanceMeasure = setter("distanceMeasure")
    getDistanceMeasure = getter("distanceMeasure")
    setFeaturesCol = setter("featuresCol")
    setPredictionCol = setter("predictionCol")
    setWeightCol = setter("weightCol")
    evaluate = operator(Evaluator.evaluate)

    def _evaluate(self, dataset):
        schema = dataset.schema
        vectors = vectors_of(dataset, self.getFeaturesCol())
        check_numeric(schema, self.getPredictionCol())
        weight = as_literal(1.0)
        if self.isDefined("weightCol") and self.getWeightCol():
            check_numeric(schema, self.getWeightCol())
            weight = column(self.getWeightCol()).cast("double")
        rows = dataset.select(vectors.alias("features"), weight.alias("weight"),
                              column(self.getPredictionCol()).cast("double").alias("cluster"))
        if group_size(field_of(schema, self.getFeaturesCol())) < 0:
            _check_there_are_rows(rows)
        return _silhouette(rows, as_literal(_NAMES[self.getDistanceMeasure()]),
                           *_statistics(rows, _NAMES[self.getDistanceMeasure()]))


def _check_there_are_rows(rows):
    """Where the metadata do not say how long vectors are, Spark looks at the first one: a job."""
    first = rows.select("features").limit(1)
    call = renamed(user_call("evaluate"), "head at DatasetUtils.scala")
    if not first._query().collect(Row, call, first._properties()):
        raise SparkNoSuchElementException("head of empty array")


def _statistics(rows, distance):
    """(ids of the clusters, their records one behind the other)."""
    from rushlight import _engine
    return _engine.ml_cluster_statistics(rows._query(), (2, 1, 0), distance,
                                         user_call("evaluate"), rows._properties())


def _silhouette(rows, distance, ids, records):
    """The weighted mean of the rows' silhouettes."""
    if len(ids) < 2:
        raise SparkRuntimeException(
            "assertion failed: Number of clusters must be greater than one.")
    score = make_call("ml_silhouette", column("features"), column("cluster"), column("weight"),
                      distance, as_literal(doubles_as_bytes(ids)),
                      as_literal(doubles_as_bytes(records)))
    mean = rows.select(F.sum(score * column("weight")) / F.sum("weight"))
    return mean._query().collect(Row, user_call("evaluate"), mean._properties())[0][0]
