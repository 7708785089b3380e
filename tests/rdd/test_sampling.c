/* test_sampling.c - samples are those that Spark draws: the same seed, the same rows.
 *
 * What is expected was drawn by a real Spark 4.3 from range (0, 300) in three partitions, with seed
 * 7: by sample (), and by takeSample (). */
#include "app.h"

#include "rdd/action/take_sample.h"
#include "rdd/random.h"
#include "rdd/transform/partitionwise_sampled.h"

static RushContext *sc;

static void
test_gaps (void)
{
  g_autoptr (RushRdd) numbers = app_range (sc, 300, 3);
  g_autoptr (RushRdd) sample = rush_rdd_sample (numbers, 0.08, 7);
  g_autofree char *layout = app_layout (sc, sample);

  g_assert_cmpstr (layout, ==,
                   "28 46 51 71 84 91 92|105 143 146 167 174|229 230 232 248 251 290 291");
}

static void
test_a_draw_for_each_row (void)
{
  g_autoptr (RushRdd) numbers = app_range (sc, 300, 3);
  g_autoptr (RushRdd) sample = rush_rdd_sample (numbers, 0.5, 7);
  g_autofree char *layout = app_layout (sc, sample);

  g_assert_true (g_str_has_prefix (layout, "0 1 3 4 7 11 12 14 15 17 20 21 22 23 25 27 29 30 32 "));
}

static void
test_nothing_and_all (void)
{
  g_autoptr (RushRdd) numbers = app_range (sc, 6, 2);
  g_autoptr (RushRdd) nothing = rush_rdd_sample (numbers, 0, 7);
  g_autoptr (RushRdd) all = rush_rdd_sample (numbers, 1, 7);

  app_assert_sorted (sc, nothing, "");
  app_assert_sorted (sc, all, "0 1 2 3 4 5");
}

static void
assert_taken (guint n_rows, guint n, gint64 seed, const char *expected)
{
  g_autoptr (RushRdd) numbers = app_range (sc, n_rows, 3);
  g_autoptr (RushSample) sample = rush_rdd_take_sample (sc, numbers, n, seed, NULL, NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  g_assert_nonnull (sample);
  for (guint i = 0; i < sample->rows->len; i++)
    {
      RushRowId id = g_array_index (sample->rows, RushRowId, i);
      const RushBatch *batch = sample->batches->pdata[id.batch];

      g_string_append_printf (
          text, "%s%" G_GINT64_FORMAT, i > 0 ? " " : "",
          rush_column_get_int (batch->columns[0], rush_batch_row (batch, id.row)));
    }
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_take_sample (void)
{
  assert_taken (300, 3, 7, "259 150 10");
  assert_taken (300, 0, 7, "");
  assert_taken (0, 3, 7, "");
}

/* As many as there are: all of them, shuffled. */
static void
test_take_more_than_there_is (void)
{
  g_autoptr (RushRdd) numbers = app_range (sc, 4, 3);
  g_autoptr (RushSample) sample = rush_rdd_take_sample (sc, numbers, 10, 1, NULL, NULL);

  g_assert_cmpuint (sample->rows->len, ==, 4);
}

/* java.util.Random (42), XORShiftRandom (5), as a JVM draws them. */
static void
test_generators (void)
{
  RushXorShift xor_shift;

  rush_xor_shift_init (&xor_shift, 5);
  g_assert_cmpint (rush_xor_shift_next_int (&xor_shift), ==, 1947761425);
  g_assert_cmpint (rush_xor_shift_next_int (&xor_shift), ==, 431400712);
  g_assert_cmpint (rush_xor_shift_next_int (&xor_shift), ==, -1470013111);
  g_assert_cmpfloat (rush_xor_shift_next_double (&xor_shift), ==, 0.20418701149900365);

  RushJavaRandom java;

  rush_java_random_init (&java, 42);
  g_assert_cmpint (rush_java_random_next_int (&java), ==, -1170105035);
  g_assert_cmpint (rush_java_random_next_int (&java), ==, 234785527);
  rush_java_random_init (&java, 42);
  g_assert_cmpfloat (rush_java_random_next_double (&java), ==, 0.7275636800328681);
}

int
main (int argc, char **argv)
{
  int failed;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sample/gaps", test_gaps);
  g_test_add_func ("/sample/a-draw-for-each-row", test_a_draw_for_each_row);
  g_test_add_func ("/sample/nothing-and-all", test_nothing_and_all);
  g_test_add_func ("/sample/take", test_take_sample);
  g_test_add_func ("/sample/take-more-than-there-is", test_take_more_than_there_is);
  g_test_add_func ("/sample/generators", test_generators);
  sc = app_new (0);
  failed = g_test_run ();
  app_free (sc);
  return failed;
}
