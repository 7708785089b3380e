/* column_estimates.c - what ANALYZE TABLE stored as text, as numbers for the optimizer.
 *
 *   column   min         max         distinct  nulls          n_distinct  n_nulls  range
 *   d        2020-01-01  2020-12-31  365       0        →     365         0        [18262, 18627]
 *   s        –           –           10        0              10          0        –
 */
#include "sql/session/column_estimates.h"

#include "sql/evaluate/evaluate.h"
#include "sql/plan/estimation.h"
#include "sql/session/files_private.h"

static void
estimate_free (gpointer data)
{
  g_free (((RushColumnEstimate *)data)->name);
  g_free (data);
}

static double
number (const char *text)
{
  return text != NULL ? g_ascii_strtod (text, NULL) : -1;
}

/* A value as ANALYZE TABLE wrote it: by a cast of its text. */
static gboolean
bound (const char *text, const RushType *type, const RushEvalSettings *settings,
       RushEvalContext *eval, double *out)
{
  if (text == NULL)
    return FALSE;
  g_autoptr (RushExpr) cast = rush_expr_cast (rush_expr_literal_string (text, -1), type,
                                              RUSH_EVAL_LEGACY, settings->time_zone, FALSE);
  g_autoptr (RushExpr) value = rush_evaluate_constant (cast, eval, NULL);
  return value != NULL && rush_literal_to_double (value, out);
}

GPtrArray *
rush_column_estimates (const RushTable *table, const RushEvalSettings *settings)
{
  GPtrArray *all;

  if (table->column_statistics == NULL)
    return NULL;
  g_autoptr (RushEvalContext) eval =
      rush_eval_context_new (NULL, rush_allocator_system (), settings->time_zone);
  all = g_ptr_array_new_with_free_func (estimate_free);
  for (guint i = 0; i < table->column_statistics->len; i++)
    {
      const RushColumnStatistics *from = table->column_statistics->pdata[i];
      gint at = rush_schema_find_column (table->schema, from->column, FALSE);
      RushColumnEstimate *to = g_new0 (RushColumnEstimate, 1);
      to->name = g_strdup (from->column);
      to->n_distinct = number (from->n_distinct);
      to->n_nulls = number (from->n_nulls);
      to->mean_bytes = number (from->mean_bytes);
      to->max_bytes = number (from->max_bytes);
      if (at >= 0)
        to->has_range =
            bound (from->min, table->schema->fields[at].type, settings, eval, &to->min) &&
            bound (from->max, table->schema->fields[at].type, settings, eval, &to->max);
      g_ptr_array_add (all, to);
    }
  return all;
}
