/* test_hash.c - Murmur3 gives what a real Spark gave (tests/data/murmur3_spark.json); a column's
 * hash does not depend on its layout; the engine's own hash spreads what people hash. */
#include "core/base/json.h"
#include "core/data/builder.h"
#include "core/data/hash.h"
#include "tests/core/data/table.h"

#include <string.h>

/* ---- Spark's answers ---- */

static RushJson *
load_answers (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "murmur3_spark.json", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  RushJson *answers = rush_json_parse (text, -1, &error);
  g_assert_no_error (error);
  return answers;
}

static char *
from_hex (const char *hex, gsize *out_length)
{
  gsize length = strlen (hex) / 2;
  char *bytes = g_malloc (length + 1);
  for (gsize i = 0; i < length; i++)
    bytes[i] =
        (char)(g_ascii_xdigit_value (hex[2 * i]) << 4 | g_ascii_xdigit_value (hex[2 * i + 1]));
  *out_length = length;
  return bytes;
}

static void
append_answer (RushBatchBuilder *b, guint c, const RushType *type, const RushJson *value)
{
  if (rush_json_kind (value) == RUSH_JSON_NULL)
    {
      g_assert_true (rush_batch_builder_append_null (b, c, NULL));
      return;
    }
  gint64 bits = rush_json_as_int (value, 0);
  if (type->kind == RUSH_TYPE_BOOL)
    g_assert_true (rush_batch_builder_append_bool (b, c, bits != 0, NULL));
  else if (type->kind <= RUSH_TYPE_INT64)
    g_assert_true (rush_batch_builder_append_int (b, c, bits, NULL));
  else if (type->kind == RUSH_TYPE_FLOAT64)
    {
      double real;
      memcpy (&real, &bits, sizeof real);
      g_assert_true (rush_batch_builder_append_double (b, c, real, NULL));
    }
  else if (type->kind == RUSH_TYPE_FLOAT32)
    {
      gint32 narrow = (gint32)bits;
      float real;
      memcpy (&real, &narrow, sizeof real);
      g_assert_true (rush_batch_builder_append_double (b, c, real, NULL));
    }
  else
    {
      gsize length;
      g_autofree char *bytes = from_hex (rush_json_as_string (value, NULL), &length);
      g_assert_true (rush_batch_builder_append_bytes (b, c, bytes, length, NULL));
    }
}

static void
test_spark_answers_by_type (void)
{
  g_autoptr (RushJson) answers = load_answers ();

  for (guint kind = RUSH_TYPE_BOOL; kind <= RUSH_TYPE_BINARY; kind++)
    {
      const RushType *type = rush_type_from_kind ((RushTypeKind)kind);
      const RushJson *pairs = rush_json_get (answers, type->name);
      guint n = rush_json_length (pairs);
      g_autoptr (RushSchema) schema = rush_schema_of ("v", type, NULL);
      g_autoptr (RushBatchBuilder) b = rush_batch_builder_new (schema, rush_allocator_system ());
      g_autofree guint32 *hashes = g_new (guint32, n);

      g_assert_cmpuint (n, >=, 2);
      for (guint i = 0; i < n; i++)
        {
          append_answer (b, 0, type, rush_json_item (rush_json_item (pairs, i), 0));
          rush_batch_builder_end_row (b);
          hashes[i] = RUSH_HASH_SEED;
        }
      g_autoptr (RushBatch) batch = rush_batch_builder_finish (b, NULL);
      rush_hash_column (batch, 0, hashes);
      for (guint i = 0; i < n; i++)
        g_assert_cmpint ((gint32)hashes[i], ==,
                         rush_json_as_int (rush_json_item (rush_json_item (pairs, i), 1), 0));
    }
}

/* Several columns chain, and a null passes the hash on. */
static void
test_spark_answers_for_rows (void)
{
  g_autoptr (RushJson) answers = load_answers ();
  const RushJson *rows = rush_json_get (answers, "rows");
  guint n = rush_json_length (rows);
  RushField fields[] = { { (char *)"a", &RUSH_INT32, TRUE },
                         { (char *)"b", &RUSH_STRING, TRUE },
                         { (char *)"c", &RUSH_FLOAT64, TRUE },
                         { (char *)"d", &RUSH_INT64, TRUE } };
  g_autoptr (RushSchema) schema = rush_schema_new (4, fields);
  g_autoptr (RushBatchBuilder) b = rush_batch_builder_new (schema, rush_allocator_system ());
  g_autofree guint32 *hashes = g_new (guint32, n);

  g_assert_cmpuint (n, >=, 5);
  for (guint i = 0; i < n; i++)
    {
      const RushJson *values = rush_json_item (rush_json_item (rows, i), 0);
      for (guint c = 0; c < 4; c++)
        append_answer (b, c, fields[c].type, rush_json_item (values, c));
      rush_batch_builder_end_row (b);
      hashes[i] = RUSH_HASH_SEED;
    }
  g_autoptr (RushBatch) batch = rush_batch_builder_finish (b, NULL);
  for (guint c = 0; c < 4; c++)
    rush_hash_column (batch, c, hashes);
  for (guint i = 0; i < n; i++)
    g_assert_cmpint ((gint32)hashes[i], ==,
                     rush_json_as_int (rush_json_item (rush_json_item (rows, i), 1), 0));
}

