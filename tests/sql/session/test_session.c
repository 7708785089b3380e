/* test_session.c - a session from C: what names mean, what statements leave behind, what is kept.
 *
 * Which words errors have, and what all statements show, is held against a real Spark in
 * tests/py/test_sql_statements.py; here is what sessions share, and what is resolved when.
 */
#include "sql/session/session.h"

#include "sql/physical/write_folders.h"

#include <string.h>

typedef struct
{
  char *top;
  RushContext *context;
  RushSqlSession *session;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (RushConf) conf = rush_conf_new ();
  g_autoptr (GError) error = NULL;
  self->top = g_dir_make_tmp ("rush-session-XXXXXX", NULL);
  g_autofree char *warehouse = g_build_filename (self->top, "warehouse", NULL);

  rush_conf_set (conf, "spark.master", "local[2]", &error);
  rush_conf_set (conf, "spark.local.dir", self->top, &error);
  rush_conf_set (conf, "spark.sql.warehouse.dir", warehouse, &error);
  rush_conf_set (conf, "spark.sql.sources.default", "csv", &error);
  g_assert_no_error (error);
  self->context = rush_context_new (conf, &error);
  g_assert_no_error (error);
  self->session = rush_sql_session_new (self->context, NULL);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  rush_sql_session_unref (self->session);
  rush_context_stop (self->context);
  rush_context_unref (self->context);
  g_assert_true (rush_folder_remove (self->top, FALSE, NULL));
  g_free (self->top);
}

/* The rows of a plan: "1,a;2,b", every column being text. (transfer full) */
static char *
rows_of (RushSqlSession *session, RushPlan *plan, GError **error)
{
  g_autoptr (RushQuery) query = rush_sql_session_query (session, plan);
  g_autoptr (GPtrArray) batches = rush_query_collect (query, NULL, error);
  GString *out = g_string_new (NULL);

  for (guint b = 0; batches != NULL && b < batches->len; b++)
    {
      const RushBatch *batch = batches->pdata[b];
      for (guint r = 0; r < batch->length; r++)
        for (guint c = 0; c < batch->schema->n_fields; c++)
          {
            guint row = rush_batch_row (batch, r);
            gsize n = 0;
            gboolean valid = rush_column_is_valid (batch->columns[c], row);
            const char *bytes = valid ? rush_column_get_bytes (batch->columns[c], row, &n) : NULL;
            g_string_append (out, c > 0 ? "," : out->len > 0 ? ";" : "");
            g_string_append_len (out, valid ? bytes : "NULL", valid ? (gssize)n : 4);
          }
    }
  return g_string_free (out, FALSE);
}

static void
assert_rows (RushSqlSession *session, const char *text, const char *want)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushPlan) plan = rush_sql_session_sql (session, text, NULL, NULL, &error);
  g_assert_no_error (error);
  g_autofree char *rows = rows_of (session, plan, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (rows, ==, want);
}

static void
run (RushSqlSession *session, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushPlan) plan = rush_sql_session_sql (session, text, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
assert_error (RushSqlSession *session, const char *text, const char *error_class)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushPlan) plan = rush_sql_session_sql (session, text, NULL, NULL, &error);
  g_assert_null (plan);
  g_assert_nonnull (strstr (error->message, error_class));
}

/* ── names ── */

static void
test_temporary_views_hide_tables (Fixture *self, gconstpointer data)
{
  run (self->session, "CREATE TABLE t (s STRING)");
  run (self->session, "INSERT INTO t VALUES ('table')");
  run (self->session, "CREATE TEMPORARY VIEW t AS SELECT 'view' AS s");
  assert_rows (self->session, "SELECT * FROM t", "view");
  assert_rows (self->session, "SELECT * FROM default.t", "table");
  run (self->session, "DROP VIEW t");
  assert_rows (self->session, "SELECT * FROM t", "table");
}

static void
test_views_are_resolved_when_used (Fixture *self, gconstpointer data)
{
  run (self->session, "CREATE TABLE t (s STRING)");
  run (self->session, "CREATE VIEW v AS SELECT s FROM t");
  run (self->session, "CREATE VIEW w AS SELECT concat(s, '!') AS s FROM v");
  assert_rows (self->session, "SELECT * FROM w", "");
  run (self->session, "INSERT INTO t VALUES ('new')");
  assert_rows (self->session, "SELECT * FROM w", "new!");
  run (self->session, "CREATE DATABASE d");
  run (self->session, "USE d"); /* their names mean what they meant */
  assert_rows (self->session, "SELECT * FROM default.w", "new!");
  run (self->session, "DROP TABLE default.t");
  assert_error (self->session, "SELECT * FROM default.w", "[TABLE_OR_VIEW_NOT_FOUND]");
}

