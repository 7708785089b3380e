/* random.c - drawing as the JVM does, so that what Spark deals out by chance falls alike here.
 *
 * Both give 31 random bits; java.util.Random.nextInt (bound), which XORShiftRandom inherits, makes
 * a number below a bound of them: the high bits if the bound is a power of two, else the remainder,
 * drawing again where the last, incomplete round of the bound would favour small numbers.
 */
#include "rdd/random.h"

#include "core/data/hash.h"

#define ARRAY_SEED 0x3c074a61 /* scala.util.hashing.MurmurHash3.arraySeed */
#define MULTIPLIER G_GUINT64_CONSTANT (0x5DEECE66D)
#define MASK_48 ((G_GUINT64_CONSTANT (1) << 48) - 1)

typedef guint (*NextBits) (gpointer generator); /* 31 of them */

static guint
below (guint bound, NextBits next, gpointer generator)
{
  guint bits = next (generator);

  g_return_val_if_fail (bound >= 1 && bound <= G_MAXINT32, 0);
  if ((bound & (bound - 1)) == 0)
    return (guint)(((guint64)bound * bits) >> 31);
  while (bits - bits % bound + (bound - 1) > G_MAXINT32)
    bits = next (generator);
  return bits % bound;
}

/* ---- XORShiftRandom ---- */

static guint64
xor_shift_step (RushXorShift *self)
{
  self->state ^= self->state << 21;
  self->state ^= self->state >> 35;
  self->state ^= self->state << 4;
  return self->state;
}

static guint
xor_shift_bits (gpointer generator)
{
  return (guint)(xor_shift_step (generator) & G_MAXINT32);
}

void
rush_xor_shift_init (RushXorShift *self, gint64 seed)
{
  /* Scala hashes the seed's bytes, the highest first. */
  gint64 bytes = (gint64)GUINT64_SWAP_LE_BE ((guint64)seed);
  guint32 low = rush_murmur3_int64 (bytes, ARRAY_SEED);
  guint32 high = rush_murmur3_int64 (bytes, low);

  self->state = (guint64)high << 32 | low;
}

guint
rush_xor_shift_next (RushXorShift *self, guint bound)
{
  return below (bound, xor_shift_bits, self);
}

gint32
rush_xor_shift_next_int (RushXorShift *self)
{
  return (gint32)(guint32)xor_shift_step (self);
}

/* 53 bits: the low 26 of one draw, the low 27 of the next. */
double
rush_xor_shift_next_double (RushXorShift *self)
{
  guint64 high = xor_shift_bits (self) & ((1u << 26) - 1);
  guint64 low = xor_shift_bits (self) & ((1u << 27) - 1);

  return (double)(high << 27 | low) * 0x1p-53;
}

/* ---- java.util.Random ---- */

static guint64
java_step (RushJavaRandom *self)
{
  self->state = (self->state * MULTIPLIER + 0xB) & MASK_48;
  return self->state;
}

static guint
java_bits (gpointer generator)
{
  return (guint)(java_step (generator) >> 17);
}

void
rush_java_random_init (RushJavaRandom *self, gint64 seed)
{
  self->state = ((guint64)seed ^ MULTIPLIER) & MASK_48;
}

guint
rush_java_random_next (RushJavaRandom *self, guint bound)
{
  return below (bound, java_bits, self);
}

gint32
rush_java_random_next_int (RushJavaRandom *self)
{
  return (gint32)(guint32)(java_step (self) >> 16);
}

gint64
rush_java_random_next_long (RushJavaRandom *self)
{
  guint64 high = java_step (self) >> 16;

  /* Both halves are signed. */
  return (gint64)((high << 32) + (guint64)(gint64)(gint32)(java_step (self) >> 16));
}

/* 53 bits: the high 26 of one draw, the high 27 of the next. */
double
rush_java_random_next_double (RushJavaRandom *self)
{
  guint64 high = java_step (self) >> 22;

  return (double)(high << 27 | java_step (self) >> 21) * 0x1p-53;
}

gint64
rush_seed_of_partition (gint64 seed, guint split)
{
  RushJavaRandom random;
  gint64 drawn;

  rush_java_random_init (&random, seed);
  drawn = rush_java_random_next_long (&random);
  for (guint i = 0; i < split; i++)
    drawn = rush_java_random_next_long (&random);
  return drawn;
}
