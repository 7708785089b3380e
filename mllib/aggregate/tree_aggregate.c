/* tree_aggregate.c - treeAggregate of blocks: mapPartitions, shuffles of states, one job.
 *
 *   instances ─ fold ─▶ (0, s₀) (1, s₁) …      one row a partition: where it goes, and the state
 *             ─ shuffle by the number ─ merge ─▶ fewer rows          … as long as it saves time
 *             ─ shuffle to one partition ─ merge ─▶ one row          on_executor
 *             ─ job ─▶ the driver merges what is left
 *
 * A state travels as bytes in a binary column: it is written and read by copying, as nothing says
 * that bytes behind a shuffle lie at multiples of eight.
 *
 * The functions and their data belong to a Pass, which every RDD of the job holds: a cancelled
 * task that is slow to notice still finds them.
 */
#include "mllib/aggregate/tree_aggregate.h"

#include "core/data/builder.h"
#include "rdd/transform/map_partitions.h"
#include "rdd/transform/shuffled.h"

#include <math.h>
#include <string.h>

typedef struct
{
  RushRefCount refs;
  RushTreeAggregate what;
  RushInstanceColumns columns;
  guint n_features;
} Pass;

/* What the functions of one level share. */
typedef struct
{
  Pass *pass; /* (owned) */
  guint n_next; /* partitions of the level that follows */
  gboolean folds; /* the first level: its rows are instances, not states */
} Level;

typedef struct
{
  RushIterator base;
  RushIterator *rows; /* (owned) */
  RushTaskContext *ctx;
  Pass *pass;
  guint next; /* where the state goes */
  gboolean folds;
  gboolean done;
} StateIterator;

enum
{
  COLUMN_NEXT,
  COLUMN_STATE,
};

