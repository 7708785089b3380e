/* PairwiseRDD and valueOfPair: the columns around a shuffle of Python pairs. */
#include "tests/py_runner/python_fixture.h"

static RushPythonWorkers *workers;
static RushLineage *lineage;

static RushRdd *
make_pairs (const char *lines)
{
  g_autoptr (RushRdd) source = fixture_lines (lineage, &lines, 1);
  return fixture_python (source, workers, RUSH_PYTHON_OUTPUT_PAIRS,
                         "flatMap split; map with_one; partition 3 length");
}

/* Each row's reduce partition and number of objects, as "partition:objects ". */
static char *
describe_rows (RushRdd *rdd, guint partition_column, guint objects_column)
{
  g_autoptr (RushTaskContext) ctx = rush_task_context_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (RushIterator) rows = rush_rdd_iterator (rdd, 0, ctx, &error);
  GString *text = g_string_new (NULL);
  RushBatch *batch;

  g_assert_no_error (error);
  while ((batch = rush_iterator_next (rows, &error)) != NULL)
    {
      for (guint i = 0; i < batch->length; i++)
        {
          guint row = rush_batch_row (batch, i);
          g_string_append_printf (text, "%d:%d ",
                                  (int)rush_column_get_int (batch->columns[partition_column], row),
                                  (int)rush_column_get_int (batch->columns[objects_column], row));
        }
      rush_batch_unref (batch);
    }
  g_assert_no_error (error);
  return g_string_free (text, FALSE);
}

static void
test_pairwise (void)
{
  g_autoptr (RushRdd) pairs = make_pairs ("a bb ccc dddd\nee f");
  g_autoptr (RushRdd) pairwise = rush_pairwise_rdd_new (pairs);
  g_autofree char *rows = describe_rows (pairwise, 0, 2);

  g_assert_cmpstr (pairwise->klass->name, ==, "PairwiseRDD");
  g_assert_true (rush_schema_equal (pairwise->schema, rush_python_schema_pairs ()));
  g_assert_null (pairwise->partitioner);
  g_assert_cmpstr (rows, ==, "1:3 2:2 0:1 "); /* lengths mod 3, as they first came */
}

static void
test_pairwise_empty (void)
{
  g_autoptr (RushRdd) pairs = make_pairs ("");
  g_autoptr (RushRdd) pairwise = rush_pairwise_rdd_new (pairs);
  g_autofree char *rows = describe_rows (pairwise, 0, 2);

  g_assert_cmpstr (rows, ==, "");
}

static void
test_value_of_pair (void)
{
  g_autoptr (RushRdd) pairs = make_pairs ("a bb ccc dddd\nee f");
  RushPartitioner *partitioner = rush_given_partitioner_new (3, 0, 7);
  g_autoptr (GError) error = NULL;

  pairs->partitioner = partitioner; /* as the shuffled RDD between them has it */
  g_autoptr (RushRdd) values = rush_value_of_pair_rdd_new (pairs);
  g_assert_cmpstr (values->klass->name, ==, "MapPartitionsRDD");
  g_assert_true (values->partitioner == partitioner);
  g_assert_true (rush_schema_equal (values->schema, rush_python_schema_runs ()));

  g_autoptr (RushRdd) rdd = fixture_python (values, workers, RUSH_PYTHON_OUTPUT_LINES, "map show");
  g_autofree char *lines = fixture_collect (rdd, 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (lines, ==, "a=1\ndddd=1\nf=1\nbb=1\nee=1\nccc=1");
}

/* Passes rows on, whatever they are; keys may have moved, for all that Spark knows. */
static void
test_handed_over (void)
{
  g_autoptr (RushRdd) pairs = make_pairs ("a bb ccc dddd\nee f");
  RushPartitioner *partitioner = rush_given_partitioner_new (3, 0, 7);
  g_autoptr (GError) error = NULL;

  pairs->partitioner = partitioner;
  g_autoptr (RushRdd) values = rush_value_of_pair_rdd_new (pairs);
  g_autoptr (RushRdd) handed = rush_handed_over_rdd_new (values);
  g_assert_cmpstr (handed->klass->name, ==, "MapPartitionsRDD");
  g_assert_cmpuint (handed->id, ==, values->id + 1);
  g_assert_null (handed->partitioner);

  g_autoptr (RushRdd) rdd = fixture_python (handed, workers, RUSH_PYTHON_OUTPUT_LINES, "map show");
  g_autofree char *lines = fixture_collect (rdd, 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (lines, ==, "a=1\ndddd=1\nf=1\nbb=1\nee=1\nccc=1");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/python/pairwise/rows", test_pairwise);
  g_test_add_func ("/python/pairwise/empty", test_pairwise_empty);
  g_test_add_func ("/python/pairwise/value-of-pair", test_value_of_pair);
  g_test_add_func ("/python/pairwise/handed-over", test_handed_over);

  lineage = rush_lineage_new ();
  workers = fixture_workers (TRUE);
  int status = g_test_run ();
  rush_python_workers_unref (workers);
  rush_lineage_unref (lineage);
  return status;
}
