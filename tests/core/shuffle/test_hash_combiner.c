/* test_hash_combiner.c - each operation on each type of key, nulls, layouts, many keys, refusals:
 * against a GHashTable or against sums that are known beforehand. */
#include "core/shuffle/hash_combiner.h"

#include "core/data/builder.h"

#include <math.h>
#include <string.h>

/* ---- helpers ---- */

static RushSchema *
schema_of (const RushType *key, const RushType *value, gboolean nullable)
{
  const RushField fields[] = { { (char *)"key", key, TRUE }, { (char *)"value", value, nullable } };

  return rush_schema_new (2, fields);
}

static void
add_int (RushBatchBuilder *builder, const char *key, gint64 value)
{
  g_autoptr (GError) error = NULL;

  if (key == NULL)
    rush_batch_builder_append_null (builder, 0, &error);
  else
    rush_batch_builder_append_bytes (builder, 0, key, strlen (key), &error);
  g_assert_no_error (error);
  rush_batch_builder_append_int (builder, 1, value, &error);
  g_assert_no_error (error);
  rush_batch_builder_end_row (builder);
}

static void
insert (RushCombiner *combiner, RushBatchBuilder *builder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushBatch) batch = rush_batch_builder_finish (builder, &error);

  g_assert_true (combiner->klass->insert (combiner, batch, &error));
  g_assert_no_error (error);
}

static char *
value_text (const RushColumn *column, guint row)
{
  gsize length;

  if (!rush_column_is_valid (column, row))
    return g_strdup ("null");
  if (column->type->storage == RUSH_STORAGE_VIEW)
    {
      const char *bytes = rush_column_get_bytes (column, row, &length);
      return g_strndup (bytes, length);
    }
  if (column->type == &RUSH_FLOAT64 || column->type == &RUSH_FLOAT32)
    return g_strdup_printf ("%g", rush_column_get_double (column, row));
  return g_strdup_printf ("%" G_GINT64_FORMAT, rush_column_get_int (column, row));
}

static gint
compare_items (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

/* "a=1 b=2", by key; the combiner is empty afterwards. */
static char *
drain_text (RushCombiner *combiner)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  RushBatch *batch;

  while ((batch = combiner->klass->drain (combiner, &error)) != NULL)
    {
      for (guint i = 0; i < batch->length; i++)
        {
          g_autofree char *key = value_text (batch->columns[0], i);
          g_autofree char *value = value_text (batch->columns[1], i);
          g_ptr_array_add (items, g_strdup_printf ("%s=%s", key, value));
        }
      rush_batch_unref (batch);
    }
  g_assert_no_error (error);
  g_assert_cmpuint (combiner->klass->memory_bytes (combiner), ==, 0);
  g_ptr_array_sort (items, compare_items);
  g_ptr_array_add (items, NULL);
  return g_strjoinv (" ", (char **)items->pdata);
}

static RushCombiner *
new_combiner (const RushHashCombine *combine, RushSchema *schema)
{
  return rush_hash_combiner_new ((gpointer)combine, schema, rush_allocator_system ());
}

/* ---- operations ---- */

static gboolean
merge_product (gpointer data, RushValue *inout_merged, RushValue value, GError **error)
{
  if (value.i64 == 0)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT, "zero");
      return FALSE;
    }
  inout_merged->i64 *= value.i64;
  ++*(guint *)data;
  return TRUE;
}

static void
test_operations (void)
{
  guint n_merges = 0;
  const struct
  {
    RushHashCombine combine;
    const char *expected;
  } cases[] = {
    { { .op = RUSH_COMBINE_SUM }, "a=9 b=-4 c=5" },
    { { .op = RUSH_COMBINE_MIN }, "a=2 b=-4 c=5" },
    { { .op = RUSH_COMBINE_MAX }, "a=4 b=-4 c=5" },
    { { .op = RUSH_COMBINE_COUNT }, "a=3 b=1 c=1" },
    { { .op = RUSH_COMBINE_FIRST }, "a=3 b=-4 c=5" },
    { { RUSH_COMBINE_MERGE, merge_product, &n_merges }, "a=24 b=-4 c=5" },
  };
  g_autoptr (RushSchema) schema = schema_of (&RUSH_STRING, &RUSH_INT64, FALSE);
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (schema, rush_allocator_system ());

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      RushCombiner *combiner = new_combiner (&cases[i].combine, schema);
      add_int (builder, "a", 3);
      add_int (builder, "b", -4);
      add_int (builder, "a", 2);
      insert (combiner, builder);
      add_int (builder, "c", 5);
      add_int (builder, "a", 4);
      insert (combiner, builder);
      g_autofree char *text = drain_text (combiner);
      g_assert_cmpstr (text, ==, cases[i].expected);
      g_autofree char *nothing = drain_text (combiner); /* usable again, and empty */
      g_assert_cmpstr (nothing, ==, "");
      combiner->klass->free (combiner);
    }
  g_assert_cmpuint (n_merges, ==, 2);
}

