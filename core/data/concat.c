/* concat.c - many columns one behind the other: the build side of a join, a sorted run.
 *
 *      [ a a a ] [ b b ] [ c c c c ]   any layouts
 *          │        │        │         made PLAIN, but for dictionaries that are all the same
 *          ▼        ▼        ▼
 *      [ a a a    b b    c c c c ]     values: memcpy; bits: shifted
 *        └── strings: their bytes into blocks of our own
 *        └── lists: their views moved up; their children, cut to what is used, one behind the other
 *
 * Copying the bytes of strings leaves a column with a few large buffers where sharing would leave
 * one with thousands of small ones, which every later slice and take would have to count refs on.
 */
#include "core/data/gather.h"

#include "core/data/bitmap.h"
#include "core/data/buffer_private.h"
#include "core/data/byte_heap_private.h"
#include "core/data/column_private.h"

typedef struct
{
  guint n_parts;
  RushColumn **parts; /* of one layout */
  guint length;
  guint null_count;
  RushAllocator *allocator;
} Concat;

/* ---- pieces that all types have ---- */

static gboolean
concat_validity (const Concat *self, RushBuffer **out, GError **error)
{
  gsize at = 0;

  *out = NULL;
  if (self->null_count == 0)
    return TRUE;
  RushBuffer *validity = rush_buffer_new (self->allocator, rush_bits_bytes (self->length), error);
  if (validity == NULL)
    return FALSE;
  memset (validity->bytes, 0, validity->size);
  for (guint p = 0; p < self->n_parts; p++)
    {
      const RushColumn *part = self->parts[p];
      if (part->null_count > 0)
        rush_bits_append (validity->bytes, at, part->validity->bytes, part->offset, part->length);
      else
        rush_bits_append_ones (validity->bytes, at, part->length);
      at += part->length;
    }
  *out = validity;
  return TRUE;
}

static RushBuffer *
concat_values (const Concat *self, guint width, GError **error)
{
  gsize bytes = width > 0 ? (gsize)self->length * width : rush_bits_bytes (self->length), at = 0;
  RushBuffer *values = rush_buffer_new (self->allocator, bytes, error);

  if (values == NULL)
    return NULL;
  if (width == 0)
    memset (values->bytes, 0, bytes);
  for (guint p = 0; p < self->n_parts; p++)
    {
      const RushColumn *part = self->parts[p];
      if (width == 0)
        rush_bits_append (values->bytes, at, part->values->bytes, part->offset, part->length);
      else
        memcpy (values->bytes + at * width, part->values->bytes + (gsize)part->offset * width,
                (gsize)part->length * width);
      at += part->length;
    }
  return values;
}

/* ---- strings ---- */

static gboolean
copy_bytes (const Concat *self, RushView *views, RushByteHeap *heap, GError **error)
{
  gsize total = 0;
  RushView *view = views;

  for (guint i = 0; i < self->length; i++)
    total += views[i].length > RUSH_VIEW_INLINE_MAX ? (gsize)views[i].length : 0;
  heap->next_block_bytes = MIN (total, G_MAXINT32);
  if (total == 0)
    return TRUE;
  for (guint p = 0; p < self->n_parts; p++)
    for (guint i = 0; i < self->parts[p]->length; i++, view++)
      if (view->length > RUSH_VIEW_INLINE_MAX &&
          !rush_byte_heap_add (heap, self->allocator, rush_view_bytes (view, self->parts[p]->data),
                               (gsize)view->length, view, error))
        return FALSE;
  return TRUE;
}

/* Takes over both buffers. */
static RushColumn *
concat_strings (const Concat *self, RushBuffer *validity, RushBuffer *views, GError **error)
{
  RushByteHeap heap = { 0 };
  guint n_data;

  if (!copy_bytes (self, (RushView *)(gpointer)views->bytes, &heap, error))
    {
      rush_byte_heap_clear (&heap, self->allocator);
      rush_buffer_unref (validity);
      rush_buffer_unref (views);
      return NULL;
    }
  RushBuffer **data = rush_byte_heap_steal (&heap, self->allocator, &n_data);
  return rush_column_new_plain (self->parts[0]->type, self->length, validity, self->null_count,
                                views, data, n_data);
}

/* ---- children ---- */

static void
free_columns (RushColumn **columns, guint n)
{
  while (n > 0)
    rush_column_unref (columns[--n]);
}

/* Rows of the children that the lists of a part use: [*out_first, *out_end). */
static void
used_range (const RushColumn *part, guint *out_first, guint *out_end)
{
  const RushListView *lists =
      (const RushListView *)(gconstpointer)part->values->bytes + part->offset;
  gint32 first = G_MAXINT32, end = 0;

  for (guint i = 0; i < part->length; i++)
    if (lists[i].length > 0)
      {
        first = MIN (first, lists[i].offset);
        end = MAX (end, lists[i].offset + lists[i].length);
      }
  *out_first = end > 0 ? (guint)first : 0;
  *out_end = (guint)end;
}

