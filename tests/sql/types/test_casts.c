/* test_casts.c - texts read as every type, and numbers cast to one another, as a real Spark does
 * with ANSI off (overflow and rubbish are null) and on (answers of try_cast).
 *
 * The scalar functions of sql/types are put together here as a cast puts them together. */
#include "sql/types/datetime_text.h"
#include "sql/types/decimal.h"
#include "sql/types/interval.h"
#include "sql/types/number_text.h"
#include "tests/sql/types/answers.h"

#include <math.h>
#include <string.h>

static const RushTimeZone *zone;
static gboolean ansi;

/* ---- texts ---- */

static const gint64 int_min[] = { G_MININT8, G_MININT16, G_MININT32, G_MININT64 };
static const gint64 int_max[] = { G_MAXINT8, G_MAXINT16, G_MAXINT32, G_MAXINT64 };

/* NULL: the cast gives null. */
static char *
from_string (const char *text, gsize length, const RushType *to)
{
  char out[RUSH_INTERVAL_TEXT_SIZE];
  gint64 number;
  double real;
  float narrow;
  rush_int128 decimal;
  gint32 days;
  gboolean truth;

  switch ((gint)to->kind)
    {
    case RUSH_TYPE_INT8:
    case RUSH_TYPE_INT16:
    case RUSH_TYPE_INT32:
    case RUSH_TYPE_INT64:
      if (!rush_text_to_int64 (text, length, int_min[to->kind - RUSH_TYPE_INT8],
                               int_max[to->kind - RUSH_TYPE_INT8], !ansi, &number))
        return NULL;
      rush_int64_to_text (number, out);
      break;
    case RUSH_TYPE_FLOAT32:
      if (!rush_text_to_float (text, length, &narrow))
        return NULL;
      rush_float_to_text (narrow, out);
      break;
    case RUSH_TYPE_FLOAT64:
      if (!rush_text_to_double (text, length, &real))
        return NULL;
      rush_double_to_text (real, out);
      break;
    case RUSH_TYPE_DECIMAL:
      if (rush_decimal_parse (text, length, to, &decimal) != RUSH_DECIMAL_TEXT_OK)
        return NULL;
      (ansi ? rush_decimal_to_plain_text : rush_decimal_to_text) (decimal, to->scale, out);
      break;
    case RUSH_TYPE_BOOL:
      if (!rush_text_to_bool (text, length, &truth))
        return NULL;
      return g_strdup (truth ? "true" : "false");
    case RUSH_TYPE_DATE:
      if (!rush_text_to_date (text, length, &days))
        return NULL;
      rush_date_to_text (days, out);
      break;
    case RUSH_TYPE_TIMESTAMP:
      if (!rush_text_to_timestamp (text, length, zone, 0, &number))
        return NULL;
      rush_timestamp_to_text (rush_time_zone_to_local (zone, number), out);
      break;
    case RUSH_TYPE_TIMESTAMP_NTZ:
      if (!rush_text_to_timestamp_ntz (text, length, TRUE, &number))
        return NULL;
      rush_timestamp_to_text (number, out);
      break;
    default:
      g_assert_not_reached ();
    }
  return g_strdup (out);
}

/* ---- numbers ---- */

static char *
int_text (gint64 value)
{
  char out[RUSH_NUMBER_TEXT_SIZE];

  rush_int64_to_text (value, out);
  return g_strdup (out);
}

static char *
decimal_text (rush_int128 value, const RushType *type)
{
  char out[RUSH_DECIMAL_TEXT_SIZE];

  (ansi ? rush_decimal_to_plain_text : rush_decimal_to_text) (value, type->scale, out);
  return g_strdup (out);
}

static char *
double_text (double value, gboolean narrow)
{
  char out[RUSH_NUMBER_TEXT_SIZE];

  if (narrow)
    rush_float_to_text ((float)value, out);
  else
    rush_double_to_text (value, out);
  return g_strdup (out);
}

static gboolean
is_int (const RushType *type)
{
  return type->kind >= RUSH_TYPE_INT8 && type->kind <= RUSH_TYPE_INT64;
}

static char *
from_decimal (rush_int128 value, gint scale, const RushType *to)
{
  rush_int128 scaled;
  gint64 whole;

  if (to->kind == RUSH_TYPE_DECIMAL)
    return rush_decimal_rescale (value, scale, to, &scaled) ? decimal_text (scaled, to) : NULL;
  if (to == &RUSH_BOOL)
    return g_strdup (value != 0 ? "true" : "false");
  if (to == &RUSH_STRING)
    return decimal_text (value, rush_type_decimal (38, scale));
  if (!is_int (to))
    return double_text (rush_decimal_to_double (value, scale), to == &RUSH_FLOAT32);
  gboolean fits = rush_decimal_to_int64 (value, scale, &whole);
  if (!ansi)
    return int_text (to == &RUSH_INT8 ? (gint8)whole : to == &RUSH_INT32 ? (gint32)whole : whole);
  return fits && whole >= int_min[to->kind - RUSH_TYPE_INT8] &&
                 whole <= int_max[to->kind - RUSH_TYPE_INT8]
             ? int_text (whole)
             : NULL;
}

