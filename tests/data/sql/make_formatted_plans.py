"""Asks a real Spark for explain("formatted") of the queries below; writes formatted_plans.jsonl: a
query a line, with the plan's text, normalised.

    python make_formatted_plans.py [names]        (needs pyspark; names: those alone)

What differs from run to run reads alike: ids of columns and subqueries are numbered in the order in
which they show, plans and RDDs have no numbers, folders no names, and sizes that were measured are
"…": they depend on how an engine keeps its rows.
"""
import contextlib
import io
import json
import os
import re
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
AQE_OFF = {"spark.sql.adaptive.enabled": "false"}
MERGE_JOINS = {"spark.sql.autoBroadcastJoinThreshold": "-1"}
QUERIES = {}


def query(name, conf=None, run_first=False):
    """@run_first: the plan is asked for when the query has run."""
    def register(make):
        QUERIES[name] = (make, dict(conf or {}), run_first)
        return make
    return register


def queries(conf=None, run_first=False, **entries):
    """Queries that are one expression each: functions of spark."""
    for name, make in entries.items():
        query(name, conf, run_first)(make)


def prepare(spark, folder):
    """Files and views that all queries read."""
    sales = spark.range(60).selectExpr("id", "cast(id % 7 as int) as k", "concat('s', id % 3) as s",
                                       "cast(id as double) as v", "cast(id % 2 as int) as part")
    for format in ("parquet", "csv", "json"):
        sales.coalesce(1).write.option("header", "true").format(format).save(f"{folder}/{format}")
    sales.coalesce(1).write.partitionBy("part").parquet(f"{folder}/folders")
    sales.select("s").coalesce(1).write.text(f"{folder}/text")
    spark.read.parquet(f"{folder}/parquet").createOrReplaceTempView("sales")
    spark.read.parquet(f"{folder}/folders").createOrReplaceTempView("folders")
    spark.read.schema("id long, k int, s string").csv(f"{folder}/csv", header=True).createOrReplaceTempView("csv")
    spark.read.schema("id long, k int").json(f"{folder}/json").createOrReplaceTempView("json")
    spark.read.text(f"{folder}/text").createOrReplaceTempView("text")
    spark.sql("create table stored using parquet as select id, id % 5 as k from range(20)")
    spark.createDataFrame([(1, "a"), (2, "b")], "k int, name string").createOrReplaceTempView("names")


def sql(text):
    return lambda spark: spark.sql(text)


def cached(text, run_first=False, then=lambda df: df.where("k > 1").select("k")):
    def make(spark):
        df = spark.sql(text).cache()
        if run_first:
            df.count()
        return then(df)
    return make


GROUPED = "select k, count(*) as n from sales group by k"
SORTED = "select k, v from sales order by k"


def again(df):
    """By the key by which the rows lie already."""
    return df.groupBy("k").count()


def sorted_again(df):
    return df.sort("k")


def joined_again(df):
    return df.join(df.sparkSession.table("sales"), "k")


