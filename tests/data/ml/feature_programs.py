"""Programs of transformers: a real Spark and Rushlight run the same, and must come to the same.

Each takes a session and gives what JSON can hold; plain() makes such of rows and vectors.
record_features.py keeps the answers of a real Spark in features.json.
"""
import contextlib
import io
import math
import re

PROGRAMS = {}


def program(function):
    PROGRAMS[function.__name__] = function
    return function


def plain(value):
    """A value as JSON holds it."""
    kind = type(value).__name__
    if kind == "DenseVector":
        return {"dense": [plain(float(v)) for v in value.values]}
    if kind == "SparseVector":
        return {"sparse": [int(value.size), [int(i) for i in value.indices],
                           [plain(float(v)) for v in value.values]]}
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return value


def without_uids(text):
    """Without what differs from run to run: uids, numbers of columns, classes of lambdas."""
    text = re.sub(r"_[0-9a-f]{12}", "_uid", text)
    return re.sub(r"#\d+L?", "#", text)


def reason(text):
    """What a failed job says, without what a JVM adds around it."""
    found = re.search(r"failed due to: (?:[\w.$]+: )?(.*?)\. SQLSTATE", text, re.S) or \
        re.search(r"\[USER_RAISED_EXCEPTION\] (.*) SQLSTATE", text, re.S) or \
        re.search(r"(?:[\w.]+(?:Exception|Error)): (?:assertion failed: )?([^\n]*)\n\tat", text)
    text = re.sub(r"^[\w.$]+(?:Exception|Error): ", "", found.group(1) if found else text)
    return without_uids(text).strip()


def outcome(function, spark):
    """["is", value] or ["raises", class, text]."""
    try:
        return ["is", plain(function(spark))]
    except Exception as e:      # noqa: BLE001
        java = getattr(e, "java_exception", None)
        name = type(e).__name__
        return ["raises", name, reason(str(e) if name != "Py4JJavaError" else java.toString())]


def rows(df, *names):
    return [list(row) for row in (df.select(*names) if names else df).collect()]


