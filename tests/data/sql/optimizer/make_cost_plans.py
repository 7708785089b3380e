"""Asks a real Spark how many rows and bytes it expects of plans over analyzed tables; writes
cost_plans.jsonl: one query a line, with the optimized plan as explain("cost") prints it.

    python make_cost_plans.py        (needs pyspark)
"""
import json
import os
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))

TABLES = {
    "big": "select cast(id as int) as k, id % 100 as v, concat('name', id % 10) as s, "
           "date_add(date'2020-01-01', cast(id % 365 as int)) as d from range(10000)",
    "mid": "select cast(id as int) as k, id % 50 as g from range(1000)",
    "small": "select cast(id as int) as g, concat('g', id) as n from range(50)",
}
COSTED = [
    "select * from big",
    "select k from big where v < 10",
    "select s, count(*) from big group by s",
    "select * from big join mid on big.k = mid.k",
    "select * from big join mid on big.k = mid.k join small on mid.g = small.g",
    "select * from small join big on small.g = big.v join mid on mid.k = big.k where big.d < '2020-02-01'",
    "select k from big where k > 100 and v = 5",
    "select k from big where k in (1,2,3)",
    "select k from big where s = 'name1' or v > 90",
    "select distinct s from big",
    "select k from big where s is null",
    "select k from big where not (v < 10)",
    "select big.k from big left join mid on big.k = mid.k",
    "select k from big order by k",
    "select k from big union all select k from mid",
    "select k from big where k in (select k from mid)",
]
REORDERED = [
    "select * from big join mid on big.k = mid.k join small on mid.g = small.g",
    "select * from small join big on small.g = big.v join mid on mid.k = big.k where big.d < '2020-02-01'",
    "select count(*) from small, mid, big where small.g = mid.g and mid.k = big.k",
    "select * from mid, small, big b1, big b2 where mid.g = small.g and b1.k = mid.k and b2.k = b1.k and b2.v < 3",
]


def prepare(spark):
    for name, query in TABLES.items():
        spark.sql("create table %s using parquet as %s" % (name, query))
        spark.sql("analyze table %s compute statistics for all columns" % name)
    spark.conf.set("spark.sql.cbo.enabled", "true")


def questions(spark):
    """(which, query), with the settings made that it is to be asked with."""
    for query in COSTED:
        yield "cost", query
    spark.conf.set("spark.sql.cbo.joinReorder.enabled", "true")
    for query in REORDERED:
        yield "reorder", query


def main():
    from pyspark.sql import SparkSession
    spark = (SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
             .config("spark.sql.warehouse.dir", tempfile.mkdtemp()).getOrCreate())
    spark.sparkContext.setLogLevel("OFF")
    prepare(spark)
    with open(os.path.join(HERE, "cost_plans.jsonl"), "w", encoding="utf-8") as out:
        for which, query in questions(spark):
            text = spark.sql(query)._jdf.queryExecution().stringWithStats()
            plan = text.split("== Optimized Logical Plan ==\n")[1].split("\n\n==")[0]
            out.write(json.dumps({"which": which, "query": query, "plan": plan}) + "\n")


if __name__ == "__main__":
    main()
