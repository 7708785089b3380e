"""What failing statements, calls and files say: words, plan, condition, state, parameters, places.

    python sql_failures.py OUT.json        with pyspark (1 min), or under `rushlight submit`

test_sql_failures.py compares with ../data/sql_failures.json, which PySpark 4.3 gave.  Ids of
expressions and folders are left out, because they are another each time; causes of a failed file,
which Spark has from the libraries it reads with, are, too.
"""
import json
import os
import re
import sys
import tempfile

from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.functions import col

SETTINGS = {"spark.sql.shuffle.partitions": "2", "spark.ui.enabled": "false",
            "spark.sql.session.timeZone": "UTC", "spark.ui.showConsoleProgress": "false"}

STATEMENTS = r"""
select idd from range(3)
select t.idd, id from range(3) t where id > 1
select a.id from range(3) t
select id from range(3) where namee = 1
select nothing
select id from range(2) a join range(2) b on a.id = b.id
select s.z from (select named_struct('x', 1, 'y', 2) s)
select * from nothing
select * from no.such.table
select x.* from range(3)
select nosuch(1)
select id, nosuch(id) from range(2)
select upper('a', 'b')
select upper()
select round(1, 2, 3, 4)
select 1 + true
select 'a' + interval 1 day
select array(1, 'a', array(2))
select abs('a'), abs(array(1))
select sum(array(1))
select if(1, 2, 3)
select case when 1 then 2 end
select 1 in (array(1))
select coalesce(1, array(1))
select cast(array(1) as int)
select explode(1)
select explode(array(1)) + 1
select id from range(3) where sum(id) > 1
select id from range(3) where row_number() over (order by id) > 1
select id, count(*) from range(3)
select id, id % 2 from range(3) group by id % 2
select sum(count(*)) from range(3)
select id from range(3) having id > 1
select row_number() from range(3)
select row_number() over () from range(3)
select sum(id) over (order by id rows between 1 following and 1 preceding) from range(3)
select sum(id) over (order by id, -id range between 1 preceding and 1 following) from range(3)
select sum(id) over w from range(3)
select upper('a') over (order by id) from range(3)
select 1 union select 1, 2
select 1 union select array(1)
select 1 order by 3
select id from range(3) group by 2
select id from range(3) limit -1
select id from range(3) where id
select (select id, id from range(3))
select id in (select id, id from range(3)) from range(2)
select (select id from range(3))
with c as (select 1), c as (select 2) select * from c
select * from values (1), (1, 2)
select id from range(3) where exists (select * from nothing)
insert into nothing values (1)
select 1/0
select 5 % 0
select id, 6 / id from range(3)
select 5 div 0
select 2147483647 + 1
select -2147483648 - 1
select 9223372036854775807L * 2L
select -(cast(-128 as tinyint))
select abs(cast(-2147483648 as int))
select cast('abc' as int)
select cast('abc' as date), 1
select cast('1x' as double)
select cast('maybe' as boolean)
select int('a'), id from range(1)
select cast(300 as tinyint)
select cast(1e20 as bigint)
select cast(12345.678 as decimal(5, 2))
select array(1, 2)[5]
select element_at(array(1, 2), 5)
select element_at(array(1), 0)
select elt(3, 'a')
select to_date('x', 'yyyy')
select to_timestamp('2020-13-01')
select make_date(2020, 13, 1)
select date'2020-13-01'
select timestamp'x'
select raise_error('so')
select assert_true(1 > 2)
select map_from_arrays(array(1, 1), array(1, 2))
select map(1, 2, 1, 3)
select size(1)
select 1 +
select 1 from
selec 1
select from_json('{"a": 1}', 'a nosuch')
select cast(1 as nosuch)
select sum(distinct x) filter (where sum(1) > 1) from values (1) v(x)
create temporary view v as select 1 as a, 2 as a
select `a.b` from range(1)
select id\n  from range(3)\n where id / 0 > 1\n   and id > 0
select date_add(1, 1)
select substring(array(1), 1)
select concat(1, array(1))
select id as a, id as a from range(1) order by a
select * from range(3) pivot (sum(id) for nothing in (1, 2))
select transform(array(1), x -> x + y)
select transform(1, x -> x)
select stack(0, 1)
select ntile(0) over (order by id) from range(3)
select percentile(id, 2) from range(3)
select cast('9999999999' as int) from range(1)
""".strip().split("\n")

LONG = "select " + ", ".join(f"{n} as column_{n}" for n in range(9)) + \
    ", 1 / 0 as broken, 10, 11, 12, 13, 14, 15"

