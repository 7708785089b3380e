"""Plug-ins for queries: each makes a difference, and a wrong one is an error in words."""
import re

import pytest

from rushlight import plugin

NO_AQE = {"spark.sql.adaptive.enabled": "false", "spark.sql.shuffle.partitions": "4",
          "spark.sql.autoBroadcastJoinThreshold": "-1"}


@pytest.fixture
def session_with(tmp_path):
    """session_with(C text, conf) is a session whose engine has that plug-in."""
    from rushlight.sql import SparkSession
    sessions = []

    def make(text, conf=None):
        source = tmp_path / "part.c"
        source.write_text(text)
        builder = SparkSession.builder.master("local[2]").config(
            "spark.rushlight.plugins", plugin.build(str(source)))
        for key, value in {"spark.ui.showConsoleProgress": "false", **(conf or {})}.items():
            builder = builder.config(key, value)
        sessions.append(builder.getOrCreate())
        return sessions[-1]
    yield make
    for session in sessions:
        session.stop()


# ── rules of the optimizer ──
RULE = """
#include "sql/optimizer/rule_seams.h"
static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  %s
}
static const RushRule rule = { "mine", apply };
RUSH_PLUGIN (RUSH_COLUMN_PRUNING_PART (&rule));
"""


def test_a_rule_takes_the_place_of_another(session_with, capsys):
    spark = session_with(RULE % "return rush_plan_ref (plan);")
    spark.createDataFrame([(1, 2)], "a int, b int").createOrReplaceTempView("t")
    df = spark.sql("select a from t x join t y using (a)")
    df.explain("rules")
    assert "ColumnPruning" not in capsys.readouterr().out
    assert [tuple(row) for row in df.collect()] == [(1,)]


def test_a_rule_that_loses_a_column_is_named(session_with):
    spark = session_with(RULE % "return plan->n_children > 0 ? rush_plan_ref (plan->children[0])"
                                " : rush_plan_ref (plan);")
    df = spark.createDataFrame([(1, 2)], "a int, b int").selectExpr("a + b as c")
    with pytest.raises(Exception, match=r"after rule ColumnPruning of batch Operator Optim.*: "
                                        "the plan has other columns than before"):
        df.collect()


def test_an_excluded_rule_of_a_plugin_is_left_out(session_with):
    spark = session_with(RULE % "return rush_plan_ref (plan->children[0]);", {
        "spark.sql.optimizer.excludedRules":
            "org.apache.spark.sql.catalyst.optimizer.ColumnPruning"})
    assert spark.range(3).selectExpr("id + 1 as c").count() == 3


def test_a_seed_is_a_seed_without_folding(session_with):
    lazy = (RULE % "return rush_plan_ref (plan);").replace("COLUMN_PRUNING", "CONSTANT_FOLDING")
    spark = session_with(lazy)
    row = spark.sql("select rand(378) as r, randn(3) as n from range(0, 1, 1, 1)").collect()[0]
    assert tuple(row) == (0.007498593872542703, -1.1854930781734354)


# ── sizes ──
COALESCE = """
#include "sql/physical/adaptive/size_seams.h"
static void
coalesce (const gint64 *bytes, guint n, gint64 target, RushRanges *out)
{
  %s
}
static const RushCoalesceRule rule = { "mine", coalesce };
RUSH_PLUGIN (RUSH_COALESCE_PART (&rule));
"""


def test_a_coalesce_rule_says_how_many_tasks_read(session_with):
    halves = "rush_ranges_add (out, 0, n / 2); rush_ranges_add (out, n / 2, n);"
    spark = session_with(COALESCE % halves, {"spark.sql.shuffle.partitions": "10"})
    df = spark.range(100).repartition("id").selectExpr("spark_partition_id() as p").distinct()
    assert sorted(row.p for row in df.collect()) == [0, 1]


@pytest.mark.parametrize("wrong, words", [
    ("rush_ranges_add (out, 1, n);", "leaves out number 0, which has"),
    ("rush_ranges_add (out, 0, n + 1);", r"the range \[0, 11\), which is empty, ends behind 10"),
    ("rush_ranges_add (out, 0, 5); rush_ranges_add (out, 4, n);", "begins before 5"),
    ("rush_ranges_add (out, 0, n); rush_ranges_add (out, n, n);", "which is empty"),
])
def test_ranges_that_lose_rows_are_refused(session_with, wrong, words):
    spark = session_with(COALESCE % wrong, {"spark.sql.shuffle.partitions": "10"})
    with pytest.raises(Exception, match=words):
        spark.range(100).repartition("id").collect()


