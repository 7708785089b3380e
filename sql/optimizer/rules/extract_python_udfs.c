/* extract_python_udfs.c - calls of Python's functions are evaluated by a node of their own.
 *
 *   Filter (f(a#1) > 3)               Project [a#1, b#2]
 *   └── t                             └── Filter (pythonUDF0#9 > 3)
 *                             →           └── ArrowEvalPython [f(a#1)], [pythonUDF0#9]
 *                                             └── t
 *
 * What Python can evaluate goes first, all of one kind together, below the node: to the child that
 * has its columns.  That is a call whose arguments are no Python, or a chain of such of one kind,
 * f (g (a)), which the worker calls one after the other.  What is left has attributes in their
 * place; so f (g (a) + 1) becomes two nodes, one upon the other.  Nodes that put out what comes in
 * get a Project on top, which drops the results.
 *
 * Mirrors:  ExtractPythonUDFs (collectEvaluableUDFs, canEvaluateInPython).
 */
#include "sql/optimizer/optimizer_private.h"

#define SQL_SCALAR_PANDAS_ITER_UDF 204

typedef struct
{
  gint eval_type;     /* of the first one; others wait for the next round */
  GPtrArray *calls;   /* refs */
  GPtrArray *results; /* attributes, one a call */
} Extraction;

static gboolean
is_same_call (const RushExpr *a, const RushExpr *b)
{
  return a == b || ((a->flags & RUSH_EXPR_DETERMINISTIC) ? rush_expr_semantic_equal (a, b)
                                                         : rush_expr_equal (a, b));
}

static RushExpr *
result_of (const Extraction *self, const RushExpr *call)
{
  for (guint i = 0; i < self->calls->len; i++)
    if (is_same_call (self->calls->pdata[i], call))
      return self->results->pdata[i];
  return NULL;
}

static gboolean
calls_python (RushExpr *const *arguments, guint n)
{
  for (guint i = 0; i < n; i++)
    if (arguments[i]->flags & RUSH_EXPR_HAS_PYTHON)
      return TRUE;
  return FALSE;
}

/* A call, or a chain of them. */
static gboolean
can_evaluate_in_python (const RushExpr *call)
{
  const RushExpr *inner = call->n_children == 1 ? call->children[0] : NULL;

  while (inner != NULL && inner->kind == RUSH_EXPR_PYTHON_UDF)
    {
      if (inner->as.python.function->eval_type != call->as.python.function->eval_type)
        return FALSE;
      call = inner;
      inner = call->n_children == 1 ? call->children[0] : NULL;
    }
  return !calls_python (call->children, call->n_children);
}

/* One of an iterator is alone in its node: it decides how much it reads. */
static gboolean
goes_with_others (const Extraction *self, gint eval_type)
{
  return self->calls->len == 0 ||
         (eval_type == self->eval_type && eval_type != SQL_SCALAR_PANDAS_ITER_UDF);
}

static gboolean
collect_call (const RushExpr *node, gpointer data)
{
  Extraction *self = data;

  if (!(node->flags & RUSH_EXPR_HAS_PYTHON))
    return TRUE;
  if (node->kind != RUSH_EXPR_PYTHON_UDF || !can_evaluate_in_python (node))
    return FALSE;
  gint eval_type = node->as.python.function->eval_type;
  if (!goes_with_others (self, eval_type))
    return FALSE; /* but what it is called with may */
  if (result_of (self, node) != NULL)
    return TRUE;
  self->eval_type = eval_type;
  g_autofree char *name = g_strdup_printf ("pythonUDF%u", self->calls->len);
  g_ptr_array_add (self->calls, rush_expr_ref ((RushExpr *)node));
  g_ptr_array_add (self->results,
                   rush_expr_attribute (name, node->type, TRUE, rush_expr_id_new (), NULL));
  return TRUE;
}

static RushExpr *
replace_call (RushExpr *node, gpointer data, GError **error)
{
  RushExpr *result = node->kind == RUSH_EXPR_PYTHON_UDF ? result_of (data, node) : NULL;

  return rush_expr_ref (result != NULL ? result : node);
}

