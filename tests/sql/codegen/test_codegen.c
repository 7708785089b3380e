/* test_codegen.c - the C of fused stages gives the engine's rows.
 *
 * Each query of a family is run twice: by the engine, and with every fused stage replaced by its
 * generated function, compiled and loaded.  Rows are compared as a set; where the engine raises an
 * error, the stage must raise one of the same class.
 *
 * The table has every type, nulls in every column, NaN, both zeros and equal keys.  Families are
 * tested always for one query in five, and for all with -m slow; then, with TPC-H's tables as
 * CSV in the folder of RUSH_TPCH_CSV, its 22 queries are run, too (tests/py/test_codegen.py).
 */
#include "generated_plan.h"

#include "sql/physical/write_folders.h"

#include <string.h>

static RushContext *context;
static RushSqlSession *session;

static const char table[] =
    "1,10,1.5,2.25,10.50,a,2020-01-01,2020-01-01 10:00:00,true,7\n"
    "2,20,,3.5,20.25,b,2020-02-29,,false,8\n"
    "3,,2.5,NaN,,c,,2021-05-05 00:00:00,,9\n"
    "1,30,4.0,-0.0,30.75,,2019-12-31,1999-01-01 23:59:59,true,\n"
    ",10,-1.0,0.0,-5.00,b,2020-01-01,2020-01-01 10:00:00,false,-7\n"
    "2,20,NaN,,99999999.99,green%tea,1970-01-01,1970-01-01 00:00:00,true,127\n"
    "3,9000000000,0.0,1e30,0.01,A_b,2038-01-19,2038-01-19 03:14:07,,0\n"
    ",,,,,,,,,\n"
    "1,10,1.5,2.25,10.50,a,2020-01-01,2020-01-01 10:00:00,true,7\n";
static const char columns[] =
    "k INT, n BIGINT, d DOUBLE, f FLOAT, p DECIMAL(10,2), s STRING, day DATE, "
    "at TIMESTAMP, b BOOLEAN, t TINYINT";

/* ---- operators ---- */

static const char *const scans_and_rows[] = {
  "SELECT id, id * 2 + 1 AS odd FROM range (100) WHERE id % 3 = 0 AND id > 10",
  "SELECT id FROM range (10, -7, -3)",
  "SELECT 1 + rand () * 0 FROM range (3)",
  "SELECT k, n FROM t WHERE k IS NOT NULL AND n > 15",
  "SELECT * FROM t WHERE d > 1.5 OR s = 'b' AND NOT b",
  "SELECT id FROM range (50) LIMIT 7",
  "SELECT sum (id) FROM (SELECT id FROM range (50) LIMIT 7 OFFSET 3)",
  "SELECT * FROM t ORDER BY k DESC, d NULLS LAST, s",
  "SELECT k, n FROM t WHERE n > 10 UNION ALL SELECT k + 1, n FROM t WHERE k > 1",
  "SELECT k, explode (array (n, n + 1)) AS e FROM t",
  "SELECT k, x, c FROM t LATERAL VIEW OUTER posexplode (IF (k > 1, array (n), NULL)) v AS x, c",
  "SELECT stack (2, n, n + 1) FROM t WHERE n < 100",
  "SELECT * FROM range (1000) TABLESAMPLE (30 PERCENT) REPEATABLE (7)",
  "SELECT k, row_number () OVER (PARTITION BY k ORDER BY n, d, s, f) + 1 AS r FROM t",
  NULL,
};

