/* shortest_digits.c - the decimal digits of a floating point number, as few as read back
 * as the same.
 *
 * All reals that round to v = c · 2^q lie in an interval around it, half a step to each side:
 *
 *       vl            v             vr
 *   ────┼─────────────┼─────────────┼────         10^k is the largest power of ten that is not
 *      │ s·10^k   │ (s+1)·10^k │                  wider than the interval, so one or two multiples
 *                                                 of it lie inside, and at most one of 10^(k+1)
 *
 * If a multiple of 10^(k+1) is inside, it is shorter and wins; else the nearer of s and s + 1 that
 * is inside.
 *
 * Spark writes what Java writes, and its Java (17) is careful where it need not be: bounds count as
 * outside even where reading would round them to v (1E23 is written 9.999999999999999E22), at a
 * power of two the smaller half step is taken for both sides, and whole numbers below 2^63 are
 * written with the digits of a long, but for those that the precision cannot vouch for
 * (1.23456792E8 of a float). Later Javas have neither of these.  All of them read back as v.
 *
 * v · 10^−k is found with 126 bits of 10^−k, cut, and one sticky bit for "there is more": Giulietti
 * proved that this always suffices.  The bits of the 617 powers are computed once, by repeated
 * multiplication and division of a long integer by ten.
 *
 * Source:  R. Giulietti, The Schubfach way to render doubles (2021); Java 17's Double.toString.
 */
#include "sql/types/number_text.h"

#include <pthread.h>
#include <string.h>

typedef unsigned __int128 uint128;

/* ---- 126 bits of each power of ten ---- */

#define MIN_POWER (-292)
#define MAX_POWER 324
#define LONG_WORDS 20 /* 1,280 bits: 10^324 has 1,077, and 2^1279 / 10^292 still 309 */

typedef struct
{
  guint64 high, low; /* high · 2^63 + low */
} Power;

static Power powers[MAX_POWER - MIN_POWER + 1];
static pthread_once_t powers_once = PTHREAD_ONCE_INIT;

/* The 126 highest bits of a long integer, and one: an upper bound. */
static Power
highest_bits (const guint64 words[LONG_WORDS])
{
  gint top = LONG_WORDS - 1;

  while (words[top] == 0)
    top--;
  guint shift = (guint)__builtin_clzll (words[top]);
  guint64 window[3];
  for (gint i = 0; i < 3; i++)
    window[i] = top - i >= 0 ? words[top - i] : 0;
  uint128 bits = (uint128)window[0] << 64 | window[1];
  if (shift > 0)
    bits = bits << shift | window[2] >> (64 - shift);
  bits = (bits >> 2) + 1;
  return (Power){ .high = (guint64)(bits >> 63), .low = (guint64)bits & G_MAXINT64 };
}

static void
multiply_by_ten (guint64 words[LONG_WORDS])
{
  uint128 carry = 0;

  for (guint i = 0; i < LONG_WORDS; i++)
    {
      carry += (uint128)words[i] * 10;
      words[i] = (guint64)carry;
      carry >>= 64;
    }
}

static void
divide_by_ten (guint64 words[LONG_WORDS])
{
  uint128 rest = 0;

  for (guint i = LONG_WORDS; i-- > 0;)
    {
      rest = rest << 64 | words[i];
      words[i] = (guint64)(rest / 10);
      rest %= 10;
    }
}

static void
compute_powers (void)
{
  guint64 words[LONG_WORDS] = { 1 };

  for (gint power = 0; power <= MAX_POWER; power++, multiply_by_ten (words))
    powers[power - MIN_POWER] = highest_bits (words);
  memset (words, 0, sizeof words);
  words[LONG_WORDS - 1] = G_GUINT64_CONSTANT (1) << 63;
  for (gint power = -1; power >= MIN_POWER; power--)
    {
      divide_by_ten (words);
      powers[power - MIN_POWER] = highest_bits (words);
    }
}

/* ---- the interval ---- */

/* Logarithms by multiplication with a constant, exact in the ranges that occur. */
static gint
floor_log10_of_pow2 (gint e)
{
  return (gint)((e * G_GINT64_CONSTANT (661971961083)) >> 41);
}

static gint
floor_log2_of_pow10 (gint e)
{
  return (gint)((e * G_GINT64_CONSTANT (913124641741)) >> 38);
}

