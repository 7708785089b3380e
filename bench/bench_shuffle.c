/* bench_shuffle.c - what a row costs on its way through a shuffle: written, combined, read.
 *
 *     meson setup build-bench -Dbench=true --buildtype=release && ninja -C build-bench
 *     build-bench/bench/bench_shuffle
 *
 * A million rows (word, 1); words of a vocabulary of 50,000 by Zipf's law, as in a text.  Times are
 * those of the processor, best of seven runs.  Combining is compared with a hash table as one would
 * write it in C for this one purpose, on the same words, in the same process.
 */
#include "core/memory/task_memory.h"
#include "core/shuffle/hash_combiner.h"
#include "core/shuffle/shuffle.h"

#include "core/data/builder.h"
#include "core/data/hash.h"

#include <math.h>
#include <string.h>
#include <time.h>

#define N_BATCHES 122
#define N_ROWS (N_BATCHES * (guint64)RUSH_BATCH_MAX_ROWS)
#define N_WORDS 50000
#define N_RUNS 7
#define POOL "2g"

typedef struct
{
  RushConf *conf;
  RushMemoryManager *memory;
  RushLocalDir *dir;
  RushBlockStore *store;
  RushMapOutputTracker *tracker;
  RushLineage *lineage;
  RushSchema *schema;
  RushBatch *batches[N_BATCHES];
  gint64 next_task_id;
} Bench;

static guint64 sink; /* what is computed is used, or the compiler would leave it out */

/* ---- time ---- */