def projection(df):
    """The line of the plan that computes the columns."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        df.explain()
    line = next(line for line in out.getvalue().splitlines() if "Project" in line)
    return without_uids(line[line.index("Project"):])


# ---- VectorAssembler --------------------------------------------------------------------------

def mixed(spark):
    from pyspark.ml.linalg import Vectors, VectorUDT
    from pyspark.sql.types import (
        BooleanType, DoubleType, IntegerType, StringType, StructField, StructType)
    schema = StructType([
        StructField("s", StringType()), StructField("x", DoubleType()),
        StructField("n", IntegerType()), StructField("b", BooleanType()),
        StructField("v", VectorUDT())])
    return spark.createDataFrame([
        ("a", 1.0, 2, True, Vectors.dense(1.0, 0.0)),
        ("b", 0.0, 0, False, Vectors.sparse(2, [1], [3.0])),
        ("c", 0.0, 0, False, Vectors.dense(0.0, 0.0)),
        ("d", float("nan"), 1, True, Vectors.dense(float("nan"), 0.0)),
        ("e", None, None, None, None)], schema)


def assembler(names, **more):
    from pyspark.ml.feature import VectorAssembler
    return VectorAssembler(inputCols=names, outputCol="f", **more)


@program
def assembles_numbers_booleans_and_vectors(spark):
    df = mixed(spark).limit(3)
    out = assembler(["x", "n", "b", "v"]).transform(df)
    return rows(out, "f"), out.schema["f"].metadata, out.schema["f"].nullable


@program
def shows_its_struct_in_the_plan(spark):
    return projection(assembler(["x", "n", "v"]).transform(mixed(spark)))


@program
def refuses_nan(spark):
    return rows(assembler(["x", "n"]).transform(mixed(spark)), "f")


@program
def refuses_null(spark):
    return rows(assembler(["n"]).transform(mixed(spark)), "f")


@program
def refuses_null_vectors(spark):
    return rows(assembler(["v"]).transform(mixed(spark)), "f")


@program
def skips_invalid_rows(spark):
    return rows(assembler(["x", "n", "v"], handleInvalid="skip").transform(mixed(spark)), "f")


@program
def keeps_invalid_rows(spark):
    return rows(assembler(["x", "n"], handleInvalid="keep").transform(mixed(spark)), "f")


@program
def keeps_vectors_whose_size_is_known(spark):
    df = assembler(["x", "n"], handleInvalid="keep").transform(mixed(spark)) \
        .withColumnRenamed("f", "g")
    return rows(assembler(["g", "b"], handleInvalid="keep").transform(df), "f")


@program
def cannot_keep_vectors_of_unknown_size(spark):
    return rows(assembler(["v"], handleInvalid="keep").transform(mixed(spark)), "f")


@program
def cannot_learn_sizes_of_no_rows(spark):
    return rows(assembler(["v"]).transform(mixed(spark).where("false")), "f")


@program
def assembles_nothing(spark):
    return rows(assembler([]).transform(mixed(spark).limit(1)), "f")


@program
def refuses_strings(spark):
    return assembler(["s"]).transform(mixed(spark)).columns


@program
def refuses_a_column_that_is_not_there(spark):
    return assembler(["nope"]).transform(mixed(spark)).columns


@program
def refuses_an_output_that_is_there(spark):
    from pyspark.ml.feature import VectorAssembler
    return VectorAssembler(inputCols=["x"], outputCol="n").transform(mixed(spark)).columns


@program
def refuses_a_value_of_a_parameter(spark):
    return assembler(["x"], handleInvalid="drop").transform(mixed(spark)).columns


@program
def needs_input_columns(spark):
    from pyspark.ml.feature import VectorAssembler
    return VectorAssembler(outputCol="f").transform(mixed(spark)).columns


# ---- StringIndexer, IndexToString -------------------------------------------------------------

def words(spark):
    return spark.createDataFrame([
        ("b", 1.5), ("a", 2.0), ("b", 2.0), ("a", 1.5), ("c", float("nan")), ("d", None),
        ("\U0001F600", 0.1), ("\uFF5E", 100.0), ("A", 1e10), (None, 2.0)], "s string, x double")


@program
def orders_labels(spark):
    from pyspark.ml.feature import StringIndexer
    orders = ["frequencyDesc", "frequencyAsc", "alphabetDesc", "alphabetAsc"]
    return [StringIndexer(inputCols=["s", "x"], outputCols=["i", "j"], stringOrderType=order)
            .fit(words(spark)).labelsArray for order in orders]


@program
def refuses_an_order(spark):
    from pyspark.ml.feature import StringIndexer
    return StringIndexer(inputCol="s", outputCol="i", stringOrderType="size") \
        .fit(words(spark)).labels


def indexed(spark, how="error"):
    from pyspark.ml.feature import StringIndexer
    df = words(spark).where("s in ('a', 'b', 'c')")
    return StringIndexer(inputCol="s", outputCol="i", handleInvalid=how).fit(df)


@program
def indexes(spark):
    model = indexed(spark)
    out = model.transform(words(spark).where("s in ('a', 'b', 'c')"))
    return rows(out, "s", "i"), out.schema["i"].metadata, out.schema["i"].nullable, projection(out)


@program
def refuses_unseen_labels(spark):
    return rows(indexed(spark).transform(words(spark).where("s = 'd'")), "i")


@program
def refuses_null_labels(spark):
    return rows(indexed(spark).transform(words(spark).where("s is null")), "i")


@program
def keeps_unseen_labels(spark):
    out = indexed(spark, "keep").transform(words(spark))
    return rows(out, "s", "i"), out.schema["i"].metadata


@program
def skips_unseen_labels(spark):
    return rows(indexed(spark, "skip").transform(words(spark)), "s", "i")


@program
def an_indexer_without_its_column_does_nothing(spark):
    return rows(indexed(spark).transform(spark.range(2)))


@program
def tells_a_model(spark):
    from pyspark.ml.feature import StringIndexer
    several = StringIndexer(inputCols=["s", "x"], outputCols=["i", "j"]).fit(words(spark))
    return without_uids(repr(indexed(spark))), without_uids(repr(several))


@program
def has_no_labels_of_several_columns(spark):
    from pyspark.ml.feature import StringIndexer
    return StringIndexer(inputCols=["s", "x"], outputCols=["i", "j"]).fit(words(spark)).labels


@program
def one_column_or_several(spark):
    from pyspark.ml.feature import StringIndexer
    return StringIndexer(inputCol="s", inputCols=["s"], outputCols=["i"]).fit(words(spark)).labels


@program
def some_column(spark):
    from pyspark.ml.feature import StringIndexer
    return StringIndexer(outputCol="i").fit(words(spark)).labels


@program
def as_many_outputs_as_inputs(spark):
    from pyspark.ml.feature import StringIndexer
    return StringIndexer(inputCols=["s", "x"], outputCols=["i"]).fit(words(spark)).labels


@program
def indexes_no_booleans(spark):
    from pyspark.ml.feature import StringIndexer
    return StringIndexer(inputCol="b", outputCol="i").fit(mixed(spark)).labels


@program
def indexes_no_rows(spark):
    from pyspark.ml.feature import StringIndexer
    return StringIndexer(inputCol="s", outputCol="i").fit(words(spark).where("false")).labels


@program
def a_label_column_must_be_there(spark):
    from pyspark.ml.feature import StringIndexer
    return StringIndexer(inputCol="nope", outputCol="i").fit(words(spark)).labels


@program
def makes_a_model_of_labels(spark):
    from pyspark.ml.feature import StringIndexerModel
    model = StringIndexerModel.from_labels(["x", "a"], inputCol="s", outputCol="i",
                                           handleInvalid="keep")
    return rows(model.transform(words(spark)), "i"), model.labels, without_uids(repr(model)) \
        .split(",")[0]


@program
def gives_labels_back(spark):
    from pyspark.ml.feature import IndexToString
    out = indexed(spark).transform(words(spark).where("s in ('a', 'b', 'c')"))
    return rows(IndexToString(inputCol="i", outputCol="t").transform(out), "s", "t")


def labels_of(spark, value, kind="double"):
    from pyspark.ml.feature import IndexToString
    return rows(IndexToString(inputCol="i", outputCol="t", labels=["p", "q"]).transform(
        spark.createDataFrame([(value,)], "i " + kind)), "t")


@program
def cuts_indices_off(spark):
    return labels_of(spark, 1.9)


@program
def refuses_an_unseen_index(spark):
    return labels_of(spark, 2.0)


@program
def refuses_a_null_index(spark):
    return labels_of(spark, None)


@program
def refuses_an_index_that_is_text(spark):
    return labels_of(spark, "1", "string")


# ---- OneHotEncoder ----------------------------------------------------------------------------

def indices(spark):
    return spark.createDataFrame([(0.0, 5), (1.0, 2), (3.0, 0)], "i double, k int")


def encoded(spark, df, **more):
    from pyspark.ml.feature import OneHotEncoder
    model = OneHotEncoder(inputCols=["i", "k"], outputCols=["e", "g"], **more).fit(indices(spark))
    out = model.transform(df)
    return rows(out, "e", "g"), out.schema["e"].metadata, model.categorySizes, \
        without_uids(repr(model))


@program
def encodes(spark):
    return encoded(spark, indices(spark))


@program
def encodes_all_categories(spark):
    return encoded(spark, indices(spark), dropLast=False)


@program
def encodes_and_keeps(spark):
    return encoded(spark, spark.createDataFrame([(0.0, 9), (-1.0, 5), (None, 1)],
                                                "i double, k int"), handleInvalid="keep")


@program
def encodes_and_keeps_all(spark):
    return encoded(spark, spark.createDataFrame([(0.0, 9), (7.0, 5)], "i double, k int"),
                   handleInvalid="keep", dropLast=False)


@program
def refuses_an_unseen_category(spark):
    return encoded(spark, spark.createDataFrame([(0.0, 9)], "i double, k int"))


@program
def refuses_a_negative_category(spark):
    return encoded(spark, spark.createDataFrame([(-1.0, 1)], "i double, k int"))


@program
def skips_no_categories(spark):
    return encoded(spark, indices(spark), handleInvalid="skip")


@program
def names_places_after_labels(spark):
    from pyspark.ml.feature import OneHotEncoder
    out = indexed(spark).transform(words(spark).where("s in ('a', 'b', 'c')"))
    out = OneHotEncoder(inputCol="i", outputCol="e").fit(out).transform(out)
    return out.schema["e"].metadata, projection(out.select("i", "e"))[-30:], rows(out, "e")


@program
def hands_names_on(spark):
    from pyspark.ml.feature import OneHotEncoder
    out = indexed(spark).transform(words(spark).where("s in ('a', 'b', 'c')"))
    out = OneHotEncoder(inputCol="i", outputCol="e", dropLast=False).fit(out).transform(out)
    out = assembler(["e", "x", "i"], handleInvalid="keep").transform(out) \
        .withColumnRenamed("f", "g")
    return assembler(["g", "x"], handleInvalid="keep").transform(out).schema["f"].metadata


def fitted_encoder(spark, value, kind="double"):
    from pyspark.ml.feature import OneHotEncoder
    df = spark.createDataFrame([(value,)], "i " + kind)
    return OneHotEncoder(inputCol="i", outputCol="e").fit(df).categorySizes


@program
def categories_are_whole(spark):
    return fitted_encoder(spark, 1.5)


@program
def categories_are_not_negative(spark):
    return fitted_encoder(spark, -1.0)


@program
def categories_are_numbers(spark):
    return fitted_encoder(spark, float("nan"))


@program
def categories_are_no_text(spark):
    return fitted_encoder(spark, "a", "string")


# ---- Bucketizer -------------------------------------------------------------------------------

INF = float("inf")


def numbers(spark):
    return spark.createDataFrame([(-5.0, 1), (0.0, 2), (9.99, 3), (10.0, 4), (20.0, 5),
                                  (float("nan"), 6), (None, 7)], "x double, n int")


def bucketizer(splits, **more):
    from pyspark.ml.feature import Bucketizer
    return Bucketizer(splits=splits, inputCol="x", outputCol="b", **more)


@program
def finds_buckets(spark):
    out = bucketizer([-INF, 0.0, 10.0, INF]).transform(numbers(spark).where("not isnan(x)"))
    return rows(out, "b"), out.schema["b"].metadata, projection(out)


@program
def keeps_nan_in_a_bucket(spark):
    return rows(bucketizer([-INF, 0.0, 10.0, INF], handleInvalid="keep").transform(numbers(spark)),
                "x", "b")


@program
def skips_nan(spark):
    return rows(bucketizer([-INF, 0.0, 10.0, INF], handleInvalid="skip").transform(numbers(spark)),
                "x", "b")


@program
def refuses_nan_in_buckets(spark):
    return rows(bucketizer([-INF, 0.0, 10.0, INF]).transform(numbers(spark)), "x", "b")


@program
def refuses_numbers_outside(spark):
    return rows(bucketizer([0.0, 5.0, 10.0]).transform(numbers(spark).limit(2)), "x", "b")


@program
def the_last_bucket_has_its_end(spark):
    return rows(bucketizer([-5.0, 5.0, 10.0]).transform(numbers(spark).limit(4)), "x", "b")


@program
def splits_rise(spark):
    return rows(bucketizer([0.0, 0.0, 1.0]).transform(numbers(spark)), "x", "b")


@program
def splits_are_three(spark):
    return rows(bucketizer([0.0, INF]).transform(numbers(spark)), "x", "b")


@program
def finds_buckets_of_several_columns(spark):
    from pyspark.ml.feature import Bucketizer
    out = Bucketizer(splitsArray=[[-10.0, 0.0, 100.0], [0.0, 3.0, 10.0]], inputCols=["x", "n"],
                     outputCols=["p", "q"], handleInvalid="keep").transform(numbers(spark))
    return rows(out, "p", "q"), out.schema["q"].metadata


@program
def splits_of_each_column(spark):
    from pyspark.ml.feature import Bucketizer
    return Bucketizer(splitsArray=[[-10.0, 0.0, 100.0]], inputCols=["x", "n"],
                      outputCols=["p", "q"]).transform(numbers(spark)).columns


@program
def needs_splits(spark):
    from pyspark.ml.feature import Bucketizer
    return Bucketizer(inputCol="x", outputCol="b").transform(numbers(spark)).columns


# ---- scalers ----------------------------------------------------------------------------------

def vectors(spark):
    from pyspark.ml.linalg import Vectors
    return spark.createDataFrame([(Vectors.dense(1.0, 0.0, 5.0),), (Vectors.sparse(3, [1], [3.0]),),
                                  (Vectors.dense(2.0, 7.0, 5.0),)], ["v"])


@program
def standardizes(spark):
    from pyspark.ml.feature import StandardScaler
    found = []
    for mean in (False, True):
        for std in (False, True):
            model = StandardScaler(withMean=mean, withStd=std, inputCol="v", outputCol="o") \
                .fit(vectors(spark))
            out = model.transform(vectors(spark))
            found.append([rows(out, "o"), model.mean, model.std, without_uids(repr(model)),
                          out.schema["o"].metadata])
    return found, projection(out)


@program
def standardizes_one_row(spark):
    from pyspark.ml.feature import StandardScaler
    df = vectors(spark).limit(1)
    return rows(StandardScaler(inputCol="v", outputCol="o").fit(df).transform(df), "o")


@program
def takes_shorter_vectors(spark):
    from pyspark.ml.feature import StandardScaler
    from pyspark.ml.linalg import Vectors
    model = StandardScaler(inputCol="v", outputCol="o", withMean=True).fit(vectors(spark))
    return rows(model.transform(spark.createDataFrame([(Vectors.dense(1.0),)], ["v"])), "o")


@program
def takes_no_longer_vectors(spark):
    from pyspark.ml.feature import StandardScaler
    from pyspark.ml.linalg import Vectors
    model = StandardScaler(inputCol="v", outputCol="o").fit(vectors(spark))
    return rows(model.transform(spark.createDataFrame([(Vectors.dense([1.0] * 5),)], ["v"])), "o")


@program
def scales_vectors_alone(spark):
    from pyspark.ml.feature import StandardScaler
    return StandardScaler(inputCol="x", outputCol="o").fit(numbers(spark)).uid


@program
def scales_to_a_new_column(spark):
    from pyspark.ml.feature import StandardScaler
    return StandardScaler(inputCol="v", outputCol="v").fit(vectors(spark)).uid


@program
def scales_by_extremes(spark):
    from pyspark.ml.feature import MinMaxScaler
    found = []
    for low, high in ((0.0, 1.0), (-1.0, 2.0)):
        model = MinMaxScaler(min=low, max=high, inputCol="v", outputCol="o").fit(vectors(spark))
        found.append([rows(model.transform(vectors(spark)), "o"), model.originalMin,
                      model.originalMax, without_uids(repr(model))])
    return found


@program
def leaves_nan_alone(spark):
    from pyspark.ml.feature import MinMaxScaler
    from pyspark.ml.linalg import Vectors
    df = spark.createDataFrame([(Vectors.dense(1.0, float("nan")),), (Vectors.dense(3.0, 1.0),)],
                               ["v"])
    return rows(MinMaxScaler(inputCol="v", outputCol="o").fit(df).transform(df), "o")


@program
def scales_to_sparse_vectors(spark):
    from pyspark.ml.feature import MinMaxScaler
    from pyspark.ml.linalg import Vectors
    df = spark.createDataFrame([(Vectors.dense([float(i == j) for i in range(8)]),)
                                for j in range(8)], ["v"])
    return rows(MinMaxScaler(inputCol="v", outputCol="o").fit(df).transform(df), "o")


@program
def extremes_of_the_right_size(spark):
    from pyspark.ml.feature import MinMaxScaler
    from pyspark.ml.linalg import Vectors
    model = MinMaxScaler(inputCol="v", outputCol="o").fit(vectors(spark))
    return rows(model.transform(spark.createDataFrame([(Vectors.dense(1.0),)], ["v"])), "o")


@program
def the_smaller_one_first(spark):
    from pyspark.ml.feature import MinMaxScaler
    return MinMaxScaler(min=2.0, max=2.0, inputCol="v", outputCol="o").fit(vectors(spark)).uid


# ---- Imputer ----------------------------------------------------------------------------------

def gaps(spark):
    return spark.createDataFrame([
        (1.0, 4, 2.0), (2.0, None, 2.0), (float("nan"), 8, -1.0), (None, 9, -1.0), (7.0, 4, None)],
        "a double, n int, c float")


@program
def imputes(spark):
    from pyspark.ml.feature import Imputer
    found = []
    for strategy in ("mean", "median", "mode"):
        model = Imputer(inputCols=["a", "n", "c"], outputCols=["oa", "on", "oc"],
                        strategy=strategy).fit(gaps(spark))
        out = model.transform(gaps(spark))
        found.append([rows(out), rows(model.surrogateDF), without_uids(repr(model)),
                      out.schema["on"].dataType.simpleString()])
    return found


@program
def imputes_a_value(spark):
    from pyspark.ml.feature import Imputer
    return rows(Imputer(inputCol="a", outputCol="oa", missingValue=2.0).fit(gaps(spark))
                .transform(gaps(spark)))


@program
def imputes_in_place(spark):
    from pyspark.ml.feature import Imputer
    return rows(Imputer(inputCols=["a"], outputCols=["a"]).fit(gaps(spark)).transform(gaps(spark)))


@program
def imputes_nothing_of_nothing(spark):
    from pyspark.ml.feature import Imputer
    return rows(Imputer(inputCols=["a"], outputCols=["z"]).fit(gaps(spark).where("a is null"))
                .surrogateDF)


@program
def knows_three_strategies(spark):
    from pyspark.ml.feature import Imputer
    return Imputer(inputCols=["a"], outputCols=["z"], strategy="sum").fit(gaps(spark)).uid


@program
def imputes_no_column_twice(spark):
    from pyspark.ml.feature import Imputer
    return Imputer(inputCols=["a", "a"], outputCols=["y", "z"]).fit(gaps(spark)).uid


@program
def imputes_numbers_alone(spark):
    from pyspark.ml.feature import Imputer
    return Imputer(inputCols=["b"], outputCols=["z"]).fit(mixed(spark)).uid


# ---- pipelines --------------------------------------------------------------------------------

@program
def runs_a_pipeline(spark):
    from pyspark.ml import Pipeline
    from pyspark.ml.feature import StandardScaler, StringIndexer
    df = spark.createDataFrame([("a", 1.0), ("b", 2.0), ("a", 3.5)], ["s", "x"])
    model = Pipeline(stages=[StringIndexer(inputCol="s", outputCol="i"), assembler(["i", "x"]),
                             StandardScaler(inputCol="f", outputCol="g")]).fit(df)
    return rows(model.transform(df), "g"), without_uids(repr(model.stages))


@program
def an_empty_pipeline_changes_nothing(spark):
    from pyspark.ml import Pipeline
    return rows(Pipeline(stages=[]).fit(spark.range(2)).transform(spark.range(2)))


@program
def a_stage_is_a_stage(spark):
    from pyspark.ml import Pipeline
    return Pipeline(stages=[1]).fit(spark.range(2)).uid
