/* Each allocation in turn is refused: an operator then fails with OUT_OF_MEMORY, or does with less;
 * it never loses rows, and gives back what it took. */
#include "core/data/builder.h"
#include "rdd/group.h"
#include "rdd/source/parallelize.h"
#include "rdd/transform/cluster_combiner.h"
#include "rdd/transform/filter.h"
#include "rdd/transform/glom.h"
#include "rdd/transform/group_iterator.h"
#include "rdd/transform/map.h"
#include "rdd/transform/map_values.h"

#include <string.h>

#define N_ROWS 3000
#define N_KEYS 7
#define MOST_REFUSALS 500

/* (key, n) with n from 0 … N_ROWS − 1, and keys that do not fit into their views. */
static RushBatch *
some_pairs (void)
{
  g_autoptr (RushSchema) schema = rush_schema_of ("key", &RUSH_STRING, "n", &RUSH_INT64, NULL);
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (schema, rush_allocator_system ());

  for (gint i = 0; i < N_ROWS; i++)
    {
      g_autofree char *key = g_strdup_printf ("a rather long key %d", i % N_KEYS);

      g_assert_true (rush_batch_builder_append_bytes (builder, 0, key, strlen (key), NULL));
      g_assert_true (rush_batch_builder_append_int (builder, 1, i, NULL));
      rush_batch_builder_end_row (builder);
    }
  return rush_batch_builder_finish (builder, NULL);
}

/* Reads all rows; adds up column @column and counts rows.  FALSE with @error. */
static gboolean
read_all (RushIterator *rows, guint column, gint64 *out_sum, guint *out_n, GError **error)
{
  g_autoptr (GError) failure = NULL;
  RushBatch *batch;

  *out_sum = *out_n = 0;
  while ((batch = rush_iterator_next (rows, &failure)) != NULL)
    {
      for (guint i = 0; i < batch->length; i++, (*out_n)++)
        *out_sum += rush_column_get_int (batch->columns[column], rush_batch_row (batch, i));
      rush_batch_unref (batch);
    }
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* ---- narrow operators ---- */

static void
shift (const RushRow *row, RushEmitter *out, gpointer data)
{
  rush_emit_value (out, row, 0);
  rush_emit_int (out, rush_row_int (row, 1) + 1);
}

static void
double_value (const RushRow *row, RushEmitter *out, gpointer data)
{
  rush_emit_int (out, 2 * rush_row_int (row, 1));
}

static gboolean
is_even (const RushRow *row, gpointer data)
{
  return rush_row_int (row, 1) % 2 == 0;
}

static void
test_narrow (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autoptr (RushBatch) pairs = some_pairs ();
  g_autoptr (GPtrArray) batches = g_ptr_array_new ();
  gboolean succeeded = FALSE;

  g_ptr_array_add (batches, pairs);
  g_autoptr (RushRdd) source = rush_rdd_parallelize (lineage, pairs->schema, &batches, 1);
  g_autoptr (RushRdd) shifted = rush_rdd_map (source, pairs->schema, shift, NULL, NULL);
  g_autoptr (RushRdd) even = rush_rdd_filter (shifted, is_even, NULL, NULL);
  g_autoptr (RushRdd) doubled = rush_rdd_map_values (even, pairs->schema, double_value, NULL, NULL);

  for (guint nth = 1; !succeeded; nth++)
    {
      RushAllocator *limited = rush_allocator_limited_new (G_MAXSIZE / 2, nth);
      g_autoptr (RushTaskContext) ctx = rush_task_context_new ();
      g_autoptr (GError) error = NULL;
      RushIterator *rows;
      gint64 sum;
      guint n;

      ctx->allocator = limited;
      rows = rush_rdd_iterator (doubled, 0, ctx, &error);
      g_assert_no_error (error);
      succeeded = read_all (rows, 1, &sum, &n, &error);
      if (succeeded)
        {
          /* 2 × (2 + 4 + … + N_ROWS) */
          g_assert_cmpint (sum, ==, (gint64)N_ROWS / 2 * (N_ROWS / 2 + 1) * 2);
          g_assert_cmpuint (n, ==, N_ROWS / 2);
        }
      else
        g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY);
      rush_iterator_close (rows);
      g_assert_cmpuint (rush_allocator_limited_in_use (limited), ==, 0);
      rush_allocator_unref (limited);
      g_assert_cmpuint (nth, <, MOST_REFUSALS);
    }
}

