/* key_filter.c - see key_filter.h.
 *
 * Keys that fill their range well are a bitmap from the least to the greatest: one subtraction, one
 * load.  Others are a blocked Bloom filter: a hash picks one word of 64 bits and two bits in it, so
 * that a row costs one load, too; with 16 bits a key about one row in fifty passes by mistake.
 */
#include "sql/physical/tables/key_filter.h"

#include <pthread.h>
#include <string.h>

#define DENSE_BITS_A_KEY 256 /* at most: a bitmap may be so much larger than its keys */
#define DENSE_BITS_FREE (1u << 18)
#define BLOOM_BITS_A_KEY 16

struct _RushKeyFilter
{
  RushRefCount refs;
  RushAllocator *allocator; /* (owned) */
  pthread_mutex_t lock;
  /* while it collects, under the lock */
  gint64 *keys;
  gsize n, capacity;
  gboolean overflown;
  /* sealed */
  atomic_int sealed;
  gboolean is_void;
  gboolean dense;
  gint64 low;
  guint64 n_bits;
  guint64 *words;
};

gboolean
rush_key_filter_accepts (const RushType *type)
{
  return (type->storage == RUSH_STORAGE_I8 || type->storage == RUSH_STORAGE_I16 ||
          type->storage == RUSH_STORAGE_I32 || type->storage == RUSH_STORAGE_I64);
}

/* ---- collecting ---- */

static gboolean
reserve (RushKeyFilter *self, gsize n)
{
  gsize capacity = MAX (MAX (n, self->capacity * 2), 1024);
  gint64 *keys;

  if (n <= self->capacity)
    return TRUE;
  keys = n <= RUSH_KEY_FILTER_MAX_KEYS
             ? rush_realloc (self->allocator, self->keys, self->capacity * sizeof *self->keys,
                             capacity * sizeof *keys, NULL)
             : NULL;
  if (keys == NULL)
    return FALSE;
  self->keys = keys;
  self->capacity = capacity;
  return TRUE;
}

static void
drop_keys (RushKeyFilter *self)
{
  rush_free (self->allocator, self->keys, self->capacity * sizeof *self->keys);
  self->keys = NULL;
  self->n = self->capacity = 0;
}

void
rush_key_filter_add (RushKeyFilter *self, const gint64 *keys, gsize n)
{
  pthread_mutex_lock (&self->lock);
  if (atomic_load (&self->sealed) || self->overflown || n == 0)
    ;
  else if (reserve (self, self->n + n))
    {
      memcpy (self->keys + self->n, keys, n * sizeof *keys);
      self->n += n;
    }
  else
    {
      self->overflown = TRUE;
      drop_keys (self);
    }
  pthread_mutex_unlock (&self->lock);
}

/* ---- sealing ---- */

static inline guint64
hash_of (gint64 key)
{
  guint64 hash = (guint64)key * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  return hash ^ hash >> 32;
}

static inline guint64
bits_of (guint64 hash)
{
  return G_GUINT64_CONSTANT (1) << (hash & 63) | G_GUINT64_CONSTANT (1) << (hash >> 6 & 63);
}

static inline guint64
word_of (guint64 hash, guint64 n_bits)
{
  return hash >> 12 & (n_bits / 64 - 1);
}

/* How many bits, and what they mean. */
static void
choose_form (RushKeyFilter *self)
{
  gint64 low = G_MAXINT64, high = G_MININT64;
  guint64 range;

  for (gsize i = 0; i < self->n; i++)
    {
      low = MIN (low, self->keys[i]);
      high = MAX (high, self->keys[i]);
    }
  range = self->n > 0 ? (guint64)high - (guint64)low : 0;
  self->low = low;
  self->dense = range < MAX (DENSE_BITS_FREE, self->n * DENSE_BITS_A_KEY);
  self->n_bits = 4096;
  if (self->dense)
    self->n_bits = (range / 64 + 1) * 64;
  while (!self->dense && self->n_bits < self->n * BLOOM_BITS_A_KEY)
    self->n_bits *= 2;
}

static gboolean
make_bits (RushKeyFilter *self)
{
  choose_form (self);
  self->words = rush_alloc (self->allocator, self->n_bits / 8, NULL);
  if (self->words == NULL)
    return FALSE;
  memset (self->words, 0, self->n_bits / 8);
  for (gsize i = 0; i < self->n; i++)
    {
      guint64 at = (guint64)self->keys[i] - (guint64)self->low, hash = hash_of (self->keys[i]);

      if (self->dense)
        self->words[at >> 6] |= G_GUINT64_CONSTANT (1) << (at & 63);
      else
        self->words[word_of (hash, self->n_bits)] |= bits_of (hash);
    }
  return TRUE;
}