/* Counts are counted once and added from then on. */
static void
test_counts_are_merged (void)
{
  static const RushHashCombine count = { .op = RUSH_COMBINE_COUNT };
  g_autoptr (RushSchema) schema = schema_of (&RUSH_STRING, &RUSH_INT64, FALSE);
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (schema, rush_allocator_system ());
  RushCombiner *map_side = new_combiner (&count, schema);
  RushCombiner *reduce_side = new_combiner (&count, schema);
  g_autoptr (GError) error = NULL;

  for (guint map = 0; map < 3; map++)
    {
      add_int (builder, "a", 100);
      add_int (builder, "a", 100);
      add_int (builder, "b", 100);
      insert (map_side, builder);
      for (RushBatch *batch; (batch = map_side->klass->drain (map_side, &error)) != NULL;)
        {
          g_assert_true (reduce_side->klass->merge (reduce_side, batch, &error));
          rush_batch_unref (batch);
        }
      g_assert_no_error (error);
    }
  g_autofree char *text = drain_text (reduce_side);
  g_assert_cmpstr (text, ==, "a=6 b=3");
  map_side->klass->free (map_side);
  reduce_side->klass->free (reduce_side);
}

static void
test_a_merge_that_fails_fails (void)
{
  guint n_merges = 0;
  const RushHashCombine product = { RUSH_COMBINE_MERGE, merge_product, &n_merges };
  g_autoptr (RushSchema) schema = schema_of (&RUSH_STRING, &RUSH_INT64, FALSE);
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (schema, rush_allocator_system ());
  RushCombiner *combiner = new_combiner (&product, schema);
  g_autoptr (GError) error = NULL;

  add_int (builder, "a", 1);
  add_int (builder, "a", 0);
  g_autoptr (RushBatch) batch = rush_batch_builder_finish (builder, NULL);
  g_assert_false (combiner->klass->insert (combiner, batch, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  combiner->klass->free (combiner);
}

static void
test_integer_sums_wrap (void)
{
  static const RushHashCombine sum = { .op = RUSH_COMBINE_SUM };
  g_autoptr (RushSchema) schema = schema_of (&RUSH_STRING, &RUSH_INT64, FALSE);
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (schema, rush_allocator_system ());
  RushCombiner *combiner = new_combiner (&sum, schema);

  add_int (builder, "a", G_MAXINT64);
  add_int (builder, "a", 1);
  insert (combiner, builder);
  g_autofree char *text = drain_text (combiner);
  g_assert_cmpstr (text, ==, "a=-9223372036854775808");
  combiner->klass->free (combiner);
}

static void
test_doubles (void)
{
  const struct
  {
    RushHashCombine combine;
    const char *expected;
  } cases[] = {
    { { .op = RUSH_COMBINE_SUM }, "1=4 2=nan" },
    { { .op = RUSH_COMBINE_MIN }, "1=1.5 2=7" },
    { { .op = RUSH_COMBINE_MAX }, "1=2.5 2=nan" },
    { { .op = RUSH_COMBINE_FIRST }, "1=1.5 2=7" },
  };
  const struct
  {
    gint64 key;
    double value;
  } rows[] = { { 1, 1.5 }, { 2, 7 }, { 1, 2.5 }, { 2, NAN } };
  g_autoptr (RushSchema) schema = schema_of (&RUSH_INT64, &RUSH_FLOAT64, FALSE);
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (schema, rush_allocator_system ());

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      RushCombiner *combiner = new_combiner (&cases[i].combine, schema);
      for (guint r = 0; r < G_N_ELEMENTS (rows); r++)
        {
          rush_batch_builder_append_int (builder, 0, rows[r].key, NULL);
          rush_batch_builder_append_double (builder, 1, rows[r].value, NULL);
          rush_batch_builder_end_row (builder);
        }
      insert (combiner, builder);
      g_autofree char *text = drain_text (combiner);
      g_assert_cmpstr (text, ==, cases[i].expected);
      combiner->klass->free (combiner);
    }
}

/* ---- nulls ---- */

static void
test_null_keys_and_values (void)
{
  const struct
  {
    RushHashCombine combine;
    const char *expected;
  } cases[] = {
    { { .op = RUSH_COMBINE_SUM }, "a=5 b=null null=9" },
    { { .op = RUSH_COMBINE_MAX }, "a=5 b=null null=8" },
    { { .op = RUSH_COMBINE_FIRST }, "a=5 b=null null=1" },
    { { .op = RUSH_COMBINE_COUNT }, "a=2 b=1 null=2" },
  };
  g_autoptr (RushSchema) schema = schema_of (&RUSH_STRING, &RUSH_INT64, TRUE);
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (schema, rush_allocator_system ());

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      RushCombiner *combiner = new_combiner (&cases[i].combine, schema);
      const char *null_values[] = { "a", "b" };
      add_int (builder, NULL, 1);
      for (guint k = 0; k < G_N_ELEMENTS (null_values); k++)
        {
          rush_batch_builder_append_bytes (builder, 0, null_values[k], 1, NULL);
          rush_batch_builder_append_null (builder, 1, NULL);
          rush_batch_builder_end_row (builder);
        }
      add_int (builder, "a", 5);
      add_int (builder, NULL, 8);
      insert (combiner, builder);
      g_autofree char *text = drain_text (combiner);
      g_assert_cmpstr (text, ==, cases[i].expected);
      combiner->klass->free (combiner);
    }
}

