"""How many jobs queries with broadcasts take: the numbers are PySpark 4.3's, with AQE and without.

A broadcast takes a job whatever it is made of, VALUES that the driver has, too, even if none of
them is left.  NOT IN over something with a null has no rows, which an adaptive plan knows when the
broadcast is there."""
import itertools

import pytest

VALUES = {"a": "(1, 'x'), (2, 'y'), (3, 'z') as t(k, v)", "b": "(1, 'p'), (2, 'q') as t(k, w)",
          "holed": "(1, 'p'), (null, 'q') as t(k, w)"}
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
