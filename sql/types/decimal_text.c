/* decimal_text.c - decimals as text, and to and from floating point.
 *
 * A text is read in one pass: significant digits are counted and kept while they fit 128 bits,
 * and what the exponent says about the point is settled at the end:
 *
 *   -0012.3450e2      digits 123450, point behind 4 of them (12|3450 and two more)
 *                     as decimal(7,1): keep 4 + 1 digits, 12345, round by the next: 0
 *
 * Doubles go through their shortest text, as BigDecimal.valueOf () does: 0.1 becomes 0.1 and not
 * 0.1000000000000000055.
 */
#include "sql/types/decimal.h"
#include "sql/types/number_text_private.h"

#include <math.h>
#include <string.h>

/* ---- reading ---- */

typedef struct
{
  const char *digits, *end; /* from the first significant digit; a point may stand between */
  guint n;                  /* significant digits */
  gint64 before_point;      /* how many of them stand before the point; may be < 0 or > n */
  gint64 fraction;          /* digits behind the point as written, less the exponent: the scale */
  gboolean negative;
} DecimalText;

static gboolean
scan_exponent (const char **p, const char *end, gint64 *out)
{
  gint64 value = 0, sign = 1;
  const char *digits;

  if (*p < end && (**p == '-' || **p == '+'))
    sign = *(*p)++ == '-' ? -1 : 1;
  for (digits = *p; *p < end && g_ascii_isdigit (**p); ++*p)
    value = MIN (value * 10 + (**p - '0'), G_GINT64_CONSTANT (100000000000));
  *out = sign * value;
  return *p > digits && value <= G_MAXINT32;
}

static gboolean
scan (const char *text, gsize length, DecimalText *out)
{
  const char *p = rush_text_trim (text, &length), *end = p + length;
  DecimalText self = { 0 };
  gboolean point = FALSE, seen = FALSE;

  if (p < end && (*p == '-' || *p == '+'))
    self.negative = *p++ == '-';
  for (; p < end && (g_ascii_isdigit (*p) || (*p == '.' && !point)); p++)
    {
      if (*p == '.')
        {
          point = TRUE;
          continue;
        }
      seen = TRUE;
      self.fraction += point;
      if (self.digits == NULL && *p == '0')
        continue;
      if (self.digits == NULL)
        self.digits = p;
      self.n++;
    }
  if (!seen)
    return FALSE;
  self.end = p;
  if (p < end && (*p == 'e' || *p == 'E'))
    {
      gint64 exponent;
      p++;
      if (!scan_exponent (&p, end, &exponent))
        return FALSE;
      self.fraction -= exponent;
    }
  self.before_point = self.n - self.fraction;
  *out = self;
  return p == end;
}

/* The first @keep digits as a number (zeros follow the last one), rounded HALF_UP by the next. */
static rush_int128
take_digits (const DecimalText *self, gint64 keep)
{
  rush_int128 value = 0;
  gint64 taken = 0;

  for (const char *p = self->digits; p != NULL && p < self->end && taken <= keep; p++)
    {
      if (*p == '.')
        continue;
      if (taken++ == keep)
        return value + (*p >= '5');
      value = value * 10 + (*p - '0');
    }
  return value * rush_decimal_power[self->n == 0 ? 0 : keep - taken];
}

RushDecimalTextStatus
rush_decimal_parse (const char *text, gsize length, const RushType *to, rush_int128 *out)
{
  DecimalText self;

  if (!scan (text, length, &self))
    return RUSH_DECIMAL_TEXT_MALFORMED;
  gint64 keep = self.before_point + to->scale;
  if (self.n > 0 && keep > to->precision)
    return RUSH_DECIMAL_TEXT_OVERFLOW;
  rush_int128 value = keep < 0 || self.n == 0 ? 0 : take_digits (&self, keep);
  if (!rush_decimal_fits (value, to->precision))
    return RUSH_DECIMAL_TEXT_OVERFLOW;
  *out = self.negative ? -value : value;
  return RUSH_DECIMAL_TEXT_OK;
}