static Pass *
pass_ref (Pass *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

static void
pass_unref (Pass *self)
{
  if (!rush_ref_count_dec (&self->refs))
    return;
  if (self->what.free_data != NULL)
    self->what.free_data (self->what.data);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pass, pass_unref)

static void
level_free (gpointer data)
{
  pass_unref (((Level *)data)->pass);
  g_free (data);
}

/* ---- states ---- */

static void
start_state (const Pass *pass, double *state)
{
  memset (state, 0, pass->what.n * sizeof *state);
  if (pass->what.init != NULL)
    pass->what.init (state, pass->what.data);
}

static void
merge_state (const Pass *pass, double *state, const double *other)
{
  if (pass->what.merge != NULL)
    pass->what.merge (state, other, pass->what.data);
  else
    for (gsize i = 0; i < pass->what.n; i++)
      state[i] += other[i];
}

/* A batch of instances into @state. */
static gboolean
fold_batch (const Pass *pass, double *state, const RushBatch *batch, RushTaskContext *ctx,
            GError **error)
{
  RushInstanceBlock block;
  gboolean fine;

  if (batch->length == 0)
    return TRUE;
  if (!rush_instance_block_init (&block, batch, &pass->columns, pass->n_features, ctx->allocator,
                                 error))
    return FALSE;
  fine = pass->what.add (state, &block, ctx, pass->what.data, error);
  rush_instance_block_clear (&block);
  return fine;
}

/* The states in a batch into @state; @scratch has room for one. */
static void
merge_batch (const Pass *pass, double *state, const RushBatch *batch, double *scratch)
{
  for (guint i = 0; i < batch->length; i++)
    {
      gsize size;
      const char *bytes = rush_column_get_bytes (batch->columns[COLUMN_STATE],
                                                 rush_batch_row (batch, i), &size);

      g_assert (size == pass->what.n * sizeof *scratch);
      memcpy (scratch, bytes, size);
      merge_state (pass, state, scratch);
    }
}

/* ---- one level: the rows of a partition into one row ---- */

static RushBatch *
state_batch (const StateIterator *self, const double *state, GError **error)
{
  g_autoptr (RushSchema) schema =
      rush_schema_of ("next", &RUSH_INT32, "state", &RUSH_BINARY, NULL);
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (schema, self->ctx->allocator);

  if (!rush_batch_builder_append_int (builder, COLUMN_NEXT, self->next, error) ||
      !rush_batch_builder_append_bytes (builder, COLUMN_STATE, (const char *)state,
                                        self->pass->what.n * sizeof *state, error))
    return NULL;
  rush_batch_builder_end_row (builder);
  return rush_batch_builder_finish (builder, error);
}

static gboolean
take_rows (const StateIterator *self, double *state, double *scratch, GError **error)
{
  g_autoptr (GError) failure = NULL;
  RushBatch *batch;

  start_state (self->pass, state);
  while (rush_task_context_check (self->ctx, &failure) &&
         (batch = rush_iterator_next (self->rows, &failure)) != NULL)
    {
      if (self->folds)
        fold_batch (self->pass, state, batch, self->ctx, &failure);
      else
        merge_batch (self->pass, state, batch, scratch);
      rush_batch_unref (batch);
      if (failure != NULL)
        break;
    }
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static RushBatch *
state_next (RushIterator *base, GError **error)
{
  StateIterator *self = (StateIterator *)base;
  gsize bytes = self->pass->what.n * sizeof (double);
  RushBatch *batch = NULL;
  double *states; /* this one, and scratch */

  if (self->done)
    return NULL;
  self->done = TRUE;
  states = rush_alloc (self->ctx->allocator, 2 * bytes, error);
  if (states == NULL)
    return NULL;
  if (take_rows (self, states, states + self->pass->what.n, error))
    batch = state_batch (self, states, error);
  rush_free (self->ctx->allocator, states, 2 * bytes);
  return batch;
}

static void
state_close (RushIterator *base)
{
  StateIterator *self = (StateIterator *)base;

  rush_iterator_close (self->rows);
  pass_unref (self->pass);
  g_free (self);
}

static const RushIteratorClass state_class = { state_next, state_close };

static RushIterator *
open_level (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  const Level *level = data;
  StateIterator *self = g_new (StateIterator, 1);

  *self = (StateIterator){ .base = { &state_class },
                           .rows = rows,
                           .ctx = ctx,
                           .pass = pass_ref (level->pass),
                           .next = split % level->n_next,
                           .folds = level->folds };
  return &self->base;
}

/* Takes over @parent. */
static RushRdd *
add_level (RushRdd *parent, Pass *pass, guint n_next, gboolean folds)
{
  g_autoptr (RushSchema) schema =
      rush_schema_of ("next", &RUSH_INT32, "state", &RUSH_BINARY, NULL);
  Level *level = g_new (Level, 1);
  RushRdd *made;

  *level = (Level){ pass_ref (pass), n_next, folds };
  made = rush_rdd_map_partitions (parent, schema, open_level, level, level_free, FALSE);
  rush_rdd_unref (parent);
  return made;
}

/* States to the partitions that their numbers say.  Takes over @states. */
static RushRdd *
shuffle_states (RushRdd *states, guint n_partitions)
{
  g_autoptr (RushPartitioner) partitioner = rush_hash_partitioner_new (n_partitions, COLUMN_NEXT);
  RushRdd *shuffled = rush_rdd_shuffled (states, partitioner);

  rush_rdd_unref (states);
  return shuffled;
}

/* ---- the tree ---- */

/* How many partitions come after @n, and whether that saves time at all. */
static gboolean
next_level (guint scale, guint n, guint *out_n)
{
  *out_n = n / scale;
  return n > scale + ceil ((double)n / scale);
}

static RushRdd *
make_tree (RushRdd *rdd, Pass *pass, guint n)
{
  guint scale = MAX ((guint)ceil (pow (n, 1.0 / pass->what.depth)), 2);
  RushRdd *tree = rush_rdd_ref (rdd);
  gboolean folds = TRUE;
  guint next;

  for (; next_level (scale, n, &next); n = next, folds = FALSE)
    tree = shuffle_states (add_level (tree, pass, next, folds), next);
  if (pass->what.on_executor && n > 1)
    {
      tree = shuffle_states (add_level (tree, pass, 1, folds), 1);
      folds = FALSE;
    }
  return add_level (tree, pass, 1, folds);
}

/* A result function: the state of a partition, as a block of doubles. */
static gboolean
take_state (RushIterator *rows, RushTaskContext *ctx, gpointer data, RushTaskResult *out,
            GError **error)
{
  RushBatch *batch = rush_iterator_next (rows, error);
  const char *bytes;
  gsize size;

  if (batch == NULL)
    return FALSE;
  bytes = rush_column_get_bytes (batch->columns[COLUMN_STATE], rush_batch_row (batch, 0), &size);
  out->value = g_memdup2 (bytes, size);
  out->free_value = g_free;
  out->bytes = size;
  rush_batch_unref (batch);
  return TRUE;
}

static double *
run_tree (const RushInstances *instances, Pass *pass, guint n, const RushJobOptions *job,
          GError **error)
{
  g_autoptr (RushRdd) tree = make_tree (instances->rdd, pass, n);
  g_autoptr (RushJobWaiter) waiter = rush_context_run_job (instances->context, tree, NULL, 0,
                                                           take_state, NULL, NULL, job, error);
  double *total;
  guint n_left;

  if (waiter == NULL || !rush_rdd_n_partitions (tree, &n_left, error))
    return NULL;
  total = g_new (double, pass->what.n);
  start_state (pass, total);
  for (guint i = 0; i < n_left; i++)
    merge_state (pass, total, rush_job_waiter_result (waiter, i)->value);
  return total;
}

double *
rush_tree_aggregate (const RushInstances *instances, const RushTreeAggregate *what, GError **error)
{
  g_autofree char *name = g_strdup_printf ("treeAggregate at %s", what->where);
  RushJobOptions job = instances->job != NULL ? *instances->job : (RushJobOptions){ 0 };
  g_autoptr (Pass) pass = g_new0 (Pass, 1);
  double *total;
  guint n;

  rush_ref_count_init (&pass->refs);
  pass->what = *what;
  pass->columns = instances->columns;
  pass->n_features = instances->n_features;
  g_return_val_if_fail (what->n > 0 && what->depth > 0, NULL);

  if (!rush_rdd_n_partitions (instances->rdd, &n, error))
    return NULL;
  if (n == 0)
    {
      total = g_new (double, what->n);
      start_state (pass, total);
      return total;
    }
  job.short_form = name;
  rush_lineage_push_call ("treeAggregate", name, job.long_form != NULL ? job.long_form : "");
  total = run_tree (instances, pass, n, &job, error);
  rush_lineage_pop_call ();
  return total;
}