# ── placing ──
def test_rows_are_where_a_plugin_places_them(session_with):
    spark = session_with("""
#include "sql/physical/operators/placing_seam.h"
static void
place (const RushBatch *batch, const guint *columns, guint n_columns, guint n, guint32 *out)
{
  for (guint i = 0; i < batch->length; i++)
    out[i] = n_columns == 0 ? 0
             : (guint32)rush_column_get_int (batch->columns[columns[0]],
                                             rush_batch_row (batch, i)) % n;
}
static const RushRowPlacing placing = { "modulo", place };
RUSH_PLUGIN (RUSH_HASH_PARTITIONING_PART (&placing));
""")
    from rushlight.sql import functions as F
    rows = spark.range(20).repartition(4, "id").selectExpr("id", "spark_partition_id() as p")
    assert all(row.p == row.id % 4 for row in rows.collect())
    # An expression is computed for the exchange, and placed in the same way.
    rows = spark.range(20).repartition(4, F.col("id") * 3) \
        .selectExpr("id", "spark_partition_id() as p")
    assert all(row.p == row.id * 3 % 4 for row in rows.collect())


@pytest.mark.parametrize("key", ["id", "id * 3"])       # in the exchange; beside the rows
def test_rows_go_nowhere_but_to_partitions_that_are_there(session_with, capfd, key):
    spark = session_with("""
#include "sql/physical/operators/placing_seam.h"
static void
place (const RushBatch *batch, const guint *columns, guint n_columns, guint n, guint32 *out)
{
  for (guint i = 0; i < batch->length; i++)
    out[i] = n + 5;
}
static const RushRowPlacing placing = { "afar", place };
RUSH_PLUGIN (RUSH_HASH_PARTITIONING_PART (&placing));
""")
    from rushlight.sql import functions as F
    with pytest.raises(Exception, match='The rule "afar" puts a row into partition 9 of 4: it must '
                                        "give each row a number from 0 to 3"):
        spark.range(20).repartition(4, F.expr(key)).collect()
    assert "WARNING" not in capfd.readouterr().err


# ── groups of a partial aggregate ──
TABLE = """
#include "sql/physical/tables/combining_seam.h"
static gpointer create (void) { return NULL; }
static void
find (gpointer table, RushCombineKeys *keys, guint32 *out)
{
  for (guint i = 0; i < rush_combine_keys_n (keys); i++)
    out[i] = %s;
}
static void clear (gpointer table) {}
static const RushCombineTable mine = { "mine", create, find, clear, clear };
RUSH_PLUGIN (RUSH_PARTIAL_AGGREGATE_PART (&mine));
"""
COUNTS = "select id % 3 as k, count(*) as n, sum(id) as s from range(0, 9000, 1, 2) group by 1"


def test_a_lazy_table_gives_the_same_sums(session_with):
    spark = session_with(TABLE % "rush_combine_keys_add (keys, i)", NO_AQE)
    rows = sorted(map(tuple, spark.sql(COUNTS).collect()))
    assert rows == [(k, 3000, sum(range(k, 9000, 3))) for k in range(3)]


def test_groups_that_there_are_not_are_an_error(session_with):
    spark = session_with(TABLE % "7", NO_AQE)
    with pytest.raises(Exception, match='table "mine" speaks of groups that there are not'):
        spark.sql(COUNTS).collect()


def test_a_row_that_is_added_again_is_an_error(session_with):
    twice = "(rush_combine_keys_add (keys, i), rush_combine_keys_add (keys, i))"
    spark = session_with(TABLE % twice, NO_AQE)
    with pytest.raises(Exception, match='table "mine" .* adds a row more than once'):
        spark.sql("select concat(repeat('x', 3000), id) as k, count(*) from range(0, 4000, 1, 2) "
                  "group by 1").collect()