static double
processor_ns (void)
{
  struct timespec now;
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* ---- rows ---- */

static void
make_word (guint number, char *out)
{
  guint length = 2 + (number * 2654435761u >> 16) % 9;
  guint32 state = number * 747796405u + 2891336453u;

  for (guint i = 0; i < length; i++)
    {
      out[i] = (char)('a' + (state >> 16) % 26);
      state = state * 1664525u + 1013904223u;
    }
  g_snprintf (out + length, 8, "%u", number % 97);
}

/* Zipf with exponent 1: the word of rank r comes 1/r as often as the first. */
static void
make_batches (Bench *self)
{
  g_autofree double *cumulated = g_new (double, N_WORDS);
  g_autoptr (RushBatchBuilder) builder =
      rush_batch_builder_new (self->schema, rush_allocator_system ());
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  double total = 0;

  for (guint w = 0; w < N_WORDS; w++)
    cumulated[w] = total += 1.0 / (w + 1);
  for (guint b = 0; b < N_BATCHES; b++)
    {
      for (guint i = 0; i < RUSH_BATCH_MAX_ROWS; i++)
        {
          double at = g_rand_double (random) * total;
          guint low = 0, high = N_WORDS - 1;
          char word[24];

          while (low < high)
            {
              guint middle = (low + high) / 2;
              if (cumulated[middle] < at)
                low = middle + 1;
              else
                high = middle;
            }
          make_word (low, word);
          rush_batch_builder_append_bytes (builder, 0, word, strlen (word), NULL);
          rush_batch_builder_append_int (builder, 1, 1, NULL);
          rush_batch_builder_end_row (builder);
        }
      self->batches[b] = rush_batch_builder_finish (builder, NULL);
    }
}

/* ---- tasks ---- */

static RushTaskContext *
task_new (Bench *self)
{
  RushTaskContext *ctx = rush_task_context_new ();

  ctx->task_id = self->next_task_id++;
  ctx->executor_id = "driver";
  ctx->host = "localhost";
  ctx->memory = rush_task_memory_new (self->memory, ctx->task_id, &ctx->cancelled);
  ctx->allocator = rush_task_memory_allocator (ctx->memory);
  return ctx;
}

static void
task_free (RushTaskContext *ctx)
{
  rush_task_memory_free (ctx->memory);
  rush_task_context_free (ctx);
}

static const RushRddClass source_class = { .name = "SourceRDD" };
static const RushHashCombine sum = { .op = RUSH_COMBINE_SUM };

static RushDependency *
shuffle_new (Bench *self, guint n_partitions, gboolean map_side)
{
  g_autoptr (RushPartitioner) partitioner = rush_hash_partitioner_new (n_partitions, 0);
  g_autoptr (RushRdd) rdd =
      rush_rdd_alloc (sizeof (RushRdd), &source_class, self->lineage, self->schema, NULL, 0);
  RushDependency *dependency = rush_dependency_shuffle (rdd, partitioner, self->schema);

  if (map_side)
    {
      dependency->combiner_new = rush_hash_combiner_new;
      dependency->combiner_data = (gpointer)&sum;
      dependency->map_side_combine = TRUE;
    }
  rush_map_output_tracker_register_shuffle (self->tracker, dependency->shuffle_id, 1);
  return dependency;
}

/* One map task with all rows; returns its nanoseconds a row. */
static double
write_all (Bench *self, const RushDependency *dependency)
{
  RushTaskContext *ctx = task_new (self);
  g_autoptr (GError) error = NULL;
  double start_ns = processor_ns ();
  RushShuffleWriter *writer = rush_shuffle_writer_new (dependency, 0, self->store, ctx);

  for (guint b = 0; b < N_BATCHES; b++)
    if (!rush_shuffle_writer_write (writer, rush_batch_ref (self->batches[b]), &error))
      g_error ("%s", error->message);
  RushMapStatus *status = rush_shuffle_writer_commit (writer, &error);
  if (status == NULL)
    g_error ("%s", error->message);
  double ns = processor_ns () - start_ns;
  rush_shuffle_writer_free (writer);
  rush_map_output_tracker_register_output (self->tracker, dependency->shuffle_id, 0, status);
  task_free (ctx);
  return ns / (double)N_ROWS;
}

static RushBlockStore *
lookup (gpointer data, const char *executor_id)
{
  return ((Bench *)data)->store;
}

/* One reduce task for each partition; returns nanoseconds a row that was written. */
static double
read_all (Bench *self, const RushDependency *dependency, gboolean by_reference)
{
  RushShuffleFetch fetch = { self->tracker, lookup, self, by_reference };
  double start_ns = processor_ns ();

  for (guint p = 0; p < dependency->partitioner->n_partitions; p++)
    {
      RushTaskContext *ctx = task_new (self);
      g_autoptr (GError) error = NULL;
      RushIterator *reader = rush_shuffle_reader_new (dependency, p, p + 1, &fetch, ctx, &error);
      for (RushBatch *batch; (batch = rush_iterator_next (reader, &error)) != NULL;)
        {
          sink += batch->length;
          rush_batch_unref (batch);
        }
      if (error != NULL)
        g_error ("%s", error->message);
      rush_iterator_close (reader);
      task_free (ctx);
    }
  return (processor_ns () - start_ns) / (double)N_ROWS;
}

/* Pushes all outputs to their files. */
static void
evict_all (Bench *self)
{
  RushMemoryStats stats;
  rush_memory_manager_stats (self->memory, &stats);
  gint64 granted = rush_memory_manager_acquire_execution (self->memory, -1, stats.pool, NULL);
  rush_memory_manager_release_execution (self->memory, -1, granted);
}

/* ---- combining ---- */

static double
combine (Bench *self, RushCombiner *combiner)
{
  double start_ns = processor_ns ();

  for (guint b = 0; b < N_BATCHES; b++)
    if (!combiner->klass->insert (combiner, self->batches[b], NULL))
      g_error ("refused");
  return (processor_ns () - start_ns) / (double)N_ROWS;
}

static double
combine_in_new_table (Bench *self)
{
  RushCombiner *combiner =
      rush_hash_combiner_new ((gpointer)&sum, self->schema, rush_allocator_system ());
  double ns = combine (self, combiner);
  combiner->klass->free (combiner);
  return ns;
}

/* By hand: linear probing, words copied one by one, a table that was made large enough. */
typedef struct
{
  char *word;
  guint32 length;
  guint32 hash;
  gint64 count;
} HandSlot;

#define HAND_SLOTS (1u << 17)

static double
combine_by_hand (Bench *self)
{
  g_autofree HandSlot *slots = g_new0 (HandSlot, HAND_SLOTS);
  double start_ns = processor_ns ();

  for (guint b = 0; b < N_BATCHES; b++)
    {
      const RushColumn *words = self->batches[b]->columns[0];
      const gint64 *counts = (const gint64 *)self->batches[b]->columns[1]->values->bytes;
      for (guint i = 0; i < RUSH_BATCH_MAX_ROWS; i++)
        {
          const RushView *view = (const RushView *)words->values->bytes + i;
          const char *bytes = rush_view_bytes (view, words->data);
          guint32 length = (guint32)view->length;
          guint32 hash = (guint32)rush_hash64_bytes (bytes, length);
          guint at = hash % HAND_SLOTS;
          while (slots[at].word != NULL && (slots[at].hash != hash || slots[at].length != length ||
                                            memcmp (slots[at].word, bytes, length) != 0))
            at = (at + 1) % HAND_SLOTS;
          if (slots[at].word == NULL)
            slots[at] = (HandSlot){ g_memdup2 (bytes, length), length, hash, 0 };
          slots[at].count += counts[i];
        }
    }
  double ns = (processor_ns () - start_ns) / (double)N_ROWS;
  for (guint s = 0; s < HAND_SLOTS; s++)
    g_free (slots[s].word);
  return ns;
}

/* ---- cases ---- */

static void
report (const char *what, double ns)
{
  g_print ("%-44s %7.1f ns/row\n", what, ns);
}

static void
bench_route (Bench *self, guint n_partitions, gboolean map_side)
{
  double write_ns = G_MAXDOUBLE, reference_ns = G_MAXDOUBLE, wire_ns = G_MAXDOUBLE,
         file_ns = G_MAXDOUBLE;

  for (guint run = 0; run < N_RUNS; run++)
    {
      RushDependency *dependency = shuffle_new (self, n_partitions, map_side);
      write_ns = MIN (write_ns, write_all (self, dependency));
      reference_ns = MIN (reference_ns, read_all (self, dependency, TRUE));
      wire_ns = MIN (wire_ns, read_all (self, dependency, FALSE));
      evict_all (self);
      file_ns = MIN (file_ns, read_all (self, dependency, TRUE));
      rush_block_store_remove_shuffle (self->store, dependency->shuffle_id);
      rush_dependency_unref (dependency);
    }
  g_print ("%u reduce partitions%s\n", n_partitions, map_side ? ", combined" : "");
  report ("  write", write_ns);
  report ("  read by reference", reference_ns);
  report ("  read over the wire", wire_ns);
  report ("  read from files", file_ns);
}

static void
bench_combiner (Bench *self)
{
  double first_ns = G_MAXDOUBLE, known_ns = G_MAXDOUBLE, hand_ns = G_MAXDOUBLE;
  RushCombiner *combiner =
      rush_hash_combiner_new ((gpointer)&sum, self->schema, rush_allocator_system ());

  combine (self, combiner);
  for (guint run = 0; run < N_RUNS; run++)
    {
      first_ns = MIN (first_ns, combine_in_new_table (self));
      known_ns = MIN (known_ns, combine (self, combiner));
      hand_ns = MIN (hand_ns, combine_by_hand (self));
    }
  combiner->klass->free (combiner);
  g_print ("combining, %u words\n", N_WORDS);
  report ("  keys that are there", known_ns);
  report ("  into a new table", first_ns);
  report ("  by hand, into a new table", hand_ns);
  g_print ("%-44s %7.2f\n", "  ratio, new tables", first_ns / hand_ns);
}

int
main (void)
{
  Bench self = { 0 };
  g_autoptr (GError) error = NULL;

  self.conf = rush_conf_new ();
  if (!rush_conf_set (self.conf, "spark.testing.memory", POOL, &error) ||
      !rush_conf_set (self.conf, "spark.memory.storageFraction", "0", &error) ||
      (self.memory = rush_memory_manager_new (self.conf, 0, &error)) == NULL ||
      (self.dir = rush_local_dir_new (g_get_tmp_dir (), &error)) == NULL)
    g_error ("%s", error->message);
  RushEvictor *evictor = rush_evictor_new (self.memory, &rush_eviction_policy_lru);
  self.store = rush_block_store_new (self.conf, "driver", self.memory, evictor, self.dir,
                                     &rush_shuffle_writer_sort);
  self.tracker = rush_map_output_tracker_new ();
  self.lineage = rush_lineage_new ();
  self.schema = rush_schema_of ("word", &RUSH_STRING, "count", &RUSH_INT64, NULL);
  make_batches (&self);

  bench_combiner (&self);
  bench_route (&self, 1, FALSE);
  bench_route (&self, 8, FALSE);
  bench_route (&self, 200, FALSE);
  bench_route (&self, 8, TRUE);

  for (guint b = 0; b < N_BATCHES; b++)
    rush_batch_unref (self.batches[b]);
  rush_schema_unref (self.schema);
  rush_lineage_unref (self.lineage);
  rush_map_output_tracker_free (self.tracker);
  rush_block_store_free (self.store);
  rush_evictor_free (evictor);
  rush_local_dir_free (self.dir);
  rush_memory_manager_unref (self.memory);
  rush_conf_unref (self.conf);
  return sink == 0;
}
