"""The session: SQL text, parameters, views, catalog, settings, functions of Python."""
from pyspark.sql import Row, functions as F
from pyspark.sql.functions import col
from pyspark.sql.types import LongType
from sql_programs import error, people, program, rows, table

table("sql",
      simple=lambda spark: repr(spark.sql("select 1 as x, 'a' as y").collect()),
      named=lambda spark: repr(spark.sql("select :n + 1 as x, :s as s", {"n": 2, "s": "it's"}
                                         ).collect()),
      positional=lambda spark: repr(spark.sql("select ? + ?", [1, 2]).first()[0]),
      of_columns=lambda spark: repr(spark.sql("select :d as d", {"d": F.lit(1.5)}).collect()),
      lists=lambda spark: repr(spark.sql("select array_size(:a) as n", {"a": F.array(F.lit(1))}
                                         ).collect()),
      filled_in=lambda spark: repr(spark.sql("select {v} + 1 as x from {df} where id > {n}", v=3,
                                             n=1, df=spark.range(3)).collect()),
      text_filled_in=lambda spark: repr(spark.sql("select {s} as x", s="it's").collect()),
      commands=lambda spark: [spark.sql("show databases").collect()[0][0],
                              spark.sql("select current_database()").first()[0]],
      set=lambda spark: [repr(spark.sql("set spark.sql.mine = 5").collect()),
                         spark.conf.get("spark.sql.mine"), spark.conf.unset("spark.sql.mine")])


@program
def views(spark, tmp):
    spark.range(3).createOrReplaceTempView("three")
    told = [rows(spark.sql("select * from three")), rows(spark.table("three")),
            spark.catalog.tableExists("three"), error(
                lambda: spark.range(1).createTempView("three"))[:2]]
    spark.range(1).createOrReplaceTempView("three")
    told += [rows(spark.sql("select * from three")), spark.catalog.dropTempView("three"),
             spark.catalog.dropTempView("three"), spark.catalog.tableExists("three")]
    spark.range(2).createGlobalTempView("shared")
    told += [rows(spark.table("global_temp.shared")), spark.newSession().table(
                 "global_temp.shared").count(), spark.catalog.dropGlobalTempView("shared"),
             spark.catalog.dropGlobalTempView("shared")]
    return told


@program
def the_catalog(spark, tmp):
    c = spark.catalog
    spark.range(3).createOrReplaceTempView("cat_view")
    try:
        t = [x for x in c.listTables() if x.name == "cat_view"][0]
        return [c.currentDatabase(), c.currentCatalog(), [d.name for d in c.listDatabases()],
                tuple(t), repr(t), [tuple(x) for x in c.listColumns("cat_view")],
                c.isCached("cat_view"), c.cacheTable("cat_view"), c.isCached("cat_view"),
                c.uncacheTable("cat_view"), c.isCached("cat_view"), c.clearCache(),
                c.databaseExists("default"), c.databaseExists("nothing"),
                c.functionExists("upper"), c.functionExists("nosuch"),
                error(lambda: c.setCurrentDatabase("nothing"))[:2],
                error(lambda: c.cacheTable("nothing"))[:2], c.getDatabase("default").name,
                tuple(c.getTable("cat_view"))[0], error(lambda: c.getTable("nothing"))[:2],
                [x.name for x in c.listTables(pattern="cat*")], c.getFunction("upper").name,
                [x.name for x in c.listCatalogs()], error(lambda: c.listColumns("nothing"))[:2]]
    finally:
        c.dropTempView("cat_view")


@program
def tables_are_kept(spark, tmp):
    people(spark).write.option("path", tmp + "/kept").saveAsTable("kept_people")
    try:
        return [rows(spark.table("kept_people")), spark.catalog.tableExists("kept_people"),
                [t.tableType for t in spark.catalog.listTables() if t.name == "kept_people"],
                error(lambda: people(spark).write.saveAsTable("kept_people"))[:2]]
    finally:
        spark.sql("drop table kept_people")


@program
def settings_have_types(spark, tmp):
    c = spark.conf
    told = [c.get("spark.sql.shuffle.partitions"), c.get("spark.sql.ansi.enabled"),
            c.get("spark.nothing", None),
            c.isModifiable("spark.sql.shuffle.partitions"), c.isModifiable("spark.executor.memory"),
            c.isModifiable("spark.sql.warehouse.dir"), c.isModifiable("no.such")]
    c.set("spark.sql.autoBroadcastJoinThreshold", "5m")
    c.set("spark.sql.ansi.enabled", False)
    c.set("spark.sql.shuffle.partitions", 3)
    told += [c.get("spark.sql.autoBroadcastJoinThreshold"), c.get("spark.sql.ansi.enabled"),
             c.get("spark.sql.shuffle.partitions")]
    for key in ("autoBroadcastJoinThreshold", "ansi.enabled", "shuffle.partitions"):
        c.unset("spark.sql." + key)
    return told + [c.get("spark.sql.ansi.enabled")]


