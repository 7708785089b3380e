"""Jobs of frames: actions, aggregates, movements, joins, and what comes from and goes to Python."""
from pyspark.sql import Row, Window
from pyspark.sql import functions as F
from sql_jobs import AQE_OFF, BOTH_OFF, NO_BROADCAST, regions, rows, sales, table

# ---- actions ----

table(
    "df",
    collect_range=lambda s: [r.id for r in s.range(5).collect()],
    collect_filter=lambda s: rows(s.range(50).where("id % 10 = 3")),
    count_filter=lambda s: s.range(1000).where("id % 3 = 0").count(),
    count_local_rows=lambda s: sales(s).count(),
    count_empty=lambda s: s.createDataFrame([], "a int").count(),
    collect_empty_filter=lambda s: rows(s.range(10).where("false")),
    first_of_filter=lambda s: s.range(100).where("id > 60").first(),
    first_of_nothing=lambda s: s.range(10).where("id > 60").first(),
    head_5=lambda s: s.range(1000, numPartitions=8).head(5),
    take_all=lambda s: len(s.range(50).take(1000)),
    take_two_partitions=lambda s: len(s.range(20).take(7)),
    take_of_rows=lambda s: sales(s).take(3),
    limit_count=lambda s: s.range(100).limit(7).count(),
    limit_collect=lambda s: rows(s.range(100).limit(7)),
    limit_of_filter=lambda s: rows(s.range(100).where("id >= 70").limit(3)),
    limit_groups=lambda s: len(s.range(100).groupBy((F.col("id") % 5).alias("k")).count().limit(2)
                               .collect()),
    limit_then_filter=lambda s: rows(s.range(20).limit(5).where("id > 2")),
    offset_collect=lambda s: rows(s.range(20).offset(15)),
    limit_offset=lambda s: rows(s.range(20).offset(3).limit(4)),
    tail_of_sorted=lambda s: s.range(30).orderBy(F.desc("id")).tail(2),
    isEmpty_of_groups=lambda s: s.range(10).groupBy("id").count().isEmpty(),
    describe=lambda s: [list(r) for r in sales(s).describe("amount").collect()],
    corr=lambda s: round(s.range(20).selectExpr("id as a", "id * 2 as b").corr("a", "b"), 6),
    cov=lambda s: round(s.range(20).selectExpr("id as a", "id * 2 as b").cov("a", "b"), 6),
    crosstab=lambda s: sorted(map(str, sales(s).crosstab("region", "year").collect())),
    local_iterator=lambda s: [r.id for r in s.range(6, numPartitions=3).toLocalIterator()],
    foreach=lambda s: s.range(6).foreach(lambda row: None),
    foreachPartition=lambda s: s.range(6).foreachPartition(lambda part: None),
    dropna_count=lambda s: s.createDataFrame([(1, None), (2, "x")], "a int, b string").dropna()
    .count(),
    fillna=lambda s: rows(s.createDataFrame([(1, None), (2, "x")], "a int, b string").fillna("-")),
    replace=lambda s: rows(sales(s).replace("ada", "eda").select("seller")),
    withColumn_chain=lambda s: rows(s.range(3).withColumn("a", F.col("id") * 2)
                                    .withColumn("b", F.col("a") + 1).drop("a")),
    explode=lambda s: rows(s.range(3).select("id", F.explode(F.sequence(F.lit(0), F.col("id"))))),
    checkpointless_lineage=lambda s: s.range(10).union(s.range(10)).where("id < 3").count(),
    show_of_nothing=lambda s: s.range(10).where("id < 0").show(),
    transform=lambda s: rows(s.range(4).transform(lambda d: d.where("id > 1"))),
    localCheckpoint=lambda s: s.range(10).localCheckpoint().count(),
    sampled_count=lambda s: s.range(100).sample(0.5, seed=7).count() > 20,
    observe=lambda s: rows(s.range(10).observe("o", F.count("*").alias("n")).where("id > 7")),
)
table(
    "df_aqe_off", AQE_OFF,
    isEmpty=lambda s: s.range(10).isEmpty(),
    first_of_filter=lambda s: s.range(100).where("id > 60").first(),
    limit_count=lambda s: s.range(100).limit(7).count(),
    describe=lambda s: [list(r) for r in sales(s).describe("amount").collect()],
    orderBy_show=lambda s: sales(s).orderBy("amount").show(2),
)

# ---- aggregates ----

