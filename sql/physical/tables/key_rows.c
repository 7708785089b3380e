/* key_rows.c - a column at a time, each value to its place in the row: see key_rows.h for the form.
 *
 * A loop for each storage, with the layout of the column settled outside of it
 * (key_rows_template.h).  Nulls are mended afterwards, in a pass of their own that most columns do
 * not need.
 */
#include "sql/physical/tables/key_rows.h"

#include "core/data/hash.h"
#include "sql/physical/tables/nested_keys.h"

#include <math.h>
#include <string.h>

/* Where the values of a column are, whatever its layout. */
typedef struct
{
  RushLayout layout;
  const void *values;
  gsize start;           /* added to a position in values */
  const gint32 *indices; /* DICTIONARY: of row 0 */
  RushBuffer *const *data;
} Source;

static Source
source_of (const RushColumn *column)
{
  const RushColumn *holder = column->layout == RUSH_LAYOUT_DICTIONARY ? column->dictionary : column;
  Source self = { .layout = column->layout,
                  .values = holder->values->bytes,
                  .start = holder->offset,
                  .data = holder->data };

  if (column->layout == RUSH_LAYOUT_DICTIONARY)
    self.indices = (const gint32 *)column->values->bytes + column->offset;
  return self;
}

/* ---- values to words ---- */

static inline guint64
double_word (double value)
{
  guint64 word;

  if (isnan (value))
    value = NAN;
  else if (value == 0)
    value = 0; /* −0.0 */
  memcpy (&word, &value, sizeof word);
  return word;
}

static inline void
put_string (guint64 *out, const RushView *view, RushBuffer *const *data)
{
  RushKeyString string;

  memcpy (&string, view, sizeof string); /* the inline form is the same */
  if (view->length > RUSH_VIEW_INLINE_MAX)
    string.bytes = (const char *)data[view->ref.buffer]->bytes + view->ref.offset;
  memcpy (out, &string, sizeof string);
}

#define RUSH_FN put_bits
#define RUSH_PUT(out, in, at) (*(out) = rush_bit_get ((in)->values, at))
#include "sql/physical/tables/key_rows_template.h"
#define RUSH_FN put_i8
#define RUSH_PUT(out, in, at) (*(out) = (guint64)((const gint8 *)(in)->values)[at])
#include "sql/physical/tables/key_rows_template.h"
#define RUSH_FN put_i16
#define RUSH_PUT(out, in, at) (*(out) = (guint64)((const gint16 *)(in)->values)[at])
#include "sql/physical/tables/key_rows_template.h"
#define RUSH_FN put_i32
#define RUSH_PUT(out, in, at) (*(out) = (guint64)((const gint32 *)(in)->values)[at])
#include "sql/physical/tables/key_rows_template.h"
#define RUSH_FN put_i64
#define RUSH_PUT(out, in, at) (*(out) = ((const guint64 *)(in)->values)[at])
#include "sql/physical/tables/key_rows_template.h"
#define RUSH_FN put_f32
#define RUSH_PUT(out, in, at) (*(out) = double_word (((const float *)(in)->values)[at]))
#include "sql/physical/tables/key_rows_template.h"
#define RUSH_FN put_f64
#define RUSH_PUT(out, in, at) (*(out) = double_word (((const double *)(in)->values)[at]))
#include "sql/physical/tables/key_rows_template.h"
#define RUSH_FN put_16_bytes
#define RUSH_PUT(out, in, at) memcpy (out, (const guint8 *)(in)->values + (at) * 16, 16)
#include "sql/physical/tables/key_rows_template.h"
#define RUSH_FN put_views
#define RUSH_PUT(out, in, at) put_string (out, (const RushView *)(in)->values + (at), (in)->data)
#include "sql/physical/tables/key_rows_template.h"

