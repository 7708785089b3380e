/* hash_partitioner.c - Spark's HashPartitioner: Java's hashCode, modulo the number of partitions.
 *
 * Placement is visible (glom, the files of saveAsTextFile, skew in a lesson's picture), so it has
 * to be Java's to the bit:
 *
 *   boolean   1231 or 1237                        int, short, byte   the value
 *   long      high word xor low word              float, double      their IEEE bits, as int, long;
 *   string    s[0]·31^(n−1) + … + s[n−1]                             every NaN is the same one
 *             over UTF-16 units, not over bytes   binary             as java.util.Arrays.hashCode
 *
 * and the remainder is made non-negative (Utils.nonNegativeMod).  All sums wrap at 32 bits.
 * Spark refuses arrays as keys, since Java hashes them by identity; bytes are values here, so they
 * are hashed by content.
 */
#include "core/lineage/partitioner.h"

#include <string.h>

typedef struct
{
  RushPartitioner base;
  guint key_column;
  const RushKeyPlacing *placing; /* another file's rule; NULL: ours */
} HashPartitioner;

#define JAVA_TRUE 1231
#define JAVA_FALSE 1237
#define JAVA_NAN_FLOAT 0x7fc00000u
#define JAVA_NAN_DOUBLE G_GUINT64_CONSTANT (0x7ff8000000000000)

/* ---- Java's hash codes ---- */

static guint32
hash_long (guint64 value)
{
  return (guint32)(value ^ (value >> 32));
}

static guint32
hash_float (float value)
{
  guint32 bits;

  if (value != value)
    return JAVA_NAN_FLOAT;
  memcpy (&bits, &value, sizeof bits);
  return bits;
}

static guint32
hash_double (double value)
{
  guint64 bits;

  if (value != value)
    return hash_long (JAVA_NAN_DOUBLE);
  memcpy (&bits, &value, sizeof bits);
  return hash_long (bits);
}

/* What follows the first byte of a UTF-8 sequence: how many bytes, and from where to where the
 * second one may be (the others are 80…BF).  FALSE: no sequence begins so. */
static gboolean
utf8_lead (guint8 lead, guint *out_more, guint8 *out_low, guint8 *out_high)
{
  *out_low = 0x80;
  *out_high = 0xbf;
  if (lead >= 0xc2 && lead <= 0xdf)
    *out_more = 1;
  else if (lead >= 0xe0 && lead <= 0xef)
    *out_more = 2;
  else if (lead >= 0xf0 && lead <= 0xf4)
    *out_more = 3;
  else
    return FALSE;
  if (lead == 0xe0)
    *out_low = 0xa0;
  else if (lead == 0xf0)
    *out_low = 0x90;
  else if (lead == 0xf4)
    *out_high = 0x8f;
  return TRUE;
}

#define REPLACEMENT 0xfffd

/* The character at @at, and how many of the @left bytes it took.  Lines of a file may be no UTF-8:
 * Java reads the longest beginning of a sequence, or a byte that begins none, as U+FFFD. */
static gsize
utf8_decode (const guint8 *at, gsize left, gunichar *out)
{
  guint more;
  guint8 low, high;
  gunichar c;

  *out = REPLACEMENT;
  if (at[0] < 0x80)
    {
      *out = at[0];
      return 1;
    }
  if (!utf8_lead (at[0], &more, &low, &high))
    return 1;
  c = at[0] & (0x3f >> more);
  for (guint i = 1; i <= more; i++, low = 0x80, high = 0xbf)
    {
      if (i >= left || at[i] < low || at[i] > high)
        return i;
      c = c << 6 | (at[i] & 0x3f);
    }
  if (c < 0xd800 || c > 0xdfff) /* half a surrogate pair is no character */
    *out = c;
  return more + 1;
}

/* Java's strings are UTF-16: a character outside the basic plane is two units, a high and a low
 * surrogate. */