/* ---- clusters ---- */

/* The rows of a key stand together, in their order; returns how many there are. */
static guint
assert_clustered (const GPtrArray *batches)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  gint64 key = -1, last = -1;
  guint n = 0;

  for (guint b = 0; b < batches->len; b++)
    {
      const RushBatch *batch = batches->pdata[b];

      for (guint i = 0; i < batch->length; i++, n++)
        {
          gint64 value = rush_column_get_int (batch->columns[1], i);

          if (value % N_KEYS != key)
            {
              key = value % N_KEYS;
              last = -1;
              g_assert_true (g_hash_table_add (seen, GSIZE_TO_POINTER (key + 1)));
            }
          g_assert_cmpint (value, >, last);
          last = value;
        }
    }
  return n;
}

/* A refused insert has changed nothing: it is tried again, as an external combiner does. */
static void
test_cluster (void)
{
  g_autoptr (RushBatch) pairs = some_pairs ();
  guint n_refused = 0;

  for (guint nth = 1; nth < 40; nth++)
    {
      RushAllocator *limited = rush_allocator_limited_new (G_MAXSIZE / 2, nth);
      RushCombiner *combiner = rush_cluster_combiner_new (NULL, pairs->schema, limited);
      g_autoptr (GPtrArray) drained =
          g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
      g_autoptr (GError) error = NULL;

      for (guint start = 0; start < N_ROWS; start += 500)
        {
          g_autoptr (RushBatch) part = rush_batch_slice (pairs, start, 500);

          if (combiner->klass->insert (combiner, part, &error))
            continue;
          g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY);
          g_clear_error (&error);
          n_refused++;
          g_assert_true (combiner->klass->insert (combiner, part, &error));
        }
      g_assert_cmpuint (combiner->klass->memory_bytes (combiner), >, 0);
      for (;;)
        {
          RushBatch *batch = combiner->klass->drain (combiner, &error);

          g_assert_no_error (error); /* a smaller batch needs less */
          if (batch == NULL)
            break;
          g_ptr_array_add (drained, batch);
        }
      g_assert_cmpuint (assert_clustered (drained), ==, N_ROWS);
      g_ptr_array_set_size (drained, 0);
      combiner->klass->free (combiner);
      g_assert_cmpuint (rush_allocator_limited_in_use (limited), ==, 0);
      rush_allocator_unref (limited);
    }
  g_assert_cmpuint (n_refused, >, 3);
}

/* ---- groups ---- */

static void
test_groups (void)
{
  g_autoptr (RushBatch) pairs = some_pairs ();
  RushCombiner *combiner =
      rush_cluster_combiner_new (NULL, pairs->schema, rush_allocator_system ());
  RushGroupColumns values = { 1, 1 };
  const char *name = "values";
  RushGrouping *grouping = rush_grouping_new (pairs->schema, -1, 1, &values, &name);
  g_autoptr (RushBatch) clustered = NULL;
  gboolean succeeded = FALSE;

  g_assert_true (combiner->klass->insert (combiner, pairs, NULL));
  clustered = combiner->klass->drain (combiner, NULL);
  g_assert_cmpuint (clustered->length, ==, N_ROWS);
  for (guint nth = 1; !succeeded; nth++)
    {
      RushAllocator *limited = rush_allocator_limited_new (G_MAXSIZE / 2, nth);
      g_autoptr (RushTaskContext) ctx = rush_task_context_new ();
      g_autoptr (GError) error = NULL;
      RushIterator *groups;
      RushBatch *batch;
      guint64 n_values = 0;

      ctx->allocator = limited;
      groups = rush_group_iterator_new (rush_iterator_of_batches (&clustered, 1), grouping, ctx);
      while ((batch = rush_iterator_next (groups, &error)) != NULL)
        {
          for (guint i = 0; i < batch->length; i++)
            {
              RushRow row = rush_batch_nth (batch, i);

              n_values += rush_group_length (&row, 1);
            }
          rush_batch_unref (batch);
        }
      succeeded = error == NULL;
      if (succeeded)
        g_assert_cmpuint (n_values, ==, N_ROWS);
      else
        g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY);
      rush_iterator_close (groups);
      g_assert_cmpuint (rush_allocator_limited_in_use (limited), ==, 0);
      rush_allocator_unref (limited);
      g_assert_cmpuint (nth, <, MOST_REFUSALS);
    }
  rush_grouping_free (grouping);
  combiner->klass->free (combiner);
}

