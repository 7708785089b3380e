/* test_json_reader.c - every kind of value, the look-ups with their fallbacks, and for each way to
 * break the grammar the line and column where it broke. */
#include "core/base/allocator.h"
#include "core/base/json.h"

#include <math.h>
#include <string.h>

static RushJson *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  RushJson *value = rush_json_parse (text, -1, &error);

  g_assert_no_error (error);
  g_assert_nonnull (value);
  return value;
}

/* ---- normal ---- */

static void
test_members_keep_their_order (void)
{
  g_autoptr (RushJson) root =
      parse (" { \"z\" : 1 , \"a\" : [ true , null ] ,\n\t\"m\":\"x\"}\r\n");

  g_assert_cmpint (rush_json_kind (root), ==, RUSH_JSON_OBJECT);
  g_assert_cmpuint (rush_json_length (root), ==, 3);
  g_assert_cmpstr (rush_json_name (root, 0), ==, "z");
  g_assert_cmpstr (rush_json_name (root, 1), ==, "a");
  g_assert_cmpstr (rush_json_name (root, 2), ==, "m");
  g_assert_cmpint (rush_json_as_int (rush_json_item (root, 0), 0), ==, 1);
  g_assert_cmpstr (rush_json_as_string (rush_json_item (root, 2), NULL), ==, "x");

  const RushJson *array = rush_json_get (root, "a");
  g_assert_cmpint (rush_json_kind (array), ==, RUSH_JSON_ARRAY);
  g_assert_cmpuint (rush_json_length (array), ==, 2);
  g_assert_true (rush_json_as_bool (rush_json_item (array, 0), FALSE));
  g_assert_cmpint (rush_json_kind (rush_json_item (array, 1)), ==, RUSH_JSON_NULL);
}

