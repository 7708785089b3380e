"""Lab 12 in C: final plans and tasks are those that the engine's own rules give."""
from rushlight.lesson.checks import check, fail, prediction
from rushlight.testing import trace

COALESCING = {"spark.sql.shuffle.partitions": "20",
              "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",
              "spark.sql.adaptive.coalescePartitions.minPartitionSize": "1b"}
SKEW = {"spark.sql.shuffle.partitions": "6", "spark.sql.autoBroadcastJoinThreshold": "-1",
        "spark.sql.adaptive.coalescePartitions.enabled": "false",
        "spark.sql.adaptive.skewJoin.skewedPartitionThresholdInBytes": "1b",
        "spark.sql.adaptive.skewJoin.skewedPartitionFactor": "3"}


# ── what a run looks like ──
def shape(t):
    """For each stage how many pairs each of its tasks has read."""
    return [[task.records_read for task in sorted(stage.tasks, key=lambda task: task.partition)]
            for job in t.jobs for stage in job.stages if stage.ran]


def final_text(t):
    names = []

    def walk(node):
        names.append(node.text)
        for child in node.children:
            walk(child)
    walk(t.queries[-1].final)
    return "\n".join(names)


def run(case, program, conf, plugin=None):
    with case.context(conf=conf, plugin=plugin) as spark:
        with trace(spark.sparkContext) as t:
            rows = sorted(map(repr, program(spark).collect()))
    return rows, shape(t), t


def compare(case, program, conf):
    """Fails unless rows and tasks are those without the plug-in; returns what tasks read."""
    right, theirs, _ = run(case, program, conf, plugin=False)
    mine, shape_of_mine, t = run(case, program, conf)
    if mine != right:
        fail(f"{len(mine)} rows in place of {len(right)}, or other ones")
    if shape_of_mine != theirs:
        at = next((i for i, (a, b) in enumerate(zip(shape_of_mine, theirs)) if a != b), 0)
        fail("the tasks of the last stages read other pairs: "
             f"{shape_of_mine[at]} in place of {theirs[at]}" if len(theirs) == len(shape_of_mine)
             else f"{len(shape_of_mine)} stages in place of {len(theirs)}")
    return shape_of_mine, t


# ── data ──
def counted(random, n_keys, n, parts=3):
    """A count of keys, some frequent, most not."""
    weights = [random.choice([1, 1, 2, 30]) for _ in range(n_keys)]
    rows = [(key, i % 9, "x" * random.randrange(30))
            for i, key in enumerate(random.choices(range(n_keys), weights, k=n))]

    def program(spark):
        df = spark.createDataFrame(spark.sparkContext.parallelize(rows, parts),
                                   "k int, v int, pad string")
        return df.repartition("k").groupBy("k").count()
    return program


