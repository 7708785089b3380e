/* test_value_text.c - values of every type as a real Spark writes them: cast to a string with ANSI
 * off and on, in show (), and as SQL. */
#include "core/data/column_builder.h"
#include "sql/types/decimal.h"
#include "sql/types/value_text.h"
#include "tests/sql/types/answers.h"

#include <math.h>
#include <string.h>

typedef void (*AppendFunc) (RushColumnBuilder *b);

/* ---- values ---- */

#define OK(call) g_assert_true (rush_column_builder_##call)

static RushColumnBuilder *
child (RushColumnBuilder *b, guint i)
{
  return rush_column_builder_child (b, i);
}

static void
text (RushColumnBuilder *b, const char *value)
{
  OK (append_bytes (b, value, strlen (value), NULL));
}

static void
list_of_ints (RushColumnBuilder *b)
{
  OK (append_int (child (b, 0), 1, NULL));
  OK (append_null (child (b, 0), NULL));
  OK (append_int (child (b, 0), 2, NULL));
  OK (end_list (b, NULL));
}

static void
empty_list (RushColumnBuilder *b)
{
  OK (end_list (b, NULL));
}

static void
map_with_null (RushColumnBuilder *b)
{
  text (child (b, 0), "k");
  OK (append_int (child (b, 1), 1, NULL));
  text (child (b, 0), "l");
  OK (append_null (child (b, 1), NULL));
  OK (end_list (b, NULL));
}

static void
struct_of_three (RushColumnBuilder *b)
{
  OK (append_int (child (b, 0), 1, NULL));
  text (child (b, 1), "a");
  OK (append_null (child (b, 2), NULL));
  OK (end_struct (b, NULL));
}

static void
binary_list (RushColumnBuilder *b)
{
  text (child (b, 0), "AB");
  OK (append_null (child (b, 0), NULL));
  OK (end_list (b, NULL));
}

static void
small_decimal_list (RushColumnBuilder *b)
{
  OK (append_int128 (child (b, 0), 1000000000, NULL));
  OK (end_list (b, NULL));
}

static void
calendar (RushColumnBuilder *b)
{
  OK (append_interval (b, (RushCalendarInterval){ 14, 25, G_GINT64_CONSTANT (18367500000) }, NULL));
}

/* Types with fields; made on first use. */
static const RushType *
struct_type (void)
{
  const RushTypeField fields[] = { { "col1", &RUSH_INT32, FALSE },
                                   { "col2", &RUSH_STRING, FALSE },
                                   { "col3", &RUSH_NULL, TRUE } };

  return rush_type_struct (3, fields);
}

static char *
shown (const RushType *type, AppendFunc append, gint64 number, RushValueTextStyle style)
{
  g_autoptr (RushColumnBuilder) b = rush_column_builder_new (type, rush_allocator_system ());
  const RushTimeZone *zone = rush_time_zone_get ("America/Los_Angeles", NULL);

  if (append != NULL)
    append (b);
  else if (type->kind == RUSH_TYPE_DECIMAL)
    OK (append_int128 (b, number, NULL));
  else
    OK (append_int (b, number, NULL));
  g_autoptr (RushColumn) column = rush_column_builder_finish (b);
  return rush_value_to_text (column, 0, style, zone);
}

/* The stored answer for the SQL text @value. */
static const char *wanted;
static char *answers[4]; /* ANSI off, on, show (), SQL */

static void
look_up (const RushJson *row)
{
  if (g_str_equal (answer_text (row, 0), wanted))
    for (guint i = 0; i < 4; i++)
      answers[i] = g_strdup (answer_text (row, 1 + i));
}

/* @sql: the answer's own SQL is that of a function call and not a literal's: @sql is. */
static void
check (const char *value, const RushType *type, AppendFunc append, gint64 number, const char *sql)
{
  static const RushValueTextStyle styles[] = { RUSH_TEXT_CAST_LEGACY, RUSH_TEXT_CAST_ANSI,
                                               RUSH_TEXT_PRETTY, RUSH_TEXT_SQL };

  memset (answers, 0, sizeof answers);
  wanted = value;
  answers_each ("texts.jsonl", look_up);
  g_assert_nonnull (answers[2]);
  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *got = shown (type, append, number, styles[i]);
      const char *expected = i == 3 && sql != NULL ? sql : answers[i];
      if (answers[0] == NULL && i < 2)
        expected = "null";
      if (g_strcmp0 (got, expected) != 0)
        g_error ("%s, style %u: %s, Spark: %s", value, i, got, expected);
    }
  for (guint i = 0; i < 4; i++)
    g_free (answers[i]);
}

static void
append_true (RushColumnBuilder *b)
{
  OK (append_bool (b, TRUE, NULL));
}

static void
append_null (RushColumnBuilder *b)
{
  OK (append_null (b, NULL));
}

static void
append_quote (RushColumnBuilder *b)
{
  text (b, "it's");
}

static void
append_bytes (RushColumnBuilder *b)
{
  OK (append_bytes (b, "\x1A\x2B", 2, NULL));
}