static guint32
hash_utf8_tail (const guint8 *at, gsize left, guint32 hash)
{
  while (left > 0)
    {
      gunichar c;
      gsize taken = utf8_decode (at, left, &c);

      if (c >= 0x10000)
        {
          hash = 31 * hash + (0xd800 + ((c - 0x10000) >> 10));
          c = 0xdc00 + ((c - 0x10000) & 0x3ff);
        }
      hash = 31 * hash + c;
      at += taken;
      left -= taken;
    }
  return hash;
}

static guint32
hash_string (const char *text, gsize length)
{
  const guint8 *bytes = (const guint8 *)text;
  guint32 hash = 0;

  /* Most keys are ASCII, where a byte is a unit. */
  for (gsize i = 0; i < length; i++)
    {
      if (bytes[i] >= 0x80)
        return hash_utf8_tail (bytes + i, length - i, hash);
      hash = 31 * hash + bytes[i];
    }
  return hash;
}

static guint32
hash_binary (const char *bytes, gsize length)
{
  guint32 hash = 1;

  for (gsize i = 0; i < length; i++)
    hash = 31 * hash + (guint32)(gint32)(gint8)bytes[i];
  return hash;
}

static inline guint32
hash_view (const RushColumn *column, gsize at, guint32 (*hash) (const char *, gsize))
{
  const RushView *view = &((const RushView *)column->values->bytes)[at];

  return hash (rush_view_bytes (view, column->data), (gsize)view->length);
}

/* ---- a batch ----
 *
 * Type and layout are the same for all rows of a batch: they are looked at once, before the loop.
 */

typedef struct
{
  const RushColumn *column;
  const RushColumn *holder; /* whose values are to be read: the column or its dictionary */
  const gint32 *indices;    /* of the dictionary; NULL: the others */
  gsize base;               /* position of the first value */
  guint step;               /* from a row's value to the next one's: 1, or 0 for a constant */
  gboolean is_run;          /* no nulls, and the values stand one behind the other */
} Keys;

static void
find_keys (const RushBatch *batch, const RushColumn *column, Keys *out)
{
  *out = (Keys){ .column = column, .holder = column, .base = column->offset, .step = 1 };
  switch (column->layout)
    {
    case RUSH_LAYOUT_PLAIN:
      out->is_run = batch->selection == NULL && column->validity == NULL;
      break;
    case RUSH_LAYOUT_DICTIONARY:
      out->holder = column->dictionary;
      out->indices = (const gint32 *)column->values->bytes + column->offset;
      out->base = column->dictionary->offset;
      break;
    case RUSH_LAYOUT_CONSTANT:
      out->step = 0;
      break;
    }
}

static inline gsize
key_position (const Keys *self, guint row)
{
  return self->base + (self->indices != NULL ? (gsize)self->indices[row] : self->step * row);
}

static inline guint32
non_negative_mod (guint32 hash, guint32 n)
{
  gint64 rest = (gint64)(gint32)hash % (gint64)n;

  return (guint32)(rest < 0 ? rest + n : rest);
}

#define VALUE_AT(type, column, at) (((const type *)(column)->values->bytes)[at])

#define RUSH_FN place_bool
#define RUSH_HASH_AT(column, at)                                                                   \
  (rush_bit_get ((column)->values->bytes, at) ? JAVA_TRUE : JAVA_FALSE)
#include "core/lineage/hash_partitioner_template.h"

#define RUSH_FN place_int8
#define RUSH_HASH_AT(column, at) (guint32) VALUE_AT (gint8, column, at)
#include "core/lineage/hash_partitioner_template.h"

#define RUSH_FN place_int16
#define RUSH_HASH_AT(column, at) (guint32) VALUE_AT (gint16, column, at)
#include "core/lineage/hash_partitioner_template.h"

#define RUSH_FN place_int32
#define RUSH_HASH_AT(column, at) (guint32) VALUE_AT (gint32, column, at)
#include "core/lineage/hash_partitioner_template.h"

