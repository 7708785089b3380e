/* test_datetime_pattern.c - patterns write, read and are refused as a real Spark does it, with its
 * messages; what was written is read again. */
#include "sql/types/datetime_pattern.h"
#include "sql/types/civil_time.h"
#include "tests/sql/types/answers.h"

#include <string.h>

static guint n_wrong;

static void
complain (const RushJson *row, const char *got, const char *expected)
{
  n_wrong++;
  g_test_message ("%s '%s' of %s in %s: %s, Spark: %s", answer_text (row, 0), answer_text (row, 2),
                  answer_text (row, 3) != NULL ? answer_text (row, 3) : "a time",
                  answer_text (row, 1), got, expected);
}

static void
check_format (const RushJson *row)
{
  const RushTimeZone *zone = rush_time_zone_get (answer_text (row, 1), NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (RushDatetimePattern) pattern =
      rush_datetime_pattern_new (answer_text (row, 2), FALSE, &error);

  if (pattern == NULL || answer_text (row, 5) != NULL)
    {
      const char *got = pattern == NULL ? error->message : "taken";
      if (answer_text (row, 5) == NULL || !g_str_equal (got, answer_text (row, 5) + 1))
        complain (row, got, answer_text (row, 5));
      return;
    }
  g_autoptr (GString) out = g_string_new (NULL);
  rush_datetime_pattern_format (pattern, answer_int (row, 3), zone, out);
  if (!g_str_equal (out->str, answer_text (row, 4)))
    complain (row, out->str, answer_text (row, 4));
}

static void
check_parse (const RushJson *row)
{
  const RushTimeZone *zone = rush_time_zone_get (answer_text (row, 1), NULL);
  const char *text = answer_text (row, 3), *expected = answer_text (row, 5);
  g_autoptr (GError) error = NULL;
  g_autoptr (RushDatetimePattern) pattern =
      rush_datetime_pattern_new (answer_text (row, 2), TRUE, &error);
  gint64 instant = 7;
  gboolean ok = pattern != NULL &&
                rush_datetime_pattern_parse_instant (pattern, text, strlen (text), zone,
                                                     "`try_to_timestamp`", &instant, &error);
  g_autofree char *got =
      ok ? g_strdup_printf ("%" G_GINT64_FORMAT, instant) : g_strdup_printf ("!%s", error->message);

  if (!ok)
    g_assert_cmpint (instant, ==, 7); /* untouched */
  if (expected == NULL ? !ok || instant != answer_int (row, 5) : !g_str_equal (got, expected))
    {
      g_autofree char *number =
          g_strdup_printf ("%" G_GINT64_FORMAT, rush_json_as_int (rush_json_item (row, 5), 0));
      complain (row, got, expected != NULL ? expected : number);
    }
}

static void
check_answer (const RushJson *row)
{
  if (g_str_equal (answer_text (row, 0), "format"))
    check_format (row);
  else
    check_parse (row);
}

static void
test_as_spark (void)
{
  g_assert_cmpuint (answers_each ("patterns.jsonl", check_answer), >, 1500);
  g_assert_cmpuint (n_wrong, ==, 0);
}

static void
test_round_trip (void)
{
  static const char *const patterns[] = { "yyyy-MM-dd HH:mm:ss.SSSSSS XXX",
                                          "dd MMM yyyy hh:mm:ss.SSSSSS a xx",
                                          "yyyyMMddHHmmss.SSSSSS VV",
                                          "yyyy DDD HH:mm:ss.SSSSSS OOOO" };

  for (guint p = 0; p < G_N_ELEMENTS (patterns); p++)
    {
      g_autoptr (RushDatetimePattern) pattern = rush_datetime_pattern_new (patterns[p], TRUE, NULL);
      const RushTimeZone *zone = rush_time_zone_get ("Australia/Lord_Howe", NULL);
      for (guint i = 0; i < 20000; i++)
        {
          g_autoptr (GString) text = g_string_new (NULL);
          gint64 instant = (gint64)(g_test_rand_double_range (0, 2e15)), back;
          /* A zone's name does not say which of two equal clock times is meant. */
          if (p == 2 && rush_time_zone_offset (zone, instant) !=
                            rush_time_zone_offset (zone, instant - RUSH_MICROS_PER_HOUR))
            continue;
          rush_datetime_pattern_format (pattern, instant, zone, text);
          g_assert_true (rush_datetime_pattern_parse_instant (
              pattern, text->str, text->len, rush_time_zone_utc (), "", &back, NULL));
          g_assert_cmpint (back, ==, instant);
        }
    }
}

static void
test_optional_leaves_no_trace (void)
{
  g_autoptr (RushDatetimePattern) pattern =
      rush_datetime_pattern_new ("yyyy[-MM[-dd]][ HH]", TRUE, NULL);
  RushParsedTime time;

  g_assert_true (rush_datetime_pattern_parse (pattern, "2020 05", 7, "", &time, NULL));
  g_assert_cmpint (time.local_us, ==,
                   rush_civil_days (2020, 1, 1) * RUSH_MICROS_PER_DAY + 5 * RUSH_MICROS_PER_HOUR);
  g_assert_null (time.zone);
  g_assert_true (rush_datetime_pattern_parse (pattern, "2020-03", 7, "", &time, NULL));
  g_assert_cmpint (time.local_us, ==, rush_civil_days (2020, 3, 1) * RUSH_MICROS_PER_DAY);
  g_assert_false (rush_datetime_pattern_parse (pattern, "2020-03-", 8, "", &time, NULL));
}

static void
test_random_texts_do_no_harm (void)
{
  static const char alphabet[] = "yMdHhmsSaEDQqGzVXxZO'[]-:/ .,T{}#09+Pé";

  for (guint i = 0; i < 30000; i++)
    {
      char pattern[12], text[24];
      for (guint j = 0; j < sizeof pattern; j++)
        pattern[j] = alphabet[g_test_rand_int_range (0, sizeof alphabet)];
      for (guint j = 0; j < sizeof text; j++)
        text[j] = alphabet[g_test_rand_int_range (0, sizeof alphabet)];
      pattern[sizeof pattern - 1] = '\0';
      g_autoptr (GError) error = NULL;
      g_autoptr (RushDatetimePattern) compiled = rush_datetime_pattern_new (pattern, i & 1, &error);
      g_assert_true ((compiled == NULL) == (error != NULL));
      if (compiled == NULL)
        continue;
      g_autoptr (GString) out = g_string_new (NULL);
      RushParsedTime time;
      rush_datetime_pattern_format (compiled, (gint64)g_test_rand_int () * 1000000,
                                    rush_time_zone_utc (), out);
      (void)rush_datetime_pattern_parse (compiled, text, sizeof text, "", &time, NULL);
      (void)rush_datetime_pattern_parse (compiled, out->str, out->len, "", &time, NULL);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/sql/types/datetime_pattern/" #name, test_##name)
  ADD (as_spark);
  ADD (round_trip);
  ADD (optional_leaves_no_trace);
  ADD (random_texts_do_no_harm);
  return g_test_run ();
}
