/* column_pruning.c - nobody computes, carries or reads a column that nobody above asks for.
 *
 *   Aggregate [k#1] [k#1, sum(v#2)]         Aggregate [k#1] [k#1, sum(v#2)]
 *   └── Join k#1 = j#4                 →    └── Project [k#1, v#2]
 *       ├── t [k#1, v#2, w#3]                   └── Join k#1 = j#4
 *       └── u [j#4, x#5]                            ├── Project [k#1, v#2]
 *                                                   │   └── t
 *                                                   └── Project [j#4]
 *                                                       └── u
 *
 * A node asks its children for what its own expressions use and what its parent asks of it.  Columns
 * that a PROJECT, AGGREGATE, WINDOW … makes and nobody asks for are not made; where a child gives
 * more than it is asked for, a PROJECT over it says so, and ends at the scan as the list of columns to
 * read.  One walk from the top does the whole tree, where Spark applies a local step again and again.
 */
#include "sql/optimizer/optimizer_private.h"

static RushPlan *prune (RushPlan *plan, const RushExprIdSet *asked, GError **error);

/* ── what is used ── */

static gboolean
add_reference (const RushExpr *node, gpointer ids)
{
  if (node->kind == RUSH_EXPR_ATTRIBUTE)
    rush_expr_id_set_add (ids, node->as.attribute.id);
  return FALSE;
}

static void
add_used (const RushExprList *list, RushExprIdSet *into)
{
  for (guint i = 0; list != NULL && i < list->n; i++)
    rush_expr_visit (list->items[i], add_reference, into);
}

/* Items of a list of named expressions that are asked for. */
static RushExprList *
asked_items (const RushExprList *named, const RushExprIdSet *asked)
{
  GPtrArray *kept = rush_expr_ptr_array ();
  for (guint i = 0; i < named->n; i++)
    if (rush_expr_id_set_has (asked, rush_expr_named_id (named->items[i])))
      g_ptr_array_add (kept, rush_expr_ref (named->items[i]));
  return rush_expr_list_from_array (kept);
}

/* @plan with a projection on top if it gives more than is asked for; takes it. */
static RushPlan *
narrow (RushPlan *plan, const RushExprIdSet *asked)
{
  g_autoptr (RushExprList) wanted = asked_items (plan->output, asked);
  if (wanted->n == plan->output->n)
    return plan;
  return rush_plan_project (g_steal_pointer (&wanted), plan);
}

/* A child that is asked for some columns gives these alone. */
static RushPlan *
pruned_child (RushPlan *child, const RushExprIdSet *asked, GError **error)
{
  RushPlan *pruned = prune (child, asked, error);
  return pruned ? narrow (pruned, asked) : NULL;
}

/* ── nodes ── */

static RushPlan *
with_one_child (RushPlan *plan, const RushExprIdSet *asked, gboolean narrow_child, GError **error)
{
  RushPlan *child = narrow_child ? pruned_child (plan->children[0], asked, error)
                                 : prune (plan->children[0], asked, error);
  return child ? rush_with_child (plan, child) : NULL;
}

/* Its own columns, as far as they are asked for; then what they use is asked of the child. */
static RushPlan *
prune_project (RushPlan *plan, const RushExprIdSet *asked, GError **error)
{
  g_autoptr (RushExprList) kept = asked_items (plan->lists[0], asked);
  g_autoptr (RushExprIdSet) below = rush_expr_id_set_new ();
  add_used (kept, below);
  /* Here the projection is itself what narrows: the child need not. */
  RushPlan *child = prune (plan->children[0], below, error);
  if (child == NULL)
    return NULL;
  g_autoptr (RushPlan) same =
      kept->n == plan->lists[0]->n
          ? rush_plan_ref (plan)
          : rush_with_list (plan, 0, g_steal_pointer (&kept));
  return rush_with_child (same, child);
}

static RushPlan *
prune_aggregate (RushPlan *plan, const RushExprIdSet *asked, GError **error)
{
  g_autoptr (RushExprList) kept = asked_items (plan->lists[1], asked);
  g_autoptr (RushExprIdSet) below = rush_expr_id_set_new ();
  add_used (plan->lists[0], below);
  add_used (kept, below);
  RushPlan *child = pruned_child (plan->children[0], below, error);
  if (child == NULL)
    return NULL;
  g_autoptr (RushPlan) same =
      kept->n == plan->lists[1]->n ? rush_plan_ref (plan)
                                   : rush_with_list (plan, 1, g_steal_pointer (&kept));
  return rush_with_child (same, child);
}

static RushPlan *
prune_window (RushPlan *plan, const RushExprIdSet *asked, GError **error)
{
  g_autoptr (RushExprList) kept = asked_items (plan->lists[0], asked);
  if (kept->n == 0)
    return prune (plan->children[0], asked, error);
  g_autoptr (RushExprIdSet) below = rush_expr_id_set_new ();
  for (guint i = 0; i < plan->children[0]->output->n; i++)
    {
      RushExprId id = rush_expr_named_id (plan->children[0]->output->items[i]);
      if (rush_expr_id_set_has (asked, id))
        rush_expr_id_set_add (below, id);
    }
  add_used (kept, below);
  add_used (plan->lists[1], below);
  add_used (plan->lists[2], below);
  RushPlan *child = pruned_child (plan->children[0], below, error);
  if (child == NULL)
    return NULL;
  g_autoptr (RushPlan) same =
      kept->n == plan->lists[0]->n ? rush_plan_ref (plan)
                                   : rush_with_list (plan, 0, g_steal_pointer (&kept));
  return rush_with_child (same, child);
}

