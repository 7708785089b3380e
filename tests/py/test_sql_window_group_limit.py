"""Purpose: the first rows of each partition are found without numbering all of them, and are the same
ones; subqueries show below the operator that asks for their value, and equal ones once."""
import pytest

pytest.importorskip("pyarrow")


@pytest.fixture(scope="module")
def spark():
    from rushlight.sql import SparkSession
    session = SparkSession.builder.master("local[2]").config("spark.sql.shuffle.partitions", "3").getOrCreate()
    session.range(20000).selectExpr(
        "id % 7 as k", "case when id % 11 = 0 then null else (id * 37) % 50 end as v", "id"
    ).createOrReplaceTempView("t")
    yield session
    session.stop()


def plan_of(df, capsys):
    df.explain()
    return capsys.readouterr().out


@pytest.mark.parametrize("order", ["v", "v desc, id % 3", "v nulls last"])
@pytest.mark.parametrize("partition", ["partition by k", ""])
@pytest.mark.parametrize("function", ["rank", "dense_rank"])
def test_limited_ranks_are_the_first_of_all(spark, capsys, function, partition, order):
    ranked = f"select k, v, id, {function}() over ({partition} order by {order}) r from t"
    limited = spark.sql(f"select * from ({ranked}) where r <= 3")
    assert "WindowGroupLimit" in plan_of(limited, capsys)
    key = str
    assert sorted(limited.collect(), key=key) == sorted(
        (row for row in spark.sql(ranked).collect() if row.r <= 3), key=key)


def test_row_numbers_keep_so_many_rows_a_partition(spark, capsys):
    df = spark.sql("select * from (select k, row_number() over (partition by k order by v) r from t) where r < 5")
    assert "WindowGroupLimit [k#" in plan_of(df, capsys)
    assert sorted(tuple(row) for row in df.collect()) == [(k, r) for k in range(7) for r in range(1, 5)]


def test_limits_above_the_threshold_do_not_limit(spark, capsys):
    query = "select * from (select k, rank() over (partition by k order by v) r from t) where r <= 30"
    spark.conf.set("spark.sql.optimizer.windowGroupLimitThreshold", "20")
    try:
        assert "WindowGroupLimit" not in plan_of(spark.sql(query), capsys)
    finally:
        spark.conf.unset("spark.sql.optimizer.windowGroupLimitThreshold")
    assert "WindowGroupLimit" in plan_of(spark.sql(query), capsys)


def test_plans_of_subqueries_show(spark, capsys):
    text = plan_of(spark.sql("select id from t where v > (select avg(v) from t)"), capsys)
    assert "> Subquery subquery#" in text and "+- Subquery subquery#" in text
    assert "partial_avg" in text


def test_equal_subqueries_are_reused(spark, capsys):
    spark.conf.set("spark.sql.adaptive.enabled", "false")
    try:
        text = plan_of(spark.sql(
            "select id from t where v > (select avg(v) from t) and k < (select avg(v) from t)"), capsys)
    finally:
        spark.conf.unset("spark.sql.adaptive.enabled")
    assert text.count("partial_avg") == 1
    assert "+- ReusedSubquery Subquery scalar-subquery#" in text
