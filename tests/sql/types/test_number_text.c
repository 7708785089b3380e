/* test_number_text.c - doubles and floats are written as Java writes them (answers of a real
 * Spark), read back as the same bits, fractions with no digit more than needed; integers, booleans
 * and odd numbers. */
#include "sql/types/number_text.h"
#include "tests/sql/types/answers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void
check_answer (const RushJson *row)
{
  char out[RUSH_NUMBER_TEXT_SIZE];
  gint64 bits = answer_int (row, 1);

  if (g_str_equal (answer_text (row, 0), "double"))
    {
      double value;
      memcpy (&value, &bits, sizeof value);
      rush_double_to_text (value, out);
    }
  else
    {
      gint32 narrow = (gint32)bits;
      float value;
      memcpy (&value, &narrow, sizeof value);
      rush_float_to_text (value, out);
    }
  g_assert_cmpstr (out, ==, answer_text (row, 2));
}

static void
test_as_spark (void)
{
  g_assert_cmpuint (answers_each ("doubles.jsonl", check_answer), >, 500);
}

/* The text reads back as the same number, and of a fraction that is no power of two one digit less
 * does not. */
static void
check_shortest (double value)
{
  char out[RUSH_NUMBER_TEXT_SIZE], fewer[64];
  guint64 digits;
  gint exponent, binary;
  double back;

  if (value == 0)
    return;
  gsize length = rush_double_to_text (value, out);
  g_assert_cmpuint (length, ==, strlen (out));
  g_assert_true (rush_text_to_double (out, length, &back));
  g_assert_cmpint (memcmp (&back, &value, sizeof back), ==, 0);
  rush_double_shortest (fabs (value), &digits, &exponent);
  g_snprintf (fewer, sizeof fewer, "%" G_GUINT64_FORMAT "e%d", digits, exponent);
  gint n = (gint)strcspn (fewer, "e");
  if (n > 2 && value != floor (value) && frexp (fabs (value), &binary) != 0.5)
    {
      g_snprintf (fewer, sizeof fewer, "%.*e", n - 2, fabs (value));
      g_assert_true (g_ascii_strtod (fewer, NULL) != fabs (value));
    }
}

static void
test_round_trip (void)
{
  for (guint i = 0; i < 200000; i++)
    {
      guint64 bits = (guint64)g_test_rand_int () << 32 | (guint32)g_test_rand_int ();
      double value;
      memcpy (&value, &bits, sizeof value);
      if (isfinite (value) && value != 0)
        check_shortest (value);
      check_shortest (g_test_rand_double_range (-1e6, 1e6));
      check_shortest ((double)(gint32)g_test_rand_int () / 100);
    }
  for (gint e = -1074; e < 1024; e++) /* powers of two: the step below is narrower */
    {
      check_shortest (ldexp (1, e));
      check_shortest (nextafter (ldexp (1, e), 0));
    }
}

static void
test_float_round_trip (void)
{
  for (guint i = 0; i < 300000; i++)
    {
      guint32 bits = (guint32)g_test_rand_int ();
      char out[RUSH_NUMBER_TEXT_SIZE];
      float value, back;
      memcpy (&value, &bits, sizeof value);
      if (!isfinite (value))
        continue;
      gsize length = rush_float_to_text (value, out);
      g_assert_true (rush_text_to_float (out, length, &back));
      g_assert_cmpint (memcmp (&back, &value, sizeof back), ==, 0);
    }
}

static void
test_integers (void)
{
  static const gint64 values[] = { 0, 1, -1, 9, 10, G_MAXINT64, G_MININT64, 1000000000000 };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      char out[RUSH_NUMBER_TEXT_SIZE];
      g_autofree char *expected = g_strdup_printf ("%" G_GINT64_FORMAT, values[i]);
      gint64 back;
      g_assert_cmpuint (rush_int64_to_text (values[i], out), ==, strlen (expected));
      g_assert_cmpstr (out, ==, expected);
      g_assert_true (rush_text_to_int64 (out, strlen (out), G_MININT64, G_MAXINT64, FALSE, &back));
      g_assert_cmpint (back, ==, values[i]);
    }
}

static void
test_refused (void)
{
  static const char *const bad[] = { "", " ", "-", "+", "1x", "x1", "--1", "1 2", "1e", "e1", "." };
  double value = 7;
  gint64 number = 7;
  gboolean truth = 7;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_false (rush_text_to_double (bad[i], strlen (bad[i]), &value));
      g_assert_false (rush_text_to_int64 (bad[i], strlen (bad[i]), -9, 9, FALSE, &number));
      g_assert_false (rush_text_to_bool (bad[i], strlen (bad[i]), &truth));
    }
  g_assert_cmpfloat (value, ==, 7); /* untouched */
  g_assert_cmpint (number, ==, 7);
  g_assert_cmpint (truth, ==, 7);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/sql/types/number_text/" #name, test_##name)
  ADD (as_spark);
  ADD (round_trip);
  ADD (float_round_trip);
  ADD (integers);
  ADD (refused);
  return g_test_run ();
}