void
rush_key_filter_seal (RushKeyFilter *self, gboolean complete)
{
  pthread_mutex_lock (&self->lock);
  if (!atomic_load (&self->sealed))
    {
      self->is_void = !complete || self->overflown || !make_bits (self);
      drop_keys (self);
      atomic_store (&self->sealed, TRUE);
    }
  pthread_mutex_unlock (&self->lock);
}

gboolean
rush_key_filter_is_sealed (const RushKeyFilter *self)
{
  return atomic_load (&((RushKeyFilter *)self)->sealed);
}

gboolean
rush_key_filter_is_ready (const RushKeyFilter *self)
{
  return rush_key_filter_is_sealed (self) && !self->is_void;
}

/* ---- testing ---- */

static inline gboolean
passes (const RushKeyFilter *self, gboolean dense, gint64 key)
{
  guint64 at = (guint64)key - (guint64)self->low, hash, bits;

  if (dense)
    return at < self->n_bits && (self->words[at >> 6] >> (at & 63) & 1);
  hash = hash_of (key);
  bits = bits_of (hash);
  return (self->words[word_of (hash, self->n_bits)] & bits) == bits;
}

/* Every position is written; only those that pass are kept: no branch to guess wrong. */
#define SELECT(name, type)                                                                         \
  static inline guint select_##name (const RushKeyFilter *self, gboolean dense, const type *keys,  \
                                     const RushRows *rows, guint16 *out)                           \
  {                                                                                                \
    guint n = 0;                                                                                   \
                                                                                                   \
    for (guint i = 0; i < rows->n; i++)                                                            \
      {                                                                                            \
        guint row = rush_eval_row (rows, i);                                                       \
        out[n] = (guint16)row;                                                                     \
        n += (guint)passes (self, dense, (gint64)keys[row]);                                       \
      }                                                                                            \
    return n;                                                                                      \
  }

SELECT (i32, gint32)
SELECT (i64, gint64)

/* Any width and layout. */
static guint
select_any (const RushKeyFilter *self, const RushColumn *keys, const RushRows *rows, guint16 *out)
{
  guint n = 0;

  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);

      if (passes (self, self->dense, rush_column_get_int (keys, row)))
        out[n++] = (guint16)row;
    }
  return n;
}

static guint
drop_nulls (const RushColumn *keys, guint16 *positions, guint n)
{
  guint kept = 0;

  if (keys->null_count == 0 && keys->validity == NULL)
    return n;
  for (guint i = 0; i < n; i++)
    if (rush_column_is_valid (keys, positions[i]))
      positions[kept++] = positions[i];
  return kept;
}

guint
rush_key_filter_select (const RushKeyFilter *self, const RushColumn *keys, const RushRows *rows,
                        guint16 *out_positions)
{
  gboolean plain = keys->layout == RUSH_LAYOUT_PLAIN;
  guint n;

  g_assert (rush_key_filter_is_ready (self));
  if (plain && keys->type->storage == RUSH_STORAGE_I32)
    {
      const gint32 *values = (const gint32 *)keys->values->bytes + keys->offset;
      n = self->dense ? select_i32 (self, TRUE, values, rows, out_positions)
                      : select_i32 (self, FALSE, values, rows, out_positions);
    }
  else if (plain && keys->type->storage == RUSH_STORAGE_I64)
    {
      const gint64 *values = (const gint64 *)keys->values->bytes + keys->offset;
      n = self->dense ? select_i64 (self, TRUE, values, rows, out_positions)
                      : select_i64 (self, FALSE, values, rows, out_positions);
    }
  else
    n = select_any (self, keys, rows, out_positions);
  return drop_nulls (keys, out_positions, n);
}

/* ---- life ---- */

RushKeyFilter *
rush_key_filter_ref (RushKeyFilter *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_key_filter_unref (RushKeyFilter *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  drop_keys (self);
  if (self->words != NULL)
    rush_free (self->allocator, self->words, self->n_bits / 8);
  rush_allocator_unref (self->allocator);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

RushKeyFilter *
rush_key_filter_new (RushAllocator *allocator)
{
  RushKeyFilter *self = g_new0 (RushKeyFilter, 1);

  rush_ref_count_init (&self->refs);
  self->allocator = rush_allocator_ref (allocator);
  pthread_mutex_init (&self->lock, NULL);
  return self;
}
