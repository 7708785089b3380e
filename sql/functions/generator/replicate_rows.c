/* replicate_rows.c - replicaterows (n, a, b, …): the values a, b, … in n rows.
 *
 * What EXCEPT ALL and INTERSECT ALL are made of; users cannot call it.
 *
 * Mirrors:  org.apache.spark.sql.catalyst.expressions.ReplicateRows.
 */
#include "sql/functions/families_private.h"
#include "sql/kernels/columns.h"

static gboolean
generate (const RushExpr *call, RushColumn *const *args, const RushRows *rows, gboolean outer,
          RushGenerated *out, RushEvalContext *ctx, GError **error)
{
  g_autoptr (GArray) taken = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint i = 0; i < rows->n; i++)
    {
      guint32 row = rush_eval_row (rows, i);
      gint64 n = rush_column_is_valid (args[0], row) ? rush_column_get_int (args[0], row) : 0;
      out->counts[i] = (guint32)MAX (n, 0);
      for (gint64 k = 0; k < n; k++)
        g_array_append_val (taken, row);
    }
  for (guint c = 1; c < call->n_children; c++)
    {
      RushColumn *column = rush_column_take (args[c], (const guint32 *)taken->data, taken->len,
                                             ctx->allocator, error);
      if (column == NULL)
        return FALSE;
      g_ptr_array_add (out->columns, column);
    }
  return TRUE;
}

static const RushType *
result_type (const RushFunction *self, guint n, RushExpr *const *args, gboolean *inout_nullable,
             GError **error)
{
  g_autofree RushTypeField *fields = g_new (RushTypeField, n);

  for (guint i = 1; i < n; i++)
    fields[i - 1] = (RushTypeField){ "col", args[i]->type, args[i]->nullable };
  *inout_nullable = FALSE;
  return rush_type_struct (n - 1, fields);
}

const RushFunction rush_functions_replicate_rows[] = {
  {
      .name = "replicaterows",
      .kind = RUSH_FUNCTION_GENERATOR,
      .min_args = 1,
      .max_args = G_MAXUINT,
      .args = { RUSH_ARG_LONG, RUSH_ARG_ANY },
      .result_type = result_type,
      .generate = generate,
      .internal = TRUE,
      .usage = "replicaterows(n, expr, …) - the values in n rows",
      .since = "2.4.0",
  },
  { NULL },
};
