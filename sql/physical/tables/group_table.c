/* group_table.c - open addressing over rows of words.
 *
 *     index (a power of two, at most half full)        rows, in the order of their arrival
 *     ┌──────────────────────────┐                     ┌──────┬──────────────┐
 *     │ upper hash bits │ number ├────────────────────▶│ hash │ key words …  │ 0
 *     │        empty: 0          │                     │ hash │ key words …  │ 1
 *     │ …                        │                     └──────┴──────────────┘
 *     └──────────────────────────┘                     long strings ─▶ chunks of bytes
 *
 * A chunk of rows is encoded and hashed first (key_rows.c); then the places in the index are
 * prefetched, and only then looked at: in a table that is larger than the cache all these misses
 * are under way at once.  The 32 bits of hash beside a number keep a probe from looking at rows
 * that are not its own.
 *
 * All that a batch could need is reserved before its first row is looked at: the loop itself cannot
 * fail.  Keys of a dictionary or a narrow range are numbered once and then looked up by code, see
 * key_codes.h.
 */
#include "sql/physical/tables/group_table.h"

#include "sql/physical/tables/key_codes.h"

#include <string.h>

#define FIRST_INDEX_SIZE 1024
#define CHUNK_BYTES (64 * 1024)

typedef struct _ByteChunk ByteChunk;
struct _ByteChunk
{
  ByteChunk *next;
  gsize size; /* of the whole block */
  gsize used; /* of bytes */
  char bytes[];
};

struct _RushGroupTable
{
  RushKeyLayout *layout;    /* (owned) */
  RushAllocator *allocator; /* (owned) */
  guint stride;             /* words of a row: its hash, then the key */
  guint64 *rows;
  guint n, capacity;
  guint64 *index;
  gsize index_size;  /* 0 or a power of two */
  ByteChunk *chunks; /* the last one first */
  gsize chunk_bytes;
  RushKeyCodes *codes;
};

static inline guint64 *
row_at (const RushGroupTable *self, guint group)
{
  return self->rows + (gsize)group * self->stride;
}

static inline guint64
index_entry (guint64 hash, guint group)
{
  return (hash & G_GUINT64_CONSTANT (0xffffffff00000000)) | (group + 1);
}

/* ---- room ---- */

static void
fill_index (RushGroupTable *self)
{
  gsize mask = self->index_size - 1;

  memset (self->index, 0, self->index_size * sizeof *self->index);
  for (guint g = 0; g < self->n; g++)
    {
      guint64 hash = *row_at (self, g);
      gsize at = hash & mask;

      while (self->index[at] != 0)
        at = (at + 1) & mask;
      self->index[at] = index_entry (hash, g);
    }
}

static gboolean
reserve_index (RushGroupTable *self, gsize n_groups, GError **error)
{
  gsize size = MAX (self->index_size, FIRST_INDEX_SIZE);
  guint64 *index;

  while (size < 2 * n_groups)
    size *= 2;
  if (size == self->index_size)
    return TRUE;
  index = rush_alloc (self->allocator, size * sizeof *index, error);
  if (index == NULL)
    return FALSE;
  rush_free (self->allocator, self->index, self->index_size * sizeof *index);
  self->index = index;
  self->index_size = size;
  fill_index (self);
  return TRUE;
}

static gboolean
reserve_rows (RushGroupTable *self, gsize n_groups, GError **error)
{
  gsize row_bytes = self->stride * sizeof (guint64);
  gsize capacity = MAX (n_groups, (gsize)self->capacity * 2);
  guint64 *rows;

  if (n_groups <= self->capacity)
    return TRUE;
  if (n_groups >= G_MAXUINT32 - 1)
    {
      g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY,
                           "more than 4 billion different keys in one table");
      return FALSE;
    }
  capacity = MIN (capacity, G_MAXUINT32 - 1);
  rows = rush_realloc (self->allocator, self->rows, self->capacity * row_bytes,
                       capacity * row_bytes, error);
  if (rows == NULL)
    return FALSE;
  self->rows = rows;
  self->capacity = (guint)capacity;
  return TRUE;
}