/* The ids of @asked that @child has, and what @plan's own expressions use. */
static RushExprIdSet *
asked_and_used (const RushPlan *plan, const RushPlan *child, const RushExprIdSet *asked)
{
  RushExprIdSet *below = rush_expr_id_set_new ();
  for (guint l = 0; l < plan->n_lists; l++)
    add_used (plan->lists[l], below);
  for (guint i = 0; i < child->output->n; i++)
    {
      RushExprId id = rush_expr_named_id (child->output->items[i]);
      if (rush_expr_id_set_has (asked, id))
        rush_expr_id_set_add (below, id);
    }
  return below;
}

/* Rows pass as they are: what is asked for, and what the node itself looks at. */
static RushPlan *
prune_passing (RushPlan *plan, const RushExprIdSet *asked, GError **error)
{
  g_autoptr (RushExprIdSet) below = asked_and_used (plan, plan->children[0], asked);
  gboolean narrow_child = plan->kind != RUSH_PLAN_FILTER; /* filters go further down themselves */
  return with_one_child (plan, below, narrow_child, error);
}

static RushPlan *
prune_join (RushPlan *plan, const RushExprIdSet *asked, GError **error)
{
  RushPlan *children[2] = { NULL, NULL };
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (RushExprIdSet) below = asked_and_used (plan, plan->children[i], asked);
      children[i] = pruned_child (plan->children[i], below, error);
      if (children[i] == NULL)
        {
          rush_plan_unref (children[0]);
          return NULL;
        }
    }
  return rush_plan_with_children (plan, children);
}

/* By position: what is asked of the union's column is asked of each child's. */
static RushPlan *
prune_union (RushPlan *plan, const RushExprIdSet *asked, GError **error)
{
  g_autoptr (GPtrArray) children =
      g_ptr_array_new_with_free_func ((GDestroyNotify)rush_plan_unref);
  for (guint c = 0; c < plan->n_children; c++)
    {
      g_autoptr (RushExprIdSet) below = rush_expr_id_set_new ();
      for (guint i = 0; i < plan->output->n; i++)
        if (rush_expr_id_set_has (asked, rush_expr_named_id (plan->output->items[i])))
          rush_expr_id_set_add (below,
                                rush_expr_named_id (plan->children[c]->output->items[i]));
      RushPlan *child = pruned_child (plan->children[c], below, error);
      if (child == NULL)
        return NULL;
      g_ptr_array_add (children, child);
    }
  for (guint c = 0; c < children->len; c++)
    rush_plan_ref (children->pdata[c]);
  return rush_plan_with_children (plan, (RushPlan *const *)children->pdata);
}

/* All columns of all children: nodes that compare whole rows, and those not known here. */
static RushPlan *
prune_nothing (RushPlan *plan, GError **error)
{
  g_autoptr (GPtrArray) children =
      g_ptr_array_new_with_free_func ((GDestroyNotify)rush_plan_unref);
  for (guint c = 0; c < plan->n_children; c++)
    {
      g_autoptr (RushExprIdSet) all = rush_expr_id_set_new ();
      rush_plan_collect_output_ids (plan->children[c], all);
      RushPlan *child = prune (plan->children[c], all, error);
      if (child == NULL)
        return NULL;
      g_ptr_array_add (children, child);
    }
  if (plan->n_children == 0)
    return rush_plan_ref (plan);
  for (guint c = 0; c < children->len; c++)
    rush_plan_ref (children->pdata[c]);
  return rush_plan_with_children (plan, (RushPlan *const *)children->pdata);
}

static RushPlan *
prune (RushPlan *plan, const RushExprIdSet *asked, GError **error)
{
  switch ((guint)plan->kind)
    {
    case RUSH_PLAN_PROJECT:
      return prune_project (plan, asked, error);
    case RUSH_PLAN_AGGREGATE:
      return prune_aggregate (plan, asked, error);
    case RUSH_PLAN_WINDOW:
      return prune_window (plan, asked, error);
    case RUSH_PLAN_FILTER:
    case RUSH_PLAN_SORT:
    case RUSH_PLAN_GLOBAL_LIMIT:
    case RUSH_PLAN_LOCAL_LIMIT:
    case RUSH_PLAN_OFFSET:
    case RUSH_PLAN_TAIL:
    case RUSH_PLAN_SAMPLE:
    case RUSH_PLAN_REPARTITION:
    case RUSH_PLAN_REPARTITION_BY:
    case RUSH_PLAN_RESOLVED_HINT:
    case RUSH_PLAN_GENERATE:
    case RUSH_PLAN_PYTHON_EVAL:
      return prune_passing (plan, asked, error);
    case RUSH_PLAN_JOIN:
      return prune_join (plan, asked, error);
    case RUSH_PLAN_UNION:
      return prune_union (plan, asked, error);
    default:
      return prune_nothing (plan, error);
    }
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  g_autoptr (RushExprIdSet) all = rush_expr_id_set_new ();
  rush_plan_collect_output_ids (plan, all);
  return prune (plan, all, error);
}

const RushRule rush_optimizer_column_pruning = { "ColumnPruning", apply };