/* ---- keys ---- */

static void
test_every_type_of_key (void)
{
  static const RushHashCombine sum = { .op = RUSH_COMBINE_SUM };
  const RushType *types[] = { &RUSH_BOOL,    &RUSH_INT8,    &RUSH_INT16,  &RUSH_INT32, &RUSH_INT64,
                              &RUSH_FLOAT32, &RUSH_FLOAT64, &RUSH_STRING, &RUSH_BINARY };

  for (guint t = 0; t < G_N_ELEMENTS (types); t++)
    {
      g_autoptr (RushSchema) schema = schema_of (types[t], &RUSH_INT64, FALSE);
      g_autoptr (RushBatchBuilder) builder =
          rush_batch_builder_new (schema, rush_allocator_system ());
      RushCombiner *combiner = new_combiner (&sum, schema);

      for (guint row = 0; row < 300; row++)
        {
          guint key = row % 2;
          if (types[t] == &RUSH_BOOL)
            rush_batch_builder_append_bool (builder, 0, key != 0, NULL);
          else if (types[t]->storage == RUSH_STORAGE_VIEW)
            rush_batch_builder_append_bytes (builder, 0, key ? "1" : "0", 1, NULL);
          else if (rush_type_is_fractional (types[t]))
            rush_batch_builder_append_double (builder, 0, key, NULL);
          else
            rush_batch_builder_append_int (builder, 0, key, NULL);
          rush_batch_builder_append_int (builder, 1, row, NULL);
          rush_batch_builder_end_row (builder);
        }
      insert (combiner, builder);
      g_autofree char *text = drain_text (combiner);
      g_assert_cmpstr (text, ==, "0=22350 1=22500");
      combiner->klass->free (combiner);
    }
}

/* As Java's Double.equals: one NaN, two zeros. */
static void
test_nan_and_zeros_as_keys (void)
{
  static const RushHashCombine count = { .op = RUSH_COMBINE_COUNT };
  const double keys[] = { NAN, -NAN, 0.0, -0.0, 0.0 };
  g_autoptr (RushSchema) schema = schema_of (&RUSH_FLOAT64, &RUSH_INT64, FALSE);
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (schema, rush_allocator_system ());
  RushCombiner *combiner = new_combiner (&count, schema);

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      rush_batch_builder_append_double (builder, 0, keys[i], NULL);
      rush_batch_builder_append_int (builder, 1, 0, NULL);
      rush_batch_builder_end_row (builder);
    }
  insert (combiner, builder);
  g_autofree char *text = drain_text (combiner);
  g_assert_cmpstr (text, ==, "-0=1 0=2 nan=2");
  combiner->klass->free (combiner);
}

