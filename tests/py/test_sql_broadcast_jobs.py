"""How many jobs queries with broadcasts take: the numbers are PySpark 4.3's, with AQE and without.

A broadcast takes a job whatever it is made of, VALUES that the driver has, too, even if none of
them is left.  NOT IN over something with a null has no rows, which an adaptive plan knows when the
broadcast is there: what else reads VALUES alone then is done on the driver, with no job."""
import itertools
import re

import pytest

VALUES = {"a": "(1, 'x'), (2, 'y'), (3, 'z') as t(k, v)", "b": "(1, 'p'), (2, 'q') as t(k, w)",
          "holed": "(1, 'p'), (null, 'q') as t(k, w)", "wide": "(5), (null) as t(k)"}
NOTHING = "select * from a where k not in (select k from holed)"  # known when the first job is done
LEFT_EMPTY = "a left join (select * from range(5) where id > 10) on a.k = id"
SOME = "(select id from range(5) where id > %d)"
NULL_AT_3 = "(select if(id = 3, null, id) from range(5))"

# query: rows, jobs with AQE, jobs without
QUERIES = {
    "select * from a": (3, 0, 0),
    "select * from a join b on a.k = b.k": (2, 2, 2),
    "select * from a left join b on a.k = b.k": (3, 2, 2),
    "select * from a cross join b": (6, 2, 2),
    "select * from a join b on a.k = b.k join holed on a.k = holed.k": (1, 3, 3),
    "select * from a join b on a.k = b.k limit 1": (1, 2, 2),
    "select * from range(10) join b on id = k": (2, 2, 2),
    "select * from a where k not in (select k from b)": (1, 2, 2),
    "select * from a where k not in (select k from holed)": (0, 1, 2),
    "select * from range(100) where id not in (select k from holed)": (0, 1, 2),
    "select * from range(100) where id not in " + NULL_AT_3: (0, 1, 2),
    "select * from range(100) where id not in " + SOME % -1: (95, 2, 2),
    "select * from range(100) where id not in " + SOME % 10: (100, 2, 2),
    "select * from range(100) where id in " + SOME % 10: (0, 1, 2),
    "select * from a where k not in (select k from b where k > 100)": (3, 1, 2),
    "select * from a where k in (select k from b where k > 100)": (0, 1, 2),
    "select * from range(10) where id not in (select k from b where k > 100)": (10, 2, 2),
    "select * from a left join (select * from b where k > 100) b on a.k = b.k": (3, 0, 0),
    f"{NOTHING} union all select * from b": (2, 1, 2),
    f"select * from b union all {NOTHING}": (2, 1, 2),
    f"{NOTHING} union all select * from b union all select * from a": (5, 2, 2),
    f"{NOTHING} union all select id, string(id) from range(3)": (3, 2, 2),
    f"{NOTHING} union select * from b": (2, 3, 2),
    f"select k from ({NOTHING} union all select * from b) where k > 1": (1, 1, 2),
    f"select * from ({NOTHING} union all select * from b) x join b on x.k = b.k": (2, 3, 3),
    f"{NOTHING} union all select * from b limit 1": (1, 1, 3),
    f"{NOTHING} union all {NOTHING.replace('holed', 'wide')}": (0, 2, 3),
    f"select a.*, id from {LEFT_EMPTY}": (3, 1, 2),
    f"select k + 1, id from {LEFT_EMPTY} where k > 1 limit 1": (1, 1, 2),
}
groups = itertools.count()


@pytest.fixture(scope="module")
def spark(session_of):
    session = session_of(False)
    for name, rows in VALUES.items():
        session.sql(f"create or replace temp view {name} as select * from values {rows}")
    return session


@pytest.mark.parametrize("adaptive", [True, False])
@pytest.mark.parametrize("query", QUERIES)
def test_as_many_jobs_as_spark(spark, query, adaptive):
    n_rows, *n_jobs = QUERIES[query]
    sc, group = spark.sparkContext, f"query {next(groups)}"
    spark.conf.set("spark.sql.adaptive.enabled", adaptive)
    sc.setJobGroup(group, query)
    try:
        assert len(spark.sql(query).collect()) == n_rows
    finally:
        sc.setLocalProperty("spark.jobGroup.id", None)
    assert len(sc.statusTracker().getJobIdsForGroup(group)) == n_jobs[not adaptive]


@pytest.mark.parametrize("mode", ["simple", "formatted"])
def test_plans_say_which_broadcasts_heed_nulls(spark, capsys, mode):
    spark.conf.set("spark.sql.adaptive.enabled", False)
    for keys, null_aware in (("b", "false"), ("holed", "true")):
        spark.sql(f"select * from a where k not in (select k from {keys})").explain(mode)
        assert f" as bigint)),{null_aware}), [plan_id=" in capsys.readouterr().out


def final_plan(frame, capsys):
    """The operators that ran last, without the numbers of columns."""
    frame.explain()
    plan = capsys.readouterr().out.split("== Final Plan ==\n")[1].split("+- == Initial Plan ==")[0]
    return [re.sub(r"#\d+", "#", line).strip() for line in plan.splitlines()[1:]]


def test_what_is_left_of_a_union_keeps_its_columns(spark, capsys):
    spark.conf.set("spark.sql.adaptive.enabled", True)
    one = spark.sql(f"{NOTHING} union all select * from b")
    assert [row.asDict() for row in one.collect()] == [{"k": 1, "v": "p"}, {"k": 2, "v": "q"}]
    assert final_plan(one, capsys) == ["+- LocalTableScan [k#, v#]"]
    two = spark.sql(f"{NOTHING} union all select * from b union all select * from a")
    assert [tuple(row) for row in two.collect()] == [
        (1, "p"), (2, "q"), (1, "x"), (2, "y"), (3, "z")]
    assert two.columns == ["k", "v"]
    assert [line.lstrip("*(1)+-: ") for line in final_plan(two, capsys)] == [
        "Project [k# AS k#, w# AS v#]", "Union", "LocalTableScan [k#, w#]",
        "LocalTableScan [k#, v#]"]


def test_an_error_in_rows_of_the_driver_is_the_querys(spark):
    spark.conf.set("spark.sql.adaptive.enabled", True)
    with pytest.raises(Exception, match="DIVIDE_BY_ZERO"):
        spark.sql(f"select 1 / (id + k - 2) from (select k, coalesce(id, 0) as id "
                  f"from {LEFT_EMPTY})").collect()
