/* vector_assemble.c - ml_assemble (columns, lengths, keep): numbers and vectors side by side.
 *
 *   x     n     v                  f
 *   1.0   2     [0.0, 3.0]    →    [1.0, 2.0, 0.0, 3.0]
 *   0.0   0     (2, [], [])   →    (4, [], [])              sparse, if that is smaller
 *
 * A row is gathered as the values that are not 0, since a column may be a vector of a million of
 * which one is not; whether the result is sparse is decided in the end.  A null, or a NaN in a
 * column of numbers, is an error, or with `keep` NaN: a null vector as many as its column's vectors
 * are long, which `lengths` says.
 *
 * Mirrors:  org.apache.spark.ml.feature.VectorAssembler.assemble.
 */
#include "mllib/feature/feature_private.h"

#include <math.h>
#include <string.h>

#define NAME "VectorAssembler"

/* One column that is read. */
typedef struct
{
  RushColumn *column; /* (owned) */
  gboolean is_vector;
  RushVector numbers;
  RushVectorReader vectors;
  guint length; /* of a null vector */
} Input;

/* The row that is being gathered: values that are not 0. */
typedef struct
{
  RushAllocator *allocator;
  RushBuffer *index_buffer, *value_buffer;
  gint32 *indices;
  double *values;
  guint n, room;
  guint size;
} Gathered;

static gboolean
gathered_reserve (Gathered *self, guint more, GError **error)
{
  if (self->n + more <= self->room)
    return TRUE;
  const guint room = MAX (self->n + more, 2 * self->room);
  g_autoptr (RushBuffer) indices = rush_buffer_new (self->allocator, room * sizeof (gint32), error);
  g_autoptr (RushBuffer) values =
      indices != NULL ? rush_buffer_new (self->allocator, room * sizeof (double), error) : NULL;
  if (values == NULL)
    return FALSE;
  if (self->n > 0)
    {
      memcpy (indices->bytes, self->indices, self->n * sizeof (gint32));
      memcpy (values->bytes, self->values, self->n * sizeof (double));
    }
  self->indices = (gint32 *)indices->bytes;
  self->values = (double *)values->bytes;
  self->room = room;
  rush_buffer_unref (self->index_buffer);
  rush_buffer_unref (self->value_buffer);
  self->index_buffer = g_steal_pointer (&indices);
  self->value_buffer = g_steal_pointer (&values);
  return TRUE;
}

static void
gathered_clear (Gathered *self)
{
  rush_buffer_unref (self->index_buffer);
  rush_buffer_unref (self->value_buffer);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Gathered, gathered_clear)

static inline void
gathered_take (Gathered *self, guint index, double value)
{
  self->indices[self->n] = (gint32)index;
  self->values[self->n] = value;
  self->n += value != 0; /* NaN is not 0 */
}

/* ---- a row ---- */

static gboolean
refuse (GError **error, const RushExpr *call, const char *what)
{
  return rush_feature_failed (error, call, NAME,
                              RUSH_SPARK_EXCEPTION
                              "Encountered %s while assembling a row with handleInvalid = \"error\""
                              ". Consider\nremoving %ss from dataset or using handleInvalid = "
                              "\"keep\" or \"skip\".",
                              what, what);
}

static gboolean
add_number (Gathered *out, const Input *in, guint row, gboolean keep, const RushExpr *call,
            GError **error)
{
  const RushVector *numbers = &in->numbers;
  const gboolean valid = numbers->constant
                             ? numbers->column->null_count == 0
                             : numbers->validity == NULL ||
                                   rush_bit_get (numbers->validity, numbers->validity_start + row);
  const double value = valid ? ((const double *)numbers->values)[numbers->constant ? 0 : row] : NAN;

  if (G_UNLIKELY (isnan (value)) && !keep)
    return refuse (error, call, valid ? "NaN" : "null");
  gathered_take (out, out->size++, value);
  return TRUE;
}

