/* test_hash.c - Murmur3 gives what a real Spark gave (tests/data/murmur3_spark.json); a column's
 * hash does not depend on its layout; the engine's own hash spreads what people hash. */
#include "core/base/json.h"
#include "core/data/builder.h"
#include "core/data/hash.h"
#include "tests/core/data/table.h"

#include <math.h>
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

/* A decimal number of any length. */
static rush_int128
parse_int128 (const char *text)
{
  gboolean negative = *text == '-';
  rush_int128 value = 0;

  for (text += negative; *text != '\0'; text++)
    value = value * 10 + (negative ? '0' - *text : *text - '0');
  return value;
}

static gboolean append_answer (RushColumnBuilder *b, const RushType *type, const RushJson *value);

static gboolean
append_items (RushColumnBuilder *b, const RushType *type, const RushJson *value)
{
  for (guint i = 0; i < rush_json_length (value); i++)
    {
      guint field = i % type->n_fields;
      g_assert_true (append_answer (rush_column_builder_child (b, field), type->fields[field].type,
                                    rush_json_item (value, i)));
    }
  return type->storage == RUSH_STORAGE_LIST ? rush_column_builder_end_list (b, NULL)
                                            : rush_column_builder_end_struct (b, NULL);
}

static gboolean
append_text (RushColumnBuilder *b, const char *hex)
{
  gsize length;
  g_autofree char *bytes = from_hex (hex, &length);

  return rush_column_builder_append_bytes (b, bytes, length, NULL);
}

/* As make_murmur3_spark.py writes them. */
static gboolean
append_answer (RushColumnBuilder *b, const RushType *type, const RushJson *value)
{
  gint64 bits = rush_json_as_int (value, 0);
  gint32 narrow = (gint32)bits;
  RushCalendarInterval interval;
  double real;
  float single;

  if (rush_json_kind (value) == RUSH_JSON_NULL)
    return rush_column_builder_append_null (b, NULL);
  if (type->kind == RUSH_TYPE_DECIMAL)
    return rush_column_builder_append_int128 (b, parse_int128 (rush_json_as_string (value, NULL)),
                                              NULL);
  switch (type->storage)
    {
    case RUSH_STORAGE_BIT:
      return rush_column_builder_append_bool (b, bits != 0, NULL);
    case RUSH_STORAGE_I8:
    case RUSH_STORAGE_I16:
    case RUSH_STORAGE_I32:
    case RUSH_STORAGE_I64:
    case RUSH_STORAGE_I128:
      return rush_column_builder_append_int (b, bits, NULL);
    case RUSH_STORAGE_F64:
      memcpy (&real, &bits, sizeof real);
      return rush_column_builder_append_double (b, real, NULL);
    case RUSH_STORAGE_F32:
      memcpy (&single, &narrow, sizeof single);
      return rush_column_builder_append_double (b, single, NULL);
    case RUSH_STORAGE_INTERVAL:
      interval.months = (gint32)rush_json_as_int (rush_json_item (value, 0), 0);
      interval.days = (gint32)rush_json_as_int (rush_json_item (value, 1), 0);
      interval.microseconds = rush_json_as_int (rush_json_item (value, 2), 0);
      return rush_column_builder_append_interval (b, interval, NULL);
    case RUSH_STORAGE_LIST:
    case RUSH_STORAGE_STRUCT:
      return append_items (b, type, value);
    case RUSH_STORAGE_VIEW:
      return append_text (b, rush_json_as_string (value, NULL));
    case RUSH_STORAGE_VOID:
      break;
    }
  g_assert_not_reached ();
}

static void
check_type (const RushJson *answers, const RushType *type)
{
  const RushJson *entries = rush_json_get (answers, type->name);
  guint n = rush_json_length (entries);
  g_autoptr (RushColumnBuilder) b = rush_column_builder_new (type, rush_allocator_system ());
  g_autofree guint32 *hashes = g_new (guint32, n);
  g_autofree guint64 *wide = g_new (guint64, n);

  g_assert_cmpuint (n, >=, 2);
  for (guint i = 0; i < n; i++)
    {
      g_assert_true (append_answer (b, type, rush_json_item (rush_json_item (entries, i), 0)));
      hashes[i] = RUSH_HASH_SEED;
      wide[i] = RUSH_HASH_SEED;
    }
  g_autoptr (RushColumn) column = rush_column_builder_finish (b);
  rush_murmur3_column (column, NULL, n, hashes);
  rush_xxhash64_column (column, NULL, n, wide);
  for (guint i = 0; i < n; i++)
    {
      const RushJson *entry = rush_json_item (entries, i);
      g_assert_cmpint ((gint32)hashes[i], ==, rush_json_as_int (rush_json_item (entry, 1), 0));
      g_assert_cmpint ((gint64)wide[i], ==, rush_json_as_int (rush_json_item (entry, 2), 0));
    }
}

