/* test_external_combiner.c - equal keys become one row, however little memory there is: through a
 * whole shuffle, and on its own where it is to be interrupted at a certain moment. */
#include "tests/core/shuffle/shuffle_fixture.h"

#include "core/data/builder.h"
#include "core/shuffle/external_combiner.h"
#include "core/shuffle/hash_combiner.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static const RushHashCombine sum = { .op = RUSH_COMBINE_SUM };
static const RushHashCombine count = { .op = RUSH_COMBINE_COUNT };

static RushSchema *
pair_schema (void)
{
  static RushSchema *schema;

  if (schema == NULL)
    schema = rush_schema_of ("key", &RUSH_STRING, "value", &RUSH_INT64, NULL);
  return schema;
}

/* ---- rows: key k of n_keys comes n_rows / n_keys times, with values that tell maps apart ---- */

typedef struct
{
  guint64 n_rows;
  guint n_keys;
} Input;

static guint
key_of (const Input *input, guint64 row)
{
  return (guint)((row * G_GUINT64_CONSTANT (2654435761)) % input->n_keys);
}

static RushBatch *
input_batch (const Input *input, guint64 first, guint n, RushAllocator *allocator, GError **error)
{
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (pair_schema (), allocator);

  for (guint i = 0; i < n; i++)
    {
      char key[48];
      guint k = key_of (input, first + i);
      int length = g_snprintf (key, sizeof key, k % 4 ? "%u" : "a key over twelve bytes %u", k);
      if (!rush_batch_builder_append_bytes (builder, 0, key, (gsize)length, error) ||
          !rush_batch_builder_append_int (builder, 1, (gint64)(first + i), error))
        return NULL;
      rush_batch_builder_end_row (builder);
    }
  return rush_batch_builder_finish (builder, error);
}

/* What each key is to come to. */
static gint64 *
expected_values (const Input *input, gboolean counts)
{
  gint64 *values = g_new0 (gint64, input->n_keys);

  for (guint64 row = 0; row < input->n_rows; row++)
    values[key_of (input, row)] += counts ? 1 : (gint64)row;
  return values;
}

/* Takes the rows of @batch off what is expected: each key may come once. */
static void
cross_off (const RushBatch *batch, gint64 *expected, guint *inout_n_keys)
{
  for (guint i = 0; i < batch->length; i++)
    {
      gsize length;
      const char *bytes = rush_column_get_bytes (batch->columns[0], i, &length);
      g_autofree char *key = g_strndup (bytes, length);
      const char *digits = strrchr (key, ' ');
      guint k = (guint)atoi (digits != NULL ? digits + 1 : key);

      g_assert_cmpint (rush_column_get_int (batch->columns[1], i), ==, expected[k]);
      expected[k] = G_MININT64;
      ++*inout_n_keys;
    }
}

/* ---- through a shuffle ---- */

typedef struct
{
  Input input;
  gint64 pool_bytes;
  gboolean map_side;
  const RushHashCombine *combine;
  gboolean spills;
} Case;

static void
run_combining_map (Cluster *cluster, const Case *test, const RushDependency *dependency,
                   guint map_index, guint n_maps, RushTaskMetrics *out_metrics)
{
  RushTaskContext *ctx = task_new (cluster, 0);
  g_autoptr (GError) error = NULL;
  RushShuffleWriter *writer =
      rush_shuffle_writer_new (dependency, map_index, cluster->executors[0].store, ctx, &error);
  guint64 first = map_index * test->input.n_rows / n_maps;
  guint64 end = (map_index + 1) * test->input.n_rows / n_maps;

  while (first < end)
    {
      guint n = (guint)MIN (end - first, 1000);
      RushBatch *batch = input_batch (&test->input, first, n, ctx->allocator, &error);
      g_assert_no_error (error);
      rush_shuffle_writer_write (writer, batch, &error);
      g_assert_no_error (error);
      first += n;
    }
  RushMapStatus *status = rush_shuffle_writer_commit (writer, &error);
  g_assert_no_error (error);
  rush_shuffle_writer_free (writer);
  rush_map_output_tracker_register_output (cluster->tracker, dependency->shuffle_id, map_index,
                                           status);
  *out_metrics = ctx->metrics;
  task_free (ctx);
}

