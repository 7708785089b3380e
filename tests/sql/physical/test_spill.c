/* test_spill.c - queries whose tables and sorts do not fit into memory give the same rows; and what is
 * cancelled leaves nothing behind. */
#include "queries.h"

#include <string.h>

static RushContext *
small (const char *memory, const char *adaptive)
{
  return queries_begin ("local[2]", "spark.testing.memory", memory, "spark.testing.reservedMemory",
                        "0", "spark.sql.adaptive.enabled", adaptive,
                        "spark.sql.autoBroadcastJoinThreshold", "-1", NULL);
}

/* "0; 1; 2 …": read in one walk, as sanitizers make strstr () of a long text a walk to its end. */
static void
assert_in_order (const char *rows, guint n)
{
  char *at = (char *)rows;
  gint64 before = G_MININT64;

  for (guint i = 0; i < n; i++)
    {
      gint64 value = g_ascii_strtoll (at, &at, 10);
      g_assert_cmpint (before, <, value);
      before = value;
      g_assert_cmpint (*at, ==, i + 1 < n ? ';' : '\0');
      at += *at == ';';
    }
}

static void
test_aggregate (void)
{
  RushContext *context = small ("8000000", "false");

  queries_assert (context,
                  "SELECT sum(s), count(*) FROM (SELECT id % 200000 AS k, sum(id) AS s "
                  "FROM range(400000) GROUP BY id % 200000)",
                  "79999800000|200000");
  queries_assert (
      context,
      "SELECT count(*), max(c) FROM (SELECT concat('a rather long key, number ', id % 60000) AS k, "
      "count(*) AS c FROM range(120000) GROUP BY concat('a rather long key, number ', id % 60000))",
      "60000|2");
  /* States that grow are spilled between two batches. */
  queries_assert (context,
                  "SELECT count(*), sum(size(l)), sum(size(s)) FROM (SELECT id % 2000 AS k, "
                  "collect_list(concat('a text of some length, number ', id)) AS l, "
                  "collect_set(id) AS s FROM range(60000) GROUP BY id % 2000)",
                  "2000|60000|60000");
  queries_end (context);
}

#define WIDE(KEY, N, PARTS)                                                                        \
  "(SELECT " KEY " AS k, concat(id, repeat('z', 40)) AS s FROM range(0, " N ", 1, " PARTS "))"

/* Groups that come in the order of their keys are never many at a time, however many there are. */
static void
test_sort_aggregate (void)
{
  RushContext *context = small ("6000000", "false");

  queries_assert (context,
                  "SELECT sum(length(m)), count(*) FROM (SELECT k, max(s) AS m FROM " WIDE (
                      "id", "60000", "2") " GROUP BY k)",
                  "2688890|60000");
  /* A group that goes on over many slices. */
  queries_assert (context,
                  "SELECT sum(n), count(*), max(length(m)) FROM (SELECT k, max(s) AS m, count(*) "
                  "AS n FROM " WIDE ("id DIV 5000", "30000", "2") " GROUP BY k)",
                  "30000|6|45");
  queries_assert (
      context,
      "SELECT count(*), sum(n), sum(length(m)), sum(d) FROM (SELECT k, count(*) AS n, "
      "max(s) AS m, count(DISTINCT s) AS d FROM " WIDE ("id % 20000", "60000", "3") " GROUP BY k)",
      "20000|60000|893048|60000");
  queries_end (context);
}

static void
test_sort (void)
{
  RushContext *context = small ("8000000", "true");
  g_autofree char *rows =
      queries_rows (context, "SELECT id FROM (SELECT (id * 7919) % 200003 AS id, concat('text "
                             "behind it, of some length ', id) "
                             "AS t FROM range(200000)) WHERE length(t) > 3 ORDER BY id, t");

  assert_in_order (rows, 200000);
  queries_end (context);
}

