"""Lab 10: the plans of three rules, held against those of the engine's own rules."""
import contextlib
import io
import re

from rushlight.lesson.checks import check, fail, prediction


# ── tables, rich in nulls ──
def numbers(random, n, top=6):
    return [None if random.random() < 0.25 else random.randrange(top) for _ in range(n)]


def words(random, n):
    return [None if random.random() < 0.25 else random.choice(["x", "y", "zz"]) for _ in range(n)]


class Tables:
    """t (a, b, c, d), u (k, v, w) and the empty table e, with the same rows in every context."""

    def __init__(self, random, rows=40):
        n = random.randrange(rows // 2, rows)
        self.t = list(zip(numbers(random, n), numbers(random, n), words(random, n),
                          numbers(random, n, 20)))
        m = random.randrange(rows // 2, rows)
        self.u = list(zip(numbers(random, m), numbers(random, m), words(random, m)))

    def make(self, spark):
        spark.createDataFrame(self.t, "a int, b int, c string, d int").createOrReplaceTempView("t")
        spark.createDataFrame(self.u, "k int, v int, w string").createOrReplaceTempView("u")
        spark.createDataFrame([], "x int").createOrReplaceTempView("e")


# ── what a query does ──
class Seen:
    """A query's optimized plan and its rows, or the error that it ended with."""

    def __init__(self, spark, statement):
        self.statement, self.plan, self.rows, self.error = statement, "", None, None
        try:
            df = spark.sql(statement)
            self.plan = optimized(df)
            self.rows = sorted(map(repr, df.collect()))
        except Exception as e:
            self.error = getattr(e, "getCondition", lambda: None)() or type(e).__name__
            self.text = str(e)


def optimized(df):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        df.explain(True)
    plan = out.getvalue().split("== Optimized Logical Plan ==\n")[1]
    return "\n".join(map(in_order, plan.split("== Physical Plan ==")[0].rstrip().split("\n")))


def in_order(line):
    """A line of a plan without numbers of columns, and with conditions in one order."""
    line = re.sub(r"#\d+L?", "", line)
    head, name, rest = line.partition("Filter ")
    if name:
        return head + name + " AND ".join(sorted(conjuncts(rest)))
    head, name, rest = line.partition("Join ")
    if name and ", " in rest:
        kind, _, condition = rest.partition(", ")
        return head + name + kind + ", " + " AND ".join(sorted(conjuncts(condition)))
    return line


def conjuncts(text):
    """The parts of a condition in plan text that AND puts together."""
    text = text.strip()
    if not text.startswith("("):
        return [text]
    depth, cut = 0, []
    for i, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth == 0 and i < len(text) - 1:
            return [text]
        if depth == 1 and text.startswith(" AND ", i):
            cut.append(i)
    if not cut:
        return [text]
    first = cut[0]
    return conjuncts(text[1:first]) + conjuncts(text[first + 5:-1])


def compare(case, tables, statements, means="", plans=True):
    """Fails unless each statement has the plan and the rows that the engine's own rules give."""
    with case.context() as spark:
        tables.make(spark)
        mine = [Seen(spark, statement) for statement in statements]
    with case.context(plugin=False) as spark:
        tables.make(spark)
        theirs = [Seen(spark, statement) for statement in statements]
    for one, other in zip(mine, theirs):
        if one.error != other.error:
            fail(f"{one.statement}\nends with {one.error or 'rows'} in place of "
                 f"{other.error or 'rows'}" + (f":\n{one.text}" if one.error else ""), means)
        if one.rows != other.rows:
            fail(f"{one.statement}\ngives other rows than without your rules: {len(one.rows)} in "
                 f"place of {len(other.rows)}.  Its plan is\n{one.plan}\nand should be\n"
                 f"{other.plan}", means)
        if plans and one.plan != other.plan:
            fail(f"{one.statement}\nbecomes\n{one.plan}\nand should become\n{other.plan}")
    return mine


# ── predictions ──
def plan_of(case, statement, t="a int, b int, c int, d int"):
    with case.context(plugin=False) as spark:
        spark.createDataFrame([(1, 2, 3, 4)], t).createOrReplaceTempView("t")
        spark.createDataFrame([(1, 2)], "k int, v int").createOrReplaceTempView("u")
        return optimized(spark.sql(statement))


@prediction("columns_read")
def columns_read(case):
    with case.context(plugin=False) as spark:
        return len(columns_of(spark, case, "select sum(b) from file where a > 1"))


@prediction("outer_join")
def outer_join(case):
    plan = plan_of(case, "select * from t left join u on t.a = u.k where u.v is null")
    return "no" if plan.startswith("Filter") else "yes"


@prediction("outer_on")
def outer_on(case):
    plan = plan_of(case, "select * from t left join u on t.a = u.k and t.b > 3")
    return "no" if re.search(r"^Join.*b > 3", plan, re.M) else "yes"


@prediction("window")
def window(case):
    inner = "select a, b, row_number() over (partition by a order by b) as n from t"
    below = [condition for condition in ("a = 1", "b > 2")
             if not plan_of(case, f"select * from ({inner}) where {condition}"
                            ).startswith("Filter")]
    return {0: "none", 1: below[0], 2: "both"}[len(below)]


@prediction("branch")
def branch(case):
    with case.context(plugin=False) as spark:
        spark.createDataFrame([(None,)], "b int").createOrReplaceTempView("t")
        rows = spark.sql("select if(b is null, 0, 1 div 0) from t").collect()
    return "0 in every row" if rows[0][0] == 0 else "a division by zero"


# ── 1. constants ──
@check("constants are computed once", points=2)
def constants(case):
    """An expression that needs no row stands in the plan as its value."""
    compare(case, Tables(case.random), [
        "select a from t where b > 1 + 2 * 3 - 4",
        "select a + (10 - 4) as x, concat('a', 'b') as y from t",
        "select upper('x') as u, b from t where b in (1, 1 + 1, 4) and (a > 3 * 2 or a is null)",
        "select case when b > 1 + 1 then 2 * 2 else a end as x from t"])


@check("what no row computes is no error", points=2, after="constants")
def skipped_branches(case):
    """1 div 0 fails where it is computed for some row, and nowhere else."""
    compare(case, Tables(case.random), [
        "select if(b is null, 0, 1 div 0) as x from t where b is null",
        "select case when a >= 0 then a when 1 div 0 = 1 then 7 end as x from t "
        "where a is not null",
        "select coalesce(a, cast('no number' as int)) as x from t where a is not null",
        "select a from t where a < 0 and 1 div 0 = 1",
        "select a from t where a >= 0 or a is null or 1 div 0 = 1"], means="errors_early")
    compare(case, Tables(case.random), [
        "select 1 div 0 as y from e",
        "select if(1 div 0 = 1, x, 2) as y from e"])


# ── 2. filters ──
@check("filters go below computed columns", points=2, hidden=1)
def projections(case):
    """A condition on a computed column is one on what the column is made of."""
    compare(case, Tables(case.random), [
        "select * from (select a, b + 1 as e, c from t) where e > 3 and c is not null",
        "select e from (select a + b as e, d from t) where e > 3 and d < 10",
        "select * from (select a, c from (select a, b, upper(c) as c from t) where c = 'X') "
        "where a > 1"])


@check("rand() is computed once", points=2, after=("constants", "projections"))
def not_deterministic(case):
    """A column that is not deterministic is not computed twice, for the filter and for the row."""
    seed = case.random.randrange(1000)
    seen = compare(case, Tables(case.random, 400), [
        f"select * from (select a, rand({seed}) as r from t) where r < 0.5",
        f"select * from (select a, b, rand({seed}) as r from t) where b > 2"],
        means="twice_is_once")
    r = [float(re.search(r"r=([\d.e-]+)", row)[1]) for row in seen[0].rows]
    if max(r, default=0) >= 0.5:
        fail(f"r < 0.5 has let {max(r)} through", means="twice_is_once")


@check("windows see all of their rows", points=2, hidden=1)
def windows(case):
    """Only conditions on what a window is partitioned by go below it."""
    ranked = "select a, b, d, row_number() over (partition by a order by d, b) as n from t"
    total = "select a, b, sum(d) over (order by d, b, a rows unbounded preceding) as s from t"
    compare(case, Tables(case.random), [
        f"select * from ({ranked}) where a = 1",
        f"select * from ({ranked}) where a > 1 and b > 2",
        f"select * from ({ranked}) where n = 2 and d > 3",
        f"select * from ({total}) where b > 2"], means="window_row")


KINDS = ("inner", "left", "right", "full", "left semi", "left anti")


def joins(kinds, where, on):
    for kind in kinds:
        one_sided = kind in ("left semi", "left anti")
        columns = "a, b" if one_sided else "a, b, k, v"
        for condition in where:
            if not (one_sided and "v" in condition):
                yield f"select {columns} from t {kind} join u on a = k where {condition}"
        for condition in on:
            yield f"select {columns} from t {kind} join u on a = k and {condition}"


@check("WHERE goes to the side where it may", points=2, hidden=1, after="projections")
def where_of_joins(case):
    """A condition above a join goes to a side whose rows the join does not fill up with nulls."""
    means = "always_legal"
    compare(case, Tables(case.random),
            joins_of(KINDS, ["b > 2", "b is null", "v is null", "coalesce(v, 0) = 0",
                             "b + v > 4", "b is null and v is null"], []), means)


@check("ON goes to the side where it may", points=2, hidden=1, after="where_of_joins")
def on_of_joins(case):
    """A condition of a join goes to a side whose rows the join does not keep."""
    compare(case, Tables(case.random),
            joins_of(KINDS, [], ["b > 2", "b is null", "v < 3", "v is null", "b + v > 4"]),
            "where_is_on")


def joins_of(kinds, where, on):
    return list(joins(kinds, where, on))


# ── 3. columns ──
def columns_of(spark, case, statement):
    """The columns that a query's scan reads of a file with a, b, c and d."""
    path = str(case.folder / "file.csv")
    with open(path, "w", encoding="utf-8") as f:
        f.write("1,2,3,4\n5,6,7,8\n")
    spark.read.schema("a int, b int, c int, d int").csv(path).createOrReplaceTempView("file")
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        spark.sql(statement).explain()
    return re.findall(r"(\w+):", re.search(r"ReadSchema: struct<(.*?)>", out.getvalue())[1])


@check("a scan reads what is used", points=2)
def columns_read_of_files(case):
    """Columns that nothing looks at are not read from the file."""
    for statement, wanted in [("select sum(b) from file where a > 1", ["a", "b"]),
                              ("select a + 1 as x from file", ["a"]),
                              ("select x.a from file x join file y on x.b = y.c", ["a", "b"]),
                              ("select a, count(*) from file group by a having max(d) > 4",
                               ["a", "d"])]:
        with case.context() as spark:
            seen = columns_of(spark, case, statement)
        if seen != wanted:
            fail(f"{statement}\nreads {', '.join(seen)} and needs {', '.join(wanted)}",
                 means="selected_only" if len(seen) < len(wanted) else "")


@check("columns stay behind early", points=2, hidden=1, after="columns_read_of_files")
def pruned_plans(case):
    """Below joins and aggregates stands what these look at, and no more."""
    compare(case, Tables(case.random), [
        "select a, sum(b) as s from t group by a",
        "select s from (select a, sum(b) as s, max(d) as m, c from t group by a, c) where a > 1",
        "select b from t join u on a = k",
        "select count(*) as n from t left join u on a = k and b < v where c = 'x'",
        "select w, n from (select k, w, v, count(*) as n from u group by k, w, v) order by k",
        "select b from t left semi join (select k, v + 1 as z from u) on a = z",
        "select a from (select a, b, row_number() over (partition by b order by d) as n, c "
        "from t)"])


# ── all together ──
def a_condition(random, columns):
    left = random.choice(columns)
    return random.choice([f"{left} > {random.randrange(4)} + 1", f"{left} is null",
                          f"{left} is not null", f"coalesce({left}, {random.randrange(3)}) < 4",
                          f"{left} = {random.choice(columns)}", f"{left} + 1 > 2 * 2"])


def a_query(random, depth):
    """A query of whole numbers, and the names of its columns."""
    if depth == 0:
        return random.choice([("select a, b, d from t", ["a", "b", "d"]),
                              ("select k, v from u", ["k", "v"])])
    inner, columns = a_query(random, depth - 1)
    kind = random.choice(["where", "where", "project", "group", "join", "window"])
    some = random.sample(columns, random.randrange(1, len(columns) + 1))
    if kind == "where":
        return (f"select {', '.join(some)} from ({inner}) where {a_condition(random, columns)} "
                f"and {a_condition(random, columns)}", some)
    name = f"z{depth}"
    if kind == "project":
        return (f"select {', '.join(some)}, {columns[0]} + {random.randrange(9)} - 2 * 3 as {name} "
                f"from ({inner})", some + [name])
    if kind == "group":
        return (f"select {some[0]}, max({columns[-1]}) as {name} from ({inner}) "
                f"group by {some[0]}", [some[0], name])
    if kind == "window":
        return (f"select {', '.join(some)}, max({columns[0]}) over (partition by {some[0]}) "
                f"as {name} from ({inner})", some + [name])
    how = random.choice(KINDS[:4])
    return (f"select {', '.join(some)}, {name} from ({inner}) {how} join "
            f"(select k as q{depth}, v as {name} from u) on {columns[0]} = q{depth} "
            f"and {a_condition(random, [columns[-1], name])}", some + [name])


@check("random queries", points=3, hidden=3,
       after=("constants", "where_of_joins", "on_of_joins", "pruned_plans"), seconds=20)
def random_queries(case):
    """Whatever the query: the plan of the engine's own rules, and the same rows."""
    statements = []
    for _ in range(12):
        query, columns = a_query(case.random, case.random.randrange(2, 5))
        statements.append(f"select * from ({query}) where {a_condition(case.random, columns)}")
    compare(case, Tables(case.random, 20), statements)