static const char *const aggregates[] = {
  "SELECT k, count (*), count (n), sum (n), min (d), max (n), avg (d) FROM t GROUP BY k",
  "SELECT count (*), sum (p), avg (p), min (p), max (day), min (b), avg (n) FROM t",
  "SELECT count (*), sum (n), avg (p) FROM t WHERE k > 100",
  "SELECT k, s FROM t GROUP BY k, s",
  "SELECT d, f, count (*) FROM t GROUP BY d, f",
  "SELECT k, count (*) FROM t GROUP BY k HAVING count (*) > 1",
  "SELECT sum (n) FROM t HAVING count (*) > 100",
  "SELECT k, stddev (d), corr (n, k), count_if (b), bool_or (b), first (n, true) FROM t "
  "WHERE d < 100 GROUP BY k",
  "SELECT k, sum (n) FILTER (WHERE b), stddev (n) FILTER (WHERE NOT b) FROM t GROUP BY k",
  "SELECT k, s, sum (n), grouping_id () FROM t GROUP BY ROLLUP (k, s)",
  "SELECT k, count (DISTINCT s), sum (n), avg (DISTINCT p) FROM t GROUP BY k",
  "SELECT count (DISTINCT k), count (DISTINCT s), sum (n) FROM t",
  "SELECT max (s), min (s) FROM t WHERE k > 0",
  "SELECT k + 1, max (s), collect_set (b) FROM t GROUP BY k + 1",
  "SELECT k, approx_count_distinct (n), try_sum (n) FROM t WHERE k > 0 GROUP BY k",
  "SELECT sum (x) * 2, k + 1 FROM (SELECT k, n + 1 AS x FROM t) GROUP BY k",
  NULL,
};

#define JOINS(HINT)                                                                                \
  "SELECT /*+ " HINT " */ a.k, a.n, b.id FROM t a JOIN u b ON a.k = b.key",                        \
      "SELECT /*+ " HINT " */ a.k, a.n, b.id FROM t a JOIN u b ON a.k = b.key AND a.n > b.id",     \
      "SELECT /*+ " HINT " */ * FROM t a LEFT JOIN u b ON a.k = b.key AND a.n + b.id > 12",        \
      "SELECT /*+ " HINT " */ * FROM t a LEFT JOIN u b ON a.k = b.key AND b.name IS NOT NULL",     \
      "SELECT /*+ " HINT " */ * FROM t a LEFT SEMI JOIN u b ON a.k = b.key AND a.n > b.id",        \
      "SELECT /*+ " HINT " */ * FROM t a LEFT ANTI JOIN u b ON a.k = b.key AND a.n > b.id",        \
      "SELECT /*+ " HINT " */ * FROM t a LEFT ANTI JOIN u b ON a.k = b.key",                       \
      "SELECT /*+ " HINT " */ a.k, b.id FROM t a JOIN u b ON a.k + 1 = b.key AND a.s = b.name"

static const char *const joins[] = {
  JOINS ("BROADCAST (b)"),
  JOINS ("MERGE (b)"),
  JOINS ("SHUFFLE_HASH (b)"),
  "SELECT /*+ BROADCAST (a) */ * FROM u a RIGHT JOIN t b ON a.key = b.k AND b.n > a.id",
  "SELECT /*+ MERGE (a) */ * FROM u a RIGHT JOIN t b ON a.key = b.k AND b.n > a.id",
  "SELECT /*+ MERGE (b) */ * FROM t a FULL JOIN u b ON a.k = b.key AND a.n > b.id",
  "SELECT /*+ SHUFFLE_HASH (b) */ * FROM t a FULL JOIN u b ON a.k = b.key AND a.n > b.id",
  "SELECT /*+ SHUFFLE_HASH (a) */ * FROM t a LEFT JOIN u b ON a.k = b.key",
  "SELECT k, EXISTS (SELECT 1 FROM u WHERE key = k AND id > n) FROM t",
  "SELECT k FROM t WHERE k NOT IN (SELECT key FROM u WHERE key IS NOT NULL)",
  "SELECT k FROM t WHERE k NOT IN (SELECT key FROM u)",
  "SELECT k FROM t WHERE k NOT IN (SELECT key FROM u WHERE id > 100)",
  "SELECT /*+ BROADCAST (b) */ a.k, b.id FROM t a JOIN u b ON a.k < b.id",
  "SELECT /*+ BROADCAST (b) */ a.k, b.id FROM t a LEFT JOIN u b ON a.k > b.id",
  "SELECT /*+ BROADCAST (b) */ a.k, b.id FROM t a RIGHT JOIN u b ON a.k > b.id",
  "SELECT /*+ BROADCAST (b) */ a.k + 1, b.id FROM t a FULL JOIN u b ON a.k > b.id",
  "SELECT k FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE id > n)",
  "SELECT k FROM t WHERE n = (SELECT max (n) FROM t WHERE n < 100)",
  NULL,
};

