/* answers.c - reading stored answers. */
#include "tests/sql/types/answers.h"

#include <stdio.h>
#include <string.h>

guint
answers_each (const char *name, void (*check) (const RushJson *row))
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "sql", name, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  guint n = 0;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (; lines[n] != NULL && lines[n][0] != '\0'; n++)
    {
      g_autoptr (RushJson) row = rush_json_parse (lines[n], -1, &error);
      g_assert_no_error (error);
      check (row);
    }
  g_assert_cmpuint (n, >, 0);
  return n;
}

const char *
answer_text (const RushJson *row, guint i)
{
  return rush_json_as_string (rush_json_item (row, i), NULL);
}

gint64
answer_int (const RushJson *row, guint i)
{
  const RushJson *item = rush_json_item (row, i);

  g_assert_cmpint (rush_json_kind (item), ==, RUSH_JSON_INT);
  return rush_json_as_int (item, 0);
}

static RushIntervalField
interval_field (const char *name)
{
  static const char *const names[] = { "year", "month", "day", "hour", "minute", "second" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (names[i], name))
      return (RushIntervalField)i;
  g_assert_not_reached ();
}

const RushType *
type_named (const char *name)
{
  static const RushType *const simple[] = { &RUSH_BOOL,          &RUSH_INT8,
                                            &RUSH_INT16,         &RUSH_INT32,
                                            &RUSH_INT64,         &RUSH_FLOAT32,
                                            &RUSH_FLOAT64,       &RUSH_STRING,
                                            &RUSH_BINARY,        &RUSH_NULL,
                                            &RUSH_DATE,          &RUSH_TIMESTAMP,
                                            &RUSH_TIMESTAMP_NTZ, &RUSH_CALENDAR_INTERVAL };
  guint precision;
  gint scale;
  RushIntervalField start, end;

  for (guint i = 0; i < G_N_ELEMENTS (simple); i++)
    if (g_str_equal (simple[i]->name, name))
      return simple[i];
  if (sscanf (name, "decimal(%u,%d)", &precision, &scale) == 2)
    return rush_type_decimal (precision, scale);
  g_auto (GStrv) words = g_strsplit (name, " ", -1);
  g_assert_cmpstr (words[0], ==, "interval");
  start = interval_field (words[1]);
  end = words[2] != NULL ? interval_field (words[3]) : start;
  return start <= RUSH_INTERVAL_MONTH ? rush_type_year_month_interval (start, end)
                                      : rush_type_day_time_interval (start, end);
}

rush_int128
int128_of (const char *digits)
{
  gboolean negative = digits[0] == '-';
  rush_int128 value = 0;

  for (const char *p = digits + negative; *p != '\0'; p++)
    value = value * 10 + (*p - '0');
  return negative ? -value : value;
}
