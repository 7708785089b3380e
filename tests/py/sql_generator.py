"""Random tables and queries, and three oracles that need no second engine.

    TLP       q  =  q where p  ∪  q where not p  ∪  q where p is null        (as multisets)
    NoREC     count of q where p  =  how often p is true when it is only computed, in no filter
    plans     the same rows with the optimizer and without

TLP is Rigger and Su's ternary logic partitioning (OOPSLA 2020): a predicate is true, false or
unknown of each row, so that the three parts make the whole, whatever plans they get. It is asked
of rows, of DISTINCT (a set), of groups (counts and sums add up, minima and maxima combine) and of
joins' results. NoREC (FSE 2020) compares a plan in which the predicate may be pushed and
rewritten with one in which it cannot.

All comes from one seed: `Case (seed)` is the tables' statements, a query's FROM, a predicate.
Numbers stay small and floats are halves, so that nothing overflows, nothing is divided, and sums
are exact in any order.
"""
import random

TYPES = ("int", "bigint", "double", "decimal(6,2)", "string", "boolean", "date")
NUMBERS = ("int", "bigint", "double", "decimal(6,2)")
TEXTS = ("", "a", "b", "ab", "B", "a%", "é", "abc")
JOINS = ("join", "left join", "right join", "full join", "cross join")


class Case:
    """The tables and the parts of a query that come from a seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.tables = {f"t{i}": self.make_columns(i) for i in range(self.random.randint(2, 3))}
        self.setup = [self.create_view(name, columns) for name, columns in self.tables.items()]
        self.columns = []       # (name, type) of what FROM gives
        self.source = self.make_from()
        self.predicate = self.make_predicate(3)

    # ── tables ──
    def make_columns(self, i):
        """Columns of table i; the first is an int, so that joins find a partner."""
        types = ["int", *self.random.choices(TYPES, k=self.random.randint(1, 3))]
        return [(f"c{i}{n}", kind) for n, kind in enumerate(types)]

    def create_view(self, name, columns):
        """The statement that makes a table's view, of few values and many nulls."""
        count = self.random.choice((0, 1, 3, 8, 20, 40))
        casts = ", ".join(f"cast(col{n} as {kind}) as {column}"
                          for n, (column, kind) in enumerate(columns, 1))
        rows = ", ".join(f"({', '.join(self.literal(kind) for _, kind in columns)})"
                         for _ in range(count or 1))
        view = f"create or replace temp view {name} as select {casts} from values {rows}"
        return view if count else view + " where false"

    def literal(self, kind, null=0.2):
        """A value of a type as SQL writes it."""
        choose = self.random
        if choose.random() < null:
            return f"cast(null as {kind})"
        if kind in ("int", "bigint"):
            return f"cast({choose.randint(-3, 6)} as {kind})"
        if kind == "double":
            return choose.choice(("double('NaN')", "-0.0D", "0.0D", "0.5D", "-1.5D", "2.0D"))
        if kind == "decimal(6,2)":
            return f"cast({choose.randint(-300, 600) / 100} as {kind})"
        if kind == "string":
            return f"'{choose.choice(TEXTS)}'"
        if kind == "boolean":
            return choose.choice(("true", "false"))
        return f"date'2020-0{choose.randint(1, 3)}-1{choose.randint(0, 9)}'"

    # ── FROM ──
    def make_from(self):
        """A table, a derived table, or a join of two; sets the columns in scope."""
        names = self.random.sample(sorted(self.tables), 2)
        left, right = (self.derived(name) for name in names)
        self.columns = list(self.tables[names[0]])
        shape = self.random.random()
        if shape < 0.35:
            return left
        kind = self.random.choice(JOINS)
        self.columns += self.tables[names[1]]
        if kind == "cross join":
            return f"{left} cross join {right}"
        keys = f"c{names[0][1]}0 {self.random.choice(('=', '=', '=', '<=>', '<'))} c{names[1][1]}0"
        rest = f" and {self.make_predicate(1)}" if self.random.random() < 0.4 else ""
        return f"{left} {kind} {right} on {keys}{rest}"

    def derived(self, name):
        """A table, or the same columns by way of a subquery that the optimizer may see through."""
        columns, self.columns = self.columns, list(self.tables[name])
        text = self.random.choice((
            name, name, name,
            f"(select * from {name} where {self.make_predicate(1)}) as {name}",
            f"(table {name} union all select * from {name} where {self.make_predicate(0)}) as {name}",
            f"(select distinct * from {name}) as {name}"))
        self.columns = columns
        return text

    # ── expressions ──
    def column(self, kinds):
        """A column in scope of one of the types, or a literal."""
        fitting = [(name, kind) for name, kind in self.columns if kind in kinds]
        if fitting and self.random.random() < 0.8:
            return self.random.choice(fitting)
        kind = self.random.choice(kinds)
        return self.literal(kind), kind

    def expression(self, kinds, depth):
        """An expression of the family of types that `kinds` is."""
        choose = self.random
        if depth == 0 or choose.random() < 0.4:
            return self.column(kinds)[0]
        deeper = lambda: self.expression(kinds, depth - 1)      # noqa: E731
        if choose.random() < 0.3:
            return choose.choice((
                f"coalesce({deeper()}, {deeper()})",
                f"case when {self.make_predicate(depth - 1)} then {deeper()} else {deeper()} end",
                f"if({self.make_predicate(depth - 1)}, {deeper()}, {deeper()})",
                f"nullif({deeper()}, {deeper()})"))
        if kinds is NUMBERS:
            return choose.choice((f"({deeper()} + {deeper()})", f"({deeper()} - {deeper()})",
                                  f"(- {deeper()})", f"abs({deeper()})", f"({deeper()} * 2)",
                                  f"greatest({deeper()}, {deeper()})"))
        if kinds == ("string",):
            return choose.choice((f"({deeper()} || {deeper()})", f"upper({deeper()})",
                                  f"substring({deeper()}, 1, 2)", f"trim({deeper()})"))
        if kinds == ("date",):
            return choose.choice((f"date_add({deeper()}, 3)", f"least({deeper()}, {deeper()})",
                                  f"last_day({deeper()})"))
        return self.make_predicate(depth - 1)

    def make_predicate(self, depth):
        """A boolean expression over the columns in scope."""
        choose = self.random
        if depth > 0 and choose.random() < 0.5:
            one, other = self.make_predicate(depth - 1), self.make_predicate(depth - 1)
            return choose.choice((f"({one} and {other})", f"({one} or {other})", f"(not {one})",
                                  f"(({one}) is null)", f"(({one}) = ({other}))"))
        kinds = choose.choice((NUMBERS, NUMBERS, ("string",), ("date",), ("boolean",)))
        one, other, third = (self.expression(kinds, depth) for _ in range(3))
        forms = [f"({one} {choose.choice(('=', '<', '<=', '>', '>=', '<>', '<=>'))} {other})",
                 f"({one} is null)", f"({one} is not null)", f"({one} in ({other}, {third}))",
                 f"({one} not in ({other}, {third}))", f"({one} between {other} and {third})"]
        if kinds == ("string",):
            pattern = choose.choice(("a%", "%b", "_", "%", ""))
            forms += [f"({one} like '{pattern}')", f"startswith({one}, 'a')"]
        if kinds == ("boolean",):
            forms += [one, f"({one} is true)"]
        if depth == 3 and kinds is NUMBERS:
            name = choose.choice(sorted(self.tables))
            inner = f"select c{name[1]}0 from {name}"
            # (Spark's IN over a subquery knows no unknown where it is a value: nulls stay out.)
            forms += [f"({one} is not null and {one} in ({inner} where c{name[1]}0 is not null))",
                      f"exists ({inner} where c{name[1]}0 = {one})",
                      f"({one} < (select max(c{name[1]}0) from {name}))"]
        return choose.choice(forms)