static void
test_views_do_not_read_themselves (Fixture *self, gconstpointer data)
{
  run (self->session, "CREATE VIEW v AS SELECT 1 AS a");
  assert_error (self->session, "CREATE OR REPLACE VIEW v AS SELECT * FROM v", "[RECURSIVE_VIEW]");
  run (self->session, "CREATE TEMPORARY VIEW tv AS SELECT 1 AS a");
  assert_error (self->session, "CREATE VIEW p AS SELECT * FROM tv", "[INVALID_TEMP_OBJ_REFERENCE]");
}

static void
test_sessions_share_tables_and_global_views (Fixture *self, gconstpointer data)
{
  g_autoptr (RushSqlSession) other = rush_sql_session_new_child (self->session);

  run (self->session, "CREATE TABLE t (s STRING)");
  run (self->session, "INSERT INTO t VALUES ('shared')");
  run (self->session, "CREATE TEMPORARY VIEW mine AS SELECT 'mine' AS s");
  run (self->session, "CREATE GLOBAL TEMPORARY VIEW ours AS SELECT 'ours' AS s");
  assert_rows (other, "SELECT * FROM t", "shared");
  assert_rows (other, "SELECT * FROM global_temp.ours", "ours");
  assert_error (other, "SELECT * FROM mine", "[TABLE_OR_VIEW_NOT_FOUND]");
}

/* ── files ── */

static void
test_overwriting_partitions (Fixture *self, gconstpointer data)
{
  run (self->session, "CREATE TABLE p (v STRING, k STRING) PARTITIONED BY (k)");
  run (self->session, "INSERT INTO p VALUES ('1', 'a'), ('2', 'b'), ('3', '')");
  run (self->session, "INSERT OVERWRITE p PARTITION (k = 'a') VALUES ('4')");
  assert_rows (self->session, "SELECT v, k FROM p ORDER BY v", "2,b;3,NULL;4,a");
  run (self->session, "SET spark.sql.sources.partitionOverwriteMode=dynamic");
  run (self->session, "INSERT OVERWRITE p VALUES ('5', 'b')");
  assert_rows (self->session, "SELECT v, k FROM p ORDER BY v", "3,NULL;4,a;5,b");
  run (self->session, "SET spark.sql.sources.partitionOverwriteMode=static");
  run (self->session, "INSERT OVERWRITE p VALUES ('6', 'c')");
  assert_rows (self->session, "SELECT v, k FROM p", "6,c");
}

static void
test_what_is_kept_follows_its_files (Fixture *self, gconstpointer data)
{
  run (self->session, "CREATE TABLE t (s STRING)");
  run (self->session, "INSERT INTO t VALUES ('a')");
  run (self->session, "CACHE TABLE t");
  assert_rows (self->session, "SELECT * FROM t", "a");
  run (self->session, "INSERT INTO t VALUES ('b')");
  assert_rows (self->session, "SELECT * FROM t ORDER BY s", "a;b");
  run (self->session, "TRUNCATE TABLE t");
  assert_rows (self->session, "SELECT * FROM t", "");
}

static void
test_parameters (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) parameters = g_ptr_array_new ();
  g_autoptr (RushExpr) value = rush_expr_literal_string ("it's; DROP TABLE t", -1);

  g_ptr_array_add (parameters, (gpointer) "who");
  g_ptr_array_add (parameters, value);
  g_autoptr (RushPlan) plan =
      rush_sql_session_sql (self->session, "SELECT :who AS s", parameters, NULL, &error);
  g_assert_no_error (error);
  g_autofree char *rows = rows_of (self->session, plan, &error);
  g_assert_cmpstr (rows, ==, "it's; DROP TABLE t");
  assert_error (self->session, "SELECT :who", "[UNBOUND_SQL_PARAMETER]");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add ("/session/" #name, Fixture, NULL, set_up, test_##name, tear_down)
  ADD (temporary_views_hide_tables);
  ADD (views_are_resolved_when_used);
  ADD (views_do_not_read_themselves);
  ADD (sessions_share_tables_and_global_views);
  ADD (overwriting_partitions);
  ADD (what_is_kept_follows_its_files);
  ADD (parameters);
  return g_test_run ();
}
