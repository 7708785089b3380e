/* query_checkpoint.c - DataFrame.checkpoint () and localCheckpoint (): a plan becomes the rows that
 * it makes.
 *
 * A loop whose round names the frame of the last round twice has a plan that doubles a round.  Kept
 * rows do not help: a plan over them is read, analyzed and optimized as a whole all the same.
 *
 *     Join (Join (…, …), Join (…, …))  ──▶  LogicalRDD [id#0, x#1]  ──▶  Scan ExistingRDD
 *
 * The rows are an RDD of batches that is marked for a checkpoint, which cuts its lineage, too.
 * What the plan knew of them goes on: ids, size, partitioning, order.  The frame holds the plan,
 * the plan holds the RDD: with the frame's last copy go the blocks, or the files, if cleaners may.
 *
 * Mirrors: Dataset.checkpoint, org.apache.spark.sql.execution.LogicalRDD.fromDataset.
 */
#include "rdd/checkpoint.h"
#include "rdd/transform/map_partitions.h"
#include "sql/physical/execution.h"
#include "sql/physical/query_private.h"
#include "sql/physical/query_state_private.h"
#include "sql/physical/row_layout.h"

static RushIterator *
same_rows (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  return rows;
}

static gboolean
mark (RushQuery *self, RushRdd *rows, const RushCheckpointOptions *checkpoint, GError **error)
{
  if (checkpoint->kind == RUSH_CHECKPOINT_RELIABLE)
    return rush_rdd_checkpoint (rush_query_context (self), rows, error);
  if (checkpoint->level != NULL && !rush_rdd_persist (rows, checkpoint->level, error))
    return FALSE;
  rush_rdd_mark_checkpoint (rows, RUSH_CHECKPOINT_LOCAL);
  return TRUE;
}

/* An RDD of its own, whoever else holds the one that the plan gives. (transfer full) */
static RushRdd *
checkpointed_rows (RushQuery *self, RushExec *plan, const RushCheckpointOptions *checkpoint,
                   GError **error)
{
  g_autoptr (RushRdd) made = rush_query_execute (self, plan, error);

  if (made == NULL)
    return NULL;
  g_autoptr (RushRdd) rows =
      rush_rdd_map_partitions (made, made->schema, same_rows, NULL, NULL, TRUE);
  if (!mark (self, rows, checkpoint, error))
    return NULL;
  if (!checkpoint->lazy && !rush_context_make_checkpoints (rush_query_context (self), rows,
                                                           rush_query_job_options (self), error))
    return NULL;
  return g_steal_pointer (&rows);
}

RushPlan *
rush_query_checkpoint (RushQuery *self, const RushCheckpointOptions *checkpoint,
                       const RushExecutionOptions *options, GError **error)
{
  GError *failure = NULL;
  RushPlan *cut = NULL;

  rush_query_lock (self);
  RushExec *plan = rush_query_executed_plan (self, error);
  if (plan != NULL)
    {
      gboolean begun = rush_execution_begin (self, plan, options, TRUE);
      RushRdd *rows = checkpointed_rows (self, plan, checkpoint, &failure);

      if (rows != NULL)
        cut = rush_plan_made_rdd (
            rows, rush_expr_list_ref (rush_query_analyzed (self, NULL)->output),
            rush_plan_statistics (rush_query_optimized (self, NULL)), rush_row_layout_of (plan));
      if (begun)
        rush_execution_end (self, failure);
      if (failure != NULL)
        g_propagate_error (error, failure);
    }
  rush_query_unlock (self);
  return cut;
}
