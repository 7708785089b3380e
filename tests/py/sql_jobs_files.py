"""Jobs of files, tables, caches and of SQL text."""
import json
import os

from pyspark import StorageLevel
from pyspark.sql import functions as F
from sql_jobs import (AQE_OFF, NO_BROADCAST, SALES, data_files, program, rows, sales, sales_csv,
                      table, views, write_lines)

SCHEMA = "region string, seller string, year int, amount int"

# ---- reading ----


def read(name, conf=None):
    """A program that gets a csv file's path."""
    def register(run):
        program("read." + name, conf)(lambda spark, tmp: run(spark, sales_csv(tmp)))
    return register


read("csv_header_show")(lambda s, path: s.read.csv(path, header=True).show(2))
read("csv_header_count")(lambda s, path: s.read.csv(path, header=True).count())
read("csv_infer_count")(lambda s, path: s.read.csv(path, header=True, inferSchema=True).count())
read("csv_infer_plain")(lambda s, path: s.read.csv(path, inferSchema=True).dtypes)
read("csv_groupBy")(lambda s, path: rows(s.read.csv(path, SCHEMA, header=True)
                                         .groupBy("region").sum("amount")))
read("csv_malformed")(lambda s, path: rows(s.read.csv(path, "a int, b string")))
read("csv_option_chain")(lambda s, path: s.read.format("csv").option("header", True)
                         .option("inferSchema", "true").load(path).where("amount > 20").count())
read("csv_multiLine")(lambda s, path: s.read.csv(path, header=True, multiLine=True).count())
read("csv_two_actions")(lambda s, path: [f(s.read.csv(path, SCHEMA, header=True)) for f in
                                         (lambda d: d.count(), lambda d: len(d.take(2)))])
read("csv_distinct")(lambda s, path: rows(s.read.csv(path, header=True).select("region")
                                          .distinct()))
read("text")(lambda s, path: s.read.text(path).count())
read("text_filter")(lambda s, path: rows(s.read.text(path).where("value like 'north%'")))
read("text_words")(lambda s, path: rows(s.read.text(path).select(
    F.explode(F.split("value", ",")).alias("w")).groupBy("w").count().where("count > 2")))
read("textFile_toDF")(lambda s, path: s.sparkContext.textFile(path).map(lambda l: l.split(","))
                      .toDF().count())


@program("read.csv_from_rdd")
def _(spark, tmp):
    return rows(spark.read.csv(spark.sparkContext.parallelize(["1,a", "2,b"], 2)))


@program("read.csv_from_rdd_header_infer")
def _(spark, tmp):
    return rows(spark.read.csv(spark.sparkContext.parallelize(["k,v", "1,a", "2,b"], 2),
                               header=True, inferSchema=True))


@program("read.json_from_rdd_schema")
def _(spark, tmp):
    return rows(spark.read.schema("a int").json(spark.sparkContext.parallelize(['{"a": 1}'], 1)))


def json_file(tmp):
    return write_lines(tmp + "/in/a.json", [json.dumps({"k": r[0], "n": r[3]}) for r in SALES])


@program("read.json")
def _(spark, tmp):
    return spark.read.json(json_file(tmp)).dtypes


@program("read.json_schema_collect")
def _(spark, tmp):
    return rows(spark.read.schema("k string, n long").json(json_file(tmp)).where("n > 20"))


@program("read.json_multiLine")
def _(spark, tmp):
    path = write_lines(tmp + "/in/a.json", ['[{"a": 1},', ' {"a": 2}]'])
    return rows(spark.read.json(path, multiLine=True))


@program("read.json_folder")
def _(spark, tmp):
    for i in range(3):
        write_lines(f"{tmp}/in/{i}.json", [json.dumps({"a": i})])
    return spark.read.json(tmp + "/in").count()


@program("read.csv_folder_header")
def _(spark, tmp):
    for i in range(6):
        write_lines(f"{tmp}/in/{i}.csv", ["a,b", f"{i},x"])
    return rows(spark.read.csv(tmp + "/in", header=True, inferSchema=True))


def some_parquet(spark, tmp):
    sales(spark).coalesce(1).write.parquet(tmp + "/in.parquet")


def read_parquet(name, run):
    program("read.parquet_" + name, prepare=some_parquet)(
        lambda spark, tmp: run(spark.read.parquet(tmp + "/in.parquet")))


read_parquet("columns", lambda d: d.columns)
read_parquet("count", lambda d: d.count())
read_parquet("filter", lambda d: rows(d.where("year = 2022 and amount > 15").select("seller")))
read_parquet("groupBy", lambda d: rows(d.groupBy("region").sum("amount")))
read_parquet("groupBy_show", lambda d: d.groupBy("year").count().orderBy("year").show())
read_parquet("first", lambda d: d.first())
read_parquet("limit_3", lambda d: d.limit(3).count())
read_parquet("max", lambda d: d.agg(F.max("amount")).collect())
read_parquet("self_join", lambda d: d.alias("a").join(d.alias("b"), "seller").count())
read_parquet("distinct", lambda d: d.select("year").distinct().count())
read_parquet("rdd", lambda d: d.rdd.getNumPartitions())


