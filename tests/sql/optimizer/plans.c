/* plans.c - a catalog of tables without rows, of which nothing is known. */
#include "tests/sql/optimizer/plans.h"

#include "sql/analyzer/analyzer.h"
#include "sql/parser/parser.h"
#include "sql/plan/relation.h"

#include <string.h>

/* ---- tables ---- */

static gboolean
same_source (const RushSource *a, const RushSource *b)
{
  return a == b;
}

static void
free_source (RushSource *self)
{
  rush_schema_unref (self->schema);
  g_free (self);
}

static RushStatistics
unknown_statistics (const RushSource *self)
{
  return (RushStatistics){ 1e12, -1 };
}

static const RushSourceClass table_class = {
  .name = "Table", .finalize = free_source, .equal = same_source, .statistics = unknown_statistics
};

static RushPlan *
table_new (const char *schema_text)
{
  g_autoptr (GError) error = NULL;
  RushSchema *schema = rush_parse_schema (schema_text, &error);
  GPtrArray *columns = g_ptr_array_new ();

  g_assert_no_error (error);
  RushSource *source = g_new0 (RushSource, 1);
  source->klass = &table_class;
  rush_ref_count_init (&source->refs);
  source->schema = schema;
  for (guint i = 0; i < schema->n_fields; i++)
    g_ptr_array_add (columns, rush_expr_attribute (schema->fields[i].name, schema->fields[i].type,
                                                   TRUE, 0, NULL));
  return rush_plan_relation (source, rush_expr_list_from_array (columns), NULL);
}

static char *
read_file (const char *first, const char *second, const char *third, const char *fourth)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, first, second, third, fourth, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static GHashTable *
tables (void)
{
  static GHashTable *all = NULL;

  if (all != NULL)
    return all;
  all = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)rush_plan_unref);
  g_autofree char *text = read_file ("data", "sql", "optimizer", "tables.txt");
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *colon = strstr (lines[i], ": ");
      if (colon != NULL)
        g_hash_table_insert (all, g_strndup (lines[i], (gsize)(colon - lines[i])),
                             table_new (colon + 2));
    }
  return all;
}

/* ---- the catalog ---- */

static RushPlan *
lookup_relation (RushCatalogView *view, const char *const *names, GPtrArray *options,
                 GError **error)
{
  RushPlan *plan = g_hash_table_lookup (tables (), names[0]);

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

RushPlan *
plans_analyze (const char *sql)
{
  static RushCatalogView view = { lookup_relation, lookup_function, current_namespace };
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) conf = g_hash_table_new (g_str_hash, g_str_equal);
  RushParserOptions parsing = { .ansi = TRUE };
  RushAnalyzerOptions options = {
    .catalog = &view, .ansi = TRUE, .time_zone = g_intern_string ("UTC"), .conf = conf
  };
  g_autoptr (RushPlan) parsed = rush_parse_statement (sql, &parsing, &error);

  g_assert_no_error (error);
  RushPlan *analyzed = rush_analyze (parsed, &options, &error);
  g_assert_no_error (error);
  return analyzed;
}

RushPlan *
plans_optimize (RushPlan *analyzed, gboolean enabled)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) conf = g_hash_table_new (g_str_hash, g_str_equal);
  RushOptimizerOptions options = {
    .enabled = enabled, .ansi = TRUE, .time_zone = g_intern_string ("UTC"), .conf = conf
  };
  RushPlan *optimized = rush_optimize (analyzed, &options, &error);

  g_assert_no_error (error);
  g_assert_true (rush_plan_verify (optimized, &error));
  g_assert_no_error (error);
  return optimized;
}

/* ---- texts ---- */

static char *
replaced (const char *text, const char *pattern, const char *by)
{
  g_autoptr (GRegex) regex = g_regex_new (pattern, 0, 0, NULL);
  return g_regex_replace (regex, text, -1, 0, by, 0, NULL);
}

char *
plans_normalised (const char *text)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *rdd = replaced (text, "LogicalRDD (\\[.*\\]), false", "Table \\1");
  g_autofree char *plain = replaced (rdd, "Relation *(\\[[^\\]]*\\])(?: Table)?", "Table \\1");
  g_autofree char *comma = replaced (plain, "Table \\[(.*)\\].*", "Table");
  GString *out = g_string_new (NULL);

  for (const char *c = comma; *c != '\0';)
    {
      const char *end = c + 1;
      while (*c == '#' && g_ascii_isdigit (*end))
        end++;
      /* Brand#12 is a value. */
      if (*c != '#' || end == c + 1 || (out->len >= 5 && g_str_has_suffix (out->str, "Brand")))
        {
          g_string_append_c (out, *c++);
          continue;
        }
      char *id = g_strndup (c, (gsize)(end - c));
      gpointer number = g_hash_table_lookup (seen, id);
      if (number == NULL)
        number = GUINT_TO_POINTER (g_hash_table_size (seen) + 1);
      g_hash_table_insert (seen, id, number);
      g_string_append_printf (out, "#%u", GPOINTER_TO_UINT (number));
      c = *end == 'L' ? end + 1 : end;
    }
  g_strchomp (out->str);
  return g_string_free (out, FALSE);
}

char *
plans_text (const RushPlan *plan)
{
  g_autofree char *tree = rush_plan_to_tree_string (plan);
  return plans_normalised (tree);
}

char *
plans_statement (const char *name)
{
  if (!g_str_has_suffix (name, ".sql"))
    return g_strdup (name);
  g_autofree char *template = read_file ("..", "bench", "tpch", name);
  char *text = replaced (template, "\\{fraction\\}", "0.0001");
  g_strchomp (text);
  if (g_str_has_suffix (text, ";"))
    text[strlen (text) - 1] = '\0';
  return text;
}
