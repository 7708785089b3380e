/* tree_aggregate.c - treeAggregate of blocks: mapPartitions, shuffles of states, one job.
 *
 *   instances ─ fold ─▶ (0, s₀) (1, s₁) …      one row a partition: where it goes, and the state
 *             ─ shuffle by the number ─ merge ─▶ fewer rows          … as long as it saves time
 *             ─ shuffle to one partition ─ merge ─▶ one row          on_executor
 *             ─ job ─▶ the driver merges what is left
 *
 * A state travels as bytes in a binary column: it is written and read by copying, as nothing says
 * that bytes behind a shuffle lie at multiples of eight.  Where its size is not known before the
 * first instances are seen, a partition without any has a state of no bytes, which adds nothing.
 *
 * The functions and their data belong to a Pass, which every RDD of the job holds: a cancelled
 * task that is slow to notice still finds them.
 */
#include "mllib/aggregate/tree_aggregate.h"

#include "core/data/builder.h"
#include "rdd/transform/map_partitions.h"
#include "rdd/transform/partition_by.h"
#include "rdd/transform/shuffled.h"

#include <math.h>
#include <string.h>

typedef struct
{
  RushRefCount refs;
  RushTreeAggregate what;
  RushInstanceColumns columns;
  guint n_features;
  gsize max_block_bytes;
} Pass;

/* What the functions of one level share. */
typedef struct
{
  Pass *pass;     /* (owned) */
  guint n_next;   /* partitions of the level that follows */
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

/* A state that grows from nothing: n is 0 until something is in it. */
typedef struct
{
  double *values;
  gsize n;
  guint n_features;         /* of the vectors in it; 0: not known yet */
  RushAllocator *allocator; /* (unowned) */
} State;

static gboolean
start_state (const Pass *pass, State *state, gsize n, GError **error)
{
  state->values = rush_alloc (state->allocator, n * sizeof (double), error);
  if (state->values == NULL)
    return FALSE;
  state->n = n;
  memset (state->values, 0, n * sizeof (double));
  if (pass->what.init != NULL)
    pass->what.init (state->values, pass->what.data);
  return TRUE;
}

static void
clear_state (State *state)
{
  rush_free (state->allocator, state->values, state->n * sizeof (double));
}

static gboolean
refuse_sizes (GError **error)
{
  g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                       "the vectors of the instances have different sizes");
  return FALSE;
}

/* @state has room for vectors of @n_features. */
static gboolean
make_room (const Pass *pass, State *state, guint n_features, GError **error)
{
  gsize n = pass->what.n != 0 ? pass->what.n : pass->what.size (n_features, pass->what.data);

  state->n_features = n_features;
  if (state->n == 0)
    return start_state (pass, state, n, error);
  return state->n == n || refuse_sizes (error);
}

/* A block into @state, part by part. */
static gboolean
fold_block (const Pass *pass, State *state, const RushInstanceBlock *block, RushTaskContext *ctx,
            GError **error)
{
  RushInstanceBlock part;

  for (guint first = 0; first < block->n_rows; first += part.n_rows)
    {
      rush_instance_block_part (block, first, pass->max_block_bytes, &part);
      if (!pass->what.add (state->values, &part, ctx, pass->what.data, error))
        return FALSE;
    }
  return TRUE;
}

/* A batch of instances into @state. */
static gboolean
fold_batch (const Pass *pass, State *state, const RushBatch *batch, RushTaskContext *ctx,
            GError **error)
{
  RushInstanceBlock block;
  gboolean fine;

  if (batch->length == 0)
    return TRUE;
  if (!rush_instance_block_init (&block, batch, &pass->columns, state->n_features, ctx->allocator,
                                 error))
    return FALSE;
  fine = make_room (pass, state, block.n_features, error) &&
         fold_block (pass, state, &block, ctx, error);
  rush_instance_block_clear (&block);
  return fine;
}

/* @bytes of another state into @state. */
static gboolean
merge_bytes (const Pass *pass, State *state, const char *bytes, gsize size, GError **error)
{
  gsize n = size / sizeof (double);
  double *other;

  if (n == 0)
    return TRUE;
  if (state->n == 0 && !start_state (pass, state, n, error))
    return FALSE;
  if (state->n != n)
    return refuse_sizes (error);
  other = rush_alloc (state->allocator, size, error);
  if (other == NULL)
    return FALSE;
  memcpy (other, bytes, size);
  if (pass->what.merge != NULL)
    pass->what.merge (state->values, other, n, pass->what.data);
  else
    for (gsize i = 0; i < n; i++)
      state->values[i] += other[i];
  rush_free (state->allocator, other, size);
  return TRUE;
}

/* The states in a batch into @state. */
static gboolean
merge_batch (const Pass *pass, State *state, const RushBatch *batch, GError **error)
{
  for (guint i = 0; i < batch->length; i++)
    {
      gsize size;
      const char *bytes =
          rush_column_get_bytes (batch->columns[COLUMN_STATE], rush_batch_row (batch, i), &size);

      if (!merge_bytes (pass, state, bytes, size, error))
        return FALSE;
    }
  return TRUE;
}