static void
put_values (const RushColumn *key, const RushRows *rows, guint first, guint n, guint64 *out,
            guint stride)
{
  Source in = source_of (key);

  switch (key->type->storage)
    {
    case RUSH_STORAGE_BIT:
      put_bits (&in, rows, first, n, out, stride);
      break;
    case RUSH_STORAGE_I8:
      put_i8 (&in, rows, first, n, out, stride);
      break;
    case RUSH_STORAGE_I16:
      put_i16 (&in, rows, first, n, out, stride);
      break;
    case RUSH_STORAGE_I32:
      put_i32 (&in, rows, first, n, out, stride);
      break;
    case RUSH_STORAGE_I64:
      put_i64 (&in, rows, first, n, out, stride);
      break;
    case RUSH_STORAGE_F32:
      put_f32 (&in, rows, first, n, out, stride);
      break;
    case RUSH_STORAGE_F64:
      put_f64 (&in, rows, first, n, out, stride);
      break;
    case RUSH_STORAGE_I128:
    case RUSH_STORAGE_INTERVAL:
      put_16_bytes (&in, rows, first, n, out, stride);
      break;
    case RUSH_STORAGE_VIEW:
      put_views (&in, rows, first, n, out, stride);
      break;
    case RUSH_STORAGE_VOID:
      break; /* null in every row */
    case RUSH_STORAGE_LIST:
    case RUSH_STORAGE_STRUCT:
      g_assert_not_reached (); /* the group table has made binary of them */
    }
}

static guint
words_of (const RushType *type)
{
  return type->storage == RUSH_STORAGE_VIEW || type->storage == RUSH_STORAGE_I128 ||
                 type->storage == RUSH_STORAGE_INTERVAL || rush_nested_key_is (type)
             ? 2
             : 1;
}

/* ---- rows ---- */

static void
mend_nulls (const RushKeyLayout *layout, guint k, const RushColumn *key, const RushRows *rows,
            guint first, guint n, guint64 *words, guint8 *out_null)
{
  guint n_words = words_of (layout->types[k]);

  if (key->null_count == 0 && key->validity == NULL)
    return;
  for (guint i = 0; i < n; i++, words += layout->n_words)
    if (!rush_column_is_valid (key, rush_eval_row (rows, first + i)))
      {
        memset (words + layout->words[k], 0, n_words * sizeof *words);
        if (layout->has_null_word)
          words[0] |= G_GUINT64_CONSTANT (1) << (k % 64);
        if (out_null != NULL)
          out_null[i] = TRUE;
      }
}

void
rush_key_rows_encode (const RushKeyLayout *layout, RushColumn *const *keys, const RushRows *rows,
                      guint first, guint n, guint64 *out_words, guint8 *out_null)
{
  g_assert (n <= RUSH_KEY_ROWS_CHUNK);
  g_assert (layout->has_null_word || out_null != NULL);

  if (layout->has_null_word)
    for (guint i = 0; i < n; i++)
      out_words[(gsize)i * layout->n_words] = 0;
  if (out_null != NULL)
    memset (out_null, 0, n);
  for (guint k = 0; k < layout->n_keys; k++)
    {
      put_values (keys[k], rows, first, n, out_words + layout->words[k], layout->n_words);
      mend_nulls (layout, k, keys[k], rows, first, n, out_words, out_null);
    }
}

/* ---- hashing and comparing ---- */

static inline guint64
mix (guint64 hash, guint64 word)
{
  hash = (hash ^ word) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  return hash ^ hash >> 32;
}

static void
hash_words (const RushKeyLayout *layout, const guint64 *words, guint n, guint64 *out_hashes)
{
  guint n_words = layout->n_words;

  if (n_words == 1)
    {
      for (guint i = 0; i < n; i++)
        out_hashes[i] = mix (mix (0, words[i]), 0);
      return;
    }
  for (guint i = 0; i < n; i++, words += n_words)
    {
      guint64 hash = 0;
      for (guint w = 0; w < n_words; w++)
        hash = mix (hash, words[w]);
      out_hashes[i] = mix (hash, 0);
    }
}

