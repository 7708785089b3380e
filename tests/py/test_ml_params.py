"""Parameters, and how stages use them: whose they are, what they take, what wins over what."""
import pytest

from rushlight.errors import IllegalArgumentException
from rushlight.ml.base import Estimator, Model, Transformer
from rushlight.ml.feature import Bucketizer, MinMaxScaler, StringIndexer, VectorAssembler
from rushlight.ml.param import Param, Params, ParamValidators, TypeConverters
from rushlight.ml.param.shared import HasInputCol, HasMaxIter, HasOutputCol, HasSeed


class Stage(Transformer, HasInputCol, HasOutputCol, HasMaxIter):
    """A stage of a user's."""

    ratio = Param(Params._dummy(), "ratio", "a ratio", TypeConverters.toFloat,
                  ParamValidators.inRange(0, 1))

    def __init__(self):
        super().__init__()
        self._setDefault(maxIter=10, ratio=0.5)

    def _transform(self, dataset):
        return dataset, self.getMaxIter()


def test_a_parameter_belongs_to_one_stage():
    one, other = Stage(), Stage()
    assert one.maxIter != other.maxIter
    assert str(one.maxIter) == one.uid + "__maxIter"
    with pytest.raises(ValueError, match="does not belong to"):
        one.set(other.maxIter, 3)
    with pytest.raises(ValueError, match="Cannot copy from non-dummy parent"):
        one.maxIter._copy_new_parent(other)
    with pytest.raises(TypeError, match="Parent must be an Identifiable"):
        Param("stage", "p", "a parameter")


def test_what_was_set_wins_over_defaults():
    stage = Stage()
    assert (stage.isSet("ratio"), stage.hasDefault("ratio"), stage.isDefined("inputCol")) == \
        (False, True, False)
    assert stage.getOrDefault(stage.ratio) == 0.5
    stage.set(stage.ratio, 1)
    assert stage.getOrDefault("ratio") == 1.0
    assert stage.extractParamMap({stage.ratio: 0.25})[stage.ratio] == 0.25
    stage.clear(stage.ratio)
    assert stage.getOrDefault("ratio") == 0.5
    with pytest.raises(KeyError):
        stage.getInputCol()


def test_explains():
    stage = Stage()._set(maxIter=3)
    assert stage.explainParam("ratio") == "ratio: a ratio (default: 0.5)"
    assert [line.split(":")[0] for line in stage.explainParams().splitlines()] == \
        ["inputCol", "maxIter", "outputCol", "ratio"]
    assert stage.explainParam(stage.maxIter).endswith("(default: 10, current: 3)")
    assert stage.explainParam("inputCol").endswith("(undefined)")


def test_finds_parameters():
    stage = Stage()
    assert stage.hasParam("ratio") and not stage.hasParam("uid") and not stage.hasParam("nope")
    assert stage.getParam("ratio") is stage.ratio
    with pytest.raises(ValueError, match="Cannot find param with name uid"):
        stage.getParam("uid")
    with pytest.raises(TypeError, match="must be a string"):
        stage.hasParam(3)
    with pytest.raises(TypeError, match="Cannot resolve 3 as a param"):
        stage.getOrDefault(3)


@pytest.mark.parametrize("convert, value, found", [
    ("toInt", 3.0, 3), ("toFloat", 3, 3.0), ("toList", (1, "a"), [1, "a"]),
    ("toListInt", range(3), [0, 1, 2]), ("toListFloat", [1, 2.5], [1.0, 2.5]),
    ("toListString", ("a", "b"), ["a", "b"]), ("toListListFloat", [[1], [2]], [[1.0], [2.0]]),
    ("toString", "a", "a"), ("toBoolean", True, True), ("identity", None, None)])
def test_converts(convert, value, found):
    result = getattr(TypeConverters, convert)(value)
    assert (result, type(result)) == (found, type(found))


@pytest.mark.parametrize("convert, value, text", [
    ("toInt", 1.5, "Could not convert 1.5 to int"), ("toInt", True, "to int"),
    ("toFloat", "1", "Could not convert 1 to float"), ("toList", 1, "to list"),
    ("toListInt", [1.5], "to list of ints"), ("toListFloat", ["a"], "to list of floats"),
    ("toListString", [1], "to list of strings"), ("toListString", "ab", "to list of strings"),
    ("toString", 1, "Could not convert <class 'int'> to string type"),
    ("toBoolean", 1, "requires value of type bool. Found <class 'int'>"),
    ("toMatrix", [[1]], "to matrix"), ("toVector", ["a"], "to vector")])
