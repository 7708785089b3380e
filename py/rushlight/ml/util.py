"""Uids, and how stages and models are saved and read: in the files that Spark has for them.

    model/metadata/part-00000…txt     one line of JSON: class, uid, paramMap, defaultParamMap, …
    model/data/part-00000…parquet     what a model has learned (coefficients, labels, centres)
    pipeline/stages/0_<uid>/…         stages of a pipeline, each a folder of this kind

There are two families.  Stages of this package are saved under the names of Spark's own classes
(org.apache.spark.ml.feature.StandardScaler), so that each engine reads the other's: they are
SparkMLWritable and SparkMLReadable.  Users' classes, written in Python, are DefaultParamsWritable
and DefaultParamsReadable, and are saved under their names in Python.

Mirrors pyspark.ml.util; SparkML… stands where JavaML… does there, as no JVM writes the files.
"""
import json
import math
import os
import shutil
import time
import uuid
from urllib.parse import unquote, urlsplit

from rushlight.errors import NotThereYet, SparkRuntimeException

__all__ = ["BaseReadWrite", "DefaultParamsReadable", "DefaultParamsReader", "DefaultParamsWritable",
           "DefaultParamsWriter", "GeneralMLWriter", "HasTrainingSummary", "Identifiable",
           "MLReadable", "MLReader", "MLWritable", "MLWriter"]

_OURS, _PYSPARK, _SCALA = "rushlight.", "pyspark.", "org.apache.spark."


class Identifiable:
    """An object with a uid, which is also how it is shown.

    >>> Identifiable().uid.startswith("Identifiable_")
    True
    """

    def __init__(self):
        self.uid = self._randomUID()

    def __repr__(self):
        return self.uid

    def __class_getitem__(cls, _):
        return cls          # Estimator[MyModel], in programs with type hints

    @classmethod
    def _randomUID(cls):
        return f"{cls.__name__}_{uuid.uuid4().hex[-12:]}"


def shown_as_scala(value):
    """A value as text, as Spark's messages have it.

    >>> shown_as_scala([1.5, float("inf"), True])
    '[1.5,Infinity,true]'
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        if not math.isfinite(value):
            return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
        return repr(value)
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(shown_as_scala(v) for v in value) + "]"
    return str(value)


# ---- readers and writers ----------------------------------------------------------------------

class BaseReadWrite:
    """What readers and writers share: the session that they use.

    >>> MLWriter().session(spark).sparkSession is spark
    True
    """

    def __init__(self):
        self._sparkSession = None

    def session(self, sparkSession):
        """Sets the session; without, it is the active one."""
        self._sparkSession = sparkSession
        return self

    @property
    def sparkSession(self):
        """The session."""
        if self._sparkSession is None:
            from rushlight.sql import SparkSession
            self._sparkSession = SparkSession.active()
        return self._sparkSession

    @property
    def sc(self):
        """The session's SparkContext."""
        return self.sparkSession.sparkContext


def _local(path):
    """A path without "file:" before it."""
    address = urlsplit(path)
    return unquote(address.path) if address.scheme == "file" else path


def _make_way(path):
    """Removes what is at a path: a file, or a folder and all in it."""
    if os.path.isfile(path) or os.path.islink(path):
        os.remove(path)
    else:
        shutil.rmtree(path, ignore_errors=True)


class MLWriter(BaseReadWrite):
    """Saves a stage; a class of users' own says how in saveImpl().

    >>> class Note(MLWriter):
    ...     def saveImpl(self, path):
    ...         print("to", path)
    >>> Note().save("there")
    to there
    """

    def __init__(self):
        super().__init__()
        self.shouldOverwrite = False
        self.optionMap = {}

    def save(self, path):
        """Saves it."""
        if not isinstance(path, str):
            raise TypeError(f"path should be a string, got type {type(path)}")
        if self.shouldOverwrite:
            _make_way(_local(path))
        self.saveImpl(path)

    def saveImpl(self, path):
        """Does it, once an older folder is out of the way."""
        raise NotImplementedError(f"MLWriter is not yet implemented for type: {type(self)}")

    def overwrite(self):
        """A folder or a file that is there gives way."""
        self.shouldOverwrite = True
        return self

    def option(self, key, value):
        """One option of the writer, whatever the case of its name."""
        self.optionMap[key.lower()] = str(value)
        return self


