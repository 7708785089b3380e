"""How tunings and their models are saved: metadata, and each stage in a folder of its own.

    metadata/           estimatorParamMaps: [[{parent: uid, name: "regParam", value: "0.1", …}]]
    estimator/          whose stages the parents' uids name
    evaluator/
    bestModel/          of a model; avgMetrics or validationMetrics are in its metadata
    subModels/fold0/0/  of a model that has them: fold, set of parameters

A value that is a stage itself is saved in epm_<name><number>/, and `isJson` says so.  Spark's
writers in Scala put values and `isJson` into strings, those in Python, which are used if a stage
is of a user's own class, leave `isJson` as it is; both are read.

Mirrors org.apache.spark.ml.tuning.ValidatorParams and pyspark.ml.tuning's readers and writers.
"""
import json
import os

from rushlight.ml._stages import refuse
from rushlight.ml.param import Params
from rushlight.ml.util import (
    DefaultParamsReader, DefaultParamsWriter, MLReadable, MLReader, MLWritable, SparkMLWritable,
    SparkMLWriter, _encoded)

_APART = ["estimator", "evaluator", "estimatorParamMaps"]


def _nested(stage):
    """A stage and, of a pipeline, all stages in it."""
    inner = stage._all_stages() if hasattr(stage, "_all_stages") else []
    return [stage, *(s for one in inner for s in _nested(one))]


class _TunedWriter(SparkMLWriter):
    """Writes a tuning or its model."""

    def saveImpl(self, path):
        stage, spark = self.instance, self.sparkSession
        self._check(stage)
        parts = {"evaluator": stage.getEvaluator(), "estimator": stage.getEstimator(),
                 **stage._saved_models(self._with_sub_models(stage))}
        params = {name: _encoded(value) for name, value
                  in DefaultParamsWriter.extractJsonParams(stage, _APART).items()}
        params["estimatorParamMaps"] = [
            [self._entry(param, value, parts) for param, value in given.items()]
            for given in stage.getEstimatorParamMaps()]
        DefaultParamsWriter.saveMetadata(stage, path, spark,
                                         stage._saved_metrics(self._with_sub_models(stage)), params)
        for folder, part in parts.items():
            part.write().session(spark).save(os.path.join(path, folder))

    def _check(self, stage):
        stages = _nested(stage.getEstimator())
        for one in [stage.getEvaluator(), *stages]:
            if not isinstance(one, MLWritable):
                raise ValueError(f"Validator write will fail because it contains {one.uid} which "
                                 "is not writable.")
        uids = {one.uid for one in stages}
        for given in stage.getEstimatorParamMaps():
            for param in given:
                if param.parent not in uids:
                    refuse("Validator save requires all Params in estimatorParamMaps to apply to "
                           f"its Estimator, An extraneous Param was found: {param!r}")

    def _with_sub_models(self, stage):
        """Whether the models of all folds are saved: if they are there, unless an option says."""
        there = getattr(stage, "subModels", None) is not None
        wanted = self.optionMap.get("persistsubmodels", str(there)).lower()
        if wanted not in ("true", "false"):
            raise ValueError(f"persistSubModels option value {wanted} is invalid, the possible "
                             "values are True, 'True' or False, 'False'")
        if wanted == "true" and not there:
            raise ValueError("persistSubModels can only be set to true if the tuning was done with "
                             "collectSubModels set to true: fit again with it to save these models")
        return wanted == "true"

    def _entry(self, param, value, parts):
        """One parameter of a set, as metadata has it; a stage goes to `parts`."""
        as_json = not isinstance(value, Params)
        if as_json:
            text = json.dumps(_encoded(value))
        else:
            folder = f"epm_{param.name}{sum(name.startswith('epm_') for name in parts)}"
            parts[folder] = value
            text = json.dumps(folder) if self.instance._saved_as_spark() else folder
        return {"parent": param.parent, "name": param.name, "value": text,
                "isJson": json.dumps(as_json) if self.instance._saved_as_spark() else as_json}


