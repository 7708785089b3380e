/* arrow_numbers.c - numbers that stand otherwise in Arrow than here: one pass each.
 *
 * Every loop runs over all rows, nulls too, whose slots may hold anything: what does not fit is
 * noted without a branch, and only then is it asked whether any of it was a value.
 */
#include "core/data/arrow_private.h"

#include "core/data/bitmap.h"

#include <string.h>

#define MICROS_PER_DAY G_GINT64_CONSTANT (86400000000)

static const void *
values_of (const RushArrowInput *in, gsize width)
{
  const guint8 *bytes = in->array->buffers[1];
  return bytes + (gsize)in->array->offset * width;
}

static gboolean
refuse_value (const RushArrowInput *in, GError **error)
{
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "column '%s': an Arrow value does not fit %s; cast it first", in->field->name,
               in->field->type->name);
  return FALSE;
}

/* ---- widening ---- */

#define WIDEN(FROM, TO)                                                                            \
  do                                                                                               \
    {                                                                                              \
      const FROM *from = values_of (in, sizeof (FROM));                                            \
      TO *to = (TO *)out + in->pad;                                                                \
      for (guint i = 0; i < in->length; i++)                                                       \
        to[i] = (TO)from[i];                                                                       \
    }                                                                                              \
  while (0)

static float
from_half (guint16 half)
{
  guint32 sign = (guint32)(half & 0x8000) << 16, exponent = half >> 10 & 31, mantissa = half & 1023;
  guint32 bits;
  float value;

  if (exponent == 0) /* subnormal: mantissa × 2⁻²⁴ */
    return (sign != 0 ? -1.0f : 1.0f) * (float)mantissa / 16777216.0f;
  exponent = exponent == 31 ? 255 : exponent + 112;
  bits = sign | exponent << 23 | mantissa << 13;
  memcpy (&value, &bits, sizeof value);
  return value;
}

static void
convert_halves (const RushArrowInput *in, gpointer out)
{
  const guint16 *from = values_of (in, sizeof *from);
  float *to = (float *)out + in->pad;

  for (guint i = 0; i < in->length; i++)
    to[i] = from_half (from[i]);
}

/* ---- decimals ---- */

/* Of @words 64-bit words each; the lowest @kept stay, the others must be their sign. */
static gboolean
fits (const guint64 *value, guint words, guint kept)
{
  guint64 sign = (guint64)((gint64)value[kept - 1] >> 63), wrong = 0;

  for (guint w = kept; w < words; w++)
    wrong |= value[w] ^ sign;
  return wrong == 0;
}

static gboolean
narrow_128_to_64 (const RushArrowInput *in, gpointer out, GError **error)
{
  const guint64 *from = values_of (in, 16);
  gint64 *to = (gint64 *)out + in->pad;
  guint64 wrong = 0;

  for (guint i = 0; i < in->length; i++)
    {
      to[i] = (gint64)from[2 * (gsize)i];
      wrong |= from[2 * (gsize)i + 1] ^ (guint64)(to[i] >> 63);
    }
  if (wrong == 0)
    return TRUE;
  for (guint i = 0; i < in->length; i++)
    if (!rush_arrow_input_is_null (in, i) && !fits (from + 2 * (gsize)i, 2, 1))
      return refuse_value (in, error);
  return TRUE;
}

static gboolean
narrow_256 (const RushArrowInput *in, gpointer out, GError **error)
{
  const guint64 *from = values_of (in, 32);
  guint kept = in->field->type->storage == RUSH_STORAGE_I64 ? 1 : 2;
  guint64 *to = (guint64 *)out + (gsize)in->pad * kept;

  for (guint i = 0; i < in->length; i++, from += 4, to += kept)
    {
      if (!rush_arrow_input_is_null (in, i) && !fits (from, 4, kept))
        return refuse_value (in, error);
      memcpy (to, from, kept * sizeof *to);
    }
  return TRUE;
}

static void
widen_decimals (const RushArrowInput *in, gpointer out)
{
  gboolean wide = in->field->type->storage == RUSH_STORAGE_I128;

  if (in->field->form == ARROW_DECIMAL_32 && wide)
    WIDEN (gint32, rush_int128);
  else if (in->field->form == ARROW_DECIMAL_32)
    WIDEN (gint32, gint64);
  else
    WIDEN (gint64, rush_int128);
}