static gboolean
check_numbers (const RushType *from, const RushType *to, const char *text, char **out)
{
  double real;
  float narrow;
  rush_int128 decimal;
  gsize length = strlen (text);

  if (from->kind == RUSH_TYPE_DECIMAL)
    {
      g_assert_cmpint (rush_decimal_parse (text, length, from, &decimal), ==, RUSH_DECIMAL_TEXT_OK);
      *out = from_decimal (decimal, from->scale, to);
      return TRUE;
    }
  g_assert_true (rush_text_to_double (text, length, &real));
  g_assert_true (rush_text_to_float (text, length, &narrow));
  if (to->kind == RUSH_TYPE_DECIMAL)
    {
      gboolean fits = from == &RUSH_FLOAT32 ? rush_decimal_from_float (narrow, to, &decimal)
                                            : rush_decimal_from_double (real, to, &decimal);
      *out = fits ? decimal_text (decimal, to) : NULL;
      return TRUE;
    }
  return FALSE; /* a C conversion: the kernels' business */
}

/* ---- intervals ---- */

static void
check_interval (const RushJson *row, const RushType *to)
{
  const char *text = answer_text (row, 3), *expected = answer_text (row, 4);
  gsize length = strlen (text);
  char out[RUSH_INTERVAL_TEXT_SIZE];
  g_autoptr (GError) error = NULL;
  gint32 months;
  gint64 micros;
  gboolean year_month = to->kind == RUSH_TYPE_YEAR_MONTH_INTERVAL;
  gboolean ok = year_month ? rush_interval_parse_year_month (text, length, to, &months, &error)
                           : rush_interval_parse_day_time (text, length, to, &micros, &error);

  if (!ok)
    {
      g_assert_error (error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_ILLEGAL_ARGUMENT);
      if (expected == NULL || expected[0] != '!')
        g_error ("'%s' as %s: %s, Spark: %s", text, to->name, error->message, expected);
      if (g_str_has_prefix (expected, "![INVALID_INTERVAL_FORMAT"))
        g_assert_cmpstr (error->message, ==, expected + 1);
      return;
    }
  if (year_month)
    rush_year_month_to_text (months, to, out);
  else
    rush_day_time_to_text (micros, to, out);
  if (g_strcmp0 (out, expected) != 0)
    g_error ("'%s' as %s: %s, Spark: %s", text, to->name, out, expected);
}

/* ---- all of them ---- */

/* What today's date is, is not compared: a clock time's answer is of the day it was asked. */
static gboolean
has_no_date (const char *text)
{
  return strchr (text, ':') != NULL && strchr (text, '-') == NULL;
}

static void
check_answer (const RushJson *row)
{
  const RushType *from = type_named (answer_text (row, 1)), *to = type_named (answer_text (row, 2));
  const char *text = answer_text (row, 3);

  zone = rush_time_zone_get (answer_text (row, 0), NULL);
  if (to->kind == RUSH_TYPE_YEAR_MONTH_INTERVAL || to->kind == RUSH_TYPE_DAY_TIME_INTERVAL)
    {
      check_interval (row, to);
      return;
    }
  for (ansi = FALSE; ansi <= TRUE; ansi++)
    {
      g_autofree char *got = NULL;
      const char *expected = answer_text (row, ansi ? 5 : 4);
      if (from == &RUSH_STRING)
        got = from_string (text, strlen (text), to);
      else if (!check_numbers (from, to, text, &got))
        continue;
      if (to == &RUSH_TIMESTAMP && has_no_date (text))
        g_assert_cmpint (got != NULL, ==, expected != NULL);
      else if (g_strcmp0 (got, expected) != 0)
        g_error ("'%s' of %s as %s in %s, ANSI %s: %s, Spark: %s", text, from->name, to->name,
                 answer_text (row, 0), ansi ? "on" : "off", got, expected);
    }
}

static void
test_as_spark (void)
{
  g_assert_cmpuint (answers_each ("casts.jsonl", check_answer), >, 1500);
}

static void
test_clock_time_of_today (void)
{
  const RushTimeZone *tokyo = rush_time_zone_get ("Asia/Tokyo", NULL);
  gint64 instant;

  /* At 1970-01-01 23:00 UTC it is January 2 in Tokyo. */
  g_assert_true (
      rush_text_to_timestamp ("T12:30", 6, tokyo, G_GINT64_CONSTANT (82800000000), &instant));
  g_assert_cmpint (instant, ==, G_GINT64_CONSTANT (86400000000) + 12600000000);
}

static void
test_outputs_untouched (void)
{
  gint32 days = 7;
  gint64 instant = 7;
  rush_int128 decimal = 7;

  g_assert_false (rush_text_to_date ("x", 1, &days));
  g_assert_false (rush_text_to_timestamp ("x", 1, rush_time_zone_utc (), 0, &instant));
  g_assert_cmpint (rush_decimal_parse ("x", 1, rush_type_decimal (3, 1), &decimal), ==,
                   RUSH_DECIMAL_TEXT_MALFORMED);
  g_assert_cmpint (rush_decimal_parse ("100", 3, rush_type_decimal (3, 1), &decimal), ==,
                   RUSH_DECIMAL_TEXT_OVERFLOW);
  g_assert_cmpint (days, ==, 7);
  g_assert_cmpint (instant, ==, 7);
  g_assert_true (decimal == 7);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/sql/types/casts/" #name, test_##name)
  ADD (as_spark);
  ADD (clock_time_of_today);
  ADD (outputs_untouched);
  return g_test_run ();
}
