"""A pipeline: stages one after the other, fitted and applied as one.

    fit        dataset ─→ tokens ─→ indexer.fit () ─→ model ─→ lr.fit () ─→ model
                          as it is         └ transforms ┘           the last model: not applied
    PipelineModel         tokens           indexer's model          lr's model

Only what an estimator needs is computed: stages behind the last estimator are not applied, and
neither is its own model.

Mirrors pyspark.ml.pipeline.
"""
import os

from rushlight.ml._stages import params_setter, setter
from rushlight.ml.base import Estimator, Model, Transformer
from rushlight.ml.param import Param, Params
from rushlight.ml.util import (
    DefaultParamsReader, DefaultParamsWriter, MLReadable, MLReader, MLWritable, SparkMLWritable,
    SparkMLWriter)
from rushlight.util import keyword_only

__all__ = ["Pipeline", "PipelineModel"]


class _StagesWriter(SparkMLWriter):
    """Saves metadata, and each stage in a folder of its own."""

    def saveImpl(self, path):
        stages = self.instance._all_stages()
        for stage in stages:
            if not isinstance(stage, MLWritable):
                raise ValueError(
                    f"Pipeline write will fail on this pipeline because stage {stage.uid} of type "
                    f"{type(stage)} is not MLWritable")
        given = {"stageUids": [stage.uid for stage in stages]}
        if not self.instance._saved_as_spark():
            given["language"] = "Python"
        DefaultParamsWriter.saveMetadata(self.instance, path, self.sparkSession, paramMap=given)
        for index, stage in enumerate(stages):
            folder = _stage_folder(path, stage.uid, index, len(stages))
            stage.write().session(self.sparkSession).save(folder)


class _StagesReader(MLReader):
    """Reads them; `make`: the pipeline of a list of stages."""

    def __init__(self, make):
        super().__init__()
        self._make = make

    def load(self, path):
        spark = self.sparkSession
        metadata = DefaultParamsReader.loadMetadata(path, spark)
        uids = metadata["paramMap"]["stageUids"]
        stages = [DefaultParamsReader.loadParamsInstance(
            _stage_folder(path, uid, index, len(uids)), spark) for index, uid in enumerate(uids)]
        return self._make(stages)._resetUid(metadata["uid"])


def _stage_folder(path, uid, index, n):
    return os.path.join(path, "stages", f"{str(index).zfill(len(str(n)))}_{uid}")


class _HasStages(SparkMLWritable, MLReadable):
    """What pipelines and their models share: Spark's own format, if all stages have it."""

    def _saved_as_spark(self):
        return all(isinstance(s, SparkMLWritable) and s._saved_as_spark()
                   for s in self._all_stages())

    def write(self):
        """A writer."""
        return _StagesWriter(self)


class Pipeline(Estimator, _HasStages):
    """An estimator made of stages, transformers and estimators.

    >>> from rushlight.ml.feature import StringIndexer, VectorAssembler
    >>> df = spark.createDataFrame([("a", 1.0), ("b", 2.0), ("a", 3.0)], ["word", "x"])
    >>> pipeline = Pipeline(stages=[
    ...     StringIndexer(inputCol="word", outputCol="i"),
    ...     VectorAssembler(inputCols=["i", "x"], outputCol="features")])
    >>> model = pipeline.fit(df)
    >>> model.transform(df).select("features").first()
    Row(features=DenseVector([0.0, 1.0]))
    """

    stages = Param(Params._dummy(), "stages", "the stages, a list")

    @keyword_only
    def __init__(self, *, stages=None):
        super().__init__()
        self._set(**self._input_kwargs)

    setParams = params_setter(__init__)
    setStages = setter("stages")

    def getStages(self):
        """The stages."""
        return self.getOrDefault(self.stages)

    _all_stages = getStages

    def _fit(self, dataset):
        stages = self.getStages()
        for stage in stages:
            if not isinstance(stage, (Estimator, Transformer)):
                raise TypeError(f"Cannot recognize a pipeline stage of type {type(stage)}.")
        last = max((i for i, s in enumerate(stages) if isinstance(s, Estimator)), default=-1)
        fitted = []
        for i, stage in enumerate(stages):
            if isinstance(stage, Estimator):
                stage = stage.fit(dataset)
            fitted.append(stage)
            if i < last:
                dataset = stage.transform(dataset)
        return PipelineModel(fitted)

    def copy(self, extra=None):
        """A copy, of the stages too."""
        that = Params.copy(self, extra)
        return that.setStages([stage.copy(extra) for stage in that.getStages()])

    @classmethod
    def read(cls):
        """A reader."""
        return _StagesReader(lambda stages: cls(stages=stages))


class PipelineModel(Model, _HasStages):
    """What Pipeline.fit() makes: a transformer of transformers.

    >>> from rushlight.ml.feature import VectorAssembler
    >>> assembler = VectorAssembler(inputCols=["id"], outputCol="features")
    >>> PipelineModel([assembler]).transform(spark.range(1, 2)).collect()
    [Row(id=1, features=DenseVector([1.0]))]
    """

    def __init__(self, stages):
        super().__init__()
        self.stages = stages

    def _all_stages(self):
        return self.stages

    def _transform(self, dataset):
        for stage in self.stages:
            dataset = stage.transform(dataset)
        return dataset

    def copy(self, extra=None):
        """A copy, of the stages too."""
        return PipelineModel([stage.copy(extra) for stage in self.stages])

    @classmethod
    def read(cls):
        """A reader."""
        return _StagesReader(cls)