class GeneralMLWriter(MLWriter):
    """A writer that knows several formats; there is one, "internal".

    >>> GeneralMLWriter().format("internal").source
    'internal'
    """

    def format(self, source):
        """Chooses the format."""
        self.source = source
        return self


class MLReader(BaseReadWrite):
    """Reads a stage that was saved.

    >>> hasattr(MLReader(), "load")
    True
    """

    def __class_getitem__(cls, _):
        return cls

    def load(self, path):
        """The stage."""
        raise NotImplementedError(f"MLReader is not yet implemented for type: {type(self)}")


class MLWritable:
    """Can be saved.

    >>> from rushlight.ml.pipeline import Pipeline
    >>> isinstance(Pipeline(), MLWritable)
    True
    """

    def write(self):
        """A writer, for options: stage.write().overwrite().save(path)."""
        raise NotImplementedError(f"MLWritable is not yet implemented for type: {type(self)!r}")

    def save(self, path):
        """Saves it to a folder that does not exist yet."""
        self.write().save(path)


class MLReadable:
    """Can be read.

    >>> from rushlight.ml.pipeline import Pipeline
    >>> issubclass(Pipeline, MLReadable)
    True
    """

    def __class_getitem__(cls, _):
        return cls

    @classmethod
    def read(cls):
        """A reader, for options."""
        raise NotImplementedError(f"MLReadable.read() not implemented for type: {cls!r}")

    @classmethod
    def load(cls, path):
        """What was saved to a folder."""
        return cls.read().load(path)


# ---- metadata ---------------------------------------------------------------------------------

_NUMBERS = {"NaN": math.nan, "Inf": math.inf, "-Inf": -math.inf}


def _encoded(value):
    """A parameter's value as Spark's JSON has it: numbers that JSON has not are strings, and so
    are vectors and matrices."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if value != value else "Inf" if value > 0 else "-Inf"
    if isinstance(value, (list, tuple)):
        return [_encoded(v) for v in value]
    if hasattr(value, "__UDT__"):
        raise ValueError(f"{type(value).__name__} as a parameter's value cannot be saved")
    return value


def _decoded(param, value):
    """The other way round."""
    if param.typeConverter.__name__ in ("toFloat", "toListFloat", "toListListFloat"):
        return _number(value)
    return value


def _number(value):
    if isinstance(value, list):
        return [_number(v) for v in value]
    return _NUMBERS.get(value, value) if isinstance(value, str) else value


class DefaultParamsWriter(MLWriter):
    """Saves the parameters of a stage.

    >>> DefaultParamsWriter.extractJsonParams(__import__("rushlight.ml.param.shared",
    ...     fromlist=["HasTol"]).HasTol()._setDefault(tol=0.5), [])
    {'tol': 0.5}
    """

    def __init__(self, instance):
        super().__init__()
        self.instance = instance

    def saveImpl(self, path):
        """Writes the metadata."""
        DefaultParamsWriter.saveMetadata(self.instance, path, self.sparkSession)

    @staticmethod
    def extractJsonParams(instance, skipParams):
        """{name: value} of all parameters but some."""
        return {param.name: value for param, value in instance.extractParamMap().items()
                if param.name not in skipParams}

    @staticmethod
    def saveMetadata(instance, path, sc, extraMetadata=None, paramMap=None):
        """Writes metadata/, with the fields of `extraMetadata` too; `paramMap`: other parameters
        than the stage's."""
        spark = _session_of(sc)
        text = DefaultParamsWriter._get_metadata_to_save(instance, spark, extraMetadata, paramMap)
        frame = spark.createDataFrame([(text,)], schema=["value"])
        frame.coalesce(1).write.text(os.path.join(path, "metadata"))

    @staticmethod
    def _get_metadata_to_save(instance, sc, extraMetadata=None, paramMap=None):
        given = {p.name: _encoded(v) for p, v in instance._paramMap.items()} \
            if paramMap is None else paramMap
        return json.dumps({
            "class": _saved_class_name(instance),
            "timestamp": int(round(time.time() * 1000)),
            "sparkVersion": sc.version,
            "uid": instance.uid,
            "paramMap": given,
            "defaultParamMap": {p.name: _encoded(v) for p, v in instance._defaultParamMap.items()},
            **(extraMetadata or {}),
        }, separators=(",", ":"))


