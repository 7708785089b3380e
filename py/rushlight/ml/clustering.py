"""Clustering: which rows belong together?

    KMeans         k centres; each row belongs to the closest one

k-means moves its centres until they stay: each row to its closest centre, each centre to the mean
of its rows.  An iteration is one job of two stages, `collectAsMap at KMeans.scala`, as in Spark;
the rows are kept between them.  mllib/clustering/README.md tells the algorithms.

Mirrors pyspark.ml.clustering.
"""
import array

from rushlight._callsite import operator, renamed
from rushlight.errors import SparkRuntimeException
from rushlight.ml._fitting import user_call
from rushlight.ml._stages import (
    SparkEstimator, SparkModel, check_new, column, field_of, getter, is_vector, lacking,
    params_setter, require, setter)
from rushlight.ml.param import Param, Params, ParamValidators, TypeConverters
from rushlight.ml.param.shared import (
    HasDistanceMeasure, HasFeaturesCol, HasMaxBlockSizeInMB, HasMaxIter, HasPredictionCol, HasSeed,
    HasSolver, HasTol, HasWeightCol)
from rushlight.ml.util import HasTrainingSummary, SparkGeneralMLWriter
from rushlight.sql._making import as_literal, make_call
from rushlight.sql.types import ArrayType, DoubleType, FloatType
from rushlight.storagelevel import StorageLevel
from rushlight.util import keyword_only

__all__ = ["KMeans", "KMeansModel", "KMeansSummary"]

# PySpark has them, too.
_MISSING = frozenset("""
    BisectingKMeans BisectingKMeansModel BisectingKMeansSummary DistributedLDAModel GaussianMixture
    GaussianMixtureModel GaussianMixtureSummary LDA LDAModel LocalLDAModel PowerIterationClustering
""".split())

__getattr__ = lacking(__name__, _MISSING, __all__)


_VECTOR_LIKE = ("[struct<type:tinyint,size:int,indices:array<int>,values:array<double>>, "
                "array<double>, array<float>]")
_LEVELS = frozenset("""DISK_ONLY DISK_ONLY_2 DISK_ONLY_3 MEMORY_ONLY MEMORY_ONLY_2 MEMORY_ONLY_SER
                       MEMORY_ONLY_SER_2 MEMORY_AND_DISK MEMORY_AND_DISK_2 MEMORY_AND_DISK_SER
                       MEMORY_AND_DISK_SER_2 OFF_HEAP""".split())


def _level(name):
    """A storage level by its name on the JVM: there rows are kept as they are, but for …_SER."""
    level = getattr(StorageLevel, name.replace("_SER", ""))
    kept_as_is = "_SER" not in name and "MEMORY" in name
    return StorageLevel(*level._fields()[:3], kept_as_is, level.replication)


class _KMeansParams(HasMaxIter, HasFeaturesCol, HasSeed, HasPredictionCol, HasTol,
                    HasDistanceMeasure, HasWeightCol, HasSolver, HasMaxBlockSizeInMB):
    """What KMeans and KMeansModel have in common."""

    k = Param(Params._dummy(), "k", "how many clusters (> 1)", TypeConverters.toInt,
              ParamValidators.gt(1))
    initMode = Param(
        Params._dummy(), "initMode", "where to begin: at 'random' rows, or at those that "
        "'k-means||' finds, k-means++ in parallel", TypeConverters.toString,
        ParamValidators.inArray("random", "k-means||"))
    initSteps = Param(Params._dummy(), "initSteps", "how many steps k-means|| makes (> 0)",
                      TypeConverters.toInt, ParamValidators.gt(0))
    solver = Param(
        Params._dummy(), "solver", "how rows are compared with centres: in a 'block', all with "
        "all; 'row' by row, leaving out centres that cannot be closest; 'auto' takes blocks where "
        "at least half of the values are not 0", TypeConverters.toString,
        ParamValidators.inArray("auto", "row", "block"))

    intermediateStorageLevel = Param(
        Params._dummy(), "intermediateStorageLevel", "at which storage level rows are kept between "
        "iterations, not NONE", TypeConverters.toString, lambda level: level in _LEVELS)

    def __init__(self):
        super().__init__()
        self._setDefault(k=2, initMode="k-means||", initSteps=2, tol=1e-4, maxIter=20,
                         distanceMeasure="euclidean", solver="auto", maxBlockSizeInMB=0.0,
                         intermediateStorageLevel="MEMORY_AND_DISK")

    getK = getter("k")
    getInitMode = getter("initMode")
    getInitSteps = getter("initSteps")
    getIntermediateStorageLevel = getter("intermediateStorageLevel")
    setFeaturesCol = setter("featuresCol")
    setPredictionCol = setter("predictionCol")


