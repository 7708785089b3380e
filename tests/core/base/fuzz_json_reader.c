/* fuzz_json_reader.c - broken texts by the thousand: the reader must refuse or accept, never crash,
 * leak or read past the end; and what it accepts must survive being written and read again.
 *
 * Each round takes a sound text and damages it a few times.  Round i depends on i alone, so a
 * failure is repeated by its number.  The text stands in a block of exactly its size, without a
 * NUL behind it, so that a sanitizer sees a single byte too many.
 *
 *     RUSH_FUZZ_ITERATIONS=1000000 fuzz_json_reader      (20000 without it)
 */
#include "core/base/allocator.h"
#include "tests/core/base/json_tree.h"

#include <stdlib.h>
#include <string.h>

#define DEFAULT_ITERATIONS 20000

static const char *const seeds[] = {
  "{\"Event\":\"SparkListenerTaskEnd\",\"Stage ID\":0,\"Task Info\":{\"Task ID\":3,\"Index\":3,"
  "\"Failed\":false,\"Accumulables\":[{\"ID\":7,\"Name\":\"x\",\"Update\":1.5}]},\"Reason\":null}",
  "[1,-2,3.25,4e5,6E-7,-0.0,9223372036854775807,9223372036854775808]",
  "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\uD83D\\uDD6F \xC3\xA4\xE2\x82\xAC\xF0\x9F\x95\xAF\"",
  "[[[[[[[[]]]]]]],{\"a\":{\"b\":{\"c\":{}}}},true,false,null]",
  " [ \t\r\n 1 , \"\" , { \"\" : \"\" } ] ",
};

static const char *const tokens[] = { "{",
                                      "}",
                                      "[",
                                      "]",
                                      ":",
                                      ",",
                                      "\"",
                                      "\\",
                                      "\\u",
                                      "\\uD800",
                                      "null",
                                      "true",
                                      "1e",
                                      "-",
                                      ".",
                                      "0",
                                      "9999999999999999999",
                                      "\xC3",
                                      "\xED\xA0\x80",
                                      "\n",
                                      "[[[[[[[[[[[[[[[[",
                                      "{\"a\":" };

static void
damage (GString *text, GRand *rand)
{
  gssize at = g_rand_int_range (rand, 0, (gint32)text->len + 1);
  gssize left = (gssize)text->len - at;
  gssize n = g_rand_int_range (rand, 0, 20);
  const char *token = tokens[g_rand_int_range (rand, 0, G_N_ELEMENTS (tokens))];

  n = MIN (n, left);
  g_autofree char *piece = g_strndup (text->str + at, (gsize)n);

  switch (g_rand_int_range (rand, 0, 6))
    {
    case 0: /* a wrong byte */
      if (left > 0)
        text->str[at] = (char)g_rand_int_range (rand, 0, 256);
      break;
    case 1: /* a wrong bit */
      if (left > 0)
        text->str[at] = (char)(text->str[at] ^ (1 << g_rand_int_range (rand, 0, 8)));
      break;
    case 2: /* cut out */
      g_string_erase (text, at, n);
      break;
    case 3: /* cut off */
      g_string_truncate (text, (gsize)at);
      break;
    case 4: /* twice */
      g_string_insert_len (text, at, piece, (gssize)strlen (piece));
      break;
    default:
      g_string_insert (text, at, token);
      break;
    }
}

static void
assert_stable (const RushJson *tree)
{
  if (json_tree_depth (tree) > JSON_TREE_MAX_DEPTH)
    return;

  g_autofree char *text = json_tree_to_text (tree);
  g_autoptr (GError) error = NULL;
  g_autoptr (RushJson) back = rush_json_parse (text, -1, &error);
  g_assert_no_error (error);
  g_assert_true (json_tree_equal (tree, back));
}

/* TRUE: the text was accepted. */
static gboolean
feed (const char *text, gsize length)
{
  char *exact = g_memdup2 (text, MAX (length, 1));
  g_autoptr (GError) error = NULL;
  g_autoptr (RushJson) tree = rush_json_parse (exact, (gssize)length, &error);

  g_free (exact);
  g_assert_true ((tree == NULL) == (error != NULL));
  if (tree != NULL)
    assert_stable (tree);
  else
    g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT);
  return tree != NULL;
}

static void
test_damaged_texts (void)
{
  const char *wanted = g_getenv ("RUSH_FUZZ_ITERATIONS");
  guint64 iterations = wanted != NULL ? g_ascii_strtoull (wanted, NULL, 10) : DEFAULT_ITERATIONS;
  gsize in_use = rush_allocator_system_in_use ();
  guint64 accepted = 0;

  for (guint64 i = 0; i < iterations; i++)
    {
      GRand *rand = g_rand_new_with_seed ((guint32)i);
      g_autoptr (GString) text = g_string_new (seeds[i % G_N_ELEMENTS (seeds)]);
      for (gint n = g_rand_int_range (rand, 0, 5); n > 0; n--)
        damage (text, rand);
      g_rand_free (rand);

      accepted += feed (text->str, text->len);
      if (rush_allocator_system_in_use () != in_use)
        g_error ("round %" G_GUINT64_FORMAT " leaks", i);
    }
  g_test_message ("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " texts accepted", accepted,
                  iterations);
  g_assert_cmpuint (iterations, >, 0);
  if (iterations >= DEFAULT_ITERATIONS) /* both ways were walked, and often */
    {
      g_assert_cmpuint (accepted, >, iterations / 20);
      g_assert_cmpuint (accepted, <, iterations - iterations / 20);
    }
}

/* Every prefix of a sound text: all the places where a text can end. */
static void
test_prefixes (void)
{
  for (gsize s = 0; s < G_N_ELEMENTS (seeds); s++)
    {
      g_assert_true (feed (seeds[s], strlen (seeds[s])));
      for (gsize length = 0; length < strlen (seeds[s]); length++)
        feed (seeds[s], length);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fuzz-json-reader/prefixes", test_prefixes);
  g_test_add_func ("/fuzz-json-reader/damaged", test_damaged_texts);
  return g_test_run ();
}
