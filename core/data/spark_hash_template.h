/* spark_hash_template.h - Spark's walk over values (HashExpression), for one hash; included by
 * spark_hash.c once for Murmur3 and once for XXH64.
 *
 * Parameters (undefined at the end):
 *   RUSH_HASH_T        type of a hash, and of a seed
 *   RUSH_HASH(name)    pastes the prefix of the hash: murmur3_##name
 * and before it three functions of the hash:
 *   RUSH_HASH (int32) (gint32, seed), RUSH_HASH (int64) (gint64, seed),
 *   RUSH_HASH (bytes) (const char *, gsize, seed)
 */

/* ---- values ---- */

/* Java's floatToIntBits: one NaN; and −0.0 is 0.0. */
static inline RUSH_HASH_T
RUSH_HASH (float) (float value, RUSH_HASH_T seed)
{
  gint32 bits = 0;
  if (value != value)
    bits = 0x7fc00000;
  else if (value != 0)
    memcpy (&bits, &value, sizeof bits);
  return RUSH_HASH (int32) (bits, seed);
}

static inline RUSH_HASH_T
RUSH_HASH (double) (double value, RUSH_HASH_T seed)
{
  gint64 bits = 0;
  if (value != value)
    bits = G_GINT64_CONSTANT (0x7ff8000000000000);
  else if (value != 0)
    memcpy (&bits, &value, sizeof bits);
  return RUSH_HASH (int64) (bits, seed);
}

static inline RUSH_HASH_T
RUSH_HASH (int128) (rush_int128 value, RUSH_HASH_T seed)
{
  char bytes[sizeof value];
  gsize length = big_integer_bytes (value, bytes);
  return RUSH_HASH (bytes) (bytes + sizeof bytes - length, length, seed);
}

static inline RUSH_HASH_T
RUSH_HASH (interval) (const RushCalendarInterval *value, RUSH_HASH_T seed)
{
  seed = RUSH_HASH (int64) (value->microseconds, seed);
  seed = RUSH_HASH (int32) (value->days, seed);
  return RUSH_HASH (int32) (value->months, seed);
}

static inline RUSH_HASH_T
RUSH_HASH (view) (const RushColumn *column, gsize at, RUSH_HASH_T seed)
{
  const RushView *view = &VALUE_AT (RushView, column, at);
  return RUSH_HASH (bytes) (rush_view_bytes (view, column->data), (gsize)view->length, seed);
}

/* ---- columns without children ---- */

#define RUSH_FN RUSH_HASH (bools)
#define RUSH_HASH_AT(column, at, seed)                                                             \
  RUSH_HASH (int32) (rush_bit_get ((column)->values->bytes, at), seed)
#include "core/data/hash_template.h"

#define RUSH_FN RUSH_HASH (int8s)
#define RUSH_HASH_AT(column, at, seed) RUSH_HASH (int32) (VALUE_AT (gint8, column, at), seed)
#include "core/data/hash_template.h"

#define RUSH_FN RUSH_HASH (int16s)
#define RUSH_HASH_AT(column, at, seed) RUSH_HASH (int32) (VALUE_AT (gint16, column, at), seed)
#include "core/data/hash_template.h"

#define RUSH_FN RUSH_HASH (int32s)
#define RUSH_HASH_AT(column, at, seed) RUSH_HASH (int32) (VALUE_AT (gint32, column, at), seed)
#include "core/data/hash_template.h"

#define RUSH_FN RUSH_HASH (int64s)
#define RUSH_HASH_AT(column, at, seed) RUSH_HASH (int64) (VALUE_AT (gint64, column, at), seed)
#include "core/data/hash_template.h"

#define RUSH_FN RUSH_HASH (int128s)
#define RUSH_HASH_AT(column, at, seed) RUSH_HASH (int128) (VALUE_AT (rush_int128, column, at), seed)
#include "core/data/hash_template.h"

#define RUSH_FN RUSH_HASH (floats)
#define RUSH_HASH_AT(column, at, seed) RUSH_HASH (float) (VALUE_AT (float, column, at), seed)
#include "core/data/hash_template.h"

#define RUSH_FN RUSH_HASH (doubles)
#define RUSH_HASH_AT(column, at, seed) RUSH_HASH (double) (VALUE_AT (double, column, at), seed)
#include "core/data/hash_template.h"

#define RUSH_FN RUSH_HASH (views)
#define RUSH_HASH_AT(column, at, seed) RUSH_HASH (view) (column, at, seed)
#include "core/data/hash_template.h"

