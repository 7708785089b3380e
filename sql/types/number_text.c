/* number_text.c - what casts between numbers and strings read and write.
 *
 * Reading a double is left to strtod (), which is exact, but for the numbers that people write: up
 * to 15 digits and a small exponent are one multiplication or division of two exact doubles, which
 * rounds correctly by itself (Clinger's fast path).
 */
#include "sql/types/number_text.h"

#include "sql/types/number_text_private.h"

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

const double rush_exact_powers_of_ten[RUSH_EXACT_POWERS + 1] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,
                                                                 1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                                                 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
                                                                 1e18, 1e19, 1e20, 1e21, 1e22 };

/* ---- to text ---- */

static gsize
write_digits (guint64 value, char *out)
{
  char reversed[24];
  gsize n = 0;

  do
    reversed[n++] = (char)('0' + value % 10);
  while ((value /= 10) != 0);
  for (gsize i = 0; i < n; i++)
    out[i] = reversed[n - 1 - i];
  return n;
}

gsize
rush_int64_to_text (gint64 value, char *out)
{
  gsize length = 0;

  if (value < 0)
    out[length++] = '-';
  length += write_digits (value < 0 ? -(guint64)value : (guint64)value, out + length);
  out[length] = '\0';
  return length;
}

/* Java's form: plain between 10^-3 and 10^7, d.dddE±n outside, a digit on both sides of it. */
static gsize
write_decimal (guint64 digits, gint exponent, char *out)
{
  char text[24];
  gint n = (gint)write_digits (digits, text);
  gint point = n + exponent; /* digits before the point */
  char *p = out;

  if (point > 7 || point < -2)
    {
      *p++ = text[0];
      *p++ = '.';
      if (n == 1)
        *p++ = '0';
      memcpy (p, text + 1, (gsize)n - 1);
      p += n - 1;
      *p++ = 'E';
      return (gsize)(p - out) + rush_int64_to_text (point - 1, p);
    }
  if (point <= 0)
    {
      *p++ = '0';
      *p++ = '.';
      for (gint i = point; i < 0; i++)
        *p++ = '0';
      memcpy (p, text, (gsize)n);
      p += n;
    }
  else
    {
      for (gint i = 0; i < point; i++)
        *p++ = i < n ? text[i] : '0';
      *p++ = '.';
      if (n <= point)
        *p++ = '0';
      for (gint i = point; i < n; i++)
        *p++ = text[i];
    }
  *p = '\0';
  return (gsize)(p - out);
}

static gsize
write_special (const char *text, char *out)
{
  gsize length = strlen (text);

  memcpy (out, text, length + 1);
  return length;
}

gsize
rush_double_to_text (double value, char *out)
{
  guint64 digits;
  gint exponent;
  gsize sign = signbit (value) ? 1 : 0;

  if (isnan (value))
    return write_special ("NaN", out);
  if (isinf (value))
    return write_special (value > 0 ? "Infinity" : "-Infinity", out);
  if (value == 0)
    return write_special (sign ? "-0.0" : "0.0", out);
  out[0] = '-';
  rush_double_shortest (fabs (value), &digits, &exponent);
  return sign + write_decimal (digits, exponent, out + sign);
}

gsize
rush_float_to_text (float value, char *out)
{
  guint64 digits;
  gint exponent;
  gsize sign = signbit (value) ? 1 : 0;

  if (!isfinite (value) || value == 0)
    return rush_double_to_text (value, out);
  out[0] = '-';
  rush_float_shortest (fabsf (value), &digits, &exponent);
  return sign + write_decimal (digits, exponent, out + sign);
}

/* ---- integers and booleans ---- */

static gboolean
is_blank (char c)
{
  return (guchar)c <= ' ' || c == 0x7F;
}

const char *
rush_text_trim (const char *text, gsize *length)
{
  while (*length > 0 && is_blank (text[*length - 1]))
    --*length;
  while (*length > 0 && is_blank (*text))
    {
      text++;
      --*length;
    }
  return text;
}

gboolean
rush_text_to_int64 (const char *text, gsize length, gint64 min, gint64 max, gboolean allow_fraction,
                    gint64 *out)
{
  const char *p = rush_text_trim (text, &length), *end = p + length;
  gboolean negative = p < end && *p == '-';
  guint64 limit = negative ? -(guint64)min : (guint64)max, value = 0;

  if (p < end && (*p == '-' || *p == '+'))
    p++;
  if (p == end)
    return FALSE;
  for (; p < end && g_ascii_isdigit (*p); p++)
    if (__builtin_mul_overflow (value, 10, &value) ||
        __builtin_add_overflow (value, (guint64)(*p - '0'), &value) || value > limit)
      return FALSE;
  if (p < end && *p == '.' && allow_fraction)
    for (p++; p < end && g_ascii_isdigit (*p);)
      p++;
  if (p < end)
    return FALSE;
  *out = negative ? (gint64)-value : (gint64)value;
  return TRUE;
}

gboolean
rush_text_equals (const char *text, gsize length, const char *word)
{
  return strlen (word) == length && g_ascii_strncasecmp (text, word, length) == 0;
}

static gboolean
is_one_of (const char *text, gsize length, const char *const *words)
{
  for (; *words != NULL; words++)
    if (rush_text_equals (text, length, *words))
      return TRUE;
  return FALSE;
}

