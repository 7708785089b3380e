"""Lab 4 in C: as few pairs as the engine's own table shuffles, and the same sums."""
import re

from rushlight.lesson.checks import check, fail, prediction
from rushlight.testing import at_most, trace


def rows_of(random, n, n_keys, nulls=0.1):
    names = [f"key {i}" + "x" * (i % 20) for i in range(n_keys)]
    return [(None if random.random() < nulls else random.choice(names),
             random.choice([None, 0, 1]), random.randrange(100)) for _ in range(n)]


def summed(spark, rows, keys, parts):
    from rushlight.sql import functions as F
    df = spark.createDataFrame(spark.sparkContext.parallelize(rows, parts),
                               "a string, b int, v bigint")
    return df.groupBy(*keys).agg(F.sum("v").alias("s"), F.count("v").alias("n"))


def answers(case, rows, keys, parts, plugin=None, conf=None):
    """The rows of an aggregate, and its trace."""
    with case.context(conf=conf, plugin=plugin) as spark:
        with trace(spark.sparkContext) as t:
            found = sorted(map(repr, summed(spark, rows, keys, parts).collect()))
    return found, t


def must_agree(mine, right):
    if mine != right:
        lost, more = set(right) - set(mine), set(mine) - set(right)
        fail(f"{len(more)} of {len(mine)} rows are wrong, such as "
             f"{next(iter(more), 'none')}; missing is {next(iter(lost), 'none')}")


# ── predictions ──
def shuffled(case, aggregate, keys=tuple("abcdefghij")):
    """(rows, bytes) that an aggregate of 2,000 rows shuffles; each of 4 partitions has all keys."""
    rows = [(keys[i % len(keys)], i * 7919) for i in range(2000)]
    with case.context(plugin=False) as spark:
        df = spark.createDataFrame(spark.sparkContext.parallelize(rows, 4), "k string, v bigint")
        df.createOrReplaceTempView("t")
        with trace(spark.sparkContext) as t:
            spark.sql(f"select k, {aggregate} from t group by k").collect()
    stage = next(stage for job in t.jobs for stage in job.stages if stage.writes_shuffle)
    return stage.pairs, stage.bytes


@prediction("rows_of_sum")
def rows_of_sum(case):
    return shuffled(case, "sum(v)")[0]


@prediction("rows_with_nulls")
def rows_with_nulls(case):
    return shuffled(case, "sum(v)", (*"abcdefghij", None))[0]


@prediction("values_of_avg")
def values_of_avg(case):
    with case.context(plugin=False) as spark:
        spark.createDataFrame([(1, 1)], "k long, v long").createOrReplaceTempView("t")
        plan = spark.sql("explain formatted select k, avg(v) from t group by k").first()[0]
    return int(re.search(r"\) Exchange\nInput \[(\d+)\]", plan)[1]) - 1      # without the key


@prediction("bytes_of_lists")
def bytes_of_lists(case):
    (rows, of_sum), (same, of_lists) = shuffled(case, "sum(v)"), shuffled(case, "collect_list(v)")
    assert rows == same
    return "more than 10 times as many" if of_lists > 10 * of_sum else "about as many as the sum"


# ── checks ──
@check("a pair for each key and map task", points=3, hidden=1)
def combines(case):
    """A map task shuffles one row for each key that it has, however many rows it had."""
    parts, n_keys = 4, case.random.randrange(5, 40)
    rows = rows_of(case.random, 2000, n_keys)
    right, _ = answers(case, rows, ["a"], parts, plugin=False)
    mine, t = answers(case, rows, ["a"], parts)
    must_agree(mine, right)
    pairs = sum(stage.pairs for job in t.jobs for stage in job.stages if stage.writes_shuffle)
    if pairs >= len(rows):
        fail(f"{pairs} rows are shuffled, of {len(rows)}: nothing is combined",
             means="combine_after")
    t.assert_shuffle_pairs(at_most((n_keys + 1) * parts))


@check("the sums are right", points=2, hidden=2)
def same_sums(case):
    """Rows of different keys never share a group; nulls are keys, too."""
    rows = rows_of(case.random, 1500, 60, nulls=0.3)
    for keys in (["a"], ["b"], ["b", "a"]):
        right, _ = answers(case, rows, keys, 3, plugin=False)
        mine, _ = answers(case, rows, keys, 3)
        must_agree(mine, right)


@check("the table grows", points=3, after=("combines", "same_sums"), seconds=20)
def grows(case):
    """Many keys: the table grows with them, and stays quick."""
    n, parts = 60000, 2
    with case.context(plugin=False) as spark:
        right, _ = many(spark, n, parts)
    with case.context() as spark:
        mine, t = many(spark, n, parts)
    must_agree(mine, right)
    t.assert_shuffle_pairs(at_most(n // 2 * parts + parts))    # and the counts of them


def many(spark, n, parts):
    with trace(spark.sparkContext) as t:
        rows = spark.range(0, n * 2, 1, parts).selectExpr(f"id % {n // 2} as k").groupBy("k") \
            .count().selectExpr("sum(k * count)", "count(*)", "max(count)").collect()
    return list(map(repr, rows)), t


@check("keys that look alike", points=2, after=("combines", "same_sums"), seconds=20)
def look_alikes(case):
    """Two keys are one group only if they are equal, not if their hashes are alike."""
    n = 300000
    with case.context() as spark:
        groups = spark.range(0, n, 1, 2).selectExpr("cast(id as string) as k").groupBy("k") \
            .count().selectExpr("count(*)", "max(count)").collect()[0][0]
    if groups != n:
        fail(f"{n} different keys are {groups} groups")


@check("an empty table is empty", points=1, after=("combines", "same_sums"), seconds=20)
def begins_anew(case):
    """With little memory groups are spilled in between; the table then begins anew."""
    conf = {"spark.testing.memory": "6m", "spark.testing.reservedMemory": "0"}
    with case.context(conf=conf) as spark:
        with trace(spark.sparkContext) as t:
            rows = spark.range(0, 120000, 1, 2).selectExpr(
                "concat('a long key ', id % 40000) as k").groupBy("k").count() \
                .selectExpr("count(*)", "sum(count)").collect()
    assert any(stage.spilled["memory"] for job in t.jobs for stage in job.stages), \
        "nothing was spilled: this check shows nothing"
    if tuple(rows[0]) != (40000, 120000):
        fail(f"40000 groups of 120000 rows come out as {rows[0][0]} of {rows[0][1]}")
