"""What a real Spark saved is read, and applied with its results; what is saved has Spark's layout.

tests/data/ml/saved has the folders, saved.json the results (record_saved.py keeps both; given a
folder that Rushlight has saved, it also lets Spark read that).  Numbers agree to 1e-9.
"""
import glob
import json
import os
import sys

import pytest

import rushlight

DATA = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "data", "ml")
sys.path.insert(0, DATA)

from feature_programs import plain, rows  # noqa: E402
from saved_programs import RESULTS, frame, line, pipeline, tunings  # noqa: E402

with open(os.path.join(DATA, "saved.json"), encoding="utf-8") as f:
    ANSWERS = json.load(f)


@pytest.fixture(scope="module")
def spark():
    rushlight.activate()
    from rushlight.sql import SparkSession
    session = SparkSession.builder.master("local[2]") \
        .config("spark.sql.shuffle.partitions", "2").getOrCreate()
    yield session
    session.stop()


def recorded(name):
    return os.path.join(DATA, "saved", name)


def metadata(folder):
    """The metadata of a stage, without what differs from run to run."""
    part, = glob.glob(os.path.join(folder, "metadata", "part-*"))
    with open(part, encoding="utf-8") as f:
        found = json.load(f)
    found.pop("timestamp")
    return found


def stage_folders(folder):
    """The folders of stages in it, by their numbers, and itself."""
    return [folder, *sorted(glob.glob(os.path.join(folder, "stages", "*")))]


def close(found, wanted):
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(close, found, wanted))
    if isinstance(wanted, dict):
        return found.keys() == wanted.keys() and all(close(found[k], wanted[k]) for k in wanted)
    if isinstance(wanted, float):
        return found == pytest.approx(wanted, rel=1e-9, abs=1e-12)
    return found == wanted


def test_reads_and_applies_a_pipeline_model(spark):
    from rushlight.ml import PipelineModel
    model = PipelineModel.load(recorded("pipeline_model"))
    assert close(plain(rows(model.transform(frame(spark)), *RESULTS)), ANSWERS["pipeline_model"])


def test_reads_and_fits_a_pipeline(spark):
    from rushlight.ml import Pipeline
    model = Pipeline.load(recorded("pipeline")).fit(frame(spark))
    assert close(plain(rows(model.transform(frame(spark)), *RESULTS)), ANSWERS["pipeline_model"])


@pytest.mark.parametrize("name", ["pipeline", "pipeline_model"])
def test_saves_as_spark_does(spark, tmp_path, name):
    """The same folders, metadata and columns of data, from what was read."""
    from rushlight.ml import Pipeline, PipelineModel
    kind = Pipeline if name == "pipeline" else PipelineModel
    ours = str(tmp_path / name)
    kind.load(recorded(name)).save(ours)
    for mine, sparks in zip(stage_folders(ours), stage_folders(recorded(name)), strict=True):
        assert os.path.basename(mine) == os.path.basename(sparks)
        assert metadata(mine) == metadata(sparks)
        assert os.path.exists(os.path.join(mine, "data")) == \
            os.path.exists(os.path.join(sparks, "data"))
        if os.path.exists(os.path.join(mine, "data")):
            read = [spark.read.parquet(os.path.join(f, "data")) for f in (mine, sparks)]
            assert read[0].schema.simpleString() == read[1].schema.simpleString()
            assert read[0].collect() == read[1].collect()


def test_metadata_of_a_new_pipeline(spark, tmp_path):
    """Classes, parameters and defaults of new stages are those that Spark writes."""
    pipeline().save(str(tmp_path / "p"))

    def told(folder):
        found = metadata(folder)
        text = json.dumps([found["class"], found["paramMap"], found["defaultParamMap"]],
                          sort_keys=True)
        return text.replace(found["uid"], "uid") if "stageUids" not in text else found["class"]

    assert list(map(told, stage_folders(str(tmp_path / "p")))) == \
        list(map(told, stage_folders(recorded("pipeline"))))


