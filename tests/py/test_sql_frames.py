"""Functions of pandas and Arrow over all rows, over groups, over two groups, and as aggregates; what
functions of Python share with the driver.

What comes out was compared with a real Spark, and so were the plans.
"""
import contextlib
import io
from collections.abc import Iterator

import pytest

from rushlight.errors import AnalysisException, NotThereYet, PythonException
from rushlight.sql import Window, functions as F
from rushlight.sql.functions import col, pandas_udf, udf

pd = pytest.importorskip("pandas")
pytest.importorskip("pyarrow")


@pytest.fixture(scope="module")
def spark(session_of):
    return session_of(False)


@pytest.fixture(scope="module")
def pairs(spark):
    return spark.createDataFrame([(1, 1.0), (1, 2.0), (2, 3.0)], "k int, v double")


@pandas_udf("double")
def mean(v: pd.Series) -> float:
    return v.mean()


def values(frame):
    return sorted(tuple(row) for row in frame.collect())


def plan_of(frame):
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        frame.explain()
    return text.getvalue()


def test_all_rows_in_frames(pairs):
    def large(frames):
        for frame in frames:
            yield frame[frame.v > 1]
    made = pairs.mapInPandas(large, "k int, v double")
    assert values(made) == [(1, 2.0), (2, 3.0)]
    assert "MapInPandas large(k#" in plan_of(made)


def test_all_rows_in_batches(pairs):
    made = pairs.mapInArrow(lambda batches: (b.slice(0, 1) for b in batches), pairs.schema)
    assert "MapInArrow <lambda>(k#" in plan_of(made)
    assert len(values(made)) >= 1


def test_columns_are_found_by_name_or_by_place(spark):
    swapped = spark.range(1).mapInPandas(
        lambda fs: (pd.DataFrame({"b": [2], "a": [1]}) for _ in fs), "a int, b int")
    placed = spark.range(1).mapInPandas(
        lambda fs: (pd.DataFrame([[1, 2]]) for _ in fs), "a int, b int")
    assert values(swapped)[-1] == values(placed)[-1] == (1, 2)


def test_frames_have_the_types_of_columns(spark):
    row = spark.sql("select 1 as a, 2Y as b, 1.5F as c, true as d, date'2020-01-01' as e")
    made = row.mapInPandas(lambda fs: (pd.DataFrame({"t": [str(list(f.dtypes))]}) for f in fs),
                           "t string")
    assert "dtype('int32'), dtype('int8'), dtype('float32'), dtype('bool'), dtype('O')" in \
        made.first().t


def test_rows_may_be_more_and_none(spark):
    made = spark.range(3).mapInPandas(lambda fs: (pd.concat([f, f]) for f in fs), "id long")
    none = spark.range(3).mapInPandas(lambda fs: (f[f.id > 9] for f in fs), "id long")
    assert (made.count(), none.count(), made.where("id = 1").count()) == (6, 0, 2)


def test_a_group_is_whole(spark):
    rows = spark.range(20_000).select((col("id") % 3).alias("k"), "id")
    made = rows.groupBy("k").applyInPandas(
        lambda f: pd.DataFrame({"k": [f.k[0]], "n": [len(f)], "s": [f.id.sum()]}),
        "k long, n long, s long")
    assert values(made) == [tuple(r) for r in rows.groupBy("k").agg(
        F.count("*"), F.sum("id")).orderBy("k").collect()]
    assert "FlatMapGroupsInPandas [k#" in plan_of(made) and "hashpartitioning" in plan_of(made)


def test_a_group_with_its_key(pairs):
    def named(key, frame):
        return pd.DataFrame({"k": [key[0]], "n": [len(frame)]})
    assert values(pairs.groupBy((pairs.k + 1).alias("j")).applyInPandas(
        named, "k int, n int")) == [(2, 2), (3, 1)]


def test_groups_with_null_keys_and_of_all_rows(spark):
    rows = spark.createDataFrame([(None, 1), (None, 2), (3, 4)], "k int, v int")

    def total(frame):
        return pd.DataFrame({"s": [int(frame.v.sum())]})
    assert values(rows.groupBy("k").applyInPandas(total, "s int")) == [(3,), (4,)]
    assert values(rows.groupBy().applyInPandas(total, "s int")) == [(7,)]


