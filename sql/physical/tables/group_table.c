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
#include "sql/physical/tables/nested_keys.h"

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
  const RushCombineTable *finder; /* in place of the index; or NULL */
  gpointer found;                 /* (owned) the finder's table */
  gboolean asked_wrong;           /* the finder knows groups that there are not, or adds too many */
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
    if (rush_key_layout_is_string (layout, k))
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

      if (!rush_key_layout_is_string (self->layout, k) || string->length <= RUSH_VIEW_INLINE_MAX)
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

/* ---- another file's table ---- */

struct _RushCombineKeys
{
  RushGroupTable *table;
  const Chunk *chunk;
  guint n;
};

static gboolean
is_group (const RushCombineKeys *self, guint32 group)
{
  self->table->asked_wrong |= group >= self->table->n;
  return group < self->table->n;
}

static const guint64 *
key_words (const RushCombineKeys *self, guint row)
{
  g_assert (row < self->n);
  return self->chunk->words + (gsize)row * self->table->layout->n_words;
}

guint
rush_combine_keys_n (const RushCombineKeys *self)
{
  return self->n;
}

guint64
rush_combine_keys_hash (const RushCombineKeys *self, guint row)
{
  g_return_val_if_fail (row < self->n, 0);
  return self->chunk->hashes[row];
}

gboolean
rush_combine_keys_equal (const RushCombineKeys *self, guint row, guint32 group)
{
  g_return_val_if_fail (row < self->n, FALSE);
  return is_group (self, group) &&
         rush_key_rows_equal (self->table->layout, row_at (self->table, group) + 1,
                              key_words (self, row));
}

guint32
rush_combine_keys_n_groups (const RushCombineKeys *self)
{
  return self->table->n;
}

guint64
rush_combine_keys_group_hash (const RushCombineKeys *self, guint32 group)
{
  return is_group (self, group) ? *row_at (self->table, group) : 0;
}

/* Room is reserved for a group a row; a row that is added once more may have none. */
static gboolean
has_room (const RushGroupTable *self, const guint64 *words)
{
  gsize bytes = self->layout->has_strings ? long_bytes (self->layout, words, 1) : 0;

  return self->n < self->capacity &&
         (bytes == 0 || self->chunks->size - sizeof (ByteChunk) - self->chunks->used >= bytes);
}

guint32
rush_combine_keys_add (RushCombineKeys *self, guint row)
{
  g_return_val_if_fail (row < self->n, 0);
  if (has_room (self->table, key_words (self, row)))
    return add_row (self->table, self->chunk->hashes[row], key_words (self, row));
  self->table->asked_wrong = TRUE;
  return 0;
}

static gboolean
find_by_other (RushGroupTable *self, const Chunk *chunk, guint n, guint32 *out_groups,
               GError **error)
{
  RushCombineKeys keys = { self, chunk, n };

  self->finder->find (self->found, &keys, out_groups);
  for (guint i = 0; i < n; i++)
    self->asked_wrong |= out_groups[i] >= self->n;
  if (self->asked_wrong)
    g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                 "The partial-aggregate table \"%s\" speaks of groups that there are not (there "
                 "are %u), or adds a row more than once.",
                 self->finder->name, self->n);
  return !self->asked_wrong;
}

static gboolean
number_chunk (RushGroupTable *self, Chunk *chunk, guint n, guint32 *out_groups, GError **error)
{
  guint n_words = self->layout->n_words;

  if (self->layout->has_strings &&
      !reserve_bytes (self, long_bytes (self->layout, chunk->words, n), error))
    return FALSE;
  if (self->finder != NULL)
    return find_by_other (self, chunk, n, out_groups, error);
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
      (self->finder == NULL && !reserve_index (self, (gsize)self->n + rows->n, error)))
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

