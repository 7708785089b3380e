/* entry_columns.c - what key blocks do, backwards: from the entries of a key table to columns.
 *
 *     entries   [ key 16 bytes │ hash │ value ]  [ … ]  [ … ]
 *                     │                   └────────▶ value column
 *                     ├─ a number, widened ────────▶ its own width
 *                     └─ a view ───▶ as it is, if short; else its bytes are copied out of the
 *                                    table, which is emptied before the batch is read
 */
#include "core/shuffle/entry_columns.h"

#include <string.h>

/* ---- validity ---- */

/* All ones. */
static RushBuffer *
new_validity (RushAllocator *allocator, guint n, GError **error)
{
  RushBuffer *bits = rush_buffer_new (allocator, (n + 7) / 8, error);

  if (bits != NULL)
    {
      memset (bits->bytes, 0, bits->size);
      for (guint i = 0; i < n; i++)
        rush_bit_set (bits->bytes, i);
    }
  return bits;
}

static void
unset_bit (RushBuffer *bits, guint i)
{
  bits->bytes[i / 8] &= (guint8) ~(1u << (i % 8));
}

/* ---- keys ---- */

/* The bytes of the long keys among @views, which are made to point at them; *@out NULL: there is
 * none. */
static gboolean
copy_long_keys (RushKeyTable *table, RushView *views, guint n, RushAllocator *allocator,
                RushBuffer **out, GError **error)
{
  RushBuffer *const *data = rush_key_table_data (table);
  gsize total = 0, used = 0;

  *out = NULL;
  for (guint i = 0; i < n; i++)
    total += views[i].length > RUSH_VIEW_INLINE_MAX ? (gsize)views[i].length : 0;
  if (total == 0)
    return TRUE;
  RushBuffer *bytes = rush_buffer_new (allocator, total, error);
  if (bytes == NULL)
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      gsize length = (gsize)views[i].length;
      if (length <= RUSH_VIEW_INLINE_MAX)
        continue;
      memcpy (bytes->bytes + used, rush_view_bytes (&views[i], data), length);
      views[i].ref.buffer = 0;
      views[i].ref.offset = (gint32)used;
      used += length;
    }
  *out = bytes;
  return TRUE;
}

static void
store_number (const RushType *type, guint8 *values, guint i, guint64 word)
{
  gint64 number = (gint64)word;
  double real;

  switch (type->storage)
    {
    case RUSH_STORAGE_BIT:
      if (word != 0)
        rush_bit_set (values, i);
      break;
    case RUSH_STORAGE_I8:
      ((gint8 *)values)[i] = (gint8)number;
      break;
    case RUSH_STORAGE_I16:
      ((gint16 *)values)[i] = (gint16)number;
      break;
    case RUSH_STORAGE_I32:
      ((gint32 *)values)[i] = (gint32)number;
      break;
    case RUSH_STORAGE_I64:
    case RUSH_STORAGE_F64: /* its bits */
      ((gint64 *)values)[i] = number;
      break;
    case RUSH_STORAGE_F32:
      memcpy (&real, &word, sizeof real);
      ((float *)values)[i] = (float)real;
      break;
    case RUSH_STORAGE_VIEW:
    case RUSH_STORAGE_I128:
    case RUSH_STORAGE_INTERVAL:
    case RUSH_STORAGE_LIST:
    case RUSH_STORAGE_STRUCT:
    case RUSH_STORAGE_VOID:
      g_assert_not_reached ();
    }
}

/* The keys of entries [first, first + n) as values; long ones with their bytes in @out_data. */
static RushBuffer *
key_values (RushKeyTable *table, const RushType *type, guint first, guint n,
            RushAllocator *allocator, RushBuffer **out_data, GError **error)
{
  const RushKeyEntry *entries = rush_key_table_entries (table) + first;
  gsize bytes = type->value_bytes > 0 ? (gsize)n * type->value_bytes : (n + 7) / 8;
  g_autoptr (RushBuffer) values = rush_buffer_new (allocator, bytes, error);

  *out_data = NULL;
  if (values == NULL)
    return NULL;
  if (type->storage == RUSH_STORAGE_VIEW)
    {
      RushView *views = (RushView *)values->bytes;
      for (guint i = 0; i < n; i++)
        views[i] = entries[i].key.view;
      if (!copy_long_keys (table, views, n, allocator, out_data, error))
        return NULL;
    }
  else
    {
      memset (values->bytes, 0, bytes);
      for (guint i = 0; i < n; i++)
        store_number (type, values->bytes, i, entries[i].key.words[0]);
    }
  return g_steal_pointer (&values);
}

RushColumn *
rush_key_table_key_column (RushKeyTable *table, const RushType *type, guint first, guint n,
                           RushAllocator *allocator, GError **error)
{
  gint64 null_entry = rush_key_table_null_entry (table);
  g_autoptr (RushBuffer) validity = NULL, bytes = NULL;
  RushBuffer **data = NULL;

  if (null_entry >= first && null_entry < (gint64)first + n)
    {
      validity = new_validity (allocator, n, error);
      if (validity == NULL)
        return NULL;
      unset_bit (validity, (guint)null_entry - first);
    }
  RushBuffer *values = key_values (table, type, first, n, allocator, &bytes, error);
  if (values == NULL)
    return NULL;
  guint null_count = validity != NULL ? 1 : 0, n_data = bytes != NULL ? 1 : 0;
  if (bytes != NULL)
    {
      data = g_new (RushBuffer *, 1);
      data[0] = g_steal_pointer (&bytes);
    }
  return rush_column_new_plain (type, n, g_steal_pointer (&validity), null_count, values, data,
                                n_data);
}

/* ---- values ---- */

RushColumn *
rush_key_table_value_column (RushKeyTable *table, const RushType *type, const guint8 *has_value,
                             guint first, guint n, RushAllocator *allocator, GError **error)
{
  const RushKeyEntry *entries = rush_key_table_entries (table) + first;
  g_autoptr (RushBuffer) values = rush_buffer_new (allocator, n * sizeof (RushValue), error);
  g_autoptr (RushBuffer) validity = NULL;
  guint null_count = 0;

  if (values == NULL)
    return NULL;
  for (guint i = 0; i < n; i++)
    ((RushValue *)values->bytes)[i] = entries[i].value;
  if (has_value != NULL)
    {
      validity = new_validity (allocator, n, error);
      if (validity == NULL)
        return NULL;
      for (guint i = 0; i < n; i++)
        if (!has_value[first + i])
          {
            unset_bit (validity, i);
            null_count++;
          }
      if (null_count == 0)
        g_clear_pointer (&validity, rush_buffer_unref);
    }
  return rush_column_new_plain (type, n, g_steal_pointer (&validity), null_count,
                                g_steal_pointer (&values), NULL, 0);
}
