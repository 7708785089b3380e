/* columnar_to_row.c - where Spark turns columns into rows.
 *
 * Here all operators take batches of columns, so that nothing is to be done.  Plans have the node
 * where Spark's have it: above a source that reads columns (Parquet, ORC), as part of the fused
 * stage that begins there.
 *
 * Mirrors: org.apache.spark.sql.execution.{ColumnarToRowExec,
 *          ApplyColumnarRulesAndInsertTransitions}.
 */
#include "sql/physical/operators/basic.h"

static RushIterator *
columnar_to_row_open (const RushExec *base, RushIterator *child, guint split, RushTaskContext *ctx,
                      RushEvalContext *eval, GError **error)
{
  return child;
}

static RushExec *
columnar_to_row_with_children (const RushExec *base, RushExec *const *children)
{
  return rush_columnar_to_row_exec_new (children[0]);
}

static const RushExecClass columnar_to_row_class = {
  .name = "ColumnarToRow",
  .fusible = TRUE,
  .with_children = columnar_to_row_with_children,
  .open = columnar_to_row_open,
};

RushExec *
rush_columnar_to_row_exec_new (RushExec *child)
{
  return rush_exec_alloc (sizeof (RushExec), &columnar_to_row_class,
                          rush_expr_list_ref (child->output), 1, &child);
}

static RushExec *
insert_above (RushExec *self /* taken over */, gpointer data, GError **error)
{
  return self->klass->columnar ? rush_columnar_to_row_exec_new (self) : self;
}

RushExec *
rush_insert_transitions (RushExec *plan)
{
  return rush_exec_transform_up (plan, insert_above, NULL, NULL);
}