@program("read.many_parquet_files")
def _(spark, tmp):
    spark.range(40).repartition(8).write.parquet(tmp + "/out")
    return spark.read.parquet(tmp + "/out").count()


@program("read.parquet_join_broadcast", prepare=some_parquet)
def _(spark, tmp):
    df = spark.read.parquet(tmp + "/in.parquet")
    return rows(df.groupBy("region").agg(F.sum("amount").alias("t")).join(df, "region")
                .select("seller", "t"))


# ---- writing ----


def write(name, conf=None):
    def register(run):
        def go(spark, tmp):
            run(spark, tmp + "/out")
            return data_files(tmp + "/out")
        program("write." + name, conf)(go)
    return register


write("csv")(lambda s, out: sales(s).write.csv(out))
write("json")(lambda s, out: sales(s).write.json(out))
write("text")(lambda s, out: s.range(5).selectExpr("string(id)").write.text(out))
write("range_csv")(lambda s, out: s.range(10).write.csv(out))
write("append_twice")(lambda s, out: [s.range(4).coalesce(1).write.mode("append").parquet(out)
                                      for _ in range(2)])
write("overwrite")(lambda s, out: [s.range(4).coalesce(1).write.mode("overwrite").parquet(out)
                                   for _ in range(2)])
write("ignore")(lambda s, out: [s.range(4).coalesce(1).write.mode("ignore").parquet(out)
                                for _ in range(2)])
write("repartition_3")(lambda s, out: s.range(30).repartition(3).write.parquet(out))
write("repartition_key_partitionBy")(lambda s, out: sales(s).repartition("year").write
                                     .partitionBy("year").parquet(out))
write("partitionBy_two")(lambda s, out: sales(s).write.partitionBy("year", "region").json(out))
write("orderBy")(lambda s, out: s.range(20).orderBy(F.desc("id")).write.csv(out))
write("join_merge", NO_BROADCAST)(
    lambda s, out: sales(s).join(sales(s).groupBy("region").count(), "region").write.csv(out))
write("groupBy_aqe_off", AQE_OFF)(lambda s, out: sales(s).groupBy("region").count()
                                  .write.csv(out))
write("limit")(lambda s, out: s.range(20).limit(3).write.csv(out))
write("rebalance")(lambda s, out: s.range(20).hint("rebalance").write.csv(out))


@program("write.saveAsTable")
def _(spark, tmp):
    sales(spark).write.option("path", tmp + "/t").saveAsTable("jobs_t")
    return spark.table("jobs_t").count()


@program("write.insertInto")
def _(spark, tmp):
    spark.sql(f"create table jobs_t (id long) using parquet location '{tmp}/t'")
    spark.range(5).write.insertInto("jobs_t")
    spark.sql("insert into jobs_t values (7)")
    return spark.table("jobs_t").count()


@program("write.then_read")
def _(spark, tmp):
    spark.range(30).write.parquet(tmp + "/out")
    return spark.read.parquet(tmp + "/out").where("id > 20").count()


# ---- caches ----


def numbers(spark):
    return spark.range(100).selectExpr("id", "id % 7 as k")


def cached(name, run, conf=None):
    program("cache." + name, conf)(lambda spark, tmp: run(spark, numbers(spark).cache()))


cached("collect", lambda s, d: len(d.collect()) + len(d.collect()))
cached("show_then_count", lambda s, d: [d.show(2), d.count()])
cached("take_then_take", lambda s, d: [d.take(1), d.take(1)])
cached("groupBy", lambda s, d: rows(d.groupBy("k").count()))
cached("groupBy_twice", lambda s, d: [rows(d.groupBy("k").count()), rows(d.groupBy("k").max("id"))])
cached("groupBy_aqe_off", lambda s, d: [rows(d.groupBy("k").count()), d.count()], AQE_OFF)
cached("unpersist", lambda s, d: [d.count(), d.unpersist().count()])
cached("filtered_twice", lambda s, d: [d.where("k = 1").count(), d.where("k = 2").count()])
cached("first", lambda s, d: [d.first(), d.count()])
cached("orderBy", lambda s, d: [d.orderBy(F.desc("id")).first(), d.count()])
cached("rdd", lambda s, d: [d.count(), d.rdd.count()])


@program("cache.of_groups")
def _(spark, tmp):
    counts = numbers(spark).groupBy("k").count().cache()
    return [counts.count(), rows(counts.where("count > 14")), rows(counts)]


@program("cache.of_groups_aqe_off", AQE_OFF)
def _(spark, tmp):
    counts = numbers(spark).groupBy("k").count().cache()
    return [counts.count(), rows(counts.where("count > 14"))]


@program("cache.on_disk")
def _(spark, tmp):
    df = numbers(spark).persist(StorageLevel.DISK_ONLY)
    return [df.count(), df.count()]


@program("cache.statement", prepare=views)
def _(spark, tmp):
    spark.sql("cache table sales")
    return [spark.table("sales").count(), spark.sql("uncache table sales").collect()]


