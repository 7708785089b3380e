/* key_table.c - open addressing over small slots, entries in order of arrival.
 *
 *     hash ──low bits──▶ slots [ · │tag,3│ · │tag,0│tag,2│ · │tag,1│ · ]     u64: 32-bit tag (high
 *                                │                                           half of the hash), and
 *                                ▼                                           entry + 1; 0: free
 *     entries   [ key 16 │ hash 8 │ value 8 ] [ … ] [ … ] [ … ]              32 bytes, two a line
 *                 │
 *                 └─ over 12 bytes: blocks of key bytes, filled one after another
 *
 * Linear probing; at most half of the slots are taken.  A probe reads 8-byte slots until a tag
 * fits, then one entry; so a look-up costs two cache lines, and keys that are numbers or have up
 * to 12 bytes are compared as two words.
 *
 * In a table beyond the caches those two lines are two misses.  Keys come in blocks of 128, so the
 * misses overlap: pass 1 asks for all slots, pass 2 for all entries that they name, pass 3 looks.
 *
 * Entries never move among each other, so growing writes the slots anew from the stored hashes
 * without looking at a key.
 */
#include "core/shuffle/key_table.h"

#include <string.h>

#define MIN_SLOTS 64
#define BLOCK_BYTES_FIRST (16 * 1024)
#define BLOCK_BYTES_MAX (4 * 1024 * 1024)
/* Below that the slots are in the second-level cache, and asking ahead only costs. */
#define PREFETCH_SLOTS (32 * 1024)

struct _RushKeyTable
{
  RushAllocator *allocator; /* (owned) */
  guint64 *slots;
  gsize n_slots; /* a power of two, or 0 */
  RushKeyEntry *entries;
  gsize n_entries;
  gsize capacity; /* of entries */
  gint64 null_entry;
  GPtrArray *blocks; /* of RushBuffer (owned): bytes of long keys; the last is being filled */
  gsize block_used;
  gsize block_bytes; /* of all blocks */
};

/* ---- room ---- */

static gboolean
reserve_entries (RushKeyTable *self, gsize needed, GError **error)
{
  gsize capacity = MAX (needed, self->capacity + self->capacity / 2);

  if (needed <= self->capacity)
    return TRUE;
  RushKeyEntry *entries =
      rush_realloc (self->allocator, self->entries, self->capacity * sizeof entries[0],
                    capacity * sizeof entries[0], error);
  if (entries == NULL)
    return FALSE;
  self->entries = entries;
  self->capacity = capacity;
  return TRUE;
}

static inline guint64
make_slot (guint64 hash, gsize entry)
{
  return (hash & ~(guint64)G_MAXUINT32) | (entry + 1);
}

static void
insert_slot (guint64 *slots, gsize mask, guint64 hash, gsize entry)
{
  gsize at = hash & mask;

  while (slots[at] != 0)
    at = (at + 1) & mask;
  slots[at] = make_slot (hash, entry);
}

static gboolean
reserve_slots (RushKeyTable *self, gsize needed, GError **error)
{
  gsize n_slots = MAX (self->n_slots, MIN_SLOTS);

  while (n_slots < 2 * needed)
    n_slots *= 2;
  if (n_slots == self->n_slots)
    return TRUE;
  guint64 *slots = rush_alloc (self->allocator, n_slots * sizeof slots[0], error);
  if (slots == NULL)
    return FALSE;
  memset (slots, 0, n_slots * sizeof slots[0]);
  for (gsize e = 0; e < self->n_entries; e++)
    if ((gint64)e != self->null_entry)
      insert_slot (slots, n_slots - 1, self->entries[e].hash, e);
  rush_free (self->allocator, self->slots, self->n_slots * sizeof slots[0]);
  self->slots = slots;
  self->n_slots = n_slots;
  return TRUE;
}

static gsize
block_left (const RushKeyTable *self)
{
  if (self->blocks->len == 0)
    return 0;
  const RushBuffer *last = g_ptr_array_index (self->blocks, self->blocks->len - 1);
  return last->size - self->block_used;
}

static gboolean
reserve_bytes (RushKeyTable *self, gsize bytes, GError **error)
{
  gsize wish = CLAMP (self->block_bytes, BLOCK_BYTES_FIRST, BLOCK_BYTES_MAX); /* doubles them */

  if (bytes <= block_left (self))
    return TRUE;
  if (bytes > G_MAXINT32)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "the keys of one batch have %" G_GSIZE_FORMAT
                   " bytes; 2147483647 is the most that can be combined at once",
                   bytes);
      return FALSE;
    }
  RushBuffer *block = rush_buffer_new (self->allocator, MAX (bytes, wish), error);
  if (block == NULL)
    return FALSE;
  g_ptr_array_add (self->blocks, block);
  self->block_used = 0;
  self->block_bytes += block->size;
  return TRUE;
}

gboolean
rush_key_table_reserve (RushKeyTable *self, guint n, gsize long_bytes, GError **error)
{
  gsize needed = self->n_entries + n;

  if (needed >= G_MAXUINT32)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY,
                   "a hash table has at most 4294967294 keys");
      return FALSE;
    }
  return reserve_entries (self, needed, error) && reserve_slots (self, needed, error) &&
         reserve_bytes (self, long_bytes, error);
}

/* ---- look-up ---- */