#define RUSH_FN place_int64
#define RUSH_HASH_AT(column, at) hash_long (VALUE_AT (guint64, column, at))
#include "core/lineage/hash_partitioner_template.h"

#define RUSH_FN place_float
#define RUSH_HASH_AT(column, at) hash_float (VALUE_AT (float, column, at))
#include "core/lineage/hash_partitioner_template.h"

#define RUSH_FN place_double
#define RUSH_HASH_AT(column, at) hash_double (VALUE_AT (double, column, at))
#include "core/lineage/hash_partitioner_template.h"

#define RUSH_FN place_string
#define RUSH_HASH_AT(column, at) hash_view (column, at, hash_string)
#include "core/lineage/hash_partitioner_template.h"

#define RUSH_FN place_binary
#define RUSH_HASH_AT(column, at) hash_view (column, at, hash_binary)
#include "core/lineage/hash_partitioner_template.h"

/* ---- the partitioner ---- */

static gboolean
place_by_other_rule (const HashPartitioner *self, const RushBatch *batch, guint32 *out_partitions,
                     GError **error)
{
  guint n = self->base.n_partitions;

  self->placing->place (batch, self->key_column, n, out_partitions);
  return rush_check_placing (self->placing->name, out_partitions, batch->length, n, error);
}

static gboolean
hash_partition_batch (const RushPartitioner *base, const RushBatch *batch, guint32 *out_partitions,
                      GError **error)
{
  static void (*const BY_KIND[]) (const RushBatch *, const Keys *, guint32, guint32 *) = {
    [RUSH_TYPE_BOOL] = place_bool,      [RUSH_TYPE_INT8] = place_int8,
    [RUSH_TYPE_INT16] = place_int16,    [RUSH_TYPE_INT32] = place_int32,
    [RUSH_TYPE_INT64] = place_int64,    [RUSH_TYPE_FLOAT32] = place_float,
    [RUSH_TYPE_FLOAT64] = place_double, [RUSH_TYPE_STRING] = place_string,
    [RUSH_TYPE_BINARY] = place_binary,
  };
  const HashPartitioner *self = (const HashPartitioner *)base;
  Keys keys;

  g_assert (self->key_column < batch->schema->n_fields);
  if (self->placing != NULL)
    return place_by_other_rule (self, batch, out_partitions, error);
  find_keys (batch, batch->columns[self->key_column], &keys);
  g_assert (keys.holder->type->kind < G_N_ELEMENTS (BY_KIND)); /* an RDD's keys have no other */
  BY_KIND[keys.holder->type->kind](batch, &keys, base->n_partitions, out_partitions);
  return TRUE;
}

static gboolean
hash_equal (const RushPartitioner *a, const RushPartitioner *b)
{
  const HashPartitioner *first = (const HashPartitioner *)a;
  const HashPartitioner *second = (const HashPartitioner *)b;

  return first->key_column == second->key_column && first->placing == second->placing;
}

static void
hash_finalize (RushPartitioner *self)
{
  g_free (self);
}

static const RushPartitionerClass hash_class = {
  .name = "HashPartitioner",
  .partition_batch = hash_partition_batch,
  .equal = hash_equal,
  .finalize = hash_finalize,
};

RushPartitioner *
rush_hash_partitioner_new (guint n_partitions, guint key_column)
{
  return rush_hash_partitioner_new_by (NULL, n_partitions, key_column);
}

RushPartitioner *
rush_hash_partitioner_new_by (const RushKeyPlacing *placing, guint n_partitions, guint key_column)
{
  HashPartitioner *self;

  g_return_val_if_fail (n_partitions > 0 && n_partitions <= G_MAXINT32, NULL);
  self = g_new0 (HashPartitioner, 1);
  self->base.klass = &hash_class;
  rush_ref_count_init (&self->base.refs);
  self->base.n_partitions = n_partitions;
  self->key_column = key_column;
  self->placing = placing;
  return &self->base;
}
