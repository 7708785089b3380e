"""Lab 4: equal results, and how little of the data crosses the shuffle to get them."""
import heapq
from collections import defaultdict

from rushlight.lesson.checks import check, fail, prediction
from rushlight.testing import at_most, times


# ── predictions: what main() does ──
def sales_of(case):
    return case.sc.parallelize(case.reference.make_sales(20_000), 4)


def shuffled(case, rdd):
    """(pairs, bytes) that counting an RDD shuffles."""
    with case.trace() as t:
        rdd.count()
    stage = t.jobs[0].stages[0]
    return stage.pairs, stage.bytes


@prediction("bytes_of_a")
def bytes_of_a(case):
    sales = sales_of(case)
    _, grouped = shuffled(case, sales.groupByKey(2).mapValues(sum))
    _, reduced = shuffled(case, sales.reduceByKey(lambda x, y: x + y, 2))
    if grouped > 50 * reduced:
        return "more than 50 times as many"
    return "fewer" if grouped < reduced else "about as many"


@prediction("pairs_of_b")
def pairs_of_b(case):
    return shuffled(case, sales_of(case).reduceByKey(lambda x, y: x + y, 2))[0]


@prediction("pairs_of_a")
def pairs_of_a(case):
    return shuffled(case, sales_of(case).groupByKey(2).mapValues(sum))[0]


@prediction("pairs_of_c")
def pairs_of_c(case):
    receipts = case.sc.parallelize([(i, 1) for i in range(20_000)], 4)
    return shuffled(case, receipts.reduceByKey(lambda x, y: x + y, 2))[0]


@prediction("mean")
def mean(case):
    three = case.sc.parallelize([("a", 1), ("a", 2), ("a", 6)], 1)
    return three.reduceByKey(lambda x, y: (x + y) / 2).collect()[0][1]


# ── data ──
class Sales:
    """Sales of this student: as an RDD, and as plain Python has them."""

    def __init__(self, case, n=8_000):
        random = case.random
        shops = random.sample(["bakery", "books", "cheese", "fish", "flowers", "toys", "wine"],
                              random.randrange(4, 7))
        self.pairs = [(random.choice(shops), random.randrange(5_000)) for _ in range(n)]
        self.slices = random.randrange(3, 6)
        self.rdd = case.sc.parallelize(self.pairs, self.slices)
        self.by_shop = defaultdict(list)
        for shop, cents in self.pairs:
            self.by_shop[shop].append(cents)


def compare(seen, expected, what):
    """Fails at the first shop that is not as it should be."""
    shops = [shop for shop, _ in seen]
    if len(set(shops)) < len(shops):
        fail(f"{what} has a shop more than once; all that belongs to a key must be together")
    seen = dict(seen)
    for shop in sorted(expected.keys() | seen.keys()):
        if seen.get(shop) != expected.get(shop):
            fail(f"{what} of {shop!r} should be {expected.get(shop)!r}, and is {seen.get(shop)!r}")


def combined(case, sales, function, what):
    """That counting function()'s RDD is one job of two stages, whose shuffle is small."""
    with case.trace() as t:
        result = function(sales.rdd)
    if t.jobs:
        fail(f"{what} must only build an RDD. These jobs ran while it was called:\n\n{t}",
             means="on_the_driver")
    with case.trace() as grouped:
        sales.rdd.groupByKey().count()
    with case.trace() as t:
        result.count()
    t.assert_jobs(1)
    t.assert_stages(2)
    most = len(sales.by_shop) * sales.slices
    try:
        t.assert_shuffle_pairs(at_most(most))
    except AssertionError as e:
        fail(f"{len(sales.by_shop)} shops in {sales.slices} map tasks: a pair for each shop and "
             f"task is enough\n\n{e}", means="combine_after")
    try:
        t.assert_shuffle_bytes(times(0.1, of=grouped))
    except AssertionError as e:
        fail(f"the pairs are few, but all amounts are in them, as with groupByKey()\n\n{e}",
             means="syntax")
    n_bytes, all_bytes = (sum(stage.bytes for stage in one.jobs[0].stages)
                          for one in (t, grouped))
    case.comment("celebratory", f"{what} shuffles {n_bytes:,} bytes; groupByKey() takes "
                 f"{all_bytes:,}, {all_bytes // n_bytes} times as many")


# ── checks ──
@check("right totals", points=1, hidden=1)
def totals_right(case):
    """totals() has the sum of each shop."""
    sales = Sales(case, 2_000)
    expected = {shop: sum(cents) for shop, cents in sales.by_shop.items()}
    compare(case.student.totals(sales.rdd).collect(), expected, "the total")


@check("totals are combined first", points=2, after="totals_right")
def totals_combined(case):
    """totals() shuffles a pair for each shop and map task at most, and a tenth of the bytes of
    groupByKey()."""
    combined(case, Sales(case), case.student.totals, "totals()")


@check("right means", points=1, hidden=1)
def means_right(case):
    """means() has the mean of each shop, exactly."""
    sales = Sales(case, 2_000)
    expected = {shop: sum(cents) / len(cents) for shop, cents in sales.by_shop.items()}
    seen = case.student.means(sales.rdd).collect()
    for shop, value in seen:
        if isinstance(value, (int, float)) and shop in expected and value != expected[shop]:
            fail(f"the mean of {shop!r} should be {expected[shop]:.3f}, and is {value:.3f}. A "
                 "mean of means is not the mean: how many values are behind each one?",
                 means="any_function")
    compare(seen, expected, "the mean")


@check("means are combined first", points=3, after="means_right")
def means_combined(case):
    """means() shuffles as little as totals()."""
    combined(case, Sales(case), case.student.means, "means()")


@check("right best", points=1, hidden=1)
def best_right(case):
    """best() has the n largest sales of each shop, from the largest down; equal ones count."""
    sales = Sales(case, 2_000)
    doubled = case.sc.parallelize(sales.pairs * 2, 4)
    expected = {shop: heapq.nlargest(7, cents * 2) for shop, cents in sales.by_shop.items()}
    seen = [(shop, list(largest)) for shop, largest in case.student.best(doubled, 7).collect()]
    compare(seen, expected, "the seven largest sales")


@check("best are combined first", points=3, after="best_right")
def best_combined(case):
    """best() shuffles no more than n amounts for each shop and map task."""
    combined(case, Sales(case), lambda sales: case.student.best(sales, 5), "best()")