@program
def ranges(spark, tmp):
    return [[r.id for r in df.collect()] for df in (
        spark.range(3), spark.range(2, 5), spark.range(5, 0, -2), spark.range(1, 10, 4),
        spark.range(3, 3), spark.range(-2), spark.range(0, 7, 3, 2))]


# ---- functions of Python ----

def plus_one(x):
    """Adds one."""
    return x + 1


@program
def udf_forms(spark, tmp):
    @F.udf
    def shout(s):
        return s.upper() + "!"

    @F.udf("int")
    def length(s):
        return len(s)

    @F.udf(returnType=LongType())
    def twice(x):
        return 2 * x

    df = spark.createDataFrame([("ab", 1), ("c", 2)], "s string, n int")
    return [rows(df.select(shout("s"), length("s"), twice(df.n))),
            rows(df.select(F.udf(lambda a, b: f"{a}{b}")("s", "n"))),
            [shout.returnType.simpleString(), length.__name__, F.udf(plus_one).__doc__,
             F.udf(plus_one).deterministic,
             F.udf(plus_one).asNondeterministic().deterministic],
            rows(df.where(F.udf(lambda n: n > 1, "boolean")("n"))),
            rows(df.groupBy(length("s").alias("l")).count()),
            rows(df.select(F.udf(lambda *xs: len(xs), "int")())),
            rows(df.select(shout(shout("s")).alias("t")))]


@program
def udf_results(spark, tmp):
    df = spark.createDataFrame([(1,), (None,)], "n int")

    def of(function, kind):
        try:
            return rows(df.select(F.udf(function, kind)("n").alias("r")))
        except Exception as e:
            return type(e).__name__
    return [of(lambda x: x, "int"), of(lambda x: "a", "int"), of(lambda x: 1.5, "int"),
            of(lambda x: 1, "double"), of(lambda x: 1, "string"), of(lambda x: [1, 2], "array<int>"),
            of(lambda x: {"a": 1}, "map<string,int>"), of(lambda x: (1, "b"), "struct<x:int,y:string>"),
            of(lambda x: Row(x=1, y="b"), "x int, y string"), of(lambda x: None, "string"),
            of(lambda x: True, "int"), of(lambda x: True, "string"), of(lambda x: 2**40, "int"),
            of(lambda x: b"x", "binary"), of(lambda x: {"x": 1, "y": "q"}, "struct<x:int,y:string>"),
            of(lambda x: 1, "boolean"), of(lambda x: [1, "a"], "string"), of(lambda x: 3, "long")]


@program
def udf_registered(spark, tmp):
    spark.udf.register("plus_one", lambda x: x + 1, "int")
    spark.udf.register("say", lambda s: "say " + s)
    shout = F.udf(lambda s: s.upper(), "string")
    named = spark.udf.register("shout", shout)
    return [rows(spark.sql("select plus_one(3) as x, say('hi') as y, shout('a') as z")),
            rows(spark.range(2).select(F.expr("plus_one(cast(id as int)) as p"))),
            rows(spark.range(1).select(F.call_function("plus_one", F.lit(1)).alias("c"))),
            rows(spark.range(1).select(named(F.lit("b")).alias("d"))),
            error(lambda: spark.udf.register("again", shout, "int"))[0]]


@program
def udf_that_fails(spark, tmp):
    def broken(x):
        return 1 // (x - 1)
    try:
        spark.range(3).select(F.udf(broken, "int")("id")).collect()
    except Exception as e:
        return [type(e).__name__, "ZeroDivisionError" in str(e), "in broken" in str(e)]


@program
def udf_misused(spark, tmp):
    return [error(lambda: F.udf(3))[0], error(lambda: F.udf(lambda x: x, 5)("a"))[0],
            error(lambda: F.udf(plus_one, "blah")("a"))[0], error(
                lambda: spark.udf.register("x", 3))[0], error(lambda: F.udf(plus_one)(5))[:2]]


@program
def pandas_udf_forms(spark, tmp):
    from typing import Iterator, Tuple
    import pandas as pd

    @F.pandas_udf("long")
    def double(s: pd.Series) -> pd.Series:
        return s * 2

    @F.pandas_udf("long")
    def each(parts: Iterator[pd.Series]) -> Iterator[pd.Series]:
        for part in parts:
            yield part + 1

    @F.pandas_udf("long")
    def both(parts: Iterator[Tuple[pd.Series, pd.Series]]) -> Iterator[pd.Series]:
        for x, y in parts:
            yield x + y

    @F.pandas_udf("string")
    def text(s: pd.Series) -> pd.Series:
        return s.astype(str) + "!"

    df = spark.range(3)
    return [rows(df.select(double("id"))), rows(df.select(each("id"))), rows(
                df.select(both("id", (col("id") * 10)))), rows(df.select(text("id"))),
            rows(df.select(double("id").alias("a"), (double(double("id")) + 1).alias("b"))),
            double.returnType.simpleString()]


@program
def pandas_functions(spark, tmp):
    def halves(frames):
        for frame in frames:
            yield frame[frame.id % 2 == 0]
    df = spark.range(6)
    return [rows(df.mapInPandas(halves, "id long"))]