static void
ask_ahead (const RushKeyTable *self, const RushKeyBlock *block)
{
  gsize mask = self->n_slots - 1;

  for (guint i = 0; i < block->n; i++)
    __builtin_prefetch (&self->slots[block->hashes[i] & mask]);
  for (guint i = 0; i < block->n; i++)
    {
      guint32 entry = (guint32)self->slots[block->hashes[i] & mask];
      if (entry != 0)
        __builtin_prefetch (&self->entries[entry - 1], 1);
    }
}

static inline gboolean
keys_equal (const RushKeyTable *self, const RushKey *mine, const RushKeyBlock *block,
            const RushKey *key, gboolean is_long)
{
  if (mine->words[0] != key->words[0])
    return FALSE;
  if (!is_long)
    return mine->words[1] == key->words[1];
  RushBuffer *const *data = (RushBuffer *const *)self->blocks->pdata;
  return memcmp (rush_view_bytes (&mine->view, data), rush_view_bytes (&key->view, block->data),
                 (gsize)key->view.length) == 0;
}

/* Copies the bytes of a long key; the room is there. */
static RushKey
own_key (RushKeyTable *self, const RushKeyBlock *block, const RushKey *key)
{
  RushBuffer *last = g_ptr_array_index (self->blocks, self->blocks->len - 1);
  gsize length = (gsize)key->view.length;
  RushKey own = *key;

  g_assert (length <= block_left (self));
  memcpy (last->bytes + self->block_used, rush_view_bytes (&key->view, block->data), length);
  own.view.ref.buffer = (gint32)self->blocks->len - 1;
  own.view.ref.offset = (gint32)self->block_used;
  self->block_used += length;
  return own;
}

static guint32
add_entry (RushKeyTable *self, RushKey key, guint64 hash)
{
  g_assert (self->n_entries < self->capacity);
  self->entries[self->n_entries] = (RushKeyEntry){ key, hash, { 0 } };
  return (guint32)self->n_entries++;
}

static inline guint32
find_or_add (RushKeyTable *self, const RushKeyBlock *block, guint i, gboolean is_bytes)
{
  const RushKey *key = &block->keys[i];
  guint64 hash = block->hashes[i];
  gsize mask = self->n_slots - 1, at = hash & mask;
  gboolean is_long = is_bytes && key->view.length > RUSH_VIEW_INLINE_MAX;

  for (guint64 slot; (slot = self->slots[at]) != 0; at = (at + 1) & mask)
    if ((slot ^ hash) >> 32 == 0)
      {
        guint32 entry = (guint32)slot - 1;
        if (G_LIKELY (keys_equal (self, &self->entries[entry].key, block, key, is_long)))
          return entry;
      }
  guint32 entry = add_entry (self, is_long ? own_key (self, block, key) : *key, hash);
  self->slots[at] = make_slot (hash, entry);
  return entry;
}

static guint32
find_or_add_null (RushKeyTable *self, guint64 hash)
{
  if (self->null_entry < 0)
    self->null_entry = add_entry (self, (RushKey){ .words = { 0, 0 } }, hash);
  return (guint32)self->null_entry;
}

static void
find_or_add_nullable (RushKeyTable *self, const RushKeyBlock *block, guint32 *out_entries)
{
  for (guint i = 0; i < block->n; i++)
    out_entries[i] = block->is_null[i] ? find_or_add_null (self, block->hashes[i])
                                       : find_or_add (self, block, i, block->is_bytes);
}

void
rush_key_table_find_or_add (RushKeyTable *self, const RushKeyBlock *block, guint32 *out_entries)
{
  if (self->n_slots > PREFETCH_SLOTS)
    ask_ahead (self, block);
  if (block->any_null)
    find_or_add_nullable (self, block, out_entries);
  else if (block->is_bytes)
    for (guint i = 0; i < block->n; i++)
      out_entries[i] = find_or_add (self, block, i, TRUE);
  else
    for (guint i = 0; i < block->n; i++)
      out_entries[i] = find_or_add (self, block, i, FALSE);
}

/* ---- the table ---- */

guint
rush_key_table_n_entries (const RushKeyTable *self)
{
  return (guint)self->n_entries;
}

RushKeyEntry *
rush_key_table_entries (RushKeyTable *self)
{
  return self->entries;
}

gint64
rush_key_table_null_entry (const RushKeyTable *self)
{
  return self->null_entry;
}

RushBuffer *const *
rush_key_table_data (const RushKeyTable *self)
{
  return (RushBuffer *const *)self->blocks->pdata;
}

gsize
rush_key_table_memory_bytes (const RushKeyTable *self)
{
  return self->n_slots * sizeof self->slots[0] + self->capacity * sizeof self->entries[0] +
         self->block_bytes;
}

void
rush_key_table_clear (RushKeyTable *self)
{
  rush_free (self->allocator, self->slots, self->n_slots * sizeof self->slots[0]);
  rush_free (self->allocator, self->entries, self->capacity * sizeof self->entries[0]);
  self->slots = NULL;
  self->entries = NULL;
  self->n_slots = self->n_entries = self->capacity = 0;
  self->null_entry = -1;
  g_ptr_array_set_size (self->blocks, 0);
  self->block_used = self->block_bytes = 0;
}

void
rush_key_table_free (RushKeyTable *self)
{
  if (self == NULL)
    return;
  rush_key_table_clear (self);
  g_ptr_array_unref (self->blocks);
  rush_allocator_unref (self->allocator);
  g_free (self);
}

RushKeyTable *
rush_key_table_new (RushAllocator *allocator)
{
  RushKeyTable *self = g_new0 (RushKeyTable, 1);

  self->allocator = rush_allocator_ref (allocator);
  self->null_entry = -1;
  self->blocks = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_buffer_unref);
  return self;
}