# ── oracles ──
def render(value):
    """A value so that equal ones are equal texts; zeros have one sign, as Spark compares them."""
    return repr(value + 0.0) if isinstance(value, float) else str(value)


def rows(spark, text):
    return sorted(tuple(map(render, row)) for row in spark.sql(text).collect())


def parts(case):
    """The three conditions that a predicate splits rows by."""
    p = case.predicate
    return [f"({p})", f"not ({p})", f"({p}) is null"]


def tlp_rows(spark, case):
    """The parts make the whole, as multisets."""
    query = f"select * from {case.source}"
    split = [row for part in parts(case) for row in rows(spark, f"{query} where {part}")]
    return rows(spark, query), sorted(split)


def tlp_distinct(spark, case):
    """The parts' distinct rows together are the distinct rows."""
    columns = ", ".join(name for name, _ in case.columns[-2:])
    query = f"select distinct {columns} from {case.source}"
    split = {row for part in parts(case) for row in rows(spark, f"{query} where {part}")}
    return rows(spark, query), sorted(split)


def tlp_groups(spark, case):
    """Aggregates of groups combine from those of the parts."""
    key = case.columns[-1][0]
    x = next(name for name, kind in case.columns if kind == "int")
    whole = (f"select {key} as k, count(*) as n, sum({x}) as s, min({x}) as lo, max({x}) as hi "
             f"from {case.source}")
    union = " union all ".join(f"{whole} where {part} group by {key}" for part in parts(case))
    return (rows(spark, f"{whole} group by {key}"),
            rows(spark, f"select k, sum(n), sum(s), min(lo), max(hi) from ({union}) group by k"))


def norec(spark, case):
    """A filter keeps as many rows as its predicate is true of."""
    return (rows(spark, f"select count(*) from {case.source} where {case.predicate}"),
            rows(spark, f"select count_if(p) from (select {case.predicate} as p from {case.source})"))


def both_plans(spark, case):
    """Rows do not depend on the optimizer."""
    query = f"select * from {case.source} where {case.predicate}"
    optimized = rows(spark, query)
    key = "spark.rushlight.sql.optimizer.enabled"
    spark.conf.set(key, "false")
    try:
        return optimized, rows(spark, query)
    finally:
        spark.conf.set(key, "true")


ORACLES = (tlp_rows, tlp_distinct, tlp_groups, norec, both_plans)


def check(spark, seed):
    """What is wrong in the case of a seed: a text that shows how to see it; None if all is well."""
    case = Case(seed)
    for statement in case.setup:
        spark.sql(statement)
    for oracle in ORACLES:
        try:
            one, other = oracle(spark, case)
            fault = "" if one == other else "\n".join(f"{len(x)} rows: {x[:6]}" for x in (one, other))
        except Exception as e:      # whatever it is, it is a fault of this seed
            fault = f"{type(e).__name__}: {str(e)[:600]}"
        if fault:
            setup = ";\n".join(case.setup)
            return (f"seed {seed}, {oracle.__name__} ({oracle.__doc__})\n{setup};\n"
                    f"from {case.source}\nwhere {case.predicate}\n{fault}")
    return None
