"""DataFrames: choosing, grouping, missing values, statistics, what is printed."""
import datetime
import decimal

from pyspark.sql import Row, Window, functions as F
from pyspark.sql.functions import col
from sql_programs import PEOPLE, people, printed, program, rows, table


def frame(run):
    return lambda spark: run(people(spark))


def shown(df):
    return [df.columns, rows(df)]


table("select",
      names=frame(lambda df: shown(df.select("name", "age"))),
      several=frame(lambda df: shown(df.select(["name", df.age]))),
      star=frame(lambda df: shown(df.select("*", (df.age + 1).alias("next")))),
      nothing=frame(lambda df: shown(df.select())),
      expression=frame(lambda df: shown(df.selectExpr("age * 2 as twice", "upper(name)"))),
      where=frame(lambda df: [rows(df.where("age > 10")), rows(df.filter(df.age > 10)),
                              rows(df[df.age > 10])]),
      item=frame(lambda df: [shown(df[["name"]]), shown(df.select(df[1]))]),
      with_column=frame(lambda df: [shown(df.withColumn("age", df.age + 1)),
                                    shown(df.withColumn("AGE", F.lit(1))),
                                    shown(df.withColumns({"x": df.age, "name": F.lit("n")}))]),
      renamed=frame(lambda df: [df.withColumnRenamed("age", "years").columns,
                                df.withColumnRenamed("zz", "years").columns,
                                df.withColumnRenamed("AGE", "y").columns,
                                df.withColumnsRenamed({"age": "a", "name": "n"}).columns]),
      drop=frame(lambda df: [df.drop("age").columns, df.drop("age", "zz", "name").columns,
                             df.drop(df.age).columns, df.drop("AGE").columns, df.drop().columns]),
      to_df=frame(lambda df: df.toDF("a", "b", "c").columns),
      limit=lambda spark: [[r.id for r in spark.range(9).limit(3).collect()],
                           [r.id for r in spark.range(9).offset(6).collect()],
                           spark.range(9).limit(0).collect()],
      distinct=lambda spark: [rows(spark.range(6).selectExpr("id % 2 as k").distinct()),
                              spark.range(6).selectExpr("id % 2 as k", "id").dropDuplicates(
                                  ["k"]).count(),
                              spark.range(6).selectExpr("id % 2 as k").dropDuplicates().count()],
      alias=frame(lambda df: shown(df.alias("t").select("t.name", col("t.age")))),
      col_regex=frame(lambda df: shown(df.select(df.colRegex("`a.*`")))),
      transform=frame(lambda df: shown(df.transform(lambda d, n: d.limit(n), 1))[0]),
      metadata=frame(lambda df: df.withMetadata("age", {"u": 1}).schema["age"].metadata),
      to_schema=frame(lambda df: df.to(df.select("age", "name").schema).dtypes),
      dtypes=frame(lambda df: df.dtypes),
      schema=frame(lambda df: repr(df.schema)),
      describes_itself=frame(lambda df: [repr(df), df.columns, "age" in dir(df)]))