def vectors_of(dataset, name):
    """A column of vectors, or of arrays of numbers, as vectors."""
    kind = field_of(dataset.schema, name).dataType
    if is_vector(kind):
        return column(name)
    require(kind in (ArrayType(DoubleType(), False), ArrayType(FloatType(), False)),
            f"Column {name} must be of type equal to one of the following types: "
            f"{_VECTOR_LIKE} but was actually of type {kind.simpleString()}.")
    from rushlight.ml.functions import array_to_vector
    return array_to_vector(column(name).cast("array<double>"))


class ClusteringSummary:
    """How a fit of clusters went, over the rows that it was made of."""

    def __init__(self, predictions, predictionCol, featuresCol, k, numIter):
        self.predictions = predictions
        self.predictionCol = predictionCol
        self.featuresCol = featuresCol
        self.k = k
        self.numIter = numIter
        self._sizes = None

    @property
    def cluster(self):
        """A DataFrame of each row's cluster."""
        return self.predictions.select(column(self.predictionCol))

    @property
    def clusterSizes(self):
        """How many rows each cluster has."""
        if self._sizes is None:
            sizes = [0] * self.k
            for cluster, count in self._counted():
                sizes[cluster] = count
            self._sizes = sizes
        return self._sizes

    def _counted(self):
        from rushlight.sql.row import Row
        counts = self.cluster.groupBy(self.predictionCol).count()
        call = renamed(user_call("clusterSizes"), "collect at ClusteringSummary.scala")
        return counts._query().collect(Row, call, counts._properties())


class KMeansSummary(ClusteringSummary):
    """How a fit of k-means went; see KMeans for an example."""

    def __init__(self, predictions, predictionCol, featuresCol, k, numIter, trainingCost):
        super().__init__(predictions, predictionCol, featuresCol, k, numIter)
        self._training_cost = trainingCost

    @property
    def trainingCost(self):
        """The sum of all rows' (squared) distances to their centres, in the last iteration."""
        return self._training_cost


class KMeans(SparkEstimator, _KMeansParams):
    """k-means: k centres, so that the rows are near to theirs.

    >>> from rushlight.ml.linalg import Vectors
    >>> df = spark.createDataFrame([(Vectors.dense(x),) for x in (0, 1, 8, 9)], ["features"])
    >>> model = KMeans(k=2, seed=1).fit(df)
    >>> sorted(float(center[0]) for center in model.clusterCenters())
    [0.5, 8.5]
    >>> model.summary.trainingCost, model.summary.clusterSizes
    (1.0, [2, 2])
    """

    @keyword_only
    def __init__(self, *, featuresCol="features", predictionCol="prediction", k=2,
                 initMode="k-means||", initSteps=2, tol=1e-4, maxIter=20, seed=None,
                 distanceMeasure="euclidean", weightCol=None, solver="auto", maxBlockSizeInMB=0.0):
        super().__init__()
        self._set(**self._input_kwargs)

    setParams = params_setter(__init__)
    setK = setter("k")
    setInitMode = setter("initMode")
    setInitSteps = setter("initSteps")
    setDistanceMeasure = setter("distanceMeasure")
    setMaxIter = setter("maxIter")
    setSeed = setter("seed")
    setTol = setter("tol")
    setWeightCol = setter("weightCol")
    setSolver = setter("solver")
    setMaxBlockSizeInMB = setter("maxBlockSizeInMB")
    setIntermediateStorageLevel = setter("intermediateStorageLevel")

    fit = operator(SparkEstimator.fit)

    def _train(self, dataset):
        # Spark logs how many partitions a dataset has, and so makes an RDD of it.
        dataset._query().to_rdd(renamed(user_call("fit"), "rdd at Instrumentation.scala"),
                                dataset._properties(), True)
        vectors = vectors_of(dataset, self.getFeaturesCol())
        check_new(dataset.schema, self.getPredictionCol(), "Column {} already exists.")
        by_rows = not self._prefers_blocks(dataset, vectors)
        weight = self.isDefined("weightCol") and self.getWeightCol() or None
        points = [vectors.alias("features")]
        if weight:
            points.append(column(weight).cast("double").alias("weight"))
        name = f"{self.uid}: training instances" if dataset.storageLevel == StorageLevel.NONE \
            else None
        options = (self.getK(), self.getMaxIter(), self.getTol(), self.getSeed(),
                   self.getDistanceMeasure(), by_rows, self.getInitMode() == "random",
                   self.getInitSteps(), None)
        model = KMeansModel()
        model._centers, cost, iterations = run_kmeans(
            dataset.select(*points), name, _level(self.getIntermediateStorageLevel()), options,
            weight, self.getMaxBlockSizeInMB())
        model._summary = self._summarize(model, dataset, iterations, cost)
        return model

    def _prefers_blocks(self, dataset, vectors):
        """Which way to compare; where it is to be found out, that is a pass."""
        if self.getSolver() != "auto":
            return self.getSolver() == "block"
        if not is_vector(field_of(dataset.schema, self.getFeaturesCol()).dataType):
            return True
        from rushlight.sql import functions as F
        density = dataset.select(F.avg(make_call("ml_density", vectors))).first()[0]
        require(density is not None, "Nothing has been added to this summarizer.")
        return density >= 0.5

    def _summarize(self, model, dataset, iterations, cost):
        fitted = model.copy()
        self._copyValues(fitted)
        summary = KMeansSummary(fitted.transform(dataset), self.getPredictionCol(),
                                self.getFeaturesCol(), self.getK(), iterations, cost)
        summary.clusterSizes    # Spark logs them: two jobs of a fit
        return summary


