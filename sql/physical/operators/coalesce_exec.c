/* coalesce_exec.c - fewer partitions, each the rows of several.
 *
 * Mirrors: org.apache.spark.sql.execution.CoalesceExec.
 */
#include "rdd/transform/coalesce.h"

#include "rdd/source/parallelize.h"
#include "sql/physical/operators/rows.h"

typedef struct
{
  RushExec base;
  guint n;
} CoalesceExec;

/* One partition is promised even if there is none below. */
static RushRdd *
coalesce_execute (RushExec *base, RushQuery *query, GError **error)
{
  guint n = ((CoalesceExec *)base)->n, n_below;
  g_autoptr (RushRdd) rows = rush_exec_execute (base->children[0], query, error);

  if (rows == NULL || !rush_rdd_n_partitions (rows, &n_below, error))
    return NULL;
  if (n == 1 && n_below < 1)
    {
      g_autoptr (GPtrArray) none =
          g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
      return rush_rdd_parallelize (rows->lineage, rows->schema, &none, 1);
    }
  return rush_rdd_coalesce (rows, n);
}

static RushExec *
coalesce_with_children (const RushExec *base, RushExec *const *children)
{
  return rush_coalesce_exec_new (((const CoalesceExec *)base)->n, children[0]);
}

static RushPartitioning *
coalesce_partitioning (const RushExec *base)
{
  guint n = ((const CoalesceExec *)base)->n;

  return rush_partitioning_new (n == 1 ? RUSH_PARTITIONING_SINGLE : RUSH_PARTITIONING_UNKNOWN, n,
                                NULL);
}

static char *
coalesce_arguments (const RushExec *base)
{
  return g_strdup_printf (" %u", ((const CoalesceExec *)base)->n);
}

static const RushExecClass coalesce_class = {
  .name = "Coalesce",
  .with_children = coalesce_with_children,
  .arguments = coalesce_arguments,
  .output_partitioning = coalesce_partitioning,
  .execute = coalesce_execute,
};

RushExec *
rush_coalesce_exec_new (guint n, RushExec *child)
{
  CoalesceExec *self = rush_exec_alloc (sizeof *self, &coalesce_class,
                                        rush_expr_list_ref (child->output), 1, &child);

  self->n = n;
  return &self->base;
}
