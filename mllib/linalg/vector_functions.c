/* vector_functions.c - vectors ⇄ arrays, as columns.
 *
 * A dense vector's values are an array already: a column of dense vectors gives its field away.
 *
 * Mirrors:  org.apache.spark.ml.functions.{vector_to_array,array_to_vector}.
 */
#include "mllib/linalg/vector_functions.h"

#include <string.h>

#include "mllib/linalg/model_function.h"
#include "mllib/linalg/vector_column.h"
#include "sql/kernels/columns.h"

#define VALUES_FIELD 3

/* ---- vector → array ---- */

static gboolean
is_all_dense (const RushVectorReader *reader, const RushRows *rows)
{
  RushVectorView view;

  for (guint i = 0; i < rows->n; i++)
    if (rush_vector_reader_get (reader, rush_eval_row (rows, i), &view) && view.indices != NULL)
      return FALSE;
  return TRUE;
}

/* An error for a null, as Spark has it. */
static gboolean
has_all (const RushColumn *column, const RushRows *rows, GError **error)
{
  for (guint i = 0; i < rows->n && column->null_count > 0; i++)
    if (!rush_column_is_valid (column, rush_eval_row (rows, i)))
      {
        g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                     "function vector_to_array requires a non-null input argument and input type "
                     "must be `org.apache.spark.ml.linalg.Vector` or "
                     "`org.apache.spark.mllib.linalg.Vector`, but got null.");
        return FALSE;
      }
  return TRUE;
}

/* Where the vectors of all rows begin, one behind the other; NULL: refused. */
static RushBuffer *
lay_out (const RushVectorReader *reader, const RushRows *rows, gsize *out_total,
         RushEvalContext *ctx, GError **error)
{
  gsize bytes = (gsize)rows->length * sizeof (RushListView);
  g_autoptr (RushBuffer) buffer = rush_buffer_new (ctx->allocator, bytes, error);
  RushVectorView view;

  if (buffer == NULL)
    return NULL;
  memset (buffer->bytes, 0, bytes);
  RushListView *lists = (RushListView *)(gpointer)buffer->bytes;
  *out_total = 0;
  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      if (!rush_vector_reader_get (reader, row, &view))
        continue;
      if (*out_total + view.size > (gsize)G_MAXINT32)
        {
          g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                       "the vectors of one batch have more than 2147483647 elements as arrays");
          return NULL;
        }
      lists[row] = (RushListView){ (gint32)*out_total, (gint32)view.size };
      *out_total += view.size;
    }
  return g_steal_pointer (&buffer);
}

static void
write_doubles (const RushVectorView *view, double *out)
{
  if (view->indices == NULL)
    memcpy (out, view->values, view->n_values * sizeof *out);
  else
    for (guint i = 0; i < view->n_values; i++)
      out[view->indices[i]] = view->values[i];
}

static void
write_floats (const RushVectorView *view, float *out)
{
  for (guint i = 0; i < view->n_values; i++)
    out[view->indices != NULL ? (guint)view->indices[i] : i] = (float)view->values[i];
}

static RushColumn *
expand (const RushVectorReader *reader, const RushExpr *call, const RushRows *rows,
        RushEvalContext *ctx, GError **error)
{
  const RushType *element = rush_type_element (call->type);
  gsize total;
  g_autoptr (RushBuffer) lists = lay_out (reader, rows, &total, ctx, error);
  RushVectorView view;

  if (lists == NULL)
    return NULL;
  RushBuffer *values = rush_buffer_new (ctx->allocator, total * element->value_bytes, error);
  if (values == NULL)
    return NULL;
  memset (values->bytes, 0, total * element->value_bytes);
  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      if (!rush_vector_reader_get (reader, row, &view))
        continue;
      gint32 at = ((const RushListView *)(gpointer)lists->bytes)[row].offset;
      if (element == &RUSH_FLOAT64)
        write_doubles (&view, (double *)(gpointer)values->bytes + at);
      else
        write_floats (&view, (float *)(gpointer)values->bytes + at);
    }
  RushColumn *elements = rush_column_new_plain (element, (guint)total, NULL, 0, values, NULL, 0);
  return rush_column_new_list (call->type, rows->length, NULL, 0, g_steal_pointer (&lists),
                               &elements);
}