def test_nan_is_a_key_as_any_other(spark):
    def count(frame):
        return pd.DataFrame({"n": [len(frame)]})

    numbers = spark.sql("select double('nan') as k, id as v from range(3)")
    assert values(numbers.groupBy("k").applyInPandas(count, "n long")) == [(3,)]
    assert values(numbers.groupBy("k").agg(mean("v")).select("mean(v)")) == [(1.0,)]
    arrays = numbers.groupBy(F.array("k").alias("ks"))
    assert values(arrays.applyInPandas(count, "n long")) == [(3,)]


def test_groups_in_arrow(pairs):
    made = pairs.groupBy("k").applyInArrow(lambda t: t.slice(0, 1), pairs.schema)
    assert [k for k, _ in values(made)] == [1, 2]


def test_two_groups(spark, pairs):
    other = spark.createDataFrame([(1, "x"), (3, "z")], "k int, w string")

    def sizes(key, left, right):
        return pd.DataFrame({"k": [key[0]], "l": [len(left)], "r": [len(right)]})
    both = pairs.groupBy("k").cogroup(other.groupBy("k"))
    assert values(both.applyInPandas(sizes, "k int, l int, r int")) == [
        (1, 2, 1), (2, 1, 0), (3, 0, 1)]


def test_an_aggregate(pairs):
    made = pairs.groupBy("k").agg((mean("v") + 1).alias("m"), mean(pairs.v * 2))
    assert made.columns == ["k", "m", "mean((v * 2))"]
    assert values(made) == [(1, 2.5, 3.0), (2, 4.0, 6.0)]
    assert "ArrowAggregatePython [k#" in plan_of(made)


def test_an_aggregate_of_all_rows_and_of_computed_keys(pairs):
    assert values(pairs.agg(mean("v"))) == [(2.0,)]
    assert values(pairs.groupBy((pairs.k % 2).alias("odd")).agg(mean("v"))) == [(0, 3.0), (1, 1.5)]


def test_an_aggregate_beside_the_engines(pairs):
    with pytest.raises(AnalysisException) as e:
        pairs.groupBy("k").agg(mean("v"), F.sum("v")).collect()
    assert e.value.getCondition() == "INVALID_PANDAS_UDF_PLACEMENT"


def test_an_aggregate_over_a_window_is_not_there_yet(pairs):
    with pytest.raises(NotThereYet):
        mean("v").over(Window.partitionBy("k"))