static void
test_single_values (void)
{
  g_assert_cmpuint (rush_murmur3_int32 (1, 42), ==, (guint32)-559580957);
  g_assert_cmpuint (rush_murmur3_int32 (0, 42), ==, 933211791);
  g_assert_cmpuint (rush_murmur3_bytes ("", 0, 42), ==, 142593372);
  g_assert_cmpuint (rush_murmur3_int64 (0, 42), ==, (guint32)-1670924195);
}

/* ---- layouts ---- */

static void
test_layouts_and_selections_agree (void)
{
  for (guint seed = 0; seed < 100; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (Table) table = table_random (rand, 3, 200);
      g_autoptr (RushBatch) a = table_build (table, rand);
      g_autoptr (RushBatch) b = table_build (table, rand);
      guint32 x[200], y[200];

      for (guint i = 0; i < table->n_rows; i++)
        x[i] = y[i] = g_rand_int (rand);
      g_autofree guint32 *seeds = g_memdup2 (x, sizeof x);
      for (guint c = 0; c < table->schema->n_fields; c++)
        {
          rush_hash_column (a, c, x);
          rush_hash_column (b, c, y);
          for (guint i = 0; i < table->n_rows; i++)
            {
              g_assert_cmpuint (x[i], ==, y[i]);
              if (table_cell (table, i, c)->null)
                g_assert_cmpuint (x[i], ==, seeds[i]);
              seeds[i] = x[i];
            }
        }
    }
}

/* ---- the engine's own ---- */

static int
compare_hashes (gconstpointer a, gconstpointer b)
{
  guint64 x = *(const guint64 *)a, y = *(const guint64 *)b;
  return x < y ? -1 : x > y;
}

static void
assert_all_different (guint64 *hashes, guint n)
{
  qsort (hashes, n, sizeof *hashes, compare_hashes);
  for (guint i = 1; i < n; i++)
    g_assert_cmpuint (hashes[i - 1], !=, hashes[i]);
}

/* In a table of n buckets n hashes leave n/e empty; patterns leave more (or, if too even, fewer).
 * Both ends of the hash serve as bucket number somewhere. */
static void
assert_fills_buckets (const guint64 *hashes, guint n, guint shift)
{
  g_autofree guint8 *hit = g_malloc0 (n);
  guint empty = 0;

  g_assert_cmpuint (n & (n - 1), ==, 0);
  for (guint i = 0; i < n; i++)
    hit[hashes[i] >> shift & (n - 1)] = 1;
  for (guint i = 0; i < n; i++)
    empty += !hit[i];
  g_assert_cmpfloat (empty, >, n * 0.36);
  g_assert_cmpfloat (empty, <, n * 0.376);
}

#define N_KEYS (1 << 18)

static void
test_sequential_integers (void)
{
  static const gint64 steps[] = { 1, 8, 1024, 1 << 20, G_GINT64_CONSTANT (1) << 40 };
  g_autofree guint64 *hashes = g_new (guint64, N_KEYS);

  for (guint s = 0; s < G_N_ELEMENTS (steps); s++)
    {
      for (guint i = 0; i < N_KEYS; i++)
        hashes[i] = rush_hash64_int (i * steps[s]);
      assert_fills_buckets (hashes, N_KEYS, 0);
      assert_fills_buckets (hashes, N_KEYS, 64 - 18);
      assert_all_different (hashes, N_KEYS);

      for (guint i = 0; i < N_KEYS; i++)
        {
          gint64 value = i * steps[s];
          hashes[i] = rush_hash64_bytes ((const char *)&value, sizeof value);
        }
      assert_fills_buckets (hashes, N_KEYS, 0);
      assert_fills_buckets (hashes, N_KEYS, 64 - 18);
      assert_all_different (hashes, N_KEYS);
    }
}

