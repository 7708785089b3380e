/* test_distribution.c - numbers with units; what each distribution draws, by its moments; and what
 * is refused, with line and name. */
#include "sim/distribution.h"

#include <math.h>
#include <stdlib.h>

#define N 100000

static RushJson *
json (const char *text)
{
  g_autoptr (GError) error = NULL;
  RushJson *value = rush_json_parse (text, -1, &error);

  g_assert_no_error (error);
  return value;
}

static RushDistribution *
parse (const char *text, RushUnit unit)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushJson) value = json (text);
  RushDistribution *self = rush_distribution_parse (value, unit, "x", &error);

  g_assert_no_error (error);
  return self;
}

static void
assert_number (const char *text, RushUnit unit, double expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushJson) value = json (text);
  double number = -1;

  g_assert_true (rush_unit_parse (value, unit, "x", &number, &error));
  g_assert_no_error (error);
  g_assert_true (fabs (number - expected) <= expected * 1e-15);
}

static void
test_units (void)
{
  assert_number ("1.5", RUSH_UNIT_PLAIN, 1.5);
  assert_number ("0", RUSH_UNIT_PLAIN, 0);
  assert_number ("2", RUSH_UNIT_SECONDS, 2);
  assert_number ("\"2\"", RUSH_UNIT_SECONDS, 2);
  assert_number ("\"350ms\"", RUSH_UNIT_SECONDS, 0.35);
  assert_number ("\"10us\"", RUSH_UNIT_SECONDS, 1e-5);
  assert_number ("\"8ns\"", RUSH_UNIT_SECONDS, 8e-9);
  assert_number ("\"1.5m\"", RUSH_UNIT_SECONDS, 90);
  assert_number ("\"2h\"", RUSH_UNIT_SECONDS, 7200);
  assert_number ("\"1D\"", RUSH_UNIT_SECONDS, 86400);
  assert_number ("\"64k\"", RUSH_UNIT_BYTES, 65536);
  assert_number ("\"1.5g\"", RUSH_UNIT_BYTES, 1.5 * 1073741824);
  assert_number ("\"10gbit\"", RUSH_UNIT_BYTES_PER_S, 1.25e9);
  assert_number ("\"200m\"", RUSH_UNIT_BYTES_PER_S, 200 * 1048576.0);
  assert_number ("1e6", RUSH_UNIT_BYTES_PER_S, 1e6);
}

static void
assert_refused (const char *text, RushUnit unit, const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushJson) value = json (text);

  g_assert_null (rush_distribution_parse (value, unit, "x", &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, message);
}

#define TIME "a time, such as 2 (seconds), \"350ms\" or \"1.5m\""

/* What the pattern takes is what the reader takes. */
static void
test_patterns (void)
{
  static const char *const texts[] = { "2",     "2s",  "2S", "2Ms", "2.5m", "2.",  ".5",
                                       "2.5.1", "2 s", "2k", "2Kb", "2kk",  "1gB", "3gbit",
                                       "2x",    "-2",  "+2", "1e3", "inf",  "",    "2ss",
                                       "2b",    "0x1", "1h", "1d",  "1ns",  "2t" };

  for (RushUnit unit = RUSH_UNIT_SECONDS; unit <= RUSH_UNIT_BYTES_PER_S; unit++)
    {
      g_autofree char *pattern = rush_unit_pattern (unit);

      for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
        {
          g_autofree char *quoted = g_strdup_printf ("\"%s\"", texts[i]);
          g_autoptr (RushJson) value = json (quoted);
          double number;

          g_assert_cmpint (g_regex_match_simple (pattern, texts[i], 0, 0), ==,
                           rush_unit_parse (value, unit, "x", &number, NULL));
        }
    }
}

