"""What courses of Spark have their people type: word counts, ETL, joins, windows, udfs."""
import json
import os
import re

from pyspark.sql import Row, Window, functions as F
from pyspark.sql.functions import col
from pyspark.sql.types import (
    DoubleType, IntegerType, StringType, StructField, StructType)
from sql_programs import printed, program, rows, table

SALES = """id,region,product,amount,day,rep
1,North,lamp,120.5,2024-01-03,Ada
2,South,rope,80.0,2024-01-03,Bob
3,North,rope,35.25,2024-01-04,Ada
4,East,lamp,,2024-01-05,Cyd
5,South,lamp,220.0,2024-02-01,Bob
6,North,wick,15.75,2024-02-02,
7,East,rope,64.0,2024-02-02,Cyd
8,South,wick,5.5,2024-02-10,Dan
"""
POEM = """the quick brown fox
jumps over the lazy dog

the dog sleeps
"""
STAFF = [("Ada", "eng", 5200), ("Bob", "eng", 4100), ("Cyd", "ops", 3900), ("Dan", "ops", 3900),
         ("Eve", "hr", 3500), ("Fay", "eng", 4100), ("Gus", "hr", None)]


def written(tmp, name, text):
    path = os.path.join(tmp, name)
    with open(path, "w") as f:
        f.write(text)
    return path


def sales(spark, tmp):
    return spark.read.csv(written(tmp, "sales.csv", SALES), header=True, inferSchema=True)


def staff(spark):
    return spark.createDataFrame(STAFF, ["name", "dept", "salary"])


def plan(df, mode=None):
    """What explain() prints, without the numbers that a session counts."""
    lines = printed(df.explain, mode)
    return [re.sub(r"plan_id=\d+", "plan_id=", re.sub(r"#\d+L?", "#", line)) for line in lines]


# ---- counting words ----

@program
def course_word_count(spark, tmp):
    lines = spark.read.text(written(tmp, "poem.txt", POEM))
    words = lines.select(F.explode(F.split(col("value"), " ")).alias("word")).where("word != ''")
    counts = words.groupBy("word").count().orderBy(F.desc("count"), "word")
    return printed(counts.show)


@program
def course_word_count_sql(spark, tmp):
    spark.read.text(written(tmp, "poem.txt", POEM)).createOrReplaceTempView("lines")
    return printed(spark.sql("""
        SELECT word, COUNT(*) AS n
        FROM (SELECT explode(split(lower(value), '\\\\s+')) AS word FROM lines)
        WHERE word <> '' GROUP BY word HAVING n > 1 ORDER BY n DESC, word""").show)


@program
def course_word_count_rdd(spark, tmp):
    lines = spark.sparkContext.textFile(written(tmp, "poem.txt", POEM), 1)
    counts = lines.flatMap(lambda x: x.split(" ")).map(lambda x: (x, 1)).reduceByKey(
        lambda x, y: x + y)
    return printed(counts.toDF(["word", "n"]).orderBy("word").show)


# ---- reading and writing ----

@program
def course_read_csv(spark, tmp):
    df = sales(spark, tmp)
    return [printed(df.printSchema), printed(df.show), df.count(), df.columns, df.dtypes]


@program
def course_read_csv_with_schema(spark, tmp):
    schema = StructType([StructField("id", IntegerType()), StructField("name", StringType()),
                         StructField("score", DoubleType())])
    path = written(tmp, "p.csv", "1|Ada|1.5\n2|NA|x\nbroken\n4|'a|b'|2\n")
    df = spark.read.csv(path, schema=schema, sep="|", nullValue="NA", quote="'")
    dropped = spark.read.option("mode", "DROPMALFORMED").csv(path, schema=schema, sep="|")
    return [printed(df.show), dropped.count()]


