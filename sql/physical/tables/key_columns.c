/* key_columns.c - rows of keys to columns again: what key_rows.c wrote, read back. */
#include "sql/physical/tables/key_rows.h"
#include "sql/physical/tables/nested_keys.h"

#include <string.h>

/* Rows of @layout, one every @stride words. */
typedef struct
{
  const RushKeyLayout *layout;
  const guint64 *words;
  guint stride;
} Rows;

/* Words to values of the storage's width; slots of nulls are zeros. */
static void
copy_values (const Rows *self, guint k, guint n, guint8 *out)
{
  const RushType *type = self->layout->types[k];
  const guint64 *word = self->words + self->layout->words[k];

  for (guint i = 0; i < n; i++, word += self->stride)
    switch (type->storage)
      {
      case RUSH_STORAGE_BIT:
        if (*word != 0)
          rush_bit_set (out, i);
        break;
      case RUSH_STORAGE_I8:
        ((gint8 *)out)[i] = (gint8)*word;
        break;
      case RUSH_STORAGE_I16:
        ((gint16 *)out)[i] = (gint16)*word;
        break;
      case RUSH_STORAGE_I32:
        ((gint32 *)out)[i] = (gint32)*word;
        break;
      case RUSH_STORAGE_I64:
      case RUSH_STORAGE_F64:
        ((guint64 *)out)[i] = *word;
        break;
      case RUSH_STORAGE_F32:
        {
          double value;
          memcpy (&value, word, sizeof value);
          ((float *)out)[i] = (float)value;
          break;
        }
      case RUSH_STORAGE_I128:
      case RUSH_STORAGE_INTERVAL:
        memcpy (out + (gsize)i * 16, word, 16);
        break;
      case RUSH_STORAGE_VIEW: /* copy_strings () */
      case RUSH_STORAGE_VOID:
      case RUSH_STORAGE_LIST:
      case RUSH_STORAGE_STRUCT:
        g_assert_not_reached ();
      }
}

static RushColumn *
string_column (const Rows *self, guint k, guint n, RushBuffer *validity, guint null_count,
               RushAllocator *allocator, GError **error)
{
  const RushKeyString *strings = (const RushKeyString *)(self->words + self->layout->words[k]);
  gsize stride = self->stride * sizeof (guint64), bytes = 0, used = 0;
  RushBuffer *views, **data = NULL;

#define STRING(i) ((const RushKeyString *)((const char *)strings + (i) * stride))
  for (guint i = 0; i < n; i++)
    if (STRING (i)->length > RUSH_VIEW_INLINE_MAX)
      bytes += STRING (i)->length;
  views = rush_buffer_new (allocator, n * sizeof (RushView), error);
  if (bytes > 0 && views != NULL)
    {
      data = g_new0 (RushBuffer *, 1);
      data[0] = rush_buffer_new (allocator, bytes, error);
    }
  if (views == NULL || (data != NULL && data[0] == NULL))
    {
      g_free (data);
      rush_buffer_unref (views);
      rush_buffer_unref (validity);
      return NULL;
    }
  for (guint i = 0; i < n; i++)
    {
      RushView *view = (RushView *)views->bytes + i;
      const RushKeyString *string = STRING (i);

      memcpy (view, string, sizeof *view);
      if (string->length <= RUSH_VIEW_INLINE_MAX)
        continue;
      memcpy (data[0]->bytes + used, string->bytes, string->length);
      view->ref.buffer = 0;
      view->ref.offset = (gint32)used;
      used += string->length;
    }
#undef STRING
  return rush_column_new_plain (self->layout->types[k], n, validity, null_count, views, data,
                                data != NULL);
}

static RushColumn *
nested_column (const Rows *self, guint k, guint n, RushAllocator *allocator, GError **error)
{
  const RushType *type = self->layout->types[k];
  g_autoptr (RushColumnBuilder) builder = rush_column_builder_new (type, allocator);

  for (guint i = 0; i < n; i++)
    {
      const guint64 *words = self->words + (gsize)i * self->stride;
      const RushKeyString *string = (const RushKeyString *)(words + self->layout->words[k]);
      const char *bytes =
          string->length > RUSH_VIEW_INLINE_MAX ? string->bytes : (const char *)string + 4;
      gboolean is_null = self->layout->has_null_word && (words[0] >> k & 1) != 0;

      if (is_null ? !rush_column_builder_append_null (builder, error)
                  : !rush_nested_key_decode (type, bytes, builder, error))
        return NULL;
    }
  return rush_column_builder_finish (builder);
}

/* FALSE: refused.  *@out_validity NULL: no key is null. */
static gboolean
key_validity (const Rows *self, guint k, guint n, RushAllocator *allocator,
              RushBuffer **out_validity, guint *out_null_count, GError **error)
{
  const guint64 *word = self->layout->has_null_word ? self->words : NULL;
  guint64 bit = G_GUINT64_CONSTANT (1) << k;
  guint nulls = 0;

  *out_validity = NULL;
  *out_null_count = 0;
  for (guint i = 0; word != NULL && i < n; i++)
    nulls += (word[(gsize)i * self->stride] & bit) != 0;
  if (nulls == 0)
    return TRUE;
  *out_validity = rush_buffer_new (allocator, (n + 7) / 8, error);
  if (*out_validity == NULL)
    return FALSE;
  memset ((*out_validity)->bytes, 0, (n + 7) / 8);
  for (guint i = 0; i < n; i++)
    if ((word[(gsize)i * self->stride] & bit) == 0)
      rush_bit_set ((*out_validity)->bytes, i);
  *out_null_count = nulls;
  return TRUE;
}

RushColumn *
rush_key_rows_decode (const RushKeyLayout *layout, guint k, const guint64 *words, guint stride,
                      guint n, RushAllocator *allocator, GError **error)
{
  const RushType *type = layout->types[k];
  gsize size = type->storage == RUSH_STORAGE_BIT ? (n + 7) / 8 : (gsize)n * type->value_bytes;
  Rows rows = { layout, words, stride };
  RushBuffer *validity, *values;
  guint null_count;

  if (type->storage == RUSH_STORAGE_VOID)
    return rush_column_new_void (n);
  if (rush_nested_key_is (type))
    return nested_column (&rows, k, n, allocator, error);
  if (!key_validity (&rows, k, n, allocator, &validity, &null_count, error))
    return NULL;
  if (type->storage == RUSH_STORAGE_VIEW)
    return string_column (&rows, k, n, validity, null_count, allocator, error);
  values = rush_buffer_new (allocator, size, error);
  if (values == NULL)
    {
      rush_buffer_unref (validity);
      return NULL;
    }
  if (type->storage == RUSH_STORAGE_BIT)
    memset (values->bytes, 0, size);
  copy_values (&rows, k, n, values->bytes);
  return rush_column_new_plain (type, n, validity, null_count, values, NULL, 0);
}
