/* group.c - reading groups; transform/group_iterator.c makes them. */
#include "rdd/group.h"

#include "core/data/encoding.h"

void
rush_group_reader_init (RushGroupReader *self, const RushRow *row, guint column)
{
  gsize length;
  const char *bytes = rush_row_string (row, column, &length);

  /* The batch that holds the bytes stays with whoever holds a value of the group. */
  *self = (RushGroupReader){ .bytes = rush_buffer_wrap ((const guint8 *)bytes, length,
                                                        rush_batch_ref ((RushBatch *)row->batch),
                                                        (GDestroyNotify)rush_batch_unref) };
}

/* FALSE: there is no further batch. */
static gboolean
next_batch (RushGroupReader *self)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->batch, rush_batch_unref);
  self->next_row = 0;
  if (self->offset == self->bytes->size)
    return FALSE;
  self->batch =
      rush_batch_decode (self->bytes, &self->offset, NULL, rush_allocator_system (), &error);
  if (self->batch == NULL)
    g_error ("column does not hold a group: %s", error->message);
  return TRUE;
}

gboolean
rush_group_reader_next (RushGroupReader *self, RushRow *out)
{
  while (self->batch == NULL || self->next_row == self->batch->length)
    if (!next_batch (self))
      return FALSE;
  *out = rush_batch_nth (self->batch, self->next_row++);
  return TRUE;
}

void
rush_group_reader_clear (RushGroupReader *self)
{
  g_clear_pointer (&self->batch, rush_batch_unref);
  g_clear_pointer (&self->bytes, rush_buffer_unref);
}

guint64
rush_group_length (const RushRow *row, guint column)
{
  RushGroupReader reader;
  guint64 n = 0;

  rush_group_reader_init (&reader, row, column);
  while (next_batch (&reader))
    n += reader.batch->length;
  rush_group_reader_clear (&reader);
  return n;
}