static const char *const errors[] = {
  "SELECT n + 9223372036854775807 FROM t",
  "SELECT n - 5, -n, n * 9000000000 FROM t",
  "SELECT k / (k - 1) FROM t",
  "SELECT n DIV (k - 1) FROM t",
  "SELECT n % (k - 1) FROM t",
  "SELECT t + CAST (100 AS TINYINT) FROM t",
  "SELECT p / (p - p) FROM t",
  "SELECT sum (n * 1000000000) FROM t WHERE n > 1000",
  "SELECT CAST (s AS INT) FROM t",
  "SELECT element_at (array (k), k) FROM t",
  "SELECT CASE WHEN k > 1 THEN n DIV (k - 1) ELSE 0 END, k <> 1 AND n DIV (k - 1) > 3, "
  "k = 1 OR n DIV (k - 1) > 3, coalesce (k, n DIV (id - id)) FROM t CROSS JOIN (SELECT 1 AS id)",
  NULL,
};

/* ---- explain ---- */

/* The text of EXPLAIN CODEGEN @query. (transfer full) */
static char *
explain (const char *query)
{
  g_autofree char *text = g_strdup_printf ("EXPLAIN CODEGEN %s", query);
  g_autoptr (GError) error = NULL;
  g_autoptr (RushPlan) plan = rush_sql_session_sql (session, text, NULL, NULL, &error);
  g_autoptr (RushQuery) rows = plan != NULL ? rush_sql_session_query (session, plan) : NULL;
  g_autoptr (GPtrArray) batches = rows != NULL ? rush_query_collect (rows, NULL, &error) : NULL;
  const RushBatch *batch;
  const char *bytes;
  gsize length;

  g_assert_no_error (error);
  g_assert_cmpuint (batches->len, ==, 1);
  batch = batches->pdata[0];
  bytes = rush_column_get_bytes (batch->columns[0], rush_batch_row (batch, 0), &length);
  return g_strndup (bytes, length);
}

/* Spark's heading, the plan from the stage down, the function; columns that nobody reads have no
 * variables. */
static void
test_explain (void)
{
  static const char *const parts[] = {
    "Found 2 WholeStageCodegen subtrees.\n== Subtree 1 / 2 ==\n*(1) HashAggregate(keys=[k#",
    "\n\nGenerated code:\n#include \"generated_runtime.h\"\n",
    "bool\nstage_1 (rl_stage *stage)\n{\n",
    "      int64_t n = rl_get_integer (row, 1);\n      bool n_is_null = rl_is_null (row, 1);\n",
    "// Filter (isnotnull(n#",
    "      if (n_is_null)\n        continue;\n      if (!(n > 5))\n        continue;\n",
    "__builtin_add_overflow (group->sum, n, &group->sum)",
    "== Subtree 2 / 2 ==\n*(2) HashAggregate(keys=[k#",
  };
  g_autofree char *text =
      explain ("SELECT k, sum (n) FROM (SELECT k, n, s FROM t) WHERE n > 5 GROUP BY k");
  g_autofree char *none = explain ("SELECT k, n FROM t");
  const char *rest = text;

  g_test_message ("%s", text);
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      const char *found = strstr (rest, parts[i]);

      if (found == NULL)
        g_error ("not there, or not behind the part before it: %s", parts[i]);
      rest = found;
    }
  g_assert_null (strstr (text, "rl_get_string"));
  g_assert_cmpstr (none, ==, "Found 0 WholeStageCodegen subtrees.\n");
}

/* What Spark interprets is no part of a stage. */
static void
test_not_fused (void)
{
  g_autofree char *function =
      explain ("SELECT array_sort (array (k, n)) FROM (SELECT k, n FROM t WHERE k > 1)");
  g_autofree char *aggregate =
      explain ("SELECT b, approx_count_distinct (n) FROM t WHERE k > 1 GROUP BY b");
  g_autofree char *join = explain ("SELECT /*+ BROADCAST (b) */ a.k + 1 FROM t a FULL JOIN u b ON "
                                   "a.k > b.id");

  g_assert_true (g_str_has_prefix (function, "Found 1 WholeStageCodegen subtrees.\n"));
  g_assert_null (strstr (function, "rl_call"));
  g_assert_null (strstr (aggregate, "rl_groups"));
  g_assert_nonnull (strstr (join, "  // BroadcastNestedLoopJoin BuildRight, FullOuter"));
  g_assert_null (strstr (join, "rl_pairs"));
}