static void
append_empty (RushColumnBuilder *b)
{
  text (b, "");
}

static void
append_1e10 (RushColumnBuilder *b)
{
  OK (append_double (b, 1e10, NULL));
}

static void
append_one_and_a_half (RushColumnBuilder *b)
{
  OK (append_double (b, 1.5, NULL));
}

static void
append_nan (RushColumnBuilder *b)
{
  OK (append_double (b, NAN, NULL));
}

static void
test_scalars (void)
{
  check ("true", &RUSH_BOOL, append_true, 0, NULL);
  check ("2Y", &RUSH_INT8, NULL, 2, NULL);
  check ("3S", &RUSH_INT16, NULL, 3, NULL);
  check ("1", &RUSH_INT32, NULL, 1, NULL);
  check ("4L", &RUSH_INT64, NULL, 4, NULL);
  check ("-9223372036854775808L", &RUSH_INT64, NULL, G_MININT64, NULL);
  check ("1.50BD", rush_type_decimal (3, 2), NULL, 150, NULL);
  check ("0.0000001BD", rush_type_decimal (7, 7), NULL, 1, NULL);
  check ("1e10", &RUSH_FLOAT64, append_1e10, 0, NULL);
  check ("1.5F", &RUSH_FLOAT32, append_one_and_a_half, 0, NULL);
  check ("double('NaN')", &RUSH_FLOAT64, append_nan, 0, "CAST('NaN' AS DOUBLE)");
  check ("'it\\'s'", &RUSH_STRING, append_quote, 0, NULL);
  check ("X'1A2B'", &RUSH_BINARY, append_bytes, 0, NULL);
  check ("X''", &RUSH_BINARY, append_empty, 0, NULL);
  check ("null", &RUSH_NULL, append_null, 0, NULL);
  g_autofree char *typed = shown (&RUSH_INT32, append_null, 0, RUSH_TEXT_SQL);
  g_assert_cmpstr (typed, ==, "CAST(NULL AS INT)");
}

static void
test_times (void)
{
  check ("date'2020-01-01'", &RUSH_DATE, NULL, 18262, NULL);
  check ("date'-0001-01-01'", &RUSH_DATE, NULL, -719893, NULL);
  check ("date'10000-01-01'", &RUSH_DATE, NULL, 2932897, NULL);
  check ("timestamp'2020-01-01 12:00:00.120'", &RUSH_TIMESTAMP, NULL,
         G_GINT64_CONSTANT (1577908800120000), NULL);
  check ("timestamp_ntz'2020-01-01 12:00:00.000001'", &RUSH_TIMESTAMP_NTZ, NULL,
         G_GINT64_CONSTANT (1577880000000001), NULL);
  check ("interval '1-2' year to month",
         rush_type_year_month_interval (RUSH_INTERVAL_YEAR, RUSH_INTERVAL_MONTH), NULL, 14, NULL);
  check ("interval '-1 02:03:04.000001' day to second",
         rush_type_day_time_interval (RUSH_INTERVAL_DAY, RUSH_INTERVAL_SECOND), NULL,
         G_GINT64_CONSTANT (-93784000001), NULL);
  check ("interval '0.5' second",
         rush_type_day_time_interval (RUSH_INTERVAL_SECOND, RUSH_INTERVAL_SECOND), NULL, 500000,
         NULL);
  check ("make_interval(1,2,3,4,5,6,7.5)", &RUSH_CALENDAR_INTERVAL, calendar, 0,
         "INTERVAL '1 years 2 months 25 days 5 hours 6 minutes 7.5 seconds'");
}

static void
test_nested (void)
{
  check ("array(1,null,2)", rush_type_array (&RUSH_INT32, TRUE), list_of_ints, 0,
         "ARRAY(1, CAST(NULL AS INT), 2)");
  check ("array()", rush_type_array (&RUSH_NULL, FALSE), empty_list, 0, "ARRAY()");
  check ("map()", rush_type_map (&RUSH_STRING, &RUSH_STRING, FALSE), empty_list, 0, "MAP()");
  check ("map('k',1,'l',null)", rush_type_map (&RUSH_STRING, &RUSH_INT32, TRUE), map_with_null, 0,
         "MAP('k', 1, 'l', CAST(NULL AS INT))");
  check ("struct(1,'a',null)", struct_type (), struct_of_three, 0,
         "NAMED_STRUCT('col1', 1, 'col2', 'a', 'col3', NULL)");
  check ("array(X'4142', null)", rush_type_array (&RUSH_BINARY, TRUE), binary_list, 0,
         "ARRAY(X'4142', CAST(NULL AS BINARY))");
  check ("array(cast(1e-9 as decimal(38,18)))", rush_type_array (rush_type_decimal (38, 18), TRUE),
         small_decimal_list, 0, "ARRAY(1.000000000E-9BD)");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/sql/types/value_text/" #name, test_##name)
  ADD (scalars);
  ADD (times);
  ADD (nested);
  return g_test_run ();
}
