/* test_json_writer.c - the exact bytes: no space anywhere, fields in call order, escapes and
 * doubles as Spark's logs have them. */
#include "core/base/json.h"

#include <float.h>
#include <math.h>
#include <string.h>

static void
assert_text (GString *out, const char *expected)
{
  g_assert_cmpstr (out->str, ==, expected);
  g_string_free (out, TRUE);
}

/* ---- structure ---- */

static void
test_objects_and_arrays (void)
{
  GString *out = g_string_new (NULL);
  RushJsonWriter w;

  rush_json_writer_init (&w, out);
  rush_json_begin_object (&w);
  rush_json_member (&w, "Event");
  rush_json_string (&w, "SparkListenerLogStart");
  rush_json_member (&w, "ids");
  rush_json_begin_array (&w);
  rush_json_int (&w, 1);
  rush_json_begin_object (&w);
  rush_json_end_object (&w);
  rush_json_begin_array (&w);
  rush_json_null (&w);
  rush_json_null (&w);
  rush_json_end_array (&w);
  rush_json_int (&w, -2);
  rush_json_end_array (&w);
  rush_json_member (&w, "ok");
  rush_json_bool (&w, TRUE);
  rush_json_member (&w, "ko");
  rush_json_bool (&w, FALSE);
  rush_json_end_object (&w);
  assert_text (out, "{\"Event\":\"SparkListenerLogStart\",\"ids\":[1,{},[null,null],-2],"
                    "\"ok\":true,\"ko\":false}");
}

static void
test_empty_containers (void)
{
  GString *out = g_string_new ("before ");
  RushJsonWriter w;

  rush_json_writer_init (&w, out); /* appends: what stands there stays */
  rush_json_begin_array (&w);
  rush_json_begin_array (&w);
  rush_json_end_array (&w);
  rush_json_begin_object (&w);
  rush_json_end_object (&w);
  rush_json_end_array (&w);
  assert_text (out, "before [[],{}]");
}

static void
test_deep (void)
{
  const guint depth = 500; /* as plans of queries may be in an event log */
  GString *out = g_string_new (NULL);
  RushJsonWriter w;

  rush_json_writer_init (&w, out);
  for (int i = 0; i < (int)depth; i++)
    rush_json_begin_array (&w);
  rush_json_int (&w, 1);
  rush_json_int (&w, 2);
  for (int i = 0; i < (int)depth; i++)
    rush_json_end_array (&w);
  g_assert_cmpuint (out->len, ==, depth + 3 + depth);
  g_assert_nonnull (strstr (out->str, "[[1,2]]"));
  g_string_free (out, TRUE);
}

/* ---- strings ---- */