table("group",
      agg=frame(lambda df: shown(df.groupBy("age").agg(F.count("*"), F.max("score")))),
      by_name=frame(lambda df: shown(df.groupBy("age").agg({"score": "max", "name": "count"}))),
      star=frame(lambda df: shown(df.groupBy("age").agg({"*": "count"}))),
      count=frame(lambda df: shown(df.groupBy("age").count())),
      all_numbers=frame(lambda df: shown(df.groupBy("name").max())),
      sums=frame(lambda df: shown(df.groupBy().sum("age", "score"))),
      means=frame(lambda df: shown(df.groupBy("name").mean("age"))),
      whole=frame(lambda df: shown(df.agg(F.sum("age").alias("s"), F.avg("score")))),
      expression=frame(lambda df: shown(df.groupBy((df.age > 10).alias("old")).count())),
      ordinal=frame(lambda df: shown(df.groupBy(2).count())),
      pivot=frame(lambda df: shown(df.groupBy("age").pivot("name", ["Ada", "Cyd"]).sum("score"))),
      pivot_found=frame(lambda df: shown(df.groupBy("age").pivot("name").count())),
      pivot_two=frame(lambda df: shown(df.groupBy("age").pivot("name", ["Ada"]).agg(
          F.sum("score").alias("s"), F.count("name")))),
      rollup=frame(lambda df: shown(df.rollup("age", "name").agg(F.count("*").alias("n"),
                                                                 F.grouping_id()))),
      cube=frame(lambda df: shown(df.cube("age").agg(F.grouping("age"), F.count("*")))),
      sets=frame(lambda df: shown(df.groupingSets([("age",), ()], "age").count())),
      distinct=frame(lambda df: shown(df.agg(F.countDistinct("age"), F.sum_distinct("age")))),
      windows=frame(lambda df: shown(df.select("name", F.rank().over(
          Window.orderBy(F.desc("score"))).alias("r"), F.sum("score").over(
          Window.partitionBy("age").orderBy("score")).alias("s")))),
      nothing=lambda spark: [shown(spark.range(0).groupBy().count()),
                             shown(spark.range(0).groupBy("id").count()),
                             shown(spark.range(0).agg(F.sum("id"), F.count("id")))])


@program
def set_operations(spark, tmp):
    x, y = spark.range(4).select("id"), spark.range(2, 6).select("id")
    twice = x.union(x)
    return [rows(op) for op in (
        x.union(y), x.unionAll(y), x.intersect(y), x.subtract(y), twice.exceptAll(y),
        twice.intersectAll(twice), x.crossJoin(y).limit(0),
        x.withColumn("b", F.lit("x")).unionByName(y.select(F.lit("y").alias("b"), "id")),
        x.unionByName(y.withColumn("c", F.lit(1)), allowMissingColumns=True))]


@program
def joins(spark, tmp):
    left = spark.createDataFrame([(1, "a"), (2, "b"), (None, "n")], "k int, l string")
    right = spark.createDataFrame([(1, "x"), (3, "y"), (None, "z")], "k int, r string")
    hows = ("inner", "left", "right", "outer", "left_semi", "left_anti", "cross", "LEFT_OUTER")
    return [(how, shown(left.join(right, "k", how))) for how in hows] + [
        shown(left.join(right, left.k == right.k).select(left.k, "r")),
        shown(left.join(right, ["k"])), shown(left.join(right, left.k < right.k, "left")),
        left.join(right).count(),
        shown(left.join(right, [left.k == right.k, left.l == "a"])),
        shown(left.join(right.hint("broadcast"), "k")), shown(left.join(F.broadcast(right), "k")),
        shown(left.alias("a").join(left.alias("b"), col("a.k") == col("b.k")).select("a.l", "b.k"))]


table("missing",
      fill=frame(lambda df: [rows(df.fillna(0)), rows(df.fillna("?")), rows(df.fillna(1.7)),
                             rows(df.na.fill({"age": 5, "name": "n"})),
                             rows(df.fillna(0, subset=["age"])), rows(df.fillna(0, "score")),
                             rows(df.fillna(True)), rows(df.fillna(0, ("age", "score")))]),
      drop=frame(lambda df: [rows(df.dropna()), rows(df.dropna("all")), rows(df.na.drop(thresh=3)),
                             rows(df.dropna(subset="age")), rows(df.dropna("all", None,
                                                                          ["age", "name"]))]),
      replace=frame(lambda df: [rows(df.replace(36, 40)), rows(df.replace([36, 7], [1, 2])),
                                rows(df.replace({"Ada": "A", "Bob": None})),
                                rows(df.na.replace("Ada", "A", "name")),
                                rows(df.replace([36, 7], 0)), rows(df.replace("Ada", None)),
                                rows(df.replace(1.5, 9.5, subset=["score"]))]),
      nan=lambda spark: [rows(spark.createDataFrame([(float("nan"), 1), (2.0, None)],
                                                    "d double, i int").fillna(7)),
                         rows(spark.createDataFrame([(float("nan"),), (2.0,)], "d double").dropna()
                              )])