class KMeansModel(SparkModel, _KMeansParams, HasTrainingSummary):
    """Centres of clusters; see KMeans for an example."""

    _writer = SparkGeneralMLWriter
    _shown = ("k", "distanceMeasure", "numFeatures")

    def __init__(self):
        super().__init__()
        self._centers = []

    def __repr__(self):
        return (f"KMeansModel: uid={self.uid}, k={len(self._centers)}, "
                f"distanceMeasure={self.getDistanceMeasure()}, numFeatures={self.numFeatures}")

    def clusterCenters(self):
        """The centres, a list of NumPy arrays."""
        import numpy
        return [numpy.array(center) for center in self._centers]

    @property
    def numFeatures(self):
        """How many features a row must have."""
        return len(self._centers[0])

    def predict(self, value):
        """The cluster of one vector.

        >>> from rushlight.ml.linalg import Vectors
        >>> df = spark.createDataFrame([(Vectors.dense(x),) for x in (0, 1, 8, 9)], ["features"])
        >>> model = KMeans(k=2, seed=1).fit(df)
        >>> model.predict(Vectors.dense(0)) == model.predict(Vectors.dense(9))
        False
        """
        return closest_center(self._centers, value, self.getDistanceMeasure())

    def _transform(self, dataset):
        name = self.getPredictionCol()
        vectors = vectors_of(dataset, self.getFeaturesCol())
        check_new(dataset.schema, name, "Column {} already exists.")
        metadata = {"ml_attr": {"num_vals": len(self._centers), "type": "nominal"}}
        return dataset.select("*", self._prediction(vectors).alias(name, metadata=metadata))

    def _prediction(self, vectors):
        return make_call("ml_kmeans_predict", vectors, as_literal(self.getDistanceMeasure()),
                         as_literal(len(self._centers)), as_literal(doubles_as_bytes(
                             x for center in self._centers for x in center)))

    def _saved_data(self, spark):
        from rushlight.ml.linalg import Vectors, VectorUDT
        from rushlight.sql.types import IntegerType, StructField, StructType
        schema = StructType([StructField("clusterIdx", IntegerType(), False),
                             StructField("clusterCenter", VectorUDT(), True)])
        rows = [(i, Vectors.dense(center)) for i, center in enumerate(self._centers)]
        return spark.createDataFrame(rows, schema)

    def _take_data(self, data):
        rows = sorted(data.select("clusterIdx", "clusterCenter").collect())
        self._centers = [[float(x) for x in center.toArray()] for _, center in rows]


# ---- the engine -------------------------------------------------------------------------------

def doubles_as_bytes(values):
    """Numbers as functions of the engine take many of them: the bytes of an array."""
    return array.array("d", values).tobytes()


def run_kmeans(dataset, name, level, options, weight=None, block_size=0.0):
    """Runs the passes over a dataset whose first column is vectors; (centres, cost, iterations).

    `name`: the rows are kept under it, at a storage level, until the passes are made; None: they
    are not.  `options`: k, max iterations, tolerance, seed, distance, by rows, at random, steps,
    and centres to start from, or None.  `block_size`: maxBlockSizeInMB.
    """
    from rushlight import _engine
    *settings, start = options
    width = len(start[0]) if start else 0
    if start:
        start = doubles_as_bytes(x for center in start for x in center)
    n, values, cost, iterations = _engine.ml_kmeans(
        dataset._query(), (-1, -1 if weight is None else 1, 0, block_size), width,
        (*settings, start),
        (name, *level._fields()), user_call("fit"), dataset._properties())
    width = len(values) // n
    return [values[i * width:(i + 1) * width] for i in range(n)], cost, iterations


def closest_center(centers, vector, distance):
    """The place of the centre that a vector is closest to."""
    import numpy
    point = numpy.asarray(vector.toArray() if hasattr(vector, "toArray") else vector, dtype=float)
    all_centers = numpy.array(centers)
    require(len(point) == all_centers.shape[1], "Both vectors should have same length, found v1 is "
            f"{all_centers.shape[1]} while v2 is {len(point)}")
    if distance == "cosine":
        if not point.any():
            raise SparkRuntimeException(
                "assertion failed: Cosine distance is not defined for zero-length vectors.")
        lengths = numpy.linalg.norm(all_centers, axis=1) * numpy.linalg.norm(point)
        return int(numpy.argmax(all_centers @ point / lengths))
    return int(numpy.argmin(((all_centers - point) ** 2).sum(axis=1)))