table(
    "agg",
    groupBy_collect=lambda s: rows(sales(s).groupBy("region").sum("amount")),
    groupBy_two_keys=lambda s: rows(sales(s).groupBy("region", "year").count()),
    groupBy_then_groupBy=lambda s: rows(sales(s).groupBy("region", "seller").count()
                                        .groupBy("region").sum("count")),
    countDistinct=lambda s: rows(sales(s).groupBy("year").agg(F.countDistinct("region"))),
    distinct_and_plain=lambda s: rows(sales(s).groupBy("year").agg(F.countDistinct("region"),
                                                                   F.sum("amount"))),
    distinct_count=lambda s: sales(s).select("region").distinct().count(),
    approx_count_distinct=lambda s: rows(sales(s).agg(F.approx_count_distinct("region"))),
    collect_list=lambda s: sorted((r[0], sorted(r[1])) for r in sales(s).groupBy("region")
                                  .agg(F.collect_list("amount")).collect()),
    collect_set_global=lambda s: sorted(sales(s).agg(F.collect_set("year")).first()[0]),
    first_last=lambda s: len(sales(s).groupBy("region").agg(F.first("seller"), F.last("seller"))
                             .collect()),
    max_by=lambda s: rows(sales(s).groupBy("region").agg(F.max_by("seller", "amount"))),
    rollup=lambda s: rows(sales(s).rollup("region", "year").sum("amount")),
    cube=lambda s: rows(sales(s).cube("region", "year").count()),
    pivot=lambda s: rows(sales(s).groupBy("region").pivot("year").sum("amount")),
    pivot_two=lambda s: rows(sales(s).groupBy("region").pivot("year", [2021, 2022])
                             .agg(F.sum("amount").alias("s"), F.max("amount").alias("m"))),
    having=lambda s: rows(sales(s).groupBy("region").count().where("count > 1")),
    stddev=lambda s: [round(x, 6) for x in s.range(10).agg(F.stddev("id"), F.var_pop("id"))
                      .first()],
    percentile=lambda s: rows(s.range(11).agg(F.expr("percentile(id, 0.5)"))),
    expression_key=lambda s: rows(s.range(20).groupBy((F.col("id") % 3).alias("k")).max("id")),
    groupBy_orderBy_collect=lambda s: [r.k for r in s.range(20).groupBy(
        (F.col("id") % 3).alias("k")).count().orderBy("k").collect()],
    groupBy_orderBy_limit=lambda s: rows(sales(s).groupBy("region").sum("amount")
                                         .orderBy(F.desc("sum(amount)")).limit(2)),
    global_of_groups=lambda s: rows(s.range(100).groupBy((F.col("id") % 7).alias("k")).count()
                                    .agg(F.max("count"))),
    sum_of_nothing=lambda s: rows(s.range(10).where("id > 100").agg(F.sum("id"))),
    groups_of_nothing=lambda s: rows(s.range(10).where("id > 100").groupBy("id").count()),
    pre_partitioned=lambda s: rows(sales(s).repartition("region").groupBy("region").count()),
)
table(
    "agg_aqe_off", AQE_OFF,
    groupBy_collect=lambda s: rows(sales(s).groupBy("region").sum("amount")),
    rollup=lambda s: rows(sales(s).rollup("region", "year").sum("amount")),
    pivot=lambda s: rows(sales(s).groupBy("region").pivot("year").sum("amount")),
    countDistinct=lambda s: rows(sales(s).groupBy("year").agg(F.countDistinct("region"))),
    pre_partitioned=lambda s: rows(sales(s).repartition("region").groupBy("region").count()),
)

# ---- movements ----

