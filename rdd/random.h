/* random.h - the two generators that Spark draws from, number for number.
 *
 * Threads: one at a time.
 * Mirrors: java.util.Random, org.apache.spark.util.random.XORShiftRandom.
 */
#pragma once

#include <glib.h>

/* XORShiftRandom (Marsaglia, "Xorshift RNGs", 2003), seeded through MurmurHash3. */
typedef struct
{
  guint64 state;
} RushXorShift;

void rush_xor_shift_init (RushXorShift *self, gint64 seed);
/* 0 … @bound − 1; @bound is at least 1. */
guint rush_xor_shift_next (RushXorShift *self, guint bound);
gint32 rush_xor_shift_next_int (RushXorShift *self);    /* any of 2³² */
double rush_xor_shift_next_double (RushXorShift *self); /* [0, 1) */

/* java.util.Random: a linear congruential generator of 48 bits. */
typedef struct
{
  guint64 state;
} RushJavaRandom;

void rush_java_random_init (RushJavaRandom *self, gint64 seed);
guint rush_java_random_next (RushJavaRandom *self, guint bound);
gint32 rush_java_random_next_int (RushJavaRandom *self);
gint64 rush_java_random_next_long (RushJavaRandom *self);
double rush_java_random_next_double (RushJavaRandom *self); /* [0, 1) */
/* The seed of partition @split of a sample: of PartitionwiseSampledRDD's, drawn by @seed. */
gint64 rush_seed_of_partition (gint64 seed, guint split);
