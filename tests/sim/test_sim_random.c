/* test_sim_random.c - a stream depends on its name alone; its numbers are as even, as independent
 * and as normal as they should be; logarithm and exponential are right, to the last bit the same.
 * */
#include "sim/repeatable_math.h"
#include "sim/sim_random.h"

#include <math.h>
#include <string.h>

#define N 200000

/* The first numbers of a stream: they must never change, or every recorded seed becomes another
 * run. */
static void
test_known_numbers (void)
{
  RushSimRandom stream = rush_sim_random (7, "task duration", 1, 2, 0);

  g_assert_cmpuint (rush_sim_random_bits (&stream), ==, G_GUINT64_CONSTANT (0xDF148A4451713573));
  g_assert_cmpuint (rush_sim_random_bits (&stream), ==, G_GUINT64_CONSTANT (0xC9D151F7F28A3828));
  stream = rush_sim_random (0, "", 0, 0, 0);
  g_assert_cmpuint (rush_sim_random_bits (&stream), ==, G_GUINT64_CONSTANT (0x9E0786448179158A));
}

static void
test_each_part_of_the_name_counts (void)
{
  const RushSimRandom streams[] = {
    rush_sim_random (1, "a", 1, 2, 3),  rush_sim_random (2, "a", 1, 2, 3),
    rush_sim_random (1, "b", 1, 2, 3),  rush_sim_random (1, "a", 2, 1, 3),
    rush_sim_random (1, "a", 1, 3, 2),  rush_sim_random (1, "a", 1, 2, 4),
    rush_sim_random (1, "a", 0, 0, 0),  rush_sim_random (1, "a", -1, 2, 3),
    rush_sim_random (1, "ab", 1, 2, 3), rush_sim_random (1, "", 1, 2, 3),
  };

  for (guint i = 0; i < G_N_ELEMENTS (streams); i++)
    for (guint j = 0; j < i; j++)
      {
        RushSimRandom a = streams[i], b = streams[j];

        g_assert_cmpuint (rush_sim_random_bits (&a), !=, rush_sim_random_bits (&b));
      }
}

static void
test_a_copy_goes_its_own_way (void)
{
  RushSimRandom stream = rush_sim_random (3, "x", 0, 0, 0);
  RushSimRandom copy = stream;
  guint64 first = rush_sim_random_bits (&stream);

  rush_sim_random_bits (&stream);
  g_assert_cmpuint (rush_sim_random_bits (&copy), ==, first);
}

/* Of neighbouring streams as of one stream: mean ½, variance 1/12, no correlation of two in a row.
 * */
static void
assert_even (double (*draw) (guint i, RushSimRandom *stream))
{
  RushSimRandom stream = rush_sim_random (11, "even", 0, 0, 0);
  double sum = 0, squares = 0, products = 0, last = 0.5;

  for (guint i = 0; i < N; i++)
    {
      double u = draw (i, &stream);

      g_assert_true (u >= 0 && u < 1);
      sum += u;
      squares += (u - 0.5) * (u - 0.5);
      products += (u - 0.5) * (last - 0.5);
      last = u;
    }
  g_assert_cmpfloat_with_epsilon (sum / N, 0.5, 0.003); /* 4 σ: 0.0026 */
  g_assert_cmpfloat_with_epsilon (squares / N, 1.0 / 12, 0.001);
  g_assert_cmpfloat_with_epsilon (products / N, 0, 0.001);
}

static double
draw_next (guint i, RushSimRandom *stream)
{
  return rush_sim_random_uniform (stream);
}

static double
draw_first_of_neighbour (guint i, RushSimRandom *unused)
{
  RushSimRandom stream = rush_sim_random (11, "task", 0, i, 0);

  return rush_sim_random_uniform (&stream);
}

static void
test_uniform_within_a_stream (void)
{
  assert_even (draw_next);
}

static void
test_uniform_across_streams (void)
{
  assert_even (draw_first_of_neighbour);
}

