/* features.c - what the transformers share: parameters, errors, and compressed vectors.
 *
 * A vector of `size` values of which n are not 0 takes
 *
 *   dense    8 size + 12 bytes        sparse   12 n + 28 bytes        in a JVM
 *
 * and Spark takes the sparse form where 1.5 n + 2 < size, which is that comparison.
 *
 * Mirrors:  org.apache.spark.ml.linalg.Vector.compressed.
 */
#include "mllib/feature/feature_private.h"
#include "sql/types/number_text.h"
#include "sql/types/sql_error.h"

#include <string.h>

gboolean
rush_feature_failed (GError **error, const RushExpr *call, const char *name, const char *format,
                     ...)
{
  va_list args;
  g_autofree char *reason = NULL, *function = NULL;

  va_start (args, format);
  reason = g_strdup_vprintf (format, args);
  va_end (args);
  function = g_strdup_printf ("`%s`", name);
  rush_sql_error_set (error, RUSH_SQL_CLASS_FAILED_EXECUTE_UDF, NULL, "functionName", function,
                      "signature", call->children[0]->type->name, "result",
                      rush_type_sql_type (call->type)->name, "reason", reason, NULL);
  return FALSE;
}

char *
rush_feature_number (double value)
{
  char text[RUSH_NUMBER_TEXT_SIZE];

  return g_strndup (text, rush_double_to_text (value, text));
}

void
rush_feature_append_compressed (RushVectorBuilder *builder, guint size, guint n,
                                const gint32 *indices, const double *values)
{
  if (rush_feature_is_sparse (size, n))
    {
      rush_vector_builder_append_sparse (builder, size, n, indices, values);
      return;
    }
  double *dense = rush_vector_builder_append_dense (builder, size);
  if (dense == NULL)
    return;
  memset (dense, 0, size * sizeof *dense);
  for (guint i = 0; i < n; i++)
    dense[indices[i]] = values[i];
}

void
rush_feature_append_values (RushVectorBuilder *builder, guint size, const double *values,
                            gint32 *scratch_indices, double *scratch_values)
{
  guint n = 0;

  for (guint i = 0; i < size; i++)
    {
      scratch_indices[n] = (gint32)i;
      scratch_values[n] = values[i];
      n += values[i] != 0;
    }
  rush_feature_append_compressed (builder, size, n, scratch_indices, scratch_values);
}

const RushType *
rush_feature_vector_result (const RushFunction *self, guint n, RushExpr *const *args,
                            gboolean *inout_nullable, GError **error)
{
  return rush_vector_type ();
}

void
rush_features_register (void)
{
  rush_functions_add (rush_functions_assemble);
  rush_functions_add (rush_functions_scale);
  rush_functions_add (rush_functions_string_index);
  rush_functions_add (rush_functions_one_hot);
  rush_functions_add (rush_functions_bucket);
}