@program
def course_read_json(spark, tmp):
    path = written(tmp, "a.json", "\n".join(json.dumps(x) for x in (
        {"id": 1, "tags": ["a", "b"], "who": {"name": "Ada", "age": 36}},
        {"id": 2, "tags": [], "who": {"name": "Bob"}}, {"id": 3, "extra": True})))
    df = spark.read.json(path)
    return [printed(df.printSchema), printed(df.show, truncate=False), printed(
        df.select("id", "who.name", F.explode_outer("tags").alias("tag")).orderBy("id", "tag").show)]


@program
def course_read_json_multiline(spark, tmp):
    path = written(tmp, "m.json", json.dumps([{"a": 1, "b": "x"}, {"a": 2, "b": None}], indent=2))
    return printed(spark.read.option("multiLine", True).json(path).show)


@program
def course_parquet_partitions(spark, tmp):
    df = sales(spark, tmp)
    df.write.mode("overwrite").partitionBy("region").parquet(tmp + "/out")
    back = spark.read.parquet(tmp + "/out")
    return [sorted(n for n in os.listdir(tmp + "/out") if n.startswith("region")), back.count(),
            printed(back.where("region = 'North'").orderBy("id").show), back.columns]


@program
def course_formats(spark, tmp):
    df = staff(spark).coalesce(1)
    df.write.csv(tmp + "/c", header=True)
    df.write.json(tmp + "/j")
    df.write.orc(tmp + "/o")
    df.select("name").write.text(tmp + "/t")
    texts = [open(f"{tmp}/{d}/{n}").read() for d in "cjt" for n in sorted(os.listdir(f"{tmp}/{d}"))
             if n.startswith("part-")]
    return [texts, rows(spark.read.orc(tmp + "/o"))]


@program
def course_save_modes(spark, tmp):
    df = spark.range(2)
    df.write.parquet(tmp + "/out")
    df.write.mode("append").parquet(tmp + "/out")
    df.write.mode("ignore").parquet(tmp + "/out")
    first = spark.read.parquet(tmp + "/out").count()
    df.write.mode("overwrite").parquet(tmp + "/out")
    try:
        df.write.parquet(tmp + "/out")
    except Exception as e:
        return [first, spark.read.parquet(tmp + "/out").count(), type(e).__name__, e.getCondition()]


@program
def course_bucketed_table(spark, tmp):
    staff(spark).write.bucketBy(4, "dept").sortBy("name").mode("overwrite").option(
        "path", tmp + "/t").saveAsTable("course_staff")
    try:
        return [printed(spark.table("course_staff").groupBy("dept").count().orderBy("dept").show)]
    finally:
        spark.sql("drop table course_staff")


@program
def course_etl(spark, tmp):
    raw = sales(spark, tmp)
    clean = (raw.dropna(subset=["amount"]).withColumn("month", F.date_format("day", "yyyy-MM"))
             .withColumn("rep", F.coalesce(col("rep"), F.lit("unknown")))
             .withColumn("band", F.when(col("amount") >= 100, "high").when(
                 col("amount") >= 50, "middle").otherwise("low")))
    monthly = clean.groupBy("month", "region").agg(
        F.sum("amount").alias("total"), F.count("*").alias("n"),
        F.round(F.avg("amount"), 2).alias("mean"))
    monthly.coalesce(1).write.partitionBy("month").parquet(tmp + "/monthly")
    back = spark.read.parquet(tmp + "/monthly").orderBy("month", "region")
    return [printed(clean.orderBy("id").show), printed(back.show), printed(
        clean.groupBy("band").count().orderBy("band").show)]


# ---- filters and groups ----

@program
def course_filters(spark, tmp):
    df = spark.createDataFrame([("Ada", 36), ("Bob", 22), ("Cyd", 29)], ["name", "age"])
    return [printed(df.filter("age > 25").select("name").show),
            printed(df.filter((df.age > 25) & (df["name"] != "Ada")).show),
            printed(df.where(~col("name").isin("Bob", "Cyd")).show),
            printed(df.where(col("name").like("%d%") | col("age").between(20, 25)).show)]