table("statistics",
      describe=frame(lambda df: [list(r) for r in df.describe().collect()]),
      describe_some=frame(lambda df: [list(r) for r in df.describe("age", "name").collect()]),
      summary=frame(lambda df: [list(r) for r in df.summary().collect()]),
      summary_some=frame(lambda df: [list(r) for r in df.summary("count", "min", "33%").collect()]),
      quantile=lambda spark: [spark.range(101).approxQuantile("id", [0.25, 0.5], 0.0),
                              spark.range(11).selectExpr("id", "id * 2 as b").stat.approxQuantile(
                                  ["id", "b"], (0.0, 1.0), 0.0)],
      corr=lambda spark: [spark.range(9).selectExpr("id", "id * id as s").corr("id", "s"),
                          spark.range(9).selectExpr("id", "-id as s").stat.corr("id", "s")],
      cov=lambda spark: spark.range(9).selectExpr("id", "id * id as s").cov("id", "s"),
      crosstab=frame(lambda df: shown(df.crosstab("name", "age"))[1]),
      crosstab_columns=frame(lambda df: sorted(df.crosstab("name", "age").columns)),
      freq_items=lambda spark: shown(spark.range(10).selectExpr("id % 2 as k").freqItems(["k"], 0.5)
                                     )[0],
      sample_by=lambda spark: spark.range(100).selectExpr("id % 3 as k").sampleBy(
          "k", {0: 1.0, 1: 0.0}, 0).count(),
      unpivot=frame(lambda df: shown(df.unpivot("name", ["age", "score"], "what", "value"))),
      melt=frame(lambda df: df.melt(["name"], None, "what", "value").columns))


@program
def values_come_out_as_python_has_them(spark, tmp):
    row = spark.sql(
        "select 1Y, 2S, 3, 4L, 1.5F, 2.5D, 1.50BD, 'x', X'01FF', true, null, date'2020-01-02', "
        "timestamp_ntz'2020-01-02 03:04:05.000006', interval '1' day, array(1, null), "
        "map('a', 1), named_struct('x', 1, 'z', 'y'), named_struct('n', array(struct(2 as q)))").first()
    return [(repr(v), type(v).__name__) for v in row]


@program
def values_go_in_and_out(spark, tmp):
    schema = ("b boolean, y tinyint, s smallint, i int, l bigint, f float, d double, "
              "p decimal(10,3), t string, x binary, e date, n timestamp_ntz, v interval day to "
              "second, a array<int>, m map<string,double>, r struct<q:int,w:string>")
    row = (True, 1, 2, 3, 4, 1.5, 2.5, decimal.Decimal("1.5"), "ä€😀", bytearray(b"\0x"),
           datetime.date(1969, 1, 2), datetime.datetime(2020, 1, 2, 3, 4, 5, 6),
           datetime.timedelta(days=-1, seconds=5), [1, None], {"k": None}, Row(q=1, w="z"))
    return [repr(r) for r in spark.createDataFrame([row, (None,) * 16], schema).collect()]


@program
def text_of_anything(spark, tmp):
    values = [1, 1.5, True, None, [1, "a"], {"a": 1}, (1, 2), b"ab", datetime.date(2020, 1, 2),
              decimal.Decimal("1.50")]
    return [spark.createDataFrame([(v,)], "s string").first()[0] for v in values]


@program
def shown_tables(spark, tmp):
    df = people(spark)
    nested = spark.createDataFrame(
        [([1, None], {"a": 1.5}, Row(x=1, y=None), b"\x01\xab", datetime.date(2020, 1, 2),
          decimal.Decimal("1.50"), True, "tab\tline\nend", "x" * 25)],
        "a array<int>, m map<string,double>, r struct<x:int,y:string>, b binary, d date, "
        "p decimal(5,2), t boolean, w string, long string")
    return [printed(df.show), printed(df.show, 2), printed(df.show, truncate=False),
            printed(df.show, truncate=2), printed(df.show, 2, 5), printed(df.show, vertical=True),
            printed(df.show, 1, True, True), printed(nested.show), printed(nested.show, 20, False),
            printed(nested.show, vertical=True, truncate=0), printed(spark.range(0).show),
            printed(spark.range(0).show, vertical=True), printed(spark.range(3).show, 0),
            printed(spark.range(3).select().show), printed(spark.range(3).show, -1),
            printed(spark.createDataFrame([("日本", "é"), ("a", "ＡＢ")], "`ü` string, b string").show),
            printed(spark.sql("select 1.0D as a, 1e20D as b, 1e-5D as c, float('nan') as d, "
                              "1.5F as e, -0.0D as f, double('-infinity') as g").show),
            printed(spark.sql("select interval 1 day as d, interval '1-2' year to month as m, "
                              "timestamp_ntz'2020-01-02 03:04:05.5' as t").show, truncate=False)]