static void
test_spark_answers_by_type (void)
{
  static const RushTypeField ab[] = { { "a", &RUSH_INT32, TRUE }, { "b", &RUSH_STRING, TRUE } };
  g_autoptr (RushJson) answers = load_answers ();
  const RushType *pair = rush_type_struct (2, ab);
  const RushType *const types[] = {
    &RUSH_BOOL,
    &RUSH_INT8,
    &RUSH_INT16,
    &RUSH_INT32,
    &RUSH_INT64,
    &RUSH_FLOAT32,
    &RUSH_FLOAT64,
    &RUSH_STRING,
    &RUSH_BINARY,
    &RUSH_DATE,
    &RUSH_TIMESTAMP,
    &RUSH_TIMESTAMP_NTZ,
    &RUSH_CALENDAR_INTERVAL,
    rush_type_year_month_interval (RUSH_INTERVAL_YEAR, RUSH_INTERVAL_MONTH),
    rush_type_day_time_interval (RUSH_INTERVAL_DAY, RUSH_INTERVAL_SECOND),
    rush_type_decimal (9, 2),
    rush_type_decimal (18, 4),
    rush_type_decimal (20, 0),
    rush_type_decimal (38, 10),
    rush_type_array (&RUSH_INT32, TRUE),
    rush_type_array (pair, TRUE),
    pair,
  };

  for (guint t = 0; t < G_N_ELEMENTS (types); t++)
    check_type (answers, types[t]);
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
  g_autofree guint64 *wide = g_new (guint64, n);

  g_assert_cmpuint (n, >=, 5);
  for (guint i = 0; i < n; i++)
    {
      const RushJson *values = rush_json_item (rush_json_item (rows, i), 0);
      for (guint c = 0; c < 4; c++)
        g_assert_true (append_answer (rush_batch_builder_column (b, c), fields[c].type,
                                      rush_json_item (values, c)));
      rush_batch_builder_end_row (b);
      hashes[i] = RUSH_HASH_SEED;
      wide[i] = RUSH_HASH_SEED;
    }
  g_autoptr (RushBatch) batch = rush_batch_builder_finish (b, NULL);
  for (guint c = 0; c < 4; c++)
    {
      rush_hash_column (batch, c, hashes);
      rush_xxhash64_column (batch->columns[c], NULL, n, wide);
    }
  for (guint i = 0; i < n; i++)
    {
      const RushJson *row = rush_json_item (rows, i);
      g_assert_cmpint ((gint32)hashes[i], ==, rush_json_as_int (rush_json_item (row, 1), 0));
      g_assert_cmpint ((gint64)wide[i], ==, rush_json_as_int (rush_json_item (row, 2), 0));
    }
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

static const guint16 *
selection_of (const RushBatch *batch)
{
  return batch->selection ? (const guint16 *)(gconstpointer)batch->selection->bytes : NULL;
}

/* Equal rows have equal hashes, of one column and of several. */
static void
test_hash64_over_layouts (void)
{
  for (guint seed = 0; seed < 100; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (Table) table = table_random (rand, 3, 200);
      g_autoptr (RushBatch) a = table_build (table, rand);
      g_autoptr (RushBatch) b = table_build (table, rand);
      guint64 x[200], y[200];

      for (guint c = 0; c < table->schema->n_fields; c++)
        {
          rush_hash64_column (a->columns[c], selection_of (a), a->length, c > 0, x);
          rush_hash64_column (b->columns[c], selection_of (b), b->length, c > 0, y);
          for (guint i = 0; i < table->n_rows; i++)
            g_assert_cmpuint (x[i], ==, y[i]);
        }
    }
}

static void
test_hash64_of_zeros_and_nans (void)
{
  static const double values[] = { 0.0, -0.0, (double)NAN, -(double)NAN };
  g_autoptr (RushColumnBuilder) doubles =
      rush_column_builder_new (&RUSH_FLOAT64, rush_allocator_system ());
  g_autoptr (RushColumnBuilder) floats =
      rush_column_builder_new (&RUSH_FLOAT32, rush_allocator_system ());
  guint64 hashes[4];

  for (guint i = 0; i < 4; i++)
    {
      g_assert_true (rush_column_builder_append_double (doubles, values[i], NULL));
      g_assert_true (rush_column_builder_append_double (floats, values[i], NULL));
    }
  RushColumn *columns[] = { rush_column_builder_finish (doubles),
                            rush_column_builder_finish (floats) };
  for (guint c = 0; c < 2; c++)
    {
      rush_hash64_column (columns[c], NULL, 4, FALSE, hashes);
      g_assert_cmpuint (hashes[0], ==, hashes[1]);
      g_assert_cmpuint (hashes[2], ==, hashes[3]);
      g_assert_cmpuint (hashes[0], !=, hashes[2]);
      g_clear_pointer (&columns[c], rush_column_unref);
    }
}

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
test_hash64_spreads (void)
{
  g_autofree guint64 *hashes = g_new (guint64, N_KEYS);

  for (guint text = 0; text < 2; text++)
    {
      g_autoptr (RushColumnBuilder) b =
          rush_column_builder_new (text ? &RUSH_STRING : &RUSH_INT64, rush_allocator_system ());
      for (guint i = 0; i < N_KEYS; i++)
        {
          char word[20];
          int length = g_snprintf (word, sizeof word, "key%u", i);
          g_assert_true (text ? rush_column_builder_append_bytes (b, word, (gsize)length, NULL)
                              : rush_column_builder_append_int (b, i, NULL));
        }
      g_autoptr (RushColumn) column = rush_column_builder_finish (b);
      for (guint combine = 0; combine < 2; combine++)
        {
          rush_hash64_column (column, NULL, N_KEYS, combine, hashes);
          assert_fills_buckets (hashes, N_KEYS, 0);
          assert_fills_buckets (hashes, N_KEYS, 64 - 18);
          assert_all_different (hashes, N_KEYS);
        }
    }
}

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
  g_test_add_func ("/hash/hash64_layouts", test_hash64_over_layouts);
  g_test_add_func ("/hash/hash64_zeros", test_hash64_of_zeros_and_nans);
  g_test_add_func ("/hash/hash64_spreads", test_hash64_spreads);
  g_test_add_func ("/hash/integers", test_sequential_integers);
  g_test_add_func ("/hash/words", test_words);
  g_test_add_func ("/hash/short", test_short_strings_and_zeros);
  g_test_add_func ("/hash/avalanche", test_avalanche);
  g_test_add_func ("/hash/overrun", test_bytes_are_not_overrun);
  return g_test_run ();
}
