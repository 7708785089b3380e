/* poisson.h - how often a row is drawn when rows are drawn with replacement, number for number as
 * Spark has it.
 *
 * Threads: one at a time.
 * Mirrors: org.apache.spark.util.random.PoissonSampler, and the generator below it: Well19937c
 *          (Panneton, L'Ecuyer and Matsumoto, "Improved Long-Period Generators Based on Linear
 *          Recurrences Modulo 2", 2006).
 */
#pragma once

#include <glib.h>

#define RUSH_WELL_WORDS 624
#define RUSH_POISSON_MAX_MEAN 40.0 /* from there on Spark draws in another way, which is not here */

typedef struct
{
  guint32 words[RUSH_WELL_WORDS];
  guint at;
  double mean;
} RushPoisson;

/* 0 ≤ @mean < RUSH_POISSON_MAX_MEAN. */
void rush_poisson_init (RushPoisson *self, double mean, gint64 seed);
guint rush_poisson_next (RushPoisson *self);
