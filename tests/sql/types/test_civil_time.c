/* test_civil_time.c - the calendar over its whole range, fields and moves as a real Spark has them,
 * zones with their gaps and overlaps, truncation and arithmetic of instants, months between. */
#include "sql/types/datetime_text.h"
#include "sql/types/timestamp.h"
#include "tests/sql/types/answers.h"

#include <math.h>
#include <string.h>

/* ---- the calendar ---- */

static void
test_every_day_round_trips (void)
{
  RushCivilDate before = rush_civil_date (-719529 - 200000);

  for (gint64 days = -719529 - 199999; days < 3000000; days++)
    {
      RushCivilDate date = rush_civil_date (days);
      g_assert_cmpint (rush_civil_days (date.year, date.month, date.day), ==, days);
      /* The day after, by the rules of the calendar alone. */
      gboolean month_ends = before.day == rush_civil_month_length (before.year, before.month);
      g_assert_cmpint (date.day, ==, month_ends ? 1 : before.day + 1);
      g_assert_cmpint (date.month, ==, month_ends ? before.month % 12 + 1 : before.month);
      g_assert_cmpint (date.year, ==, before.year + (month_ends && before.month == 12));
      before = date;
    }
}

static void
test_far_days_round_trip (void)
{
  for (guint i = 0; i < 200000; i++)
    {
      gint64 days = (gint32)g_test_rand_int ();
      RushCivilDate date = rush_civil_date (days);
      g_assert_true (rush_civil_date_is_valid (date.year, date.month, date.day));
      g_assert_cmpint (rush_civil_days (date.year, date.month, date.day), ==, days);
    }
  for (guint i = 0; i < 100000; i++)
    {
      gint64 days = (gint64)g_test_rand_int () * g_test_rand_int_range (0, 10000);
      RushCivilDate date = rush_civil_date (days);
      g_assert_true (rush_civil_date_is_valid (date.year, date.month, date.day));
      g_assert_cmpint (rush_civil_days (date.year, date.month, date.day), ==, days);
    }
  RushCivilDate last = rush_civil_date (G_MAXINT32);
  g_assert_cmpint (last.year, ==, 5881580);
}

static void
check_date (const RushJson *row)
{
  gint64 days = answer_int (row, 0), iso_year;
  RushCivilDate date = rush_civil_date (days);
  char out[RUSH_DATETIME_TEXT_SIZE];
  gint32 back, moved;

  gsize length = rush_date_to_text (days, out);
  g_assert_cmpstr (out, ==, answer_text (row, 1));
  g_assert_true (rush_text_to_date (out, length, &back));
  g_assert_cmpint (back, ==, days);
  g_assert_cmpint (date.year, ==, answer_int (row, 2));
  g_assert_cmpint (rush_civil_quarter (days), ==, answer_int (row, 3));
  g_assert_cmpint (date.month, ==, answer_int (row, 4));
  g_assert_cmpint (date.day, ==, answer_int (row, 5));
  g_assert_cmpint (rush_civil_day_of_year (days), ==, answer_int (row, 6));
  g_assert_cmpint (rush_civil_day_of_week (days) % 7 + 1, ==, answer_int (row, 7));
  g_assert_cmpint (rush_civil_week (days, &iso_year), ==, answer_int (row, 8));
  g_assert_cmpint (iso_year, ==, answer_int (row, 9));
  g_assert_cmpint (rush_civil_last_day (days), ==, answer_int (row, 10));
  g_assert_cmpint (rush_civil_trunc (days, RUSH_UNIT_YEAR), ==, answer_int (row, 11));
  g_assert_cmpint (rush_civil_trunc (days, RUSH_UNIT_QUARTER), ==, answer_int (row, 12));
  g_assert_cmpint (rush_civil_trunc (days, RUSH_UNIT_MONTH), ==, answer_int (row, 13));
  g_assert_cmpint (rush_civil_trunc (days, RUSH_UNIT_WEEK), ==, answer_int (row, 14));
  static const gint months[] = { 1, -13, 1201 };
  for (guint i = 0; i < 3; i++)
    {
      g_assert_true (rush_date_add_months (back, months[i], &moved));
      g_assert_cmpint (moved, ==, answer_int (row, 15 + i));
    }
}

static void
test_dates_as_spark (void)
{
  answers_each ("dates.jsonl", check_date);
}

static void
test_next_day (void)
{
  gint64 thursday = 0;

  g_assert_cmpint (rush_civil_next_day (thursday, 4), ==, 7);
  g_assert_cmpint (rush_civil_next_day (thursday, 5), ==, 1);
  g_assert_cmpint (rush_civil_next_day (thursday, 3), ==, 6);
  g_assert_cmpint (rush_civil_next_day (-10, 1), ==, -3);
  g_assert_cmpint (rush_civil_parse_day_of_week ("Tue", 3), ==, 2);
  g_assert_cmpint (rush_civil_parse_day_of_week ("sunday", 6), ==, 7);
  g_assert_cmpint (rush_civil_parse_day_of_week ("sun ", 4), ==, 0);
  gint32 far;
  g_assert_false (rush_date_add_months (G_MAXINT32, 1, &far));
}

