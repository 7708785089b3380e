/* test_interval.c - calendar intervals as a real Spark reads and writes them; arithmetic with its
 * overflows; ANSI intervals at their ends (their texts are in test_casts.c). */
#include "sql/types/interval.h"
#include "tests/sql/types/answers.h"

#include <math.h>
#include <string.h>

static void
check_answer (const RushJson *row)
{
  const char *text = answer_text (row, 0), *expected = answer_text (row, 1);
  g_autoptr (GError) error = NULL;
  RushCalendarInterval value;
  char out[RUSH_INTERVAL_TEXT_SIZE] = "";

  if (rush_interval_parse (text, strlen (text), &value, &error))
    {
      gsize length = rush_interval_to_text (&value, out);
      g_assert_cmpuint (length, ==, strlen (out));
    }
  else
    g_assert_error (error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_ILLEGAL_ARGUMENT);
  if (g_strcmp0 (error == NULL ? out : NULL, expected) != 0)
    g_error ("'%s': %s, Spark: %s", text, error == NULL ? out : error->message, expected);
}

static void
test_as_spark (void)
{
  answers_each ("intervals.jsonl", check_answer);
}

static void
check_error (const char *text, const char *reason)
{
  g_autoptr (GError) error = NULL;
  RushCalendarInterval value;

  g_assert_false (rush_interval_parse (text, strlen (text), &value, &error));
  g_assert_true (strstr (error->message, reason) != NULL);
}

static void
test_errors (void)
{
  check_error ("", "[INVALID_INTERVAL_FORMAT.INPUT_IS_EMPTY]");
  check_error ("1 dayx", "Invalid unit dayx.");
  check_error ("1 day 2", "Expect a unit name after 2 but hit EOL.");
  check_error ("1x day", "Invalid value 1x.");
  check_error ("x day", "Unrecognized number x.");
  check_error ("1.5 days", "days cannot have fractional part.");
  check_error ("1.1234567891 seconds", "is out of range.");
  check_error ("interval1 day", "Invalid interval prefix interval1.");
  check_error ("99999999999 years", "Uncaught arithmetic exception while parsing "
                                    "'99999999999 years'.");
}

static void
test_ends (void)
{
  const RushType *year_month =
      rush_type_year_month_interval (RUSH_INTERVAL_YEAR, RUSH_INTERVAL_MONTH);
  const RushType *day_second =
      rush_type_day_time_interval (RUSH_INTERVAL_DAY, RUSH_INTERVAL_SECOND);
  char out[RUSH_INTERVAL_TEXT_SIZE];

  rush_year_month_to_text (G_MININT32, year_month, out);
  g_assert_cmpstr (out, ==, "INTERVAL '-178956970-8' YEAR TO MONTH");
  rush_day_time_to_text (G_MININT64, day_second, out);
  g_assert_cmpstr (out, ==, "INTERVAL '-106751991 04:00:54.775808' DAY TO SECOND");
  rush_day_time_to_text (
      0, rush_type_day_time_interval (RUSH_INTERVAL_MINUTE, RUSH_INTERVAL_MINUTE), out);
  g_assert_cmpstr (out, ==, "INTERVAL '00' MINUTE");
}

static void
test_arithmetic (void)
{
  RushCalendarInterval a = { 1, 2, 3 }, b = { 10, 20, 30 }, most = { G_MAXINT32, 0, 0 }, out;

  g_assert_true (rush_interval_add (&a, &b, &out));
  g_assert_true (out.months == 11 && out.days == 22 && out.microseconds == 33);
  g_assert_true (rush_interval_subtract (&a, &b, &out));
  g_assert_true (out.months == -9 && out.days == -18 && out.microseconds == -27);
  g_assert_false (rush_interval_add (&most, &a, &out));
  RushCalendarInterval late = { 0, 0, G_MAXINT64 };
  g_assert_false (rush_interval_add (&late, &a, &out));
  g_assert_cmpint (out.months, ==, -9); /* untouched */

  g_assert_true (rush_interval_make (1, 2, 3, 4, 5, 6, 7500000, &out));
  g_assert_true (out.months == 14 && out.days == 25 &&
                 out.microseconds == G_GINT64_CONSTANT (18367500000));
  g_assert_false (rush_interval_make (G_MAXINT64, 0, 0, 0, 0, 0, 0, &out));
  g_assert_false (rush_interval_make (178956971, 0, 0, 0, 0, 0, 0, &out));
}

static void
test_scaling (void)
{
  RushCalendarInterval value = { 3, 3, 3 }, half;
  gint64 out = 7;

  g_assert_true (rush_interval_multiply (&value, 0.5, &half));
  g_assert_true (half.months == 1 && half.days == 1 &&
                 half.microseconds == G_GINT64_CONSTANT (43200000002));
  g_assert_false (rush_interval_multiply (&value, 1e30, &half));
  g_assert_false (rush_interval_multiply (&value, NAN, &half));
  g_assert_true (rush_interval_scale (5, 0.5, &out));
  g_assert_cmpint (out, ==, 3); /* HALF_UP */
  g_assert_true (rush_interval_scale (-5, 0.5, &out));
  g_assert_cmpint (out, ==, -3);
  g_assert_false (rush_interval_scale (1, NAN, &out));
  g_assert_false (rush_interval_scale (G_MAXINT64, 2, &out));
  g_assert_true (rush_interval_divide (7, 2, &out));
  g_assert_cmpint (out, ==, 4);
  g_assert_true (rush_interval_divide (-7, 2, &out));
  g_assert_cmpint (out, ==, -4);
  g_assert_true (rush_interval_divide (7, -3, &out));
  g_assert_cmpint (out, ==, -2);
  g_assert_false (rush_interval_divide (G_MININT64, -1, &out));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/sql/types/interval/" #name, test_##name)
  ADD (as_spark);
  ADD (errors);
  ADD (ends);
  ADD (arithmetic);
  ADD (scaling);
  return g_test_run ();
}
