/* test_queries.c - queries from text to rows, with adaptive execution and without, on one partition
 * and on several: every operator at least once, on rows that are normal, none, null and skewed. */
#include "queries.h"

#include <string.h>

#define T                                                                                          \
  "(VALUES (1, 'a', 10), (2, 'b', 20), (1, 'c', 30), (NULL, 'd', 40), (3, NULL, NULL)) AS t(k, "   \
  "s, v)"
#define U "(VALUES (1, 'x'), (1, 'y'), (3, 'z'), (4, 'w'), (NULL, 'n')) AS u(k, w)"

static RushContext *context;

static void
test_project_filter (void)
{
  queries_assert (context, "SELECT id * 2 AS d FROM range(6) WHERE id % 2 = 1", "2; 6; 10");
  queries_assert (context, "SELECT 1 + 1 AS two", "2");
  queries_assert (context, "SELECT k, s FROM " T " WHERE v > 15 AND k IS NOT NULL", "2|b; 1|c");
  queries_assert (context, "SELECT id FROM range(5) WHERE id > 10", "");
}

static void
test_aggregate (void)
{
  queries_assert_sorted (context, "SELECT k, sum(v), count(*), count(v) FROM " T " GROUP BY k",
                         "1|40|2|2; 2|20|1|1; 3|NULL|1|0; NULL|40|1|1");
  queries_assert (context, "SELECT sum(v), avg(v), min(s), max(s), count(*) FROM " T,
                  "100|25|a|d|5");
  queries_assert (context, "SELECT sum(id), count(*) FROM range(0)", "NULL|0");
  queries_assert (context, "SELECT count(*) FROM range(100000)", "100000");
  queries_assert_sorted (context, "SELECT id % 3 AS k, sum(id) FROM range(100) GROUP BY id % 3",
                         "0|1683; 1|1617; 2|1650");
  queries_assert_sorted (context, "SELECT k + 1, count(*) * 2 FROM " T " GROUP BY k",
                         "2|4; 3|2; 4|2; NULL|2");
  queries_assert_sorted (context, "SELECT DISTINCT k FROM " T, "1; 2; 3; NULL");
}

static void
test_distinct (void)
{
  queries_assert (context, "SELECT count(DISTINCT k), count(k), sum(v) FROM " T, "3|4|100");
  queries_assert_sorted (
      context, "SELECT id % 2 AS g, count(DISTINCT id % 5), sum(id) FROM range(20) GROUP BY id % 2",
      "0|5|90; 1|5|100");
}

static void
test_sort_limit (void)
{
  queries_assert (context, "SELECT k, s FROM " T " ORDER BY k DESC, s",
                  "3|NULL; 2|b; 1|a; 1|c; NULL|d");
  queries_assert (context, "SELECT id FROM range(1000) ORDER BY id % 10, id DESC LIMIT 3",
                  "990; 980; 970");
  queries_assert (context, "SELECT id FROM range(1000) LIMIT 3", "0; 1; 2");
  queries_assert (context, "SELECT id FROM range(100) ORDER BY id LIMIT 3 OFFSET 2", "2; 3; 4");
  queries_assert (context, "SELECT sum(id) FROM (SELECT id FROM range(100) LIMIT 5)", "10");
  /* A limit that leaves out nothing, over one that does. */
  queries_assert (
      context,
      "SELECT count(*) FROM (SELECT * FROM (SELECT /*+ REPARTITION(3) */ * FROM (SELECT "
      "id % 50 AS k, count(*) FROM range(100) GROUP BY id % 50 LIMIT 7)) LIMIT 60)",
      "7");
  queries_assert (
      context,
      "SELECT count(*) FROM (SELECT * FROM (SELECT /*+ REPARTITION(3) */ * FROM (SELECT "
      "id % 50 AS k, count(*) FROM range(100) GROUP BY id % 50 OFFSET 45)) "
      "LIMIT 60)",
      "5");
}

