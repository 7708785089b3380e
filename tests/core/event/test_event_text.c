/* Numbers and call sites in words. */
#include "core/event/event_text.h"

static void
test_counts (void)
{
  static const struct
  {
    gint64 n;
    const char *text;
  } cases[] = { { 0, "0" },
                { 7, "7" },
                { 999, "999" },
                { 1000, "1,000" },
                { 12345, "12,345" },
                { 123456, "123,456" },
                { -1, "-1" },
                { -999, "-999" },
                { -1000, "-1,000" },
                { 1234567, "1,234,567" },
                { G_MAXINT64, "9,223,372,036,854,775,807" },
                { G_MININT64, "-9,223,372,036,854,775,808" } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = rush_format_count (cases[i].n);
      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static void
test_counted (void)
{
  g_autofree char *none = rush_format_counted (0, "task");
  g_autofree char *one = rush_format_counted (1, "task");
  g_autofree char *many = rush_format_counted (1200, "task");

  g_assert_cmpstr (none, ==, "0 tasks");
  g_assert_cmpstr (one, ==, "1 task");
  g_assert_cmpstr (many, ==, "1,200 tasks");
}

static void
test_durations (void)
{
  static const struct
  {
    gint64 ms;
    const char *text;
  } cases[] = { { 0, "0 ms" },       { 99, "99 ms" },      { 100, "0.10 s" },   { 310, "0.31 s" },
                { 9994, "9.99 s" },  { 9999, "10.00 s" },  { 10000, "10.0 s" }, { 12345, "12.3 s" },
                { 59949, "59.9 s" }, { 90000, "1.5 min" }, { 3600000, "1.0 h" } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = rush_format_duration_ms (cases[i].ms);
      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static void
test_sizes (void)
{
  static const struct
  {
    gint64 bytes;
    const char *text;
  } cases[] = { { 0, "0 B" },
                { 336, "336 B" },
                { 1023, "1023 B" },
                { 1024, "1.0 KiB" },
                { 20582, "20.1 KiB" },
                { 1258291, "1.2 MiB" },
                { 1024 * 1024 - 1, "1.0 MiB" },
                { 1234567890, "1.1 GiB" },
                { G_MAXINT64, "8.0 EiB" } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = rush_format_size (cases[i].bytes);
      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static void
test_call_sites (void)
{
  static const struct
  {
    const char *given, *call_site, *place;
  } cases[] = { { "collect at /home/ann/app.py:9", "collect at app.py:9", "app.py:9" },
                { "collect at app.py:9", "collect at app.py:9", "app.py:9" },
                { "look at it at /a b/c d.py:1", "look at it at c d.py:1", "c d.py:1" },
                { "collect at <stdin>:1", "collect at <stdin>:1", "<stdin>:1" },
                { "collect at /tmp/", "collect at /tmp/", "/tmp/" },
                { "collect", "collect", "" },
                { "", "", "" },
                { NULL, "", "" } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *call_site = rush_format_call_site (cases[i].given);
      g_autofree char *place = rush_format_place (cases[i].given);
      g_assert_cmpstr (call_site, ==, cases[i].call_site);
      g_assert_cmpstr (place, ==, cases[i].place);
    }
}

static void
test_in_spark (void)
{
  static const char *const inside[] = { "showString at NativeMethodAccessorImpl.java:0",
                                        "treeAggregate at Summarizer.scala",
                                        "runJob at PythonRDD.scala:218",
                                        "$anonfun$f$1 at CompletableFuture.java:1768" };
  static const char *const outside[] = {
    "collect at app.py:9",       "collect at /a.scala/app.py:9",
    "collect at my.java.py:9",   "count at notes.javac:1",
    "count at Main.java:1 (me)", "Summarizer.scala",
    "count at <stdin>:1",        ""
  };

  for (gsize i = 0; i < G_N_ELEMENTS (inside); i++)
    {
      g_autofree char *place = rush_format_place (inside[i]);

      g_assert_true (rush_call_site_is_in_spark (inside[i]));
      g_assert_cmpstr (place, ==, "");
    }
  for (gsize i = 0; i < G_N_ELEMENTS (outside); i++)
    g_assert_false (rush_call_site_is_in_spark (outside[i]));
  g_assert_false (rush_call_site_is_in_spark (NULL));
}

static void
test_stages (void)
{
  g_autofree char *none = rush_format_stages (0, 0);
  g_autofree char *all = rush_format_stages (2, 0);
  g_autofree char *some = rush_format_stages (3, 2);

  g_assert_cmpstr (none, ==, "0 stages");
  g_assert_cmpstr (all, ==, "2 stages");
  g_assert_cmpstr (some, ==, "1 stage (2 skipped)");
}

#define LOST                                                                                       \
  "Job aborted due to stage failure: Task 2 in stage 0.0 failed 1 times, most recent failure: "    \
  "Lost task 2.0 in stage 0.0 (TID 2) (localhost executor driver): "
#define TRACEBACK                                                                                  \
  "Traceback (most recent call last):\n  File \"a.py\", line 4, in <lambda>\n    1 / 0\n    "      \
  "~~^~~\n"

static void
test_errors (void)
{
  static const struct
  {
    const char *given, *text;
  } cases[] = { { "no such file: x.txt", "no such file: x.txt" },
                { "first\nsecond", "first" },
                { "Lost task 1.0: Traceback (most recent call last):\n  File \"a.py\"\n"
                  "ZeroDivisionError: division by zero\n\n",
                  "ZeroDivisionError: division by zero" },
                { LOST TRACEBACK "ZeroDivisionError: division by zero\n\nDriver stacktrace:",
                  "ZeroDivisionError: division by zero" },
                { LOST TRACEBACK "E: several\n  lines\n\nDriver stacktrace:", "E: several" },
                { LOST TRACEBACK "KeyError: 1\n\nDuring handling of the above exception, another "
                                 "exception occurred:\n\n" TRACEBACK "ValueError: 2\n\n"
                                 "Driver stacktrace:",
                  "ValueError: 2" },
                { LOST "ExecutorLostFailure (executor 1 exited): out of memory\n\n"
                       "Driver stacktrace:",
                  "ExecutorLostFailure (executor 1 exited): out of memory" },
                { "Traceback (most recent call last):\n", "Traceback (most recent call last):" },
                { "Traceback (most recent call last):\n  File", "File" },
                { "Job 3 cancelled because (of me): \nx", "Job 3 cancelled because (of me): " },
                { "", "" },
                { NULL, "" } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = rush_format_error (cases[i].given);
      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/event/text/counts", test_counts);
  g_test_add_func ("/event/text/counted", test_counted);
  g_test_add_func ("/event/text/durations", test_durations);
  g_test_add_func ("/event/text/sizes", test_sizes);
  g_test_add_func ("/event/text/call-sites", test_call_sites);
  g_test_add_func ("/event/text/in-spark", test_in_spark);
  g_test_add_func ("/event/text/stages", test_stages);
  g_test_add_func ("/event/text/errors", test_errors);
  return g_test_run ();
}
