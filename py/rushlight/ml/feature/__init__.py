"""Transformers of features: from columns as they come to vectors that algorithms take.

    _assembling    VectorAssembler                  columns side by side
    _scaling       StandardScaler, MinMaxScaler     features of one scale
    _indexing      StringIndexer, IndexToString     labels as numbers, and back
    _encoding      OneHotEncoder                    categories as 0 and 1
    _bucketing     Bucketizer                       numbers as buckets
    _imputing      Imputer                          what is missing

Each adds a column by a function over columns (mllib/feature in C) or by plain SQL, so a pipeline
of them is one projection.

Mirrors pyspark.ml.feature.
"""
from rushlight.ml._stages import lacking
from rushlight.ml.feature._assembling import VectorAssembler
from rushlight.ml.feature._bucketing import Bucketizer
from rushlight.ml.feature._encoding import OneHotEncoder, OneHotEncoderModel
from rushlight.ml.feature._imputing import Imputer, ImputerModel
from rushlight.ml.feature._indexing import IndexToString, StringIndexer, StringIndexerModel
from rushlight.ml.feature._scaling import (
    MinMaxScaler, MinMaxScalerModel, StandardScaler, StandardScalerModel)

__all__ = [
    "Bucketizer", "Imputer", "ImputerModel", "IndexToString", "MinMaxScaler", "MinMaxScalerModel",
    "OneHotEncoder", "OneHotEncoderModel", "StandardScaler", "StandardScalerModel",
    "StringIndexer", "StringIndexerModel", "VectorAssembler",
]

# PySpark has them, too.
_MISSING = frozenset("""
    Binarizer BucketedRandomProjectionLSH BucketedRandomProjectionLSHModel CountVectorizer
    CountVectorizerModel DCT ElementwiseProduct FeatureHasher HashingTF IDF IDFModel Interaction
    MaxAbsScaler MaxAbsScalerModel MinHashLSH MinHashLSHModel NGram Normalizer PCA PCAModel
    PolynomialExpansion QuantileDiscretizer RobustScaler RobustScalerModel RegexTokenizer RFormula
    RFormulaModel SQLTransformer StopWordsRemover TargetEncoder TargetEncoderModel Tokenizer
    UnivariateFeatureSelector UnivariateFeatureSelectorModel VarianceThresholdSelector
    VarianceThresholdSelectorModel VectorIndexer VectorIndexerModel VectorSizeHint VectorSlicer
    Word2Vec Word2VecModel ChiSqSelector ChiSqSelectorModel
""".split())

__getattr__ = lacking(__name__, _MISSING, __all__)