/* ---- times ---- */

static gboolean
scale_up (const RushArrowInput *in, gpointer out, GError **error)
{
  const gint64 *from = values_of (in, sizeof *from);
  gint64 *to = (gint64 *)out + in->pad, factor = in->field->number;
  gint64 most = G_MAXINT64 / factor, wrong = 0;

  for (guint i = 0; i < in->length; i++)
    {
      wrong |= from[i] > most || from[i] < -most;
      to[i] = (gint64)((guint64)from[i] * (guint64)factor);
    }
  if (!wrong)
    return TRUE;
  for (guint i = 0; i < in->length; i++)
    if (!rush_arrow_input_is_null (in, i) && (from[i] > most || from[i] < -most))
      return refuse_value (in, error);
  return TRUE;
}

static inline gint64
floor_divide (gint64 value, gint64 by)
{
  return value / by - (value % by < 0);
}

static void
scale_down (const RushArrowInput *in, gpointer out)
{
  const gint64 *from = values_of (in, sizeof *from);
  gint64 *to = (gint64 *)out + in->pad;

  for (guint i = 0; i < in->length; i++)
    to[i] = floor_divide (from[i], 1000);
}

static gboolean
convert_days (const RushArrowInput *in, gpointer out, GError **error)
{
  const gint64 *from = values_of (in, sizeof *from);
  gint32 *to = (gint32 *)out + in->pad;

  for (guint i = 0; i < in->length; i++)
    {
      gint64 days = floor_divide (from[i], MICROS_PER_DAY / 1000);
      if (days != (gint32)days && !rush_arrow_input_is_null (in, i))
        return refuse_value (in, error);
      to[i] = (gint32)days;
    }
  return TRUE;
}

/* Arrow's has the same fields, but nanoseconds. */
static void
convert_intervals (const RushArrowInput *in, gpointer out)
{
  const RushCalendarInterval *from = values_of (in, sizeof *from);
  RushCalendarInterval *to = (RushCalendarInterval *)out + in->pad;

  for (guint i = 0; i < in->length; i++)
    to[i] = (RushCalendarInterval){ from[i].months, from[i].days, from[i].microseconds / 1000 };
}

/* ---- any of them ---- */

static gboolean
convert (const RushArrowInput *in, gpointer out, GError **error)
{
  switch ((guint)in->field->form)
    {
    case ARROW_WIDEN_U8:
      WIDEN (guint8, gint16);
      return TRUE;
    case ARROW_WIDEN_U16:
      WIDEN (guint16, gint32);
      return TRUE;
    case ARROW_WIDEN_U32:
      WIDEN (guint32, gint64);
      return TRUE;
    case ARROW_WIDEN_U64:
      WIDEN (guint64, rush_int128);
      return TRUE;
    case ARROW_HALF:
      convert_halves (in, out);
      return TRUE;
    case ARROW_DECIMAL_32:
    case ARROW_DECIMAL_64:
      widen_decimals (in, out);
      return TRUE;
    case ARROW_DECIMAL_128:
      return narrow_128_to_64 (in, out, error);
    case ARROW_DECIMAL_256:
      return narrow_256 (in, out, error);
    case ARROW_DAYS_IN_MS:
      return convert_days (in, out, error);
    case ARROW_SCALE_UP:
      return scale_up (in, out, error);
    case ARROW_SCALE_DOWN:
      scale_down (in, out);
      return TRUE;
    case ARROW_MONTH_DAY_NANO:
      convert_intervals (in, out);
      return TRUE;
    }
  g_assert_not_reached ();
}

RushBuffer *
rush_arrow_convert_numbers (const RushArrowInput *in, GError **error)
{
  gsize width = in->field->type->value_bytes;
  g_autoptr (RushBuffer) out = rush_buffer_new (rush_arrow_input_allocator (in),
                                                (gsize)(in->pad + in->length) * width, error);

  if (out == NULL)
    return NULL;
  memset (out->bytes, 0, in->pad * width);
  if (in->length > 0 && !convert (in, out->bytes, error))
    return NULL;
  return g_steal_pointer (&out);
}