static RushColumn *
vector_to_array (const RushExpr *call, RushColumn *const *args, const RushRows *rows,
                 RushEvalContext *ctx, GError **error)
{
  g_auto (RushVectorReader) reader = { 0 };

  if (!has_all (args[0], rows, error) ||
      !rush_vector_reader_init (&reader, args[0], ctx->allocator, error))
    return NULL;
  if (rush_type_element (call->type) == &RUSH_FLOAT64 && is_all_dense (&reader, rows))
    return rush_column_struct_field (args[0], VALUES_FIELD, ctx->allocator, error);
  return expand (&reader, call, rows, ctx, error);
}

/* The type of an array of @element, if the argument is a vector. */
static const RushType *
array_type (const RushFunction *self, guint n, RushExpr *const *args, const RushType *element,
            GError **error)
{
  const RushType *vector = rush_vector_type ();

  if (rush_type_sql_type (args[0]->type) == rush_type_sql_type (vector))
    return rush_type_array (element, FALSE);
  rush_set_unexpected_type (error, self, n, args, 0, "\"VECTOR\"");
  return NULL;
}

static const RushType *
doubles_type (const RushFunction *self, guint n, RushExpr *const *args, gboolean *inout_nullable,
              GError **error)
{
  return array_type (self, n, args, &RUSH_FLOAT64, error);
}

static const RushType *
floats_type (const RushFunction *self, guint n, RushExpr *const *args, gboolean *inout_nullable,
             GError **error)
{
  return array_type (self, n, args, &RUSH_FLOAT32, error);
}

/* ---- array → vector ---- */

static RushColumn *
array_to_vector (const RushExpr *call, RushColumn *const *args, const RushRows *rows,
                 RushEvalContext *ctx, GError **error)
{
  g_autoptr (RushVectorBuilder) builder = rush_vector_builder_new (ctx->allocator);
  const RushColumn *elements = rush_column_child (args[0], 0);
  gboolean integral = rush_type_is_integral (elements->type);
  guint next = 0; /* the result has all rows, also those that do not count */

  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      for (; next < row; next++)
        rush_vector_builder_append_null (builder);
      RushListView list = rush_column_get_list (args[0], row);
      double *room = rush_vector_builder_append_dense (builder, (guint)list.length);
      for (gint32 k = 0; k < list.length; k++)
        {
          guint at = (guint)(list.offset + k);
          room[k] = !rush_column_is_valid (elements, at) ? 0
                    : integral ? (double)rush_column_get_int (elements, at)
                               : rush_column_get_double (elements, at);
        }
      next = row + 1;
    }
  for (; next < rows->length; next++)
    rush_vector_builder_append_null (builder);
  return rush_vector_builder_finish (builder, error);
}

static const RushType *
vector_type (const RushFunction *self, guint n, RushExpr *const *args, gboolean *inout_nullable,
             GError **error)
{
  const RushType *type = args[0]->type;
  const RushType *element = type->kind == RUSH_TYPE_ARRAY ? rush_type_element (type) : &RUSH_NULL;

  *inout_nullable = TRUE;
  if (element == &RUSH_FLOAT64 || element == &RUSH_FLOAT32 || rush_type_is_integral (element))
    return rush_vector_type ();
  rush_set_unexpected_type (error, self, n, args, 0, "\"ARRAY<DOUBLE>\"");
  return NULL;
}

const RushFunction rush_functions_vector[] = {
  RUSH_MODEL_FUNCTION ("vector_to_array", 1, vector_to_array, .result_type = doubles_type,
                       .handles_nulls = TRUE, .never_null = TRUE),
  RUSH_MODEL_FUNCTION ("vector_to_float_array", 1, vector_to_array, .result_type = floats_type,
                       .handles_nulls = TRUE, .never_null = TRUE),
  RUSH_MODEL_FUNCTION ("array_to_vector", 1, array_to_vector, .result_type = vector_type,
                       .handles_nulls = FALSE),
  { .name = NULL },
};
