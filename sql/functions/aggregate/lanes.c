/* lanes.c - sums of a batch for few groups, without waiting for one another.
 *
 *   rows     0  1  2  3  4  5  6  7 …
 *   groups   A  A  B  A  A  A  B  A …         sum[A] += v: each addition waits until the one before
 *   lanes    0  1  2  3  0  1  2  3 …         is stored, four or five cycles a row
 *
 * Each row adds to its lane's own sums, so that four rows are under way at a time; at the end of
 * the batch the lanes are added up.  That is what a query like TPC-H's first lives on: millions of
 * rows, four groups.  All sums here are of whole numbers, where the order makes no difference, and
 * are in 64 bits: whether 8192 values can leave them is looked at first, a pass over the values
 * that the processor makes four or eight at a time.
 */
#include "sql/functions/aggregate/aggregates_private.h"

#include <string.h>

#define LANES 4
#define MIN_ROWS 256
/* 2^49 · 8192 < 2^63 */
#define MAX_BITS 49

RUSH_SIMD static guint64
or_magnitudes_64 (const gint64 *values, guint n)
{
  guint64 all = 0;
  for (guint i = 0; i < n; i++)
    all |= (guint64)(values[i] ^ (values[i] >> 63));
  return all;
}

/* The high words must be nothing but the sign of the low ones. */
RUSH_SIMD static gboolean
is_narrow_128 (const gint64 *words, guint n)
{
  guint64 low_bits = 0, high_bits = 0;
  for (guint i = 0; i < n; i++)
    {
      gint64 low = words[2 * i], high = words[2 * i + 1], sign = low >> 63;
      low_bits |= (guint64)(low ^ sign);
      high_bits |= (guint64)(high ^ sign);
    }
  return high_bits == 0 && low_bits >> MAX_BITS == 0;
}

static gboolean
is_narrow (const RushVector *in, guint length)
{
  switch (in->column->type->storage)
    {
    case RUSH_STORAGE_I8:
    case RUSH_STORAGE_I16:
    case RUSH_STORAGE_I32:
      return TRUE;
    case RUSH_STORAGE_I64:
      return or_magnitudes_64 (in->values, in->constant ? 1 : length) >> MAX_BITS == 0;
    case RUSH_STORAGE_I128:
      return is_narrow_128 (in->values, in->constant ? 1 : length);
    case RUSH_STORAGE_BIT:
    case RUSH_STORAGE_F32:
    case RUSH_STORAGE_F64:
    case RUSH_STORAGE_VIEW:
    case RUSH_STORAGE_INTERVAL:
    case RUSH_STORAGE_LIST:
    case RUSH_STORAGE_STRUCT:
    case RUSH_STORAGE_VOID:
    default:
      return FALSE;
    }
}

RUSH_SIMD static guint32
max_group (const guint32 *groups, guint n)
{
  guint32 max = 0;
  for (guint i = 0; i < n; i++)
    max = MAX (max, groups[i]);
  return max;
}

typedef struct
{
  gint64 sums[LANES][RUSH_LANE_GROUPS];
  guint32 counts[LANES][RUSH_LANE_GROUPS];
} Lanes;

#define ADD_UP(T, STEP)                                                                            \
  {                                                                                                \
    const T *values = in->values;                                                                  \
    RUSH_FOR_VALID (in, rows, {                                                                    \
      lanes->sums[i % LANES][groups[i]] += values[at * STEP];                                      \
      lanes->counts[i % LANES][groups[i]]++;                                                       \
    });                                                                                            \
    break;                                                                                         \
  }

static void
add_up (const RushVector *in, const guint32 *groups, const RushRows *rows, Lanes *lanes)
{
  switch (in->column->type->value_bytes)
    {
    case 1:
      ADD_UP (gint8, 1)
    case 2:
      ADD_UP (gint16, 1)
    case 4:
      ADD_UP (gint32, 1)
    case 8:
      ADD_UP (gint64, 1)
    default:
      ADD_UP (gint64, 2)
    }
}

gboolean
rush_lane_sums (const RushVector *in, const guint32 *groups, const RushRows *rows,
                RushLaneSums *out)
{
  Lanes lanes;

  if (rows->n < MIN_ROWS || rows->n > RUSH_BATCH_MAX_ROWS)
    return FALSE;
  out->n_groups = max_group (groups, rows->n) + 1;
  if (out->n_groups > RUSH_LANE_GROUPS || !is_narrow (in, rows->length))
    return FALSE;
  memset (&lanes, 0, sizeof lanes);
  add_up (in, groups, rows, &lanes);
  for (guint g = 0; g < out->n_groups; g++)
    {
      out->sums[g] = 0;
      out->counts[g] = 0;
      for (guint lane = 0; lane < LANES; lane++)
        {
          out->sums[g] += lanes.sums[lane][g];
          out->counts[g] += lanes.counts[lane][g];
        }
    }
  return TRUE;
}

#define ADD_ONE(T, STEP)                                                                           \
  {                                                                                                \
    const T *values = in->values;                                                                  \
    RUSH_FOR_VALID (in, rows, {                                                                    \
      sum += values[at * STEP];                                                                    \
      count++;                                                                                     \
    });                                                                                            \
    break;                                                                                         \
  }

RUSH_SIMD static void
add_one (const RushVector *in, const RushRows *rows, gint64 *out_sum, guint *out_count)
{
  gint64 sum = 0;
  guint count = 0;

  switch (in->column->type->value_bytes)
    {
    case 1:
      ADD_ONE (gint8, 1)
    case 2:
      ADD_ONE (gint16, 1)
    case 4:
      ADD_ONE (gint32, 1)
    case 8:
      ADD_ONE (gint64, 1)
    default:
      ADD_ONE (gint64, 2)
    }
  *out_sum = sum;
  *out_count = count;
}

gboolean
rush_lane_sum_one (const RushVector *in, const RushRows *rows, gint64 *out_sum, guint *out_count)
{
  if (rows->n > RUSH_BATCH_MAX_ROWS || !is_narrow (in, rows->length))
    return FALSE;
  add_one (in, rows, out_sum, out_count);
  return TRUE;
}