/* An adaptive plan that has not run: the stages it would have. */
static void
test_explain_adaptive (void)
{
  g_autofree char *text = NULL;

  g_assert_true (rush_sql_session_set_conf (session, "spark.sql.adaptive.enabled", "true", NULL));
  text = explain ("SELECT k, count (*) FROM t GROUP BY k");
  g_assert_true (rush_sql_session_set_conf (session, "spark.sql.adaptive.enabled", "false", NULL));
  g_assert_true (g_str_has_prefix (text, "Found 2 WholeStageCodegen subtrees.\n"));
}

/* ---- types and functions ---- */

static const char *const expressions[] = {
  "SELECT k + 1, k - n, k * t, n DIV 3, n % 7, -k, -d, -p, k / 2, d / 3 FROM t WHERE n < 100",
  "SELECT p + 1, p - 0.5, p * p, p / 3, p % 7, p + k, CAST (p AS DOUBLE), CAST (k AS "
  "DECIMAL(20,3)) "
  "FROM t",
  "SELECT try_add (n, 9223372036854775800), try_divide (n, k - 1), try_multiply (k, 2147483647), "
  "try_subtract (p, 1) FROM t",
  "SELECT d = f, d < f, d >= f, d <=> f, d > 1.0D, d < 1.0D, d = 'NaN', d <> 0 FROM t",
  "SELECT s = 'a', s < 'b', s <=> NULL, s <=> s, b = true, b <=> false, day > DATE '2020-01-01', "
  "at <= TIMESTAMP '2020-01-01 10:00:00', p > 10.5, k IN (1, 3), k IN (1, NULL), k NOT IN (2, "
  "NULL), "
  "s IN ('a', 'b', 'zz') FROM t",
  "SELECT b AND k > 1, b OR k > 1, NOT b, NOT (b AND k > 1), (b OR NULL), b AND NULL FROM t",
  "SELECT s LIKE '%a%', s LIKE 'A\\_%', s LIKE concat ('%', s), s NOT LIKE 'g%' FROM t",
  "SELECT CASE k WHEN 1 THEN 'one' WHEN 2 THEN s END, IF (b, n, k), coalesce (n, k, 0), "
  "nullif (k, 1), nvl2 (s, d, f) FROM t",
  "SELECT upper (s), length (s), concat (s, '-', k), substring (s, 2), s || s, trim (s), "
  "replace (s, 'e', 'E'), split (s, 'e') FROM t",
  "SELECT year (day), month (at), last_day (day), quarter (day), "
  "day + INTERVAL 1 MONTH, at + INTERVAL '1' DAY, date_format (at, 'yyyy-MM'), day - day FROM t",
  "SELECT array (k, n), map (k, s), struct (k, s).s, array (k, n)[1], named_struct ('x', p).x, "
  "size (array (k)), element_at (map ('a', k), 'a') FROM t WHERE k IS NOT NULL",
  "SELECT transform (array (k, 2), x -> x + k), exists (array (k), x -> x > 1), "
  "aggregate (array (k, 3), 0, (a, x) -> a + coalesce (x, 0)) FROM t",
  "SELECT sqrt (n), round (d, 1), floor (d), abs (k), greatest (k, n, t), least (d, f), pmod (k, "
  "2), "
  "pow (k, 2), k & 1, k | 4, shiftleft (k, 2), hash (k, s), isnan (d), bround (p, 1) FROM t",
  "SELECT CAST (k AS STRING), CAST (n AS DOUBLE), CAST (t AS BIGINT), CAST (f AS DOUBLE), "
  "CAST (d AS STRING), CAST (day AS TIMESTAMP), CAST (at AS DATE), CAST (b AS INT), try_cast (s AS "
  "INT), CAST (p AS INT), CAST (p AS DECIMAL(12,4)) FROM t WHERE p < 1000",
  "SELECT 5000000000, -7, 1.5D, 'it''s \"?\\\\', X'00ff', DATE '2020-01-01', "
  "12345678901234567890123.45, "
  "CAST ('NaN' AS DOUBLE), CAST ('-Infinity' AS FLOAT), NULL, array (1, 2), INTERVAL '3' MONTH, k "
  "FROM "
  "t",
  "SELECT n + 1 AS `double`, k AS `a b`, k + 1 AS `row`, s AS `int`, p AS `1x`, d AS `größe` FROM "
  "t "
  "WHERE n < 100",
  NULL,
};

