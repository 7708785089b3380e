/* wide_int.c - schoolbook arithmetic on little arrays of words. */
#include "sql/types/wide_int_private.h"

#include <string.h>

static void
trim (WideInt *self)
{
  while (self->n > 0 && self->words[self->n - 1] == 0)
    self->n--;
}

WideInt
rush_wide_from (rush_uint128 value)
{
  WideInt self = { 0 };

  for (; value != 0; value >>= 32)
    self.words[self.n++] = (guint32)value;
  return self;
}

gboolean
rush_wide_to (const WideInt *self, rush_uint128 *out)
{
  rush_uint128 value = 0;

  if (self->n > 4)
    return FALSE;
  for (guint i = self->n; i-- > 0;)
    value = value << 32 | self->words[i];
  *out = value;
  return TRUE;
}

int
rush_wide_compare (const WideInt *a, const WideInt *b)
{
  if (a->n != b->n)
    return a->n < b->n ? -1 : 1;
  for (guint i = a->n; i-- > 0;)
    if (a->words[i] != b->words[i])
      return a->words[i] < b->words[i] ? -1 : 1;
  return 0;
}

WideInt
rush_wide_add (const WideInt *a, const WideInt *b)
{
  WideInt sum = { .n = MAX (a->n, b->n) + 1 };
  guint64 carry = 0;

  g_assert (sum.n <= WIDE_WORDS);
  for (guint i = 0; i < sum.n; i++)
    {
      carry += (i < a->n ? (guint64)a->words[i] : 0) + (i < b->n ? b->words[i] : 0);
      sum.words[i] = (guint32)carry;
      carry >>= 32;
    }
  trim (&sum);
  return sum;
}

WideInt
rush_wide_subtract (const WideInt *a, const WideInt *b)
{
  WideInt difference = { .n = a->n };
  gint64 borrow = 0;

  for (guint i = 0; i < a->n; i++)
    {
      borrow += (gint64)a->words[i] - (i < b->n ? b->words[i] : 0);
      difference.words[i] = (guint32)borrow;
      borrow >>= 32;
    }
  g_assert (borrow == 0);
  trim (&difference);
  return difference;
}

WideInt
rush_wide_multiply (const WideInt *a, const WideInt *b)
{
  WideInt product = { .n = a->n + b->n };

  g_assert (product.n <= WIDE_WORDS);
  for (guint i = 0; i < a->n; i++)
    {
      guint64 carry = 0;
      for (guint j = 0; j < b->n; j++)
        {
          carry += (guint64)a->words[i] * b->words[j] + product.words[i + j];
          product.words[i + j] = (guint32)carry;
          carry >>= 32;
        }
      product.words[i + b->n] = (guint32)carry;
    }
  trim (&product);
  return product;
}

WideInt
rush_wide_power_of_ten (guint exponent)
{
  WideInt power = rush_wide_from (1);

  for (; exponent > 0;)
    {
      guint step = MIN (exponent, 19);
      rush_uint128 factor = 1;
      for (guint i = 0; i < step; i++)
        factor *= 10;
      WideInt wide = rush_wide_from (factor);
      power = rush_wide_multiply (&power, &wide);
      exponent -= step;
    }
  return power;
}

/* ---- division ---- */

static WideInt
divide_by_word (const WideInt *a, guint32 divisor, WideInt *out_remainder)
{
  WideInt quotient = { .n = a->n };
  guint64 rest = 0;

  for (guint i = a->n; i-- > 0;)
    {
      rest = rest << 32 | a->words[i];
      quotient.words[i] = (guint32)(rest / divisor);
      rest %= divisor;
    }
  trim (&quotient);
  *out_remainder = rush_wide_from (rest);
  return quotient;
}

/* @out has n + 1 words. */
static void
shift_left (const WideInt *a, guint shift, guint32 *out)
{
  guint32 carry = 0;

  for (guint i = 0; i < a->n; i++)
    {
      guint64 wide = (guint64)a->words[i] << shift | carry;
      out[i] = (guint32)wide;
      carry = (guint32)(wide >> 32);
    }
  out[a->n] = carry;
}

/* One digit of the quotient: guessed from the highest words, too large by at most 2. */
static guint32
next_digit (guint32 *u, const guint32 *v, guint n)
{
  guint64 top = (guint64)u[n] << 32 | u[n - 1];
  guint64 digit = top / v[n - 1], rest = top % v[n - 1];

  while (digit >> 32 != 0 || digit * v[n - 2] > (rest << 32 | u[n - 2]))
    {
      digit--;
      rest += v[n - 1];
      if (rest >> 32 != 0)
        break;
    }

  gint64 borrow = 0;
  guint64 carry = 0;
  for (guint i = 0; i < n; i++)
    {
      carry += digit * v[i];
      borrow += (gint64)u[i] - (guint32)carry;
      u[i] = (guint32)borrow;
      borrow >>= 32;
      carry >>= 32;
    }
  borrow += (gint64)u[n] - (gint64)carry;
  u[n] = (guint32)borrow;
  if (borrow >> 32 == 0)
    return (guint32)digit;

  carry = 0; /* one too many was taken away: give it back */
  for (guint i = 0; i < n; i++)
    {
      carry += (guint64)u[i] + v[i];
      u[i] = (guint32)carry;
      carry >>= 32;
    }
  u[n] += (guint32)carry;
  return (guint32)digit - 1;
}

WideInt
rush_wide_divide (const WideInt *a, const WideInt *b, WideInt *out_remainder)
{
  g_assert (b->n > 0);

  if (rush_wide_compare (a, b) < 0)
    {
      *out_remainder = *a;
      return (WideInt){ 0 };
    }
  if (b->n == 1)
    return divide_by_word (a, b->words[0], out_remainder);

  guint shift = (guint)__builtin_clz (b->words[b->n - 1]);
  guint32 u[WIDE_WORDS + 1], v[WIDE_WORDS + 1];
  shift_left (a, shift, u);
  shift_left (b, shift, v);

  WideInt quotient = { .n = a->n - b->n + 1 };
  for (guint i = quotient.n; i-- > 0;)
    quotient.words[i] = next_digit (u + i, v, b->n);
  trim (&quotient);

  WideInt remainder = { .n = b->n };
  for (guint i = 0; i < b->n; i++)
    remainder.words[i] = (guint32)(((guint64)u[i + 1] << 32 | u[i]) >> shift);
  trim (&remainder);
  *out_remainder = remainder;
  return quotient;
}

char *
rush_wide_to_string (const WideInt *self)
{
  char digits[WIDE_WORDS * 10 + 2];
  char *p = digits + sizeof digits;
  WideInt rest = *self, remainder;

  *--p = '\0';
  do
    {
      rest = divide_by_word (&rest, 10, &remainder);
      *--p = (char)('0' + (remainder.n > 0 ? remainder.words[0] : 0));
    }
  while (rest.n > 0);
  return g_strdup (p);
}