static void
run_combining_reduce (Cluster *cluster, const RushDependency *dependency, guint partition,
                      gint64 *expected, guint *inout_n_keys, RushTaskMetrics *out_metrics)
{
  RushTaskContext *ctx = task_new (cluster, 0);
  g_autoptr (GError) error = NULL;
  RushIterator *reader =
      rush_shuffle_reader_new (dependency, partition, partition + 1, &cluster->fetch, ctx, &error);

  g_assert_no_error (error);
  for (RushBatch *batch; (batch = rush_iterator_next (reader, &error)) != NULL;)
    {
      cross_off (batch, expected, inout_n_keys);
      rush_batch_unref (batch);
    }
  g_assert_no_error (error);
  g_assert_null (rush_iterator_next (reader, &error)); /* done, and stays so */
  g_assert_no_error (error);
  rush_iterator_close (reader);
  *out_metrics = ctx->metrics;
  task_free (ctx);
}

#define N_MAPS 2
#define N_PARTITIONS 2

static RushDependency *
new_combining_shuffle (Cluster *cluster, const Case *test)
{
  RushDependency *dependency = new_shuffle (cluster, pair_schema (), N_PARTITIONS, 0);

  dependency->combiner_new = rush_hash_combiner_new;
  dependency->combiner_data = (gpointer)test->combine;
  dependency->map_side_combine = test->map_side;
  rush_map_output_tracker_register_shuffle (cluster->tracker, dependency->shuffle_id, N_MAPS);
  return dependency;
}

static void
test_combining_shuffle (gconstpointer data)
{
  const Case *test = data;
  Cluster cluster;
  RushTaskMetrics metrics;
  g_autofree gint64 *expected = expected_values (&test->input, test->combine == &count);
  gint64 written = 0, spilled = 0;
  guint n_keys = 0;

  cluster_init (&cluster, 1, test->pool_bytes, TRUE);
  RushDependency *dependency = new_combining_shuffle (&cluster, test);
  for (guint m = 0; m < N_MAPS; m++)
    {
      run_combining_map (&cluster, test, dependency, m, N_MAPS, &metrics);
      written += metrics.shuffle_write_records;
      spilled += metrics.disk_bytes_spilled;
    }
  /* Map-side combining leaves one row a key and map, spilled or not. */
  if (test->map_side)
    g_assert_cmpint (written, ==, N_MAPS * test->input.n_keys);
  else
    g_assert_cmpint (written, ==, test->input.n_rows);
  for (guint p = 0; p < N_PARTITIONS; p++)
    {
      run_combining_reduce (&cluster, dependency, p, expected, &n_keys, &metrics);
      spilled += metrics.disk_bytes_spilled;
    }
  g_assert_cmpuint (n_keys, ==, test->input.n_keys);
  g_assert_true (test->spills == (spilled > 0));
  g_assert_cmpuint (count_files (&cluster, ""), ==, 2 * count_files (&cluster, ".data") + 1);
  rush_dependency_unref (dependency);
  cluster_clear (&cluster);
}

/* ---- two tasks at once ---- */

typedef struct
{
  Cluster cluster; /* a copy, for task ids of its own */
  const Case *test;
  const RushDependency *dependency;
  guint number; /* of the map, then of the partition */
  gint64 *expected;
  guint n_keys;
} Runner;

static void *
run_one_map (void *data)
{
  Runner *self = data;
  RushTaskMetrics metrics;

  run_combining_map (&self->cluster, self->test, self->dependency, self->number, N_MAPS, &metrics);
  return NULL;
}

static void *
run_one_reduce (void *data)
{
  Runner *self = data;
  RushTaskMetrics metrics;

  run_combining_reduce (&self->cluster, self->dependency, self->number, self->expected,
                        &self->n_keys, &metrics);
  return NULL;
}