@program
def course_group_by(spark, tmp):
    df = sales(spark, tmp)
    return [printed(df.groupBy("region").sum("amount").orderBy("region").show),
            printed(df.filter(df.amount > 50).groupBy("region").sum("amount").orderBy(
                "sum(amount)", ascending=False).show),
            printed(df.groupBy("region").agg(
                F.countDistinct("product"), F.min("amount"), F.max("day"),
                F.sort_array(F.collect_set("product"))).orderBy("region").show)]


@program
def course_temp_view(spark, tmp):
    sales(spark, tmp).createOrReplaceTempView("course_sales")
    return [printed(spark.sql("SELECT region, SUM(amount) FROM course_sales GROUP BY region "
                              "ORDER BY region").show),
            printed(spark.sql("""
        WITH best AS (SELECT product, SUM(amount) AS total FROM course_sales GROUP BY product)
        SELECT * FROM best WHERE total > (SELECT AVG(total) FROM best) ORDER BY product""").show)]


@program
def course_pivot(spark, tmp):
    df = sales(spark, tmp)
    return [printed(df.groupBy("region").pivot("product").sum("amount").orderBy("region").show),
            printed(df.groupBy("product").pivot("region", ["North", "South"]).count().orderBy(
                "product").show)]


@program
def course_rollup_and_cube(spark, tmp):
    df = staff(spark)
    return [printed(df.rollup("dept", "name").agg(F.sum("salary").alias("s")).orderBy(
                F.col("dept").asc_nulls_first(), F.col("name").asc_nulls_first()).show),
            printed(df.cube("dept").agg(F.count("*").alias("n"), F.grouping("dept").alias("g")
                                        ).orderBy("g", "dept").show)]


@program
def course_unpivot(spark, tmp):
    df = spark.createDataFrame([(1, 10, 20), (2, 30, None)], "id int, jan int, feb int")
    return printed(df.unpivot("id", ["jan", "feb"], "month", "sales").orderBy("id", "month").show)


# ---- joins ----

@program
def course_joins(spark, tmp):
    people = staff(spark)
    depts = spark.createDataFrame([("eng", "Oslo"), ("ops", "Rome"), ("law", "Bonn")],
                                  ["dept", "city"])
    return [printed(people.join(depts, "dept", how).orderBy("dept", "name").show)
            for how in ("inner", "left", "right", "outer")] + [
        printed(people.join(depts, "dept", how).orderBy("dept", "name").show)
        for how in ("left_semi", "left_anti")]


@program
def course_broadcast_join(spark, tmp):
    people = spark.range(100).withColumn("dept", (col("id") % 3).cast("int"))
    depts = spark.createDataFrame([(0, "eng"), (1, "ops")], "dept int, title string")
    joined = people.join(F.broadcast(depts), "dept")
    return [rows(joined.groupBy("title").count()), joined.where("id < 3").count()]


@program
def course_self_join(spark, tmp):
    df = spark.createDataFrame([(1, "Ada", None), (2, "Bob", 1), (3, "Cyd", 1), (4, "Dan", 2)],
                               "id int, name string, boss int")
    a, b = df.alias("a"), df.alias("b")
    return printed(a.join(b, col("a.boss") == col("b.id"), "left").select(
        "a.name", col("b.name").alias("boss")).orderBy("a.id").show)


@program
def course_salted_join(spark, tmp):
    big = spark.range(200).select(F.when(col("id") < 180, 0).otherwise(col("id")).alias("k"))
    small = spark.range(200).select(col("id").alias("k"), (col("id") * 10).alias("v"))
    salted = big.withColumn("salt", F.pmod(F.hash("k"), F.lit(4)))
    copies = small.withColumn("salt", F.explode(F.array(*[F.lit(i) for i in range(4)])))
    joined = salted.join(copies, ["k", "salt"])
    return [joined.count(), joined.agg(F.sum("v")).first()[0]]


# ---- windows ----