#define RUSH_FN RUSH_HASH (intervals)
#define RUSH_HASH_AT(column, at, seed)                                                             \
  RUSH_HASH (interval) (&VALUE_AT (RushCalendarInterval, column, at), seed)
#include "core/data/hash_template.h"

/* ---- columns with children: value by value ---- */

static RUSH_HASH_T RUSH_HASH (value) (const RushColumn *column, guint row, RUSH_HASH_T seed);

static RUSH_HASH_T
RUSH_HASH (list) (const RushColumn *column, guint row, RUSH_HASH_T seed)
{
  RushListView list = rush_column_get_list (column, row);

  for (gint32 k = 0; k < list.length; k++)
    for (guint c = 0; c < column->type->n_fields; c++)
      seed = RUSH_HASH (value) (rush_column_child (column, c), (guint)(list.offset + k), seed);
  return seed;
}

static RUSH_HASH_T RUSH_HASH (struct) (const RushColumn *column, guint row, RUSH_HASH_T seed)
{
  for (guint c = 0; c < column->type->n_fields; c++)
    seed = RUSH_HASH (value) (rush_column_child (column, c), rush_column_struct_row (column, row),
                              seed);
  return seed;
}

static RUSH_HASH_T
RUSH_HASH (value) (const RushColumn *column, guint row, RUSH_HASH_T seed)
{
  RushCalendarInterval interval;
  const char *bytes;
  gsize length;

  if (!rush_column_is_valid (column, row))
    return seed;
  switch (column->type->storage)
    {
    case RUSH_STORAGE_BIT:
    case RUSH_STORAGE_I8:
    case RUSH_STORAGE_I16:
    case RUSH_STORAGE_I32:
      return RUSH_HASH (int32) ((gint32)rush_column_get_int (column, row), seed);
    case RUSH_STORAGE_I64:
      return RUSH_HASH (int64) (rush_column_get_int (column, row), seed);
    case RUSH_STORAGE_I128:
      return RUSH_HASH (int128) (rush_column_get_int128 (column, row), seed);
    case RUSH_STORAGE_F32:
      return RUSH_HASH (float) ((float)rush_column_get_double (column, row), seed);
    case RUSH_STORAGE_F64:
      return RUSH_HASH (double) (rush_column_get_double (column, row), seed);
    case RUSH_STORAGE_VIEW:
      bytes = rush_column_get_bytes (column, row, &length);
      return RUSH_HASH (bytes) (bytes, length, seed);
    case RUSH_STORAGE_INTERVAL:
      interval = rush_column_get_interval (column, row);
      return RUSH_HASH (interval) (&interval, seed);
    case RUSH_STORAGE_LIST:
      return RUSH_HASH (list) (column, row, seed);
    case RUSH_STORAGE_STRUCT:
      return RUSH_HASH (struct) (column, row, seed);
    case RUSH_STORAGE_VOID:
      break;
    }
  return seed;
}

/* ---- any column ---- */

static void
RUSH_HASH (column) (const RushColumn *column, const guint16 *selection, guint n,
                    RUSH_HASH_T *hashes)
{
  static void (*const BY_STORAGE[]) (const RushResolved *, RUSH_HASH_T *) = {
    [RUSH_STORAGE_BIT] = RUSH_HASH (bools),  [RUSH_STORAGE_I8] = RUSH_HASH (int8s),
    [RUSH_STORAGE_I16] = RUSH_HASH (int16s), [RUSH_STORAGE_I32] = RUSH_HASH (int32s),
    [RUSH_STORAGE_I64] = RUSH_HASH (int64s), [RUSH_STORAGE_I128] = RUSH_HASH (int128s),
    [RUSH_STORAGE_F32] = RUSH_HASH (floats), [RUSH_STORAGE_F64] = RUSH_HASH (doubles),
    [RUSH_STORAGE_VIEW] = RUSH_HASH (views), [RUSH_STORAGE_INTERVAL] = RUSH_HASH (intervals),
  };
  RushStorage storage = column->type->storage;
  RushRowsScratch scratch;
  RushResolved in;
  guint32 *heap;

  if (storage == RUSH_STORAGE_VOID)
    return;
  if (storage == RUSH_STORAGE_LIST || storage == RUSH_STORAGE_STRUCT)
    {
      for (guint i = 0; i < n; i++)
        hashes[i] = RUSH_HASH (value) (column, selection != NULL ? selection[i] : i, hashes[i]);
      return;
    }
  rush_rows_resolve_column (column, selection, n, &scratch, &in, &heap);
  BY_STORAGE[storage](&in, hashes);
  g_free (heap);
}

#undef RUSH_HASH_T
#undef RUSH_HASH