def _session_of(sc):
    """The session that a method got, or the active one if it got a SparkContext."""
    if hasattr(sc, "createDataFrame"):
        return sc
    from rushlight.sql import SparkSession
    return SparkSession.active()


def _saved_class_name(instance):
    """The name of a stage's class in metadata."""
    if isinstance(instance, SparkMLWritable) and instance._saved_as_spark():
        return _scala_name(type(instance))
    cls = type(instance)
    name = f"{cls.__module__}.{cls.__name__}"
    return _PYSPARK + name.removeprefix(_OURS) if name.startswith(_OURS) else name


def _scala_name(cls):
    """org.apache.spark.ml.feature.Bucketizer of rushlight.ml.feature._bucketing.Bucketizer."""
    area = cls.__module__.removeprefix(_OURS).split(".")[1]
    return _SCALA + ("ml." if area == "pipeline" else f"ml.{area}.") + cls.__name__


def _class_named(name):
    """The class that metadata names."""
    from importlib import import_module
    if name.startswith(_SCALA):
        name = _OURS + name.removeprefix(_SCALA)
    elif name.startswith(_PYSPARK):
        name = _OURS + name.removeprefix(_PYSPARK)
    module, _, cls = name.rpartition(".")
    return getattr(import_module(module), cls)


class DefaultParamsReader(MLReader):
    """Reads a stage that DefaultParamsWriter saved.

    >>> DefaultParamsReader._parseMetaData('{"class": "a.B", "uid": "B_1"}')["uid"]
    'B_1'
    """

    def __init__(self, cls):
        super().__init__()
        self.cls = cls

    def load(self, path):
        """The stage."""
        metadata = DefaultParamsReader.loadMetadata(path, self.sparkSession)
        instance = _class_named(metadata["class"])()
        instance._resetUid(metadata["uid"])
        DefaultParamsReader.getAndSetParams(instance, metadata)
        return instance

    @staticmethod
    def loadMetadata(path, sc, expectedClassName=""):
        """The metadata in a folder, a dict."""
        spark = _session_of(sc)
        text = spark.read.text(os.path.join(path, "metadata")).first()[0]
        return DefaultParamsReader._parseMetaData(text, expectedClassName)

    @staticmethod
    def _parseMetaData(metadataStr, expectedClassName=""):
        metadata = json.loads(metadataStr)
        found = metadata["class"]
        if expectedClassName and found != expectedClassName:
            raise AssertionError(f"Error loading metadata: Expected class name {expectedClassName} "
                                 f"but found class name {found}")
        return metadata

    @staticmethod
    def getAndSetParams(instance, metadata, skipParams=None):
        """Gives a stage the parameters of its metadata."""
        for name, value in metadata["paramMap"].items():
            param = instance.getParam(name)
            if name not in (skipParams or ()):
                instance.set(param, _decoded(param, value))
        if "defaultParamMap" not in metadata:
            raise AssertionError(
                "Error loading metadata: Expected `defaultParamMap` section not found")
        for name, value in metadata["defaultParamMap"].items():
            instance._setDefault(**{name: _decoded(instance.getParam(name), value)})

    @staticmethod
    def isPythonParamsInstance(metadata):
        """Whether a class of PySpark's wrote the metadata, and not one of Scala's Spark."""
        return metadata["class"].startswith("pyspark.ml.")

    @staticmethod
    def loadParamsInstance(path, sc):
        """The stage in a folder, whatever its class."""
        metadata = DefaultParamsReader.loadMetadata(path, sc)
        return _class_named(metadata["class"]).load(path)


class DefaultParamsWritable(MLWritable):
    """For stages of users' own that are all parameters: they can be saved.

    >>> from rushlight.ml.base import Transformer
    >>> class Same(Transformer, DefaultParamsWritable, DefaultParamsReadable):
    ...     def _transform(self, dataset):
    ...         return dataset
    >>> isinstance(Same().write(), DefaultParamsWriter)
    True
    """

    def write(self):
        """A writer."""
        from rushlight.ml.param import Params
        if not isinstance(self, Params):
            raise TypeError(f"Cannot use DefaultParamsWritable with type {type(self)} because it "
                            "does not extend Params.")
        return DefaultParamsWriter(self)