static void
test_numbers (void)
{
  g_autoptr (RushJson) root =
      parse ("[0,-0,7,9223372036854775807,-9223372036854775808,9223372036854775808,"
             "1.0,-2.5e3,1E2,1e+2,1e-2,0.1,1e-400]");
  static const gint64 ints[] = { 0, 0, 7, G_MAXINT64, G_MININT64 };
  static const double doubles[] = { 9223372036854775808.0, 1, -2500, 100, 100, 0.01, 0.1, 0 };

  for (guint i = 0; i < G_N_ELEMENTS (ints); i++)
    {
      g_assert_cmpint (rush_json_kind (rush_json_item (root, i)), ==, RUSH_JSON_INT);
      g_assert_cmpint (rush_json_as_int (rush_json_item (root, i), -1), ==, ints[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (doubles); i++)
    {
      const RushJson *item = rush_json_item (root, G_N_ELEMENTS (ints) + i);
      g_assert_cmpint (rush_json_kind (item), ==, RUSH_JSON_DOUBLE);
      g_assert_cmpfloat (rush_json_as_double (item, -1), ==, doubles[i]);
    }
}

static void
test_strings (void)
{
  static const struct
  {
    const char *text;
    const char *value;
  } cases[] = {
    { "\"\"", "" },
    { "\"a\\\"\\\\\\/\\b\\f\\n\\r\\tz\"", "a\"\\/\b\f\n\r\tz" },
    { "\"\\u0041\\u00e9\\u20AC\"", "A\xC3\xA9\xE2\x82\xAC" },
    { "\"\\uD83D\\uDD6F!\"", "\xF0\x9F\x95\xAF!" },
    { "\"\xF0\x9F\x95\xAF\x7f\"", "\xF0\x9F\x95\xAF\x7f" },
    /* What a C string cannot hold. */
    { "\"a\\u0000b\"", "a\xEF\xBF\xBD"
                       "b" },
    { "\"\\uD83D\"", "\xEF\xBF\xBD" },
    { "\"\\uD83Dx\"", "\xEF\xBF\xBDx" },
    { "\"\\uD83D\\n\"", "\xEF\xBF\xBD\n" },
    { "\"\\uD83D\\u0041\"", "\xEF\xBF\xBD"
                            "A" },
    { "\"\\uD83D\\uD83D\\uDD6F\"", "\xEF\xBF\xBD\xF0\x9F\x95\xAF" },
    { "\"\\uDD6F\\uD83D\"", "\xEF\xBF\xBD\xEF\xBF\xBD" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RushJson) value = parse (cases[i].text);
      g_assert_cmpstr (rush_json_as_string (value, NULL), ==, cases[i].value);
    }
}

/* Each value stands where it begins; a bracket that opens in line 2 is in line 2. */
static void
test_lines (void)
{
  g_autoptr (RushJson) root = parse ("\n{\"a\": [1,\n\n 2], \"b\":\n{}, \"c\\n\": \"x\\n\"\r\n}");
  const RushJson *array = rush_json_get (root, "a");

  g_assert_cmpuint (rush_json_line (root), ==, 2);
  g_assert_cmpuint (rush_json_line (array), ==, 2);
  g_assert_cmpuint (rush_json_line (rush_json_item (array, 0)), ==, 2);
  g_assert_cmpuint (rush_json_line (rush_json_item (array, 1)), ==, 4);
  g_assert_cmpuint (rush_json_line (rush_json_get (root, "b")), ==, 5);
  g_assert_cmpuint (rush_json_line (rush_json_get (root, "c\n")), ==, 5);
}

static void
test_length_bounds_the_text (void)
{
  g_autoptr (RushJson) value = rush_json_parse ("1234", 2, NULL);

  g_assert_cmpint (rush_json_as_int (value, 0), ==, 12);
}

static void
test_the_last_of_two_names_counts (void)
{
  g_autoptr (RushJson) root = parse ("{\"a\":1,\"b\":2,\"a\":3}");

  g_assert_cmpint (rush_json_get_int (root, "a", 0), ==, 3);
  g_assert_cmpuint (rush_json_length (root), ==, 3);
}

static void
test_memory_comes_back (void)
{
  gsize before = rush_allocator_system_in_use ();
  RushJson *value = parse ("{\"a\":[1,2,[3]],\"b\":{\"c\":\"d\"}}");

  g_assert_cmpuint (rush_allocator_system_in_use (), >, before);
  rush_json_free (value);
  rush_json_free (NULL);
  g_assert_cmpuint (rush_allocator_system_in_use (), ==, before);
}

/* ---- empty, nulls, other kinds ---- */

static void
test_empty_containers (void)
{
  g_autoptr (RushJson) root = parse ("[{},[ ],{ }]");

  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (rush_json_length (rush_json_item (root, i)), ==, 0);
  g_assert_null (rush_json_get (rush_json_item (root, 0), "a"));
}

static void
test_fallbacks_chain (void)
{
  g_autoptr (RushJson) root =
      parse ("{\"i\":5,\"d\":2.5,\"b\":true,\"s\":\"x\",\"n\":null,\"o\":{\"i\":6}}");

  g_assert_cmpint (rush_json_get_int (rush_json_get (root, "o"), "i", -1), ==, 6);
  g_assert_cmpint (rush_json_get_int (rush_json_get (root, "none"), "i", -1), ==, -1);
  g_assert_cmpint (rush_json_get_int (NULL, "i", -1), ==, -1);

  static const char *const not_int[] = { "d", "b", "s", "n", "o", "none" };
  for (gsize i = 0; i < G_N_ELEMENTS (not_int); i++)
    g_assert_cmpint (rush_json_get_int (root, not_int[i], -1), ==, -1);
  g_assert_cmpfloat (rush_json_get_double (root, "d", -1), ==, 2.5);
  g_assert_cmpfloat (rush_json_get_double (root, "i", -1), ==, 5);
  g_assert_cmpfloat (rush_json_get_double (root, "s", -1), ==, -1);
  g_assert_cmpfloat (rush_json_get_double (root, "b", -1), ==, -1);
  g_assert_true (rush_json_get_bool (root, "b", FALSE));
  g_assert_true (rush_json_get_bool (root, "i", TRUE));
  g_assert_cmpstr (rush_json_get_string (root, "s", "f"), ==, "x");
  g_assert_cmpstr (rush_json_get_string (root, "n", "f"), ==, "f");
  g_assert_null (rush_json_get_string (root, "i", NULL));
  g_assert_null (rush_json_get (rush_json_get (root, "i"), "x"));
}

static void
test_numbers_that_json_lacks (void)
{
  g_autoptr (RushJson) root = parse ("{\"a\":\"NaN\",\"b\":\"Infinity\",\"c\":\"-Infinity\"}");

  g_assert_true (isnan (rush_json_get_double (root, "a", 0)));
  g_assert_cmpfloat (rush_json_get_double (root, "b", 0), ==, INFINITY);
  g_assert_cmpfloat (rush_json_get_double (root, "c", 0), ==, -INFINITY);
}

/* ---- depth and size ---- */

static char *
nested (guint depth)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < depth; i++)
    g_string_append (text, i % 2 == 0 ? "[" : "{\"k\":");
  g_string_append (text, "1");
  for (guint i = depth; i > 0; i--)
    g_string_append_c (text, (i - 1) % 2 == 0 ? ']' : '}');
  return g_string_free (text, FALSE);
}

