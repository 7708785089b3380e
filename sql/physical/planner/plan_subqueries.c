/* plan_subqueries.c - scalar subqueries that depend on no outer row: each is a query of its own,
 * run before the one that it stands in, and its value is a constant there.
 *
 * Mirrors: org.apache.spark.sql.execution.{PlanSubqueries,ScalarSubquery,SubqueryExec}.
 */
#include "core/data/gather.h"
#include "sql/physical/adaptive/adaptive_plan.h"
#include "sql/physical/planner/planner.h"
#include "sql/physical/query_state_private.h"

static gboolean
note_subquery (const RushExpr *node, gpointer data)
{
  if (node->kind == RUSH_EXPR_SCALAR_SUBQUERY)
    g_ptr_array_add (data, (gpointer)node);
  return FALSE;
}

static void
collect_subqueries (const RushExec *plan, GPtrArray *into)
{
  g_autoptr (GPtrArray) exprs = g_ptr_array_new ();

  if (plan->klass->expressions != NULL)
    plan->klass->expressions (plan, exprs);
  for (guint i = 0; i < exprs->len; i++)
    if (((RushExpr *)exprs->pdata[i])->flags & RUSH_EXPR_HAS_SUBQUERY)
      rush_expr_visit (exprs->pdata[i], note_subquery, into);
  if (rush_exec_is_adaptive (plan))
    collect_subqueries (rush_adaptive_exec_initial (plan), into);
  for (guint i = 0; i < plan->n_children; i++)
    collect_subqueries (plan->children[i], into);
}

/* The one value of @batches as a column of one row: null if there is no row. */
static RushColumn *
single_value (const GPtrArray *batches, const RushType *type, GError **error)
{
  RushColumn *column = NULL, *value;
  guint row = 0;

  for (guint b = 0; b < batches->len; b++)
    {
      const RushBatch *batch = batches->pdata[b];

      if (batch->length > 1 || (batch->length == 1 && column != NULL))
        {
          rush_sql_error_set (error, RUSH_SQL_CLASS_SCALAR_SUBQUERY_TOO_MANY_ROWS, NULL, NULL);
          return NULL;
        }
      if (batch->length == 1)
        {
          column = batch->columns[0];
          row = rush_batch_row (batch, 0);
        }
    }
  if (column == NULL)
    {
      guint32 none = RUSH_NO_ROW;
      g_autoptr (RushColumn) null =
          rush_column_new_constant_null (type, 1, rush_allocator_system (), error);
      return null != NULL ? rush_column_take (null, &none, 1, rush_allocator_system (), error)
                          : NULL;
    }
  value = rush_column_slice (column, row, 1);
  RushColumn *plain = rush_column_flatten (value, rush_allocator_system (), error);
  rush_column_unref (value);
  return plain;
}

static gboolean
run_subquery (RushQuery *self, const RushExpr *subquery, GError **error)
{
  RushExecutionOptions options = { .job = &self->job };
  g_autoptr (RushQuery) inner =
      rush_query_new_optimized (&self->environment, subquery->as.subquery.plan);
  g_autoptr (GPtrArray) batches = rush_query_collect (inner, &options, error);
  RushColumn *value = batches != NULL ? single_value (batches, subquery->type, error) : NULL;

  if (value == NULL)
    return FALSE;
  g_hash_table_insert (self->subquery_values,
                       g_memdup2 (&subquery->as.subquery.id, sizeof subquery->as.subquery.id),
                       value);
  return TRUE;
}

static void
free_value (gpointer value)
{
  rush_column_unref (value);
}

gboolean
rush_query_run_subqueries (RushQuery *self, RushExec *plan, GError **error)
{
  g_autoptr (GPtrArray) subqueries = g_ptr_array_new ();

  collect_subqueries (plan, subqueries);
  for (guint i = 0; i < subqueries->len; i++)
    {
      const RushExpr *subquery = subqueries->pdata[i];

      if (self->subquery_values == NULL)
        self->subquery_values =
            g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, free_value);
      if (!g_hash_table_contains (self->subquery_values, &subquery->as.subquery.id) &&
          !run_subquery (self, subquery, error))
        return FALSE;
    }
  return TRUE;
}