/* Moves the lists of each part to where its elements will be; fills firsts[] and counts[]. */
static gboolean
move_lists (const Concat *self, RushListView *lists, guint *firsts, guint *counts, GError **error)
{
  guint64 at = 0;

  for (guint p = 0; p < self->n_parts; p++)
    {
      guint end;
      used_range (self->parts[p], &firsts[p], &end);
      counts[p] = end - firsts[p];
      if (at + counts[p] > G_MAXINT32)
        {
          g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                       "more than 2147483647 elements in a column of %s; use more partitions",
                       self->parts[0]->type->name);
          return FALSE;
        }
      for (guint i = 0; i < self->parts[p]->length; i++, lists++)
        lists->offset = lists->length > 0 ? lists->offset - (gint32)firsts[p] + (gint32)at : 0;
      at += counts[p];
    }
  return TRUE;
}

/* Child @c, rows [firsts[p], firsts[p] + counts[p]) of each part. */
static RushColumn *
concat_child (const Concat *self, guint c, const guint *firsts, const guint *counts, GError **error)
{
  g_autofree RushColumn **pieces = g_new (RushColumn *, self->n_parts);

  for (guint p = 0; p < self->n_parts; p++)
    pieces[p] = rush_column_slice (self->parts[p]->children[c], firsts[p], counts[p]);
  RushColumn *child = rush_column_concat (pieces, self->n_parts, self->allocator, error);
  free_columns (pieces, self->n_parts);
  return child;
}

static gboolean
concat_children (const Concat *self, const guint *firsts, const guint *counts, RushColumn **out,
                 GError **error)
{
  for (guint c = 0; c < self->parts[0]->n_children; c++)
    {
      out[c] = concat_child (self, c, firsts, counts, error);
      if (out[c] == NULL)
        {
          free_columns (out, c);
          return FALSE;
        }
    }
  return TRUE;
}

/* Takes over both buffers; @lists is NULL for a struct. */
static RushColumn *
concat_nested (const Concat *self, RushBuffer *validity, RushBuffer *lists, GError **error)
{
  const RushType *type = self->parts[0]->type;
  g_autofree RushColumn **children = g_new (RushColumn *, type->n_fields);
  g_autofree guint *firsts = g_new (guint, self->n_parts), *counts = g_new (guint, self->n_parts);

  if (lists == NULL)
    for (guint p = 0; p < self->n_parts; p++)
      {
        firsts[p] = self->parts[p]->offset;
        counts[p] = self->parts[p]->length;
      }
  if ((lists != NULL &&
       !move_lists (self, (RushListView *)(gpointer)lists->bytes, firsts, counts, error)) ||
      !concat_children (self, firsts, counts, children, error))
    {
      rush_buffer_unref (validity);
      rush_buffer_unref (lists);
      return NULL;
    }
  return lists != NULL
             ? rush_column_new_list (type, self->length, validity, self->null_count, lists,
                                     children)
             : rush_column_new_struct (type, self->length, validity, self->null_count, children);
}

/* ---- the column ---- */

static RushColumn *
concat_plain (const Concat *self, GError **error)
{
  const RushType *type = self->parts[0]->type;
  RushBuffer *validity, *values;

  if (!concat_validity (self, &validity, error))
    return NULL;
  if (type->storage == RUSH_STORAGE_STRUCT)
    return concat_nested (self, validity, NULL, error);
  values = concat_values (self, type->value_bytes, error);
  if (values == NULL)
    {
      rush_buffer_unref (validity);
      return NULL;
    }
  if (type->storage == RUSH_STORAGE_LIST)
    return concat_nested (self, validity, values, error);
  if (type->storage == RUSH_STORAGE_VIEW)
    return concat_strings (self, validity, values, error);
  return rush_column_new_plain (type, self->length, validity, self->null_count, values, NULL, 0);
}

static RushColumn *
concat_indices (const Concat *self, GError **error)
{
  RushBuffer *validity, *indices;

  if (!concat_validity (self, &validity, error))
    return NULL;
  indices = concat_values (self, sizeof (gint32), error);
  if (indices == NULL)
    {
      rush_buffer_unref (validity);
      return NULL;
    }
  return rush_column_new_dictionary (rush_column_ref (self->parts[0]->dictionary), self->length,
                                     validity, self->null_count, indices);
}

static gboolean
have_one_dictionary (RushColumn *const *columns, guint n)
{
  for (guint i = 0; i < n; i++)
    if (columns[i]->dictionary == NULL || columns[i]->dictionary != columns[0]->dictionary)
      return FALSE;
  return TRUE;
}

RushColumn *
rush_column_concat (RushColumn *const *columns, guint n_columns, RushAllocator *allocator,
                    GError **error)
{
  g_return_val_if_fail (n_columns > 0, NULL);
  gboolean keep = have_one_dictionary (columns, n_columns);
  g_autofree RushColumn **parts = g_new (RushColumn *, n_columns);
  Concat self = { .parts = parts, .allocator = allocator };
  RushColumn *answer = NULL;

  for (guint i = 0; i < n_columns; i++)
    {
      self.length += columns[i]->length;
      self.null_count += columns[i]->null_count;
    }
  if (columns[0]->type == &RUSH_NULL)
    return rush_column_new_void (self.length);
  for (; self.n_parts < n_columns; self.n_parts++)
    {
      RushColumn *column = columns[self.n_parts];
      parts[self.n_parts] =
          keep ? rush_column_ref (column) : rush_column_flatten (column, allocator, error);
      if (parts[self.n_parts] == NULL)
        break;
    }
  if (self.n_parts == n_columns)
    answer = keep ? concat_indices (&self, error) : concat_plain (&self, error);
  free_columns (parts, self.n_parts);
  return answer;
}
