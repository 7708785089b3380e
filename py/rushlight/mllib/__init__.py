"""Machine learning over RDDs: the older library, of LabeledPoints and vectors.

Mirrors pyspark.mllib.

    >>> from rushlight.mllib.linalg import Vectors
    >>> Vectors.dense(1, 2)
    DenseVector([1.0, 2.0])
"""
