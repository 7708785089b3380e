/* persistence.c - where a partition comes from: a kept block, a checkpoint, or its computation.
 *
 *     rush_rdd_iterator ()
 *       ├─ persisted ──▶ the executor's cache ──hit──▶ the block
 *       │                     │ miss
 *       │                     ▼ computes, keeps
 *       └─────────────▶ compute_or_read_checkpoint ()
 *                             ├─ checkpointed ──▶ iterator of the checkpoint RDD
 *                             └─ else ──────────▶ compute () of the class
 *
 * A checkpoint takes the place of the dependencies in one step:
 *
 *     before   rdd ──▶ map ──▶ … 1,000 steps … ──▶ source
 *     after    rdd ──▶ checkpoint RDD             the steps are retired (lineage.h), then freed
 *
 * Fields are written in an order that lets anybody look without a lock: the new dependency first,
 * then the flag.  Who saw no flag may still be walking through the old dependencies, or computing
 * with them, and is a reader of the lineage: they outlive him.
 *
 * compute () recurses, once a narrow step, and so do the iterators that it makes, as Spark's do.
 * There a task that goes too deep ends with a StackOverflowError; here the steps are counted, and a
 * task that has more of them than a stack is sure to hold fails with an error.  A kept block is
 * computed as a whole before its rows are given on, which takes more stack: it counts more.
 *
 * Mirrors: RDD.{iterator,getOrCompute,computeOrReadCheckpoint,dependencies,persist,checkpoint}.
 */
#include "core/lineage/persistence.h"

#include "core/lineage/moved_rows.h"

/* A step takes some 130 bytes of stack; a thread of ours has 16 MiB (core/base/thread.c). */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MAX_DEPTH 12000 /* their steps take more, and TSan counts at most 65,535 calls */
#else
#define MAX_DEPTH 30000
#endif
#define STEPS_OF_KEPT 6

/* ---- storage levels ---- */

/* What a local checkpoint needs: blocks that are not lost for want of memory. */
static RushStorageLevel
level_for_local_checkpoint (const RushStorageLevel *level)
{
  RushStorageLevel on_disk_too = *level;

  if (!rush_storage_level_is_valid (level))
    return RUSH_STORAGE_MEMORY_AND_DISK;
  on_disk_too.use_disk = TRUE;
  on_disk_too.use_off_heap = FALSE;
  return on_disk_too;
}

gboolean
rush_rdd_persist (RushRdd *self, const RushStorageLevel *level, GError **error)
{
  gboolean is_free;

  pthread_mutex_lock (&self->lock);
  if (self->checkpoint_kind == RUSH_CHECKPOINT_LOCAL)
    {
      self->storage_level = level_for_local_checkpoint (level);
      is_free = TRUE;
    }
  else
    {
      is_free = rush_storage_level_equal (&self->storage_level, &RUSH_STORAGE_NONE) ||
                rush_storage_level_equal (&self->storage_level, level);
      if (is_free)
        self->storage_level = *level;
    }
  pthread_mutex_unlock (&self->lock);
  if (!is_free)
    g_set_error_literal (
        error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
        "Cannot change storage level of an RDD after it was already assigned a level");
  return is_free;
}

RushStorageLevel
rush_rdd_storage_level (RushRdd *self)
{
  RushStorageLevel level;

  pthread_mutex_lock (&self->lock);
  level = self->storage_level;
  pthread_mutex_unlock (&self->lock);
  return level;
}

void
rush_rdd_clear_storage_level (RushRdd *self)
{
  pthread_mutex_lock (&self->lock);
  self->storage_level = RUSH_STORAGE_NONE;
  pthread_mutex_unlock (&self->lock);
}

/* ---- checkpoints ---- */

gboolean
rush_rdd_is_checkpointed (const RushRdd *self)
{
  return atomic_load_explicit (&self->is_checkpointed, memory_order_acquire);
}

void
rush_rdd_mark_checkpoint (RushRdd *self, RushCheckpointKind kind)
{
  pthread_mutex_lock (&self->lock);
  if (kind == RUSH_CHECKPOINT_RELIABLE && self->checkpoint_kind == RUSH_CHECKPOINT_NONE)
    self->checkpoint_kind = kind;
  if (kind == RUSH_CHECKPOINT_LOCAL && !rush_rdd_is_checkpointed (self))
    {
      self->storage_level = level_for_local_checkpoint (&self->storage_level);
      self->checkpoint_kind = kind;
    }
  pthread_mutex_unlock (&self->lock);
}

