"""Plans of joins, and their rows against plain Python."""
import contextlib
import io

from rushlight.lesson.checks import check, fail, prediction
from rushlight.testing import at_most

HOW = ["inner", "left", "right", "full", "left_semi", "left_anti"]


def planned(df):
    """What the physical plan does: broadcast left, broadcast right, or sort-merge."""
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        df.explain()
    joins = [line for line in shown.getvalue().splitlines() if "Join " in line]
    if "SortMergeJoin" in joins[0]:
        return "sort-merge"
    return "broadcast " + ("left" if "BuildLeft" in joins[0] else "right")


def tables(case, n_orders=400):
    """(lists, frames): customers, orders, payments, campaigns, with NULL in keys."""
    pick = case.random
    customers = [(i, f"name {pick.randrange(100)}") for i in range(pick.randrange(8, 16))]
    buyers = pick.sample(range(len(customers)), len(customers) - 3) + [None]
    codes = ["A", "B", "C", None]
    orders = [(i, pick.choice(buyers), pick.choice(codes + ["gone"]), float(pick.randrange(1000)))
              for i in range(n_orders)]
    payments = [(i, pick.choice(["card", "cash"])) for i in range(n_orders)]
    campaigns = [(code, f"title of {code}") for code in codes]
    lists = customers, orders, payments, campaigns
    schemas = ("customer long, name string", "id long, customer long, code string, amount double",
               "id long, method string", "code string, title string")
    return lists, [case.spark.createDataFrame(*both) for both in zip(lists, schemas)]


def same_rows(df, columns, expected):
    """Checks that a frame has these rows, whatever their order."""
    missing = sorted(set(columns) - set(df.columns))
    assert not missing, f"the result has no column {missing[0]}; it has {', '.join(df.columns)}"
    seen = sorted(map(repr, (tuple(row[c] for c in columns) for row in df.collect())))
    expected = sorted(map(repr, expected))
    if seen != expected:
        only = [row for row in seen if row not in expected]
        gone = [row for row in expected if row not in seen]
        raise AssertionError(f"expected {len(expected)} rows of ({', '.join(columns)}), saw "
                             f"{len(seen)}; too many are {only[:2]}, missing are {gone[:2]}")


# ── predictions ──
def longs(case, n):
    return case.spark.range(n).toDF("id")


@prediction("eight_million")
def eight_million(case):
    return planned(longs(case, 2_000_000).join(longs(case, 1_000_000), "id")).split()[0]


@prediction("filtered")
def filtered(case):
    big = longs(case, 2_000_000).where("id < 10")
    return planned(big.join(longs(case, 2_000_000), "id")).split()[0]


@prediction("null_keys")
def null_keys(case):
    left = case.spark.createDataFrame([(1,), (None,)], "key long")
    right = case.spark.createDataFrame([(None,), (1,)], "key long")
    return left.join(right, "key").count()


@prediction("not_in_rows")
def not_in_rows(case):
    case.spark.createDataFrame([(1,), (2,), (3,)], "customer long").createTempView("customers")
    case.spark.createDataFrame([(1,), (None,)], "customer long").createTempView("orders")
    return case.spark.sql("SELECT * FROM customers "
                          "WHERE customer NOT IN (SELECT customer FROM orders)").count()


@prediction("kept_side")
def kept_side(case):
    from rushlight.sql.functions import broadcast
    _, (customers, orders, _, _) = tables(case)
    seen = planned(broadcast(customers).join(orders, "customer", "left"))
    return {"broadcast left": "broadcast of customers",
            "broadcast right": "broadcast of orders"}.get(seen, seen)


@prediction("third_join")
def third_join(case):
    _, (_, orders, payments, _) = tables(case)
    orders, payments = case.reference.prepared(orders, payments, 4)
    orders.join(payments, "id").collect()
    with case.trace() as t:
        orders.join(payments, "id").collect()
    return sum(stage.ran and stage.writes_shuffle for stage in t.jobs[0].stages)


# ── the rule ──
def sizes(case):
    """Some sides of both kinds, equal ones among them, and the threshold itself."""
    threshold = 8 * case.random.randrange(1000, 2000)
    small = 8 * case.random.randrange(100, 900)
    big = threshold + 8 * case.random.randrange(1, 5000)
    pairs = [(small, big), (big, small), (small, small), (threshold, small), (small, threshold),
             (big, big), (big, threshold)]
    return threshold, pairs


