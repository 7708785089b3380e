/* model_function.c - see model_function.h. */
#include "mllib/linalg/model_function.h"

#include <string.h>

/* Without optimization a constant may be an expression that is computed for each batch. */
const RushColumn *
rush_model_constant (const RushExpr *call, RushColumn *const *args, guint i)
{
  const RushExpr *child = call->children[i];

  return child->kind == RUSH_EXPR_LITERAL ? child->as.literal.value : args[i];
}

double *
rush_model_doubles (const RushExpr *call, RushColumn *const *args, guint i, guint *out_n)
{
  const RushColumn *constant = rush_model_constant (call, args, i);

  *out_n = 0;
  if (!rush_column_is_valid (constant, 0))
    return NULL;
  if (constant->type->kind == RUSH_TYPE_BINARY)
    {
      gsize size;
      const char *bytes = rush_column_get_bytes (constant, 0, &size);

      *out_n = (guint)(size / sizeof (double));
      return g_memdup2 (bytes, *out_n * sizeof (double));
    }

  const RushListView list = rush_column_get_list (constant, 0);
  const RushColumn *elements = rush_column_child (constant, 0);
  double *values = g_new (double, MAX (list.length, 1));
  for (gint32 k = 0; k < list.length; k++)
    {
      guint at = (guint)(list.offset + k);

      values[k] = elements->type == &RUSH_FLOAT64 ? rush_column_get_double (elements, at)
                                                  : (double)rush_column_get_int (elements, at);
    }
  *out_n = (guint)list.length;
  return values;
}

char *
rush_model_to_sql (const RushExpr *call, char *const *args)
{
  return g_strdup_printf ("UDF(%s)", args[0]);
}