/* Rows that need no sorting are spilled as they came; and so are those before the first that does. */
static void
test_sort_in_order (void)
{
  RushContext *context = small ("8000000", "false");
  g_autofree char *rising = queries_rows (
      context, "SELECT id FROM (SELECT id, concat('text behind it, of some length ', id) AS t "
               "FROM range(200000)) WHERE length(t) > 3 ORDER BY id, t");
  g_autofree char *two_runs = queries_rows (
      context, "SELECT k FROM (SELECT CASE WHEN id < 150000 THEN 2 * id ELSE 2 * id - 299999 END "
               "AS k, concat('text behind it, of some length ', id) AS t FROM range(200000)) "
               "WHERE length(t) > 3 ORDER BY k, t");

  assert_in_order (rising, 200000);
  assert_in_order (two_runs, 200000);
  queries_end (context);
}

static void
test_merge_join (void)
{
  RushContext *context = small ("12000000", "false");

  queries_assert (
      context,
      "SELECT count(*), sum(a.id) FROM range(200000) a JOIN range(100000, 300000) b ON a.id = b.id",
      "100000|14999950000");
  queries_end (context);
}

/* One key has nearly all rows. */
static void
test_skew (void)
{
  RushContext *context = small ("20000000", "true");

  queries_assert (context,
                  "SELECT count(*) FROM (SELECT CASE WHEN id < 19000 THEN 1 ELSE id END AS k FROM "
                  "range(20000)) a "
                  "JOIN (SELECT id AS k FROM range(10)) b ON a.k = b.k",
                  "19000");
  queries_assert (
      context,
      "SELECT count(*) FROM (SELECT CASE WHEN id < 900 THEN 1 ELSE id END AS k FROM range(1000)) a "
      "FULL JOIN (SELECT CASE WHEN id < 90 THEN 1 ELSE id + 5000 END AS k FROM range(100)) b ON "
      "a.k = b.k",
      "81110");
  queries_end (context);
}

/* What a query gives with ample memory, where equal keys are in one hash table, it gives with little
 * of it, where the rows of one key are more than a merge join may hold. */
static void
assert_same_with_little (const char *const *texts, guint n)
{
  g_autofree char **wanted = g_new0 (char *, n);
  RushContext *ample = queries_begin ("local[2]", NULL);
  RushContext *little;

  for (guint i = 0; i < n; i++)
    wanted[i] = queries_rows (ample, texts[i]);
  queries_end (ample);
  little = small ("8000000", "false");
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *found = queries_rows (little, texts[i]);

      g_test_message ("%s", texts[i]);
      g_assert_cmpstr (found, ==, wanted[i]);
      g_free (wanted[i]);
    }
  queries_end (little);
}

#define FEW                                                                                        \
  "(SELECT CASE WHEN id < 300 THEN 7 WHEN id < 310 THEN NULL ELSE id END AS k, id FROM "           \
  "range(700))"
#define MANY                                                                                       \
  "(SELECT CASE WHEN id < 20000 THEN 7 WHEN id < 20020 THEN NULL ELSE id - 19700 END AS k, id, "   \
  "concat('a text behind it, so that rows are wide, number ', id) AS t FROM range(20400))"

static void
test_one_large_key (void)
{
  static const char *const texts[] = {
    "SELECT count(*), sum(a.id), sum(b.id), max(t) FROM " FEW " a JOIN " MANY
    " b ON a.k = b.k AND a.id * 11 > b.id",
    "SELECT count(*), sum(a.id), sum(b.id), max(t) FROM " MANY " b JOIN " FEW
    " a ON a.k = b.k AND a.id * 11 > b.id",
    "SELECT count(*), count(b.id), sum(a.id), sum(b.id), max(t) FROM " FEW " a LEFT JOIN " MANY
    " b ON a.k = b.k AND a.id * 11 > b.id + 500",
    "SELECT count(*), count(b.id), sum(a.id), sum(b.id), max(t) FROM " MANY " b RIGHT JOIN " FEW
    " a ON a.k = b.k AND a.id * 11 > b.id + 500",
    "SELECT count(*), count(b.id), count(a.id), sum(a.id), sum(b.id) FROM " FEW " a FULL JOIN " MANY
    " b ON a.k = b.k AND a.id * 11 > b.id + 500",
    "SELECT count(*), sum(id) FROM " FEW " a LEFT SEMI JOIN " MANY
    " b ON a.k = b.k AND a.id * 11 > b.id + 500",
    "SELECT count(*), sum(id) FROM " FEW " a LEFT ANTI JOIN " MANY
    " b ON a.k = b.k AND a.id * 11 > b.id + 500",
    "SELECT count(*), sum(id) FROM " FEW " a LEFT SEMI JOIN " MANY " b ON a.k = b.k",
    "SELECT count(*), sum(id) FROM " FEW " a WHERE id > 690 OR EXISTS (SELECT 1 FROM " MANY
    " b WHERE a.k = b.k AND a.id * 11 > b.id + 500)",
  };

  assert_same_with_little (texts, G_N_ELEMENTS (texts));
}

