/* shortest_digits.c - the shortest decimal that reads back as the same floating point number.
 *
 * All reals that round to v = c · 2^q lie in an interval around it, half a step to each side:
 *
 *       vl            v             vr
 *   ────┼─────────────┼─────────────┼────         10^k is the largest power of ten that is not
 *      │ s·10^k   │ (s+1)·10^k │                  wider than the interval, so one or two multiples
 *                                                 of it lie inside, and at most one of 10^(k+1)
 *
 * If a multiple of 10^(k+1) is inside, it is shorter and wins; else the nearer of s and s + 1 that is
 * inside.  Bounds count as inside when c is even, because reading rounds ties to even.
 *
 * v · 10^−k is found with 126 bits of 10^−k, cut, and one sticky bit for "there is more": Giulietti
 * proved that this always suffices.  The bits of the 617 powers are computed once, by repeated
 * multiplication and division of a long integer by ten.
 *
 * Source:  R. Giulietti, The Schubfach way to render doubles (2021), which is Java's Double.toString
 *          since version 19.  Older Javas now and then write a digit more than needed.
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
floor_log10_of_three_quarters_pow2 (gint e)
{
  return (gint)((e * G_GINT64_CONSTANT (661971961083) - G_GINT64_CONSTANT (274743187321)) >> 41);
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
  guint64 odd = c & 1, middle = 4 * c, right = middle + 2, left = middle - (narrow ? 1 : 2);
  gint k = narrow ? floor_log10_of_three_quarters_pow2 (q) : floor_log10_of_pow2 (q);
  gint shift = q + floor_log2_of_pow10 (-k) + 2;
  const Power *power = &powers[-k - MIN_POWER];
  guint64 v = scale (power, middle << shift); /* in quarters, as all three */
  guint64 vl = scale (power, left << shift), vr = scale (power, right << shift);
  guint64 s = v >> 2, chosen;
  gint64 from_centre;

  *out_exponent = k;
  if (s >= 100)
    {
      guint64 short_s = s / 10 * 10, short_t = short_s + 10;
      gboolean s_inside = vl + odd <= short_s << 2, t_inside = (short_t << 2) + odd <= vr;
      if (s_inside != t_inside)
        {
          *out_digits = s_inside ? short_s : short_t;
          return;
        }
    }
  gboolean s_inside = vl + odd <= s << 2, t_inside = ((s + 1) << 2) + odd <= vr;
  from_centre = (gint64)(v - ((s + s + 1) << 1));
  if (s_inside != t_inside)
    chosen = s_inside ? s : s + 1;
  else
    chosen = from_centre < 0 || (from_centre == 0 && s % 2 == 0) ? s : s + 1;
  *out_digits = chosen;
}

static void
shortest (guint64 c, gint q, gboolean narrow, guint64 tiny, guint64 *out_digits, gint *out_exponent)
{
  pthread_once (&powers_once, compute_powers);

  if (c < tiny) /* too few bits for two digits: ten times as fine */
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
    shortest (fraction, -1074, FALSE, 3, out_digits, out_exponent);
  else
    shortest (fraction | G_GUINT64_CONSTANT (1) << 52, exponent - 1075,
              fraction == 0 && exponent > 1, 3, out_digits, out_exponent);
}

void
rush_float_shortest (float value, guint64 *out_digits, gint *out_exponent)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  guint32 fraction = bits & ((1u << 23) - 1);
  gint exponent = (gint)(bits >> 23 & 0xFF);
  if (exponent == 0)
    shortest (fraction, -149, FALSE, 8, out_digits, out_exponent);
  else
    shortest (fraction | 1u << 23, exponent - 150, fraction == 0 && exponent > 1, 8, out_digits,
              out_exponent);
}