@program("cache.lazy_statement", prepare=views)
def _(spark, tmp):
    spark.sql("cache lazy table sales")
    return spark.table("sales").count()


@program("cache.catalog", prepare=views)
def _(spark, tmp):
    spark.catalog.cacheTable("sales")
    return rows(spark.sql("select region, count(*) from sales group by region"))


@program("cache.checkpoint")
def _(spark, tmp):
    spark.sparkContext.setCheckpointDir(tmp + "/points")
    return numbers(spark).checkpoint().where("k = 1").count()


# ---- SQL ----

SQL = dict(
    select_where="select seller from sales where amount > 20",
    group_by="select region, sum(amount) from sales group by region",
    having="select region, count(*) c from sales group by region having count(*) > 1",
    order_by="select seller, amount from sales order by amount desc",
    order_limit="select seller, amount from sales order by amount desc limit 2",
    limit_2="select region from regions limit 2",
    count_star="select count(*) from sales",
    distinct="select distinct year from sales",
    count_distinct="select count(distinct region), count(distinct year) from sales",
    join="select /*+ broadcast(r) */ s.seller, r.city from sales s join regions r "
         "on s.region = r.region",
    left_join="select s.seller, r.city from sales s left join regions r using (region)",
    cte="with t as (select region, sum(amount) a from sales group by region) "
        "select max(a) from t",
    cte_twice="with t as (select region, sum(amount) a from sales group by region) "
              "select x.region from t x join t y on x.a = y.a",
    scalar_subquery="select seller from sales where amount > (select avg(amount) from sales)",
    two_scalar_subqueries="select (select max(amount) from sales), (select count(*) from regions)",
    scalar_subquery_reused="select seller from sales where amount > (select avg(amount) from sales)"
                           " and amount < 2 * (select avg(amount) from sales)",
    not_exists="select city from regions r where not exists "
               "(select 1 from sales s where s.region = r.region and amount > 30)",
    union_all="select region from sales union all select region from regions",
    union_distinct="select region from sales union select region from regions",
    intersect="select region from sales intersect select region from regions",
    minus="select region from sales except select region from regions",
    rank="select seller, rank() over (partition by region order by amount) from sales",
    top_each="select * from (select region, seller, row_number() over (partition by region "
             "order by amount desc) n from sales) where n = 1",
    running="select seller, sum(amount) over (order by amount, seller) from sales",
    rollup="select region, year, sum(amount) from sales group by rollup (region, year)",
    grouping_sets="select region, year, count(*) from sales "
                  "group by grouping sets ((region), (year))",
    case_when="select case when amount > 20 then 'big' else 'small' end c, count(*) from sales "
              "group by 1",
    pivot="select * from (select region, year, amount from sales) "
          "pivot (sum(amount) for year in (2021, 2022))",
    explode="select seller, explode(array(year, amount)) from sales",
    lateral_view="select seller, x from sales lateral view explode(array(1, 2)) t as x",
    values="select * from values (1), (2) t(a)",
    filter_aggregate="select count(*) filter (where amount > 20), sum(amount) from sales",
    broadcast_hint="select /*+ broadcast(r) */ seller from sales s join regions r using (region)",
    merge_hint="select /*+ merge(r) */ seller from sales s join regions r using (region)",
    repartition_hint="select /*+ repartition(3) */ seller from sales",
    coalesce_hint="select /*+ coalesce(1) */ seller from sales",
    rebalance_hint="select /*+ rebalance(region) */ region, seller from sales",
    in_list="select seller from sales where region in ('north', 'east')",
    nested="select avg(t) from (select region, sum(amount) t from sales group by region)",
    set_key="set spark.sql.shuffle.partitions",
    show_tables="show tables",
    describe="describe sales",
    explain="explain select count(*) from sales",
)
for name, text in SQL.items():
    table("sql", prepare=views, **{name: lambda s, text=text: len(rows(s.sql(text)))
                                   if text.startswith(("show", "explain"))
                                   else rows(s.sql(text))})
for name in ("group_by", "order_by", "join", "cte", "scalar_subquery", "union_distinct", "rank",
             "cte_twice", "intersect", "having"):
    table("sql_aqe_off", AQE_OFF, views, **{name: lambda s, text=SQL[name]: rows(s.sql(text))})


@program("sql.show_of_query", prepare=views)
def _(spark, tmp):
    spark.sql(SQL["group_by"]).show()


@program("sql.view_over_view", prepare=views)
def _(spark, tmp):
    spark.sql("create temp view totals as " + SQL["group_by"])
    try:
        return rows(spark.sql("select count(*) from totals"))
    finally:
        spark.sql("drop view totals")


@program("sql.insert_select", prepare=views)
def _(spark, tmp):
    spark.sql(f"create table jobs_t (r string, n long) using csv location '{tmp}/t'")
    spark.sql("insert into jobs_t select region, count(*) from sales group by region")
    spark.sql("insert overwrite jobs_t select region, 0 from regions")
    return [rows(spark.table("jobs_t")), len(os.listdir(tmp + "/t")) > 0]