/* ---- zones ---- */

static const RushTimeZone *
zone_named (const char *id)
{
  g_autoptr (GError) error = NULL;
  const RushTimeZone *zone = rush_time_zone_get (id, &error);

  g_assert_no_error (error);
  return zone;
}

static void
check_time (const RushJson *row)
{
  static const RushTimeUnit units[] = { RUSH_UNIT_YEAR, RUSH_UNIT_MONTH, RUSH_UNIT_WEEK,
                                        RUSH_UNIT_DAY,  RUSH_UNIT_HOUR,  RUSH_UNIT_MINUTE };
  const RushTimeZone *zone = zone_named (answer_text (row, 0));
  gint64 instant = answer_int (row, 1), moved;
  char out[RUSH_DATETIME_TEXT_SIZE];

  rush_timestamp_to_text (rush_time_zone_to_local (zone, instant), out);
  g_assert_cmpstr (out, ==, answer_text (row, 2));
  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    g_assert_cmpint (rush_timestamp_trunc (instant, units[i], zone), ==, answer_int (row, 3 + i));
  RushCalendarInterval day = { .days = 1 };
  g_assert_true (rush_timestamp_add_interval (instant, &day, zone, &moved));
  g_assert_cmpint (moved, ==, answer_int (row, 9));
  g_assert_true (rush_timestamp_add_months (instant, 1, zone, &moved));
  g_assert_cmpint (moved, ==, answer_int (row, 10));
}

static void
test_times_as_spark (void)
{
  answers_each ("times.jsonl", check_time);
}

static void
check_months (const RushJson *row)
{
  const RushTimeZone *zone = zone_named (answer_text (row, 0));
  gint64 times[2];

  for (guint i = 0; i < 2; i++)
    g_assert_true (rush_text_to_timestamp (answer_text (row, 1 + i),
                                           strlen (answer_text (row, 1 + i)), zone, 0, &times[i]));
  g_assert_cmpfloat (rush_months_between (times[0], times[1], TRUE, zone), ==,
                     rush_json_as_double (rush_json_item (row, 3), NAN));
  g_assert_cmpfloat (rush_months_between (times[0], times[1], FALSE, zone), ==,
                     rush_json_as_double (rush_json_item (row, 4), NAN));
}

static void
test_months_between_as_spark (void)
{
  answers_each ("months.jsonl", check_months);
}

static gint64
local_of (const char *text)
{
  gint64 local;

  g_assert_true (rush_text_to_timestamp_ntz (text, strlen (text), FALSE, &local));
  return local;
}

static void
check_local (const char *zone_id, const char *local, gint preferred, const char *utc)
{
  gint64 instant = rush_time_zone_to_instant (zone_named (zone_id), local_of (local), preferred);

  g_assert_cmpint (instant, ==, local_of (utc));
}

static void
test_gaps_and_overlaps (void)
{
  /* 02:30 is skipped: 03:30 summer time. */
  check_local ("America/Los_Angeles", "2020-03-08 02:30:00", RUSH_NO_OFFSET, "2020-03-08 10:30:00");
  check_local ("Europe/Paris", "2020-03-29 02:30:00", RUSH_NO_OFFSET, "2020-03-29 01:30:00");
  /* 01:30 comes twice: the first, unless the other offset is asked for. */
  check_local ("America/Los_Angeles", "2020-11-01 01:30:00", RUSH_NO_OFFSET, "2020-11-01 08:30:00");
  check_local ("America/Los_Angeles", "2020-11-01 01:30:00", -8 * 3600, "2020-11-01 09:30:00");
  check_local ("America/Los_Angeles", "2020-11-01 01:30:00", 3600, "2020-11-01 08:30:00");
  /* A day that did not exist. */
  check_local ("Pacific/Apia", "2011-12-30 12:00:00", RUSH_NO_OFFSET, "2011-12-30 22:00:00");
  /* Rules go on for ever. */
  check_local ("America/Los_Angeles", "2100-07-01 12:00:00", RUSH_NO_OFFSET, "2100-07-01 19:00:00");
  check_local ("America/Los_Angeles", "9999-07-01 12:00:00", RUSH_NO_OFFSET, "9999-07-01 19:00:00");
  check_local ("Europe/Paris", "3000-12-31 12:00:00", RUSH_NO_OFFSET, "3000-12-31 11:00:00");
}