@program
def printed_schemas(spark, tmp):
    df = spark.createDataFrame([], "a int, b array<struct<x:int,y:map<string,date>>>, "
                                   "c decimal(5,2), d struct<e:struct<f:timestamp_ntz>>")
    return [printed(df.printSchema), printed(df.printSchema, 1), printed(df.printSchema, 2),
            printed(spark.range(1).printSchema), printed(spark.sql("select 1 as x").printSchema),
            printed(spark.range(1).select().printSchema)]


table("take",
      rows=lambda spark: [spark.range(9).take(2), spark.range(9).head(2), spark.range(9).head(),
                          spark.range(9).first(), spark.range(9).tail(2), spark.range(0).first(),
                          spark.range(0).head(1), spark.range(9).isEmpty(), spark.range(0).isEmpty(),
                          spark.range(9).take(0), spark.range(9).tail(0)].__repr__(),
      count=lambda spark: [spark.range(9).count(), spark.range(0).count()],
      iterator=lambda spark: [[r.id for r in spark.range(5).toLocalIterator()],
                              [r.id for r in spark.range(5, numPartitions=3).toLocalIterator(True)]],
      rdd=lambda spark: [spark.range(4, numPartitions=2).rdd.glom().map(len).collect(),
                         repr(spark.range(1).rdd.first()), spark.range(6).rdd.map(
                             lambda r: r.id * 2).sum(), repr(people(spark).rdd.take(1)),
                         people(spark).rdd.toDF().dtypes],
      json=lambda spark: people(spark).toJSON().collect(),
      pandas=lambda spark: [people(spark).toPandas().to_csv(), str(people(spark).toPandas().dtypes),
                            spark.range(0).toPandas().shape],
      arrow=lambda spark: [str(people(spark).toArrow().schema), people(spark).toArrow().to_pylist()],
      order=lambda spark: [[r.id for r in df.collect()] for df in (
          spark.range(4).orderBy("id", ascending=False), spark.range(4).sort(F.desc("id")),
          spark.range(4).sort(-1), spark.range(4).orderBy(["id"], ascending=[0]),
          spark.range(4).sort(col("id").desc()), spark.range(4).orderBy(1))],
      order_nulls=frame(lambda df: [[r.name for r in d.collect()] for d in (
          df.orderBy("age", "name"), df.orderBy(df.age.desc(), "name"),
          df.orderBy(df.age.desc_nulls_first(), df.name), df.orderBy(df.age.asc_nulls_last(),
                                                                    df.name))]),
      sample=lambda spark: [[r.id for r in spark.range(50).sample(0.1, 3).collect()],
                            [r.id for r in spark.range(50).sample(False, 0.1, 3).collect()],
                            [r.id for r in spark.range(20).sample(True, 0.5, 3).collect()],
                            [r.id for r in spark.range(50).sample(fraction=0.1, seed=3).collect()]],
      split=lambda spark: [d.count() for d in spark.range(100).randomSplit([3.0, 1.0], 7)],
      partitions=lambda spark: [d.rdd.getNumPartitions() for d in (
          spark.range(9), spark.range(9, numPartitions=3), spark.range(9).repartition(3),
          spark.range(9).coalesce(1), spark.range(9).coalesce(9), spark.range(9).repartition(2, "id"),
          spark.range(9).repartitionByRange(2, "id"), spark.createDataFrame([(1,)], "a int"))],
      foreach=lambda spark: _foreach(spark))