RushCheckpointKind
rush_rdd_checkpoint_kind (RushRdd *self)
{
  RushCheckpointKind kind;

  pthread_mutex_lock (&self->lock);
  kind = self->checkpoint_kind;
  pthread_mutex_unlock (&self->lock);
  return kind;
}

gboolean
rush_rdd_consider_checkpoint (RushRdd *self)
{
  gboolean is_first;

  pthread_mutex_lock (&self->lock);
  is_first = !self->checkpoint_considered;
  self->checkpoint_considered = TRUE;
  pthread_mutex_unlock (&self->lock);
  return is_first;
}

RushDeterminism
rush_rdd_determinism (const RushRdd *self)
{
  /* The kind does not change once it is checkpointed. */
  if (rush_rdd_is_checkpointed (self) && self->checkpoint_kind == RUSH_CHECKPOINT_RELIABLE)
    return RUSH_DETERMINATE;
  return self->determinism;
}

typedef struct
{
  guint n;
  RushDependency **dependencies;
} CutOff;

static void
cut_off_free (gpointer data)
{
  CutOff *self = data;

  for (guint i = 0; i < self->n; i++)
    rush_dependency_unref (self->dependencies[i]);
  g_free (self->dependencies);
  g_free (self);
}

void
rush_rdd_set_checkpointed (RushRdd *self, RushRdd *checkpoint)
{
  CutOff *cut_off = g_new (CutOff, 1);

  g_assert (!rush_rdd_is_checkpointed (self));
  *cut_off = (CutOff){ self->n_dependencies, self->dependencies };
  self->checkpoint[0] = rush_dependency_one_to_one (checkpoint);
  atomic_store_explicit (&self->is_checkpointed, TRUE, memory_order_release);
  rush_lineage_retire (self->lineage, cut_off, cut_off_free);
}

/* ---- where a partition comes from ---- */

RushDependency *const *
rush_rdd_dependencies (const RushRdd *self, guint *out_n)
{
  if (rush_rdd_is_checkpointed (self))
    {
      *out_n = 1;
      return self->checkpoint;
    }
  *out_n = self->n_dependencies;
  return self->dependencies;
}

RushIterator *
rush_rdd_compute_or_read_checkpoint (RushRdd *self, guint split, RushTaskContext *ctx,
                                     GError **error)
{
  if (rush_rdd_is_checkpointed (self))
    return rush_rdd_iterator (self->checkpoint[0]->rdd, split, ctx, error);
  return self->klass->compute (self, split, ctx, error);
}

RushIterator *
rush_rdd_iterator (RushRdd *self, guint split, RushTaskContext *ctx, GError **error)
{
  RushStorageLevel level = rush_rdd_storage_level (self);
  gboolean is_kept = ctx->cache != NULL && rush_storage_level_is_valid (&level);
  guint steps = is_kept ? STEPS_OF_KEPT : 1;
  RushIterator *rows;

  if (!rush_task_context_check (ctx, error))
    return NULL;
  if (ctx->depth + steps > MAX_DEPTH)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
                   "a task of more than %d narrow steps cannot be computed: checkpoint the RDD, or "
                   "shuffle it, every few thousand steps",
                   MAX_DEPTH);
      return NULL;
    }
  ctx->depth += steps;
  if (is_kept)
    rows = ctx->cache->get_or_compute (ctx->cache, self, split, &level, ctx, error);
  else
    rows = rush_rdd_compute_or_read_checkpoint (self, split, ctx, error);
  ctx->depth -= steps;
  return rows != NULL && ctx->counts_rows ? rush_moved_rows_new (rows, ctx) : rows;
}

char **
rush_rdd_preferred_locations (RushRdd *self, guint split)
{
  if (rush_rdd_is_checkpointed (self))
    return rush_rdd_preferred_locations (self->checkpoint[0]->rdd, split);
  return self->klass->preferred_locations != NULL ? self->klass->preferred_locations (self, split)
                                                  : NULL;
}
