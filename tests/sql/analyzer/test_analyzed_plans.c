/* test_analyzed_plans.c - text → analyzed plan, compared with what Spark prints.
 *
 * tests/data/sql/analyzed_plans.jsonl has queries with Spark's analyzed plan, schema and
 * nullability, or its error (make_analyzed_plans.py wrote it); ids are numbered in the order in
 * which the text shows them, ours too.  analyzed_differences.txt has the first lines of queries
 * whose plans differ on purpose, and why: of those, the schema alone is compared.
 */
#include <string.h>

#include "core/base/json.h"
#include "sql/analyzer/analyzer.h"
#include "sql/plan/rule.h"
#include "sql/parser/parser.h"

/* ── the tables of the recording ── */

typedef struct
{
  RushCatalogView view;
  GHashTable *tables; /* name → RushPlan */
} Catalog;

static RushPlan *
lookup_relation (RushCatalogView *view, const char *const *names, GPtrArray *options,
                 GError **error)
{
  RushPlan *plan = g_hash_table_lookup (((Catalog *)view)->tables, names[0]);

  if (plan == NULL || names[1] != NULL)
    return NULL;
  return rush_plan_subquery_alias (names, rush_plan_view (names, rush_plan_ref (plan)));
}

static RushPythonFunction *
lookup_function (RushCatalogView *view, const char *name)
{
  return NULL;
}

static char **
current_namespace (RushCatalogView *view)
{
  return g_strsplit ("spark_catalog.default", ".", -1);
}

static void
add_table (Catalog *catalog, const char *name, const char *schema_text)
{
  GError *error = NULL;
  g_autoptr (RushSchema) schema = rush_parse_schema (schema_text, &error);
  GPtrArray *columns = g_ptr_array_new ();

  g_assert_no_error (error);
  for (guint i = 0; i < schema->n_fields; i++)
    g_ptr_array_add (columns, rush_expr_attribute (schema->fields[i].name, schema->fields[i].type,
                                                   TRUE, 0, NULL));
  g_hash_table_insert (catalog->tables, g_strdup (name),
                       rush_plan_local (rush_expr_list_from_array (columns), NULL));
}

static void
catalog_init (Catalog *catalog)
{
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "data", "sql", "optimizer", "tables.txt", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  GError *error = NULL;

  catalog->view = (RushCatalogView){ lookup_relation, lookup_function, current_namespace };
  catalog->tables =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)rush_plan_unref);
  add_table (catalog, "n", "id int, st struct<a:int,b:string>, ar array<int>, m map<string,int>");
  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *colon = strchr (lines[i], ':');

      if (colon == NULL)
        continue;
      *colon = '\0';
      add_table (catalog, g_strstrip (lines[i]), colon + 1);
    }
}

/* ── texts ── */

/* Ids in the order in which they are shown. */
static char *
normalise (const char *text)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GString *out = g_string_new (NULL);

  while (*text != '\0')
    {
      const char *end = text + 1;
      g_autofree char *id = NULL;
      gpointer number;

      while (*text == '#' && g_ascii_isdigit (*end))
        end++;
      if (g_str_has_suffix (out->str, "Brand")) /* a value of TPC-H */
        end = text + 1;
      if (*text != '#' || end == text + 1)
        {
          g_string_append_c (out, *text++);
          continue;
        }
      id = g_strndup (text, end - text);
      number = g_hash_table_lookup (seen, id);
      if (number == NULL)
        {
          number = GUINT_TO_POINTER (g_hash_table_size (seen) + 1);
          g_hash_table_insert (seen, g_steal_pointer (&id), number);
        }
      g_string_append_printf (out, "#%u", GPOINTER_TO_UINT (number));
      text = end;
    }
  return g_string_free (out, FALSE);
}

/* The recording's tables are empty RDDs, ours are empty local relations. */
static char *
as_local (const char *plan)
{
  GError *error = NULL;
  g_autoptr (GRegex) regex = g_regex_new ("LogicalRDD (\\[.*\\]), false", 0, 0, &error);

  return g_regex_replace (regex, plan, -1, 0, "LocalRelation <empty>, \\1", 0, &error);
}

