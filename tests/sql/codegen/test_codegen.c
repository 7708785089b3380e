/* test_codegen.c - the C of fused stages gives the engine's rows.
 *
 * Each query of a family is run twice: by the engine, and with every fused stage replaced by its
 * generated function, compiled and loaded.  Rows are compared as a set; where the engine raises an
 * error, the stage must raise one of the same class.
 */
#include "generated_plan.h"

#include "sql/physical/write_folders.h"

static RushContext *context;
static RushSqlSession *session;

static void
run (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushPlan) plan = rush_sql_session_sql (session, text, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (plan);
}

static void
check (const char *const *queries)
{
  for (; *queries != NULL; queries++)
    {
      g_autoptr (GError) error = NULL;
      guint n_stages = 0;

      if (!generated_plan_check (session, *queries, &n_stages, &error))
        g_error ("%s:\n%s", *queries, error->message);
      g_test_message ("%u stages: %s", n_stages, *queries);
      g_assert_cmpuint (n_stages, >, 0);
    }
}

static void
test_rows (void)
{
  check ((const char *const[]){
      "SELECT id, id * 2 + 1 AS odd FROM range (100) WHERE id % 3 = 0 AND id > 10",
      "SELECT * FROM t WHERE k IS NOT NULL AND v > 1.5 OR s = 'b'",
      "SELECT DISTINCT k FROM t",
      "SELECT id FROM range (50) LIMIT 7",
      "SELECT sum (id) FROM (SELECT id FROM range (50) LIMIT 7 OFFSET 3)",
      "SELECT * FROM t ORDER BY k DESC, v NULLS LAST, s",
      "SELECT id FROM range (10) WHERE id > 4 UNION ALL SELECT id + 1 FROM range (5)",
      "SELECT k, count (*) FROM (SELECT id % 3 AS k FROM range (20) UNION ALL SELECT k FROM t) "
      "GROUP BY k",
      "SELECT k, explode (array (v, v + 1)) AS e FROM t",
      "SELECT k, p, c FROM t LATERAL VIEW OUTER posexplode (CASE WHEN k > 1 THEN array (v) END) x "
      "AS p, c",
      "SELECT k, count (*) FROM t GROUP BY k HAVING count (*) > 1",
      NULL });
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
  run ("CREATE TEMPORARY VIEW t AS SELECT * FROM VALUES (1, 1.5D, 'a'), (2, CAST (NULL AS DOUBLE), "
       "'b'), (NULL, 2.5D, NULL), (1, 4.0D, 'c'), (3, -1.0D, 'b') AS x (k, v, s)");

  g_test_add_func ("/codegen/rows", test_rows);
  status = g_test_run ();

  rush_sql_session_unref (session);
  rush_context_stop (context);
  rush_context_unref (context);
  rush_folder_remove (top, FALSE, NULL);
  return status;
}