/* Words of syllables, with and without a common beginning or end, of 1 to 60 bytes. */
static void
test_words (void)
{
  static const char *const formats[] = { "%u", "user_%08u", "https://example.org/item/%u/view",
                                         "%u-the-same-long-ending-for-every-word-in-this-list",
                                         "a common beginning of more than sixteen bytes %u" };
  g_autofree guint64 *hashes = g_new (guint64, N_KEYS);

  for (guint f = 0; f < G_N_ELEMENTS (formats); f++)
    {
      for (guint i = 0; i < N_KEYS; i++)
        {
          char word[100];
          int length = g_snprintf (word, sizeof word, formats[f], i);
          hashes[i] = rush_hash64_bytes (word, (gsize)length);
        }
      assert_fills_buckets (hashes, N_KEYS, 0);
      assert_fills_buckets (hashes, N_KEYS, 64 - 18);
      assert_all_different (hashes, N_KEYS);
    }
}

/* All strings of up to 3 bytes out of 40 letters, and zeros of every length. */
static void
test_short_strings_and_zeros (void)
{
  g_autoptr (GArray) hashes = g_array_new (FALSE, FALSE, sizeof (guint64));
  static const char zeros[300];
  char s[3];

  for (guint i = 0; i < 40 * 40 * 40; i++)
    {
      s[0] = (char)(i % 40);
      s[1] = (char)(i / 40 % 40);
      s[2] = (char)(i / 1600);
      for (guint length = 1; length <= 3; length++)
        if ((length == 3) || (length == 2 && i < 1600) || (length == 1 && i < 40))
          {
            guint64 hash = rush_hash64_bytes (s, length);
            g_array_append_val (hashes, hash);
          }
    }
  for (guint length = 4; length < sizeof zeros; length++)
    {
      guint64 hash = rush_hash64_bytes (zeros, length);
      g_array_append_val (hashes, hash);
    }
  guint64 empty = rush_hash64_bytes ("", 0);
  g_array_append_val (hashes, empty);
  assert_all_different ((guint64 *)(gpointer)hashes->data, hashes->len);
}

/* A flipped bit of the input flips each bit of the hash about every other time. */
static void
assert_avalanche (gsize length, gboolean as_int)
{
  enum
  {
    TRIALS = 2000
  };
  g_autoptr (GRand) rand = g_rand_new_with_seed ((guint32)length);
  guint32 flips[64];
  char key[64];

  for (guint bit = 0; bit < length * 8; bit++)
    {
      memset (flips, 0, sizeof flips);
      for (guint trial = 0; trial < TRIALS; trial++)
        {
          guint64 before, after;
          gint64 value;
          for (gsize i = 0; i < length; i++)
            key[i] = (char)g_rand_int (rand);
          memcpy (&value, key, sizeof value);
          before = as_int ? rush_hash64_int (value) : rush_hash64_bytes (key, length);
          key[bit / 8] = (char)(key[bit / 8] ^ 1 << bit % 8);
          memcpy (&value, key, sizeof value);
          after = as_int ? rush_hash64_int (value) : rush_hash64_bytes (key, length);
          for (guint i = 0; i < 64; i++)
            flips[i] += (before ^ after) >> i & 1;
        }
      /* Half of 2,000 within six standard deviations of 22. */
      for (guint i = 0; i < 64; i++)
        {
          g_assert_cmpuint (flips[i], >, TRIALS / 2 - 135);
          g_assert_cmpuint (flips[i], <, TRIALS / 2 + 135);
        }
    }
}

static void
test_avalanche (void)
{
  assert_avalanche (8, TRUE);
  assert_avalanche (3, FALSE);
  assert_avalanche (5, FALSE);
  assert_avalanche (8, FALSE);
  assert_avalanche (13, FALSE);
  assert_avalanche (40, FALSE);
}

/* Blocks of exactly their size: a sanitizer sees a byte too many. */
static void
test_bytes_are_not_overrun (void)
{
  for (gsize length = 0; length < 70; length++)
    {
      g_autofree char *a = g_malloc (length), *b = g_malloc (length);
      for (gsize i = 0; i < length; i++)
        a[i] = b[i] = (char)(i * 7);
      g_assert_cmpuint (rush_hash64_bytes (a, length), ==, rush_hash64_bytes (b, length));
      g_assert_cmpuint (rush_murmur3_bytes (a, length, 1), ==, rush_murmur3_bytes (b, length, 1));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hash/spark_types", test_spark_answers_by_type);
  g_test_add_func ("/hash/spark_rows", test_spark_answers_for_rows);
  g_test_add_func ("/hash/single_values", test_single_values);
  g_test_add_func ("/hash/layouts", test_layouts_and_selections_agree);
  g_test_add_func ("/hash/integers", test_sequential_integers);
  g_test_add_func ("/hash/words", test_words);
  g_test_add_func ("/hash/short", test_short_strings_and_zeros);
  g_test_add_func ("/hash/avalanche", test_avalanche);
  g_test_add_func ("/hash/overrun", test_bytes_are_not_overrun);
  return g_test_run ();
}