CALLS = {       # of a DataFrame with columns name and age
    "select": lambda df: df.select("nam"),
    "select_many": lambda df: df.select(col("name"), col("agee") + 1),
    "filter": lambda df: df.filter(col("agee") > 1),
    "filter_text": lambda df: df.filter("agee > 1"),
    "filter_type": lambda df: df.filter(col("age") + 1),
    "with_column": lambda df: df.withColumn("x", col("y")),
    "order": lambda df: df.orderBy("nothing"),
    "group": lambda df: df.groupBy("age").agg(F.sum("nothing")),
    "not_grouped": lambda df: df.groupBy("age").agg(col("name")),
    "join": lambda df: df.join(df, "nothing"),
    "join_ambiguous": lambda df: df.join(df.select("name"), df.age == 1).select("name"),
    "union": lambda df: df.union(df.select("age")),
    "union_by_name": lambda df: df.unionByName(df.select("age")),
    "drop_duplicates": lambda df: df.dropDuplicates(["zz"]),
    "other_frame": lambda df: df.select(df.sparkSession.range(3).id),
    "plus_array": lambda df: df.select(col("age") + F.array(F.lit(1))),
    "sum_array": lambda df: df.select(F.sum(F.array("age"))),
    "function_arity": lambda df: df.select(F.expr("upper(name, name)")),
    "unknown_function": lambda df: df.select(F.call_function("nosuch", "age")),
    "divide": lambda df: df.select(col("age") / 0).collect(),
    "modulo": lambda df: df.select(col("age") % 0).collect(),
    "plus": lambda df: df.select(col("age") + 2147483647).collect(),
    "multiply": lambda df: df.select(col("age") * F.lit(2147483647)).collect(),
    "negate": lambda df: df.select(-F.lit(-2147483648) + col("age")).collect(),
    "cast": lambda df: df.select(col("name").cast("int")).collect(),
    "cast_date": lambda df: df.select(col("name").cast("date")).collect(),
    "item": lambda df: df.select(F.array("age")[col("age")]).collect(),
    "element_at": lambda df: df.select(F.element_at(F.array("age"), 5)).collect(),
    "raise_error": lambda df: df.select(F.raise_error("so")).collect(),
    "to_date": lambda df: df.select(F.to_date("name", "yyyy-MM-dd")).collect(),
    "expr": lambda df: df.select(F.expr("age / 0")).collect(),
    "select_expr": lambda df: df.selectExpr("age / 0", "name").collect(),
    "filter_divide": lambda df: df.filter("1 / (age - 36) > 0").collect(),
    "window": lambda df: df.select(F.row_number().alias("n")),
    "when": lambda df: df.select(F.when(col("age"), 1)),
    "limit": lambda df: df.limit(-1).collect(),
    "lambda": lambda df: df.select(F.transform("age", lambda x: x)),
    "aggregate_in_filter": lambda df: df.filter(F.sum("age") > 1),
    "explode_twice": lambda df: df.select(F.explode(F.array("age")), F.explode(F.array("age"))),
    "column_of_view": lambda df: view(df).sql("select x / 0 from broken_view").collect(),
    "view": lambda df: view(df).sql("select * from broken_view where x > 0").collect(),
}


def view(df):
    """A view whose own text has the fault."""
    df.createOrReplaceTempView("people_here")
    df.sparkSession.sql("create or replace temp view broken_view as select 1 / (age - 36) as x "
                        "from people_here")
    return df.sparkSession


# ── files ──
def written(folder, name, content):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as out:
        out.write(content)
    return path


def parquet(spark, folder, frame=None):
    """A folder with one Parquet file of 1000 rows, and the path of that file."""
    path = os.path.join(folder, "t")
    (frame or spark.range(1000)).coalesce(1).write.mode("append").parquet(path)
    return path, [os.path.join(path, n) for n in os.listdir(path) if n.startswith("part")][0]


def cut(path, size):
    os.truncate(path, size)
    crc = os.path.join(os.path.dirname(path), f".{os.path.basename(path)}.crc")
    if os.path.exists(crc):
        os.remove(crc)