class DefaultParamsReadable(MLReadable):
    """The counterpart of DefaultParamsWritable: the class can be read; see there."""

    @classmethod
    def read(cls):
        """A reader."""
        return DefaultParamsReader(cls)


# ---- stages of this package -------------------------------------------------------------------

class SparkMLWriter(MLWriter):
    """Saves a stage of this package as Spark saves its own: metadata, and a model's data."""

    def __init__(self, instance):
        super().__init__()
        self.instance = instance

    def save(self, path):
        """Saves it; a folder that is there is an error, unless overwrite() was called."""
        if isinstance(path, str) and not self.shouldOverwrite and os.path.exists(_local(path)):
            from rushlight.errors.engine import SparkIOException
            raise SparkIOException(
                f"Path {path} already exists. To overwrite it, please use write.overwrite().save("
                "path) for Scala and use write().overwrite().save(path) for Java and Python.", "IO")
        super().save(path)

    def saveImpl(self, path):
        """Writes the files."""
        DefaultParamsWriter.saveMetadata(self.instance, path, self.sparkSession)
        data = self.instance._saved_data(self.sparkSession)
        if data is not None:
            data.coalesce(1).write.parquet(os.path.join(path, "data"))


class SparkGeneralMLWriter(SparkMLWriter, GeneralMLWriter):
    """Saves a model that Spark can write in other formats, too."""

    source = "internal"

    def save(self, path):
        """Saves it; an error in any other format than "internal"."""
        if self.source == "pmml":
            raise NotThereYet(f"PMML of a {type(self.instance).__name__}")
        if self.source != "internal":
            raise SparkRuntimeException(
                f"Could not load requested format {self.source} for "
                f"{_scala_name(type(self.instance))}: models are saved as \"internal\"")
        super().save(path)


class SparkMLReader(MLReader):
    """Reads what SparkMLWriter, or a real Spark, has saved."""

    def __init__(self, cls):
        super().__init__()
        self.cls = cls

    def load(self, path):
        """The stage."""
        if not isinstance(path, str):
            raise TypeError(f"path should be a string, got type {type(path)}")
        metadata = DefaultParamsReader.loadMetadata(path, self.sparkSession)
        expected = _scala_name(self.cls)
        if metadata["class"] != expected:
            from rushlight.errors import IllegalArgumentException
            raise IllegalArgumentException(
                f"requirement failed: Error loading metadata: Expected class name {expected} but "
                f"found class name {metadata['class']}", "INVALID_ARGUMENT")
        instance = self.cls()
        instance._resetUid(metadata["uid"])
        DefaultParamsReader.getAndSetParams(instance, metadata)
        if instance._has_data:
            instance._take_data(self.sparkSession.read.parquet(os.path.join(path, "data")))
        return instance


class SparkMLWritable(MLWritable):
    """A stage of this package; a model says what it has learned, and takes it back:

        _has_data = True
        def _saved_data (self, spark):  a DataFrame with the columns that Spark's class writes
        def _take_data (self, data):    the same DataFrame, read again
    """

    _has_data = False
    _writer = SparkMLWriter

    def _saved_data(self, spark):
        return None

    def _saved_as_spark(self):
        return True

    def write(self):
        """A writer."""
        return self._writer(self)


class SparkMLReadable(MLReadable):
    """The counterpart of SparkMLWritable; the class can be called without arguments."""

    @classmethod
    def read(cls):
        """A reader."""
        return SparkMLReader(cls)


class HasTrainingSummary:
    """A model that knows how its fit went; whoever fits it sets _summary.

    >>> from rushlight.ml.util import HasTrainingSummary
    >>> HasTrainingSummary().hasSummary
    False
    """

    _summary = None

    def __class_getitem__(cls, _):
        return cls

    @property
    def hasSummary(self):
        """Whether there is a summary: not for a model that was read from files."""
        return self._summary is not None

    @property
    def summary(self):
        """The summary of the fit."""
        if self._summary is None:
            raise RuntimeError(
                f"No training summary available for this {type(self).__name__}")
        return self._summary


def __getattr__(name):
    if name.startswith(("JavaML", "GeneralJavaML")):
        # Not an AttributeError, of which `from … import …` would swallow the text.
        raise ImportError(f"pyspark.ml.util.{name} leads into the JVM, and there is none here: "
                          "DefaultParamsReadable and DefaultParamsWritable save classes of Python")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
