"""Adaptive execution over data that is skewed, small or empty: the final plans are those that
PySpark 4.3 printed for the same programs, and the answers those of a plan that is not adaptive."""
import re

import pytest

from rushlight.sql import SparkSession

SETTINGS = {"spark.sql.shuffle.partitions": "5", "spark.sql.autoBroadcastJoinThreshold": "-1",
            "spark.sql.adaptive.skewJoin.skewedPartitionThresholdInBytes": "20000",
            "spark.sql.adaptive.advisoryPartitionSizeInBytes": "20000",
            "spark.sql.adaptive.coalescePartitions.minPartitionSize": "1"}


@pytest.fixture(scope="module")
def base():
    spark = SparkSession.builder.master("local[4]").appName("adaptive").getOrCreate()
    yield spark
    spark.stop()


@pytest.fixture
def spark(base):
    session = base.newSession()
    for key, value in SETTINGS.items():
        session.conf.set(key, value)
    return session


def left(spark):
    """Nine of ten rows have the key 7."""
    return spark.range(0, 40000, 1, 8).selectExpr(
        "case when id % 10 < 9 then 7 else id % 50 end as k", "id as v")


def right(spark):
    return spark.range(0, 50, 1, 2).selectExpr("id as k", "id * 10 as w")


def final_plan(df, capsys):
    rows = df.collect()
    capsys.readouterr()
    df.explain()
    final = capsys.readouterr().out.partition("== Initial Plan ==")[0]
    nodes = [re.sub(r"^[ :+\-*()\d]*", "", line) for line in final.splitlines()[3:]]
    return rows, [node for node in nodes if node]


def joins_and_reads(nodes):
    return [node.split(" [")[0].rstrip() for node in nodes if "Join" in node or "Read" in node]


def rows_without(df, spark):
    spark.conf.set("spark.sql.adaptive.enabled", "false")
    again = spark.createDataFrame([], df.schema).union(df).collect()
    spark.conf.set("spark.sql.adaptive.enabled", "true")
    return again


@pytest.mark.parametrize("how, split", [("inner", True), ("left", True), ("left_semi", True),
                                        ("right", False), ("full", False)])
def test_skewed_partitions_are_split_where_the_join_allows_it(spark, capsys, how, split):
    df = left(spark).join(right(spark), "k", how)
    rows, nodes = final_plan(df, capsys)
    join = "SortMergeJoin(skew=true)" if split else "SortMergeJoin"
    read = "AQEShuffleRead coalesced and skewed" if split else "AQEShuffleRead coalesced"
    assert joins_and_reads(nodes) == [join, read, "AQEShuffleRead coalesced"]
    assert sorted(map(str, rows)) == sorted(map(str, rows_without(df, spark)))


def test_a_shuffled_hash_join_is_split_too(spark, capsys):
    rows, nodes = final_plan(left(spark).join(right(spark).hint("shuffle_hash"), "k"), capsys)
    assert joins_and_reads(nodes) == ["ShuffledHashJoin(skew=true)",
                                      "AQEShuffleRead coalesced and skewed",
                                      "AQEShuffleRead coalesced"]
    assert len(rows) == 40000


@pytest.mark.parametrize("key, value", [("enabled", "false"), ("skewedPartitionFactor", "1000000"),
                                        ("skewedPartitionThresholdInBytes", "1g")])
def test_what_counts_as_skewed_is_a_setting(spark, capsys, key, value):
    spark.conf.set("spark.sql.adaptive.skewJoin." + key, value)
    _, nodes = final_plan(left(spark).join(right(spark), "k"), capsys)
    assert joins_and_reads(nodes)[0] == "SortMergeJoin"


@pytest.mark.parametrize("force", ["false", "true"])
def test_another_shuffle_is_only_made_when_forced(spark, capsys, force):
    spark.conf.set("spark.sql.adaptive.forceOptimizeSkewedJoin", force)
    rows, nodes = final_plan(left(spark).join(right(spark), "k").groupBy("k").count(), capsys)
    assert ("SortMergeJoin(skew=true)" in joins_and_reads(nodes)) == (force == "true")
    assert len([node for node in nodes if node.startswith("Exchange")]) == 2 + (force == "true")
    assert {row.k: row["count"] for row in rows}[7] == 36000