static void
test_sort_many (void)
{
  g_autofree char *rows = queries_rows (
      context, "SELECT id FROM (SELECT (id * 7919) % 20011 AS id FROM range(20000)) ORDER BY id");
  g_auto (GStrv) values = g_strsplit (rows, "; ", -1);

  g_assert_cmpuint (g_strv_length (values), ==, 20000);
  for (guint i = 1; values[i] != NULL; i++)
    g_assert_cmpint (g_ascii_strtoll (values[i - 1], NULL, 10), <,
                     g_ascii_strtoll (values[i], NULL, 10));
}

static void
test_joins (void)
{
  queries_assert_sorted (context, "SELECT t.k, s, w FROM " T " JOIN " U " ON t.k = u.k",
                         "1|a|x; 1|a|y; 1|c|x; 1|c|y; 3|NULL|z");
  queries_assert_sorted (context, "SELECT t.k, s, w FROM " T " LEFT JOIN " U " ON t.k = u.k",
                         "1|a|x; 1|a|y; 1|c|x; 1|c|y; 2|b|NULL; 3|NULL|z; NULL|d|NULL");
  queries_assert_sorted (context, "SELECT t.k, u.k, w FROM " T " RIGHT JOIN " U " ON t.k = u.k",
                         "1|1|x; 1|1|x; 1|1|y; 1|1|y; 3|3|z; NULL|4|w; NULL|NULL|n");
  queries_assert_sorted (context, "SELECT t.k, u.k FROM " T " FULL JOIN " U " ON t.k = u.k",
                         "1|1; 1|1; 1|1; 1|1; 2|NULL; 3|3; NULL|4; NULL|NULL; NULL|NULL");
  queries_assert_sorted (context, "SELECT k, s FROM " T " LEFT SEMI JOIN " U " ON t.k = u.k",
                         "1|a; 1|c; 3|NULL");
  queries_assert_sorted (context, "SELECT k, s FROM " T " LEFT ANTI JOIN " U " ON t.k = u.k",
                         "2|b; NULL|d");
  queries_assert_sorted (context,
                         "SELECT t.k, s, w FROM " T " LEFT JOIN " U " ON t.k = u.k AND w > 'x'",
                         "1|a|y; 1|c|y; 2|b|NULL; 3|NULL|z; NULL|d|NULL");
  queries_assert_sorted (context, "SELECT t.k, u.k FROM " T " JOIN " U " ON t.k <=> u.k",
                         "1|1; 1|1; 1|1; 1|1; 3|3; NULL|NULL");
  queries_assert (context, "SELECT count(*) FROM " T " CROSS JOIN " U, "25");
  queries_assert_sorted (context, "SELECT t.k, u.k FROM " T " JOIN " U " ON t.k > u.k",
                         "2|1; 2|1; 3|1; 3|1");
}

static void
test_large_joins (void)
{
  queries_assert (
      context, "SELECT count(*), sum(a.id) FROM range(30000) a JOIN range(20000) b ON a.id = b.id",
      "20000|199990000");
  queries_assert (
      context, "SELECT count(*) FROM range(30000) a FULL JOIN range(20000, 40000) b ON a.id = b.id",
      "40000");
  queries_assert (context,
                  "SELECT count(*) FROM (SELECT id % 10 AS k FROM range(1000)) a "
                  "JOIN (SELECT id % 10 AS k FROM range(500)) b ON a.k = b.k",
                  "50000");
}

static void
test_subqueries (void)
{
  queries_assert (
      context, "SELECT id FROM range(10) WHERE id > (SELECT avg(id) FROM range(10)) + 3", "8; 9");
  queries_assert_sorted (context, "SELECT s FROM " T " WHERE k IN (SELECT k FROM " U ")",
                         "NULL; a; c");
  queries_assert_sorted (
      context, "SELECT s FROM " T " WHERE k NOT IN (SELECT k FROM " U " WHERE k IS NOT NULL)", "b");
  queries_assert_sorted (context, "SELECT s FROM " T " WHERE k NOT IN (SELECT k FROM " U ")", "");
  queries_assert_sorted (context,
                         "SELECT s FROM " T " WHERE EXISTS (SELECT 1 FROM " U " WHERE u.k = t.k)",
                         "NULL; a; c");
}