def test_what_is_there_is_not_overwritten(spark, tmp_path):
    from rushlight.errors.engine import SparkIOException
    from rushlight.ml.feature import StandardScaler
    folder = str(tmp_path / "s")
    stage = StandardScaler(inputCol="a", outputCol="b")
    stage.save(folder)
    with pytest.raises(SparkIOException, match="already exists. To overwrite it, please use"):
        stage.save(folder)
    stage.copy({stage.withMean: True}).write().overwrite().save(folder)
    again = StandardScaler.load(folder)
    assert (again.uid, again.getWithMean(), again.getInputCol()) == (stage.uid, True, "a")


def test_a_folder_of_another_class(spark, tmp_path):
    from rushlight.errors import AnalysisException, IllegalArgumentException
    from rushlight.ml.feature import Bucketizer, StandardScaler
    Bucketizer(splits=[0.0, 1.0, 2.0]).save(str(tmp_path / "b"))
    with pytest.raises(IllegalArgumentException, match="Expected class name .*StandardScaler but"):
        StandardScaler.load(str(tmp_path / "b"))
    with pytest.raises(AnalysisException, match="PATH_NOT_FOUND"):
        StandardScaler.load(str(tmp_path / "nothing"))


def test_infinite_splits_come_back(spark, tmp_path):
    from rushlight.ml.feature import Bucketizer
    splits = [-float("inf"), 0.0, float("inf")]
    Bucketizer(splitsArray=[splits]).save(str(tmp_path / "b"))
    assert metadata(str(tmp_path / "b"))["paramMap"] == {"splitsArray": [["-Inf", 0.0, "Inf"]]}
    assert Bucketizer.load(str(tmp_path / "b")).getSplitsArray() == [splits]


# ---- classes of users' own ----

SOURCE = """
from pyspark.ml import Transformer
from pyspark.ml.param import Param, Params, TypeConverters
from pyspark.ml.util import DefaultParamsReadable, DefaultParamsWritable

class Plus(Transformer, DefaultParamsReadable, DefaultParamsWritable):
    by = Param(Params._dummy(), "by", "what is added", TypeConverters.toInt)
    def __init__(self, by=None):
        super().__init__()
        self._setDefault(by=1)
        if by is not None:
            self._set(by=by)
    def _transform(self, dataset):
        return dataset.withColumn("plus", dataset.id + self.getOrDefault("by"))

class Unsaved(Transformer):
    def _transform(self, dataset):
        return dataset
"""