queries(
    range_grouped=sql("select id % 3 as k, count(*) as n from range(100) group by id % 3"),
    parquet_filtered=sql("select id + 1 as next from sales where k > 2 and s = 's1'"),
    parquet_pushed=sql("select v from sales where (k in (1, 2) or s like 's%') and id is not null and not v < 3"),
    folders_pruned=sql("select id from folders where part = 1 and k < 3"),
    folders_all=sql("select * from folders"),
    csv_scanned=sql("select k from csv where id >= 10"),
    json_scanned=sql("select k from json where k = 1"),
    text_scanned=sql("select length(value) as n from text"),
    table_scanned=sql("select id from stored where k = 2"),
    values_listed=sql("select * from values (1, 'a'), (2, 'b') as v(x, y)"),
    one_row=sql("select 1 as one"),
    grouped=sql("select s, sum(v) as total, max(k) as high from sales where k <> 3 group by s having sum(v) > 10"),
    distinct=sql("select count(distinct k) as n, sum(v) as total from sales"),
    rolled_up=sql("select k, s, count(*) as n from sales group by rollup (k, s)"),
    sorted=sql("select k, v from sales order by v desc, k"),
    top=sql("select k, v from sales order by v desc limit 3"),
    limited=sql("select k from sales limit 5"),
    skipping=sql("select k from sales limit 5 offset 2"),
    united=sql("select k from sales union all select cast(id as int) from range(5)"),
    windowed=sql("select k, rank() over (partition by s order by v desc) as r, "
                 "sum(v) over (partition by s) as total from sales"),
    exploded=sql("select k, x from sales lateral view explode(array(k, k + 1)) e as x"),
    joined=sql("select a.id, n.name from sales a join names n on a.k = n.k where a.v > 2"),
    semi_joined=sql("select id from sales where k in (select k from names)"),
    not_in=sql("select id from sales where k not in (select k from names)"),
    crossed=sql("select a.id, b.k from sales a cross join names b"),
    left_joined=sql("select a.id, n.name from sales a left join names n on a.k = n.k and a.v > 2"),
    scalar=sql("select id from sales where v > (select avg(v) from sales)"),
    scalar_twice=sql("select id, (select max(k) from names) as m from sales where k < (select max(k) from names)"),
    scalar_nested=sql("select id from sales where v > (select avg(v) from sales where k > (select min(k) from names))"),
    existing=sql("select id from sales where exists (select 1 from names where k = 1)"),
    repartitioned=lambda spark: spark.table("sales").repartition(3, "k").select("k"),
    round_robin=lambda spark: spark.table("sales").repartition(3).select("k"),
    coalesced=lambda spark: spark.table("sales").coalesce(1).select("k"),
    sampled=lambda spark: spark.table("sales").sample(False, 0.5, 7).select("k"),
    created=lambda spark: spark.createDataFrame([(1, "a")], "x int, y string").where("x > 0"),
    cached_scan=cached("select * from sales"),
    cached_group=cached(GROUPED),
    cached_grouped_again=cached(GROUPED, then=again),
    kept_grouped_again=cached(GROUPED, True, again),
    cached_sorted_again=cached(SORTED, then=sorted_again),
    kept_sorted_again=cached(SORTED, True, sorted_again),
    kept_repartitioned=cached("select /*+ repartition(3, k) */ * from sales", True, again),
)
queries(
    MERGE_JOINS,
    merge_joined=sql("select a.id, b.v from sales a join sales b on a.id = b.k"),
    full_joined=sql("select a.id, b.v from sales a full join sales b on a.id = b.k"),
    hash_joined=sql("select /*+ shuffle_hash(b) */ a.id, b.v from sales a join sales b on a.id = b.k"),
)
queries(
    AQE_OFF,
    fused_group=sql("select s, sum(v) as total from sales where k <> 3 group by s"),
    fused_join=sql("select a.id, n.name from sales a join names n on a.k = n.k where a.v > 2"),
    fused_scalar=sql("select id from sales where v > (select avg(v) from sales)"),
    fused_scalar_twice=sql("select id, (select max(k) from names) as m from sales where k < (select max(k) from names)"),
    fused_sort=sql("select k, v from sales order by v desc, k"),
    fused_cached=cached("select k, count(*) as n from sales where s <> 's1' group by k"),
    fused_grouped_again=cached(GROUPED, then=again),
    fused_sorted_again=cached(SORTED, then=sorted_again),
    fused_folders=sql("select id from folders where part = 1 and k < 3"),
)
queries(
    {**AQE_OFF, **MERGE_JOINS},
    reused_exchange=sql("with g as (select k, count(*) as n from sales group by k) "
                        "select a.k, b.n from g a join g b on a.k = b.k"),
    fused_joined_again=cached(GROUPED, then=joined_again),
    reused_join=sql("select * from (select k from sales) a join (select k from sales) b on a.k = b.k"),
)
queries(
    run_first=True,
    ran_grouped=sql("select s, sum(v) as total from sales where k <> 3 group by s"),
    ran_sorted=sql("select k, v from sales order by v desc, k"),
    ran_joined=sql("select n.name, count(*) as n from sales a join names n on a.k = n.k group by n.name"),
    ran_scalar=sql("select id from sales where v > (select avg(v) from sales)"),
    ran_scan=sql("select id from sales where k = 1"),
    ran_cached=cached(GROUPED, True),
    ran_grouped_again=cached(GROUPED, then=again),
    ran_sorted_again=cached(SORTED, then=sorted_again),
)
queries(
    MERGE_JOINS, run_first=True,
    ran_merge_joined=sql("select a.id, b.v from sales a join sales b on a.id = b.k"),
)


def normalised(text, folder):
    seen, text = {}, re.sub(r"\[id=#\d+\]", "[id]", text)
    text = re.sub(r"#(\d+)(L?)", lambda m: f"#{seen.setdefault(m.group(1), len(seen))}{m.group(2)}", text)
    text = re.sub(r"plan_id=\d+", "plan_id", text.replace(folder, "…"))
    text = re.sub(r"\w+RDD\[\d+\] at .*?:\d+", "an RDD", text)
    return re.sub(r"sizeInBytes=[\d.]+ \w+", "sizeInBytes=…", text).strip()


def explained(spark, name, folder):
    make, conf, run_first = QUERIES[name]
    before = {key: spark.conf.get(key) for key in conf}
    out = io.StringIO()
    for key, value in conf.items():
        spark.conf.set(key, value)
    try:
        df = make(spark)
        if run_first:
            df.collect()
        with contextlib.redirect_stdout(out):
            df.explain("formatted")
    finally:
        spark.catalog.clearCache()
        for key, value in before.items():
            spark.conf.set(key, value)
    return normalised(out.getvalue(), folder)


def session(builder, folder):
    return (builder.master("local[2]").config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "4").config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.warehouse.dir", f"{folder}/warehouse").getOrCreate())


def main():
    from pyspark.sql import SparkSession
    folder = tempfile.mkdtemp()
    spark = session(SparkSession.builder, folder)
    spark.sparkContext.setLogLevel("OFF")
    prepare(spark, folder)
    path = os.path.join(HERE, "formatted_plans.jsonl")
    kept = {}
    if len(sys.argv) > 1:
        with open(path, encoding="utf-8") as f:
            kept = {line["query"]: line["plan"] for line in map(json.loads, f)}
    with open(path, "w", encoding="utf-8") as out:
        for name in QUERIES:
            plan = (kept[name] if len(sys.argv) > 1 and name not in sys.argv[1:]
                    else explained(spark, name, folder))
            out.write(json.dumps({"query": name, "plan": plan}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
