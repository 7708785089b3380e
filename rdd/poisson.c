/* poisson.c - numbers of a Poisson distribution, of uniform ones.
 *
 *   uniform numbers are multiplied until the product falls below exp (−mean);
 *   how many it took before is Poisson distributed (Knuth, volume 2, 3.4.1)
 *
 * The uniform numbers come from a WELL: 624 words in a ring, of which each step mixes five, writes
 * two, and goes one back.
 */
#include "rdd/poisson.h"

#include <math.h>

enum
{
  M1 = 70,
  M2 = 179,
  M3 = 449,
};

/* The seed's halves, then what Knuth's generator makes of the words before. */
static void
well_init (RushPoisson *self, gint64 seed)
{
  self->words[0] = (guint32)((guint64)seed >> 32);
  self->words[1] = (guint32)seed;
  for (guint i = 2; i < RUSH_WELL_WORDS; i++)
    {
      gint64 before = (gint32)self->words[i - 2];
      self->words[i] = (guint32)(1812433253ULL * (guint64)(before ^ (before >> 30)) + (guint64)i);
    }
  self->at = 0;
}

static guint32
well_next (RushPoisson *self, guint bits)
{
  guint32 *v = self->words;
  guint at = self->at;
  guint one_back = (at + RUSH_WELL_WORDS - 1) % RUSH_WELL_WORDS;
  guint two_back = (at + RUSH_WELL_WORDS - 2) % RUSH_WELL_WORDS;
  guint32 m1 = v[(at + M1) % RUSH_WELL_WORDS], m2 = v[(at + M2) % RUSH_WELL_WORDS];
  guint32 m3 = v[(at + M3) % RUSH_WELL_WORDS];
  guint32 z0 = (0x80000000U & v[one_back]) ^ (0x7FFFFFFFU & v[two_back]);
  guint32 z1 = (v[at] ^ (v[at] << 25)) ^ (m1 ^ (m1 >> 27));
  guint32 z2 = (m2 >> 9) ^ (m3 ^ (m3 >> 1));
  guint32 z3 = z1 ^ z2;
  guint32 z4 = z0 ^ (z1 ^ (z1 << 9)) ^ (z2 ^ (z2 << 21)) ^ (z3 ^ (z3 >> 21));

  v[at] = z3;
  v[one_back] = z4;
  v[two_back] &= 0x80000000U;
  self->at = one_back;
  /* Tempering (Matsumoto and Kurita): the bits become evenly distributed. */
  z4 ^= (z4 << 7) & 0xe46e1700U;
  z4 ^= (z4 << 15) & 0x9b868000U;
  return z4 >> (32 - bits);
}

static double
well_next_double (RushPoisson *self)
{
  guint64 high = (guint64)well_next (self, 26) << 26;

  return (double)(high | well_next (self, 26)) * 0x1.0p-52;
}

void
rush_poisson_init (RushPoisson *self, double mean, gint64 seed)
{
  g_return_if_fail (mean >= 0 && mean < RUSH_POISSON_MAX_MEAN);
  self->mean = mean;
  well_init (self, seed);
}

guint
rush_poisson_next (RushPoisson *self)
{
  double limit = exp (-self->mean), product = 1;
  guint n = 0;

  if (self->mean == 0)
    return 0;
  while (n < 1000 * self->mean)
    {
      product *= well_next_double (self);
      if (product < limit)
        break;
      n++;
    }
  return n;
}