static void
test_instants_moved (void)
{
  const RushTimeZone *zone = zone_named ("America/Los_Angeles");
  gint64 noon = rush_time_zone_to_instant (zone, local_of ("2020-03-07 12:00:00"), RUSH_NO_OFFSET);
  gint64 moved;

  /* A day on the calendar has 23 hours here, a day's worth of hours has 24. */
  g_assert_true (rush_timestamp_add_day_time (noon, RUSH_MICROS_PER_DAY + 1, zone, &moved));
  g_assert_cmpint (moved - noon, ==, 23 * RUSH_MICROS_PER_HOUR + 1);
  RushCalendarInterval hours = { .microseconds = 24 * RUSH_MICROS_PER_HOUR };
  g_assert_true (rush_timestamp_add_interval (noon, &hours, zone, &moved));
  g_assert_cmpint (moved - noon, ==, RUSH_MICROS_PER_DAY);
  g_assert_cmpint (rush_timestamp_subtract (moved, noon, zone), ==, 25 * RUSH_MICROS_PER_HOUR);
  g_assert_false (rush_timestamp_add_day_time (G_MAXINT64, RUSH_MICROS_PER_DAY, zone, &moved));
  g_assert_false (rush_timestamp_add_months (G_MAXINT64, 12, rush_time_zone_utc (), &moved));
  g_assert_cmpint (rush_timestamp_subtract (G_MAXINT64, G_MININT64, zone), ==, G_MAXINT64);
}

static void
test_local_and_back (void)
{
  static const char *const ids[] = {
    "UTC",          "America/Los_Angeles", "Europe/Paris",     "+05:30",
    "Pacific/Apia", "Australia/Lord_Howe", "Africa/Casablanca"
  };

  for (guint z = 0; z < G_N_ELEMENTS (ids); z++)
    {
      const RushTimeZone *zone = zone_named (ids[z]);
      RushZoneCursor cursor;
      rush_zone_cursor_init (&cursor, zone);
      for (guint i = 0; i < 50000; i++)
        {
          gint64 instant = ((gint64)g_test_rand_int () * 60) * RUSH_MICROS_PER_SECOND;
          gint64 local = rush_zone_cursor_local (&cursor, instant);
          gint offset = rush_time_zone_offset (zone, instant);
          g_assert_cmpint (local, ==, rush_time_zone_to_local (zone, instant));
          g_assert_cmpint (local - instant, ==, offset * RUSH_MICROS_PER_SECOND);
          g_assert_cmpint (rush_time_zone_to_instant (zone, local, offset), ==, instant);
        }
    }
}

static void
test_zone_ids (void)
{
  static const char *const same[][2] = { { "Z", "Z" },
                                         { "+00:00", "Z" },
                                         { "+2", "+02:00" },
                                         { "-08", "-08:00" },
                                         { "+0530", "+05:30" },
                                         { "+5:30", "+05:30" },
                                         { "+05:3", "+05:03" },
                                         { "+01:02:03", "+01:02:03" },
                                         { "UTC", "UTC" },
                                         { "GMT+1", "GMT+01:00" },
                                         { "UT-3", "UT-03:00" },
                                         { "UTC+0", "UTC" },
                                         { "PST", "America/Los_Angeles" },
                                         { "EST", "-05:00" },
                                         { "Europe/Paris", "Europe/Paris" } };
  static const char *const bad[] = { "",        "Mars",   "+19",    "+18:01",        "+1:2:3:4",
                                     "+",       "utc+",   "UTC+x",  "../etc/passwd", "/etc/passwd",
                                     "Europe/", "Europe", "+01:60", "+123" };

  for (guint i = 0; i < G_N_ELEMENTS (same); i++)
    g_assert_cmpstr (rush_time_zone_id (zone_named (same[i][0])), ==, same[i][1]);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (rush_time_zone_get (bad[i], &error));
      g_assert_error (error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_DATETIME);
    }
  g_assert_true (zone_named ("Europe/Paris") == zone_named ("Europe/Paris"));
  g_assert_cmpstr (rush_time_zone_abbreviation (zone_named ("Europe/Paris"), 0), ==, "CET");
}

/* ---- threads ---- */

static gpointer
use_zones (gpointer data)
{
  static const char *const ids[] = { "Europe/Rome", "+07:00", "Asia/Tokyo", "Mars", "GMT+3" };
  gint64 sum = 0;

  for (guint i = 0; i < 3000; i++)
    {
      const RushTimeZone *zone = rush_time_zone_get (ids[i % G_N_ELEMENTS (ids)], NULL);
      if (zone != NULL)
        sum += rush_time_zone_offset (zone, (gint64)i * RUSH_MICROS_PER_DAY);
    }
  *(gint64 *)data = sum;
  return NULL;
}

static void
test_zones_of_many_threads (void)
{
  GThread *threads[4];
  gint64 sums[4];

  for (guint i = 0; i < 4; i++)
    threads[i] = g_thread_new ("zones", use_zones, &sums[i]);
  for (guint i = 0; i < 4; i++)
    {
      g_thread_join (threads[i]);
      g_assert_cmpint (sums[i], ==, sums[0]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/sql/types/civil_time/" #name, test_##name)
  ADD (every_day_round_trips);
  ADD (far_days_round_trip);
  ADD (dates_as_spark);
  ADD (next_day);
  ADD (times_as_spark);
  ADD (months_between_as_spark);
  ADD (gaps_and_overlaps);
  ADD (instants_moved);
  ADD (local_and_back);
  ADD (zone_ids);
  ADD (zones_of_many_threads);
  return g_test_run ();
}