/* Keys that differ in one byte, at lengths around the inline limit. */
static void
test_similar_keys_of_all_lengths (void)
{
  static const RushHashCombine sum = { .op = RUSH_COMBINE_SUM };
  g_autoptr (RushSchema) schema = schema_of (&RUSH_STRING, &RUSH_INT64, FALSE);
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (schema, rush_allocator_system ());
  RushCombiner *combiner = new_combiner (&sum, schema);
  guint n_keys = 0, n_rows = 0;
  gint64 total = 0;
  g_autoptr (GError) error = NULL;

  for (guint round = 0; round < 2; round++)
    for (guint length = 0; length <= 40; length++)
      for (guint at = 0; at <= length; at++)
        {
          char key[41];
          memset (key, 'x', length);
          if (at < length)
            key[at] = 'y';
          key[length] = '\0';
          n_keys += round == 0;
          add_int (builder, key, 1);
        }
  insert (combiner, builder);
  for (RushBatch *batch; (batch = combiner->klass->drain (combiner, &error)) != NULL;)
    {
      n_rows += batch->length;
      for (guint i = 0; i < batch->length; i++)
        {
          g_assert_cmpint (rush_column_get_int (batch->columns[1], i), ==, 2);
          total += rush_column_get_int (batch->columns[1], i);
        }
      rush_batch_unref (batch);
    }
  g_assert_no_error (error);
  g_assert_cmpuint (n_rows, ==, n_keys);
  g_assert_cmpint (total, ==, 2 * n_keys);
  combiner->klass->free (combiner);
}

/* Dictionary, constant, selected and sliced columns hold the same keys as plain ones. */
static void
test_layouts (void)
{
  static const RushHashCombine sum = { .op = RUSH_COMBINE_SUM };
  g_autoptr (RushSchema) schema = schema_of (&RUSH_STRING, &RUSH_INT64, FALSE);
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (schema, rush_allocator_system ());
  RushCombiner *combiner = new_combiner (&sum, schema);
  g_autoptr (GError) error = NULL;

  add_int (builder, "short", 1);
  add_int (builder, "longer than twelve bytes", 1);
  g_autoptr (RushBatch) words = rush_batch_builder_finish (builder, NULL);

  /* short, long, long; a constant 10 */
  RushBuffer *indices = rush_buffer_new (rush_allocator_system (), 3 * sizeof (gint32), NULL);
  memcpy (indices->bytes, ((const gint32[]){ 0, 1, 1 }), 3 * sizeof (gint32));
  RushColumn *columns[2];
  columns[0] =
      rush_column_new_dictionary (rush_column_ref (words->columns[0]), 3, NULL, 0, indices);
  columns[1] =
      rush_column_new_constant_int (&RUSH_INT64, 10, 3, rush_allocator_system (), &error);
  g_autoptr (RushBatch) coded = rush_batch_new (schema, 3, columns);
  g_assert_true (combiner->klass->insert (combiner, coded, &error));

  /* The last two of these, and the last of the batch of words. */
  RushBuffer *rows = rush_buffer_new (rush_allocator_system (), 2 * sizeof (guint16), NULL);
  memcpy (rows->bytes, ((const guint16[]){ 1, 2 }), 2 * sizeof (guint16));
  g_autoptr (RushBatch) selected = rush_batch_select (coded, rows, 2);
  g_assert_true (combiner->klass->insert (combiner, selected, &error));
  g_autoptr (RushBatch) slice = rush_batch_slice (words, 1, 1);
  g_assert_true (combiner->klass->insert (combiner, slice, &error));

  g_autofree char *text = drain_text (combiner);
  g_assert_cmpstr (text, ==, "longer than twelve bytes=41 short=10");
  combiner->klass->free (combiner);
}

/* ---- many keys ---- */

#define N_BATCHES 100
#define N_KEYS 150000