static void
run_both (Runner runners[2], void *(*run) (void *))
{
  pthread_t threads[2];

  for (guint t = 0; t < 2; t++)
    pthread_create (&threads[t], NULL, run, &runners[t]);
  for (guint t = 0; t < 2; t++)
    pthread_join (threads[t], NULL);
}

#define N_RUNS 50

/* The pool is so small that a batch is a good part of a task's share.  Whoever comes first takes
 * more than that; the other one must get by nevertheless, however the two fall. */
static void
test_two_tasks_at_once (void)
{
  static const Case test = { { 24000, 12000 }, 768 * 1024, TRUE, &sum, TRUE };

  for (guint run = 0; run < N_RUNS; run++)
    {
      Cluster cluster;
      g_autofree gint64 *expected = expected_values (&test.input, FALSE);
      Runner runners[2];

      cluster_init (&cluster, 1, test.pool_bytes, TRUE);
      RushDependency *dependency = new_combining_shuffle (&cluster, &test);
      for (guint t = 0; t < 2; t++)
        {
          runners[t] = (Runner){ cluster, &test, dependency, t, expected, 0 };
          runners[t].cluster.next_task_id = 100 * (t + 1);
          runners[t].cluster.fetch.lookup_data = &cluster;
        }
      run_both (runners, run_one_map);
      run_both (runners, run_one_reduce);
      g_assert_cmpuint (runners[0].n_keys + runners[1].n_keys, ==, test.input.n_keys);
      rush_dependency_unref (dependency);
      cluster_clear (&cluster);
    }
}

