"""How evenly tasks are loaded, and what adaptive execution makes of plans and partitions."""
from rushlight.lesson.checks import check, fail, prediction
from rushlight.testing import at_most, times

def sales_of(case, n=4000, slices=4):
    """(list, RDD) of skewed sales of this student."""
    pairs = case.reference.make_sales(n, case.random)
    return pairs, case.sc.parallelize(pairs, slices)


def names_of(case, customers=60):
    names = [(customer, f"customer {customer}") for customer in range(customers)]
    return names, case.sc.parallelize(names, 2)


def loads(stage):
    """Bytes that each task of a stage reads, from the least to the most."""
    return sorted(task.bytes_read for task in stage.tasks)


def last_stage(t):
    return t.jobs[-1].stages[-1]


# ── predictions ──
def pairs_of_hottest(case, n):
    """How many pairs of customer 0 the partition has that has most of them."""
    pairs = [(0, i) for i in range(6000)] + [(1 + i % 59, i) for i in range(4000)]
    names = case.sc.parallelize([(customer, "name") for customer in range(60)], 2)
    joined = case.sc.parallelize(pairs, 4).join(names, n)
    return max(joined.mapPartitions(lambda part: [sum(key == 0 for key, _ in part)]).collect())


@prediction("hottest")
def hottest(case):
    return pairs_of_hottest(case, 8)


@prediction("hottest_of_800")
def hottest_of_800(case):
    return pairs_of_hottest(case, 800)


@prediction("reduced")
def reduced(case):
    with case.trace() as t:
        case.sc.parallelize([(0, i) for i in range(6000)], 4).reduceByKey(max, 8).collect()
    return sum(stage.pairs for stage in t.jobs[0].stages)


def tasks_after_the_shuffle(case, query):
    df = case.spark.createDataFrame(case.reference.make_sales(4000), "customer long, amount long")
    with case.trace() as t:
        query(df).collect()
    return len(last_stage(t).tasks)


@prediction("adaptive_tasks")
def adaptive_tasks(case):
    return tasks_after_the_shuffle(case, lambda df: df.groupBy("customer").sum("amount"))


@prediction("plain_tasks")
def plain_tasks(case):
    case.spark.conf.set("spark.sql.adaptive.enabled", "false")
    return tasks_after_the_shuffle(case, lambda df: df.groupBy("customer").sum("amount"))


@prediction("repartitioned")
def repartitioned(case):
    return tasks_after_the_shuffle(
        case, lambda df: df.repartition(200, "customer").groupBy("customer").sum("amount"))


@prediction("advised")
def advised(case):
    case.spark.conf.set("spark.sql.adaptive.advisoryPartitionSizeInBytes", "10000")
    df = case.spark.createDataFrame([(i % 500, i) for i in range(5000)], "customer long, x long")
    return df.repartition("customer").rdd.getNumPartitions()


# ── RDDs ──
@check("hot keys are found by counting", points=2, hidden=1)
def counted(case):
    """hot_keys(): the right keys, by one job that moves no more than a count of each key."""
    pairs, sales = sales_of(case)
    keys = [key for key, _ in pairs]
    share = case.random.choice([0.01, 0.3])
    expected = sorted(key for key in set(keys) if keys.count(key) > share * len(keys))
    with case.trace() as t:
        seen = case.student.hot_keys(sales, share)
    assert list(seen) == expected, f"expected {expected} for share {share}, saw {seen}"
    t.assert_jobs(1)
    t.assert_shuffle_pairs(at_most(4 * 60))
    with case.trace() as by_reference:
        case.reference.hot_keys(sales, share)
    t.assert_shuffle_bytes(times(3, of=by_reference))


@check("the join is right", points=2, hidden=1)
def join_is_right(case):
    """salted_join() has the pairs of sales.join(names)."""
    pairs, sales = sales_of(case, 1000)
    names, names_rdd = names_of(case, 58)       # two customers have no name
    name = dict(names)
    expected = sorted((key, (amount, name[key])) for key, amount in pairs if key in name)
    hot = [0, case.random.randrange(1, 50)]
    joined = case.student.salted_join(sales, names_rdd, hot, 5, 6)
    seen = sorted(joined.collect())
    if len(seen) != len(expected):
        kept = len([pair for pair in seen if pair[0] in hot])
        wanted = len([pair for pair in expected if pair[0] in hot])
        fail(f"expected {len(expected)} pairs, saw {len(seen)}; of hot keys {wanted} and {kept}: "
             "each salt of a sale must meet its name once")
    wrong = next((both for both in zip(expected, seen) if both[0] != both[1]), None)
    assert wrong is None, "expected {} among others, saw {}".format(*wrong)
    n = joined.getNumPartitions()
    assert n == 6, f"6 partitions were asked for, the result has {n}"
    assert case.student.salted_join(sales, names_rdd, [], 5, 6).count() == len(expected), (
        "without hot keys the result must be the same")


@check("no task has most of the sales", points=3, hidden=1, after="join_is_right")
def evenly(case):
    """salted_join(): no task of the join reads more than 2.5 times as many bytes as the one in
    the middle."""
    _, sales = sales_of(case)
    _, names = names_of(case)
    with case.trace() as plain:
        sales.join(names, 8).count()
    with case.trace() as t:
        case.student.salted_join(sales, names, [0], 32, 8).count()
    before, after = loads(last_stage(plain)), loads(last_stage(t))
    t.assert_max_skew(2.5, of="bytes")
    case.comment("informative", f"the largest task reads {after[-1]:,} bytes; {before[-1]:,} "
                                "without salt")


