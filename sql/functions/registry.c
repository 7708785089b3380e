/* registry.c - from a name to a function.
 *
 * Built once, from the families' tables and those that were added, when somebody first asks: a hash
 * table of names, and the names in order for SHOW FUNCTIONS.
 *
 * Mirrors:  org.apache.spark.sql.catalyst.analysis.FunctionRegistry.
 */
#include "sql/functions/families_private.h"
#include "sql/types/type_rules.h"

#include <pthread.h>
#include <string.h>

static const RushFunction *const families[] = {
  rush_functions_count,
  rush_functions_sum,
  rush_functions_average,
  rush_functions_min_max,
  rush_functions_moments,
  rush_functions_correlation,
  rush_functions_first_last,
  rush_functions_percentile,
  rush_functions_collect,
  rush_functions_bitwise,
  rush_functions_rank,
  rush_functions_offset,
  rush_functions_explode,
  rush_functions_replicate_rows,
  rush_functions_date_fields,
  rush_functions_string_basic,
  rush_functions_string_more,
  rush_functions_regexp,
  rush_functions_text_checks,
  rush_functions_charsets,
  rush_functions_make_time,
  rush_functions_array_insert,
  rush_functions_time_units,
  rush_functions_parse_url,
  rush_functions_csv_values,
  rush_functions_json,
  rush_functions_json_values,
  rush_functions_json_tuple,
  rush_functions_date_arithmetic,
  rush_functions_date_text,
  rush_functions_math,
  rush_functions_rounding,
  rush_functions_random,
  rush_functions_conditional,
  rush_functions_hash,
  rush_functions_array,
  rush_functions_map_struct,
  rush_functions_pretty,
  rush_functions_lambda,
  rush_functions_distinct_sketch,
};

/* Spark 4.3 has them, Rushlight has not yet. */
static const char *const missing[] = {
#include "sql/functions/missing_functions.def"
  NULL,
};

#define MAX_ADDED 64
static const RushFunction *added[MAX_ADDED];
static guint n_added;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static GHashTable *by_name;       /* char* → const RushFunction* */
static GHashTable *missing_names; /* a set */
static const char **sorted_names; /* NULL-terminated */

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

static void
insert_family (const RushFunction *family)
{
  for (const RushFunction *f = family; f->name != NULL; f++)
    {
      gboolean new_name = g_hash_table_insert (by_name, (gpointer)f->name, (gpointer)f);
      g_assert (new_name);
    }
}

static void
build (void)
{
  guint n = 0;

  by_name = g_hash_table_new (g_str_hash, g_str_equal);
  missing_names = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    insert_family (families[i]);
  for (guint i = 0; i < n_added; i++)
    insert_family (added[i]);
  for (guint i = 0; missing[i] != NULL; i++)
    g_hash_table_add (missing_names, (gpointer)missing[i]);

  sorted_names = g_new0 (const char *, g_hash_table_size (by_name) + 1);
  GHashTableIter iter;
  gpointer name, function;
  g_hash_table_iter_init (&iter, by_name);
  while (g_hash_table_iter_next (&iter, &name, &function))
    if (!((const RushFunction *)function)->internal)
      sorted_names[n++] = name;
  qsort (sorted_names, n, sizeof *sorted_names, compare_names);
}

void
rush_set_unexpected_type (GError **error, const RushFunction *self, guint n, RushExpr *const *args,
                          guint i, const char *required)
{
  static const char *const ordinals[] = { "first", "second", "third",   "fourth",
                                          "fifth", "sixth",  "seventh", "eighth" };
  g_autoptr (GString) call = g_string_new (NULL);
  g_autofree char *type = rush_type_sql_id (args[i]->type);
  g_autofree char *input = rush_expr_to_pretty_sql (args[i]);
  g_autofree char *quoted = g_strdup_printf ("\"%s\"", input);

  g_string_append_printf (call, "\"%s(", self->name);
  for (guint k = 0; k < n; k++)
    {
      g_autofree char *text = rush_expr_to_pretty_sql (args[k]);
      g_string_append_printf (call, "%s%s", k > 0 ? ", " : "", text);
    }
  g_string_append (call, ")\"");
  rush_sql_error_set (error, RUSH_SQL_CLASS_DATATYPE_MISMATCH_UNEXPECTED_INPUT_TYPE, NULL,
                      "sqlExpr", call->str, "paramIndex",
                      ordinals[MIN (i, G_N_ELEMENTS (ordinals) - 1)], "requiredType", required,
                      "inputSql", quoted, "inputType", type, NULL);
}

void
rush_functions_add (const RushFunction *family)
{
  g_return_if_fail (by_name == NULL && n_added < MAX_ADDED);

  added[n_added++] = family;
}

const RushFunction *
rush_function_find (const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);

  pthread_once (&once, build);
  return g_hash_table_lookup (by_name, lower);
}

RushArgType
rush_function_arg (const RushFunction *self, guint i)
{
  for (i = MIN (i, RUSH_MAX_LISTED_ARGS - 1); i > 0 && self->args[i] == RUSH_ARG_AS_BEFORE;)
    i--;
  return self->args[i] == RUSH_ARG_AS_BEFORE ? RUSH_ARG_ANY : self->args[i];
}

const char *const *
rush_function_names (void)
{
  pthread_once (&once, build);
  return sorted_names;
}

gboolean
rush_function_is_known_missing (const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);

  pthread_once (&once, build);
  return g_hash_table_contains (missing_names, lower) && !g_hash_table_contains (by_name, lower);
}
