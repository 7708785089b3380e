/* plan_subqueries.c - scalar subqueries that depend on no outer row: each is a query of its own,
 * run before the one that it stands in, and its value is a constant there.
 *
 * What stands twice in a query (or gives the same in another way of writing) runs once.
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
collect_from_node (const RushExec *plan, GPtrArray *into)
{
  g_autoptr (GPtrArray) exprs = g_ptr_array_new ();

  if (plan->klass->expressions != NULL)
    plan->klass->expressions (plan, exprs);
  for (guint i = 0; i < exprs->len; i++)
    if (((RushExpr *)exprs->pdata[i])->flags & RUSH_EXPR_HAS_SUBQUERY)
      rush_expr_visit (exprs->pdata[i], note_subquery, into);
}

/* In the order in which Spark meets them, the first of those that are equal being the one that
 * runs: an adaptive plan is looked at from the top down, another one from the leaves up. */
static void
collect_subqueries (const RushExec *plan, gboolean top_down, GPtrArray *into)
{
  if (rush_exec_is_adaptive (plan))
    collect_subqueries (rush_adaptive_exec_initial (plan), TRUE, into);
  if (top_down)
    collect_from_node (plan, into);
  for (guint i = 0; i < plan->n_children; i++)
    collect_subqueries (plan->children[i], top_down, into);
  if (!top_down)
    collect_from_node (plan, into);
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

/* ---- the queries ---- */

typedef struct
{
  gint64 id;
  RushQuery *query; /* (owned) */
  gboolean reused;  /* another one of the list runs it */
} Subquery;

static void
subquery_free (gpointer data)
{
  rush_query_unref (((Subquery *)data)->query);
  g_free (data);
}

static Subquery *
find (RushQuery *self, gint64 id)
{
  for (guint i = 0; self->subqueries != NULL && i < self->subqueries->len; i++)
    if (((Subquery *)self->subqueries->pdata[i])->id == id)
      return self->subqueries->pdata[i];
  return NULL;
}

/* One that is there already and gives the same; NULL: none. */
static Subquery *
find_same (RushQuery *self, const RushPlan *plan)
{
  for (guint i = 0; i < self->subqueries->len; i++)
    {
      Subquery *other = self->subqueries->pdata[i];
      if (rush_plan_same_result (other->query->optimized, plan))
        return other;
    }
  return NULL;
}

static void
add_subquery (RushQuery *self, const RushExpr *expr)
{
  Subquery *same, *subquery;

  if (self->subqueries == NULL)
    self->subqueries = g_ptr_array_new_with_free_func (subquery_free);
  if (find (self, expr->as.subquery.id) != NULL)
    return;
  same = rush_settings_get_bool (rush_query_settings (self), "spark.sql.execution.reuseSubquery")
             ? find_same (self, expr->as.subquery.plan)
             : NULL;
  subquery = g_new (Subquery, 1);
  *subquery = (Subquery){ expr->as.subquery.id,
                          same != NULL ? rush_query_ref (same->query)
                                       : rush_query_new_optimized (&self->environment,
                                                                   expr->as.subquery.plan),
                          same != NULL };
  g_ptr_array_add (self->subqueries, subquery);
}

void
rush_query_plan_subqueries (RushQuery *self, RushExec *plan)
{
  g_autoptr (GPtrArray) exprs = g_ptr_array_new ();

  collect_subqueries (plan, FALSE, exprs);
  for (guint i = 0; i < exprs->len; i++)
    add_subquery (self, exprs->pdata[i]);
}

RushQuery *
rush_query_subquery (RushQuery *self, gint64 id, gint64 *out_main)
{
  const Subquery *subquery = find (self, id);
  RushExec *plan = subquery != NULL ? rush_query_executed_plan (subquery->query, NULL) : NULL;

  if (plan == NULL)
    return NULL;
  for (guint i = 0; i < self->subqueries->len; i++)
    {
      const Subquery *other = self->subqueries->pdata[i];
      if (other->query == subquery->query && !other->reused)
        *out_main = other->id;
    }
  rush_query_plan_subqueries (subquery->query, plan);
  return subquery->query;
}

/* ---- running ---- */

static void
keep_value (RushQuery *self, gint64 id, RushColumn *value /* taken over */)
{
  g_hash_table_insert (self->subquery_values, g_memdup2 (&id, sizeof id), value);
}

/* The value that the query it is reused from has given; NULL: it runs by itself. */
static RushColumn *
value_of_same (RushQuery *self, const Subquery *subquery)
{
  for (guint i = 0; subquery->reused && i < self->subqueries->len; i++)
    {
      const Subquery *other = self->subqueries->pdata[i];
      if (other != subquery && other->query == subquery->query)
        return g_hash_table_lookup (self->subquery_values, &other->id);
    }
  return NULL;
}

static gboolean
run_subquery (RushQuery *self, const RushExpr *expr, GError **error)
{
  const Subquery *subquery = find (self, expr->as.subquery.id);
  RushColumn *value = value_of_same (self, subquery);
  RushExecutionOptions options = { .job = &self->job };
  g_autoptr (GPtrArray) batches = NULL;

  if (value == NULL)
    {
      batches = rush_query_collect (subquery->query, &options, error);
      value = batches != NULL ? single_value (batches, expr->type, error) : NULL;
    }
  else
    value = rush_column_ref (value);
  if (value == NULL)
    return FALSE;
  keep_value (self, expr->as.subquery.id, value);
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

  rush_query_plan_subqueries (self, plan);
  collect_subqueries (plan, FALSE, subqueries);
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