static void
test_deep_nesting (void)
{
  g_autofree char *deepest = nested (512);
  g_autofree char *too_deep = nested (513);
  g_autofree char *far_too_deep = g_strnfill (1000000, '[');
  g_autoptr (RushJson) root = parse (deepest);
  const RushJson *value = root;
  guint depth = 0;
  g_autoptr (GError) error = NULL;

  for (; rush_json_kind (value) != RUSH_JSON_INT; depth++)
    value = rush_json_item (value, 0);
  g_assert_cmpuint (depth, ==, 512);
  g_assert_cmpint (rush_json_as_int (value, 0), ==, 1);

  g_assert_null (rush_json_parse (too_deep, -1, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT);
  g_assert_nonnull (strstr (error->message, "deeper than 512"));
  g_assert_null (rush_json_parse (far_too_deep, -1, NULL));
}

static void
test_many_members (void)
{
  GString *text = g_string_new ("[");
  const guint n = 100000;

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s{\"i\":%u,\"s\":\"%u\"}", i > 0 ? "," : "", i, i);
  g_string_append_c (text, ']');
  g_autoptr (RushJson) root = parse (text->str);
  g_string_free (text, TRUE); /* the tree does not point into it */

  g_assert_cmpuint (rush_json_length (root), ==, n);
  for (guint i = 0; i < n; i++)
    {
      char digits[16];
      g_snprintf (digits, sizeof digits, "%u", i);
      g_assert_cmpint (rush_json_get_int (rush_json_item (root, i), "i", -1), ==, i);
      g_assert_cmpstr (rush_json_get_string (rush_json_item (root, i), "s", NULL), ==, digits);
    }
}

/* ---- errors ---- */

typedef struct
{
  const char *text;
  guint line;
  guint column;
  const char *what;
} BadText;

static void
assert_bad (const BadText *bad)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *expected =
      g_strdup_printf ("JSON, line %u, column %u: %s", bad->line, bad->column, bad->what);
  gsize before = rush_allocator_system_in_use ();

  g_assert_null (rush_json_parse (bad->text, -1, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT);
  g_assert_cmpstr (error->message, ==, expected);
  g_assert_cmpuint (rush_allocator_system_in_use (), ==, before);
  g_assert_null (rush_json_parse (bad->text, -1, NULL));
}

static void
test_error_positions (void)
{
  static const char early[] = "the text ends too early";
  static const char no_value[] = "a value was expected";
  static const char behind[] = "there is more behind the value";
  static const BadText cases[] = {
    { "", 1, 1, early },
    { "  \n ", 2, 2, early },
    { "[", 1, 2, early },
    { "[1", 1, 3, early },
    { "[1,", 1, 4, early },
    { "{\"a\"", 1, 5, early },
    { "{\"a\":", 1, 6, early },
    { "\"abc", 1, 5, early },
    { "\"abc\\", 1, 6, early },
    { "\"\\u00", 1, 6, early },
    { "-", 1, 2, early },
    { "1.", 1, 3, early },
    { "1e", 1, 3, early },
    { "1e+", 1, 4, early },
    { "[1,]", 1, 4, no_value },
    { "[,1]", 1, 2, no_value },
    { "nul", 1, 1, no_value },
    { "True", 1, 1, no_value },
    { "NaN", 1, 1, no_value },
    { "'a'", 1, 1, no_value },
    { ".5", 1, 1, no_value },
    { "+1", 1, 1, no_value },
    { "-a", 1, 2, no_value },
    { "[1.e5]", 1, 4, "a digit was expected after the point" },
    { "[1ex]", 1, 4, "a digit was expected in the exponent" },
    { "1e999", 1, 1, "the number is too large for a double" },
    { "01", 1, 2, behind },
    { "1 2", 1, 3, behind },
    { "{} x", 1, 4, behind },
    { "nullx", 1, 5, behind },
    { "[1 2]", 1, 4, "',' or ']' was expected" },
    { "[1}", 1, 3, "',' or ']' was expected" },
    { "{\"a\":1]", 1, 7, "',' or '}' was expected" },
    { "{\"a\" 1}", 1, 6, "a colon was expected after the name" },
    { "{a:1}", 1, 2, "a string was expected" },
    { "{\"a\":1,}", 1, 8, "a string was expected" },
    { "\"a\\x\"", 1, 4, "the letter after the backslash is no escape" },
    { "\"\\u12g4\"", 1, 6, "four hexadecimal digits were expected after \\u" },
    { "\"\\uD83D\\u12\"", 1, 12, "four hexadecimal digits were expected after \\u" },
    { "\"a\nb\"", 1, 3, "a control character in a string must be escaped" },
    /* Columns count characters, lines count line feeds. */
    { "[\"\xC3\xA4\xC3\xB6\",x]", 1, 7, no_value },
    { "{\n  \"a\": 1,\n  \"b\": ?\n}", 3, 8, no_value },
    { "[\"\xC3\xA4\", \"\xFF\"]", 1, 8, "this is not UTF-8" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_bad (&cases[i]);
}

static void
test_a_nul_inside_is_no_end (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (rush_json_parse ("1\0 ", 3, &error));
  g_assert_cmpstr (error->message, ==, "JSON, line 1, column 2: this is not UTF-8");
}

static void
test_size_limit (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (rush_json_parse ("1", (gssize)G_MAXUINT32 + 1, &error)); /* refused unread */
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
}

/* ---- misuse ---- */

static void
test_misuse (void)
{
  g_autoptr (RushJson) number = parse ("1");
  g_autoptr (RushJson) array = parse ("[1]");

  g_test_expect_message ("rushlight", G_LOG_LEVEL_CRITICAL, "*is_container*");
  g_assert_cmpuint (rush_json_length (number), ==, 0);
  g_test_expect_message ("rushlight", G_LOG_LEVEL_CRITICAL, "*i < self->length*");
  g_assert_null (rush_json_item (array, 1));
  g_test_expect_message ("rushlight", G_LOG_LEVEL_CRITICAL, "*RUSH_JSON_OBJECT*");
  g_assert_null (rush_json_name (array, 0));
  g_test_expect_message ("rushlight", G_LOG_LEVEL_CRITICAL, "*text != NULL*");
  g_assert_null (rush_json_parse (NULL, -1, NULL));
  g_test_assert_expected_messages ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json-reader/order", test_members_keep_their_order);
  g_test_add_func ("/json-reader/numbers", test_numbers);
  g_test_add_func ("/json-reader/strings", test_strings);
  g_test_add_func ("/json-reader/lines", test_lines);
  g_test_add_func ("/json-reader/length", test_length_bounds_the_text);
  g_test_add_func ("/json-reader/same-name", test_the_last_of_two_names_counts);
  g_test_add_func ("/json-reader/memory", test_memory_comes_back);
  g_test_add_func ("/json-reader/empty", test_empty_containers);
  g_test_add_func ("/json-reader/fallbacks", test_fallbacks_chain);
  g_test_add_func ("/json-reader/nan", test_numbers_that_json_lacks);
  g_test_add_func ("/json-reader/deep", test_deep_nesting);
  g_test_add_func ("/json-reader/wide", test_many_members);
  g_test_add_func ("/json-reader/errors", test_error_positions);
  g_test_add_func ("/json-reader/nul", test_a_nul_inside_is_no_end);
  g_test_add_func ("/json-reader/size-limit", test_size_limit);
  g_test_add_func ("/json-reader/misuse", test_misuse);
  return g_test_run ();
}