def test_refuses_to_convert(convert, value, text):
    with pytest.raises(TypeError, match=text):
        getattr(TypeConverters, convert)(value)


def test_converts_numbers_and_vectors_of_numpy():
    numpy = pytest.importorskip("numpy")
    from rushlight.ml.linalg import DenseVector, Vectors
    assert TypeConverters.toInt(numpy.int64(3)) == 3
    assert TypeConverters.toListFloat(numpy.array([1.0, 2.0])) == [1.0, 2.0]
    assert TypeConverters.toListFloat(Vectors.dense([1.0])) == [1.0]
    assert TypeConverters.toVector([1, 2]) == DenseVector([1.0, 2.0])


def test_a_wrong_type_is_refused_at_once_a_wrong_value_when_it_is_used():
    stage = Stage()
    with pytest.raises(TypeError, match='Invalid param value given for param "maxIter". Could not'):
        stage._set(maxIter="many")
    with pytest.raises(TypeError, match='Invalid default param value given for param "maxIter"'):
        stage._setDefault(maxIter="many")
    stage._set(ratio=2)
    with pytest.raises(IllegalArgumentException,
                       match=rf"{stage.uid} parameter ratio given invalid value 2.0\."):
        stage.transform(None)


def test_parameters_of_a_call_hold_for_it_alone():
    stage = Stage()
    assert stage.transform("rows", {stage.maxIter: 2}) == ("rows", 2)
    assert stage.transform("rows") == ("rows", 10)
    with pytest.raises(TypeError, match="Params must be a param map but got <class 'int'>"):
        stage.transform("rows", 3)


def test_copies_share_the_uid_and_nothing_else():
    stage = Stage()._set(maxIter=1)
    that = stage.copy({stage.ratio: 0.75})
    that._set(maxIter=2)
    assert (that.uid, that.getOrDefault("ratio")) == (stage.uid, 0.75)
    assert (stage.getMaxIter(), stage.isSet("ratio")) == (1, False)
    with pytest.raises(TypeError, match="Expecting a valid instance of Param"):
        stage.copy({"ratio": 1.0})
    with pytest.raises(TypeError, match="Expecting a dict"):
        stage.copy([stage.ratio])


def test_another_uid():
    stage = Stage()._set(maxIter=1)._resetUid("Stage_1")
    assert (stage.maxIter.parent, stage.getMaxIter(), stage.getOrDefault("ratio")) == \
        ("Stage_1", 1, 0.5)
    assert [p.parent for p in stage.params] == ["Stage_1"] * 4


class Fitted(Model, HasMaxIter):
    def _transform(self, dataset):
        return dataset


class Fit(Estimator[Fitted], HasMaxIter):
    def _fit(self, dataset):
        return self._copyValues(Fitted())


def test_fits_one_or_many():
    fit = Fit()._set(maxIter=1)
    assert fit.fit("rows").getMaxIter() == 1
    assert fit.fit("rows", {fit.maxIter: 2}).getMaxIter() == 2
    models = fit.fit("rows", [{fit.maxIter: 3}, {}])
    assert [m.getMaxIter() for m in models] == [3, 1]
    assert sorted(index for index, _ in fit.fitMultiple("rows", [{}, {}, {}])) == [0, 1, 2]
    with pytest.raises(TypeError, match="Params must be either a param map or a list/tuple"):
        fit.fit("rows", "maxIter")


def test_constructors_and_setters():
    assert Bucketizer(inputCol="x").setOutputCol("y").getOutputCol() == "y"
    assert VectorAssembler(outputCol="f").setParams(inputCols=["a"]).getInputCols() == ["a"]
    with pytest.raises(TypeError, match="Method __init__ forces keyword arguments"):
        VectorAssembler(["a"])
    with pytest.raises(TypeError, match="Method setParams forces keyword arguments"):
        VectorAssembler().setParams(["a"])
    with pytest.raises(TypeError, match="unexpected keyword"):
        VectorAssembler().setParams(inputCol="a")
    with pytest.raises(AttributeError):
        MinMaxScaler().setSplits([1.0])
    assert StringIndexer().getOutputCol().endswith("__output")


def test_a_default_of_a_stage():
    assert HasSeed().getSeed() == hash("HasSeed")


def test_what_is_missing_says_so():
    with pytest.raises(ImportError, match="shared.HasMomentum is not there yet"):
        from rushlight.ml.param.shared import HasMomentum  # noqa: F401
    with pytest.raises(ImportError, match="JavaMLWritable leads into the JVM"):
        from rushlight.ml.util import JavaMLWritable  # noqa: F401