#define LARGE_PARTITIONS                                                                           \
  "(SELECT id, id % 3 AS p, (id * 7919) % 997 AS o, CASE WHEN id % 5 = 0 THEN NULL ELSE id END "   \
  "AS x, concat('a text behind it, so that rows are wide, number ', id) AS t FROM range(20000))"
#define OVER(FUNCTION, REST)                                                                       \
  "SELECT count(f), sum(id * hash(f)), max(t), min(f), max(f) FROM (SELECT *, " FUNCTION           \
  " OVER (PARTITION BY p ORDER BY " REST ") AS f FROM " LARGE_PARTITIONS ")"

/* A function of each kind that window_large.c tells apart. */
static void
test_large_partition (void)
{
  static const char *const texts[] = {
    OVER ("row_number ()", "o, id"),
    OVER ("rank ()", "o"),
    OVER ("dense_rank ()", "o"),
    OVER ("cume_dist ()", "o"),
    OVER ("ntile (7)", "o, id"),
    OVER ("lag (x, 3, -1L)", "o, id"),
    OVER ("lead (t, 2)", "o, id"),
    OVER ("lag (x, 2) IGNORE NULLS", "o, id"),
    OVER ("nth_value (x, 5)", "o, id"),
    OVER ("sum (x)", "o"),
    OVER ("first_value (t)", "o, id"),
    OVER ("count (*) FILTER (WHERE x IS NULL)", "o"),
    OVER ("sum (x)", "o, id ROWS BETWEEN 10 PRECEDING AND 5 FOLLOWING"),
    OVER ("max (t)", "o, id ROWS BETWEEN UNBOUNDED PRECEDING AND 3 PRECEDING"),
    OVER ("min (x)", "o, id ROWS BETWEEN 3 FOLLOWING AND 9 FOLLOWING"),
    OVER ("sum (o)", "o RANGE BETWEEN CURRENT ROW AND CURRENT ROW"),
    OVER ("count (x)", "o RANGE BETWEEN 5 PRECEDING AND 5 FOLLOWING"),
    OVER ("max (x)", "o, id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"),
    "SELECT sum(n), max(t), count(*) FROM (SELECT t, count(*) OVER () AS n FROM " LARGE_PARTITIONS
    ")",
  };

  assert_same_with_little (texts, G_N_ELEMENTS (texts));
}

static gboolean
at_once (gpointer data)
{
  return TRUE;
}

static void
test_interrupted (void)
{
  RushContext *context = small ("100000000", "true");
  g_autoptr (RushQuery) query = queries_new (
      context,
      "SELECT count(*) FROM range(1000000000000) a JOIN range(1000000000000) b ON a.id = b.id");
  RushJobOptions job = { .short_form = "collect at here:1", .interrupted = at_once };
  RushExecutionOptions options = { .job = &job };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) batches = rush_query_collect (query, &options, &error);

  g_assert_null (batches);
  g_assert_nonnull (error);
  queries_assert (context, "SELECT count(*) FROM range(10)", "10");
  g_clear_pointer (&query, rush_query_unref);
  queries_end (context);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/spill/aggregate", test_aggregate);
  g_test_add_func ("/spill/sort-aggregate", test_sort_aggregate);
  g_test_add_func ("/spill/sort", test_sort);
  g_test_add_func ("/spill/sort-in-order", test_sort_in_order);
  g_test_add_func ("/spill/merge-join", test_merge_join);
  g_test_add_func ("/spill/skew", test_skew);
  g_test_add_func ("/spill/one-large-key", test_one_large_key);
  g_test_add_func ("/spill/large-partition", test_large_partition);
  g_test_add_func ("/spill/interrupted", test_interrupted);
  return g_test_run ();
}