@program
def course_window_ranks(spark, tmp):
    w = Window.partitionBy("dept").orderBy(F.desc("salary"))
    return printed(staff(spark).select(
        "dept", "name", "salary", F.row_number().over(w.orderBy(F.desc("salary"), "name")).alias("n"),
        F.rank().over(w).alias("rank"), F.dense_rank().over(w).alias("dense"),
        F.percent_rank().over(w).alias("percent"), F.ntile(2).over(
            w.orderBy(F.desc("salary"), "name")).alias("half")).orderBy("dept", "n").show)


@program
def course_top_of_group(spark, tmp):
    w = Window.partitionBy("dept").orderBy(F.desc("salary"), "name")
    return printed(staff(spark).withColumn("n", F.row_number().over(w)).where("n <= 2").drop(
        "n").orderBy("dept", F.desc("salary"), "name").show)


@program
def course_running_totals(spark, tmp):
    df = sales(spark, tmp).fillna(0.0, ["amount"])
    w = Window.partitionBy("region").orderBy("day", "id")
    return printed(df.select(
        "region", "id", "amount", F.sum("amount").over(w).alias("running"),
        F.avg("amount").over(w.rowsBetween(-1, 1)).alias("smooth"),
        F.lag("amount").over(w).alias("before"), F.lead("amount", 1, -1.0).over(w).alias("after"),
        F.first("amount").over(w).alias("first")).orderBy("region", "id").show)


@program
def course_sessions(spark, tmp):
    clicks = spark.createDataFrame([("u", 0), ("u", 10), ("u", 100), ("v", 5), ("u", 105)],
                                   "who string, t int")
    w = Window.partitionBy("who").orderBy("t")
    new = F.when(col("t") - F.lag("t").over(w) > 30, 1).otherwise(0)
    return printed(clicks.withColumn("new", new).withColumn("session", F.sum("new").over(w)).groupBy(
        "who", "session").agg(F.min("t"), F.max("t"), F.count("*")).orderBy("who", "session").show)


# ---- columns ----

@program
def course_text_functions(spark, tmp):
    df = spark.createDataFrame([("  Ada Lovelace ",), ("bob-smith",), (None,)], "s string")
    t = F.trim("s")
    return printed(df.select(
        F.upper(t).alias("upper"), F.initcap(t).alias("initcap"), F.length("s").alias("n"),
        F.regexp_replace(t, "[^a-zA-Z]", "_").alias("clean"), F.split(t, "[ -]").alias("parts"),
        F.substring(t, 1, 3).alias("head"), F.concat_ws("/", F.lit("x"), t).alias("path"),
        F.regexp_extract(t, r"(\w+)\W(\w+)", 2).alias("second")).show, truncate=False)


@program
def course_dates(spark, tmp):
    df = spark.createDataFrame([("2024-02-28",), ("2023-12-31",)], "d string")
    d = F.to_date("d")
    return printed(df.select(
        d.alias("d"), F.date_add(d, 2).alias("later"), F.last_day(d).alias("last"),
        F.year(d).alias("y"), F.month(d).alias("m"), F.dayofweek(d).alias("dow"),
        F.datediff(F.lit("2024-03-01").cast("date"), d).alias("days"),
        F.date_format(d, "EEE, dd MMM yyyy").alias("text"), F.trunc(d, "month").alias("first"),
        F.months_between(F.lit("2024-03-31").cast("date"), d).alias("months")).show, truncate=False)


@program
def course_arrays_and_maps(spark, tmp):
    df = spark.createDataFrame([(1, [3, 1, 2], {"a": 1}), (2, [], {"b": 2, "c": 3}), (3, None, None)],
                               "id int, xs array<int>, m map<string,int>")
    return [printed(df.select("id", F.size("xs"), F.array_contains("xs", 1).alias("has"),
                              F.sort_array("xs").alias("sorted"), F.map_keys("m").alias("keys"),
                              F.get("xs", F.lit(0)).alias("first"), df.m["a"].alias("a")).show),
            printed(df.select("id", F.posexplode("xs")).show),
            printed(df.select("id", F.explode("m")).orderBy("id", "key").show)]