static char *
schema_text (const RushPlan *plan)
{
  GString *text = g_string_new ("struct<");

  for (guint i = 0; i < plan->output->n; i++)
    g_string_append_printf (text, "%s%s:%s", i > 0 ? "," : "",
                            rush_expr_name (plan->output->items[i]),
                            plan->output->items[i]->type->name);
  return g_string_free (g_string_append_c (text, '>'), FALSE);
}

/* ── comparing ── */

typedef struct
{
  guint right, wrong;
  GString *report;
} Score;

static void
note_wrong (Score *score, const char *query, const char *wanted, const char *got)
{
  score->wrong++;
  g_string_append_printf (score->report, ">> %s\nwanted: %s\ngot:    %s\n", query, wanted, got);
}

static char *differences;

static gboolean
is_excused (const char *query)
{
  g_auto (GStrv) lines = g_strsplit (query, "\n", 2);
  g_autofree char *line = g_strdup_printf ("\n%s\n", lines[0]);

  return strstr (differences, line) != NULL;
}

static void
compare_error (Score *score, const char *query, const char *wanted, const GError *error)
{
  /* The plan that errors show is compared where plans are: here the message counts. */
  g_autofree char *message =
      g_strndup (wanted, strstr (wanted, ";\n") != NULL ? (gsize)(strstr (wanted, ";\n") - wanted)
                                                        : strlen (wanted));

  g_strstrip (message);
  if (error == NULL)
    note_wrong (score, query, message, "no error");
  else if (!g_str_has_prefix (error->message, message))
    note_wrong (score, query, message, error->message);
  else
    score->right++;
}

static void
compare_plan (Score *score, const RushJson *row, const char *query, const RushPlan *plan)
{
  g_autofree char *tree = rush_plan_to_tree_string (plan), *got = normalise (tree);
  g_autofree char *local = as_local (rush_json_get_string (row, "plan", ""));
  g_autofree char *wanted = normalise (local);
  g_autofree char *schema = schema_text (plan);
  const RushJson *nullable = rush_json_get (row, "nullable");

  if (strcmp (schema, rush_json_get_string (row, "schema", "")) != 0)
    {
      note_wrong (score, query, rush_json_get_string (row, "schema", ""), schema);
      return;
    }
  for (guint i = 0; i < plan->output->n; i++)
    if (rush_json_as_bool (rush_json_item (nullable, i), FALSE) != plan->output->items[i]->nullable)
      {
        g_autofree char *where =
            g_strdup_printf ("nullable %d of column %u", !plan->output->items[i]->nullable, i);

        note_wrong (score, query, where, "not so");
        return;
      }
  if (strcmp (got, wanted) != 0 && !is_excused (query))
    note_wrong (score, query, wanted, got);
  else
    score->right++;
}

static void
run_row (Score *score, const RushJson *row, const RushAnalyzerOptions *options)
{
  const RushParserOptions parser = { .ansi = TRUE };
  const char *query = rush_json_get_string (row, "query", "");
  const char *message = rush_json_get_string (row, "error", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (RushPlan) parsed = rush_parse_statement (query, &parser, &error);
  g_autoptr (RushPlan) analyzed = parsed != NULL ? rush_analyze (parsed, options, &error) : NULL;

  if (message != NULL && is_excused (query))
    {
      if (error != NULL)
        score->right++;
      else
        note_wrong (score, query, message, "no error");
    }
  else if (message != NULL)
    compare_error (score, query, message, error);
  else if (analyzed == NULL && is_excused (query))
    score->right++;
  else if (analyzed == NULL)
    note_wrong (score, query, rush_json_get_string (row, "plan", ""), error->message);
  else
    compare_plan (score, row, query, analyzed);
}

static void
test_as_spark (void)
{
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "data", "sql", "analyzed_plans.jsonl", NULL);
  g_autofree char *excuses =
      g_test_build_filename (G_TEST_DIST, "data", "sql", "analyzed_differences.txt", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GString) report = g_string_new (NULL);
  GError *error = NULL;
  Score score = { 0, 0, report };
  Catalog catalog;
  RushAnalyzerOptions options = { .ansi = TRUE, .time_zone = g_intern_string ("UTC") };

  catalog_init (&catalog);
  options.catalog = &catalog.view;
  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  g_file_get_contents (excuses, &differences, NULL, &error);
  g_assert_no_error (error);
  rush_plan_set_verifying (TRUE);
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0')
      {
        g_autoptr (RushJson) row = rush_json_parse (lines[i], -1, &error);

        g_assert_no_error (error);
        run_row (&score, row, &options);
      }
  if (score.wrong > 0)
    g_test_message ("%u right, %u wrong:\n%s", score.right, score.wrong, report->str);
  g_assert_cmpuint (score.wrong, ==, 0);
  g_hash_table_unref (catalog.tables);
  g_free (differences);
}

