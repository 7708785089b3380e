"""Purpose: what is known of how rows lie, and of subqueries, spares work and changes no answer: rows
of a cache are not moved again, and a subquery's value leaves folders out."""
import contextlib
import io

import pytest

pytest.importorskip("pyarrow")


@pytest.fixture(scope="module", params=["true", "false"], ids=["adaptive", "not_adaptive"])
def spark(request):
    from rushlight.sql import SparkSession
    session = (SparkSession.builder.master("local[2]").config("spark.sql.shuffle.partitions", "4")
               .config("spark.sql.adaptive.enabled", request.param).getOrCreate())
    yield session
    session.stop()


@pytest.fixture
def numbers(spark):
    yield spark.range(1000).selectExpr("id % 37 as k", "id as v")
    spark.catalog.clearCache()


def plan_of(df):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        df.explain()
    return out.getvalue().split("InMemoryRelation")[0]


def rows(df):
    return sorted(map(tuple, df.collect()))


def test_groups_of_a_cache_are_where_they_were_put(numbers):
    kept = numbers.repartition(4, "k").cache()
    kept.count()
    again = kept.groupBy("k").sum("v")
    assert "Exchange" not in plan_of(again)
    assert rows(again) == rows(numbers.groupBy("k").sum("v"))


def test_columns_may_have_other_names(numbers):
    kept = numbers.repartition(4, "k").cache()
    kept.count()
    again = kept.selectExpr("v as y", "k as x").groupBy("x").count()
    assert "Exchange" not in plan_of(again)
    assert rows(again) == rows(numbers.groupBy("k").count())


def test_a_join_moves_the_other_side_alone(numbers):
    kept = numbers.repartition(4, "k").cache()
    kept.count()
    other = numbers.withColumnRenamed("v", "w").hint("merge")
    joined = kept.join(other, "k")
    assert plan_of(joined).count("Exchange") <= 1
    assert rows(joined) == rows(numbers.join(other, "k"))


def test_a_sorted_cache_is_not_sorted_again(numbers):
    kept = numbers.sort("v").cache()
    kept.count()
    again = kept.sort("v")
    assert "Sort" not in plan_of(again)
    assert [row.v for row in again.collect()] == list(range(1000))


@pytest.mark.parametrize("condition, n", [
    ("part = (select max(part) from t)", 33),
    ("id > (select avg(id) from t)", 50),
    ("part = (select max(part) from t where id < 0)", 0),   # the value is null
    ("id > (select max(id) from t where id < 0)", 0),
    ("part <=> (select max(part) from t where id < 0)", 0),
])
def test_scans_use_the_values_of_subqueries(spark, tmp_path, condition, n):
    path = str(tmp_path / "t")
    spark.range(100).selectExpr("id", "id % 3 as part").write.partitionBy("part").parquet(path)
    spark.read.parquet(path).createOrReplaceTempView("t")
    asked = spark.sql("select count(*) from t where " + condition)
    assert "Subquery" in plan_of(asked)
    assert asked.first()[0] == n


def test_explained_while_it_runs(spark):
    """What others see of a cache's plan, which is settled by whoever reads it first, is a plan that
    was there once: as planned, or final."""
    import threading
    for _ in range(10):
        kept = spark.range(2000).selectExpr("id % 37 as k", "id as v").groupBy("k").count().cache()
        readers = [threading.Thread(target=kept.agg({"count": "sum"}).collect) for _ in range(2)]
        seen = []
        explainers = [threading.Thread(target=lambda: seen.extend(
            kept.filter("k > 3")._query().explain(mode) for mode in ("simple", "formatted")))
            for _ in range(2)]
        for thread in readers + explainers:
            thread.start()
        for thread in readers + explainers:
            thread.join()
        assert len(seen) == 4 and all("InMemoryRelation" in text for text in seen)
        wrong = [text for text in seen if "HashAggregate" not in text or "(0)" in text]
        assert wrong == []
        assert kept.count() == 37
        kept.unpersist()