def test_small_partitions_are_hashed_and_not_sorted(spark, capsys):
    spark.conf.set("spark.sql.adaptive.skewJoin.enabled", "false")
    spark.conf.set("spark.sql.adaptive.maxShuffledHashJoinLocalMapThreshold", "1g")
    rows, nodes = final_plan(left(spark).join(right(spark), "k"), capsys)
    assert joins_and_reads(nodes)[0] == "ShuffledHashJoin"
    assert not [node for node in nodes if node.startswith("Sort ")] and len(rows) == 40000


@pytest.mark.parametrize("ratio, join", [("0.2", "SortMergeJoin"), ("0", "BroadcastHashJoin")])
def test_a_side_of_empty_partitions_is_not_broadcast(spark, capsys, ratio, join):
    spark.conf.set("spark.sql.shuffle.partitions", "20")
    spark.conf.set("spark.sql.adaptive.autoBroadcastJoinThreshold", "10k")
    spark.conf.set("spark.sql.adaptive.nonEmptyPartitionRatioForBroadcastJoin", ratio)
    many = spark.range(0, 4000, 1, 4).selectExpr("id % 40 as k", "id as v")
    few = spark.range(0, 100, 1, 2).selectExpr("id % 2 + 7 as k", "id as w").where("w < 3")
    rows, nodes = final_plan(many.join(few, "k"), capsys)
    assert joins_and_reads(nodes)[0] == join and len(rows) == 300


def test_an_even_repartition_is_made_even(spark, capsys):
    spark.conf.set("spark.sql.shuffle.partitions", "200")
    df = left(spark).hint("rebalance", "k")
    rows, nodes = final_plan(df, capsys)
    assert joins_and_reads(nodes) == ["AQEShuffleRead coalesced and skewed"] and len(rows) == 40000
    assert max(map(len, df.rdd.glom().collect())) < 10000
    spark.conf.set("spark.sql.adaptive.optimizeSkewsInRebalancePartitions.enabled", "false")
    _, nodes = final_plan(left(spark).hint("rebalance", "k"), capsys)
    assert joins_and_reads(nodes) == ["AQEShuffleRead coalesced"]


def test_partitions_are_left(spark):
    spark.conf.set("spark.sql.adaptive.advisoryPartitionSizeInBytes", "64m")
    counts = left(spark).groupBy("k").count
    assert counts().rdd.getNumPartitions() > 1
    spark.conf.set("spark.sql.adaptive.coalescePartitions.minPartitionNum", "1")
    assert counts().rdd.getNumPartitions() == 1
    spark.conf.unset("spark.sql.adaptive.coalescePartitions.minPartitionNum")
    spark.conf.set("spark.sql.adaptive.coalescePartitions.parallelismFirst", "false")
    assert counts().rdd.getNumPartitions() == 1
    spark.conf.set("spark.sql.adaptive.coalescePartitions.enabled", "false")
    assert counts().rdd.getNumPartitions() == 5


def test_no_partition_is_wanted_smaller_than_the_least(spark):
    spark.conf.set("spark.sql.shuffle.partitions", "50")
    spark.conf.set("spark.sql.adaptive.advisoryPartitionSizeInBytes", "10000")
    rows = left(spark).selectExpr("v as k").repartition
    assert rows("k").rdd.getNumPartitions() > 10
    spark.conf.set("spark.sql.adaptive.coalescePartitions.minPartitionSize", "1m")
    assert rows("k").rdd.getNumPartitions() == 1


@pytest.mark.parametrize("how, rows", [("inner", 0), ("left_semi", 0), ("left_anti", 40000),
                                       ("left", 40000), ("right", 0), ("full", 40000)])
def test_an_empty_side_spares_the_join(spark, capsys, how, rows):
    df = left(spark).join(right(spark).where("w < 0"), "k", how)
    got, nodes = final_plan(df, capsys)
    assert len(got) == rows and "SortMergeJoin" not in joins_and_reads(nodes)
    assert sorted(map(str, got)) == sorted(map(str, rows_without(df, spark)))


def test_a_limit_that_leaves_out_nothing_goes_and_rows_stay_sorted(spark):
    spark.conf.set("spark.sql.adaptive.coalescePartitions.enabled", "false")
    df = left(spark).groupBy("k").count().limit(1000).orderBy("k")
    keys = [row.k for row in df.collect()]
    assert keys == sorted(keys) and len(keys) > 5
