/* test_size_string.c - sizes and times are read and written as Spark 4.3 does; the tables below
 * were checked against it. */
#include "core/base/size_string.h"

#define US G_GINT64_CONSTANT (1)
#define SECOND (1000000 * US)

/* ---- reading ---- */

static void
test_bytes (void)
{
  static const struct
  {
    const char *text;
    RushByteUnit unit;
    gint64 bytes;
  } cases[] = {
    { "0", RUSH_BYTE_UNIT_BYTE, 0 },
    { "64", RUSH_BYTE_UNIT_BYTE, 64 },
    { "64", RUSH_BYTE_UNIT_KIB, 65536 },
    { "64", RUSH_BYTE_UNIT_MIB, 67108864 },
    { "64b", RUSH_BYTE_UNIT_MIB, 64 },
    { "64k", RUSH_BYTE_UNIT_MIB, 65536 },
    { "1kb", RUSH_BYTE_UNIT_BYTE, 1024 },
    { "48m", RUSH_BYTE_UNIT_BYTE, 50331648 },
    { "48MB", RUSH_BYTE_UNIT_BYTE, 50331648 },
    { " 48m ", RUSH_BYTE_UNIT_BYTE, 50331648 },
    { "1\t", RUSH_BYTE_UNIT_BYTE, 1 },
    { "2g", RUSH_BYTE_UNIT_BYTE, G_GINT64_CONSTANT (2147483648) },
    { "2gb", RUSH_BYTE_UNIT_BYTE, G_GINT64_CONSTANT (2147483648) },
    { "1t", RUSH_BYTE_UNIT_BYTE, G_GINT64_CONSTANT (1) << 40 },
    { "1tb", RUSH_BYTE_UNIT_BYTE, G_GINT64_CONSTANT (1) << 40 },
    { "1P", RUSH_BYTE_UNIT_BYTE, G_GINT64_CONSTANT (1) << 50 },
    { "1pB", RUSH_BYTE_UNIT_BYTE, G_GINT64_CONSTANT (1) << 50 },
    { "8589934591g", RUSH_BYTE_UNIT_BYTE, G_GINT64_CONSTANT (9223372035781033984) },
    { "9223372036854775807", RUSH_BYTE_UNIT_BYTE, G_MAXINT64 },
    { "007", RUSH_BYTE_UNIT_BYTE, 7 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gint64 bytes = -1;
      g_autoptr (GError) error = NULL;
      gboolean ok = rush_parse_bytes (cases[i].text, cases[i].unit, &bytes, &error);
      g_assert_no_error (error);
      g_assert_true (ok);
      g_assert_cmpint (bytes, ==, cases[i].bytes);
    }
}

static void
test_times (void)
{
  static const struct
  {
    const char *text;
    gint64 unit_us;
    gint64 us;
  } cases[] = {
    { "0", SECOND, 0 },
    { "3", SECOND, 3 * SECOND },
    { "3", 1000, 3000 },
    { "3s", 1000, 3 * SECOND },
    { "3S", 1000, 3 * SECOND },
    { "7us", SECOND, 7 },
    { "100ms", SECOND, 100000 },
    { "2m", SECOND, 120 * SECOND },
    { "5min", SECOND, 300 * SECOND },
    { "1h", SECOND, 3600 * SECOND },
    { "1d", SECOND, 86400 * SECOND },
    { "365d", SECOND, 365 * 86400 * SECOND },
    { "-1", SECOND, -SECOND },
    { "-1s", 1000, -SECOND },
    { " 15s\n", SECOND, 15 * SECOND },
    { "106751991d", SECOND, SECOND * 86400 * 106751991 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gint64 us = -7;
      g_autoptr (GError) error = NULL;
      gboolean ok = rush_parse_time_us (cases[i].text, cases[i].unit_us, &us, &error);
      g_assert_no_error (error);
      g_assert_true (ok);
      g_assert_cmpint (us, ==, cases[i].us);
    }
}

typedef struct
{
  const char *text;
  const char *reason; /* part of the message */
} BadInput;

static void
assert_bad (gboolean ok, gint64 untouched, GError *error, const BadInput *bad)
{
  g_assert_false (ok);
  g_assert_cmpint (untouched, ==, 4711);
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (g_strstr_len (error->message, -1, bad->reason));
  g_assert_nonnull (g_strstr_len (error->message, -1, bad->text)); /* what was written */
  g_assert_nonnull (g_strstr_len (error->message, -1, "for example"));
  g_error_free (error);
}

static void
test_bad_bytes (void)
{
  static const BadInput cases[] = {
    { "", "no number" },
    { "  ", "no number" },
    { "g", "digit" },
    { "+1", "digit" },
    { ".5g", "digit" },
    { "-1", "negative" },
    { "-1m", "negative" },
    { "1.5g", "fraction" },
    { "1.0", "fraction" },
    { "1.", "no unit" },
    { "48 m", "no unit" },
    { "0x10", "no unit" },
    { "1k5", "no unit" },
    { "1,000", "no unit" },
    { "1k!", "no unit" },
    { "1\xC3\xA4", "no unit" },
    { "1e", "unknown unit" },
    { "1eb", "unknown unit" },
    { "1kib", "unknown unit" },
    { "1s", "unknown unit" },
    { "1bb", "unknown unit" },
    { "9999999999g", "too large" },
    { "8589934592g", "too large" },
    { "9223372036854775808", "too large" },
    { "99999999999999999999999999", "too large" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gint64 bytes = 4711;
      GError *error = NULL;
      gboolean ok = rush_parse_bytes (cases[i].text, RUSH_BYTE_UNIT_BYTE, &bytes, &error);
      assert_bad (ok, bytes, error, &cases[i]);
      g_assert_false (rush_parse_bytes (cases[i].text, RUSH_BYTE_UNIT_BYTE, &bytes, NULL));
    }
}

static void
test_bad_times (void)
{
  static const BadInput cases[] = {
    { "", "no number" },
    { "-", "no number" },
    { "s", "digit" },
    { "--1", "digit" },
    { "-s", "digit" },
    { "1.5s", "fraction" },
    { "5 m", "no unit" },
    { "3s3", "no unit" },
    { "3sec", "unknown unit" },
    { "3k", "unknown unit" },
    { "1mins", "unknown unit" },
    { "106751992d", "too large" },
    { "-106751992d", "too large" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gint64 us = 4711;
      GError *error = NULL;
      gboolean ok = rush_parse_time_us (cases[i].text, SECOND, &us, &error);
      assert_bad (ok, us, error, &cases[i]);
    }
}

/* A bare number that overflows only through the key's own unit. */
static void
test_bare_overflow (void)
{
  gint64 value = 4711;

  g_assert_false (rush_parse_bytes ("8796093022208", RUSH_BYTE_UNIT_MIB, &value, NULL));
  g_assert_false (rush_parse_time_us ("9223372036855", SECOND, &value, NULL));
  g_assert_cmpint (value, ==, 4711);
}

/* ---- writing ---- */

static void
test_format_bytes (void)
{
  static const struct
  {
    gint64 bytes;
    const char *text;
  } cases[] = {
    { 0, "0.0 B" },
    { 1, "1.0 B" },
    { 2047, "2047.0 B" },
    { 2048, "2.0 KiB" },
    { 2304, "2.3 KiB" }, /* 2.25, half up */
    { 1572864, "1536.0 KiB" },
    { 2097152, "2.0 MiB" },
    { 5242879, "5.0 MiB" }, /* 4.99…: the carry reaches the whole part */
    { 12345678901, "11.5 GiB" },
    { G_GINT64_CONSTANT (1) << 60, "1024.0 PiB" },
    { G_GINT64_CONSTANT (1) << 61, "2.0 EiB" },
    { G_MAXINT64, "8.0 EiB" },
    { -5, "-5.0 B" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = rush_format_bytes (cases[i].bytes);
      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static void
test_format_time (void)
{
  static const struct
  {
    gint64 ms;
    const char *text;
  } cases[] = {
    { 0, "0 ms" },        { 34, "34 ms" },      { 99, "99 ms" },       { 100, "0.1 s" },
    { 150, "0.2 s" },     { 250, "0.3 s" },     { 949, "0.9 s" },      { 950, "1.0 s" },
    { 999, "1.0 s" },     { 1000, "1 s" },      { 1200, "1 s" },       { 1500, "2 s" },
    { 2500, "3 s" },      { 59499, "59 s" },    { 59500, "60 s" },     { 59999, "60 s" },
    { 60000, "1.0 min" }, { 63000, "1.1 min" }, { 90000, "1.5 min" },  { 599999, "10.0 min" },
    { 600000, "10 min" }, { 630000, "11 min" }, { 3599999, "60 min" }, { 3600000, "1.0 h" },
    { 5400000, "1.5 h" }, { -5, "-5 ms" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = rush_format_time_us (cases[i].ms * 1000);
      g_assert_cmpstr (text, ==, cases[i].text);
    }
  g_autofree char *below = rush_format_time_us (999);
  g_assert_cmpstr (below, ==, "0 ms");
}

/* ---- misuse ---- */

static void
test_no_text (void)
{
  gint64 value = 4711;

  g_test_expect_message ("rushlight", G_LOG_LEVEL_CRITICAL, "*text != NULL*");
  g_assert_false (rush_parse_bytes (NULL, RUSH_BYTE_UNIT_BYTE, &value, NULL));
  g_test_expect_message ("rushlight", G_LOG_LEVEL_CRITICAL, "*bare_unit_us > 0*");
  g_assert_false (rush_parse_time_us ("1s", 0, &value, NULL));
  g_test_assert_expected_messages ();
  g_assert_cmpint (value, ==, 4711);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/size-string/bytes", test_bytes);
  g_test_add_func ("/size-string/times", test_times);
  g_test_add_func ("/size-string/bad-bytes", test_bad_bytes);
  g_test_add_func ("/size-string/bad-times", test_bad_times);
  g_test_add_func ("/size-string/bare-overflow", test_bare_overflow);
  g_test_add_func ("/size-string/format-bytes", test_format_bytes);
  g_test_add_func ("/size-string/format-time", test_format_time);
  g_test_add_func ("/size-string/misuse", test_no_text);
  return g_test_run ();
}