static void
test_strings (void)
{
  static const struct
  {
    const char *value;
    const char *text;
  } cases[] = {
    { "", "\"\"" },
    { NULL, "null" },
    { "plain", "\"plain\"" },
    { "a\"b\\c/d", "\"a\\\"b\\\\c/d\"" },
    { "\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"" },
    { "\x01\x1b\x1f\x7f", "\"\\u0001\\u001B\\u001F\x7f\"" },
    { "Gr\xC3\xBC\xC3\x9F\x65 \xE2\x82\xAC \xF0\x9F\x95\xAF",
      "\"Gr\xC3\xBC\xC3\x9F\x65 \xE2\x82\xAC \xF0\x9F\x95\xAF\"" },
    /* Broken UTF-8: a stray byte, a cut sequence before a quote, a surrogate half. */
    { "a\xFFz", "\"a\xEF\xBF\xBDz\"" },
    { "\xE2\x82\"", "\"\xEF\xBF\xBD\xEF\xBF\xBD\\\"\"" },
    { "\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      GString *out = g_string_new (NULL);
      RushJsonWriter w;
      rush_json_writer_init (&w, out);
      rush_json_string (&w, cases[i].value);
      assert_text (out, cases[i].text);
    }
}

static void
test_names_are_escaped (void)
{
  GString *out = g_string_new (NULL);
  RushJsonWriter w;

  rush_json_writer_init (&w, out);
  rush_json_begin_object (&w);
  rush_json_member (&w, "a\n\"b\"");
  rush_json_string (&w, NULL);
  rush_json_member (&w, "");
  rush_json_int (&w, 0);
  rush_json_end_object (&w);
  assert_text (out, "{\"a\\n\\\"b\\\"\":null,\"\":0}");
}

/* ---- numbers ---- */

static void
test_ints (void)
{
  GString *out = g_string_new (NULL);
  RushJsonWriter w;

  rush_json_writer_init (&w, out);
  rush_json_begin_array (&w);
  rush_json_int (&w, 0);
  rush_json_int (&w, G_MAXINT64);
  rush_json_int (&w, G_MININT64);
  rush_json_end_array (&w);
  assert_text (out, "[0,9223372036854775807,-9223372036854775808]");
}

static void
append_double (GString *out, double value)
{
  RushJsonWriter w;

  g_string_truncate (out, 0);
  rush_json_writer_init (&w, out);
  rush_json_double (&w, value);
}

static void
test_doubles (void)
{
  static const struct
  {
    double value;
    const char *text;
  } cases[] = {
    { 0.0, "0.0" },
    { -0.0, "-0.0" },
    { 1.0, "1.0" },
    { -1.0, "-1.0" },
    { 0.1, "0.1" },
    { 0.05, "0.05" },
    { 100.0, "100.0" },
    { 1.0 / 3, "0.3333333333333333" },
    { 2.0 / 3, "0.6666666666666666" },
    { 0.1 + 0.2, "0.30000000000000004" },
    { 123456.789, "123456.789" },
    { 1000000.5, "1000000.5" },
    { 9999999.0, "9999999.0" },
    { 1e7, "1.0E7" },
    { 12345678.9, "1.23456789E7" },
    { 9007199254740992.0, "9.007199254740992E15" },
    { 1e-3, "0.001" },
    { 0.00123, "0.00123" },
    { 9.99e-4, "9.99E-4" },
    { 1e22, "1.0E22" },
    { DBL_MAX, "1.7976931348623157E308" },
    { DBL_MIN, "2.2250738585072014E-308" },
    { 5e-324, "5.0E-324" },
    { 1e-320, "1.0E-320" },
    { NAN, "\"NaN\"" },
    { INFINITY, "\"Infinity\"" },
    { -INFINITY, "\"-Infinity\"" },
  };
  g_autoptr (GString) out = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      append_double (out, cases[i].value);
      g_assert_cmpstr (out->str, ==, cases[i].text);
    }
}

/* Any bit pattern reads back to itself; a text of up to 15 digits is never made longer. */
static void
test_random_doubles_read_back (void)
{
  GRand *rand = g_rand_new_with_seed (20260101);
  g_autoptr (GString) out = g_string_new (NULL);

  for (int i = 0; i < 100000; i++)
    {
      guint64 bits = (guint64)g_rand_int (rand) << 32 | g_rand_int (rand);
      double value, back;
      memcpy (&value, &bits, sizeof value);
      if (!isfinite (value))
        continue;
      append_double (out, value);
      back = g_ascii_strtod (out->str, NULL);
      g_assert_cmpmem (&value, sizeof value, &back, sizeof back);
      g_assert_cmpuint (out->len, <=, 24);
      g_assert_true (strpbrk (out->str, ".") != NULL);
    }
  for (int i = 0; i < 20000; i++)
    {
      double cents = g_rand_int_range (rand, -100000, 100000) / 100.0;
      append_double (out, cents);
      g_assert_cmpuint (out->len, <=, strlen ("-1000.00"));
    }
  g_rand_free (rand);
}

/* ---- misuse ---- */

static void
misuse (const char *how)
{
  g_autoptr (GString) out = g_string_new (NULL);
  RushJsonWriter w;

  rush_json_writer_init (&w, out);
  if (strcmp (how, "two-values") == 0)
    {
      rush_json_int (&w, 1);
      rush_json_int (&w, 2);
    }
  else if (strcmp (how, "name-without-value") == 0)
    {
      rush_json_begin_object (&w);
      rush_json_member (&w, "a");
      rush_json_end_object (&w);
    }
  else if (strcmp (how, "end-without-begin") == 0)
    rush_json_end_array (&w);
  else
    g_error ("unknown misuse %s", how);
}

static void
test_misuse_aborts (gconstpointer how)
{
  if (g_test_subprocess ())
    {
      misuse (how);
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*assertion failed*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json-writer/structure", test_objects_and_arrays);
  g_test_add_func ("/json-writer/empty", test_empty_containers);
  g_test_add_func ("/json-writer/deep", test_deep);
  g_test_add_func ("/json-writer/strings", test_strings);
  g_test_add_func ("/json-writer/names", test_names_are_escaped);
  g_test_add_func ("/json-writer/ints", test_ints);
  g_test_add_func ("/json-writer/doubles", test_doubles);
  g_test_add_func ("/json-writer/random-doubles", test_random_doubles_read_back);
  g_test_add_data_func ("/json-writer/misuse/two-values", "two-values", test_misuse_aborts);
  g_test_add_data_func ("/json-writer/misuse/name", "name-without-value", test_misuse_aborts);
  g_test_add_data_func ("/json-writer/misuse/end", "end-without-begin", test_misuse_aborts);
  return g_test_run ();
}
