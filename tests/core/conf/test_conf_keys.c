/* test_conf_keys.c - the table itself: every entry is sound, defaults are Spark's, and each type
 * takes and refuses what Spark's does. */
#include "core/conf/conf.h"
#include "core/conf/conf_key_private.h"

#include <string.h>

static void
assert_takes (const char *name, const char *text, RushConfValue *out)
{
  g_autoptr (GError) error = NULL;
  const RushConfKey *key = rush_conf_key_find (name);

  g_assert_nonnull (key);
  g_assert_true (rush_conf_key_parse (key, text, out, &error));
  g_assert_no_error (error);
}

/* @message: what the user reads, in full. */
static void
assert_refuses (const char *name, const char *text, RushCoreError code, const char *message)
{
  g_autoptr (GError) error = NULL;
  RushConfValue value = { .integer = 4711 };

  g_assert_false (rush_conf_key_parse (rush_conf_key_find (name), text, &value, &error));
  g_assert_error (error, RUSH_CORE_ERROR, (int)code);
  g_assert_cmpstr (error->message, ==, message);
  g_assert_cmpint (value.integer, ==, 4711);
}

/* ---- every entry ---- */

static void
assert_is_documented (const RushConfKey *key)
{
  g_assert_true (g_str_has_prefix (key->name, "spark."));
  g_assert_cmpuint (strlen (key->doc), >, 20);
  g_assert_true (g_str_has_suffix (key->doc, "."));
  g_assert_null (strchr (key->doc, '|')); /* would break the table's row */
  if (g_str_has_prefix (key->name, "spark.rushlight."))
    g_assert_true (g_str_has_prefix (key->since, "Rushlight "));
  else
    g_assert_true (g_ascii_isdigit (key->since[0]));
}

static void
assert_unit_fits (const RushConfKey *key)
{
  gboolean is_size = key->unit == RUSH_CONF_UNIT_BYTE || key->unit == RUSH_CONF_UNIT_MIB;

  g_assert_cmpint (is_size, ==, key->type == RUSH_CONF_BYTES);
  gboolean is_time = key->unit == RUSH_CONF_UNIT_MS || key->unit == RUSH_CONF_UNIT_S;

  g_assert_cmpint (is_time, ==, key->type == RUSH_CONF_TIME);
}

static void
assert_values_are_sound (const RushConfKey *key)
{
  RushConfValue value;

  if (key->default_text != NULL)
    assert_takes (key->name, key->default_text, &value);
  if (key->noted != NULL)
    assert_takes (key->name, key->noted, &value);
  if (key->fallback_key != NULL)
    {
      const RushConfKey *fallback = rush_conf_key_find (key->fallback_key);
      g_assert_null (key->default_text);
      g_assert_nonnull (fallback->default_text);
      g_assert_cmpint (fallback->type, ==, key->type);
    }
  if (key->refused != NULL)
    {
      g_autoptr (GError) error = NULL;
      g_assert_false (rush_conf_key_parse (key, key->refused, &value, &error));
      g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED);
    }
}

static void
test_entries_are_sound (void)
{
  gsize n;
  const RushConfKey *keys = rush_conf_keys (&n);

  g_assert_cmpuint (n, >, 40);
  for (gsize i = 0; i < n; i++)
    {
      g_assert_true (rush_conf_key_find (keys[i].name) == &keys[i]); /* each name once */
      assert_is_documented (&keys[i]);
      assert_unit_fits (&keys[i]);
      assert_values_are_sound (&keys[i]);
    }
  g_assert_null (rush_conf_key_find ("spark.no.such.key"));
  g_assert_null (rush_conf_key_find (""));
}