static void
add_cases (void)
{
  enum
  {
    KIB = 1024,
    MIB = 1024 * 1024
  };
  static const struct
  {
    const char *name;
    Case test;
  } cases[] = {
    { "in_memory", { { 60000, 5000 }, 32 * MIB, TRUE, &sum, FALSE } },
    { "reduce_side_only", { { 60000, 5000 }, 32 * MIB, FALSE, &sum, FALSE } },
    { "count", { { 60000, 5000 }, 32 * MIB, TRUE, &count, FALSE } },
    /* 80,000 keys take 10 MB and more in tables: ten times the pool. */
    { "ten_times_the_pool", { { 160000, 80000 }, MIB, TRUE, &sum, TRUE } },
    { "ten_times_the_pool_reduce_side", { { 160000, 80000 }, MIB, FALSE, &sum, TRUE } },
    { "ten_times_the_pool_count", { { 160000, 80000 }, MIB, TRUE, &count, TRUE } },
    /* Even a sixteenth of a partition is too much: children divide again. */
    { "two_levels", { { 200000, 200000 }, 320 * KIB, FALSE, &sum, TRUE } },
    /* Many rows, few keys: the table is small, whatever comes. */
    { "skew", { { 300000, 3 }, MIB, TRUE, &sum, FALSE } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/external_combiner/shuffle/%s", cases[i].name);
      g_test_add_data_func (path, &cases[i].test, test_combining_shuffle);
    }
  g_test_add_func ("/external_combiner/shuffle/two_tasks_at_once", test_two_tasks_at_once);
}

/* ---- on its own ---- */

static RushExternalCombiner *
new_combiner_of (Cluster *cluster, RushTaskContext *ctx, RushCombinerNew combiner_new)
{
  RushCombineSpec spec = {
    .combiner_new = combiner_new,
    .combiner_data = (gpointer)&sum,
    .schema = pair_schema (),
    .ctx = ctx,
    .dir = cluster->dir,
    .codec = RUSH_CODEC_ZSTD,
  };

  return rush_external_combiner_new (&spec);
}

static RushExternalCombiner *
new_combiner (Cluster *cluster, RushTaskContext *ctx)
{
  return new_combiner_of (cluster, ctx, rush_hash_combiner_new);
}

/* Inserts all; FALSE at the first failure. */
static gboolean
insert_input (RushExternalCombiner *combiner, const Input *input, GError **error)
{
  for (guint64 first = 0; first < input->n_rows; first += 1000)
    {
      g_autoptr (RushBatch) batch =
          input_batch (input, first, 1000, rush_allocator_system (), error);
      g_assert_no_error (*error);
      if (!rush_external_combiner_insert (combiner, batch, FALSE, error))
        return FALSE;
    }
  return TRUE;
}

static void
test_empty (void)
{
  Cluster cluster;
  g_autoptr (GError) error = NULL;

  cluster_init (&cluster, 1, 1024 * 1024, TRUE);
  RushTaskContext *ctx = task_new (&cluster, 0);
  RushExternalCombiner *combiner = new_combiner (&cluster, ctx);
  g_assert_null (rush_external_combiner_next (combiner, &error));
  g_assert_no_error (error);
  g_assert_null (rush_external_combiner_next (combiner, &error));
  rush_external_combiner_free (combiner);
  task_free (ctx);
  cluster_clear (&cluster);
}

/* Half of the table has been handed out when something else in the task needs the memory. */
static void
test_spilled_while_it_hands_out (void)
{
  const Input input = { 40000, 20000 };
  Cluster cluster;
  g_autofree gint64 *expected = expected_values (&input, FALSE);
  g_autoptr (GError) error = NULL;
  guint n_keys = 0;

  cluster_init (&cluster, 1, 8 * 1024 * 1024, TRUE);
  RushTaskContext *ctx = task_new (&cluster, 0);
  RushExternalCombiner *combiner = new_combiner (&cluster, ctx);
  g_assert_true (insert_input (combiner, &input, &error));
  RushBatch *batch = rush_external_combiner_next (combiner, &error);
  g_assert_no_error (error);
  cross_off (batch, expected, &n_keys);
  rush_batch_unref (batch);
  g_assert_cmpint (ctx->metrics.disk_bytes_spilled, ==, 0);

  gsize much = 7 * 1024 * 1024;
  g_assert_true (rush_allocator_reserve (ctx->allocator, much, &error));
  g_assert_no_error (error);
  g_assert_cmpint (ctx->metrics.disk_bytes_spilled, >, 0);
  while ((batch = rush_external_combiner_next (combiner, &error)) != NULL)
    {
      cross_off (batch, expected, &n_keys);
      rush_batch_unref (batch);
    }
  g_assert_no_error (error);
  g_assert_cmpuint (n_keys, ==, input.n_keys);
  rush_allocator_release (ctx->allocator, much);
  rush_external_combiner_free (combiner);
  task_free (ctx);
  cluster_clear (&cluster);
}

/* Combining what was spilled takes long: a task that is cancelled meanwhile ends there. */
static void
test_cancelled_while_it_hands_out (void)
{
  const Input input = { 80000, 80000 };
  Cluster cluster;
  g_autoptr (GError) error = NULL;

  cluster_init (&cluster, 1, 1024 * 1024, TRUE);
  RushTaskContext *ctx = task_new (&cluster, 0);
  RushExternalCombiner *combiner = new_combiner (&cluster, ctx);
  g_assert_true (insert_input (combiner, &input, &error));
  g_assert_cmpint (ctx->metrics.disk_bytes_spilled, >, 0);
  g_autoptr (RushBatch) batch = rush_external_combiner_next (combiner, &error);
  g_assert_no_error (error);
  rush_task_context_cancel (ctx, "enough");
  g_assert_null (rush_external_combiner_next (combiner, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CANCELLED);
  g_clear_pointer (&batch, rush_batch_unref);
  rush_external_combiner_free (combiner);
  task_free (ctx);
  cluster_clear (&cluster);
}

/* Each request for memory in turn is refused, without a task's allowance for spills: what comes out
 * is right, or nothing comes and nothing leaks. */
static void
test_refused_memory (void)
{
  const Input input = { 20000, 2500 };
  Cluster cluster;
  guint n_right = 0, n_failed = 0;
  gboolean refused = TRUE;

  cluster_init (&cluster, 1, 1024 * 1024, TRUE);
  for (guint nth = 1; refused; nth++)
    {
      g_autoptr (RushAllocator) limited = rush_allocator_limited_new (G_MAXSIZE, nth);
      RushTaskContext *ctx = rush_task_context_new ();
      g_autofree gint64 *expected = expected_values (&input, FALSE);
      g_autoptr (GError) error = NULL;
      guint n_keys = 0;

      ctx->task_id = nth;
      ctx->allocator = limited;
      RushExternalCombiner *combiner = new_combiner (&cluster, ctx);
      if (insert_input (combiner, &input, &error))
        for (RushBatch *batch; (batch = rush_external_combiner_next (combiner, &error)) != NULL;)
          {
            cross_off (batch, expected, &n_keys);
            rush_batch_unref (batch);
          }
      rush_external_combiner_free (combiner);
      g_assert_cmpuint (rush_allocator_limited_in_use (limited), ==, 0);
      if (error == NULL)
        {
          g_assert_cmpuint (n_keys, ==, input.n_keys);
          n_right++;
        }
      else
        {
          g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY);
          n_failed++;
        }
      refused = error != NULL || ctx->metrics.memory_bytes_spilled > 0;
      rush_task_context_free (ctx);
    }
  g_assert_cmpuint (n_right, >, n_failed);
  cluster_clear (&cluster);
}

static void
test_full_disk (void)
{
  const Input input = { 80000, 80000 };
  Cluster cluster;
  struct rlimit before, limit;
  g_autoptr (GError) error = NULL;

  cluster_init (&cluster, 1, 1024 * 1024, TRUE);
  RushTaskContext *ctx = task_new (&cluster, 0);
  RushExternalCombiner *combiner = new_combiner (&cluster, ctx);

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  limit = before;
  limit.rlim_cur = 1000;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  gboolean inserted = insert_input (combiner, &input, &error);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);

  g_assert_false (inserted);
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO);
  rush_external_combiner_free (combiner);
  g_assert_cmpuint (count_files (&cluster, ""), ==, 1); /* the lock */
  task_free (ctx);
  cluster_clear (&cluster);
}

