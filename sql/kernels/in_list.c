/* in_list.c - see in_list.h.
 *
 * Three-valued: a value that is in the list is TRUE; else a null anywhere in the list makes it
 * null.
 *
 *   integers (and dates, short decimals …)   sorted once, then a binary search
 *   strings                                  a table of hashes with open addressing
 *   the rest                                 one comparison after the other
 */
#include "sql/kernels/in_list.h"

#include "core/data/hash.h"
#include "sql/kernels/compare.h"

#include <stdlib.h>
#include <string.h>

typedef struct
{
  gboolean has_null;
  GPtrArray *values; /* RushColumn of one row, not null; refs of the literals */
  gint64 *sorted;    /* integers */
  gint32 *slots;     /* strings: index into values, or −1 */
  guint mask;
} List;

static void
list_free (List *self)
{
  g_ptr_array_unref (self->values);
  g_free (self->sorted);
  g_free (self->slots);
  g_free (self);
}

static gint
compare_int64 (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
  return x < y ? -1 : x > y;
}

static void
fill_slots (List *self)
{
  guint size = 4;
  while (size < self->values->len * 2)
    size *= 2;
  self->mask = size - 1;
  self->slots = g_new (gint32, size);
  memset (self->slots, 0xff, size * sizeof *self->slots);
  for (guint i = 0; i < self->values->len; i++)
    {
      gsize length;
      const char *bytes = rush_column_get_bytes (self->values->pdata[i], 0, &length);
      guint at = (guint)rush_hash64_bytes (bytes, length) & self->mask;
      while (self->slots[at] >= 0)
        at = (at + 1) & self->mask;
      self->slots[at] = (gint32)i;
    }
}

static gpointer
make_list (const RushExpr *expr, gpointer data, GError **error)
{
  List *self = g_new0 (List, 1);
  RushStorage storage = expr->children[0]->type->storage;

  self->values = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_column_unref);
  for (guint i = 1; i < expr->n_children; i++)
    {
      RushColumn *value = expr->children[i]->as.literal.value;
      if (rush_column_is_valid (value, 0))
        g_ptr_array_add (self->values, rush_column_ref (value));
      else
        self->has_null = TRUE;
    }
  if (storage <= RUSH_STORAGE_I64)
    {
      self->sorted = g_new (gint64, MAX (1, self->values->len));
      for (guint i = 0; i < self->values->len; i++)
        self->sorted[i] = rush_column_get_int (self->values->pdata[i], 0);
      qsort (self->sorted, self->values->len, sizeof (gint64), compare_int64);
    }
  else if (storage == RUSH_STORAGE_VIEW)
    fill_slots (self);
  return self;
}

static gboolean
has_int (const List *self, gint64 value)
{
  guint low = 0, n = self->values->len;

  if (n <= 8)
    {
      gboolean found = FALSE;
      for (guint i = 0; i < n; i++)
        found |= self->sorted[i] == value;
      return found;
    }
  while (n > 1)
    {
      guint half = n / 2;
      low += self->sorted[low + half] <= value ? half : 0;
      n -= half;
    }
  return self->sorted[low] == value;
}

static gboolean
has_text (const List *self, const char *bytes, gsize length)
{
  guint at = (guint)rush_hash64_bytes (bytes, length) & self->mask;

  for (; self->slots[at] >= 0; at = (at + 1) & self->mask)
    {
      gsize other_length;
      const char *other =
          rush_column_get_bytes (self->values->pdata[self->slots[at]], 0, &other_length);
      if (other_length == length && memcmp (other, bytes, length) == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
has_value (const List *self, const RushColumn *column, guint row)
{
  for (guint i = 0; i < self->values->len; i++)
    if (rush_compare_rows (column, row, self->values->pdata[i], 0) == 0)
      return TRUE;
  return FALSE;
}

RushColumn *
rush_in_list (const RushExpr *expr, RushColumn *const *args, const RushRows *rows,
              RushEvalContext *ctx, GError **error)
{
  RushStorage storage = args[0]->type->storage;
  g_auto (RushColumnWriter) writer = { NULL };
  RushTextVector text;
  const List *list =
      rush_eval_prepared (ctx, expr, make_list, NULL, (GDestroyNotify)list_free, error);

  if (list == NULL ||
      !rush_column_writer_init (&writer, &RUSH_BOOL, rows->length, TRUE, ctx->allocator, error))
    return NULL;
  if (storage == RUSH_STORAGE_VIEW)
    rush_text_vector_init (&text, args[0]);
  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      gboolean found;
      if (storage <= RUSH_STORAGE_I64)
        found = has_int (list, rush_column_get_int (args[0], row));
      else if (storage == RUSH_STORAGE_VIEW)
        {
          gsize length;
          const char *bytes = rush_text_at (&text, row, &length);
          found = has_text (list, bytes, length);
        }
      else
        found = has_value (list, args[0], row);
      if (found)
        rush_bit_set (writer.values->bytes, row);
      else if (list->has_null && !rush_column_writer_set_null (&writer, row, error))
        return NULL;
    }
  return rush_column_writer_finish (&writer);
}