static gboolean
reserve_bytes (RushGroupTable *self, gsize n, GError **error)
{
  gsize size =
      sizeof (ByteChunk) + MAX (n, MIN (self->chunk_bytes, 16 * CHUNK_BYTES) + CHUNK_BYTES);
  ByteChunk *chunk;

  if (n == 0 ||
      (self->chunks != NULL && self->chunks->size - sizeof *chunk - self->chunks->used >= n))
    return TRUE;
  chunk = rush_alloc (self->allocator, size, error);
  if (chunk == NULL)
    return FALSE;
  *chunk = (ByteChunk){ .next = self->chunks, .size = size };
  self->chunks = chunk;
  self->chunk_bytes += size;
  return TRUE;
}

/* Bytes of all long strings of a chunk of rows. */
static gsize
long_bytes (const RushKeyLayout *layout, const guint64 *words, guint n)
{
  gsize bytes = 0;

  for (guint k = 0; k < layout->n_keys; k++)
    if (layout->types[k]->storage == RUSH_STORAGE_VIEW)
      for (guint i = 0; i < n; i++)
        {
          const RushKeyString *string =
              (const RushKeyString *)(words + (gsize)i * layout->n_words + layout->words[k]);
          if (string->length > RUSH_VIEW_INLINE_MAX)
            bytes += string->length;
        }
  return bytes;
}

/* ---- adding ---- */

/* The long strings of a row that stays move to the table's own bytes, which have been reserved. */
static void
own_strings (RushGroupTable *self, guint64 *words)
{
  for (guint k = 0; k < self->layout->n_keys; k++)
    {
      RushKeyString *string = (RushKeyString *)(words + self->layout->words[k]);

      if (self->layout->types[k]->storage != RUSH_STORAGE_VIEW ||
          string->length <= RUSH_VIEW_INLINE_MAX)
        continue;
      char *copy = self->chunks->bytes + self->chunks->used;
      self->chunks->used += string->length;
      string->bytes = memcpy (copy, string->bytes, string->length);
    }
}

static guint
add_row (RushGroupTable *self, guint64 hash, const guint64 *words)
{
  guint64 *row = row_at (self, self->n);

  g_assert (self->n < self->capacity);
  row[0] = hash;
  memcpy (row + 1, words, self->layout->n_words * sizeof *words);
  if (self->layout->has_strings)
    own_strings (self, row + 1);
  return self->n++;
}

/* The entry of the row's group, or the empty one where it belongs. */
static inline gsize
probe (const RushGroupTable *self, guint64 hash, const guint64 *words)
{
  gsize mask = self->index_size - 1, at = hash & mask;
  guint32 tag = (guint32)(hash >> 32);

  for (; self->index[at] != 0; at = (at + 1) & mask)
    {
      guint64 entry = self->index[at];
      if ((guint32)(entry >> 32) == tag &&
          rush_key_rows_equal (self->layout, row_at (self, (guint32)entry - 1) + 1, words))
        break;
    }
  return at;
}

/* What a chunk of rows is looked up with. */
typedef struct
{
  guint64 hashes[RUSH_KEY_ROWS_CHUNK];
  guint8 nulls[RUSH_KEY_ROWS_CHUNK];
  guint64 *words; /* [RUSH_KEY_ROWS_CHUNK × n_words] */
} Chunk;

static void
chunk_init (Chunk *self, const RushKeyLayout *layout)
{
  self->words = g_new (guint64, (gsize)RUSH_KEY_ROWS_CHUNK * layout->n_words);
}

static void
chunk_clear (Chunk *self)
{
  g_free (self->words);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Chunk, chunk_clear)

static void
load_chunk (const RushGroupTable *self, Chunk *chunk, RushColumn *const *keys, const RushRows *rows,
            guint first, guint n)
{
  rush_key_rows_encode (self->layout, keys, rows, first, n, chunk->words, chunk->nulls);
  rush_key_rows_hash (self->layout, chunk->words, n, chunk->hashes);
  if (self->index_size > 0)
    for (guint i = 0; i < n; i++)
      __builtin_prefetch (&self->index[chunk->hashes[i] & (self->index_size - 1)]);
}

/* The rows that the entries point to are fetched while other entries are looked at. */
static void
prefetch_rows (const RushGroupTable *self, const Chunk *chunk, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      guint64 entry = self->index[chunk->hashes[i] & (self->index_size - 1)];
      if (entry != 0)
        __builtin_prefetch (row_at (self, (guint32)entry - 1));
    }
}