def compare(case, threshold, pairs, hints=(None,)):
    """strategy() against the planner's choice, for every kind of join; the first difference."""
    from rushlight.sql.functions import broadcast
    case.spark.conf.set("spark.sql.autoBroadcastJoinThreshold", str(threshold))
    for left_bytes, right_bytes in pairs:
        for how in HOW:
            for hint in hints:
                left, right = longs(case, left_bytes // 8), longs(case, right_bytes // 8)
                left = broadcast(left) if hint == "left" else left
                right = broadcast(right) if hint == "right" else right
                plan = planned(left.join(right, "id", how))
                said = case.student.strategy(left_bytes, right_bytes, threshold, how, hint)
                if said != plan:
                    yield (f"strategy({left_bytes}, {right_bytes}, {threshold}, {how!r}, "
                           f"{hint!r}) says {said!r}, and the plan has {plan!r}", how, hint)


@check("sizes against the threshold", points=2, hidden=1)
def by_size(case):
    """strategy() says what is planned for inner joins of known sizes, with and without a
    threshold."""
    threshold, pairs = sizes(case)
    for limit in (threshold, -1):
        for difference, how, _ in compare(case, limit, pairs):
            if how == "inner":
                fail(difference)


@check("sides that an outer join must keep", points=2, after="by_size")
def by_kind(case):
    """strategy() never broadcasts the side whose rows the join has to keep."""
    threshold, pairs = sizes(case)
    for difference, _, _ in compare(case, threshold, pairs):
        fail(difference)


@check("hints are followed where the join allows it", after="by_kind")
def by_hint(case):
    """strategy() says what is planned with broadcast() around one side."""
    threshold, pairs = sizes(case)
    for difference, _, hint in compare(case, threshold, pairs[:2], ("left", "right")):
        fail(difference, means="order" if f"says 'broadcast {hint}'" in difference else "")


# ── the joins ──
@check("names come to the orders", points=2)
def names(case):
    """with_names(): the right rows by a broadcast of customers, and no shuffle."""
    (customers, orders, _, _), (customer_df, order_df, _, _) = tables(case)
    name = dict(customers)
    expected = [(id, name[buyer]) for id, buyer, _, _ in orders if buyer is not None]
    with case.trace() as t:
        same_rows(case.student.with_names(order_df, customer_df), ["id", "name"], expected)
    t.assert_shuffles(0)
    if "amount" in nodes(t, below="BroadcastExchange"):
        fail("what goes to every executor are the orders, the big side:\n\n" + nodes(t),
             means="always_broadcast")


def nodes(t, below=""):
    """The final plan of the last query, an indented line a node; what generates code is left
    out.  With `below`: only what stands under nodes of that name."""
    def lines(node, depth, within):
        passed = node.name.startswith(("WholeStageCodegen", "InputAdapter"))
        if within and not passed:
            yield "  " * depth + node.line
        for child in node.children:
            yield from lines(child, depth + (within and not passed), within or node.name == below)
    return "\n".join(lines(t.queries[-1].final, 0, not below))


@check("two big tables meet by a shuffle", points=2)
def big_with_big(case):
    """paid(): the right rows, and neither side is copied to every executor."""
    (_, orders, payments, _), (_, order_df, payment_df, _) = tables(case)
    method = dict(payments)
    with case.trace() as t:
        same_rows(case.student.paid(order_df, payment_df), ["id", "method"],
                  [(id, method[id]) for id, *_ in orders])
    if "Broadcast" in nodes(t):
        fail("a side with a row for each order goes through the driver to every executor:\n\n"
             + nodes(t), means="always_broadcast")
    t.assert_shuffles(2)


@check("every customer is counted", points=2)
def counts(case):
    """order_counts(): customers without orders have 0, and orders of nobody count for nobody."""
    (customers, orders, _, _), (customer_df, order_df, _, _) = tables(case)
    buyers = [buyer for _, buyer, _, _ in orders]
    same_rows(case.student.order_counts(customer_df, order_df), ["customer", "name", "orders"],
              [(id, name, buyers.count(id)) for id, name in customers])


@check("counted first, then copied", points=2, after="counts")
def counted_first(case):
    """order_counts(): one shuffle, of at most one row a customer and task; then a broadcast."""
    (customers, _, _, _), (customer_df, order_df, _, _) = tables(case, 1000)
    with case.trace() as t:
        case.student.order_counts(customer_df, order_df).collect()
    if "SortMergeJoin" in nodes(t):
        fail("the join is a SortMergeJoin: a left join keeps the rows of its left side, so that "
             "side is not broadcast, whatever the hint says\n\n" + nodes(t), means="order")
    t.assert_shuffles(1)
    t.assert_shuffle_pairs(at_most(2 * (len(customers) + 1)))


@check("customers without orders", points=2, hidden=1)
def anti(case):
    """without_orders(): the right customers, although some order has no customer."""
    (customers, orders, _, _), (customer_df, order_df, _, _) = tables(case)
    buyers = {buyer for _, buyer, _, _ in orders}
    result = case.student.without_orders(customer_df, order_df)
    if result.count() == 0:
        fail("no customer at all comes out: one of the orders has no customer, and nobody is "
             "NOT IN a list with a NULL", means="not_in")
    same_rows(result, ["customer", "name"], [c for c in customers if c[0] not in buyers])


@check("NULL is a code like others", points=2, hidden=1)
def null_safe(case):
    """with_titles(): orders without a code get the campaign without a code."""
    (_, orders, _, campaigns), (_, order_df, _, campaign_df) = tables(case)
    title = dict(campaigns)
    result = case.student.with_titles(order_df, campaign_df)
    expected = [(id, title[code]) for id, _, code, _ in orders if code in title]
    if result.count() == sum(code in title and code is not None for _, _, code, _ in orders):
        fail("orders without a code are missing: NULL = NULL is not true", means="null_equals")
    same_rows(result, ["id", "title"], expected)


@check("prepared tables are joined where they lie", points=2)
def co_partitioned(case):
    """prepared(): the first join shuffles each table once, the next one nothing."""
    (_, orders, _, _), (_, order_df, payment_df, _) = tables(case)
    n = case.random.choice([3, 5, 6])
    left, right = case.student.prepared(order_df, payment_df, n)
    with case.trace() as first:
        same_rows(left.join(right, "id"), ["id"], [(id,) for id, *_ in orders])
    with case.trace() as second:
        left.join(right, "id").where("method = 'card'").collect()
    if sum(stage.writes_shuffle for job in second.jobs for stage in job.stages):
        fail(f"the second join shuffles again: are both sides partitioned by id, into the same "
             f"number of partitions?\n\n{second}")
    first.assert_shuffles(2)
    second.assert_cached(2 * n)