static gboolean
add_vector (Gathered *out, const Input *in, guint row, gboolean keep, const RushExpr *call,
            GError **error)
{
  RushVectorView vector;

  if (!rush_vector_reader_get (&in->vectors, row, &vector))
    {
      if (!keep)
        return refuse (error, call, "null");
      if (!gathered_reserve (out, in->length, error))
        return FALSE;
      for (guint i = 0; i < in->length; i++)
        gathered_take (out, out->size++, NAN);
      return TRUE;
    }
  /* One more: the value behind the last one taken is written, too. */
  if (!gathered_reserve (out, vector.n_values + 1, error))
    return FALSE;
  for (guint i = 0; i < vector.n_values; i++)
    gathered_take (out, out->size + (vector.indices != NULL ? (guint)vector.indices[i] : i),
                   vector.values[i]);
  out->size += vector.size;
  return TRUE;
}

static gboolean
gather (Gathered *out, const Input *inputs, guint n, guint row, gboolean keep, const RushExpr *call,
        GError **error)
{
  out->n = out->size = 0;
  for (guint i = 0; i < n; i++)
    {
      if (!gathered_reserve (out, 1, error) || !(inputs[i].is_vector ? add_vector : add_number) (
                                                   out, &inputs[i], row, keep, call, error))
        return FALSE;
    }
  return TRUE;
}

/* ---- a batch ---- */

static gboolean
open_inputs (Input *inputs, guint n, RushColumn *const *args, RushEvalContext *ctx, GError **error)
{
  guint n_lengths;
  g_autofree double *lengths = rush_feature_doubles (args[1], &n_lengths);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (RushColumn) column = rush_column_struct_field (args[0], i, ctx->allocator, error);

      if (column == NULL)
        return FALSE;
      inputs[i].column = rush_column_ref (column);
      inputs[i].is_vector = column->type->storage != RUSH_STORAGE_F64;
      inputs[i].length = (guint)lengths[i];
      if (inputs[i].is_vector
              ? !rush_vector_reader_init (&inputs[i].vectors, column, error)
              : !rush_vector_open (&inputs[i].numbers, column, ctx->allocator, error))
        return FALSE;
    }
  return TRUE;
}

static void
close_inputs (Input *inputs, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      rush_vector_close (&inputs[i].numbers);
      rush_vector_reader_clear (&inputs[i].vectors);
      g_clear_pointer (&inputs[i].column, rush_column_unref);
    }
}

static RushColumn *
assemble_rows (const RushExpr *call, const Input *inputs, guint n, gboolean keep,
               const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  g_autoptr (RushVectorBuilder) builder = rush_vector_builder_new (ctx->allocator);
  g_auto (Gathered) row = { .allocator = ctx->allocator };
  guint next = 0;

  for (guint i = 0; i < rows->length; i++)
    {
      if (!rush_feature_row_counts (rows, i, &next))
        {
          rush_vector_builder_append_null (builder);
          continue;
        }
      if (!gather (&row, inputs, n, i, keep, call, error))
        return NULL;
      rush_feature_append_compressed (builder, row.size, row.n, row.indices, row.values);
    }
  return rush_vector_builder_finish (builder, error);
}

static RushColumn *
assemble (const RushExpr *call, RushColumn *const *args, const RushRows *rows, RushEvalContext *ctx,
          GError **error)
{
  const guint n = call->children[0]->type->n_fields;
  g_autofree Input *inputs = g_new0 (Input, MAX (n, 1));
  RushColumn *result = NULL;

  if (open_inputs (inputs, n, args, ctx, error))
    result = assemble_rows (call, inputs, n, rush_column_get_bool (args[2], 0), rows, ctx, error);
  close_inputs (inputs, n);
  return result;
}

const RushFunction rush_functions_assemble[] = {
  RUSH_FEATURE ("ml_assemble", 3, assemble, rush_feature_to_sql,
                .result_type = rush_feature_vector_result, .handles_nulls = TRUE,
                .always_nullable = TRUE, .nondeterministic = TRUE),
  { .name = NULL },
};