by_region = Window.partitionBy("region").orderBy("amount")
table(
    "move",
    repartition=lambda s: s.range(20).repartition(3).count(),
    repartition_collect=lambda s: rows(s.range(20).repartition(3)),
    repartition_column=lambda s: s.range(20).repartition("id").count(),
    repartition_column_number=lambda s: s.range(20).repartition(3, "id").rdd.getNumPartitions(),
    repartitionByRange=lambda s: s.range(20).repartitionByRange(3, "id").count(),
    rebalance_hint=lambda s: s.range(20).hint("rebalance").count(),
    rebalance_column=lambda s: rows(s.range(20).hint("rebalance", "id")),
    sortWithinPartitions=lambda s: rows(s.range(20).sortWithinPartitions(F.desc("id"))),
    coalesce_more=lambda s: s.range(20).coalesce(9).rdd.getNumPartitions(),
    coalesce_count=lambda s: s.range(20).coalesce(2).count(),
    union_count=lambda s: s.range(10).union(s.range(5)).count(),
    union_of_groups=lambda s: rows(s.range(10).groupBy("id").count().where("id < 2")
                                   .union(s.range(5).groupBy("id").count().where("id < 1"))),
    intersect=lambda s: rows(s.range(10).intersect(s.range(5, 15))),
    except_all=lambda s: rows(s.range(6).exceptAll(s.range(3))),
    subtract=lambda s: rows(s.range(6).subtract(s.range(3))),
    orderBy_two=lambda s: [r.seller for r in sales(s).orderBy("region", F.desc("amount"))
                           .collect()],
    orderBy_of_one_partition=lambda s: [r.id for r in s.range(10, numPartitions=1)
                                        .orderBy(F.desc("id")).collect()],
    orderBy_count=lambda s: sales(s).orderBy("amount").count(),
    orderBy_first=lambda s: sales(s).orderBy(F.desc("amount")).first(),
    orderBy_limit_show=lambda s: sales(s).orderBy("amount").limit(3).show(),
    orderBy_write_rdd=lambda s: s.range(20).orderBy("id").rdd.getNumPartitions(),
    running_sum=lambda s: rows(sales(s).withColumn("t", F.sum("amount").over(by_region))
                               .select("seller", "t")),
    window_lag=lambda s: rows(sales(s).select("seller", F.lag("amount").over(by_region))),
    window_row_number_first=lambda s: rows(sales(s).withColumn(
        "n", F.row_number().over(by_region)).where("n <= 2").select("seller", "n")),
    window_global=lambda s: rows(sales(s).select("seller", F.rank().over(
        Window.orderBy("amount")))),
    window_two_keys=lambda s: rows(sales(s).select(
        F.count("*").over(Window.partitionBy("region")),
        F.count("*").over(Window.partitionBy("year")))),
    window_after_groupBy=lambda s: rows(sales(s).groupBy("region", "year").sum("amount")
                                        .withColumn("r", F.rank().over(
                                            Window.partitionBy("region")
                                            .orderBy("sum(amount)")))),
    partition_ids=lambda s: rows(s.range(8).select("id", F.spark_partition_id())),
    increasing_ids=lambda s: rows(s.range(8).select(F.monotonically_increasing_id())),
    randomSplit_rows=lambda s: sum(len(d.collect()) for d in s.range(40).randomSplit([1., 1.], 5)),
)
table(
    "move_aqe_off", AQE_OFF,
    repartition=lambda s: s.range(20).repartition(3).count(),
    orderBy=lambda s: [r.id for r in s.range(20).orderBy(F.desc("id")).collect()],
    window=lambda s: rows(sales(s).select("seller", F.lag("amount").over(by_region))),
    intersect=lambda s: rows(s.range(10).intersect(s.range(5, 15))),
    coalesce_after_shuffle=lambda s: s.range(20).repartition(4).coalesce(2).count(),
)

# ---- joins ----


def orders(s, n=1000):
    return s.range(n).selectExpr("id", "id % 10 as customer")


def customers(s):
    return s.range(10).selectExpr("id as customer", "concat('c', id) as name")


JOINS = dict(
    inner_count=lambda s: orders(s).join(customers(s), "customer").count(),
    left=lambda s: rows(sales(s).join(regions(s), "region", "left").select("seller", "city")),
    right=lambda s: rows(regions(s).join(sales(s), "region", "right").select("seller", "city")),
    full=lambda s: rows(sales(s).join(regions(s), "region", "full").select("seller", "city")),
    non_equi=lambda s: rows(s.range(4).alias("a").join(s.range(4).alias("b"),
                                                       F.expr("a.id < b.id"))),
    non_equi_left=lambda s: rows(s.range(4).alias("a").join(s.range(4).alias("b"),
                                                            F.expr("a.id < b.id"), "left")),
    equi_and_more=lambda s: rows(orders(s, 20).join(
        customers(s).withColumnRenamed("customer", "c"),
        F.expr("customer = c and id > 14"))),
    then_groupBy_same=lambda s: rows(orders(s).join(customers(s), "customer")
                                     .groupBy("customer").count()),
    with_nothing=lambda s: rows(orders(s, 20).join(customers(s).where("customer > 99"),
                                                   "customer")),
    left_with_nothing=lambda s: orders(s, 20).join(customers(s).where("customer > 99"),
                                                   "customer", "left").count(),
    anti=lambda s: rows(s.range(6).join(s.range(3), "id", "left_anti")),
    semi_twice=lambda s: s.range(60).join(s.range(30), "id", "semi").join(s.range(9), "id", "semi")
    .count(),
    cross_count=lambda s: s.range(10).crossJoin(s.range(10)).count(),
    limit_after=lambda s: len(orders(s).join(customers(s), "customer").limit(5).collect()),
    range_and_values=lambda s: rows(s.sql("select * from range(10) join values (1, 'p'), (2, 'q') "
                                          "as t(k, w) on id = k")),
    not_in=lambda s: s.sql("select * from range(9) where id not in (select id from range(5))")
    .count(),
)
table("join", **JOINS)
table("join_merge", NO_BROADCAST, **JOINS)
table("join_aqe_off", AQE_OFF, **JOINS)
table("join_merge_aqe_off", BOTH_OFF, **JOINS)
table(
    "join_hint", NO_BROADCAST,
    merge=lambda s: orders(s).join(customers(s).hint("merge"), "customer").count(),
    broadcast_left_side=lambda s: rows(F.broadcast(customers(s)).join(orders(s, 20), "customer",
                                                                      "left")),
    broadcast_outer=lambda s: orders(s).join(F.broadcast(customers(s)), "customer", "left").count(),
    shuffle_hash_outer=lambda s: orders(s).join(customers(s).hint("shuffle_hash"), "customer",
                                                "left").count(),
    nested_loop=lambda s: s.range(5).join(s.range(5).hint("shuffle_replicate_nl")).count(),
)