@pytest.fixture
def own(spark, tmp_path, monkeypatch):
    (tmp_path / "own_stages.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(str(tmp_path))
    import own_stages
    yield own_stages
    del sys.modules["own_stages"]


def test_stages_of_users_own(spark, own, tmp_path):
    from rushlight.ml import Pipeline, PipelineModel
    from rushlight.ml.feature import VectorAssembler
    stages = [own.Plus(3), VectorAssembler(inputCols=["plus"], outputCol="f")]
    model = Pipeline(stages=stages).fit(spark.range(2))
    model.save(str(tmp_path / "m"))
    found = metadata(str(tmp_path / "m"))
    assert found["class"] == "pyspark.ml.pipeline.PipelineModel"
    assert found["paramMap"]["language"] == "Python"
    first = metadata(stage_folders(str(tmp_path / "m"))[1])
    assert (first["class"], first["paramMap"]) == ("own_stages.Plus", {"by": 3})
    again = PipelineModel.load(str(tmp_path / "m"))
    assert rows(again.transform(spark.range(2)), "plus") == [[3], [4]]


def test_stages_that_cannot_be_saved(spark, own, tmp_path):
    from rushlight.ml import Pipeline
    with pytest.raises(ValueError, match="is not MLWritable"):
        Pipeline(stages=[own.Unsaved()]).save(str(tmp_path / "p"))


# ---- tunings ----

@pytest.mark.parametrize("name", ["cross_validation", "split"])
def test_tunes_as_spark_does(spark, name):
    """The same folds, and hence the same metrics and the same best parameters."""
    tuning, wanted = tunings()[name], ANSWERS[name]
    if wanted["folds"]:
        folds = [sorted(row[0] for row in part.select("id").collect())
                 for _, part in tuning._kFold(line(spark))]
        assert folds == wanted["folds"]
    model = tuning.fit(line(spark))
    metrics = getattr(model, "avgMetrics", None) or model.validationMetrics
    assert metrics == pytest.approx(wanted["metrics"], rel=1e-6)
    assert sum(rows(model.transform(line(spark)), "prediction"), []) == \
        pytest.approx(sum(wanted["predictions"], []), rel=1e-6)


@pytest.mark.parametrize("name", ["cross_validation", "split"])
def test_reads_tunings(spark, name, tmp_path):
    from rushlight.ml import tuning
    kind = {"cross_validation": "CrossValidator", "split": "TrainValidationSplit"}[name]
    read = getattr(tuning, kind).load(recorded(name))
    assert [list(given.values()) for given in read.getEstimatorParamMaps()] == \
        [list(given.values()) for given in tunings()[name].getEstimatorParamMaps()]
    model = getattr(tuning, kind + "Model").load(recorded(name + "_model"))
    assert close(rows(model.transform(line(spark)), "prediction"), ANSWERS[name]["predictions"])
    assert (model.subModels is not None) == (name == "cross_validation")
    model.save(str(tmp_path / "m"))
    again = getattr(tuning, kind + "Model").load(str(tmp_path / "m"))
    assert again.getEstimatorParamMaps() == model.getEstimatorParamMaps()
    assert metadata(str(tmp_path / "m"))["paramMap"] == \
        metadata(recorded(name + "_model"))["paramMap"]


def test_folds_of_a_column(spark):
    from rushlight.errors import SparkRuntimeException
    df = line(spark).selectExpr("*", "cast(id % 3 as int) fold")
    tuning = tunings()["cross_validation"]
    tuning.setFoldCol("fold").setNumFolds(3)
    assert [part.count() for _, part in tuning._kFold(df)] == [14, 13, 13]
    with pytest.raises(ValueError, match="The validation data at fold 3 is empty"):
        tuning.setNumFolds(4)._kFold(df)
    with pytest.raises(SparkRuntimeException, match=r"must be in range \[0, 2\), but got 2"):
        tuning.setNumFolds(2).fit(df)


def test_what_tuning_refuses(spark):
    from rushlight.errors import IllegalArgumentException
    from rushlight.ml.tuning import ParamGridBuilder
    tuning = tunings()["cross_validation"]
    with pytest.raises(IllegalArgumentException, match="numFolds given invalid value 1"):
        tuning.setNumFolds(1).fit(line(spark))
    with pytest.raises(TypeError, match="param must be an instance of Param"):
        ParamGridBuilder().addGrid("regParam", [1.0])


def test_metadata_of_columns(spark, tmp_path):
    """Parquet files keep it where Spark keeps it, in the schema's JSON; ORC files do not."""
    pytest.importorskip("pyarrow")
    from rushlight.sql import functions as F
    labels = {"ml_attr": {"type": "nominal", "vals": ["ä", 'b"']}}
    df = spark.range(3).select(F.col("id").alias("id", metadata=labels), F.lit("x").alias("plain"),
                               (F.col("id") % 2).alias("part", metadata={"in": "folders"}))
    parquet, orc = str(tmp_path / "parquet"), str(tmp_path / "orc")
    df.write.partitionBy("part").parquet(parquet)
    df.write.orc(orc)

    def metadata(frame):
        return {field.name: field.metadata for field in frame.schema}

    back = spark.read.parquet(parquet)
    assert metadata(back) == {"id": labels, "plain": {}, "part": {}}
    assert metadata(back.where("id > 0").select("id")) == {"id": labels}
    assert back.orderBy("id").collect() == [(0, "x", 0), (1, "x", 1), (2, "x", 0)]
    assert metadata(spark.sql(f"SELECT * FROM parquet.`{parquet}`"))["id"] == labels
    assert metadata(spark.read.schema("id long").parquet(parquet))["id"] == {}
    assert not any(metadata(spark.read.orc(orc)).values())
    told = pyarrow_metadata(parquet)["org.apache.spark.sql.parquet.row.metadata"]
    assert [(f["name"], f["metadata"]) for f in json.loads(told)["fields"]] == [
        ("id", labels), ("plain", {})]


def pyarrow_metadata(folder):
    """What the first file of a folder tells."""
    import pyarrow.parquet
    path = sorted(glob.glob(folder + "/**/*.parquet", recursive=True))[0]
    return {k.decode(): v.decode()
            for k, v in pyarrow.parquet.read_metadata(path).metadata.items()}
