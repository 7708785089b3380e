/* emitter.c - values in, batches out. */
#include "rdd/emitter_private.h"

#include "rdd/row.h"

#include <string.h>

void
rush_emitter_flush (RushEmitter *self)
{
  RushBatch *batch;

  if (self->error != NULL)
    return;
  batch = rush_batch_builder_finish (self->builder, &self->error);
  if (batch != NULL)
    g_queue_push_tail (&self->full, batch);
}

/* FALSE: there is no use in emitting. */
static inline gboolean
begin_value (RushEmitter *self)
{
  if (G_UNLIKELY (self->error != NULL))
    return FALSE;
  if (self->column == 0 && self->key_of != NULL)
    {
      if (!rush_batch_builder_append_from (self->builder, 0, self->key_of->batch->columns[0],
                                           self->key_of->row, &self->error))
        return FALSE;
      self->column = 1;
    }
  return TRUE;
}

static inline void
end_value (RushEmitter *self, gboolean appended)
{
  if (G_UNLIKELY (!appended))
    return;
  if (++self->column < self->n_columns)
    return;
  rush_batch_builder_end_row (self->builder);
  self->column = 0;
  self->n_rows++;
  if (rush_batch_builder_is_full (self->builder))
    rush_emitter_flush (self);
}

void
rush_emit_int (RushEmitter *self, gint64 value)
{
  if (begin_value (self))
    end_value (self,
               rush_batch_builder_append_int (self->builder, self->column, value, &self->error));
}

void
rush_emit_double (RushEmitter *self, double value)
{
  if (begin_value (self))
    end_value (self,
               rush_batch_builder_append_double (self->builder, self->column, value, &self->error));
}

void
rush_emit_bool (RushEmitter *self, gboolean value)
{
  if (begin_value (self))
    end_value (self,
               rush_batch_builder_append_bool (self->builder, self->column, value, &self->error));
}

void
rush_emit_string (RushEmitter *self, const char *bytes, gssize length)
{
  if (begin_value (self))
    end_value (self, rush_batch_builder_append_bytes (self->builder, self->column, bytes,
                                                      length < 0 ? strlen (bytes) : (gsize)length,
                                                      &self->error));
}

void
rush_emit_null (RushEmitter *self)
{
  if (begin_value (self))
    end_value (self, rush_batch_builder_append_null (self->builder, self->column, &self->error));
}

void
rush_emit_value (RushEmitter *self, const RushRow *row, guint column)
{
  if (begin_value (self))
    end_value (self, rush_batch_builder_append_from (self->builder, self->column,
                                                     row->batch->columns[column], row->row,
                                                     &self->error));
}

void
rush_emit_row (RushEmitter *self, const RushRow *row)
{
  for (guint c = 0; c < row->batch->schema->n_fields; c++)
    rush_emit_value (self, row, c);
}

void
rush_emitter_fail (RushEmitter *self, const char *format, ...)
{
  va_list values;

  if (self->error != NULL)
    return;
  va_start (values, format);
  self->error =
      g_error_new_valist (RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT, format, values);
  va_end (values);
}

gboolean
rush_emitter_check (RushEmitter *self, const char *what)
{
  if (self->error == NULL && self->column != 0)
    rush_emitter_fail (self, "the function of %s left a row unfinished: %u of %u values", what,
                       self->column, self->n_columns);
  return self->error == NULL;
}

void
rush_emitter_init (RushEmitter *self, RushSchema *schema, RushAllocator *allocator)
{
  *self = (RushEmitter){ .builder = rush_batch_builder_new (schema, allocator),
                         .n_columns = schema->n_fields };
  g_queue_init (&self->full);
}

void
rush_emitter_clear (RushEmitter *self)
{
  g_queue_clear_full (&self->full, (GDestroyNotify)rush_batch_unref);
  rush_batch_builder_free (self->builder);
  g_clear_error (&self->error);
}