static gboolean
find_or_add (RushGroupTable *self, RushColumn *const *keys, const RushRows *rows,
             guint32 *out_groups, GError **error)
{
  guint16 missing[RUSH_BATCH_MAX_ROWS];
  guint32 groups[RUSH_BATCH_MAX_ROWS];
  RushRows some = { missing, 0, rows->length };

  if (rows->n > RUSH_BATCH_MAX_ROWS || !self->layout->has_null_word || self->finder != NULL ||
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

static void
find (const RushGroupTable *self, RushColumn *const *keys, const RushRows *rows,
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

/* ---- structs and arrays ---- */

static void
unref_keys (RushColumn **keys, guint n)
{
  for (guint k = 0; k < n; k++)
    if (keys[k] != NULL)
      rush_column_unref (keys[k]);
  g_free (keys);
}

/* @keys with those that are nested as bytes; NULL: refused. */
static RushColumn **
encode_nested (const RushGroupTable *self, RushColumn *const *keys, const RushRows *rows,
               GError **error)
{
  const RushKeyLayout *layout = self->layout;
  RushColumn **encoded = g_new0 (RushColumn *, layout->n_keys);

  for (guint k = 0; k < layout->n_keys; k++)
    {
      encoded[k] = rush_nested_key_is (layout->types[k])
                       ? rush_nested_key_encode (keys[k], rows, self->allocator, error)
                       : rush_column_ref (keys[k]);
      if (encoded[k] == NULL)
        {
          unref_keys (encoded, layout->n_keys);
          return NULL;
        }
    }
  return encoded;
}

gboolean
rush_group_table_find_or_add (RushGroupTable *self, RushColumn *const *keys, const RushRows *rows,
                              guint32 *out_groups, GError **error)
{
  RushColumn **encoded;
  gboolean found;

  if (!self->layout->has_nested)
    return find_or_add (self, keys, rows, out_groups, error);
  encoded = encode_nested (self, keys, rows, error);
  if (encoded == NULL)
    return FALSE;
  found = find_or_add (self, encoded, rows, out_groups, error);
  unref_keys (encoded, self->layout->n_keys);
  return found;
}

gboolean
rush_group_table_find (const RushGroupTable *self, RushColumn *const *keys, const RushRows *rows,
                       guint32 *out_groups, GError **error)
{
  RushColumn **encoded;

  if (!self->layout->has_nested)
    {
      find (self, keys, rows, out_groups);
      return TRUE;
    }
  encoded = encode_nested (self, keys, rows, error);
  if (encoded == NULL)
    return FALSE;
  find (self, encoded, rows, out_groups);
  unref_keys (encoded, self->layout->n_keys);
  return TRUE;
}

RushColumn *
rush_group_table_key_column (const RushGroupTable *self, guint k, guint first, guint n,
                             RushAllocator *allocator, GError **error)
{
  g_assert (first <= self->n && n <= self->n - first);
  return rush_key_rows_decode (self->layout, k, row_at (self, first) + 1, self->stride, n,
                               allocator, error);
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
  if (self->finder != NULL)
    self->finder->clear (self->found);
}

void
rush_group_table_free (RushGroupTable *self)
{
  if (self == NULL)
    return;
  rush_group_table_clear (self);
  if (self->finder != NULL)
    self->finder->destroy (self->found);
  rush_key_codes_free (self->codes);
  rush_key_layout_unref (self->layout);
  rush_allocator_unref (self->allocator);
  g_free (self);
}

RushGroupTable *
rush_group_table_new_with (const RushCombineTable *finder, RushKeyLayout *layout,
                           RushAllocator *allocator)
{
  RushGroupTable *self = g_new0 (RushGroupTable, 1);

  g_assert (finder == NULL || layout->has_null_word); /* it gives every row a group */
  self->layout = rush_key_layout_ref (layout);
  self->allocator = rush_allocator_ref (allocator);
  self->stride = 1 + layout->n_words;
  self->codes = rush_key_codes_new (layout->n_keys, allocator);
  self->finder = finder;
  self->found = finder != NULL ? finder->create () : NULL;
  return self;
}

RushGroupTable *
rush_group_table_new (RushKeyLayout *layout, RushAllocator *allocator)
{
  return rush_group_table_new_with (NULL, layout, allocator);
}