def truncated_parquet(spark, folder):
    path, part = parquet(spark, folder)
    read = spark.read.schema("id bigint").parquet(path)
    cut(part, os.path.getsize(part) // 2)
    return read.collect()


def empty_parquet(spark, folder):
    return spark.read.parquet(written(folder, "a.parquet", b"")).collect()


def no_parquet(spark, folder):
    path = written(folder, "a.parquet", b"PAR1 no PAR1")
    return spark.read.schema("a int").parquet(path).collect()


def vanished(spark, folder):
    path, part = parquet(spark, folder)
    read = spark.read.parquet(path)
    os.remove(part)
    return read.collect()


def other_types(spark, folder):
    path, _ = parquet(spark, folder)
    return spark.read.schema("id string").parquet(path).collect()


def files_of_other_types(spark, folder):
    path = os.path.join(folder, "t")
    spark.range(3).coalesce(1).write.parquet(path)
    spark.sql("select 'a' as id").coalesce(1).write.mode("append").parquet(path)
    return spark.read.option("mergeSchema", True).parquet(path).collect()


def csv_failfast(spark, folder):
    path = written(folder, "a.csv", b"1,2\nx,3\n")
    return spark.read.schema("a int, b int").option("mode", "FAILFAST").csv(path).collect()


def json_failfast(spark, folder):
    path = written(folder, "a.json", b'{"a": 1}\n{"a": \n')
    return spark.read.schema("a int").option("mode", "FAILFAST").json(path).collect()


def json_failfast_inferred(spark, folder):
    path = written(folder, "a.json", b'{"a": 1}\n{"a": \n')
    return spark.read.option("mode", "FAILFAST").json(path).collect()


def only_corrupt(spark, folder):
    path = written(folder, "a.json", b'{"a": \n')
    return spark.read.json(path).select("_corrupt_record").collect()


def truncated_gzip(spark, folder):
    import gzip
    path = written(folder, "a.csv.gz", gzip.compress(b"1,2\n" * 10000)[:40])
    return spark.read.schema("a int, b int").csv(path).collect()


def no_gzip(spark, folder):
    return spark.read.schema("a int").json(written(folder, "a.json.gz", b"nothing")).collect()


def csv_names_twice(spark, folder):
    return spark.read.option("header", True).csv(written(folder, "a.csv", b"a,a\n1,2\n")).columns


def json_names_twice(spark, folder):
    return spark.read.json(written(folder, "a.json", b'{"a": 1, "a": 2}\n')).columns


def bad_mode(spark, folder):
    return spark.read.option("sep", "").csv(written(folder, "a.csv", b"1\n")).collect()


def no_path(spark, folder):
    return spark.read.csv(os.path.join(folder, "nothing"))


def no_schema(spark, folder):
    os.mkdir(os.path.join(folder, "empty"))
    return spark.read.json(os.path.join(folder, "empty"))


def exists(spark, folder):
    path, _ = parquet(spark, folder)
    return spark.range(3).write.parquet(path)


def write_twice(spark, folder):
    return spark.sql("select 1 as a, 2 as a").write.parquet(folder + "/x")


def write_interval(spark, folder):
    return spark.sql("select map(1, 2) as a").write.csv(folder + "/x")


def write_fails(spark, folder):
    return spark.range(3).selectExpr("1 / id as a").write.parquet(folder + "/x")


FILES = [truncated_parquet, empty_parquet, no_parquet, vanished, other_types, files_of_other_types,
         csv_failfast, json_failfast, json_failfast_inferred, only_corrupt, truncated_gzip, no_gzip,
         csv_names_twice, json_names_twice, bad_mode, no_path, no_schema, exists, write_twice,
         write_interval, write_fails]


# ── what an error tells ──
def context_of(context):
    told = {"type": context.contextType().name, "fragment": context.fragment(),
            "summary": plain(context.summary())}
    if told["type"] == "SQL":
        told.update(object=[context.objectType(), context.objectName()],
                    index=[context.startIndex(), context.stopIndex()])
    else:
        told["site"] = plain(context.callSite())
    return told


def plain(text):
    """Without what is another in each run."""
    text = re.sub(r"#\d+L?", "#", text.split("\n\nJVM")[0])
    text = re.sub(r"\S+\((Native Method|PythonSQLUtils.scala:\d+)\)", "sql_failures.py", text)
    return re.sub(r"\S*/(sql_failures\.py):\d+", r"\1", text)


def told(error):
    if type(error).__name__ in ("Py4JJavaError", "EngineError"):    # Spark has no class for it
        found = re.search(r"\[([A-Z][A-Z_0-9.]+)\][^\n]*", str(error))
        return {"class": "Java", "text": found and plain(found[0])}
    answer = {"class": type(error).__name__, "text": plain(str(error)).split("\n")}
    if hasattr(error, "getCondition"):
        answer.update(condition=error.getCondition(), state=error.getSqlState(),
                      parameters={k: plain(v)
                                  for k, v in (error.getMessageParameters() or {}).items()
                                  if k != "ansiConfig"},     # no template has it
                      contexts=[context_of(c) for c in error.getQueryContext() or []])
    return answer


def outcome(run):
    try:
        found = run()
        return {"class": None, "text": repr(found)}
    except Exception as e:
        return told(e)


def record(spark, folder):
    answers = {}
    for text in [*STATEMENTS, LONG]:
        text = text.replace("\\n", "\n")
        answers[text] = outcome(lambda: spark.sql(text).collect())
    people = spark.createDataFrame([("Bob", 36)], "name string, age int")
    for name, call in CALLS.items():
        answers["df " + name] = outcome(lambda: call(people))
    for run in FILES:
        scratch = os.path.join(folder, run.__name__)
        os.mkdir(scratch)
        found = json.dumps(outcome(lambda: run(spark, scratch)))
        answers["file " + run.__name__] = json.loads(
            re.sub(r"part-[\w.-]+", "PART", found.replace(scratch, "")))
    return answers


def main(out):
    os.environ["TZ"] = "UTC"
    builder = SparkSession.builder.master("local[2]")
    for key, value in SETTINGS.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    with tempfile.TemporaryDirectory() as folder:
        answers = record(spark, folder)
    spark.stop()
    with open(out, "w") as file:
        json.dump(answers, file, indent=1, sort_keys=True)
        file.write("\n")


if __name__ == "__main__":
    main(sys.argv[1])