static void
test_below (void)
{
  RushSimRandom stream = rush_sim_random (5, "below", 0, 0, 0);
  guint counts[7] = { 0 };

  for (guint i = 0; i < 70000; i++)
    counts[rush_sim_random_below (&stream, 7)]++;
  for (guint i = 0; i < 7; i++)
    g_assert_cmpfloat_with_epsilon (counts[i], 10000, 400);
  g_assert_cmpuint (rush_sim_random_below (&stream, 1), ==, 0);
  /* More than half of all numbers: a remainder without bias has to draw again now and then. */
  guint64 most = (G_GUINT64_CONSTANT (1) << 63) + 1;
  guint lower = 0;
  for (guint i = 0; i < 10000; i++)
    lower += rush_sim_random_below (&stream, most) < most / 2;
  g_assert_cmpfloat_with_epsilon (lower, 5000, 200);
}

static void
test_normal (void)
{
  RushSimRandom stream = rush_sim_random (13, "normal", 0, 0, 0);
  double sum = 0, squares = 0, cubes = 0, fourths = 0;
  guint beyond_two = 0;

  for (guint i = 0; i < N; i++)
    {
      double x = rush_sim_random_normal (&stream);

      sum += x;
      squares += x * x;
      cubes += x * x * x;
      fourths += x * x * x * x;
      beyond_two += fabs (x) > 2;
    }
  g_assert_cmpfloat_with_epsilon (sum / N, 0, 0.01);
  g_assert_cmpfloat_with_epsilon (squares / N, 1, 0.015);
  g_assert_cmpfloat_with_epsilon (cubes / N, 0, 0.04);
  g_assert_cmpfloat_with_epsilon (fourths / N, 3, 0.1);
  g_assert_cmpfloat_with_epsilon ((double)beyond_two / N, 0.0455, 0.002);
}

/* Beside the C library, which is right to within a unit in the last place. */
static void
test_repeatable_log_and_exp (void)
{
  RushSimRandom stream = rush_sim_random (17, "math", 0, 0, 0);

  for (guint i = 0; i < N; i++)
    {
      double x = (rush_sim_random_uniform (&stream) - 0.5) * 1400;
      double y = ldexp (rush_sim_random_uniform (&stream) + 0x1p-53,
                        (int)rush_sim_random_below (&stream, 200) - 100);

      g_assert_true (fabs (rush_repeatable_exp (x) / exp (x) - 1) < 2e-15);
      g_assert_true (fabs (rush_repeatable_log (y) - log (y)) <=
                     2e-15 * MAX (1e-15, fabs (log (y))));
    }
  g_assert_cmpfloat (rush_repeatable_log (1), ==, 0);
  g_assert_cmpfloat (rush_repeatable_exp (0), ==, 1);
  g_assert_cmpfloat (rush_repeatable_exp (-1000), ==, 0);
  g_assert_cmpfloat (rush_repeatable_exp (1000), ==, G_MAXDOUBLE);
  g_assert_cmpfloat_with_epsilon (rush_repeatable_pow (2, 10), 1024, 1e-11);
  g_assert_cmpfloat_with_epsilon (rush_repeatable_pow (9, -0.5), 1.0 / 3, 1e-15);
}

/* All bits of a thousand results, as one number that any build must come to. */
static void
test_math_is_the_same_in_every_build (void)
{
  guint64 all = 0;

  for (guint i = 1; i <= 1000; i++)
    {
      double values[] = { rush_repeatable_log (i * 0.37), rush_repeatable_exp (i * 0.61 - 300),
                          rush_repeatable_pow (i, 0.3) };
      guint64 bits[G_N_ELEMENTS (values)];

      memcpy (bits, values, sizeof bits);
      for (guint j = 0; j < G_N_ELEMENTS (values); j++)
        all = all * G_GUINT64_CONSTANT (6364136223846793005) + bits[j];
    }
  g_assert_cmpuint (all, ==, G_GUINT64_CONSTANT (0x78BC293E5CF6A8B1));
}

#define ADD(name) g_test_add_func ("/sim/sim_random/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (known_numbers);
  ADD (each_part_of_the_name_counts);
  ADD (a_copy_goes_its_own_way);
  ADD (uniform_within_a_stream);
  ADD (uniform_across_streams);
  ADD (below);
  ADD (normal);
  ADD (repeatable_log_and_exp);
  ADD (math_is_the_same_in_every_build);
  return g_test_run ();
}