@check("only hot names are copied", points=2, after="join_is_right")
def few_copies(case):
    """salted_join(): the names of other customers go through the shuffle once, not for each
    salt."""
    _, names = names_of(case)
    sales = case.sc.parallelize([(1, 1)], 1)
    with case.trace() as t:
        case.student.salted_join(sales, names, [0], 16, 4).count()
    seen = sum(stage.pairs for stage in t.jobs[-1].stages)
    if seen > 1.5 * (60 + 16):
        fail(f"{seen} pairs go through the shuffle: 60 names, 16 copies of one of them and one "
             "sale would be 76.  A key that is not hot needs no salt, and no copies.")


@check("a task that runs again deals alike", after="join_is_right")
def repeatable(case):
    """salted_join(): computing a partition twice gives the same keys."""
    _, sales = sales_of(case, 600)
    _, names = names_of(case)
    once, again = (case.student.salted_join(sales, names, [0], 8, 6).glom().map(sorted).collect()
                   for _ in range(2))
    if once != again:
        fail("the second time other tasks got the pairs: with a salt by chance, a map task that "
             "runs again after a loss sends some pairs twice and some not at all")


@check("different amounts are counted", points=2, hidden=1)
def different(case):
    """different_amounts(): the right number for each customer."""
    pairs, sales = sales_of(case, 1500)
    amounts = {}
    for key, amount in pairs:
        amounts.setdefault(key, set()).add(amount)
    seen = dict(case.student.different_amounts(sales, 8).collect())
    expected = {key: len(values) for key, values in amounts.items()}
    wrong = [key for key in expected if seen.get(key) != expected[key]]
    assert not wrong and len(seen) == len(expected), (
        f"customer {wrong[0]}: expected {expected[wrong[0]]}, saw {seen.get(wrong[0])}" if wrong
        else f"expected {len(expected)} customers, saw {len(seen)}")


@check("no task gets all amounts of a customer", points=2, after="different")
def different_evenly(case):
    """different_amounts(): no task reads more than 2.5 times the bytes of the one in the middle."""
    _, sales = sales_of(case)
    with case.trace() as t:
        case.student.different_amounts(sales, 8).count()
    t.assert_max_skew(2.5, of="bytes")


# ── DataFrames ──
@check("Spark chooses the number of tasks", points=2)
def coalesced(case):
    """totals(): the right sums; few rows shuffled, few tasks after the shuffle."""
    pairs = case.reference.make_sales(2000, case.random)
    expected = {}
    for key, amount in pairs:
        expected[key] = expected.get(key, 0) + amount
    df = case.spark.createDataFrame(pairs, "customer long, amount long")
    with case.trace() as t:
        rows = case.student.totals(df).collect()
    assert {row.customer: row.total for row in rows} == expected, "the totals are wrong"
    n = len(last_stage(t).tasks)
    if n >= 200:
        fail(f"{n} tasks sum up {len(expected)} customers: repartition() with a number takes the "
             f"choice from adaptive execution\n\n{t}", means="aqe_always")
    t.assert_shuffles(1)
    t.assert_shuffle_pairs(at_most(2 * len(expected)))
    if case.spark.conf.get("spark.sql.adaptive.enabled") != "true":
        fail("totals() has switched adaptive execution off for the whole session")


def with_settings(case, settings):
    for key, value in settings.items():
        case.spark.conf.set(key, str(value))


@check("partitions of the size that was asked for", points=2, hidden=1)
def sized(case):
    """pieces_of(n): after a shuffle no partition has more than n bytes, and few have less than
    half of it."""
    want = case.random.randrange(8_000, 14_000)
    with_settings(case, case.student.pieces_of(want))
    df = case.spark.createDataFrame([(i, i) for i in range(6000)], "customer long, amount long")
    with case.trace() as t:
        df.repartition("customer").sortWithinPartitions("amount").collect()
    sizes = loads(last_stage(t))
    if len(sizes) <= 2:
        fail(f"{sum(sizes):,} bytes are in {len(sizes)} partitions, for {want:,} each: the "
             "advisory size is overruled by another setting", means="advice")
    assert sizes[-1] <= 1.1 * want, f"{want:,} bytes were asked for; a partition has {sizes[-1]:,}"
    assert len(sizes) <= 2 * sum(sizes) / want + 1, (
        f"{want:,} bytes were asked for; {len(sizes)} partitions have {sizes}")


@check("a skewed join is split at run time", points=3, hidden=1)
def split(case):
    """pieces_of(n): the initial plan is a sort-merge join, the final one a split one, and no task
    reads twice n."""
    want = case.random.randrange(8_000, 12_000)
    spark = case.spark
    spark.conf.set("spark.sql.autoBroadcastJoinThreshold", "-1")
    with_settings(case, case.student.pieces_of(want))
    _, pairs = sales_of(case, 5000, slices=8)       # a split is never finer than a map output
    sales = spark.createDataFrame(pairs, "customer long, amount long")
    names = spark.createDataFrame([(i, f"name {i}") for i in range(60)],
                                  "customer long, name string")
    with case.trace() as t:
        sales.join(names, "customer").collect()
    sizes = loads(last_stage(t))
    if not any("skew=true" in line for line in lines_of(t.queries[-1].final)):
        fail(f"the join is not split: a task reads {sizes[-1]:,} bytes, which is not above the "
             "threshold of a skewed partition")
    for which, join in (("initial", "SortMergeJoin"), ("final", "SortMergeJoin(skew=true)")):
        t.assert_plan(f"""
            Project
              {join}
                Sort
                  Exchange
                    ...
                Sort
                  Exchange
                    ...
        """, which=which)
    assert sizes[-1] <= 2 * want, f"{want:,} bytes were asked for; a task reads {sizes[-1]:,}"


def lines_of(node):
    """A plan, a node a line."""
    yield node.line
    for child in node.children:
        yield from lines_of(child)