/* Tables that are stored in the order of a key bring it many times in a row: the @i-th row has the
 * key, and so the group, of the one before it. */
static inline gboolean
repeats (const RushGroupTable *self, const Chunk *chunk, guint i, const guint32 *groups)
{
  guint n_words = self->layout->n_words;
  const guint64 *words = chunk->words + (gsize)i * n_words;

  return i > 0 && chunk->hashes[i] == chunk->hashes[i - 1] && groups[i - 1] != RUSH_NO_GROUP &&
         rush_key_rows_equal (self->layout, words - n_words, words);
}

static gboolean
number_chunk (RushGroupTable *self, Chunk *chunk, guint n, guint32 *out_groups, GError **error)
{
  guint n_words = self->layout->n_words;

  if (self->layout->has_strings &&
      !reserve_bytes (self, long_bytes (self->layout, chunk->words, n), error))
    return FALSE;
  prefetch_rows (self, chunk, n);
  for (guint i = 0; i < n; i++)
    {
      const guint64 *words = chunk->words + (gsize)i * n_words;
      gsize at;

      if (chunk->nulls[i] && !self->layout->has_null_word)
        {
          out_groups[i] = RUSH_NO_GROUP;
          continue;
        }
      if (repeats (self, chunk, i, out_groups))
        {
          out_groups[i] = out_groups[i - 1];
          continue;
        }
      at = probe (self, chunk->hashes[i], words);
      if (self->index[at] == 0)
        self->index[at] = index_entry (chunk->hashes[i], add_row (self, chunk->hashes[i], words));
      out_groups[i] = (guint32)self->index[at] - 1;
    }
  return TRUE;
}