def _foreach(spark):
    seen = spark.sparkContext.accumulator(0)
    spark.range(5).foreach(lambda r: seen.add(r.id))
    spark.range(5).foreachPartition(lambda rs: seen.add(sum(r.id for r in rs)))
    return seen.value


@program
def subqueries(spark, tmp):
    df, few = people(spark), spark.range(3)
    return [rows(df.where(df.age == few.select(F.max("id") + 34).scalar())),
            rows(few.where(spark.range(2).where(col("id") == col("id").outer()).exists())),
            rows(few.where(few.id.isin(spark.range(2))))]


@program
def cached_and_checkpointed(spark, tmp):
    from pyspark import StorageLevel
    df = spark.range(4)
    told = [df.is_cached, repr(df.storageLevel), df.cache() is df, df.is_cached,
            repr(df.storageLevel), df.count(), df.unpersist() is df, df.is_cached]
    df.persist(StorageLevel.DISK_ONLY)
    told += [repr(df.storageLevel), spark.range(4).is_cached, df.unpersist(True).is_cached]
    return told + [rows(df.localCheckpoint()), df.localCheckpoint(False).count()]


@program
def same_semantics(spark, tmp):
    a, b = spark.range(4).where("id > 1"), spark.range(4).where("id > 1")
    return [a.sameSemantics(b), a.sameSemantics(spark.range(4)), a.semanticHash() == a.semanticHash()]


@program
def observed_rows(spark, tmp):
    from pyspark.sql import Observation
    seen = Observation("seen")
    n = spark.range(5).observe(seen, F.count("*").alias("n"), F.max("id").alias("m")).count()
    return [n, seen.get]


@program
def input_of_frames(spark, tmp):
    out = tmp + "/people"
    people(spark).coalesce(1).write.parquet(out)
    back = spark.read.parquet(out)
    return [rows(back), len(back.inputFiles()), back.schema == people(spark).schema]


@program
def made_of_pandas_and_arrow(spark, tmp):
    import pandas as pd
    import pyarrow as pa
    pdf = pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": [1.5, float("nan")],
                        "d": pd.to_datetime(["2020-01-02", None])})
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    table_ = pa.table({"i": pa.array([1, None], pa.int32()), "l": [[1], []], "s": ["a", "b"]})
    try:
        return [spark.createDataFrame(pdf).dtypes, repr(spark.createDataFrame(pdf).select(
                    "a", "b", "c").collect()),
                repr(spark.createDataFrame(pdf[["a", "b"]], "x long, y string").collect()),
                spark.createDataFrame(pdf[["a", "b"]], ["x", "y"]).columns,
                spark.createDataFrame(table_).dtypes, repr(spark.createDataFrame(table_).collect())]
    finally:
        spark.conf.unset("spark.sql.session.timeZone")


@program
def made_of_other_things(spark, tmp):
    sc = spark.sparkContext
    return [shown(spark.createDataFrame([{"a": 1, "b": "x"}, {"a": 2}])),
            shown(spark.createDataFrame([1, 2], "int")),
            shown(spark.createDataFrame([("x", 1)])), shown(spark.createDataFrame([("x", 1)], ["k"])),
            shown(spark.createDataFrame([Row(a=1, b=2)], ["x", "y"])),
            shown(spark.createDataFrame([{"b": 1, "a": 2}], "a int, b int")),
            shown(spark.createDataFrame(sc.parallelize([(1, "a"), (2, "b")], 2), ["k", "v"])),
            shown(spark.createDataFrame(sc.parallelize([Row(z=1, a=2)]))),
            shown(sc.parallelize([(1,)]).toDF("n int")), shown(sc.parallelize([{"a": 1}]).toDF()),
            shown(spark.createDataFrame([], "a int")), shown(spark.createDataFrame(PEOPLE)),
            shown(spark.createDataFrame([[1, "a"]], "x int, y string")),
            shown(spark.createDataFrame([(1, "a", True)], ["x", "y"]))]
