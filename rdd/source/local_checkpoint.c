#include "rdd/source/local_checkpoint.h"

typedef struct
{
  RushRdd base;
  gint original_id;
  guint n;
} LocalCheckpoint;

static gboolean
checkpoint_partitions (RushRdd *base, guint *out_n, GError **error)
{
  *out_n = ((LocalCheckpoint *)base)->n;
  return TRUE;
}

static RushIterator *
checkpoint_compute (RushRdd *base, guint split, RushTaskContext *ctx, GError **error)
{
  g_set_error (
      error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_JOB_ABORTED,
      "[CHECKPOINT_RDD_BLOCK_ID_NOT_FOUND] Checkpoint block rdd_%d_%u not found!\n"
      "Either the executor that originally checkpointed this partition is no longer alive, "
      "or the original RDD is unpersisted.\n"
      "If this problem persists, you may consider using `rdd.checkpoint()` instead, which "
      "is slower than local checkpointing but more fault-tolerant. SQLSTATE: 56000",
      ((LocalCheckpoint *)base)->original_id, split);
  return NULL;
}

static const RushRddClass local_checkpoint_class = {
  .name = "LocalCheckpointRDD",
  .partitions = checkpoint_partitions,
  .compute = checkpoint_compute,
};

RushRdd *
rush_local_checkpoint_new (RushRdd *original, guint n_partitions)
{
  LocalCheckpoint *self = rush_rdd_alloc (sizeof *self, &local_checkpoint_class, original->lineage,
                                          original->schema, NULL, 0);

  self->original_id = original->id;
  self->n = n_partitions;
  return &self->base;
}
