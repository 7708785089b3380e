/* cast_column.c - which cast is done how.
 *
 *   the same bits           decimal(12,2) → decimal(15,2), string → binary     nothing is copied
 *   numbers                 typed loops (cast_numbers.c)
 *   to text                 cast_text.c
 *   arrays, maps, structs   cast_nested.c
 *   everything else         one value after the other (cast_row.c)
 *
 * A value that has no place in the target is an error in ANSI mode, null in TRY, and in LEGACY null
 * or, among numbers, wrapped around.
 */
#include "sql/kernels/cast_private.h"

#include "sql/types/decimal.h"
#include "sql/types/time_zone.h"

static gboolean
is_same_bits (const RushType *from, const RushType *to)
{
  if (from->kind == RUSH_TYPE_DECIMAL && to->kind == RUSH_TYPE_DECIMAL)
    return from->scale == to->scale && to->precision >= from->precision &&
           from->storage == to->storage;
  return rush_type_same_shape (from, to) && from->n_fields == 0;
}

/* What to do with a row that failed: an error, or a null. */
static gboolean
handle (const RushCastRow *self, guint row, RushCastStatus status, RushColumnWriter *writer,
        GError **error)
{
  if (status == RUSH_CAST_FAILED)
    return FALSE;
  if (status != RUSH_CAST_NULL && self->expr->mode == RUSH_EVAL_ANSI)
    {
      rush_cast_set_failure (self, row, status, error);
      return FALSE;
    }
  return rush_column_writer_set_null (writer, row, error);
}

/* FALSE without an error: they are no plain numbers. */
static gboolean
cast_numbers (const RushCastRow *self, const RushVector *in, const RushRows *rows,
              RushColumnWriter *writer, GError **error)
{
  gboolean misfit;

  if (!rush_cast_numbers (self->from, self->to, in->values, in->constant ? 1 : rows->length,
                          self->expr->mode, writer->values->bytes, &misfit))
    return FALSE;
  for (guint i = 0; misfit && i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      if (!rush_cast_number_fits (self->from, self->to, in->values, in->constant ? 0 : row) &&
          rush_column_is_valid (self->column, row) &&
          !handle (self, row, RUSH_CAST_OVERFLOW, writer, error))
        return FALSE;
    }
  return TRUE;
}

/* bigint and less to a decimal of 18 digits or less, where the values prove to fit. */
static gboolean
scale_integers (const RushCastRow *self, const RushRows *rows, RushColumnWriter *writer)
{
  gint digits =
      self->from->kind == RUSH_TYPE_DECIMAL ? self->to->scale - self->from->scale : self->to->scale;
  gint64 *out = (gint64 *)writer->values->bytes;

  if (self->to->storage != RUSH_STORAGE_I64 || self->to->kind != RUSH_TYPE_DECIMAL || digits < 0 ||
      digits > RUSH_DECIMAL_MAX_INT64_PRECISION || self->from->storage > RUSH_STORAGE_I64 ||
      self->from->storage == RUSH_STORAGE_BIT ||
      !(self->from->kind == RUSH_TYPE_DECIMAL || rush_type_is_integral (self->from)))
    return FALSE;
  gint64 factor = (gint64)rush_decimal_power[digits];
  gint64 bound = (gint64)
      rush_decimal_power[self->to->precision - digits > 0 ? self->to->precision - digits : 0];
  gboolean misfit = FALSE;
  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      gint64 value = rush_column_get_int (self->column, row);
      misfit |= value >= bound || value <= -bound;
      out[row] = (gint64)((guint64)value * (guint64)factor);
    }
  return !misfit;
}

static RushColumn *
cast_fixed (const RushCastRow *self, const RushRows *rows, GError **error)
{
  RushAllocator *allocator = self->ctx->allocator;
  RushColumn *column = self->column;
  g_auto (RushVector) in = { NULL };
  g_auto (RushColumnWriter) writer = { NULL };
  GError *failed = NULL;

  if (!rush_column_writer_init (&writer, self->to, rows->length, TRUE, allocator, error) ||
      !rush_vector_open (&in, column, allocator, error))
    return NULL;
  if (!in.constant && cast_numbers (self, &in, rows, &writer, &failed))
    return rush_column_null_where_null (rush_column_writer_finish (&writer), &column, 1, allocator,
                                        error);
  if (failed != NULL)
    {
      g_propagate_error (error, failed);
      return NULL;
    }
  if (scale_integers (self, rows, &writer))
    return rush_column_null_where_null (rush_column_writer_finish (&writer), &column, 1, allocator,
                                        error);
  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      if (!rush_column_is_valid (column, row))
        continue;
      gboolean number = in.constant && self->to->kind != RUSH_TYPE_DECIMAL;
      gboolean misfit;
      /* A constant of numbers goes the typed way, too: its rules are the same for one value. */
      if (number &&
          rush_cast_numbers (self->from, self->to, in.values, 1, self->expr->mode,
                             writer.values->bytes + (gsize)row * self->to->value_bytes, &misfit))
        {
          if (misfit && !handle (self, row, RUSH_CAST_OVERFLOW, &writer, error))
            return NULL;
          continue;
        }
      RushCastStatus status = rush_cast_row (self, row, writer.values->bytes, error);
      if (status != RUSH_CAST_OK && !handle (self, row, status, &writer, error))
        return NULL;
    }
  return rush_column_null_where_null (rush_column_writer_finish (&writer), &column, 1, allocator,
                                      error);
}

RushColumn *
rush_cast_column (const RushExpr *cast, RushColumn *column, const RushRows *rows,
                  RushEvalContext *ctx, GError **error)
{
  const char *zone = cast->as.cast.time_zone != NULL ? cast->as.cast.time_zone : ctx->time_zone;
  RushCastRow self = { cast, column->type, cast->type, column, ctx, NULL };
  RushColumn *result;

  if (column->type == cast->type)
    return rush_column_ref (column);
  if (column->type == &RUSH_NULL)
    return rush_column_new_constant_null (cast->type, column->length, ctx->allocator, error);
  if (is_same_bits (column->type, cast->type))
    return rush_column_as_type (column, cast->type);
  self.zone = rush_time_zone_get (zone, error);
  if (self.zone == NULL)
    return NULL;
  if (cast->type->storage == RUSH_STORAGE_VIEW)
    {
      result = rush_cast_to_text (&self, rows, error);
      return result != NULL && result->null_count == 0
                 ? rush_column_null_where_null (result, &column, 1, ctx->allocator, error)
                 : result;
    }
  if (cast->type->n_fields > 0)
    return rush_cast_nested (&self, rows, error);
  return cast_fixed (&self, rows, error);
}
