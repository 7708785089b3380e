/* cast_numbers.c - casts among tinyint … bigint, float and double, in typed loops.
 *
 *   wider            a loop that the compiler makes wide
 *   narrower         the same, and a flag: does the result, made wide again, differ?
 *   from a fraction  toward zero; ANSI: a value whose whole part has no place is an overflow,
 *                    LEGACY: as Java, the nearest bound of int or bigint, NaN is 0
 */
#include "sql/kernels/cast_private.h"

#include <math.h>

/* Java's (long) d and (int) d. */
static inline gint64
saturate_64 (double value)
{
  if (value != value)
    return 0;
  return value >= 0x1p63 ? G_MAXINT64 : value <= -0x1p63 ? G_MININT64 : (gint64)value;
}

static inline gint32
saturate_32 (double value)
{
  if (value != value)
    return 0;
  return value >= 2147483647.0 ? G_MAXINT32 : value <= -2147483648.0 ? G_MININT32 : (gint32)value;
}

#define LOOP(FROM, TO, RESULT)                                                                     \
  {                                                                                                \
    const FROM *from_ = in;                                                                        \
    TO *to_ = out;                                                                                 \
    for (guint i = 0; i < n; i++)                                                                  \
      {                                                                                            \
        const FROM x = from_[i];                                                                   \
        to_[i] = (RESULT);                                                                         \
      }                                                                                            \
    break;                                                                                         \
  }

#define FROM_INTEGER(FROM)                                                                         \
  switch ((guint)to->storage)                                                                      \
    {                                                                                              \
    case RUSH_STORAGE_I8:                                                                          \
      LOOP (FROM, gint8, (gint8)x)                                                                 \
    case RUSH_STORAGE_I16:                                                                         \
      LOOP (FROM, gint16, (gint16)x)                                                               \
    case RUSH_STORAGE_I32:                                                                         \
      LOOP (FROM, gint32, (gint32)x)                                                               \
    case RUSH_STORAGE_I64:                                                                         \
      LOOP (FROM, gint64, (gint64)x)                                                               \
    case RUSH_STORAGE_F32:                                                                         \
      LOOP (FROM, float, (float)x)                                                                 \
    default:                                                                                       \
      LOOP (FROM, double, (double)x)                                                               \
    }                                                                                              \
  break;

#define FROM_FRACTION(FROM)                                                                        \
  switch ((guint)to->storage)                                                                      \
    {                                                                                              \
    case RUSH_STORAGE_I8:                                                                          \
      LOOP (FROM, gint8, (gint8)saturate_32 (x))                                                   \
    case RUSH_STORAGE_I16:                                                                         \
      LOOP (FROM, gint16, (gint16)saturate_32 (x))                                                 \
    case RUSH_STORAGE_I32:                                                                         \
      LOOP (FROM, gint32, saturate_32 (x))                                                         \
    case RUSH_STORAGE_I64:                                                                         \
      LOOP (FROM, gint64, saturate_64 (x))                                                         \
    case RUSH_STORAGE_F32:                                                                         \
      LOOP (FROM, float, (float)x)                                                                 \
    default:                                                                                       \
      LOOP (FROM, double, (double)x)                                                               \
    }                                                                                              \
  break;

RUSH_SIMD static void
convert (const RushType *from, const RushType *to, gconstpointer in, guint n, gpointer out)
{
  switch ((guint)from->storage)
    {
    case RUSH_STORAGE_I8:
      FROM_INTEGER (gint8)
    case RUSH_STORAGE_I16:
      FROM_INTEGER (gint16)
    case RUSH_STORAGE_I32:
      FROM_INTEGER (gint32)
    case RUSH_STORAGE_I64:
      FROM_INTEGER (gint64)
    case RUSH_STORAGE_F32:
      FROM_FRACTION (float)
    default:
      FROM_FRACTION (double)
    }
}

static gboolean
is_plain_number (const RushType *type)
{
  return rush_type_is_integral (type) || type == &RUSH_FLOAT32 || type == &RUSH_FLOAT64;
}

static gint64
integer_at (const RushType *type, gconstpointer in, guint i)
{
  switch (type->value_bytes)
    {
    case 1:
      return ((const gint8 *)in)[i];
    case 2:
      return ((const gint16 *)in)[i];
    case 4:
      return ((const gint32 *)in)[i];
    default:
      return ((const gint64 *)in)[i];
    }
}

gboolean
rush_cast_number_fits (const RushType *from, const RushType *to, gconstpointer in, guint i)
{
  guint bits = to->value_bytes * 8;

  if (!rush_type_is_integral (to))
    return TRUE;
  if (rush_type_is_integral (from))
    {
      gint64 value = integer_at (from, in, i);
      return bits == 64 || (value >= -(G_GINT64_CONSTANT (1) << (bits - 1)) &&
                            value < G_GINT64_CONSTANT (1) << (bits - 1));
    }
  double value = from == &RUSH_FLOAT32 ? ((const float *)in)[i] : ((const double *)in)[i];
  double bound = ldexp (1, (gint)bits - 1);
  /* Spark compares with (double) Long.MaxValue, which is 2⁶³ itself. */
  return floor (value) <= (bits == 64 ? bound : bound - 1) && ceil (value) >= -bound;
}

gboolean
rush_cast_numbers (const RushType *from, const RushType *to, gconstpointer in, guint n,
                   RushEvalMode mode, gpointer out, gboolean *out_misfit)
{
  gboolean narrows = rush_type_is_integral (to) &&
                     (!rush_type_is_integral (from) || to->value_bytes < from->value_bytes);

  if (!is_plain_number (from) || !is_plain_number (to))
    return FALSE;
  convert (from, to, in, n, out);
  *out_misfit = FALSE;
  if (narrows && mode != RUSH_EVAL_LEGACY)
    for (guint i = 0; i < n; i++)
      *out_misfit |= !rush_cast_number_fits (from, to, in, i);
  return TRUE;
}
