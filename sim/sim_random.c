/* sim_random.c - streams of chance that are named, not handed around.
 *
 *     key = mix (seed, purpose, a, b, c)         where the stream begins
 *     n-th number = mix (key + n × γ)            SplitMix64's output; γ: 2^64 ÷ the golden ratio
 *
 * mix () is a permutation of all 64-bit numbers in which each bit of the input changes half of
 * those of the output; so neighbours (task 7, task 8) get streams that have nothing to do with
 * each other, and a stream repeats itself after 2^64 numbers only.  Each number depends on its
 * name and its place alone: nobody's draw moves anybody else's.
 */
#include "sim/sim_random.h"

#include "sim/repeatable_math.h"

#include <math.h>

#define GOLDEN G_GUINT64_CONSTANT (0x9E3779B97F4A7C15)
#define FNV_BASIS G_GUINT64_CONSTANT (0xCBF29CE484222325)
#define FNV_PRIME G_GUINT64_CONSTANT (0x100000001B3)

/* Variant 13 of Stafford's better bit mixing, which SplitMix64 uses. */
static inline guint64
mix (guint64 z)
{
  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94D049BB133111EB);
  return z ^ (z >> 31);
}

/* FNV-1a: short, and the same wherever characters have eight bits. */
static guint64
hash_text (const char *text)
{
  guint64 hash = FNV_BASIS;

  for (; *text != '\0'; text++)
    hash = (hash ^ (guchar)*text) * FNV_PRIME;
  return hash;
}

/* Each step mixes all that came before once more: numbers that are exchanged make another key. */
static inline guint64
fold (guint64 key, guint64 value)
{
  return mix ((key + GOLDEN) ^ mix (value + GOLDEN));
}

RushSimRandom
rush_sim_random (guint64 seed, const char *purpose, gint64 a, gint64 b, gint64 c)
{
  guint64 key = fold (mix (seed), hash_text (purpose));

  key = fold (key, (guint64)a);
  key = fold (key, (guint64)b);
  return (RushSimRandom){ .key = fold (key, (guint64)c) };
}

guint64
rush_sim_random_bits (RushSimRandom *self)
{
  return mix (self->key + ++self->counter * GOLDEN);
}

/* The upper 53 bits, as many as a double holds: each multiple of 2^−53 is as likely as another. */
double
rush_sim_random_uniform (RushSimRandom *self)
{
  return (double)(rush_sim_random_bits (self) >> 11) * 0x1p-53;
}

/* 2^64 is no multiple of most n, so bits % n alone would favour small numbers: the first 2^64 mod n
 * of all bits are drawn again, and each remainder has as many as another among the rest. */
guint64
rush_sim_random_below (RushSimRandom *self, guint64 n)
{
  g_return_val_if_fail (n > 0, 0);

  guint64 too_many = -n % n; /* 2^64 mod n, as −n is 2^64 − n */
  guint64 bits;

  do
    bits = rush_sim_random_bits (self);
  while (bits < too_many);
  return bits % n;
}

/* A point of the unit disk, by its distance from the middle: the polar method of Marsaglia.  It
 * needs no sine; it throws one draw in five away, which named streams can afford. */
double
rush_sim_random_normal (RushSimRandom *self)
{
  double x, y, square;

  do
    {
      x = 2 * rush_sim_random_uniform (self) - 1;
      y = 2 * rush_sim_random_uniform (self) - 1;
      square = x * x + y * y;
    }
  while (square >= 1 || square == 0);
  return x * sqrt (-2 * rush_repeatable_log (square) / square);
}