@program
def course_higher_order(spark, tmp):
    df = spark.createDataFrame([(1, [1, 2, 3, 4]), (2, [5])], "id int, xs array<int>")
    return printed(df.select(
        F.transform("xs", lambda x: x * 10).alias("tens"), F.filter("xs", lambda x: x % 2 == 0).alias(
            "even"), F.exists("xs", lambda x: x > 3).alias("any"), F.forall("xs", lambda x: x > 0).alias(
            "all"), F.aggregate("xs", F.lit(0), lambda acc, x: acc + x).alias("sum"),
        F.zip_with("xs", F.reverse("xs"), lambda a, b: a + b).alias("zip"),
        F.transform("xs", lambda x, i: x + i).alias("placed")).show, truncate=False)


@program
def course_structs(spark, tmp):
    df = staff(spark).select("name", F.struct("dept", "salary").alias("job"))
    return [printed(df.select("name", "job.dept", col("job").getField("salary").alias("pay")).show),
            printed(df.select(col("job").withField("grade", F.lit(1)).dropFields("dept").alias("j")
                              ).printSchema)]


@program
def course_missing_values(spark, tmp):
    df = sales(spark, tmp).select("id", "amount", "rep")
    return [printed(df.na.drop().orderBy("id").show), printed(df.na.fill(
                {"amount": 0.0, "rep": "?"}).orderBy("id").show),
            printed(df.select(F.count(F.when(col("rep").isNull(), 1)).alias("missing")).show)]


@program
def course_casts(spark, tmp):
    df = spark.createDataFrame([("1",), ("2.7",), ("x",), (None,)], "s string")
    return printed(df.select(col("s").try_cast("int").alias("i"), col("s").try_cast("double").alias(
        "d"), F.expr("try_cast(s as decimal(5,1))").alias("p")).show)


@program
def course_duplicates(spark, tmp):
    df = spark.createDataFrame([(1, "a"), (1, "a"), (1, "b"), (2, "b")], "k int, v string")
    return [printed(df.distinct().orderBy("k", "v").show),
            df.dropDuplicates(["k"]).count(), printed(df.groupBy("k", "v").count().where(
                "count > 1").show)]


@program
def course_unions(spark, tmp):
    a = spark.createDataFrame([(1, "x")], ["id", "a"])
    b = spark.createDataFrame([("y", 2)], ["a", "id"])
    c = spark.createDataFrame([(3,)], ["id"])
    return [printed(a.unionByName(b).show), printed(a.unionByName(c, allowMissingColumns=True).show)]


# ---- functions of Python ----

@program
def course_udf(spark, tmp):
    @F.udf("string")
    def grade(salary):
        return None if salary is None else "A" if salary > 4000 else "B"
    length = F.udf(lambda s: len(s), IntegerType())
    return printed(staff(spark).withColumn("grade", grade("salary")).withColumn(
        "n", length(col("name"))).show)


@program
def course_udf_of_structs(spark, tmp):
    @F.udf("struct<first:string,rest:array<string>>")
    def parts(text):
        first, *rest = text.split()
        return first, rest
    df = spark.createDataFrame([("a b c",), ("d",)], ["t"]).withColumn("p", parts("t"))
    return printed(df.select("p.first", "p.rest").show)


@program
def course_udf_with_broadcast(spark, tmp):
    cities = spark.sparkContext.broadcast({"eng": "Oslo", "ops": "Rome"})
    unknown = spark.sparkContext.accumulator(0)

    def city(dept):
        if dept not in cities.value:
            unknown.add(1)
        return cities.value.get(dept, "?")
    df = staff(spark).withColumn("city", F.udf(city)("dept"))
    return [printed(df.select("name", "city").show), unknown.value]


@program
def course_registered_udf(spark, tmp):
    spark.udf.register("squared", lambda x: x * x, "long")
    return printed(spark.sql("SELECT id, squared(id) AS s FROM range(4)").show)