static const char *const more[] = {
  "SELECT b, day, at, p, t, sum (f), max (at), min (t), max (f), max (t) FROM t GROUP BY b, day, "
  "at, "
  "p, t",
  "SELECT a.k, sum (b.id) FROM t a JOIN u b ON a.k = b.key WHERE a.n > 5 GROUP BY a.k "
  "HAVING sum (b.id) > 1 ORDER BY 2 DESC LIMIT 2",
  "SELECT * FROM t a JOIN u b ON a.k = b.key JOIN u c ON b.id = c.id LEFT JOIN t d ON c.key = d.n",
  "SELECT s, n FROM t ORDER BY s DESC NULLS LAST, n LIMIT 3",
  "SELECT * FROM (SELECT k, n FROM t ORDER BY n LIMIT 5) WHERE k > 0",
  "SELECT k FROM t INTERSECT SELECT key FROM u",
  "SELECT k FROM t EXCEPT SELECT key FROM u",
  "SELECT k, explode (map (1, n, 2, k)) FROM t",
  "SELECT inline (array (struct (k, s), struct (k + 1 AS k, s))) FROM t",
  "SELECT k, e FROM (SELECT k, explode (array (1, 2, 3)) AS e FROM t) WHERE e <> k LIMIT 4",
  "SELECT sum (CASE WHEN s LIKE 'a%' THEN p ELSE 0 END) / sum (p) FROM t",
  "SELECT sum (d * (1 - f)), sum (p * (1 - p)), avg (p * p) FROM t WHERE d < 10 AND p < 1000",
  "SELECT k, sum (n) OVER (ORDER BY n ROWS 1 PRECEDING) FROM t WHERE n < 100",
  "SELECT /*+ REPARTITION (3) */ k, n FROM t WHERE k > 1",
  NULL,
};

/* ---- running them ---- */

static void
run (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushPlan) plan = rush_sql_session_sql (session, text, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (plan);
}

static void
check_one (const char *query)
{
  g_autoptr (GError) error = NULL;
  guint n_stages = 0;

  if (!generated_plan_check (session, query, &n_stages, &error))
    {
      g_test_message ("%s\n%s", query, error->message);
      g_test_fail ();
    }
  else if (n_stages == 0)
    g_test_fail_printf ("no stage is fused: %s", query);
}

static void
check (gconstpointer data)
{
  guint step = g_test_slow () ? 1 : 5, at = 0;

  for (const char *const *query = data; *query != NULL; query++, at++)
    if (at % step == 0)
      check_one (*query);
}

static void
create_view (const char *folder, const char *name, const char *fields, const char *rows)
{
  g_autofree char *file = g_strdup_printf ("%s/%s.csv", folder, name);
  g_autofree char *text = g_strdup_printf (
      "CREATE TEMPORARY VIEW %s (%s) USING csv OPTIONS (path '%s')", name, fields, file);

  g_assert_true (g_file_set_contents (file, rows, -1, NULL));
  run (text);
}

/* ---- TPC-H ---- */

