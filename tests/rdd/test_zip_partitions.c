/* zipPartitions: the function gets partition p of every parent, whatever they hold; parents of
 * unequal numbers of partitions; a parent that fails. */
#include "app.h"

#include "rdd/source/parallelize.h"
#include "rdd/source/text_file.h"
#include "rdd/transform/zip_partitions.h"

#include <string.h>

/* How many rows each parent has in this partition, as one row. */
static RushIterator *
count_each (RushIterator *const *rows, guint split, RushTaskContext *ctx, gpointer data,
            GError **error)
{
  RushSchema *schema = data;
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (schema, ctx->allocator);
  g_autoptr (GError) failure = NULL;
  RushIterator *answer = NULL;
  RushBatch *batch;

  for (guint i = 0; i < schema->n_fields; i++)
    {
      gint64 n = 0;

      while (failure == NULL && (batch = rush_iterator_next (rows[i], &failure)) != NULL)
        {
          n += batch->length;
          rush_batch_unref (batch);
        }
      rush_iterator_close (rows[i]);
      rush_batch_builder_append_int (builder, i, n, NULL);
    }
  rush_batch_builder_end_row (builder);
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  else
    {
      batch = rush_batch_builder_finish (builder, NULL);
      answer = rush_iterator_of_batches (&batch, 1);
      rush_batch_unref (batch);
    }
  return answer;
}

static RushRdd *
zip_counts (RushRdd *const *parents, guint n)
{
  static const char *const names[] = { "a", "b", "c", "d" };
  g_autofree RushField *fields = g_new (RushField, n);

  for (guint i = 0; i < n; i++)
    fields[i] = (RushField){ (char *)names[i], &RUSH_INT64, FALSE };
  RushSchema *schema = rush_schema_new (n, fields);
  return rush_rdd_zip_partitions (parents, n, schema, count_each, schema,
                                  (GDestroyNotify)rush_schema_unref);
}

static void
test_zip_partitions (gconstpointer master)
{
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  g_autoptr (RushRdd) range = app_range (sc, 20000, 2);
  g_autoptr (RushRdd) pairs = app_pairs (sc, "a=1 b=2 c=3", 2);
  g_autoptr (RushRdd) nothing = app_range (sc, 0, 2);
  RushRdd *parents[] = { range, pairs, nothing, range };

  for (guint n = 2; n <= 4; n++)
    {
      static const char *const expected[] = { "10000,1|10000,2", "10000,1,0|10000,2,0",
                                              "10000,1,0,10000|10000,2,0,10000" };
      g_autoptr (RushRdd) zipped = zip_counts (parents, n);
      g_autofree char *layout = app_layout (sc, zipped);

      g_assert_cmpstr (layout, ==, expected[n - 2]);
      g_assert_true (g_str_has_prefix (zipped->klass->name, "ZippedPartitionsRDD"));
    }
  app_free (sc);
}

static void
test_unequal_numbers (void)
{
  RushContext *sc = app_new (0);
  g_autoptr (RushRdd) two = app_range (sc, 4, 2);
  g_autoptr (RushRdd) three = app_range (sc, 4, 3);
  g_autoptr (RushRdd) zipped = zip_counts ((RushRdd *[]){ two, three }, 2);
  g_autoptr (GError) error = NULL;
  guint n;

  g_assert_false (rush_rdd_n_partitions (zipped, &n, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "2 and 3"));
  app_free (sc);
}

static void
test_missing_parent (void)
{
  RushContext *sc = app_new (0);
  g_autoptr (RushRdd) range = app_range (sc, 4, 2);
  g_autoptr (RushRdd) file = rush_rdd_text_file (rush_context_lineage (sc), "/no/such/file", 2);
  g_autoptr (RushRdd) zipped = zip_counts ((RushRdd *[]){ range, file }, 2);
  g_autoptr (GError) error = NULL;
  guint n;

  g_assert_false (rush_rdd_n_partitions (zipped, &n, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND);
  app_free (sc);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint m = 0; m < APP_N_MASTERS; m++)
    {
      g_autofree char *path = g_strdup_printf ("/rdd/zip_partitions/%s", app_masters[m]);

      g_test_add_data_func (path, GUINT_TO_POINTER (m), test_zip_partitions);
    }
  g_test_add_func ("/rdd/zip_partitions/unequal numbers", test_unequal_numbers);
  g_test_add_func ("/rdd/zip_partitions/missing parent", test_missing_parent);
  return g_test_run ();
}