/* A chain as a whole, not the calls within it. */
static RushExprList *
replace_calls (const RushExprList *list, Extraction *all, GError **error)
{
  g_autoptr (GPtrArray) items = rush_expr_ptr_array ();

  for (guint i = 0; i < list->n; i++)
    {
      RushExpr *item = rush_expr_transform_down (list->items[i], replace_call, all, error);

      if (item == NULL)
        return NULL;
      g_ptr_array_add (items, item);
    }
  return rush_expr_list_from_array (g_steal_pointer (&items));
}

static RushExprList *
list_of (const GPtrArray *items)
{
  for (guint i = 0; i < items->len; i++)
    rush_expr_ref (items->pdata[i]);
  return rush_expr_list_new (items->len, (RushExpr **)items->pdata);
}

/* The calls whose columns @child has are evaluated above it.  (transfer full) */
static RushPlan *
evaluate_above (RushPlan *child, const Extraction *all)
{
  g_autoptr (GPtrArray) calls = rush_expr_ptr_array ();
  g_autoptr (GPtrArray) results = rush_expr_ptr_array ();

  for (guint i = 0; i < all->calls->len; i++)
    if (rush_uses_only (all->calls->pdata[i], child->output))
      {
        g_ptr_array_add (calls, rush_expr_ref (all->calls->pdata[i]));
        g_ptr_array_add (results, rush_expr_ref (all->results->pdata[i]));
      }
  if (calls->len == 0)
    return rush_plan_ref (child);
  return rush_plan_python (RUSH_PLAN_PYTHON_EVAL, all->eval_type, list_of (calls),
                           list_of (results), rush_plan_ref (child));
}

/* What a call over both sides is evaluated over, no child has: it cannot be extracted. */
static gboolean
drop_unevaluable (const RushPlan *node, Extraction *self)
{
  for (guint i = self->calls->len; i-- > 0;)
    {
      gboolean found = FALSE;

      for (guint c = 0; c < node->n_children && !found; c++)
        found = rush_uses_only (self->calls->pdata[i], node->children[c]->output);
      if (found)
        continue;
      g_ptr_array_remove_index (self->calls, i);
      g_ptr_array_remove_index (self->results, i);
    }
  return self->calls->len > 0;
}

/* One round; the same node if there is nothing (more) to extract. */
static RushPlan *
extract (RushPlan *node, GError **error)
{
  g_autoptr (GPtrArray) calls = rush_expr_ptr_array ();
  g_autoptr (GPtrArray) results = rush_expr_ptr_array ();
  Extraction all = { 0, calls, results };
  RushExprList *lists[G_N_ELEMENTS (node->lists)] = { NULL };
  g_autofree RushPlan **children = g_new (RushPlan *, node->n_children);

  for (guint l = 0; l < node->n_lists; l++)
    for (guint i = 0; i < node->lists[l]->n; i++)
      rush_expr_visit (node->lists[l]->items[i], collect_call, &all);
  if (!drop_unevaluable (node, &all))
    return rush_plan_ref (node);
  for (guint l = 0; l < node->n_lists; l++)
    {
      lists[l] = replace_calls (node->lists[l], &all, error);
      if (lists[l] == NULL)
        return NULL;
    }
  for (guint c = 0; c < node->n_children; c++)
    children[c] = evaluate_above (node->children[c], &all);
  g_autoptr (RushPlan) fed = rush_plan_with_children (node, children);
  return rush_plan_with_lists (fed, lists);
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  if (!(node->flags & RUSH_EXPR_HAS_PYTHON) || node->n_children == 0 || !node->resolved ||
      node->kind == RUSH_PLAN_PYTHON_EVAL || node->kind == RUSH_PLAN_MAP_IN_PYTHON)
    return rush_plan_ref (node);
  RushPlan *now = rush_plan_ref (node);
  for (;;)
    {
      RushPlan *next = extract (now, error);
      gboolean same = next == now;
      rush_plan_unref (now);
      if (next == NULL)
        return NULL;
      now = next;
      if (same)
        break;
    }
  return rush_project_onto (node->output, now);
}

RUSH_PLAN_RULE_UP (extract_python_udfs, "ExtractPythonUDFs");
