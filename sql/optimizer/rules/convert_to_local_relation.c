/* convert_to_local_relation.c - rows that the driver has already need no job.
 *
 *   Project [(a#1 + 1) AS b#3]             LocalRelation [b#3]
 *   └── Filter (a#1 > 1)            →
 *       └── LocalRelation [a#1, c#2]
 *
 * Projections, filters and limits over rows of the program's text are evaluated here, on the
 * driver: the query then shows a LocalTableScan alone, and collecting it starts no job.  What the
 * driver cannot evaluate (subqueries, functions in Python, what is not deterministic) stays.
 */
#include "sql/optimizer/optimizer_private.h"

static gboolean
can_evaluate (const RushExpr *expr)
{
  const RushExprFlags unevaluable = RUSH_EXPR_HAS_SUBQUERY | RUSH_EXPR_HAS_PYTHON |
                                    RUSH_EXPR_HAS_AGGREGATE | RUSH_EXPR_HAS_WINDOW |
                                    RUSH_EXPR_HAS_GENERATOR | RUSH_EXPR_HAS_OUTER;

  return (expr->flags & unevaluable) == 0 && rush_is_deterministic (expr);
}

static gboolean
can_evaluate_all (const RushExprList *list)
{
  for (guint i = 0; i < list->n; i++)
    if (!can_evaluate (list->items[i]))
      return FALSE;
  return TRUE;
}

static GPtrArray *
new_batches (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
}

/* ---- the three kinds; NULL with @error ---- */

static RushBatch *
project_batch (RushBatch *batch, RushSchema *schema, GPtrArray *bound, RushEvalContext *eval,
               GError **error)
{
  g_autoptr (GPtrArray) columns =
      g_ptr_array_new_with_free_func ((GDestroyNotify)rush_column_unref);

  for (guint i = 0; i < bound->len; i++)
    {
      RushColumn *column = rush_evaluate (bound->pdata[i], batch, eval, error);
      if (column == NULL)
        return NULL;
      g_ptr_array_add (columns, column);
    }
  g_autoptr (RushBatch) whole =
      rush_batch_new (schema, batch->physical_length, (RushColumn **)columns->pdata);
  g_ptr_array_set_free_func (columns, NULL);
  return batch->selection != NULL
             ? rush_batch_select (whole, rush_buffer_ref (batch->selection), batch->length)
             : g_steal_pointer (&whole);
}

static RushPlan *
project_rows (RushPlan *project, RushPlan *rows, RushEvalContext *eval, GError **error)
{
  g_autoptr (GPtrArray) batches = new_batches (), bound = rush_expr_ptr_array ();
  g_autoptr (RushSchema) schema = rush_plan_schema (project);

  for (guint i = 0; i < project->lists[0]->n; i++)
    {
      RushExpr *item = project->lists[0]->items[i];
      g_ptr_array_add (
          bound,
          rush_expr_bind (item->kind == RUSH_EXPR_ALIAS ? item->children[0] : item, rows->output));
    }
  for (guint b = 0; b < rows->as.local.batches->len; b++)
    {
      RushBatch *made =
          project_batch (rows->as.local.batches->pdata[b], schema, bound, eval, error);
      if (made == NULL)
        return NULL;
      g_ptr_array_add (batches, made);
    }
  return rush_plan_local (rush_expr_list_ref (project->output), g_steal_pointer (&batches));
}

static RushPlan *
filter_rows (RushPlan *filter, RushPlan *rows, RushEvalContext *eval, GError **error)
{
  g_autoptr (GPtrArray) batches = new_batches ();
  g_autoptr (RushExpr) bound = rush_expr_bind (filter->lists[0]->items[0], rows->output);

  for (guint b = 0; b < rows->as.local.batches->len; b++)
    {
      g_autoptr (GError) failure = NULL;
      RushBatch *kept =
          rush_evaluate_filter (bound, rows->as.local.batches->pdata[b], eval, &failure);
      if (failure != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }
      if (kept != NULL)
        g_ptr_array_add (batches, kept);
    }
  return rush_plan_local (rush_expr_list_ref (rows->output), g_steal_pointer (&batches));
}

static RushPlan *
first_rows (RushPlan *rows, gint64 n)
{
  GPtrArray *batches = new_batches ();

  for (guint b = 0; b < rows->as.local.batches->len && n > 0; b++)
    {
      RushBatch *batch = rows->as.local.batches->pdata[b];
      guint taken = (guint)MIN (n, (gint64)batch->length);
      g_ptr_array_add (batches, rush_batch_slice (batch, 0, taken));
      n -= taken;
    }
  return rush_plan_local (rush_expr_list_ref (rows->output), batches);
}

/* ---- the rule ---- */

/* GlobalLimit over LocalLimit over the rows: the rows below both. */
static RushPlan *
below_limits (RushPlan *node)
{
  if (node->kind != RUSH_PLAN_GLOBAL_LIMIT || node->children[0]->kind != RUSH_PLAN_LOCAL_LIMIT)
    return node;
  return node->children[0]->children[0];
}

static RushPlan *
evaluated (RushPlan *node, RushOptimization *self, GError **error)
{
  RushPlan *child = node->n_children == 1 ? node->children[0] : NULL;
  gint64 limit;

  if (node->kind == RUSH_PLAN_GLOBAL_LIMIT)
    {
      child = below_limits (node);
      return child->kind == RUSH_PLAN_LOCAL_RELATION && rush_limit_of (node, &limit)
                 ? first_rows (child, limit)
                 : rush_plan_ref (node);
    }
  if (child == NULL || child->kind != RUSH_PLAN_LOCAL_RELATION)
    return rush_plan_ref (node);
  if (node->kind == RUSH_PLAN_PROJECT && can_evaluate_all (node->lists[0]))
    return project_rows (node, child, self->evaluation, error);
  if (node->kind == RUSH_PLAN_FILTER && can_evaluate_all (node->lists[0]))
    return filter_rows (node, child, self->evaluation, error);
  return rush_plan_ref (node);
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  g_autoptr (GError) failure = NULL;
  RushPlan *made = evaluated (node, data, &failure);

  if (made != NULL || failure == NULL)
    return made;
  /* What only a task can do stays; what fails for these rows fails now, as in Spark. */
  if (failure->domain == RUSH_CORE_ERROR)
    return rush_plan_ref (node);
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

RUSH_PLAN_RULE_UP (convert_to_local_relation, "ConvertToLocalRelation");