/* ── settings ── */

static char *
analyzed_text (const char *query, gboolean ansi, GHashTable *conf, GError **error)
{
  const RushParserOptions parser = { .ansi = ansi };
  Catalog catalog;
  RushAnalyzerOptions options = { .ansi = ansi,
                                  .time_zone = g_intern_string ("UTC"),
                                  .conf = conf };
  g_autoptr (RushPlan) parsed = rush_parse_statement (query, &parser, error);
  g_autoptr (RushPlan) analyzed = NULL;
  g_autofree char *line = NULL;

  g_assert_nonnull (parsed);
  catalog_init (&catalog);
  options.catalog = &catalog.view;
  analyzed = rush_analyze (parsed, &options, error);
  g_hash_table_unref (catalog.tables);
  if (analyzed == NULL)
    return NULL;
  line = rush_plan_node_string (analyzed);
  return normalise (line);
}

static void
test_without_ansi (void)
{
  GError *error = NULL;
  g_autofree char *sum = analyzed_text ("select s + 1 as x from t", FALSE, NULL, &error);
  g_autofree char *compare = analyzed_text ("select s = 1 as x from t", FALSE, NULL, &error);
  g_autofree char *choice =
      analyzed_text ("select coalesce(s, 1) as x from t", FALSE, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (sum, ==, "Project [(cast(s#1 as double) + cast(1 as double)) AS x#2]");
  g_assert_cmpstr (compare, ==, "Project [(cast(s#1 as int) = 1) AS x#2]");
  g_assert_cmpstr (choice, ==, "Project [coalesce(s#1, cast(1 as string)) AS x#2]");
}

static void
test_positions_can_be_switched_off (void)
{
  GError *error = NULL;
  g_autoptr (GHashTable) conf = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *by_three = NULL, *by_alias = NULL;

  g_hash_table_insert (conf, (gpointer) "spark.sql.groupByOrdinal", (gpointer) "false");
  by_three = analyzed_text ("select count(*) as n from t group by 3", TRUE, conf, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (by_three, ==, "Aggregate [3], [count(1) AS n#1L]");
  g_hash_table_insert (conf, (gpointer) "spark.sql.groupByAliases", (gpointer) "false");
  by_alias = analyzed_text ("select k as x, count(*) from t group by x", TRUE, conf, &error);
  g_assert_null (by_alias);
  g_assert_true (g_str_has_prefix (error->message, "[UNRESOLVED_COLUMN.WITH_SUGGESTION]"));
  g_clear_error (&error);
}

static void
test_analyzed_plans_stay (void)
{
  RushAnalyzerOptions options = { .ansi = TRUE, .time_zone = g_intern_string ("UTC") };
  g_autoptr (RushPlan) range = rush_plan_range (0, 10, 1, 0);
  g_autoptr (RushPlan) again = rush_analyze (range, &options, NULL);

  g_assert_true (again == range);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/analyzer/as-spark", test_as_spark);
  g_test_add_func ("/analyzer/legacy", test_without_ansi);
  g_test_add_func ("/analyzer/settings", test_positions_can_be_switched_off);
  g_test_add_func ("/analyzer/again", test_analyzed_plans_stay);
  return g_test_run ();
}