static void
test_union_window (void)
{
  queries_assert_sorted (context, "SELECT id FROM range(2) UNION ALL SELECT id FROM range(3)",
                         "0; 0; 1; 1; 2");
  queries_assert_sorted (context, "SELECT id FROM range(2) UNION SELECT id FROM range(3)",
                         "0; 1; 2");
  queries_assert_sorted (context,
                         "SELECT k, v, row_number() OVER (PARTITION BY k ORDER BY v) AS r, "
                         "sum(v) OVER (PARTITION BY k ORDER BY v) AS c FROM " T,
                         "1|10|1|10; 1|30|2|40; 2|20|1|20; 3|NULL|1|NULL; NULL|40|1|40");
  queries_assert_sorted (context,
                         "SELECT id, sum(id) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 "
                         "FOLLOWING) AS s FROM range(4)",
                         "0|1; 1|3; 2|6; 3|5");
  queries_assert_sorted (context, "SELECT id, explode(array(id, id + 10)) AS e FROM range(2)",
                         "0|0; 0|10; 1|1; 1|11");
  queries_assert_sorted (context, "SELECT k, count(*) FROM " T " GROUP BY ROLLUP (k)",
                         "1|2; 2|1; 3|1; NULL|1; NULL|5");
}

static void
test_take (void)
{
  g_autoptr (RushQuery) query = queries_new (context, "SELECT id FROM range(100)");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) first = rush_query_take (query, 3, NULL, &error);
  g_autoptr (GPtrArray) last = rush_query_take (query, -2, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpint (rush_column_get_int (((RushBatch *)first->pdata[0])->columns[0], 0), ==, 0);
  g_assert_cmpuint (((RushBatch *)first->pdata[0])->length, ==, 3);
  g_assert_cmpuint (((RushBatch *)last->pdata[0])->length, ==, 2);
}

static void
test_errors (void)
{
  g_autofree char *message = queries_error (context, "SELECT 1 / (id - 5) FROM range(10)");

  g_assert_nonnull (strstr (message, "DIVIDE_BY_ZERO"));
}

static const struct
{
  const char *name;
  const char *master;
  const char *adaptive, *broadcast, *partitions;
} worlds[] = {
  { "adaptive", "local[2]", "true", "10m", "4" },
  { "fixed", "local[2]", "false", "10m", "4" },
  { "merging", "local[2]", "false", "-1", "3" },
  { "adaptive-merging", "local[3]", "true", "-1", "7" },
  { "one", "local[1]", "false", "-1", "1" },
};

static void
in_every_world (gconstpointer test)
{
  for (guint w = 0; w < G_N_ELEMENTS (worlds); w++)
    {
      g_test_message ("world %s", worlds[w].name);
      context = queries_begin (worlds[w].master, "spark.sql.adaptive.enabled", worlds[w].adaptive,
                               "spark.sql.autoBroadcastJoinThreshold", worlds[w].broadcast,
                               "spark.sql.shuffle.partitions", worlds[w].partitions, NULL);
      ((void (*) (void))test) ();
      queries_end (context);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/queries/project-filter", test_project_filter, in_every_world);
  g_test_add_data_func ("/queries/aggregate", test_aggregate, in_every_world);
  g_test_add_data_func ("/queries/distinct", test_distinct, in_every_world);
  g_test_add_data_func ("/queries/sort-limit", test_sort_limit, in_every_world);
  g_test_add_data_func ("/queries/sort-many", test_sort_many, in_every_world);
  g_test_add_data_func ("/queries/joins", test_joins, in_every_world);
  g_test_add_data_func ("/queries/large-joins", test_large_joins, in_every_world);
  g_test_add_data_func ("/queries/subqueries", test_subqueries, in_every_world);
  g_test_add_data_func ("/queries/union-window", test_union_window, in_every_world);
  g_test_add_data_func ("/queries/take", test_take, in_every_world);
  g_test_add_data_func ("/queries/errors", test_errors, in_every_world);
  return g_test_run ();
}