@program
def course_pandas_udf(spark, tmp):
    import pandas as pd

    @F.pandas_udf("double")
    def scaled(v: pd.Series) -> pd.Series:
        return v * 1.5

    @F.pandas_udf("double")
    def middle(v: pd.Series) -> float:
        return v.median()
    df = staff(spark).dropna()
    return [printed(df.withColumn("more", scaled("salary")).show),
            printed(df.groupBy("dept").agg(middle("salary").alias("middle")).orderBy("dept").show)]


@program
def course_frames_of_pandas(spark, tmp):
    import pandas as pd

    def centred(frame):
        return frame.assign(salary=frame.salary - frame.salary.mean())

    def named(key, frame):
        return pd.DataFrame({"dept": [key[0]], "names": [",".join(sorted(frame.name))]})

    def large(frames):
        for frame in frames:
            yield frame[frame.salary > 4000]
    df = staff(spark).dropna()
    return [printed(df.groupBy("dept").applyInPandas(
                centred, "name string, dept string, salary double").orderBy("name").show),
            printed(df.groupBy("dept").applyInPandas(named, "dept string, names string").orderBy(
                "dept").show), printed(df.mapInPandas(large, df.schema).orderBy("name").show)]


@program
def course_cogrouped(spark, tmp):
    import pandas as pd
    a = spark.createDataFrame([(1, 1.0), (1, 2.0), (2, 3.0)], "k int, v double")
    b = spark.createDataFrame([(1, "x"), (3, "z")], "k int, w string")

    def joined(left, right):
        return pd.merge(left, right, on="k", how="outer")
    return printed(a.groupBy("k").cogroup(b.groupBy("k")).applyInPandas(
        joined, "k int, v double, w string").orderBy("k", "v").show)


# ---- how it runs ----

table("course",
      caching=lambda spark: [(df.is_cached, df.count(), str(df.storageLevel), df.cache().is_cached,
                              df.count(), str(df.storageLevel), df.unpersist().is_cached)
                             for df in [spark.range(11)]],
      partitions=lambda spark: [d.rdd.getNumPartitions() for d in (
          spark.range(100), spark.range(100).repartition(7), spark.range(100).coalesce(2),
          spark.range(100).repartition(3, "id"), spark.range(100).repartition(8).coalesce(3))],
      partition_ids=lambda spark: rows(spark.range(8, numPartitions=2).select(
          "id", F.spark_partition_id().alias("p"), F.monotonically_increasing_id().alias("m"))),
      conf=lambda spark: [spark.conf.get("spark.sql.shuffle.partitions"),
                          spark.conf.get("spark.sql.adaptive.enabled")],
      explain_filter=lambda spark: plan(spark.range(10).filter("id > 5").select(
          (col("id") * 2).alias("x"))),
      explain_groups=lambda spark: plan(spark.range(10).groupBy(
          (col("id") % 2).alias("k")).count().orderBy("k")),
      explain_join=lambda spark: plan(spark.range(10).hint("merge").join(spark.range(5), "id")),
      sampled=lambda spark: [[r.id for r in spark.range(30).sample(False, 0.2, 1).collect()],
                             [r.id for r in spark.range(20).sample(True, 0.7, 5).collect()],
                             [d.count() for d in spark.range(100).randomSplit([0.8, 0.2], 42)]],
      describe=lambda spark: printed(staff(spark).describe().show),
      quantiles=lambda spark: staff(spark).approxQuantile("salary", [0.25, 0.5, 0.75], 0.0),
      crosstab=lambda spark: rows(staff(spark).crosstab("dept", "name")),
      order_with_nulls=lambda spark: [r.name for r in staff(spark).orderBy(
          col("salary").desc_nulls_last(), "name").collect()],
      rdd_and_back=lambda spark: rows(staff(spark).rdd.filter(lambda r: r.salary).map(
          lambda r: Row(name=r.name, k=r.salary // 1000)).toDF()),
      random=lambda spark: rows(spark.range(3, numPartitions=1).select(
          F.rand(7).alias("u"), F.randn(7).alias("n"))))