static void
test_refused_numbers (void)
{
  assert_refused ("-1", RUSH_UNIT_SECONDS, "line 1: \"x\" must be " TIME ", not -1");
  assert_refused ("\"fast\"", RUSH_UNIT_SECONDS, "line 1: \"x\" must be " TIME ", not \"fast\"");
  assert_refused ("\"2 s\"", RUSH_UNIT_SECONDS, "line 1: \"x\" must be " TIME ", not \"2 s\"");
  assert_refused ("\"-2s\"", RUSH_UNIT_SECONDS, "line 1: \"x\" must be " TIME ", not \"-2s\"");
  assert_refused ("\"1e3s\"", RUSH_UNIT_SECONDS, "line 1: \"x\" must be " TIME ", not \"1e3s\"");
  assert_refused ("\"0x10\"", RUSH_UNIT_SECONDS, "line 1: \"x\" must be " TIME ", not \"0x10\"");
  assert_refused ("\"\"", RUSH_UNIT_SECONDS, "line 1: \"x\" must be " TIME ", not \"\"");
  assert_refused ("\"2g\"", RUSH_UNIT_SECONDS, "line 1: \"x\" must be " TIME ", not \"2g\"");
  assert_refused ("true", RUSH_UNIT_SECONDS, "line 1: \"x\" must be " TIME);
  assert_refused ("\n\nnull", RUSH_UNIT_SECONDS, "line 3: \"x\" must be " TIME);
  assert_refused ("\"2\"", RUSH_UNIT_PLAIN,
                  "line 1: \"x\" must be a number, such as 1.5, not \"2\"");
  assert_refused ("\"10gbit\"", RUSH_UNIT_BYTES,
                  "line 1: \"x\" must be a size, such as 4096 (bytes), \"64k\" or \"4g\", not "
                  "\"10gbit\"");
}

#define KINDS                                                                                      \
  "line 1: \"x\" must be a number or an object with one member: uniform, exponential, "            \
  "lognormal, pareto or values"

static void
test_refused_distributions (void)
{
  assert_refused ("{}", RUSH_UNIT_SECONDS, KINDS);
  assert_refused ("{\"normal\": 1}", RUSH_UNIT_SECONDS, KINDS);
  assert_refused ("{\"exponential\": 1, \"values\": [1]}", RUSH_UNIT_SECONDS, KINDS);
  assert_refused ("{\"uniform\": [1]}", RUSH_UNIT_SECONDS,
                  "line 1: \"x.uniform\" must be a list of two, the least and the most");
  assert_refused ("{\"uniform\": [2, 1]}", RUSH_UNIT_SECONDS,
                  "line 1: \"x.uniform\" must be the least and the most, in this order");
  assert_refused ("{\"uniform\": [1,\n \"2q\"]}", RUSH_UNIT_SECONDS,
                  "line 2: \"x.uniform\" must be " TIME ", not \"2q\"");
  assert_refused ("{\"values\": []}", RUSH_UNIT_SECONDS,
                  "line 1: \"x.values\" must be a list of one number or more");
  assert_refused ("{\"pareto\": {\"least\": 1}}", RUSH_UNIT_SECONDS,
                  "line 1: \"x.pareto\" must be an object of \"least\" and \"alpha\"");
  assert_refused ("{\"pareto\": {\"least\": 1, \"alpha\": 0}}", RUSH_UNIT_SECONDS,
                  "line 1: \"x.pareto\" must be a pareto with an alpha of 0.1 or more");
  assert_refused ("{\"lognormal\": {\"median\": \"x\", \"sigma\": 1}}", RUSH_UNIT_SECONDS,
                  "line 1: \"x.lognormal.median\" must be " TIME ", not \"x\"");
  assert_refused ("{\"lognormal\": 3}", RUSH_UNIT_SECONDS,
                  "line 1: \"x.lognormal\" must be an object of \"median\" and \"sigma\", not 3");
  assert_refused ("{\"exponential\": -2}", RUSH_UNIT_SECONDS,
                  "line 1: \"x.exponential\" must be " TIME ", not -2");
}

/* ---- what is drawn ---- */

typedef struct
{
  double mean, deviation, median, least, most;
} Moments;

