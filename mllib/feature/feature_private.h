/* feature_private.h - what the transformers share. */
#pragma once

#include "mllib/feature/features.h"
#include "mllib/linalg/model_function.h"
#include "mllib/linalg/vector_column.h"
#include "sql/kernels/columns.h"

/* The tables of the files; each ends with an entry without a name. */
extern const RushFunction rush_functions_assemble[];
extern const RushFunction rush_functions_scale[];
extern const RushFunction rush_functions_string_index[];
extern const RushFunction rush_functions_one_hot[];
extern const RushFunction rush_functions_bucket[];

/* FAILED_EXECUTE_UDF: the transformer @name failed over a row, because of the exception of the JVM
 * that @format tells. */
#define RUSH_SPARK_EXCEPTION "org.apache.spark.SparkException: "
gboolean rush_feature_failed (GError **error, const RushExpr *call, const char *name,
                              const char *format, ...) G_GNUC_PRINTF (4, 5);
/* As Double.toString () has it. (transfer full) */
char *rush_feature_number (double value);

/* Whether a vector of @n values that are not 0 is smaller if it is sparse. */
static inline gboolean
rush_feature_is_sparse (guint size, guint n)
{
  return 1.5 * n + 2 < size;
}

/* A vector as Spark's compressed () leaves it, of its values that are not 0: sparse if that is
 * smaller, else dense. */
void rush_feature_append_compressed (RushVectorBuilder *builder, guint size, guint n,
                                     const gint32 *indices, const double *values);
/* The same of a dense vector; @scratch has room for @size. */
void rush_feature_append_values (RushVectorBuilder *builder, guint size, const double *values,
                                 gint32 *scratch_indices, double *scratch_values);

/* result_type of functions that give a vector. */
const RushType *rush_feature_vector_result (const RushFunction *self, guint n,
                                            RushExpr *const *args, gboolean *inout_nullable,
                                            GError **error);
/* Goes through all rows of a batch, as builders need it, and says which count. */
static inline gboolean
rush_feature_row_counts (const RushRows *rows, guint row, guint *inout_next)
{
  if (rows->positions == NULL)
    return row < rows->n;
  if (*inout_next >= rows->n || rows->positions[*inout_next] != row)
    return FALSE;
  ++*inout_next;
  return TRUE;
}
