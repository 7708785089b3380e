/* test_parser.c - SQL text to trees and errors, held against what a real Spark says.
 *
 * answers.txt has several hundred statements, right and wrong, with Spark's parsed plan or the
 * text of its exception (ids taken out).  differences.txt names those where Rushlight answers
 * otherwise on purpose: trees of other nodes (they must still be trees), and errors that Spark's
 * parser, which looks at all of the text before it decides, finds elsewhere, with the text that
 * Rushlight says.
 */
#include "sql/parser/parser.h"
#include "tests/sql/parser/answers.h"

#include <string.h>

static const RushParserOptions ansi = { .ansi = TRUE };

static char *
answer_of (const char *sql, gboolean *out_is_error)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushPlan) plan = rush_parse_statement (sql, &ansi, &error);

  *out_is_error = plan == NULL;
  if (plan == NULL)
    return g_strchomp (g_strdup (error->message));
  g_assert_no_error (error);
  g_autofree char *tree = rush_plan_to_tree_string (plan);
  return answers_without_ids (tree);
}

static GHashTable *
read_differences (GPtrArray *own)
{
  GHashTable *by_sql = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < own->len; i++)
    g_hash_table_insert (by_sql, ((Answer *)own->pdata[i])->sql, own->pdata[i]);
  return by_sql;
}

static void
test_answers (void)
{
  g_autoptr (GPtrArray) spark = answers_read ("answers.txt");
  g_autoptr (GPtrArray) own = answers_read ("differences.txt");
  g_autoptr (GHashTable) differences = read_differences (own);
  guint n_wrong = 0;

  g_assert_cmpuint (spark->len, >, 350);
  for (guint i = 0; i < spark->len; i++)
    {
      const Answer *expected = spark->pdata[i];
      const Answer *mine = g_hash_table_lookup (differences, expected->sql);
      gboolean is_error;
      g_autofree char *actual = answer_of (expected->sql, &is_error);
      if (mine != NULL && is_error == expected->is_error && strcmp (actual, expected->text) == 0)
        {
          n_wrong++;
          g_test_message ("agrees, and should leave differences.txt:\n%s", expected->sql);
          continue;
        }
      if (mine != NULL)
        expected = mine;
      if (is_error == expected->is_error &&
          ((mine != NULL && !is_error) || strcmp (actual, expected->text) == 0))
        continue;
      n_wrong++;
      g_test_message ("%s\n-- expected\n%s\n-- %s\n%s", expected->sql, expected->text,
                      is_error ? "error" : "tree", actual);
    }
  g_assert_cmpuint (n_wrong, ==, 0);
}

/* ---- depth and length ---- */

static char *
repeated (const char *before, const char *middle, const char *between, const char *after, guint n)
{
  GString *text = g_string_new (before);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? between : "", middle);
  g_string_append (text, after);
  return g_string_free (text, FALSE);
}

static void
assert_parses (const char *sql)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushPlan) plan = rush_parse_statement (sql, &ansi, &error);

  g_assert_no_error (error);
  g_assert_nonnull (plan);
}

static void
assert_class (const char *sql, const char *error_class)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (rush_parse_statement (sql, &ansi, &error));
  g_assert_nonnull (error);
  g_autofree char *actual = rush_sql_error_get_class (error);
  g_assert_cmpstr (actual, ==, error_class);
}

static void
test_long_chains (void)
{
  static const char *const operators[] = { " AND ", " OR ", " + ", " || ", ", " };

  for (guint i = 0; i < G_N_ELEMENTS (operators); i++)
    {
      g_autofree char *sql = repeated ("SELECT ", "a", operators[i], " FROM t", 5000);
      assert_parses (sql);
    }
  g_autofree char *joins = repeated ("SELECT * FROM ", "t", " JOIN ", "", 500);
  g_autofree char *in = repeated ("SELECT a IN (", "1", ", ", ")", 5000);
  g_autofree char *strings = repeated ("SELECT ", "'a'", " ", "", 5000);
  assert_parses (joins);
  assert_parses (in);
  assert_parses (strings);
}