RushDecimalTextStatus
rush_decimal_parse_literal (const char *text, gsize length, rush_int128 *out, gint *out_scale)
{
  DecimalText self;

  if (!scan (text, length, &self))
    return RUSH_DECIMAL_TEXT_MALFORMED;
  gint64 scale = MAX (self.fraction, 0);
  gint64 keep =
      MAX (self.before_point, 0) + scale - (self.before_point < 0 ? -self.before_point : 0);
  if (scale > RUSH_DECIMAL_MAX_PRECISION || (self.n > 0 && keep > RUSH_DECIMAL_MAX_PRECISION))
    return RUSH_DECIMAL_TEXT_OVERFLOW;
  rush_int128 value = self.n == 0 ? 0 : take_digits (&self, keep);
  *out = self.negative ? -value : value;
  *out_scale = (gint)scale;
  return RUSH_DECIMAL_TEXT_OK;
}

/* ---- writing ---- */

/* Without a sign; at least one digit. */
static gsize
write_digits (rush_int128 unscaled, char *out)
{
  char reversed[RUSH_DECIMAL_TEXT_SIZE];
  gsize n = 0;
  unsigned __int128 value =
      unscaled < 0 ? -(unsigned __int128)unscaled : (unsigned __int128)unscaled;

  for (; value > G_MAXUINT64; value /= 10)
    reversed[n++] = (char)('0' + (gint)(value % 10));
  guint64 low = (guint64)value;
  do
    reversed[n++] = (char)('0' + low % 10);
  while ((low /= 10) != 0);
  for (gsize i = 0; i < n; i++)
    out[i] = reversed[n - 1 - i];
  return n;
}

gsize
rush_decimal_to_plain_text (rush_int128 unscaled, gint scale, char *out)
{
  char digits[RUSH_DECIMAL_TEXT_SIZE], *p = out;
  gint n = (gint)write_digits (unscaled, digits);

  if (unscaled < 0)
    *p++ = '-';
  if (n <= scale)
    {
      *p++ = '0';
      *p++ = '.';
      for (gint i = n; i < scale; i++)
        *p++ = '0';
      memcpy (p, digits, (gsize)n);
      p += n;
    }
  else
    {
      memcpy (p, digits, (gsize)(n - scale));
      p += n - scale;
      if (scale > 0)
        *p++ = '.';
      memcpy (p, digits + n - scale, (gsize)scale);
      p += scale;
    }
  *p = '\0';
  return (gsize)(p - out);
}

gsize
rush_decimal_to_text (rush_int128 unscaled, gint scale, char *out)
{
  char digits[RUSH_DECIMAL_TEXT_SIZE], *p = out;
  gint n = (gint)write_digits (unscaled, digits);
  gint exponent = n - 1 - scale;

  if (scale == 0 || exponent >= -6)
    return rush_decimal_to_plain_text (unscaled, scale, out);
  if (unscaled < 0)
    *p++ = '-';
  *p++ = digits[0];
  if (n > 1)
    *p++ = '.';
  memcpy (p, digits + 1, (gsize)n - 1);
  p += n - 1;
  *p++ = 'E';
  return (gsize)(p - out) + rush_int64_to_text (exponent, p);
}

/* ---- floating point ---- */

static gboolean
from_shortest (guint64 digits, gint exponent, gboolean negative, const RushType *to,
               rush_int128 *out)
{
  rush_int128 value = negative ? -(rush_int128)digits : (rush_int128)digits;

  if (exponent > RUSH_DECIMAL_MAX_PRECISION)
    return FALSE;
  return rush_decimal_rescale (value, -exponent, to, out);
}

gboolean
rush_decimal_from_double (double value, const RushType *to, rush_int128 *out)
{
  guint64 digits = 0;
  gint exponent = 0;

  if (!isfinite (value))
    return FALSE;
  if (value != 0)
    rush_double_shortest (fabs (value), &digits, &exponent);
  return from_shortest (digits, exponent, value < 0, to, out);
}

gboolean
rush_decimal_from_float (float value, const RushType *to, rush_int128 *out)
{
  return rush_decimal_from_double (value, to, out);
}

double
rush_decimal_to_double (rush_int128 unscaled, gint scale)
{
  const rush_int128 exact = (rush_int128)1 << 53;
  char text[RUSH_DECIMAL_TEXT_SIZE];
  double value;

  if (unscaled > -exact && unscaled < exact && scale <= RUSH_EXACT_POWERS)
    return (double)(gint64)unscaled /
           rush_exact_powers_of_ten[scale]; /* both exact: rounded once */
  gsize length = rush_decimal_to_plain_text (unscaled, scale, text);
  (void)rush_text_to_double (text, length, &value);
  return value;
}