/* What Spark 4.3 answers, and the three that differ on purpose. */
static void
test_defaults (void)
{
  static const struct
  {
    const char *name;
    const char *text;
  } cases[] = {
    { "spark.submit.deployMode", "client" },
    { "spark.driver.memory", "1g" },
    { "spark.driver.maxResultSize", "1g" },
    { "spark.executor.memory", "1g" },
    { "spark.executor.instances", NULL },
    { "spark.default.parallelism", NULL },
    { "spark.task.maxFailures", "4" },
    { "spark.task.cpus", "1" },
    { "spark.stage.maxConsecutiveAttempts", "4" },
    { "spark.locality.wait", "3s" },
    { "spark.locality.wait.rack", NULL },
    { "spark.scheduler.mode", "FIFO" },
    { "spark.scheduler.listenerbus.eventqueue.capacity", "10000" },
    { "spark.memory.fraction", "0.6" },
    { "spark.memory.storageFraction", "0.5" },
    { "spark.shuffle.compress", "true" },
    { "spark.shuffle.checksum.enabled", "true" },
    { "spark.python.worker.reuse", "true" },
    { "spark.python.worker.memory", "512m" },
    { "spark.sql.shuffle.partitions", "200" },
    { "spark.hadoop.validateOutputSpecs", "true" },
    { "spark.eventLog.enabled", "false" },
    { "spark.eventLog.overwrite", "false" },
    { "spark.eventLog.compress", "false" },        /* Spark 4: true */
    { "spark.eventLog.rolling.enabled", "false" }, /* Spark 4: true */
    { "spark.io.compression.codec", "zstd" },      /* Spark: lz4 */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpstr (rush_conf_key_find (cases[i].name)->default_text, ==, cases[i].text);
}

/* ---- each type ---- */

static void
test_ints (void)
{
  static const char key[] = "spark.task.maxFailures";
  static const char *const bad[] = { "",    " ",   "x",          "4.0",         "4x",  "0x4",
                                     "--4", "+-4", "2147483648", "99999999999", "- 4", "4 4" };
  RushConfValue value;

  assert_takes (key, "8", &value);
  g_assert_cmpint (value.integer, ==, 8);
  assert_takes (key, " +8 ", &value);
  g_assert_cmpint (value.integer, ==, 8);
  assert_takes (key, "2147483647", &value);
  g_assert_cmpint (value.integer, ==, G_MAXINT32);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *message = g_strdup_printf (
          "spark.task.maxFailures: \"%s\" is not allowed; give a whole number, at least 1", bad[i]);
      assert_refuses (key, bad[i], RUSH_CORE_ERROR_INVALID_ARGUMENT, message);
    }
  assert_refuses (key, "0", RUSH_CORE_ERROR_INVALID_ARGUMENT,
                  "spark.task.maxFailures: \"0\" is not allowed; give a whole number, at least 1");
  assert_takes ("spark.executor.instances", "0", &value);
}

static void
test_doubles (void)
{
  static const char *const bad[] = { "", "x", "0.6x", "-0.1", "1.01", "nan", "inf", "0,6", "1 2" };
  RushConfValue value;

  assert_takes ("spark.memory.fraction", "0.25", &value);
  g_assert_cmpfloat (value.number, ==, 0.25);
  assert_takes ("spark.memory.fraction", " .5 ", &value);
  g_assert_cmpfloat (value.number, ==, 0.5);
  assert_takes ("spark.memory.fraction", "1e-1", &value);
  g_assert_cmpfloat (value.number, ==, 0.1);
  assert_takes ("spark.memory.fraction", "1", &value);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *message = g_strdup_printf (
          "spark.memory.fraction: \"%s\" is not allowed; give a number, from 0 to 1", bad[i]);
      assert_refuses ("spark.memory.fraction", bad[i], RUSH_CORE_ERROR_INVALID_ARGUMENT, message);
    }
  assert_refuses ("spark.memory.storageFraction", "1.0", RUSH_CORE_ERROR_INVALID_ARGUMENT,
                  "spark.memory.storageFraction: \"1.0\" is not allowed; give a number, from 0 to "
                  "below 1");
}

static void
test_bools (void)
{
  static const char *const bad[] = { "", "yes", "1", "t", "truefalse", "nottrue" };
  RushConfValue value;

  assert_takes ("spark.eventLog.enabled", "true", &value);
  g_assert_true (value.boolean);
  assert_takes ("spark.eventLog.enabled", " TRUE ", &value);
  g_assert_true (value.boolean);
  assert_takes ("spark.eventLog.enabled", "False", &value);
  g_assert_false (value.boolean);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *message = g_strdup_printf (
          "spark.eventLog.enabled: \"%s\" is not allowed; give true or false", bad[i]);
      assert_refuses ("spark.eventLog.enabled", bad[i], RUSH_CORE_ERROR_INVALID_ARGUMENT, message);
    }
}

