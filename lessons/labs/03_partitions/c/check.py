"""Lab 3 in C: rows are where the engine's own exchange puts them."""
from rushlight.lesson.checks import check, fail, prediction


def placements(spark, rows, schema, keys, n):
    """The partition of each key."""
    from rushlight.sql import functions as F
    df = spark.createDataFrame(rows, schema).repartition(n, *keys)
    placed = df.select(*keys, F.spark_partition_id()).distinct().collect()
    return {tuple(row)[:-1]: row[-1] for row in placed}


def compare(case, rows, schema, keys, n):
    with case.context() as spark:
        mine = placements(spark, rows, schema, keys, n)
    with case.context(plugin=False) as spark:
        right = placements(spark, rows, schema, keys, n)
    wrong = [key for key in right if mine.get(key) != right[key]]
    if wrong:
        key = wrong[0]
        fail(f"{len(wrong)} of {len(right)} keys are not where they should be: of {n} partitions, "
             f"{', '.join(map(repr, key))} is in {mine.get(key)} in place of {right[key]}")


def some(random, make, n=60):
    return [(make(random), i) for i in range(n)]


# ── predictions ──
def engines_places(case, rows, schema, n):
    """{key: partition} as the engine's own rule has them."""
    with case.context(plugin=False) as spark:
        return {key: place for (key,), place in placements(spark, rows, schema, ["k"], n).items()}


@prediction("as_in_rdds")
def as_in_rdds(case):
    with case.context(plugin=False) as spark:
        parts = spark.sparkContext.range(1000).map(lambda i: (i, i)).partitionBy(4).glom().collect()
    of_rdd = {key: place for place, pairs in enumerate(parts) for key, _ in pairs}
    of_query = engines_places(case, [(i,) for i in range(1000)], "k int", 4)
    same = sum(of_rdd[key] == place for key, place in of_query.items())
    if 200 < same < 300:
        return "about a quarter"
    return {0: "none", 1000: "all"}[same]


@prediction("null_of_five")
def null_of_five(case):
    return engines_places(case, [(None,), (0,)], "k int", 5)[None]


@prediction("negative")
def negative(case):
    """Whatever key it is: one with a hash that leaves the same remainder as -7."""
    with case.context(plugin=False) as spark:
        key = spark.range(100).selectExpr("cast(id as int) as k") \
            .where("hash(k) < 0 and hash(k) % 4 = -7 % 4").first().k
    return engines_places(case, [(key,)], "k int", 4)[key]


@prediction("int_and_bigint")
def int_and_bigint(case):
    rows = [(i,) for i in range(50)]
    ints, bigints = (engines_places(case, rows, f"k {name}", 1000) for name in ("int", "bigint"))
    return "always" if ints == bigints else "only by chance"


# ── checks ──
@check("ints", points=2, hidden=1)
def ints(case):
    """The partition of a whole number, negative ones too, for any number of partitions."""
    rows = some(case.random, lambda r: r.randrange(-1000, 1000))
    for n in (2, 7, 16):
        compare(case, rows, "k int, v int", ["k"], n)


@check("bigints", points=1, after="ints")
def bigints(case):
    """The partition of a number of 64 bits."""
    rows = some(case.random, lambda r: r.randrange(-2 ** 62, 2 ** 62) >> r.randrange(62))
    compare(case, rows, "k bigint, v int", ["k"], 11)


@check("texts", points=2, hidden=1, after="ints")
def texts(case):
    """The partition of a text of any length, in any script."""
    rows = some(case.random, lambda r: "".join(r.choice("abcdéüß€漢字") for _ in
                                               range(r.randrange(9))))
    compare(case, rows, "k string, v int", ["k"], 13)


@check("nulls", points=1, after="ints")
def nulls(case):
    """A null leaves the hash as it is, also the null of a single key."""
    rows = [(case.random.choice([None, 0, 1, case.random.randrange(99)]), i) for i in range(60)]
    for n in (5, 8):
        compare(case, rows, "k int, v int", ["k"], n)


@check("several keys", points=2, hidden=1, after=("texts", "nulls", "bigints"))
def several_keys(case):
    """The hash of one key is the seed of the next; keys of other types count, too."""
    random = case.random
    rows = [(random.choice([None, random.randrange(20)]), random.choice([None, "a", "bb", "ccccc"]),
             random.choice([0.5, 1.5, None]), random.randrange(-5, 5)) for _ in range(150)]
    schema = "a int, b string, c double, d bigint"
    compare(case, rows, schema, ["a", "b"], 9)
    compare(case, rows, schema, ["b", "c", "a", "d"], 6)


@check("joins and groups find each other", points=2, after="several_keys")
def they_meet(case):
    """Rows of equal keys are together, whichever table they come from."""
    left = [(case.random.randrange(30), i) for i in range(200)]
    right = [(i, case.random.randrange(100)) for i in range(40)]
    conf = {"spark.sql.autoBroadcastJoinThreshold": "-1", "spark.sql.shuffle.partitions": "7",
            "spark.sql.adaptive.enabled": "false"}

    def answers(plugin):
        with case.context(conf=conf, plugin=plugin) as spark:
            a = spark.createDataFrame(left, "k int, v int")
            b = spark.createDataFrame(right, "k int, w int")
            return sorted(map(tuple, a.join(b, "k").groupBy("w").count().collect()))
    if answers(None) != answers(False):
        fail("a join and a count of its rows have lost or doubled some")