# ── joins ──
JOIN = """
#include "sql/physical/tables/joining_seams.h"
static void
join (RushJoinRows *rows)
{
  for (guint i = 0; i < rush_join_rows_n (rows, RUSH_STREAMED); i++)
    %s
}
static const RushJoinCore core = { "mine", join };
RUSH_PLUGIN (RUSH_HASH_JOIN_PART (&core), RUSH_SORT_MERGE_JOIN_PART (&core));
"""
ONE_WITH_ALL = """
    for (guint j = 0; j < rush_join_rows_n (rows, RUSH_BUILD); j++)
      if (rush_join_rows_compare (rows, i, j) == 0 &&
          !rush_join_rows_has_null (rows, RUSH_BUILD, j))
        {
          g_assert (rush_join_rows_hash (rows, RUSH_STREAMED, i) ==
                    rush_join_rows_hash (rows, RUSH_BUILD, j));
          rush_join_rows_add (rows, i, j);
        }
"""


def joined(spark, hint, kind="inner", on="x.k = y.k"):
    data = [(i % 7 if i % 5 else None, f"text {i}", i) for i in range(50)]
    spark.createDataFrame(data, "k int, c string, v int").createOrReplaceTempView("t")
    return spark.sql(f"select /*+ {hint}(y) */ x.v, y.v as w from t x {kind} join t y on {on}")


@pytest.mark.parametrize("hint", ["broadcast", "shuffle_hash", "merge"])
def test_a_join_gives_the_pairs_of_a_plugin(session_with, hint):
    spark = session_with(JOIN % ONE_WITH_ALL, NO_AQE)
    keys = {i: i % 7 for i in range(50) if i % 5}
    pairs = sorted((i, j) for i in keys for j in keys if keys[i] == keys[j])
    assert sorted(map(tuple, joined(spark, hint).collect())) == pairs
    # A condition beside the keys: the engine's own join.
    assert sorted(map(tuple, joined(spark, hint, on="x.k = y.k and x.v < y.v").collect())) == \
        [(i, j) for i, j in pairs if i < j]


def test_keys_of_many_batches(session_with):
    spark = session_with(JOIN % "rush_join_rows_add (rows, i, i);", NO_AQE)
    n = 20000
    spark.range(0, n, 1, 1).selectExpr("id as a").createOrReplaceTempView("a")
    spark.range(0, n, 1, 1).selectExpr("id as b").createOrReplaceTempView("b")
    df = spark.sql("select /*+ merge(b) */ count(*) as n, sum(if(a = b, 0, 1)) as d "
                   "from a join b on cast(a as string) = cast(b as string)")
    assert [tuple(row) for row in df.collect()] == [(n, 0)]


@pytest.mark.parametrize("pair", ["i, 1000", "RUSH_NO_PARTNER, RUSH_NO_PARTNER"])
def test_pairs_of_no_rows_are_an_error(session_with, pair):
    spark = session_with(JOIN % f"rush_join_rows_add (rows, {pair});", NO_AQE)
    with pytest.raises(Exception, match='join "mine" adds a pair of rows that there are not'):
        joined(spark, "merge").collect()


MANY = """
    for (guint j = 0; j < rush_join_rows_n (rows, RUSH_BUILD); j++)
      rush_join_rows_add (rows, i, j);
"""


@pytest.mark.parametrize("hint", ["broadcast", "merge"])
def test_pairs_are_charged_to_the_task(session_with, hint):
    """16 million pairs of 8 bytes are more than an executor of 64 MiB has."""
    spark = session_with(JOIN % MANY, {**NO_AQE, "spark.testing.memory": "64m",
                                       "spark.testing.reservedMemory": "0"})
    for name in ("a", "b"):
        spark.range(0, 4000, 1, 1).selectExpr(f"id as {name}").createOrReplaceTempView(name)
    df = spark.sql(f"select /*+ {hint}(b) */ count(*) as n from a join b on a.a = b.b")
    with pytest.raises(Exception, match="(?i)memory"):
        df.collect()


def test_every_seam_has_its_line():
    assert {"aqe-coalesce", "aqe-skew", "hash-partitioning", "partial-aggregate", "hash-join",
            "sort-merge-join", "rule:ConstantFolding", "rule:PushDownPredicates",
            "rule:ColumnPruning"} <= {seam[0] for seam in plugin.seams()}
    for _, _, header, _ in plugin.seams():
        assert re.fullmatch(r"[a-z/_]+\.h", header)