static inline gboolean
is_string (const RushKeyLayout *layout, guint k)
{
  return layout->types[k]->storage == RUSH_STORAGE_VIEW || rush_nested_key_is (layout->types[k]);
}

/* Pointers say nothing about bytes: long strings are hashed themselves. */
static void
hash_with_strings (const RushKeyLayout *layout, const guint64 *words, guint n, guint64 *out_hashes)
{
  for (guint i = 0; i < n; i++, words += layout->n_words)
    {
      guint64 hash = layout->has_null_word ? mix (0, words[0]) : 0;

      for (guint k = 0; k < layout->n_keys; k++)
        {
          const guint64 *at = words + layout->words[k];
          const RushKeyString *string = (const RushKeyString *)at;

          hash = mix (hash, at[0]);
          if (is_string (layout, k) && string->length > RUSH_VIEW_INLINE_MAX)
            hash = mix (hash, rush_hash64_bytes (string->bytes, string->length));
          else if (words_of (layout->types[k]) == 2)
            hash = mix (hash, at[1]);
        }
      out_hashes[i] = mix (hash, 0);
    }
}

void
rush_key_rows_hash (const RushKeyLayout *layout, const guint64 *words, guint n, guint64 *out_hashes)
{
  if (layout->has_strings)
    hash_with_strings (layout, words, n, out_hashes);
  else
    hash_words (layout, words, n, out_hashes);
}

gboolean
rush_key_rows_equal_strings (const RushKeyLayout *layout, const guint64 *a, const guint64 *b)
{
  if (layout->has_null_word && a[0] != b[0])
    return FALSE;
  for (guint k = 0; k < layout->n_keys; k++)
    {
      const guint64 *x = a + layout->words[k], *y = b + layout->words[k];
      const RushKeyString *string = (const RushKeyString *)x;

      if (x[0] != y[0])
        return FALSE;
      if (is_string (layout, k) && string->length > RUSH_VIEW_INLINE_MAX)
        {
          if (memcmp (string->bytes, ((const RushKeyString *)y)->bytes, string->length) != 0)
            return FALSE;
        }
      else if (words_of (layout->types[k]) == 2 && x[1] != y[1])
        return FALSE;
    }
  return TRUE;
}

/* ---- layouts ---- */

RushKeyLayout *
rush_key_layout_new (guint n_keys, const RushType *const *types, gboolean keys_may_be_null,
                     GError **error)
{
  RushKeyLayout *self;

  for (guint k = 0; k < n_keys; k++)
    if (rush_nested_key_has_map (types[k]))
      {
        g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
                     "values of the type %s cannot be grouped by or joined on yet", types[k]->name);
        return NULL;
      }
  if (n_keys > 64)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
                   "%u expressions to group by or to join on are more than 64", n_keys);
      return NULL;
    }
  self = g_new0 (RushKeyLayout, 1);
  rush_ref_count_init (&self->refs);
  self->n_keys = n_keys;
  self->types = g_memdup2 (types, n_keys * sizeof types[0]);
  self->words = g_new (guint, MAX (n_keys, 1));
  self->has_null_word = keys_may_be_null;
  self->n_words = keys_may_be_null ? 1 : 0;
  for (guint k = 0; k < n_keys; k++)
    {
      self->words[k] = self->n_words;
      self->n_words += words_of (types[k]);
      self->has_strings |= is_string (self, k);
      self->has_nested |= rush_nested_key_is (types[k]);
    }
  self->n_words = MAX (self->n_words, 1);
  return self;
}

gboolean
rush_key_layout_is_string (const RushKeyLayout *self, guint k)
{
  return is_string (self, k);
}

RushKeyLayout *
rush_key_layout_ref (RushKeyLayout *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_key_layout_unref (RushKeyLayout *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  g_free (self->types);
  g_free (self->words);
  g_free (self);
}
