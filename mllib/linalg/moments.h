/* moments.h - means and sums of squared deviations that survive large means.
 *
 * Σ x² − (Σ x)² / n loses all digits when the mean is large.  So deviations are summed from the
 * mean as it is, and two such sums become one:
 *
 *   δ = mean_b − mean_a      mean = mean_a + δ w_b / w      m2 = m2_a + m2_b + δ² w_a w_b / w
 *
 * (Shares w_b / w come first: the first one is exactly 1, and mean exactly mean_b.)  A value that
 * never changes then has δ = 0 all the way, and so a deviation of exactly 0, by which fits
 * know it.
 *
 * Source:  B. Welford (1962); T. Chan, G. Golub, R. LeVeque: Algorithms for computing the sample
 *          variance (1983).
 */
#pragma once

#include <glib.h>

/* @mean and @m2 (Σ w (x − mean)²) of weight @weight, and those of another weight, above 0. */
static inline void
rush_moments_merge (double *mean, double *m2, double weight, double other_mean, double other_m2,
                    double other_weight)
{
  double share = other_weight / (weight + other_weight), delta = other_mean - *mean;

  *mean += delta * share;
  *m2 += other_m2 + delta * delta * weight * share;
}

/* One value more, of a weight above 0. */
static inline void
rush_moments_add (double *mean, double *m2, double *weight, double x, double x_weight)
{
  double delta = x - *mean;

  *weight += x_weight;
  *mean += delta * (x_weight / *weight);
  *m2 += x_weight * (x - *mean) * delta;
}