static gboolean
number_rows (RushGroupTable *self, RushColumn *const *keys, const RushRows *rows,
             guint32 *out_groups, GError **error)
{
  g_auto (Chunk) chunk;

  chunk_init (&chunk, self->layout);
  if (!reserve_rows (self, (gsize)self->n + rows->n, error) ||
      !reserve_index (self, (gsize)self->n + rows->n, error))
    return FALSE;
  for (guint first = 0; first < rows->n; first += RUSH_KEY_ROWS_CHUNK)
    {
      guint n = MIN (rows->n - first, RUSH_KEY_ROWS_CHUNK);

      load_chunk (self, &chunk, keys, rows, first, n);
      if (!number_chunk (self, &chunk, n, out_groups + first, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
rush_group_table_find_or_add (RushGroupTable *self, RushColumn *const *keys, const RushRows *rows,
                              guint32 *out_groups, GError **error)
{
  guint16 missing[RUSH_BATCH_MAX_ROWS];
  guint32 groups[RUSH_BATCH_MAX_ROWS];
  RushRows some = { missing, 0, rows->length };

  if (rows->n > RUSH_BATCH_MAX_ROWS || !self->layout->has_null_word ||
      !rush_key_codes_look_up (self->codes, keys, rows, self->n, out_groups, missing, &some.n))
    return number_rows (self, keys, rows, out_groups, error);
  if (some.n > 0 && !number_rows (self, keys, &some, groups, error))
    {
      rush_key_codes_forget (self->codes);
      return FALSE;
    }
  rush_key_codes_learn (self->codes, groups, rows->n, out_groups);
  return TRUE;
}

void
rush_group_table_find (const RushGroupTable *self, RushColumn *const *keys, const RushRows *rows,
                       guint32 *out_groups)
{
  g_auto (Chunk) chunk;
  guint n_words = self->layout->n_words;

  chunk_init (&chunk, self->layout);
  for (guint first = 0; first < rows->n; first += RUSH_KEY_ROWS_CHUNK)
    {
      guint n = MIN (rows->n - first, RUSH_KEY_ROWS_CHUNK);

      if (self->n == 0)
        {
          memset (out_groups + first, 0xff, n * sizeof *out_groups);
          continue;
        }
      load_chunk (self, &chunk, keys, rows, first, n);
      prefetch_rows (self, &chunk, n);
      for (guint i = 0; i < n; i++)
        {
          guint32 *groups = out_groups + first;

          if (chunk.nulls[i] && !self->layout->has_null_word)
            groups[i] = RUSH_NO_GROUP;
          else if (repeats (self, &chunk, i, groups))
            groups[i] = groups[i - 1];
          else
            groups[i] =
                (guint32)
                    self->index[probe (self, chunk.hashes[i], chunk.words + (gsize)i * n_words)] -
                1;
        }
    }
}

/* ---- keys back ---- */

/* Words to values of the storage's width; slots of nulls are zeros. */
static void
copy_values (const RushGroupTable *self, guint k, guint first, guint n, guint8 *out)
{
  const RushType *type = self->layout->types[k];
  const guint64 *word = row_at (self, first) + 1 + self->layout->words[k];

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
string_column (const RushGroupTable *self, guint k, guint first, guint n, RushBuffer *validity,
               guint null_count, RushAllocator *allocator, GError **error)
{
  const RushKeyString *strings =
      (const RushKeyString *)(row_at (self, first) + 1 + self->layout->words[k]);
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

/* FALSE: refused.  *@out_validity NULL: no key is null. */
static gboolean
key_validity (const RushGroupTable *self, guint k, guint first, guint n, RushAllocator *allocator,
              RushBuffer **out_validity, guint *out_null_count, GError **error)
{
  const guint64 *word = self->layout->has_null_word ? row_at (self, first) + 1 : NULL;
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
rush_group_table_key_column (const RushGroupTable *self, guint k, guint first, guint n,
                             RushAllocator *allocator, GError **error)
{
  const RushType *type = self->layout->types[k];
  gsize size = type->storage == RUSH_STORAGE_BIT ? (n + 7) / 8 : (gsize)n * type->value_bytes;
  RushBuffer *validity, *values;
  guint null_count;

  g_assert (first <= self->n && n <= self->n - first);
  if (type->storage == RUSH_STORAGE_VOID)
    return rush_column_new_void (n);
  if (!key_validity (self, k, first, n, allocator, &validity, &null_count, error))
    return NULL;
  if (type->storage == RUSH_STORAGE_VIEW)
    return string_column (self, k, first, n, validity, null_count, allocator, error);
  values = rush_buffer_new (allocator, size, error);
  if (values == NULL)
    {
      rush_buffer_unref (validity);
      return NULL;
    }
  if (type->storage == RUSH_STORAGE_BIT)
    memset (values->bytes, 0, size);
  copy_values (self, k, first, n, values->bytes);
  return rush_column_new_plain (type, n, validity, null_count, values, NULL, 0);
}

guint64
rush_group_table_hash (const RushGroupTable *self, guint group)
{
  return *row_at (self, group);
}

/* ---- the table ---- */

guint
rush_group_table_n_groups (const RushGroupTable *self)
{
  return self->n;
}

gsize
rush_group_table_memory_bytes (const RushGroupTable *self)
{
  return (gsize)self->capacity * self->stride * sizeof (guint64) +
         self->index_size * sizeof (guint64) + self->chunk_bytes;
}

void
rush_group_table_clear (RushGroupTable *self)
{
  rush_free (self->allocator, self->rows, (gsize)self->capacity * self->stride * sizeof (guint64));
  rush_free (self->allocator, self->index, self->index_size * sizeof (guint64));
  self->rows = NULL;
  self->index = NULL;
  self->n = self->capacity = 0;
  self->index_size = 0;
  while (self->chunks != NULL)
    {
      ByteChunk *next = self->chunks->next;
      rush_free (self->allocator, self->chunks, self->chunks->size);
      self->chunks = next;
    }
  self->chunk_bytes = 0;
  rush_key_codes_forget (self->codes);
}

void
rush_group_table_free (RushGroupTable *self)
{
  if (self == NULL)
    return;
  rush_group_table_clear (self);
  rush_key_codes_free (self->codes);
  rush_key_layout_unref (self->layout);
  rush_allocator_unref (self->allocator);
  g_free (self);
}

RushGroupTable *
rush_group_table_new (RushKeyLayout *layout, RushAllocator *allocator)
{
  RushGroupTable *self = g_new0 (RushGroupTable, 1);

  self->layout = rush_key_layout_ref (layout);
  self->allocator = rush_allocator_ref (allocator);
  self->stride = 1 + layout->n_words;
  self->codes = rush_key_codes_new (layout->n_keys, allocator);
  return self;
}
