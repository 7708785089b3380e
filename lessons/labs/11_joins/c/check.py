"""Lab 11 in C: each join gives the rows that the engine's own gives."""
from rushlight.lesson.checks import check, fail, prediction
from rushlight.testing import trace

# Otherwise the optimizer filters null keys ahead of most joins, and none of them meets another.
NOT_FILTERED = "org.apache.spark.sql.catalyst.optimizer.InferFiltersFromConstraints"
NEVER = {"spark.sql.autoBroadcastJoinThreshold": "-1", "spark.sql.shuffle.partitions": "3",
         "spark.sql.adaptive.enabled": "false", "spark.sql.optimizer.excludedRules": NOT_FILTERED}
OPERATORS = {"broadcast": "BroadcastHashJoin", "shuffle_hash": "ShuffledHashJoin",
             "merge": "SortMergeJoin"}


def tables(random, n=60, m=40, nulls=0.2, n_keys=15):
    def key():
        return None if random.random() < nulls else random.randrange(n_keys)
    return ([(key(), random.choice("ab"), i) for i in range(n)],
            [(key(), random.choice("abc"), i) for i in range(m)])


def answers(case, data, statements, operator, plugin=None):
    """The rows of each statement; fails if its plan has another join."""
    with case.context(conf=NEVER, plugin=plugin) as spark:
        for name, rows in zip("tu", data):
            spark.createDataFrame(rows, "k int, c string, v int").createOrReplaceTempView(name)
        found = []
        for statement in statements:
            with trace(spark.sparkContext) as t:
                found.append(sorted(map(repr, spark.sql(statement).collect())))
            must_have(t, OPERATORS[operator], statement)
        return found


def must_have(t, operator, statement):
    names = []

    def walk(node):
        names.append(node.name)
        for child in node.children:
            walk(child)
    walk(t.queries[-1].final)
    assert operator in names, f"{statement}\nhas no {operator}"


def compare(case, data, statements, operator, means=""):
    right = answers(case, data, statements, operator, plugin=False)
    mine = answers(case, data, statements, operator)
    for statement, a, b in zip(statements, mine, right):
        if a != b:
            more = [row for row in a if a.count(row) > b.count(row)]
            lost = [row for row in b if b.count(row) > a.count(row)]
            fail(f"{statement}\ngives {len(a)} rows in place of {len(b)}; too many: "
                 f"{', '.join(more[:2]) or 'none'}; missing: {', '.join(lost[:2]) or 'none'}",
                 means if len(a) > len(b) else "")


def joins(operator, kinds, on="t.k = u.k"):
    """A statement for each kind; a hint names the operator, and its build side if it has one."""
    side = {"right": "t"}
    for kind in kinds:
        columns = "t.*" if kind in ("left semi", "left anti") else "*"
        hint = f"/*+ {operator}({side.get(kind, 'u')}) */"
        yield f"select {hint} {columns} from t {kind} join u on {on}"


INNER, OUTER, HALVES = ["inner"], ["left", "right"], ["left semi", "left anti"]


# ── predictions ──
def n_rows(case, kind, left, right):
    """How many rows a sort-merge join of two lists of keys has, by the engine's own."""
    data = [[(key, "a", i) for i, key in enumerate(keys)] for keys in (left, right)]
    return len(answers(case, data, list(joins("merge", [kind])), "merge", plugin=False)[0])


@prediction("full_outer")
def full_outer(case):
    return n_rows(case, "full", [7, None], [7, None])


@prediction("anti")
def anti(case):
    return n_rows(case, "left anti", [7, None], [7, None])


@prediction("often")
def often(case):
    return n_rows(case, "inner", [7] * 3, [7] * 4)


@prediction("semi")
def semi(case):
    return n_rows(case, "left semi", [7] * 3, [7] * 4)


# ── 1. hash joins ──
@check("an inner hash join", points=2, hidden=1)
def inner_hash(case):
    """All pairs of rows with equal keys, also where a key comes often."""
    data = tables(case.random, nulls=0)
    compare(case, data, list(joins("broadcast", INNER)), "broadcast")
    compare(case, data, list(joins("shuffle_hash", INNER)), "shuffle_hash")


@check("null = null is no match", points=2, hidden=1, after="inner_hash")
def nulls_in_hash(case):
    """A row with a null key has no partner, of one key or of two."""
    data = tables(case.random)
    compare(case, data, list(joins("shuffle_hash", INNER)) +
            list(joins("shuffle_hash", INNER, "t.k = u.k and t.c = u.c")), "shuffle_hash",
            "null_equals")


@check("outer hash joins", points=2, hidden=1, after="nulls_in_hash")
def outer_hash(case):
    """Rows of a kept side that have no partner come out, once, with nulls."""
    data = tables(case.random)
    compare(case, data, list(joins("broadcast", OUTER)), "broadcast")
    compare(case, data, list(joins("shuffle_hash", OUTER + ["full"])), "shuffle_hash")


@check("halves of hash joins", points=2, hidden=1, after="nulls_in_hash")
def half_hash(case):
    """A semi join gives a row once, however many partners it has; an anti join those with none."""
    data = tables(case.random)
    compare(case, data, list(joins("broadcast", HALVES)), "broadcast")
    compare(case, data, list(joins("shuffle_hash", HALVES)), "shuffle_hash")


@check("a hash join is quick", points=1, after="inner_hash")
def quick_hash(case):
    """Rows are looked up, not compared one with all."""
    quick(case, "shuffle_hash")


def quick(case, operator, n=60000):
    with case.context(conf={**NEVER, "spark.sql.shuffle.partitions": "1"}) as spark:
        spark.range(0, n, 1, 1).selectExpr("id * 7 as k").createOrReplaceTempView("t")
        spark.range(0, n, 1, 1).selectExpr("id * 3 as k").createOrReplaceTempView("u")
        rows = spark.sql(f"select /*+ {operator}(u) */ count(*) from t join u on t.k = u.k")
        count = rows.collect()[0][0]
    right = len(range(0, n * 3, 21))
    if count != right:
        fail(f"{count} pairs in place of {right}")


# ── 2. sort-merge joins ──
@check("an inner sort-merge join", points=2, hidden=1)
def inner_merge(case):
    """All pairs of rows with equal keys, where keys come often on both sides."""
    data = tables(case.random, nulls=0, n_keys=8)
    compare(case, data, list(joins("merge", INNER)), "merge")


@check("nulls come first, and match nothing", points=2, hidden=1, after="inner_merge")
def nulls_in_merge(case):
    """Nulls stand side by side in the sorted inputs, and are no partners."""
    data = tables(case.random, nulls=0.4)
    compare(case, data, list(joins("merge", INNER)) +
            list(joins("merge", INNER, "t.k = u.k and t.c = u.c")), "merge", "null_equals")


@check("all other sort-merge joins", points=2, hidden=1, after="nulls_in_merge")
def other_merge(case):
    """Outer joins, semi and anti joins of sorted sides; sides that are empty."""
    statements = list(joins("merge", OUTER + ["full"] + HALVES))
    compare(case, tables(case.random), statements, "merge")
    compare(case, tables(case.random, n=5, m=5, nulls=0.9), statements, "merge")


@check("a sort-merge join is quick", points=1, after="inner_merge")
def quick_merge(case):
    """Both sides are walked through once."""
    quick(case, "merge")
