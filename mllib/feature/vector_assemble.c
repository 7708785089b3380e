/* vector_assemble.c - ml_assemble (columns, lengths, keep): numbers and vectors side by side.
 *
 *   x     n     v                  f
 *   1.0   2     [0.0, 3.0]    →    [1.0, 2.0, 0.0, 3.0]
 *   0.0   0     (2, [], [])   →    (4, [], [])              sparse, if that is smaller
 *
 * Mostly all inputs are numbers and dense vectors that are rarely 0, and the result is a matrix:
 * its strips are copied column by column, a tile of rows at a time that stays in the cache.
 *
 *      x    v            matrix
 *      1    2 3          1│2 3        a strip: where its numbers are, how far the next row's are,
 *      4    5 6    →     4│5 6                 how many there are a row
 *
 * Should a row turn out to be smaller as a sparse vector, or hold a NaN, then all rows of the batch
 * go the other way: a row is gathered as the values that are not 0, since a column may be a vector
 * of a million of which one is not; whether the result is sparse is decided in the end.
 *
 * A null, or a NaN in a column of numbers, is an error, or with `keep` NaN: a null vector as many
 * as its column's vectors are long, which `lengths` says.
 *
 * Mirrors:  org.apache.spark.ml.feature.VectorAssembler.assemble.
 */
#include "mllib/feature/feature_private.h"

#include <math.h>
#include <string.h>

#define NAME "VectorAssembler"
#define TILE_VALUES 2048 /* 16 KiB */

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

/* ---- inputs ---- */

static gboolean
open_inputs (Input *inputs, guint n, const RushExpr *call, RushColumn *const *args,
             RushEvalContext *ctx, GError **error)
{
  guint n_lengths;
  g_autofree double *lengths = rush_model_doubles (call, args, 1, &n_lengths);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (RushColumn) column = rush_column_struct_field (args[0], i, ctx->allocator, error);

      if (column == NULL)
        return FALSE;
      inputs[i].column = rush_column_ref (column);
      inputs[i].is_vector = column->type->storage != RUSH_STORAGE_F64;
      inputs[i].length = (guint)lengths[i];
      if (inputs[i].is_vector
              ? !rush_vector_reader_init (&inputs[i].vectors, column, ctx->allocator, error)
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

/* ---- column by column ---- */

typedef struct
{
  const double *values; /* of row 0 */
  gsize step;           /* to the next row's; 0: all rows have these */
  guint width;
} Strip;

/* FALSE: @in does not lie as a strip of numbers that are all there. */
static gboolean
find_strip (const Input *in, Strip *out)
{
  const RushVector *numbers = &in->numbers;

  if (in->is_vector)
    {
      out->values = rush_vector_reader_matrix (&in->vectors, &out->width);
      out->step = out->width;
      return out->values != NULL;
    }
  *out = (Strip){ numbers->values, numbers->constant ? 0 : 1, 1 };
  return numbers->column->null_count == 0;
}

/* Rows [@first, @end) of a strip to its place in rows of @size. */
static void
copy_strip (const Strip *strip, guint first, guint end, guint size, double *out)
{
  for (guint row = first; row < end; row++)
    for (guint k = 0; k < strip->width; k++)
      out[(gsize)row * size + k] = strip->values[row * strip->step + k];
}

/* Whether a row is as well dense, and holds no NaN. */
RUSH_SIMD static gboolean
stays_dense (const double *row, guint size)
{
  guint n = 0, n_nan = 0;

  for (guint k = 0; k < size; k++)
    {
      n += row[k] != 0;
      n_nan += row[k] != row[k];
    }
  return n_nan == 0 && !rush_feature_is_sparse (size, n);
}

static gboolean
fill_matrix (const Strip *strips, guint n, guint n_rows, guint size, double *out)
{
  guint tile = MAX (TILE_VALUES / MAX (size, 1), 1);

  for (guint first = 0; first < n_rows; first += tile)
    {
      guint end = MIN (first + tile, n_rows), at = 0;

      for (guint i = 0; i < n; at += strips[i++].width)
        copy_strip (&strips[i], first, end, size, out + at);
      for (guint row = first; row < end; row++)
        if (!stays_dense (out + (gsize)row * size, size))
          return FALSE;
    }
  return TRUE;
}

/* NULL without an error: the batch has to go row by row. */
static RushColumn *
assemble_matrix (const Input *inputs, guint n, const RushRows *rows, RushEvalContext *ctx,
                 GError **error)
{
  g_autoptr (RushVectorBuilder) builder = rush_vector_builder_new (ctx->allocator);
  g_autofree Strip *strips = g_new (Strip, MAX (n, 1));
  guint64 size = 0;
  double *matrix;

  if (rows->positions != NULL || rows->n < rows->length || rows->n == 0)
    return NULL;
  for (guint i = 0; i < n; size += strips[i++].width)
    if (!find_strip (&inputs[i], &strips[i]))
      return NULL;
  if (size > G_MAXINT32)
    return NULL;
  matrix = rush_vector_builder_append_matrix (builder, rows->n, (guint)size);
  if (matrix != NULL && !fill_matrix (strips, n, rows->n, (guint)size, matrix))
    return NULL;
  return rush_vector_builder_finish (builder, error);
}

/* ---- a batch ---- */

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
  g_autoptr (GError) refused = NULL;
  RushColumn *result = NULL;

  if (open_inputs (inputs, n, call, args, ctx, &refused))
    result = assemble_matrix (inputs, n, rows, ctx, &refused);
  if (result == NULL && refused == NULL)
    result = assemble_rows (call, inputs, n,
                            rush_column_get_bool (rush_model_constant (call, args, 2), 0), rows,
                            ctx, &refused);
  if (refused != NULL)
    g_propagate_error (error, g_steal_pointer (&refused));
  close_inputs (inputs, n);
  return result;
}

const RushFunction rush_functions_assemble[] = {
  RUSH_MODEL_FUNCTION ("ml_assemble", 3, assemble, .result_type = rush_feature_vector_result,
                       .handles_nulls = TRUE, .always_nullable = TRUE, .nondeterministic = TRUE),
  { .name = NULL },
};
