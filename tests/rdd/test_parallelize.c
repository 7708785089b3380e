/* parallelize: batches come out as they went in, partition by partition; and Spark's slices. */
#include "core/data/builder.h"
#include "rdd/source/parallelize.h"

static RushBatch *
one_number (RushSchema *schema, gint64 n)
{
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (schema, rush_allocator_system ());

  g_assert_true (rush_batch_builder_append_int (builder, 0, n, NULL));
  rush_batch_builder_end_row (builder);
  return rush_batch_builder_finish (builder, NULL);
}

static GPtrArray *
partition_of (RushSchema *schema, gint64 first, guint n_batches)
{
  GPtrArray *batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);

  for (guint i = 0; i < n_batches; i++)
    g_ptr_array_add (batches, one_number (schema, first + i));
  return batches;
}

static gint64
sum_of (RushRdd *rdd, guint split)
{
  g_autoptr (RushTaskContext) ctx = rush_task_context_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (RushIterator) rows = rush_rdd_iterator (rdd, split, ctx, &error);
  gint64 sum = 0;
  RushBatch *batch;

  g_assert_no_error (error);
  while ((batch = rush_iterator_next (rows, &error)) != NULL)
    {
      sum += rush_column_get_int (batch->columns[0], 0);
      rush_batch_unref (batch);
    }
  g_assert_no_error (error);
  return sum;
}

static void
test_partitions (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autoptr (RushSchema) schema = rush_schema_of ("n", &RUSH_INT64, NULL);
  GPtrArray *partitions[] = { partition_of (schema, 1, 2), partition_of (schema, 0, 0),
                              partition_of (schema, 10, 3) };
  g_autoptr (RushRdd) rdd = rush_rdd_parallelize (lineage, schema, partitions, 3);
  guint n;

  /* The RDD holds what it needs. */
  for (guint p = 0; p < 3; p++)
    g_ptr_array_unref (partitions[p]);
  g_assert_true (rush_rdd_n_partitions (rdd, &n, NULL));
  g_assert_cmpuint (n, ==, 3);
  /* Again and again: a lost partition is computed anew. */
  for (guint again = 0; again < 2; again++)
    {
      g_assert_cmpint (sum_of (rdd, 0), ==, 3);
      g_assert_cmpint (sum_of (rdd, 1), ==, 0);
      g_assert_cmpint (sum_of (rdd, 2), ==, 33);
    }
  g_assert_cmpstr (rdd->klass->name, ==, "ParallelCollectionRDD");
}

static void
test_empty (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autoptr (RushSchema) schema = rush_schema_of ("n", &RUSH_INT64, NULL);
  g_autoptr (RushRdd) rdd = rush_rdd_parallelize (lineage, schema, NULL, 0);
  guint n = 1;

  g_assert_true (rush_rdd_n_partitions (rdd, &n, NULL));
  g_assert_cmpuint (n, ==, 0);
  g_assert_cmpstr (rdd->klass->name, ==, "EmptyRDD");
}

/* split × length ÷ n_slices, rounded down, without overflow. */
static void
test_slices (void)
{
  static const gsize starts_of_10_in_4[] = { 0, 2, 5, 7, 10 };

  for (guint i = 0; i <= 4; i++)
    g_assert_cmpuint (rush_slice_start (10, 4, i), ==, starts_of_10_in_4[i]);
  for (guint i = 0; i <= 5; i++)
    g_assert_cmpuint (rush_slice_start (0, 5, i), ==, 0);
  g_assert_cmpuint (rush_slice_start (3, 5, 4), ==, 2);
  g_assert_cmpuint (rush_slice_start (G_MAXSIZE, 4000000000u, 4000000000u), ==, G_MAXSIZE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/parallelize/partitions", test_partitions);
  g_test_add_func ("/parallelize/empty", test_empty);
  g_test_add_func ("/parallelize/slices", test_slices);
  return g_test_run ();
}