/* ---- one level: the rows of a partition into one row ---- */

static RushBatch *
state_batch (const StateIterator *self, const State *state, GError **error)
{
  g_autoptr (RushSchema) schema = rush_schema_of ("next", &RUSH_INT32, "state", &RUSH_BINARY, NULL);
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (schema, self->ctx->allocator);

  if (!rush_batch_builder_append_int (builder, COLUMN_NEXT, self->next, error) ||
      !rush_batch_builder_append_bytes (builder, COLUMN_STATE, (const char *)state->values,
                                        state->n * sizeof (double), error))
    return NULL;
  rush_batch_builder_end_row (builder);
  return rush_batch_builder_finish (builder, error);
}

static gboolean
take_rows (const StateIterator *self, State *state, GError **error)
{
  g_autoptr (GError) failure = NULL;
  RushBatch *batch;
  gboolean fine = TRUE;

  while (fine && rush_task_context_check (self->ctx, &failure) &&
         (batch = rush_iterator_next (self->rows, &failure)) != NULL)
    {
      fine = self->folds ? fold_batch (self->pass, state, batch, self->ctx, &failure)
                         : merge_batch (self->pass, state, batch, &failure);
      rush_batch_unref (batch);
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
  State state = { .n_features = self->pass->n_features, .allocator = self->ctx->allocator };
  RushBatch *batch = NULL;

  if (self->done)
    return NULL;
  self->done = TRUE;
  if ((self->pass->what.n == 0 || start_state (self->pass, &state, self->pass->what.n, error)) &&
      take_rows (self, &state, error))
    batch = state_batch (self, &state, error);
  clear_state (&state);
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
  g_autoptr (RushSchema) schema = rush_schema_of ("next", &RUSH_INT32, "state", &RUSH_BINARY, NULL);
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
  g_autoptr (RushPartitioner) partitioner =
      rush_rdd_hash_partitioner (states, n_partitions, COLUMN_NEXT);
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

static gboolean
run_tree (const RushInstances *instances, Pass *pass, guint n, const RushJobOptions *job,
          State *total, GError **error)
{
  g_autoptr (RushRdd) tree = make_tree (instances->rdd, pass, n);
  g_autoptr (RushJobWaiter) waiter = rush_context_run_job (
      instances->context, tree, NULL, 0, rush_collect_batches, NULL, NULL, job, error);
  guint n_left;

  if (waiter == NULL || !rush_rdd_n_partitions (tree, &n_left, error))
    return FALSE;
  for (guint i = 0; i < n_left; i++)
    {
      const GPtrArray *batches = rush_job_waiter_result (waiter, i)->value;

      for (guint b = 0; b < batches->len; b++)
        if (!merge_batch (pass, total, batches->pdata[b], error))
          return FALSE;
    }
  return TRUE;
}

static Pass *
pass_new (const RushInstances *instances, const RushTreeAggregate *what)
{
  Pass *self = g_new (Pass, 1);

  *self = (Pass){ .what = *what,
                  .columns = instances->columns,
                  .n_features = instances->n_features,
                  .max_block_bytes = instances->max_block_bytes };
  rush_ref_count_init (&self->refs);
  return self;
}

/* The doubles of @total for the caller. */
static double *
take_total (const State *total, gsize *out_n, GError **error)
{
  double *result = g_try_new (double, MAX (total->n, 1));

  if (result == NULL)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY,
                   "the driver has no memory for a sum of %" G_GSIZE_FORMAT " numbers", total->n);
      return NULL;
    }
  if (total->n > 0)
    memcpy (result, total->values, total->n * sizeof *result);
  if (out_n != NULL)
    *out_n = total->n;
  return result;
}

double *
rush_tree_aggregate (const RushInstances *instances, const RushTreeAggregate *what, gsize *out_n,
                     GError **error)
{
  g_autofree char *name = g_strdup_printf ("treeAggregate at %s", what->where);
  RushJobOptions job = instances->job != NULL ? *instances->job : (RushJobOptions){ 0 };
  g_autoptr (Pass) pass = pass_new (instances, what);
  State total = { .allocator = rush_allocator_system () };
  double *result = NULL;
  gboolean fine;
  guint n;

  g_return_val_if_fail (what->depth > 0 && (what->n > 0 || what->size != NULL), NULL);
  if (!rush_rdd_n_partitions (instances->rdd, &n, error))
    return NULL;
  job.short_form = name;
  rush_lineage_push_call ("treeAggregate", name, job.long_form != NULL ? job.long_form : "");
  fine = (what->n == 0 || start_state (pass, &total, what->n, error)) &&
         (n == 0 || run_tree (instances, pass, n, &job, &total, error));
  rush_lineage_pop_call ();
  if (fine)
    result = take_total (&total, out_n, error);
  clear_state (&total);
  return result;
}