static gint
compare (gconstpointer a, gconstpointer b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

static Moments
moments (const RushDistribution *distribution)
{
  RushSimRandom random = rush_sim_random (19, "moments", 0, 0, 0);
  g_autofree double *drawn = g_new (double, N);
  Moments result = { 0 };
  double squares = 0;

  for (guint i = 0; i < N; i++)
    {
      drawn[i] = rush_distribution_draw (distribution, &random);
      result.mean += drawn[i] / N;
    }
  for (guint i = 0; i < N; i++)
    squares += (drawn[i] - result.mean) * (drawn[i] - result.mean);
  result.deviation = sqrt (squares / N);
  qsort (drawn, N, sizeof (double), compare);
  result.median = drawn[N / 2];
  result.least = drawn[0];
  result.most = drawn[N - 1];
  return result;
}

/* Within a hundredth; the median that the distribution knows is the one that is drawn. */
static void
assert_moments (const char *text, double mean, double deviation, double median)
{
  g_autoptr (RushDistribution) distribution = parse (text, RUSH_UNIT_SECONDS);
  Moments drawn = moments (distribution);

  g_assert_cmpfloat_with_epsilon (drawn.mean, mean, 0.01 * mean);
  g_assert_true (fabs (drawn.deviation - deviation) <= 0.02 * deviation + 1e-9);
  g_assert_cmpfloat_with_epsilon (drawn.median, median, 0.01 * median);
  g_assert_cmpfloat_with_epsilon (rush_distribution_median (distribution), median, 1e-12);
  g_assert_true (drawn.least >= 0);
}

static void
test_moments (void)
{
  assert_moments ("\"2s\"", 2, 0, 2);
  assert_moments ("{\"uniform\": [\"1s\", \"3s\"]}", 2, sqrt (4.0 / 12), 2);
  assert_moments ("{\"exponential\": \"2s\"}", 2, 2, 2 * G_LN2);
  assert_moments ("{\"lognormal\": {\"median\": \"2s\", \"sigma\": 0.5}}", 2 * exp (0.125),
                  2 * exp (0.125) * sqrt (exp (0.25) - 1), 2);
  /* alpha 5: mean α ÷ (α − 1), variance α ÷ ((α − 1)² (α − 2)) of its least */
  assert_moments ("{\"pareto\": {\"least\": \"2s\", \"alpha\": 5}}", 2.5, 2 * sqrt (5.0 / 48),
                  2 * pow (2, 0.2));
  assert_moments ("{\"values\": [\"1s\", \"1s\", \"9s\", 1]}", 3, sqrt (12), 1);
}

static void
test_ends (void)
{
  g_autoptr (RushDistribution) uniform = parse ("{\"uniform\": [1, 3]}", RUSH_UNIT_PLAIN);
  g_autoptr (RushDistribution) pareto =
      parse ("{\"pareto\": {\"least\": 2, \"alpha\": 0.1}}", RUSH_UNIT_PLAIN);
  Moments even = moments (uniform), heavy = moments (pareto);

  g_assert_true (even.least >= 1 && even.least < 1.001 && even.most < 3 && even.most > 2.999);
  g_assert_true (heavy.least >= 2 && isfinite (heavy.most) && heavy.most > 1e20);
}

static void
test_median_of_values (void)
{
  g_autoptr (RushDistribution) odd = parse ("{\"values\": [9, 1, 4]}", RUSH_UNIT_PLAIN);
  g_autoptr (RushDistribution) even = parse ("{\"values\": [9, 1, 4, 2]}", RUSH_UNIT_PLAIN);

  g_assert_cmpfloat (rush_distribution_median (odd), ==, 4);
  g_assert_cmpfloat (rush_distribution_median (even), ==, 3);
}

static void
test_constant_draws_nothing (void)
{
  g_autoptr (RushDistribution) two = rush_distribution_constant (2);
  RushDistribution *again = rush_distribution_ref (two);
  RushSimRandom random = rush_sim_random (1, "x", 0, 0, 0);

  g_assert_cmpfloat (rush_distribution_draw (again, &random), ==, 2);
  g_assert_cmpuint (random.counter, ==, 0);
  rush_distribution_unref (again);
  rush_distribution_unref (NULL);
}

#define ADD(name) g_test_add_func ("/sim/distribution/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (units);
  ADD (patterns);
  ADD (refused_numbers);
  ADD (refused_distributions);
  ADD (moments);
  ADD (ends);
  ADD (median_of_values);
  ADD (constant_draws_nothing);
  return g_test_run ();
}
