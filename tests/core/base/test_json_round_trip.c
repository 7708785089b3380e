/* test_json_round_trip.c - a property: whatever tree is written reads back as the same tree, and
 * writing that again gives the same bytes.  The trees come from fixed seeds. */
#include "tests/core/base/json_tree.h"

#include <math.h>
#include <string.h>

#define N_TREES 3000

static void
write_random_string (RushJsonWriter *w, GRand *rand, gboolean as_name)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (gint n = g_rand_int_range (rand, 0, 12); n > 0; n--)
    switch (g_rand_int_range (rand, 0, 4))
      {
      case 0:
        g_string_append_c (text, (char)g_rand_int_range (rand, 1, 0x20));
        break;
      case 1:
        g_string_append_unichar (text, (gunichar)g_rand_int_range (rand, 0xE000, 0x110000));
        break;
      case 2:
        g_string_append_c (text, "\"\\/{}[]:,"[g_rand_int_range (rand, 0, 9)]);
        break;
      default:
        g_string_append_unichar (text, (gunichar)g_rand_int_range (rand, 0x20, 0xD800));
        break;
      }
  if (as_name)
    rush_json_member (w, text->str);
  else
    rush_json_string (w, text->str);
}

static void
write_random_scalar (RushJsonWriter *w, GRand *rand)
{
  guint64 bits = (guint64)g_rand_int (rand) << 32 | g_rand_int (rand);
  double number;

  switch (g_rand_int_range (rand, 0, 6))
    {
    case 0:
      rush_json_null (w);
      break;
    case 1:
      rush_json_bool (w, g_rand_boolean (rand));
      break;
    case 2:
      rush_json_int (w, (gint64)bits >> g_rand_int_range (rand, 0, 64));
      break;
    case 3:
      memcpy (&number, &bits, sizeof number);
      rush_json_double (w, number);
      break;
    default:
      write_random_string (w, rand, FALSE);
      break;
    }
}

static void
write_random_value (RushJsonWriter *w, GRand *rand, guint depth)
{
  gboolean object = g_rand_boolean (rand);

  if (depth == 0 || g_rand_int_range (rand, 0, 3) == 0)
    {
      write_random_scalar (w, rand);
      return;
    }
  if (object)
    rush_json_begin_object (w);
  else
    rush_json_begin_array (w);
  for (gint n = g_rand_int_range (rand, 0, 5); n > 0; n--)
    {
      if (object)
        write_random_string (w, rand, TRUE);
      write_random_value (w, rand, depth - 1);
    }
  if (object)
    rush_json_end_object (w);
  else
    rush_json_end_array (w);
}

static void
test_random_trees (void)
{
  for (guint32 seed = 1; seed <= N_TREES; seed++)
    {
      GRand *rand = g_rand_new_with_seed (seed);
      g_autoptr (GString) out = g_string_new (NULL);
      g_autoptr (GError) error = NULL;
      RushJsonWriter w;

      rush_json_writer_init (&w, out);
      write_random_value (&w, rand, (guint)g_rand_int_range (rand, 0, 6));
      g_rand_free (rand);

      g_autoptr (RushJson) tree = rush_json_parse (out->str, (gssize)out->len, &error);
      g_assert_no_error (error);
      g_autofree char *again = json_tree_to_text (tree);
      g_assert_cmpstr (again, ==, out->str);
    }
}

/* Spelling that only a reader meets (white space, escapes, exponents) settles after one round. */
static void
test_foreign_spelling_settles (void)
{
  static const char foreign[] =
      " { \"\\u0061\" : [ 1e2 , 1.50 , -0.0 , -0 ] , \"\\/\" : \"\\u20ac\" , \"e\" : { } } ";
  g_autoptr (RushJson) tree = rush_json_parse (foreign, -1, NULL);
  g_autofree char *text = json_tree_to_text (tree);
  g_autoptr (RushJson) back = rush_json_parse (text, -1, NULL);

  g_assert_cmpstr (text, ==, "{\"a\":[100.0,1.5,-0.0,0],\"/\":\"\xE2\x82\xAC\",\"e\":{}}");
  g_assert_true (json_tree_equal (tree, back));
}

static void
test_equality_sees_differences (void)
{
  static const char *const texts[] = { "null",      "true",      "false", "1",
                                       "1.0",       "\"1\"",     "[]",    "{}",
                                       "[1]",       "[1,2]",     "[2,1]", "{\"a\":1}",
                                       "{\"b\":1}", "{\"a\":2}", "[0.0]", "[-0.0]" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    for (gsize k = 0; k < G_N_ELEMENTS (texts); k++)
      {
        g_autoptr (RushJson) a = rush_json_parse (texts[i], -1, NULL);
        g_autoptr (RushJson) b = rush_json_parse (texts[k], -1, NULL);
        g_assert_cmpint (json_tree_equal (a, b), ==, i == k);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json-round-trip/random", test_random_trees);
  g_test_add_func ("/json-round-trip/foreign", test_foreign_spelling_settles);
  g_test_add_func ("/json-round-trip/equality", test_equality_sees_differences);
  return g_test_run ();
}