/* ---- more than a value holds ---- */

/* (a key, 1 MiB of text) again and again: 2.2 GiB, all of them the same bytes in memory. */
static RushBatch *
wide_pairs (void)
{
  const gsize mib = 1024 * 1024;
  g_autoptr (RushSchema) schema = rush_schema_of ("key", &RUSH_INT64, "v", &RUSH_STRING, NULL);
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (schema, rush_allocator_system ());
  RushBuffer *text = rush_buffer_new (rush_allocator_system (), mib, NULL);

  memset (text->bytes, 'x', mib);
  for (gint i = 0; i < 2200; i++)
    {
      g_assert_true (rush_batch_builder_append_int (builder, 0, 7, NULL));
      g_assert_true (rush_batch_builder_append_bytes_shared (builder, 1, text, 0, mib, NULL));
      rush_batch_builder_end_row (builder);
    }
  rush_buffer_unref (text);
  return rush_batch_builder_finish (builder, NULL);
}

/* Takes over @rows: the first next () is to fail, with a word about @what. */
static void
assert_too_large (RushIterator *rows, const char *what)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (rush_iterator_next (rows, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY);
  g_assert_nonnull (strstr (error->message, "more than 2 GiB"));
  g_assert_nonnull (strstr (error->message, what));
  rush_iterator_close (rows);
}

static void
test_a_group_of_more_than_2_gib (void)
{
  g_autoptr (RushBatch) pairs = wide_pairs ();
  RushAllocator *limited = rush_allocator_limited_new (G_MAXSIZE / 2, 0);
  g_autoptr (RushTaskContext) ctx = rush_task_context_new ();
  RushGroupColumns values = { 1, 1 };
  const char *name = "values";
  RushGrouping *grouping = rush_grouping_new (pairs->schema, -1, 1, &values, &name);

  ctx->allocator = limited;
  assert_too_large (rush_group_iterator_new (rush_iterator_of_batches (&pairs, 1), grouping, ctx),
                    "reduceByKey");
  g_assert_cmpuint (rush_allocator_limited_in_use (limited), ==, 0);
  rush_allocator_unref (limited);
  rush_grouping_free (grouping);
}

static void
test_a_glom_of_more_than_2_gib (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autoptr (RushBatch) pairs = wide_pairs ();
  g_autoptr (GPtrArray) batches = g_ptr_array_new ();
  RushAllocator *limited = rush_allocator_limited_new (G_MAXSIZE / 2, 0);
  g_autoptr (RushTaskContext) ctx = rush_task_context_new ();
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (batches, pairs);
  g_autoptr (RushRdd) source = rush_rdd_parallelize (lineage, pairs->schema, &batches, 1);
  g_autoptr (RushRdd) glommed = rush_rdd_glom (source);
  ctx->allocator = limited;
  RushIterator *rows = rush_rdd_iterator (glommed, 0, ctx, &error);
  g_assert_no_error (error);
  assert_too_large (rows, "repartition");
  g_assert_cmpuint (rush_allocator_limited_in_use (limited), ==, 0);
  rush_allocator_unref (limited);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rdd/refused-memory/narrow", test_narrow);
  g_test_add_func ("/rdd/refused-memory/cluster", test_cluster);
  g_test_add_func ("/rdd/refused-memory/groups", test_groups);
  g_test_add_func ("/rdd/refused-memory/large-group", test_a_group_of_more_than_2_gib);
  g_test_add_func ("/rdd/refused-memory/large-glom", test_a_glom_of_more_than_2_gib);
  return g_test_run ();
}