/* Grows well beyond the cache; each key comes in pseudo-random order, several times. */
static void
test_many_keys (void)
{
  static const RushHashCombine sum = { .op = RUSH_COMBINE_SUM };
  g_autoptr (RushSchema) schema = schema_of (&RUSH_STRING, &RUSH_INT64, FALSE);
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (schema, rush_allocator_system ());
  RushCombiner *combiner = new_combiner (&sum, schema);
  g_autofree gint64 *expected = g_new0 (gint64, N_KEYS);
  g_autoptr (GError) error = NULL;
  guint64 state = 1;

  for (guint b = 0; b < N_BATCHES; b++)
    {
      for (guint i = 0; i < RUSH_BATCH_MAX_ROWS; i++)
        {
          char key[48];
          state = state * G_GUINT64_CONSTANT (6364136223846793005) + 1442695040888963407u;
          guint number = (guint)(state >> 33) % N_KEYS;
          g_snprintf (key, sizeof key, number % 3 ? "%u" : "a long key for number %u", number);
          add_int (builder, key, i);
          expected[number] += i;
        }
      insert (combiner, builder);
    }
  for (RushBatch *batch; (batch = combiner->klass->drain (combiner, &error)) != NULL;)
    {
      for (guint i = 0; i < batch->length; i++)
        {
          g_autofree char *key = value_text (batch->columns[0], i);
          const char *digits = strrchr (key, ' ');
          guint number = (guint)atoi (digits != NULL ? digits + 1 : key);
          g_assert_cmpint (rush_column_get_int (batch->columns[1], i), ==, expected[number]);
          expected[number] = 0;
        }
      rush_batch_unref (batch);
    }
  g_assert_no_error (error);
  for (guint k = 0; k < N_KEYS; k++)
    g_assert_cmpint (expected[k], ==, 0);
  combiner->klass->free (combiner);
}

/* ---- refusals ---- */

/* Each request in turn is refused: the batch is then not folded at all, and the next try folds it
 * once. */
static void
test_refusals_change_nothing (void)
{
  static const RushHashCombine sum = { .op = RUSH_COMBINE_SUM };
  g_autoptr (RushSchema) schema = schema_of (&RUSH_STRING, &RUSH_INT64, TRUE);
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (schema, rush_allocator_system ());
  gboolean refused = TRUE;

  for (guint row = 0; row < 5000; row++)
    {
      char key[48];
      g_snprintf (key, sizeof key, row % 2 ? "%u" : "a key of more than 12 bytes %u", row % 1000);
      add_int (builder, key, row);
    }
  g_autoptr (RushBatch) batch = rush_batch_builder_finish (builder, NULL);
  for (guint nth = 1; refused; nth++)
    {
      g_autoptr (RushAllocator) limited = rush_allocator_limited_new (G_MAXSIZE, nth);
      RushCombiner *combiner = rush_hash_combiner_new ((gpointer)&sum, schema, limited);
      gint64 total = 0;
      g_autoptr (GError) error = NULL;

      refused = FALSE;
      for (guint round = 0; round < 3; round++)
        while (!combiner->klass->insert (combiner, batch, &error))
          {
            g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY);
            g_clear_error (&error);
            refused = TRUE;
          }
      for (;;)
        {
          g_autoptr (RushBatch) drained = combiner->klass->drain (combiner, &error);
          if (error != NULL) /* nothing is lost: it is asked again */
            {
              g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY);
              g_clear_error (&error);
              refused = TRUE;
              continue;
            }
          if (drained == NULL)
            break;
          for (guint i = 0; i < drained->length; i++)
            total += rush_column_get_int (drained->columns[1], i);
        }
      g_assert_cmpint (total, ==, 3 * G_GINT64_CONSTANT (4999) * 5000 / 2);
      combiner->klass->free (combiner);
      g_assert_cmpuint (rush_allocator_limited_in_use (limited), ==, 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hash_combiner/operations", test_operations);
  g_test_add_func ("/hash_combiner/counts", test_counts_are_merged);
  g_test_add_func ("/hash_combiner/failing_merge", test_a_merge_that_fails_fails);
  g_test_add_func ("/hash_combiner/wrap", test_integer_sums_wrap);
  g_test_add_func ("/hash_combiner/doubles", test_doubles);
  g_test_add_func ("/hash_combiner/nulls", test_null_keys_and_values);
  g_test_add_func ("/hash_combiner/key_types", test_every_type_of_key);
  g_test_add_func ("/hash_combiner/nan_and_zeros", test_nan_and_zeros_as_keys);
  g_test_add_func ("/hash_combiner/similar_keys", test_similar_keys_of_all_lengths);
  g_test_add_func ("/hash_combiner/layouts", test_layouts);
  g_test_add_func ("/hash_combiner/many_keys", test_many_keys);
  g_test_add_func ("/hash_combiner/refusals", test_refusals_change_nothing);
  return g_test_run ();
}
