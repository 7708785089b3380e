/* test_sql_error.c - the table of error classes is Spark's; messages, places and names are written
 * as Spark writes them, and class and state are read back from them. */
#include "core/base/json.h"
#include "sql/types/sql_error.h"

#include <string.h>

/* ---- the table ---- */

static void
test_table_is_sparks (void)
{
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "data", "sql", "error_conditions.jsonl", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  guint n = 0;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++, n++)
    {
      g_autoptr (RushJson) row = rush_json_parse (lines[i], -1, &error);
      RushSqlErrorClass found;
      g_assert_no_error (error);
      const char *name = rush_json_as_string (rush_json_item (row, 0), "");
      g_assert_true (rush_sql_error_class_find (name, &found));
      g_assert_cmpuint (found, ==, n); /* sorted alike */
      g_assert_cmpstr (rush_sql_error_class_name (found), ==, name);
      g_assert_cmpstr (rush_sql_error_class_state (found), ==,
                       rush_json_as_string (rush_json_item (row, 1), ""));
      g_assert_cmpstr (rush_sql_error_class_template (found), ==,
                       rush_json_as_string (rush_json_item (row, 2), ""));
    }
  g_assert_cmpuint (n, ==, RUSH_SQL_CLASS_COUNT);
  RushSqlErrorClass none;
  g_assert_false (rush_sql_error_class_find ("NO_SUCH_CLASS", &none));
  g_assert_false (rush_sql_error_class_find ("", &none));
}

/* ---- messages ---- */

static RushSqlContext
place_of (RushSqlText *text, const char *part)
{
  const char *found = strstr (text->text, part);

  g_assert_nonnull (found);
  guint start = (guint)(found - text->text);
  return (RushSqlContext){ .text = text, .start = start, .stop = start + (guint)strlen (part) - 1 };
}

#define DIVIDE                                                                                     \
  "[DIVIDE_BY_ZERO] Division by zero. Use `try_divide` to tolerate divisor being 0 and return "    \
  "NULL instead. If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error. "  \
  "SQLSTATE: 22012"

static void
check_divide (const char *query, const char *part, const char *block)
{
  g_autoptr (RushSqlText) text = rush_sql_text_new (query, NULL, NULL);
  RushSqlContext place = place_of (text, part);
  g_autoptr (GError) error = NULL;
  g_autofree char *expected = g_strconcat (DIVIDE "\n", block, NULL);
  g_autofree char *config = rush_sql_conf ("spark.sql.ansi.enabled");

  rush_sql_error_set (&error, RUSH_SQL_CLASS_DIVIDE_BY_ZERO, &place, "config", config, NULL);
  g_assert_error (error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_ARITHMETIC);
  g_assert_cmpstr (error->message, ==, expected);
}

static void
test_block (void)
{
  check_divide ("select 1/0", "1/0", "== SQL (line 1, position 8) ==\nselect 1/0\n       ^^^\n");
  check_divide ("select\n  1 +\n 1/0,\n 2", "1/0", "== SQL (line 3, position 2) ==\n 1/0,\n ^^^\n");
  check_divide ("select\n  1 +\n 1/0,\n 2", "1 +\n 1/0",
                "== SQL (line 2, position 3) ==\n  1 +\n  ^^^\n 1/0,\n^^^^\n");
  check_divide ("select 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 1/0, "
                "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'",
                "1/0",
                "== SQL (line 1, position 62) ==\n"
                "...aaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 1/0, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaa...\n"
                "                                   ^^^\n");
  /* Carets are counted in characters. */
  check_divide ("select 'äöü', 1/0", "1/0",
                "== SQL (line 1, position 15) ==\nselect 'äöü', 1/0\n              ^^^\n");
}

static void
test_block_of_view (void)
{
  g_autoptr (RushSqlText) text = rush_sql_text_new ("select 1/0", "VIEW", "`v`");
  RushSqlContext place = place_of (text, "1/0");
  g_autofree char *block = rush_sql_context_summary (&place);

  g_assert_cmpstr (block, ==,
                   "== SQL of VIEW `v` (line 1, position 8) ==\nselect 1/0\n       ^^^\n");
}

static void
test_dataframe_block (void)
{
  RushSqlContext call = { .fragment = "divide", .call_site = "a.py:3" };
  g_autoptr (GError) error = NULL;

  rush_sql_error_set (&error, RUSH_SQL_CLASS_DIVIDE_BY_ZERO, NULL, "config",
                      "\"spark.sql.ansi.enabled\"", NULL);
  g_assert_cmpstr (error->message, ==, DIVIDE);
  rush_sql_error_add_context (error, &call);
  g_assert_cmpstr (error->message, ==,
                   DIVIDE "\n== DataFrame ==\n\"divide\" was called from\na.py:3\n");
  /* It has a place now, and keeps it. */
  rush_sql_error_add_context (error, &call);
  g_assert_cmpstr (error->message, ==,
                   DIVIDE "\n== DataFrame ==\n\"divide\" was called from\na.py:3\n");
}