@pytest.mark.parametrize("function, schema, words", [
    (lambda f: 3, "k int", "should be pandas.DataFrame, but is int"),
    (lambda f: f, "k int", "Unexpected: v."),
    (lambda f: f, "k int, w double", "Missing: w. Unexpected: v."),
    (lambda f: 1 // 0, "k int", "ZeroDivisionError")])
def test_what_groups_may_not_become(pairs, function, schema, words):
    with pytest.raises(PythonException, match=words):
        pairs.groupBy("k").applyInPandas(function, schema).collect()


def test_what_must_be_frames(pairs):
    with pytest.raises(PythonException, match="iterator of pandas.DataFrame, but is int"):
        pairs.mapInPandas(lambda frames: 3, "k int").collect()


def test_broadcasts_and_accumulators(spark, pairs):
    names = spark.sparkContext.broadcast({1: "one", 2: "two"})
    calls = spark.sparkContext.accumulator(0)

    @udf("string")
    def name(k):
        calls.add(1)
        return names.value[k]
    assert values(pairs.select(name("k"))) == [("one",), ("one",), ("two",)]
    assert calls.value == 3
    spark.udf.register("name_of", name)
    assert spark.sql("select name_of(2)").first()[0] == "two"
    titled = pandas_udf(lambda s: s.map(names.value), "string")
    assert values(pairs.select(titled("k"))) == [("one",), ("one",), ("two",)]
    assert pairs.groupBy("k").applyInPandas(
        lambda f: pd.DataFrame({"n": [names.value[f.k[0]]]}), "n string").count() == 2


def test_a_broadcast_that_is_gone(spark, pairs):
    gone = spark.sparkContext.broadcast([1])
    frame = pairs.select(udf(lambda k: gone.value[0], "int")("k"))
    gone.destroy()
    with pytest.raises(Exception, match="destroyed"):
        frame.collect()


def test_rows_drawn_with_replacement(spark):
    """As Spark draws them."""
    assert [r.id for r in spark.range(20, numPartitions=4).sample(True, 0.5, 3).collect()] == \
        [8, 9, 16]
    many = spark.range(10_000, numPartitions=2).sample(True, 3.0, 1)
    assert 29_000 < many.count() < 31_000 and many.distinct().count() < 10_000


def test_structs_with_other_fields(spark):
    row = spark.sql("select named_struct('a', 1, 'b', named_struct('c', 2)) as s, "
                    "cast(null as struct<a:int>) as n")
    made = row.select(col("s").withField("b.d", F.lit(3)).alias("x"),
                      col("s").withField("A", F.lit("x")).dropFields("b").alias("y"),
                      col("n").withField("z", F.lit(1)).alias("z")).first()
    assert (made.x.b.asDict(), made.y.asDict(), made.z) == ({"c": 2, "d": 3}, {"A": "x"}, None)
    with pytest.raises(AnalysisException, match="STRUCT"):
        spark.range(1).select(col("id").withField("a", F.lit(1)))


_ONE_OF_EACH = """select 1Y a, 2S b, 3 c, 4L d, 1.5F e, 2.5D f, true g, 'x' h,
    cast(1.23 as decimal(10, 2)) i, date'2020-01-01' j, timestamp'2020-01-01 12:00:00' k,
    timestamp_ntz'2020-01-01 12:00:00' l, interval 1 day m, X'01' n, array(1Y, null) o,
    map('a', 1Y) p, named_struct('q', 1Y, 'r', array(timestamp'2020-01-01 12:00:00')) q,
    cast(null as string) r, cast(null as int) s"""


def told_of(batch):
    """The schema and the values of a batch or a table, as text."""
    import pyarrow as pa
    return pa.table({"t": [f"{batch.schema}\n{batch.to_pylist()}"]})


def test_batches_have_the_types_of_columns(spark):
    row = spark.sql(_ONE_OF_EACH)
    whole = row.toArrow()
    of_all = row.mapInArrow(lambda bs: (told_of(b).to_batches()[0] for b in bs), "t string")
    of_group = row.groupBy("a").applyInArrow(told_of, "t string")
    assert of_all.first().t == of_group.first().t == f"{whole.schema}\n{whole.to_pylist()}"
    assert "i: decimal128(10, 2)" in of_all.first().t and "a: int8" in of_all.first().t
    assert row.mapInArrow(lambda batches: batches, row.schema).collect() == row.collect()


def test_batches_have_times_in_the_zone_of_the_session(spark):
    spark.conf.set("spark.sql.session.timeZone", "America/New_York")
    try:
        row = spark.sql("select timestamp'2020-01-01 12:00:00' as k")
        told = row.mapInArrow(lambda bs: (told_of(b).to_batches()[0] for b in bs), "t string")
        assert told.first().t == f"{row.toArrow().schema}\n{row.toArrow().to_pylist()}"
        assert "tz=America/New_York" in told.first().t
        assert row.mapInArrow(lambda batches: batches, row.schema).collect() == row.collect()
    finally:
        spark.conf.unset("spark.sql.session.timeZone")


@pytest.mark.parametrize("time", ["0001-01-01 00:00:00", "1900-01-01 00:00:00.000001",
                                  "9999-12-31 12:00:00"])
def test_batches_have_times_of_all_years(spark, time):
    row = spark.sql(f"select timestamp'{time}' as a, timestamp_ntz'{time}' as b")
    assert row.mapInArrow(lambda batches: batches, row.schema).collect() == row.collect()


def test_a_key_in_arrow_has_its_type(spark):
    def key_type(key, table):
        import pyarrow as pa
        return pa.table({"t": [f"{key[0].type} {key[1].type}"]})
    made = spark.sql("select 1Y a, cast(null as int) b").groupBy("a", "b")
    assert made.applyInArrow(key_type, "t string").first().t == "int8 int32"


_WITH_NULLS = """select * from values (1Y, 2S, 3, 4L, 1.5F, 2.5D, true, 'x'),
    (null, null, null, null, null, null, null, null) as t (a, b, c, d, e, f, g, h)"""


def dtypes_of(*series):
    return " ".join(str(s.dtype) for s in series)


def test_series_have_the_types_of_columns(spark):
    row = spark.sql(_WITH_NULLS).coalesce(1)
    columns = list("abcdefgh")
    scalar = pandas_udf(lambda a, b, c, d, e, f, g, h: pd.Series(
        [dtypes_of(a, b, c, d, e, f, g, h)] * len(a)), "string")

    @pandas_udf("string")
    def of_group(a: pd.Series, b: pd.Series, c: pd.Series, d: pd.Series, e: pd.Series,
                 f: pd.Series, g: pd.Series, h: pd.Series) -> str:
        return dtypes_of(a, b, c, d, e, f, g, h)

    plain = f"int8 int16 int32 int64 float32 float64 bool {pd.Series(['x'], dtype='str').dtype}"
    nulls = plain.replace("bool", "object").replace("int8 int16 int32 int64", "float64 " * 3 +
                                                    "float64")
    for rows, expected in ((row.where("a = 1"), plain), (row.where("a is null"), nulls)):
        assert rows.select(scalar(*columns)).first()[0] == expected
        assert rows.agg(of_group(*columns)).first()[0] == expected
        assert rows.groupBy().applyInPandas(lambda f: pd.DataFrame(
            {"t": [" ".join(map(str, f.dtypes))]}), "t string").first().t == expected


NAN = float("nan")


@pytest.mark.parametrize("function, of, expected", [
    (lambda v: v, "double", [1.0, None, None, 4.0]),
    (lambda v: v * NAN, "double", [None] * 4),
    (lambda v: v.astype("float32"), "float", [1.0, None, None, 4.0]),
    (lambda v: v, "int", [1, None, None, 4]),
    (lambda v: pd.Series([[x, NAN] for x in v]), "array<double>",
     [[1.0, None], [None, None], [None, None], [4.0, None]]),
    (lambda v: pd.DataFrame({"b": v * NAN, "a": v}), "a double, b double",
     [(1.0, None), (None, None), (None, None), (4.0, None)]),
], ids=["same", "made", "float", "int", "array", "struct"])
def test_nan_of_pandas_is_null(spark, function, of, expected):
    """As PySpark 4.3 has it: pyarrow makes an array from pandas."""
    rows = spark.createDataFrame([(1.0,), (None,), (NAN,), (4.0,)], "v double").coalesce(1)
    series = pandas_udf(function, of, F.PandasUDFType.SCALAR)
    iterator = pandas_udf(lambda them: map(function, them), of, F.PandasUDFType.SCALAR_ITER)
    assert [row[0] for row in rows.select(series("v")).collect()] == expected
    assert [row[0] for row in rows.select(iterator("v")).collect()] == expected


@pytest.mark.parametrize("function, of, words", [
    (lambda s: s + 0.5, "long", "'_0' with type 'float64' to Arrow type 'int64'"),
    (lambda s: s, "string", "'_0' with type 'int64' to the specified return type"),
    (lambda s: s, "decimal(10,2)", "with type 'int64' to Arrow type 'decimal128.10, 2.'"),
    (lambda s: [1] * len(s), "long", "should be pandas.Series, but is list"),
    (lambda s: s.map(lambda v: {"a": v}), "a long", "returns a pandas.DataFrame"),
    (lambda s: pd.DataFrame({"a": s + 0.5}), "a long", "'a' with type 'float64'")],
    ids=["fraction", "text", "decimal", "list", "dicts", "field"])
def test_nothing_is_lost_in_silence(spark, function, of, words):
    made = spark.range(3).select(pandas_udf(function, of, F.PandasUDFType.SCALAR)("id"))
    with pytest.raises(PythonException, match=words):
        made.collect()


@pytest.mark.parametrize("function, of, expected", [
    (lambda s: s > 1, "int", [0, 0, 1]),
    (lambda s: s.astype(str), "int", [0, 1, 2]),
    (lambda s: s.astype(str), "binary", [b"0", b"1", b"2"]),
    (lambda s: s.map(lambda v: b"x"), "string", ["x"] * 3),
    (lambda s: s.astype(str).astype("category"), "string", ["0", "1", "2"])],
    ids=["bool", "digits", "text", "bytes", "category"])
def test_what_fits_is_converted(spark, function, of, expected):
    made = spark.range(3).coalesce(1).select(
        pandas_udf(function, of, F.PandasUDFType.SCALAR)("id"))
    assert [row[0] for row in made.collect()] == expected


def test_structs_are_frames(spark):
    rows = spark.sql("select * from values (named_struct('a', 1, 'b', 2)), (null) as t (s)")
    sums = pandas_udf(lambda d: d["a"] + d["b"], "long", F.PandasUDFType.SCALAR)
    iterated = pandas_udf(lambda them: (d.sum(axis=1) for d in them), "double",
                          F.PandasUDFType.SCALAR_ITER)
    assert rows.select(sums("s"), iterated("s")).collect() == [(3, 3.0), (None, 0.0)]


def test_nan_of_an_aggregate_is_null(pairs):
    @pandas_udf("double")
    def nothing(v: pd.Series) -> float:
        return NAN
    assert values(pairs.groupBy("k").agg(nothing("v"))) == [(1, None), (2, None)]


def test_frames_of_all_rows_have_whole_numbers_beside_nulls(spark):
    """As PySpark 4.3 has it: elsewhere they are floats."""
    row = spark.sql(_WITH_NULLS).coalesce(1)
    made = row.mapInPandas(lambda fs: (pd.DataFrame({"t": [" ".join(map(str, f.dtypes))]})
                                       for f in fs), "t string")
    assert made.where("t like 'Int8 Int16 Int32 Int64 float32 float64 object %'").count() == 1
    assert values(row.where("a is null").mapInPandas(lambda fs: fs, row.schema)) == [(None,) * 8]


@pytest.fixture
def rows_a_batch(spark):
    """What sets the number."""
    key = "spark.sql.execution.arrow.maxRecordsPerBatch"
    yield lambda n: spark.conf.set(key, n)
    spark.conf.unset(key)


@pytest.mark.parametrize("most, sizes", [(3, [3, 3, 3, 1]), (10, [10]), (0, [10]), (-1, [10])])
def test_rows_of_a_batch(spark, rows_a_batch, most, sizes):
    def lengths(frames):
        for frame in frames:
            yield pd.DataFrame({"n": [len(frame)]})

    def arrow_lengths(batches):
        import pyarrow as pa
        for batch in batches:
            yield pa.RecordBatch.from_pydict({"n": [batch.num_rows]})

    @pandas_udf("long")
    def length(s: pd.Series) -> pd.Series:
        return pd.Series([len(s)] * len(s))

    @pandas_udf("long")
    def number(series: Iterator[pd.Series]) -> Iterator[pd.Series]:
        for i, s in enumerate(series):
            yield pd.Series([i] * len(s))

    rows_a_batch(most)
    rows = spark.range(0, 10, 1, 1)
    assert [r.n for r in rows.mapInPandas(lengths, "n long").collect()] == sizes
    assert [r.n for r in rows.mapInArrow(arrow_lengths, "n long").collect()] == sizes
    assert [r.n for r in rows.mapInPandas(lengths, "n long", barrier=True).collect()] == sizes
    assert [tuple(r) for r in rows.select(length("id"), number("id")).collect()] == \
        [(n, i) for i, n in enumerate(sizes) for _ in range(n)]
    assert rows.groupBy().applyInPandas(lambda f: pd.DataFrame({"n": [len(f)]}),
                                        "n long").first().n == 10


@pytest.mark.parametrize("takes, words", [
    (lambda given: iter(()), "output rows .0. must match the number of input rows .4."),
    (lambda given: (pd.concat([s, s]) for s in given), "output rows .8. must match")])
def test_an_iterator_gives_as_many_rows(spark, takes, words):
    @pandas_udf("long")
    def made(series: Iterator[pd.Series]) -> Iterator[pd.Series]:
        yield from takes(series)
    with pytest.raises(PythonException, match=words):
        spark.range(0, 4, 1, 1).select(made("id")).collect()


def test_aggregates_without_columns_take_all_numbers_also_those_grouped_by(spark):
    """The columns are those of PySpark 4.3."""
    df = spark.createDataFrame([(1, 2, "x")], "a int, b int, c string")
    assert df.groupBy("a").sum().columns == ["a", "sum(a)", "sum(b)"]
    assert df.groupBy().min().columns == ["min(a)", "min(b)"]
    assert df.groupBy((df.a + 1).alias("z")).max().columns == ["z", "max(a)", "max(b)"]
    assert df.groupBy("c").avg().collect() == [("x", 1.0, 2.0)]
    assert df.select("c").groupBy("c").sum().collect() == [("x",)]