static void
test_bytes_take_the_unit_of_their_key (void)
{
  RushConfValue value;
  g_autoptr (GError) error = NULL;

  assert_takes ("spark.driver.memory", "2", &value);
  g_assert_cmpint (value.integer, ==, 2 << 20);
  assert_takes ("spark.driver.memory", "10k", &value);
  g_assert_cmpint (value.integer, ==, 10240);
  assert_takes ("spark.driver.maxResultSize", "5", &value);
  g_assert_cmpint (value.integer, ==, 5);
  assert_takes ("spark.driver.maxResultSize", "0", &value);

  g_assert_false (
      rush_conf_key_parse (rush_conf_key_find ("spark.driver.memory"), "1.5g", &value, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  g_assert_true (g_str_has_prefix (error->message, "spark.driver.memory: \"1.5g\" has a fraction"));
}

static void
test_times_are_milliseconds (void)
{
  RushConfValue value;
  g_autoptr (GError) error = NULL;

  assert_takes ("spark.locality.wait", "3", &value);
  g_assert_cmpint (value.integer, ==, 3000);
  assert_takes ("spark.locality.wait", "2s", &value);
  g_assert_cmpint (value.integer, ==, 2000000);
  assert_takes ("spark.locality.wait", "0", &value);
  assert_refuses (
      "spark.locality.wait", "-1s", RUSH_CORE_ERROR_INVALID_ARGUMENT,
      "spark.locality.wait: \"-1s\" is not allowed; give a time such as 3s, at least 0");
  g_assert_false (
      rush_conf_key_parse (rush_conf_key_find ("spark.locality.wait"), "3sec", &value, &error));
  g_assert_true (g_str_has_prefix (error->message, "spark.locality.wait: \"3sec\" has an unknown"));
}

static void
test_choices (void)
{
  static const char *const codecs[] = { "zstd", "lz4", "LZ4", "Snappy", "lzf" };
  RushConfValue value;

  for (gsize i = 0; i < G_N_ELEMENTS (codecs); i++)
    assert_takes ("spark.io.compression.codec", codecs[i], &value);
  assert_refuses ("spark.io.compression.codec", "gzip", RUSH_CORE_ERROR_INVALID_ARGUMENT,
                  "spark.io.compression.codec: \"gzip\" is not allowed; give one of lz4, lzf, "
                  "snappy, zstd");
  assert_refuses ("spark.io.compression.codec", "lz4|lzf", RUSH_CORE_ERROR_INVALID_ARGUMENT,
                  "spark.io.compression.codec: \"lz4|lzf\" is not allowed; give one of lz4, lzf, "
                  "snappy, zstd");
  assert_takes ("spark.log.level", "warn", &value);
}

static void
test_what_is_not_there_yet (void)
{
  assert_refuses ("spark.scheduler.mode", "LIFO", RUSH_CORE_ERROR_INVALID_ARGUMENT,
                  "spark.scheduler.mode: \"LIFO\" is not allowed; give one of FIFO, FAIR");
  assert_refuses ("spark.eventLog.compress", " True", RUSH_CORE_ERROR_UNSUPPORTED,
                  "spark.eventLog.compress: \" True\" is not supported yet: event logs are plain "
                  "text; use false");
  assert_refuses ("spark.eventLog.rolling.enabled", "true", RUSH_CORE_ERROR_UNSUPPORTED,
                  "spark.eventLog.rolling.enabled: \"true\" is not supported yet: an application "
                  "writes one event log file; use false");
}

/* ---- the page ---- */

static guint
count_cells (const char *row)
{
  guint cells = 0;

  for (const char *p = row; *p != '\0'; p++)
    cells += *p == '|';
  return cells - 1;
}

static void
test_page_has_a_row_for_each_key (void)
{
  g_autofree char *page = rush_conf_describe ();
  g_auto (GStrv) rows = g_strsplit (page, "\n", -1);
  gsize n;
  const RushConfKey *keys = rush_conf_keys (&n);

  g_assert_cmpuint (g_strv_length (rows), ==, n + 3); /* heading, rule, rows, the last newline */
  for (gsize i = 0; i < n + 2; i++)
    g_assert_cmpuint (count_cells (rows[i]), ==, 6);
  for (gsize i = 2; i + 1 < n + 2; i++)
    g_assert_cmpstr (rows[i], <, rows[i + 1]);
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *start = g_strdup_printf ("\n| %s | ", keys[i].name);
      g_assert_nonnull (strstr (page, start));
      g_assert_nonnull (strstr (page, keys[i].doc));
    }
  g_assert_nonnull (strstr (page, "| spark.locality.wait.node | time (ms) | spark.locality.wait | "
                                  "a time such as 3s, at least 0 | 0.8.0 | "));
  g_assert_nonnull (strstr (page, "Not supported yet: true (event logs are plain text; use false). |"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/conf-keys/entries", test_entries_are_sound);
  g_test_add_func ("/conf-keys/defaults", test_defaults);
  g_test_add_func ("/conf-keys/int", test_ints);
  g_test_add_func ("/conf-keys/double", test_doubles);
  g_test_add_func ("/conf-keys/bool", test_bools);
  g_test_add_func ("/conf-keys/bytes", test_bytes_take_the_unit_of_their_key);
  g_test_add_func ("/conf-keys/time", test_times_are_milliseconds);
  g_test_add_func ("/conf-keys/choices", test_choices);
  g_test_add_func ("/conf-keys/not-yet", test_what_is_not_there_yet);
  g_test_add_func ("/conf-keys/page", test_page_has_a_row_for_each_key);
  return g_test_run ();
}