static void
test_analysis (void)
{
  g_autoptr (RushSqlText) text = rush_sql_text_new ("select x from range(3)", NULL, NULL);
  RushSqlContext place = place_of (text, "x");
  g_autoptr (GError) error = NULL;
  g_autofree char *name = rush_sql_id_of ("x");

  rush_sql_error_set (&error, RUSH_SQL_CLASS_UNRESOLVED_COLUMN_WITH_SUGGESTION, &place,
                      "objectName", name, "proposal", "`id`", NULL);
  rush_sql_error_add_plan (error, "'Project ['x]\n+- Range (0, 3, step=1)\n");
  g_assert_error (error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_ANALYSIS);
  g_assert_cmpstr (
      error->message, ==,
      "[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column, variable, or function parameter with name `x` "
      "cannot be resolved. Did you mean one of the following? [`id`]. SQLSTATE: 42703; line 1 pos "
      "7;\n'Project ['x]\n+- Range (0, 3, step=1)\n");
  g_autofree char *class_name = rush_sql_error_get_class (error);
  g_autofree char *state = rush_sql_error_get_state (error);
  g_assert_cmpstr (class_name, ==, "UNRESOLVED_COLUMN.WITH_SUGGESTION");
  g_assert_cmpstr (state, ==, "42703");
  /* The drawn place goes beside the message, also into copies. */
  g_autoptr (GError) copy = g_error_copy (error);
  g_assert_true (g_str_has_prefix (rush_sql_error_get_place (copy), "== SQL (line 1, position 8)"));
  g_autoptr (GError) other = g_error_new_literal (RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO, "full");
  g_assert_null (rush_sql_error_get_place (other));
}

static void
test_syntax (void)
{
  g_autoptr (RushSqlText) text = rush_sql_text_new ("select 1\nfrom\n\n where", NULL, NULL);
  RushSqlContext place = place_of (text, "where");
  g_autoptr (GError) error = NULL;

  rush_sql_error_set_syntax (&error, RUSH_SQL_CLASS_PARSE_SYNTAX_ERROR, &place, "error", "'where'",
                             "hint", "", NULL);
  g_assert_error (error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_PARSE);
  g_assert_cmpstr (
      error->message, ==,
      "\n[PARSE_SYNTAX_ERROR] Syntax error at or near 'where'. SQLSTATE: 42601 (line 4, "
      "pos 1)\n\n== SQL ==\nselect 1\nfrom\n\n where\n-^^^\n");
  g_autofree char *class_name = rush_sql_error_get_class (error);
  g_autofree char *state = rush_sql_error_get_state (error);
  g_assert_cmpstr (class_name, ==, "PARSE_SYNTAX_ERROR");
  g_assert_cmpstr (state, ==, "42601");
}

static void
test_parse_of_a_literal (void)
{
  g_autoptr (RushSqlText) text = rush_sql_text_new ("select date'2020-13-01'", NULL, NULL);
  RushSqlContext place = place_of (text, "date'2020-13-01'");
  g_autoptr (GError) error = NULL;

  rush_sql_error_set (&error, RUSH_SQL_CLASS_INVALID_TYPED_LITERAL, &place, "valueType", "\"DATE\"",
                      "value", "'2020-13-01'", NULL);
  g_assert_error (error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_PARSE);
  g_assert_cmpstr (error->message, ==,
                   "\n[INVALID_TYPED_LITERAL] The value of the typed literal \"DATE\" is invalid: "
                   "'2020-13-01'. SQLSTATE: 42604\n== SQL (line 1, position 8) ==\n"
                   "select date'2020-13-01'\n       ^^^^^^^^^^^^^^^^\n");
}

static void
test_other_kind (void)
{
  g_autoptr (GError) error = NULL;

  rush_sql_error_set_as (&error, RUSH_SQL_ERROR_DATETIME, RUSH_SQL_CLASS_CAST_INVALID_INPUT, NULL,
                         "expression", "'<targetType>'", "sourceType", "\"STRING\"", "targetType",
                         "\"DATE\"", NULL);
  g_assert_error (error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_DATETIME);
  /* A value is never filled in itself. */
  g_assert_true (strstr (error->message, "'<targetType>' of the type \"STRING\"") != NULL);
}

static void
test_read_back_from_others (void)
{
  g_autoptr (GError) plain =
      g_error_new_literal (RUSH_SQL_ERROR, RUSH_SQL_ERROR_ARITHMETIC, "integer overflow");
  g_autoptr (GError) bracket =
      g_error_new_literal (RUSH_SQL_ERROR, RUSH_SQL_ERROR_ARITHMETIC, "[not a class] x");

  g_assert_null (rush_sql_error_get_class (plain));
  g_assert_null (rush_sql_error_get_state (plain));
  g_assert_null (rush_sql_error_get_class (bracket));
}

static void
test_names (void)
{
  const char *parts[] = { "spark_catalog", "a`b" };
  g_autofree char *id = rush_sql_id (parts, 2);

  g_assert_cmpstr (id, ==, "`spark_catalog`.`a``b`");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/sql/types/error/" #name, test_##name)
  ADD (table_is_sparks);
  ADD (block);
  ADD (block_of_view);
  ADD (dataframe_block);
  ADD (analysis);
  ADD (syntax);
  ADD (parse_of_a_literal);
  ADD (other_kind);
  ADD (read_back_from_others);
  ADD (names);
  return g_test_run ();
}