def joined(random, n, n_maps, hot_share, kind="inner"):
    """A join in which one key has a good part of the rows."""
    hot = random.randrange(20)
    wide = [random.choice([5, 40, 90]) for _ in range(n_maps)]      # map tasks write unequally
    left = [(hot if random.random() < hot_share else random.randrange(20), i,
             "".join(random.choices("abcdefgh", k=random.randrange(1, wide[i * n_maps // n]))))
            for i in range(n)]
    right = [(i, i * i) for i in range(20)]

    def program(spark):
        a = spark.createDataFrame(spark.sparkContext.parallelize(left, n_maps),
                                  "k int, v int, pad string")
        b = spark.createDataFrame(spark.sparkContext.parallelize(right, 2), "k int, w int")
        return a.join(b.hint("merge"), "k", kind).select("k", "v", "w", "pad")
    return program


# ── predictions ──
def one_key_each(spark, n):
    """A key for each of n partitions of a shuffle, in their order."""
    places = spark.range(1000).selectExpr("cast(id as int) as k", f"pmod(hash(k), {n}) as place")
    return [row.k for row in places.groupBy("place").agg({"k": "min"}).toDF("place", "k")
            .orderBy("place").collect()]


def of_sizes(case, spark, sizes, maps=4):
    """A DataFrame whose shuffle by k has partitions of about so many kB, an equal share of each
    from every map task; its bytes are random, so that they do not compress."""
    keys = one_key_each(spark, len(sizes))
    rows = [(key, bytearray(case.random.randbytes(500))) for _ in range(maps)
            for key, size in zip(keys, sizes) for _ in range(size * 2 // maps)]
    return spark.createDataFrame(spark.sparkContext.parallelize(rows, maps), "k int, pad binary")


@prediction("six_of_sixty")
def six_of_sixty(case):
    conf = {**COALESCING, "spark.sql.shuffle.partitions": "6",
            "spark.sql.adaptive.advisoryPartitionSizeInBytes": "100k"}
    _, shapes, _ = run(case, lambda spark: of_sizes(case, spark, [60] * 6).repartition("k"), conf,
                       plugin=False)
    return len(shapes[-1])


EVEN, HUNDRED = [4] * 5, [10, 10, 10, 10, 100]


def tasks_of_join(case, left, right, kind):
    """How many tasks a sort-merge join of sides with these sizes has; 5 if nothing is split."""
    conf = {**SKEW, "spark.sql.shuffle.partitions": "5",
            "spark.sql.adaptive.skewJoin.skewedPartitionFactor": "4",
            "spark.sql.adaptive.advisoryPartitionSizeInBytes": "10k"}

    def program(spark):
        t, u = (of_sizes(case, spark, sizes) for sizes in (left, right))
        return t.join(u.hint("merge").withColumnRenamed("pad", "more"), "k", kind)
    _, shapes, _ = run(case, program, conf, plugin=False)
    return len(shapes[-1])


@prediction("skewed_of_five")
def skewed_of_five(case):
    return int(tasks_of_join(case, HUNDRED, EVEN, "inner") > 5)


@prediction("pieces")
def pieces(case):
    return tasks_of_join(case, HUNDRED, EVEN, "inner") - 4


@prediction("right_of_left")
def right_of_left(case):
    return "yes" if tasks_of_join(case, EVEN, HUNDRED, "left") > 5 else "no"


# ── 1. coalescing ──
@check("small partitions are read together", points=3, hidden=2)
def coalesces(case):
    """Neighbours up to the target are one task's; the final plan has a coalesced read."""
    program = counted(case.random, 40, 1500)
    for advisory in ("1k", "4k", "64k"):
        conf = {**COALESCING, "spark.sql.adaptive.advisoryPartitionSizeInBytes": advisory}
        shapes, t = compare(case, program, conf)
    if "coalesced" not in final_text(t):
        fail("the final plan reads no shuffle coalesced", means="law_200")


@check("empty partitions are nobody's", points=1, after="coalesces")
def leaves_out_empty(case):
    """Partitions without data are read by no task of their own."""
    conf = {**COALESCING, "spark.sql.shuffle.partitions": "60",
            "spark.sql.adaptive.advisoryPartitionSizeInBytes": "300b"}
    for n_keys in (1, 3, 8):
        compare(case, counted(case.random, n_keys, 300), conf)


# ── 2. skew ──
def split_conf(advisory, factor="3"):
    return {**SKEW, "spark.sql.adaptive.advisoryPartitionSizeInBytes": advisory,
            "spark.sql.adaptive.skewJoin.skewedPartitionFactor": factor}


@check("a skewed partition is split", points=3, hidden=1)
def splits(case):
    """A partition above the threshold is read in parts, each by some of the map tasks."""
    program = joined(case.random, 2500, 8, 0.6)
    shapes, t = compare(case, program, split_conf("4k"))
    if "skew" not in final_text(t):
        fail("no read of the final plan is skewed", means="evenly")
    case.comment("informative", f"the tasks of the join read {shapes[-1]} pairs")


@check("what is skewed", points=2, hidden=1, after="splits")
def what_is_skewed(case):
    """The threshold is the factor times the median, not the mean; and the least one counts."""
    for share, factor in [(0.35, "2"), (0.35, "5"), (0.6, "4"), (0.0, "1.5"), (0.8, "7")]:
        compare(case, joined(case.random, 1500, 6, share), split_conf("2k", factor))
    least = {**split_conf("2k"),
             "spark.sql.adaptive.skewJoin.skewedPartitionThresholdInBytes": "10m"}
    compare(case, joined(case.random, 1500, 6, 0.6), least)


@check("parts of about the target", points=3, hidden=1, after="splits", seconds=20)
def parts(case):
    """Parts end before they are larger than the target, and small ones go with a neighbour."""
    for n_maps, advisory in [(24, "6k"), (24, "16k"), (40, "1k"), (30, "10k"), (5, "40k")]:
        compare(case, joined(case.random, 2400, n_maps, 0.7), split_conf(advisory))


@check("rebalanced by the same rule", points=1, after="parts")
def rebalance(case):
    """A repartition that is to be even is split by the same rule."""
    rows = [(1 if case.random.random() < 0.8 else i, i, "y" * case.random.randrange(30))
            for i in range(2000)]

    def program(spark):
        df = spark.createDataFrame(spark.sparkContext.parallelize(rows, 7),
                                   "k int, v int, pad string")
        return df.hint("rebalance", "k")
    compare(case, program, {"spark.sql.shuffle.partitions": "5",
                            "spark.sql.adaptive.coalescePartitions.enabled": "false",
                            "spark.sql.adaptive.advisoryPartitionSizeInBytes": "2k"})