gboolean
rush_text_to_bool (const char *text, gsize length, gboolean *out)
{
  static const char *const yes[] = { "t", "true", "y", "yes", "1", NULL };
  static const char *const no[] = { "f", "false", "n", "no", "0", NULL };

  text = rush_text_trim (text, &length);
  gboolean value = is_one_of (text, length, yes);
  if (!value && !is_one_of (text, length, no))
    return FALSE;
  *out = value;
  return TRUE;
}

/* ---- floating point ---- */

/* What a text in Java's grammar of decimal numbers says, as far as 64 bits hold it. */
typedef struct
{
  guint64 digits;
  guint n_digits; /* significant ones; more than 19 are not in @digits */
  gint exponent;  /* of the last digit in @digits; cut at a million */
  gboolean negative;
} Number;

/* [+-] (digits [. digits] | . digits) [e [+-] digits] [d|f]; @end moves before the suffix. */
static gboolean
scan_number (const char *p, const char **end, Number *out)
{
  Number number = { 0 };
  guint seen = 0;
  gboolean fraction = FALSE;
  const char *stop = *end;

  if (p < stop && (*p == '-' || *p == '+'))
    number.negative = *p++ == '-';
  for (; p < stop && (g_ascii_isdigit (*p) || (*p == '.' && !fraction)); p++)
    {
      if (*p == '.')
        {
          fraction = TRUE;
          continue;
        }
      seen++;
      number.exponent -= fraction;
      if (number.n_digits == 0 && *p == '0')
        continue;
      if (number.n_digits++ < 19)
        number.digits = number.digits * 10 + (guint64)(*p - '0');
    }
  if (seen == 0)
    return FALSE;
  if (p < stop && (*p == 'e' || *p == 'E'))
    {
      gint exponent = 0, sign = 1;
      if (++p < stop && (*p == '-' || *p == '+'))
        sign = *p++ == '-' ? -1 : 1;
      if (p == stop || !g_ascii_isdigit (*p))
        return FALSE;
      for (; p < stop && g_ascii_isdigit (*p); p++)
        exponent = MIN (exponent * 10 + (*p - '0'), 1000000);
      number.exponent += sign * exponent;
    }
  gboolean suffix = p < stop && strchr ("dDfF", *p) != NULL;
  if (p + suffix != stop)
    return FALSE;
  *end = p;
  *out = number;
  return TRUE;
}

/* 0x1.8p1, as Java and C have it; the exponent must be there. */
static gboolean
is_hexadecimal (const char *p, const char *end)
{
  gboolean fraction = FALSE;
  guint seen = 0;

  if (p < end && (*p == '-' || *p == '+'))
    p++;
  if (end - p < 2 || p[0] != '0' || (p[1] | 0x20) != 'x')
    return FALSE;
  for (p += 2; p < end && (g_ascii_isxdigit (*p) || (*p == '.' && !fraction)); p++)
    if (*p == '.')
      fraction = TRUE;
    else
      seen++;
  if (seen == 0 || p == end || (*p | 0x20) != 'p')
    return FALSE;
  if (++p < end && (*p == '-' || *p == '+'))
    p++;
  if (p == end || !g_ascii_isdigit (*p))
    return FALSE;
  while (p < end && g_ascii_isdigit (*p))
    p++;
  return p == end || (p + 1 == end && strchr ("dDfF", *p) != NULL);
}

static gboolean
special_number (const char *p, gsize length, double *out)
{
  static const char *const plus[] = { "inf", "+inf", "infinity", "+infinity", NULL };
  static const char *const minus[] = { "-inf", "-infinity", NULL };

  if (rush_text_equals (p, length, "nan"))
    *out = NAN;
  else if (is_one_of (p, length, plus))
    *out = INFINITY;
  else if (is_one_of (p, length, minus))
    *out = -INFINITY;
  else
    return FALSE;
  return TRUE;
}

static locale_t c_locale;
static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;

static void
make_c_locale (void)
{
  c_locale = newlocale (LC_ALL_MASK, "C", (locale_t)0);
}

/* By the C library; @narrow rounds once, to a float. */
static double
convert (const char *text, gsize length, gboolean narrow)
{
  char small[64];
  char *copy = length < sizeof small ? small : g_malloc (length + 1);

  pthread_once (&c_locale_once, make_c_locale);
  memcpy (copy, text, length);
  copy[length] = '\0';
  double value = narrow ? strtof_l (copy, NULL, c_locale) : strtod_l (copy, NULL, c_locale);
  if (copy != small)
    g_free (copy);
  return value;
}

static gboolean
to_floating (const char *text, gsize length, gboolean narrow, double *out)
{
  const char *p = rush_text_trim (text, &length), *end = p + length;
  Number number;

  if (!scan_number (p, &end, &number))
    {
      if (!is_hexadecimal (p, end))
        return special_number (p, length, out);
      *out = convert (p, length, narrow);
      return TRUE;
    }
  if (!narrow && number.n_digits <= 15 && ABS (number.exponent) <= RUSH_EXACT_POWERS)
    {
      double value = (double)number.digits;
      value = number.exponent < 0 ? value / rush_exact_powers_of_ten[-number.exponent]
                                  : value * rush_exact_powers_of_ten[number.exponent];
      *out = number.negative ? -value : value;
    }
  else
    *out = convert (p, (gsize)(end - p), narrow);
  return TRUE;
}

gboolean
rush_text_to_double (const char *text, gsize length, double *out)
{
  return to_floating (text, length, FALSE, out);
}

gboolean
rush_text_to_float (const char *text, gsize length, float *out)
{
  double value;

  if (!to_floating (text, length, TRUE, &value))
    return FALSE;
  *out = (float)value;
  return TRUE;
}