class _TunedReader(MLReader):
    """Reads them."""

    def __init__(self, cls):
        super().__init__()
        self.cls = cls

    def load(self, path):
        """The tuning, or its model."""
        metadata = DefaultParamsReader.loadMetadata(path, self.sparkSession)

        def load(folder):
            return DefaultParamsReader.loadParamsInstance(os.path.join(path, folder),
                                                          self.sparkSession)

        estimator, evaluator = load("estimator"), load("evaluator")
        stages = {stage.uid: stage for stage in [*_nested(estimator), evaluator]}
        grid = [{stages[entry["parent"]].getParam(entry["name"]): _value(entry, metadata, load)
                 for entry in given} for given in metadata["paramMap"]["estimatorParamMaps"]]
        stage = self.cls._restored(metadata, load, len(grid))._resetUid(metadata["uid"])
        stage._set(estimator=estimator, evaluator=evaluator, estimatorParamMaps=grid)
        DefaultParamsReader.getAndSetParams(stage, metadata, skipParams=["estimatorParamMaps"])
        return stage


def _value(entry, metadata, load):
    by_python = DefaultParamsReader.isPythonParamsInstance(metadata)
    as_json = entry.get("isJson", True)
    if isinstance(as_json, str):
        as_json = json.loads(as_json)
    if as_json:
        return json.loads(entry["value"])
    return load(entry["value"] if by_python else json.loads(entry["value"]))


# ---- what tuning.py's classes inherit ---------------------------------------------------------

class TunedFiles(SparkMLWritable, MLReadable):
    """A tuning: its metrics and models are none."""

    def _saved_as_spark(self):
        return all(isinstance(stage, SparkMLWritable) and stage._saved_as_spark()
                   for stage in [self.getEvaluator(), *_nested(self.getEstimator())])

    def write(self):
        """A writer."""
        return _TunedWriter(self)

    @classmethod
    def read(cls):
        """A reader."""
        return _TunedReader(cls)

    def _saved_metrics(self, with_sub_models):
        return None

    def _saved_models(self, with_sub_models):
        return {}

    @classmethod
    def _restored(cls, metadata, load, n):
        return cls()


class CrossValidatorModelFiles(TunedFiles):
    """The model of a cross-validation."""

    def _saved_metrics(self, with_sub_models):
        more = {"stdMetrics": self.stdMetrics} if self.stdMetrics else {}
        return {"avgMetrics": self.avgMetrics, "persistSubModels": with_sub_models, **more}

    def _saved_models(self, with_sub_models):
        found = {"bestModel": self.bestModel}
        if with_sub_models:
            found.update({f"subModels/fold{fold}/{at}": model
                          for fold, models in enumerate(self.subModels)
                          for at, model in enumerate(models)})
        return found

    @classmethod
    def _restored(cls, metadata, load, n):
        models = None
        if metadata.get("persistSubModels"):
            folds = range(metadata["paramMap"]["numFolds"])
            models = [[load(f"subModels/fold{fold}/{at}") for at in range(n)] for fold in folds]
        return cls(load("bestModel"), metadata["avgMetrics"], models, metadata.get("stdMetrics"))


class SplitModelFiles(TunedFiles):
    """The model of one split."""

    def _saved_metrics(self, with_sub_models):
        return {"validationMetrics": self.validationMetrics, "persistSubModels": with_sub_models}

    def _saved_models(self, with_sub_models):
        found = {"bestModel": self.bestModel}
        if with_sub_models:
            found.update({f"subModels/{at}": model for at, model in enumerate(self.subModels)})
        return found

    @classmethod
    def _restored(cls, metadata, load, n):
        models = [load(f"subModels/{at}") for at in range(n)] \
            if metadata.get("persistSubModels") else None
        return cls(load("bestModel"), metadata["validationMetrics"], models)