/* power · c · 2^−126, cut to its integral part, the lowest bit set if anything was cut. */
static guint64
scale (const Power *power, guint64 c)
{
  const guint64 mask = G_MAXINT64;
  guint64 low = (guint64)((uint128)power->low * c >> 64);
  uint128 high = (uint128)power->high * c;
  guint64 middle = ((guint64)high >> 1) + low;

  return ((guint64)(high >> 64) + (middle >> 63)) | ((middle & mask) + mask) >> 63;
}

/* @narrow: the step below v is half of the one above, as at a power of two. */
static void
shortest_of (guint64 c, gint q, gboolean narrow, guint64 *out_digits, gint *out_exponent)
{
  guint64 middle = 4 * c, half_step = narrow ? 1 : 2; /* in quarters, as all that follows */
  gint k = floor_log10_of_pow2 (narrow ? q - 1 : q);
  gint shift = q + floor_log2_of_pow10 (-k) + 2;
  const Power *power = &powers[-k - MIN_POWER];
  guint64 v = scale (power, middle << shift);
  guint64 vl = scale (power, (middle - half_step) << shift);
  guint64 vr = scale (power, (middle + half_step) << shift);
  guint64 s = v >> 2;

  *out_exponent = k;
  if (s >= 100)
    {
      guint64 short_s = s / 10 * 10, short_t = short_s + 10;
      gboolean s_inside = vl < short_s << 2, t_inside = short_t << 2 < vr;
      if (s_inside != t_inside)
        {
          *out_digits = s_inside ? short_s : short_t;
          return;
        }
    }
  gboolean s_inside = vl < s << 2, t_inside = (s + 1) << 2 < vr;
  gint64 from_centre = (gint64)(v - ((s + s + 1) << 1));
  gboolean s_nearer = from_centre < 0 || (from_centre == 0 && s % 2 == 0);
  *out_digits = s_inside && (s_nearer || !t_inside) ? s : s + 1;
}

/* A whole number; digits beyond the precision, which it cannot vouch for, are rounded off. */
static void
digits_of_whole (guint64 value, gint excess_bits, guint64 *out_digits, gint *out_exponent)
{
  guint64 power = 1;

  *out_exponent = excess_bits > 1 ? floor_log10_of_pow2 (excess_bits) : 0;
  for (gint i = 0; i < *out_exponent; i++)
    power *= 10;
  *out_digits = value / power + (value % power >= power / 2 && power > 1);
}

/* @precision: bits of the format. */
static void
shortest (guint64 c, gint q, gboolean narrow, gint precision, guint64 *out_digits,
          gint *out_exponent)
{
  gint tail = __builtin_ctzll (c), top = 63 - __builtin_clzll (c) + q; /* v ≥ 2^top */

  pthread_once (&powers_once, compute_powers);
  if (q + tail >= 0 && top <= 62)
    digits_of_whole (q >= 0 ? c << q : c >> -q, top - precision - 1, out_digits, out_exponent);
  else if (c < (precision == 53 ? 3 : 8)) /* too few bits for two digits: ten times as fine */
    {
      shortest_of (10 * c, q, FALSE, out_digits, out_exponent);
      *out_exponent -= 1;
    }
  else
    shortest_of (c, q, narrow, out_digits, out_exponent);
  while (*out_digits % 10 == 0)
    {
      *out_digits /= 10;
      *out_exponent += 1;
    }
}

void
rush_double_shortest (double value, guint64 *out_digits, gint *out_exponent)
{
  guint64 bits;

  memcpy (&bits, &value, sizeof bits);
  guint64 fraction = bits & ((G_GUINT64_CONSTANT (1) << 52) - 1);
  gint exponent = (gint)(bits >> 52 & 0x7FF);
  if (exponent == 0)
    shortest (fraction, -1074, FALSE, 53, out_digits, out_exponent);
  else
    shortest (fraction | G_GUINT64_CONSTANT (1) << 52, exponent - 1075,
              fraction == 0 && exponent > 1, 53, out_digits, out_exponent);
}

void
rush_float_shortest (float value, guint64 *out_digits, gint *out_exponent)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  guint32 fraction = bits & ((1u << 23) - 1);
  gint exponent = (gint)(bits >> 23 & 0xFF);
  if (exponent == 0)
    shortest (fraction, -149, FALSE, 24, out_digits, out_exponent);
  else
    shortest (fraction | 1u << 23, exponent - 150, fraction == 0 && exponent > 1, 24, out_digits,
              out_exponent);
}
