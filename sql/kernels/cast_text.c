/* cast_text.c - casts to string and binary. */
#include "sql/kernels/cast_private.h"

#include "sql/types/number_text.h"
#include "sql/types/value_text.h"

/* An integer as binary: its bytes, the most significant first. */
static RushColumn *
integers_to_binary (const RushCastRow *self, const RushRows *rows, GError **error)
{
  g_auto (RushTextWriter) writer = { .blocks = NULL };
  guint width = self->from->value_bytes;

  if (!rush_text_writer_init (&writer, &RUSH_BINARY, rows->length, self->ctx->allocator, error))
    return NULL;
  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      guint64 value = GUINT64_TO_BE ((guint64)rush_column_get_int (self->column, row));
      if (!rush_text_writer_set (&writer, row, (const char *)&value + 8 - width, width, error))
        return NULL;
    }
  return rush_text_writer_finish (&writer);
}

static RushColumn *
integers_to_text (const RushCastRow *self, const RushRows *rows, GError **error)
{
  g_auto (RushTextWriter) writer = { .blocks = NULL };
  char text[RUSH_NUMBER_TEXT_SIZE];

  if (!rush_text_writer_init (&writer, &RUSH_STRING, rows->length, self->ctx->allocator, error))
    return NULL;
  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      gsize length = rush_int64_to_text (rush_column_get_int (self->column, row), text);
      if (!rush_text_writer_set (&writer, row, text, length, error))
        return NULL;
    }
  return rush_text_writer_finish (&writer);
}

RushColumn *
rush_cast_to_text (const RushCastRow *self, const RushRows *rows, GError **error)
{
  g_auto (RushTextWriter) writer = { .blocks = NULL };
  g_autoptr (GString) text = NULL;
  RushValueWriter values;

  if (self->from->storage == RUSH_STORAGE_VIEW)
    return rush_column_as_type (self->column, self->to);
  if (self->to == &RUSH_BINARY)
    return integers_to_binary (self, rows, error);
  if (rush_type_is_integral (self->from))
    return integers_to_text (self, rows, error);

  text = g_string_new (NULL);
  rush_value_writer_init (
      &values, self->expr->mode == RUSH_EVAL_LEGACY ? RUSH_TEXT_CAST_LEGACY : RUSH_TEXT_CAST_ANSI,
      self->zone);
  if (!rush_text_writer_init (&writer, &RUSH_STRING, rows->length, self->ctx->allocator, error))
    return NULL;
  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      if (!rush_column_is_valid (self->column, row))
        continue;
      g_string_truncate (text, 0);
      rush_value_write (&values, self->column, row, text);
      if (!rush_text_writer_set (&writer, row, text->str, text->len, error))
        return NULL;
    }
  return rush_text_writer_finish (&writer);
}
