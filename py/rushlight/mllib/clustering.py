"""k-means over RDDs of vectors: the engine's passes are those of rushlight.ml.clustering.

    RDD of vectors, lists or arrays ─▶ rows of one column of vectors ─▶ run_kmeans () ─▶ centres

Mirrors pyspark.mllib.clustering.
"""
import random

import numpy as np

from rushlight._version import RUSHLIGHT
from rushlight.errors import IllegalArgumentException
from rushlight.ml._fitting import user_call
from rushlight.ml.clustering import doubles_as_bytes, run_kmeans
from rushlight.mllib.linalg import _convert_to_vector
from rushlight.rdd import RDD
from rushlight.storagelevel import StorageLevel

__all__ = ["KMeans", "KMeansModel"]

# PySpark has them, too.
_MISSING = frozenset("""
    BisectingKMeans BisectingKMeansModel GaussianMixture GaussianMixtureModel LDA LDAModel
    PowerIterationClustering PowerIterationClusteringModel StreamingKMeans StreamingKMeansModel
""".split())


def __getattr__(name):
    if name in _MISSING:
        raise ImportError(
            f"pyspark.mllib.clustering.{name} is not there yet in Rushlight {RUSHLIGHT}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _rows(rdd):
    """An RDD of what can stand for vectors, as rows of one column."""
    from rushlight.mllib.linalg import VectorUDT
    from rushlight.sql import SparkSession
    from rushlight.sql.types import StructField, StructType
    spark = SparkSession.builder.getOrCreate()
    schema = StructType([StructField("features", VectorUDT(), False)])
    return spark.createDataFrame(rdd.map(lambda x: (_convert_to_vector(x),)), schema,
                                 verifySchema=False)


class KMeansModel:
    """Centres of clusters.

    >>> model = KMeansModel([[0.0, 0.0], [9.0, 9.0]])
    >>> model.k, model.predict([1.0, 2.0]), model.predict(sc.parallelize([[8.0, 9.0]])).collect()
    (2, 0, [1])
    >>> model.computeCost(sc.parallelize([[1.0, 0.0], [9.0, 7.0]]))
    5.0
    """

    def __init__(self, centers):
        self.centers = centers

    @property
    def clusterCenters(self):
        """The centres, a list of NumPy arrays."""
        return self.centers

    @property
    def k(self):
        """How many clusters there are."""
        return len(self.centers)

    def predict(self, x):
        """The cluster of a vector, or those of an RDD of vectors."""
        if isinstance(x, RDD):
            return x.map(self.predict)
        x = _convert_to_vector(x)
        return min(range(len(self.centers)), key=lambda i: x.squared_distance(self.centers[i]))

    def computeCost(self, rdd):
        """The sum of squared distances of an RDD's vectors to their closest centres."""
        from rushlight import _engine
        rows = _rows(rdd)
        centers = doubles_as_bytes(
            float(x) for center in self.centers for x in _convert_to_vector(center).toArray())
        return _engine.ml_kmeans_cost(rows._query(), (-1, -1, 0), self.k, centers,
                                      user_call("computeCost"), rows._properties())

    def save(self, sc, path):
        """Saves the model in Spark's files.

        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     KMeansModel([[1.0], [5.0]]).save(sc, folder + "/model")
        ...     KMeansModel.load(sc, folder + "/model").clusterCenters
        [array([1.]), array([5.])]
        """
        import json
        from rushlight.mllib.linalg import VectorUDT
        from rushlight.sql import SparkSession
        from rushlight.sql.types import IntegerType, StructField, StructType
        metadata = {"class": _CLASS, "version": "2.0", "k": self.k,
                    "distanceMeasure": "euclidean", "trainingCost": 0.0}
        sc.parallelize([json.dumps(metadata, separators=(",", ":"))], 1) \
            .saveAsTextFile(path + "/metadata")
        schema = StructType([StructField("id", IntegerType(), False),
                             StructField("point", VectorUDT(), True)])
        rows = [(i, _convert_to_vector(c)) for i, c in enumerate(self.centers)]
        SparkSession.builder.getOrCreate().createDataFrame(rows, schema) \
            .write.parquet(path + "/data")

    @classmethod
    def load(cls, sc, path):
        """Reads a model that save(), or a real Spark, has written."""
        import json
        from rushlight.sql import SparkSession
        metadata = json.loads(sc.textFile(path + "/metadata").first())
        if metadata["class"] != _CLASS:
            raise ValueError(f"{path} holds a {metadata['class']}, and not a {_CLASS}")
        rows = SparkSession.builder.getOrCreate().read.parquet(path + "/data").collect()
        return cls([np.array(row.point.toArray()) for row in sorted(rows, key=lambda r: r.id)])


_CLASS = "org.apache.spark.mllib.clustering.KMeansModel"


class KMeans:
    """k-means.

    >>> points = sc.parallelize([[0.0, 0.0], [1.0, 1.0], [9.0, 8.0], [8.0, 9.0]])
    >>> model = KMeans.train(points, 2, maxIterations=10, seed=50)
    >>> model.predict([0.0, 0.0]) == model.predict([1.0, 1.0])
    True
    >>> model.predict([0.0, 0.0]) == model.predict([8.0, 9.0])
    False
    """

    @classmethod
    def train(cls, rdd, k, maxIterations=100, initializationMode="k-means||", seed=None,
              initializationSteps=2, epsilon=1e-4, initialModel=None, distanceMeasure="euclidean"):
        """The model of an RDD of vectors; it starts from `initialModel` if there is one."""
        return _train(rdd, k, maxIterations, initializationMode, seed, initializationSteps, epsilon,
                      initialModel, distanceMeasure)


def _check(valid, message):
    if not valid:
        raise IllegalArgumentException(message, "INVALID_ARGUMENT")


def _train(rdd, k, max_iterations, mode, seed, steps, epsilon, initial, distance):
    start = None
    if initial is not None:
        if not isinstance(initial, KMeansModel):
            raise TypeError(f"initialModel is of {type(initial)}. It needs to be of <type "
                            "'KMeansModel'>")
        start = [[float(x) for x in _convert_to_vector(c).toArray()]
                 for c in initial.clusterCenters]
        _check(len(start) == k, "requirement failed: mismatched cluster count")
        sizes = list(dict.fromkeys(map(len, start)))
        _check(len(sizes) < 2, "requirement failed: the centers of initialModel have different "
               f"sizes: {', '.join(map(str, sizes))}")
        _check(0 not in sizes, "requirement failed: the centers of initialModel are empty")
    _check(k > 0, f"requirement failed: Number of clusters must be positive but got {k}")
    _check(max_iterations >= 0, "requirement failed: Maximum of iterations must be nonnegative but "
           f"got {max_iterations}")
    _check(mode in ("random", "k-means||"), f"unknown initialization mode: {mode}")
    _check(steps > 0, "requirement failed: Number of initialization steps must be positive but got "
           f"{steps}")
    _check(epsilon >= 0,
           f"requirement failed: Distance threshold must be nonnegative but got {epsilon}")
    options = (k, max_iterations, float(epsilon), random.getrandbits(63) if seed is None else seed,
               distance, True, mode == "random", steps, start)
    kept = None if rdd.is_cached else "training instances"
    centers, _, _ = run_kmeans(_rows(rdd), kept, StorageLevel.MEMORY_AND_DISK_DESER, options)
    return KMeansModel([np.array(center) for center in centers])
