/* sim_random.h - chance that depends on what it is for, not on when it is asked.
 *
 * A generator with one state gives each caller what the callers before it have left: one task more,
 * and all that follows is another run.  Here a stream is named by the seed, a purpose and up to
 * three numbers, and is a hash of them and of a counter:
 *
 *   RushSimRandom draw = rush_sim_random (seed, "task duration", stage, partition, attempt);
 *   double u = rush_sim_random_uniform (&draw);            in [0, 1)
 *
 * so that a slow node stays slow, and task 7 as long as it was, whatever else a scenario changes.
 *
 * Threads: a stream is a value; copy it freely.
 * Source:  Steele, Lea, Flood, Fast splittable pseudorandom number generators (OOPSLA 2014);
 *          counter-based generators: Salmon et al., SC 2011.
 */
#pragma once

#include <glib.h>

typedef struct
{
  guint64 key, counter;
} RushSimRandom;

RushSimRandom rush_sim_random (guint64 seed, const char *purpose, gint64 a, gint64 b, gint64 c);
guint64 rush_sim_random_bits (RushSimRandom *self);
double rush_sim_random_uniform (RushSimRandom *self);
guint64 rush_sim_random_below (RushSimRandom *self, guint64 n); /* 0 … n − 1, without bias */
double rush_sim_random_normal (RushSimRandom *self);            /* mean 0, deviation 1 */