static void
test_too_deep (void)
{
  static const char *const opening[] = { "(",     "NOT ",       "- ",
                                         "f(",    "CASE WHEN ", "a[",
                                         "x -> ", "(SELECT ",   "EXISTS (SELECT ",
                                         "CAST(", "~ " };

  for (guint i = 0; i < G_N_ELEMENTS (opening); i++)
    {
      g_autofree char *sql = repeated ("SELECT ", opening[i], "", "1", 5000);
      assert_class (sql, "FAILED_TO_PARSE_TOO_COMPLEX");
    }
  g_autofree char *unions = repeated ("", "SELECT 1", " UNION ALL ", "", 5000);
  g_autofree char *queries = repeated ("", "(", "", "SELECT 1", 5000);
  g_autofree char *relations = repeated ("SELECT * FROM ", "(", "", "t", 5000);
  g_autofree char *types = repeated ("SELECT CAST(a AS ", "array<", "", "int", 5000);
  g_autofree char *explains = repeated ("", "EXPLAIN ", "", "SELECT 1", 5000);
  g_autofree char *ctes = repeated ("", "WITH x AS (", "", "SELECT 1", 5000);
  assert_class (unions, "FAILED_TO_PARSE_TOO_COMPLEX");
  assert_class (queries, "FAILED_TO_PARSE_TOO_COMPLEX");
  assert_class (relations, "FAILED_TO_PARSE_TOO_COMPLEX");
  assert_class (types, "FAILED_TO_PARSE_TOO_COMPLEX");
  assert_class (explains, "FAILED_TO_PARSE_TOO_COMPLEX");
  assert_class (ctes, "FAILED_TO_PARSE_TOO_COMPLEX");
}

/* ---- places ---- */

static void
test_contexts (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushPlan) plan =
      rush_parse_statement ("SELECT 1 +\n  a / 0 FROM sales", &ansi, &error);

  g_assert_no_error (error);
  const RushExpr *sum = plan->lists[0]->items[0]->children[0];
  const RushExpr *quotient = sum->children[1];
  g_autofree char *outer = rush_sql_context_summary (&sum->context);
  g_autofree char *inner = rush_sql_context_summary (&quotient->context);
  g_autofree char *table = rush_sql_context_summary (&plan->children[0]->context);
  g_assert_cmpstr (
      outer, ==,
      "== SQL (line 1, position 8) ==\nSELECT 1 +\n       ^^^\n  a / 0 FROM sales\n^^^^^^^\n");
  g_assert_cmpstr (inner, ==, "== SQL (line 2, position 3) ==\n  a / 0 FROM sales\n  ^^^^^\n");
  g_assert_cmpstr (table, ==,
                   "== SQL (line 2, position 14) ==\n  a / 0 FROM sales\n             ^^^^^\n");
}

/* ---- the other entries ---- */

static void
test_expressions (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushExpr) alias = rush_parse_expression ("a + 1 AS b", &ansi, &error);
  g_autoptr (RushExprList) list = rush_parse_expressions ("a, b.*, f(c) d", &ansi, &error);

  g_assert_no_error (error);
  g_assert_cmpint (alias->kind, ==, RUSH_EXPR_ALIAS);
  g_assert_cmpuint (list->n, ==, 3);
  g_assert_cmpint (list->items[1]->kind, ==, RUSH_EXPR_UNRESOLVED_STAR);
  g_assert_null (rush_parse_expression ("a +", &ansi, &error));
  g_assert_error (error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_PARSE);
}

static void
test_schemas (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushSchema) schema =
      rush_parse_schema ("region string, amount decimal(10,2) NOT NULL, tags: "
                         "array<struct<k:string,v:map<int,double>>>",
                         &error);

  g_assert_no_error (error);
  g_assert_cmpuint (schema->n_fields, ==, 3);
  g_assert_false (schema->fields[1].nullable);
  g_assert_true (schema->fields[1].type == rush_type_decimal (10, 2));
  g_assert_cmpstr (schema->fields[2].type->name, ==, "array<struct<k:string,v:map<int,double>>>");
  g_autoptr (RushSchema) fields = rush_parse_schema ("struct<a:int,b:date>", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (fields->n_fields, ==, 2);
  g_autoptr (RushSchema) one = rush_parse_schema ("bigint", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (one->fields[0].name, ==, "value");
  g_assert_null (rush_parse_schema ("a int b", &error));
  g_assert_error (error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_PARSE);
}

static void
test_names (void)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) names = rush_parse_multipart_identifier ("a.`b.c`.d", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (names), ==, 3);
  g_assert_cmpstr (names[1], ==, "b.c");
  g_assert_null (rush_parse_multipart_identifier ("a..b", &error));
  g_assert_nonnull (error);
}

static void
test_empty (void)
{
  assert_class ("", "PARSE_EMPTY_STATEMENT");
  assert_class ("  -- nothing\n", "PARSE_EMPTY_STATEMENT");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/parser/answers", test_answers);
  g_test_add_func ("/parser/long-chains", test_long_chains);
  g_test_add_func ("/parser/too-deep", test_too_deep);
  g_test_add_func ("/parser/contexts", test_contexts);
  g_test_add_func ("/parser/expressions", test_expressions);
  g_test_add_func ("/parser/schemas", test_schemas);
  g_test_add_func ("/parser/names", test_names);
  g_test_add_func ("/parser/empty", test_empty);
  return g_test_run ();
}