# ---- to and from Python ----

table(
    "create",
    from_list=lambda s: s.createDataFrame([(1, "a"), (2, "b")], ["k", "v"]).collect(),
    from_dicts=lambda s: rows(s.createDataFrame([{"a": 1}, {"a": 2}])),
    from_rows=lambda s: rows(s.createDataFrame([Row(a=1, b="x"), Row(a=2, b="y")])),
    from_rdd_of_rows=lambda s: rows(s.createDataFrame(s.sparkContext.parallelize(
        [Row(a=1, b="x"), Row(a=2, b="y")], 2))),
    from_rdd_ratio=lambda s: s.createDataFrame(s.sparkContext.parallelize(
        [(i, str(i)) for i in range(10)], 2), ["a", "b"], samplingRatio=1.0).dtypes,
    from_many=lambda s: s.createDataFrame([(i,) for i in range(100)], "a int").groupBy().sum("a")
    .collect(),
    partitions_of_list=lambda s: s.createDataFrame([(i,) for i in range(10)], "a int").rdd
    .getNumPartitions(),
    values=lambda s: rows(s.sql("select * from values (1, 'a'), (2, 'b') as t(k, v)")),
    one_row=lambda s: rows(s.sql("select 1 as a")),
    range_step=lambda s: [r.id for r in s.range(10, 0, -3).collect()],
)
table(
    "convert",
    rdd_count=lambda s: s.range(10).rdd.count(),
    rdd_of_groups=lambda s: sorted(sales(s).groupBy("region").count().rdd.map(tuple).collect()),
    rdd_reduceByKey=lambda s: sorted(sales(s).rdd.map(lambda r: (r.region, r.amount))
                                     .reduceByKey(int.__add__).collect()),
    rdd_of_join=lambda s: sales(s).join(regions(s), "region").rdd.count(),
    toDF_show=lambda s: s.sparkContext.parallelize([(1, "a"), (2, "b")], 2).toDF(["k", "v"])
    .show(),
    toDF_of_rdd_of_df=lambda s: s.range(6).rdd.map(lambda r: (r.id, r.id * 2)).toDF(["a", "b"])
    .where("a > 3").collect(),
    collect_after_rdd=lambda s: [d.rdd.count() + d.count() for d in [s.range(7)]],
)


def long_of(function):
    return F.udf(function, "long")


def inc(column):
    return long_of(lambda x: x + 1)(column)


def double(column):
    return long_of(lambda x: x * 2)(column)


# Rows travel pickled: PyArrow is not everywhere.
PICKLED = {"spark.sql.execution.pythonUDF.arrow.enabled": "false"}
table(
    "udf", PICKLED,
    select=lambda s: rows(s.range(6).select(long_of(lambda x: x + 1)("id").alias("v"))),
    where_then_count=lambda s: s.range(20).where(F.udf(lambda x: x > 12, "boolean")("id")).count(),
    of_two_columns=lambda s: rows(sales(s).select(long_of(lambda a, b: a + b)("year", "amount"))),
    two=lambda s: rows(s.range(4).select(long_of(lambda x: x + 1)("id"),
                                         long_of(lambda x: x * 2)("id"))),
    nested=lambda s: rows(s.range(4).select(long_of(lambda x: x + 1)(
        long_of(lambda x: x * 2)("id")))),
    nested_and_inner=lambda s: rows(s.range(4).select("id", double("id"), inc(double("id")))),
    nested_three=lambda s: rows(s.range(4).where(inc(double(inc("id"))) > 4)),
    nested_in_two_arguments=lambda s: rows(s.range(4).select(long_of(lambda a, b: a + b)(
        inc("id"), double("id")))),
    nested_with_sum_between=lambda s: rows(s.range(4).select(inc(double("id") + 1))),
    nested_of_other_type=lambda s: rows(s.range(3).select(F.udf(repr)(F.udf(str, "int")("id")))),
    groupBy_udf=lambda s: rows(s.range(9).groupBy(long_of(lambda x: x % 2)("id").alias("k"))
                               .count()),
    after_groupBy=lambda s: rows(sales(s).groupBy("region").sum("amount").select(
        long_of(lambda x: x * 2)("sum(amount)"))),
    show=lambda s: s.range(30).select(long_of(lambda x: x * x)("id").alias("sq")).show(3),
)