static const struct
{
  const char *name, *columns;
} tpch[] = {
  { "customer",
    "c_custkey BIGINT, c_name STRING, c_address STRING, c_nationkey BIGINT, c_phone STRING, "
    "c_acctbal DECIMAL(15,2), c_mktsegment STRING, c_comment STRING" },
  { "lineitem",
    "l_orderkey BIGINT, l_partkey BIGINT, l_suppkey BIGINT, l_linenumber INT, l_quantity "
    "DECIMAL(15,2), l_extendedprice DECIMAL(15,2), l_discount DECIMAL(15,2), l_tax DECIMAL(15,2), "
    "l_returnflag STRING, l_linestatus STRING, l_shipdate DATE, l_commitdate DATE, l_receiptdate "
    "DATE, "
    "l_shipinstruct STRING, l_shipmode STRING, l_comment STRING" },
  { "nation", "n_nationkey BIGINT, n_name STRING, n_regionkey BIGINT, n_comment STRING" },
  { "orders",
    "o_orderkey BIGINT, o_custkey BIGINT, o_orderstatus STRING, o_totalprice DECIMAL(15,2), "
    "o_orderdate DATE, o_orderpriority STRING, o_clerk STRING, o_shippriority INT, o_comment "
    "STRING" },
  { "part",
    "p_partkey BIGINT, p_name STRING, p_mfgr STRING, p_brand STRING, p_type STRING, p_size INT, "
    "p_container STRING, p_retailprice DECIMAL(15,2), p_comment STRING" },
  { "partsupp",
    "ps_partkey BIGINT, ps_suppkey BIGINT, ps_availqty INT, ps_supplycost DECIMAL(15,2), "
    "ps_comment STRING" },
  { "region", "r_regionkey BIGINT, r_name STRING, r_comment STRING" },
  { "supplier",
    "s_suppkey BIGINT, s_name STRING, s_address STRING, s_nationkey BIGINT, s_phone STRING, "
    "s_acctbal DECIMAL(15,2), s_comment STRING" },
};

static void
test_tpch (void)
{
  for (guint t = 0; t < G_N_ELEMENTS (tpch); t++)
    {
      g_autofree char *text = g_strdup_printf (
          "CREATE TEMPORARY VIEW %s (%s) USING csv OPTIONS (path '%s/%s.csv', header 'true')",
          tpch[t].name, tpch[t].columns, g_getenv ("RUSH_TPCH_CSV"), tpch[t].name);
      run (text);
    }
  for (guint q = 1; q <= 22; q++)
    {
      g_autofree char *file =
          g_strdup_printf ("%s/../bench/tpch/q%02u.sql", g_getenv ("G_TEST_SRCDIR"), q);
      g_autofree char *text = NULL;
      g_autoptr (GString) query = NULL;

      g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
      query = g_string_new (text);
      g_string_replace (query, "{fraction}", "0.01", 0);
      g_string_replace (query, ";", "", 0);
      check_one (query->str);
    }
}

int
main (int argc, char **argv)
{
  g_autoptr (RushConf) conf = rush_conf_new ();
  g_autofree char *top = g_dir_make_tmp ("rush-codegen-test-XXXXXX", NULL);
  g_autoptr (GError) error = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  rush_conf_set (conf, "spark.master", "local[1]", &error);
  rush_conf_set (conf, "spark.local.dir", top, &error);
  rush_conf_set (conf, "spark.sql.adaptive.enabled", "false", &error);
  rush_conf_set (conf, "spark.sql.shuffle.partitions", "1", &error);
  context = rush_context_new (conf, &error);
  g_assert_no_error (error);
  session = rush_sql_session_new (context, NULL);
  create_view (top, "t", columns, table);
  create_view (top, "u", "key INT, id BIGINT, name STRING",
               "1,11,a\n1,12,\n2,20,b\n4,40,d\n,50,e\n3,5,c\n");

  g_test_add_func ("/codegen/explain", test_explain);
  g_test_add_func ("/codegen/not-fused", test_not_fused);
  g_test_add_func ("/codegen/explain-adaptive", test_explain_adaptive);
  g_test_add_data_func ("/codegen/rows", scans_and_rows, check);
  g_test_add_data_func ("/codegen/aggregates", aggregates, check);
  g_test_add_data_func ("/codegen/joins", joins, check);
  g_test_add_data_func ("/codegen/errors", errors, check);
  g_test_add_data_func ("/codegen/expressions", expressions, check);
  g_test_add_data_func ("/codegen/more", more, check);
  if (g_getenv ("RUSH_TPCH_CSV") != NULL)
    g_test_add_func ("/codegen/tpch", test_tpch);
  status = g_test_run ();

  rush_sql_session_unref (session);
  rush_context_stop (context);
  rush_context_unref (context);
  rush_folder_remove (top, FALSE, NULL);
  return status;
}