/* ---- what another file has made ---- */

static RushCombiner *
make_nothing (gpointer data, RushSchema *schema, RushAllocator *allocator)
{
  return NULL;
}

static RushCombiner *
make_without_functions (gpointer data, RushSchema *schema, RushAllocator *allocator)
{
  static const RushCombinerClass empty = { .name = "empty" };
  static RushCombiner combiner = { &empty };

  return &combiner;
}

static void
test_no_combiner (void)
{
  static const RushCombinerNew makers[] = { make_nothing, make_without_functions };

  for (guint i = 0; i < G_N_ELEMENTS (makers); i++)
    for (guint64 n_rows = 0; n_rows <= 10; n_rows += 10)
      {
        const Input input = { n_rows, 3 };
        Cluster cluster;
        g_autoptr (GError) error = NULL;

        cluster_init (&cluster, 1, 1024 * 1024, TRUE);
        RushTaskContext *ctx = task_new (&cluster, 0);
        RushExternalCombiner *combiner = new_combiner_of (&cluster, ctx, makers[i]);

        if (insert_input (combiner, &input, &error))
          g_assert_null (rush_external_combiner_next (combiner, &error));
        g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
        g_assert_nonnull (strstr (error->message, "insert, memory_bytes, drain and free"));
        rush_external_combiner_free (combiner);
        task_free (ctx);
        cluster_clear (&cluster);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_cases ();
  g_test_add_func ("/external_combiner/empty", test_empty);
  g_test_add_func ("/external_combiner/spilled_while_draining", test_spilled_while_it_hands_out);
  g_test_add_func ("/external_combiner/cancelled", test_cancelled_while_it_hands_out);
  g_test_add_func ("/external_combiner/refused_memory", test_refused_memory);
  g_test_add_func ("/external_combiner/full_disk", test_full_disk);
  g_test_add_func ("/external_combiner/no_combiner", test_no_combiner);
  return g_test_run ();
}
