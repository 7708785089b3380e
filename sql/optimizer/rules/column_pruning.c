/* column_pruning.c - columns that nobody asks for do not come along.
 *
 *   Aggregate [a#1] [sum(b#2)]                   Aggregate [a#1] [sum(b#2)]
 *   └── Join (a#1 = k#5)                  →      └── Project [a#1, b#2]
 *       ├── t [a#1, b#2, c#3]                        └── Join (a#1 = k#5)
 *       └── u [k#5, d#6]                                 ├── Project [a#1, b#2]
 *                                                        │   └── t
 *                                                        └── Project [k#5]
 *                                                            └── u
 *
 * One walk from the top: each node is told which of its columns are wanted, leaves out what it
 * makes for nobody, and tells its children what it needs.  Where a child still gives more, a
 * Project cuts it down.  None is put directly below a filter or a projection: the planner sees
 * through these to the scan, and reads only what all of them use.
 */
#include "sql/optimizer/rule_seams.h"

static RushPlan *prune (RushPlan *node, const RushExprIdSet *wanted);

/* ---- sets ---- */

static void
add_references (RushExprIdSet *into, const RushExprList *list)
{
  for (guint i = 0; i < list->n; i++)
    rush_expr_collect_references (list->items[i], into);
}

static void
add_wanted (RushExprIdSet *into, const RushExprList *columns, const RushExprIdSet *wanted)
{
  for (guint i = 0; i < columns->n; i++)
    {
      RushExprId id = rush_expr_named_id (columns->items[i]);
      if (rush_expr_id_set_has (wanted, id))
        rush_expr_id_set_add (into, id);
    }
}

/* The items of @named that are wanted. */
static RushExprList *
keep (const RushExprList *named, const RushExprIdSet *wanted)
{
  GPtrArray *kept = rush_expr_ptr_array ();

  for (guint i = 0; i < named->n; i++)
    if (rush_expr_id_set_has (wanted, rush_expr_named_id (named->items[i])))
      g_ptr_array_add (kept, rush_expr_ref (named->items[i]));
  return rush_expr_list_from_array (kept);
}

/* ---- cutting down ---- */

/* @child (taken over) with the wanted columns alone. */
static RushPlan *
cut (RushPlan *child, const RushExprIdSet *wanted)
{
  for (guint i = 0; i < child->output->n; i++)
    if (!rush_expr_id_set_has (wanted, rush_expr_named_id (child->output->items[i])))
      return rush_plan_project (keep (child->output, wanted), child);
  return child;
}

static RushPlan *
pruned_child (RushPlan *node, guint i, const RushExprIdSet *wanted)
{
  return cut (prune (node->children[i], wanted), wanted);
}

/* ---- the kinds ---- */

static RushPlan *
prune_project (RushPlan *node, const RushExprIdSet *wanted)
{
  g_autoptr (RushExprIdSet) needed = rush_expr_id_set_new ();
  g_autoptr (RushPlan) smaller = rush_with_list (node, 0, keep (node->lists[0], wanted));

  add_references (needed, smaller->lists[0]);
  return rush_with_child (smaller, prune (node->children[0], needed));
}

static RushPlan *
prune_aggregate (RushPlan *node, const RushExprIdSet *wanted)
{
  g_autoptr (RushExprIdSet) needed = rush_expr_id_set_new ();
  g_autoptr (RushPlan) smaller = rush_with_list (node, 1, keep (node->lists[1], wanted));

  add_references (needed, smaller->lists[0]);
  add_references (needed, smaller->lists[1]);
  return rush_with_child (smaller, pruned_child (node, 0, needed));
}

static RushPlan *
prune_window (RushPlan *node, const RushExprIdSet *wanted)
{
  g_autoptr (RushExprIdSet) needed = rush_expr_id_set_new ();
  RushExprList *windows = keep (node->lists[0], wanted);

  if (windows->n == 0)
    {
      rush_expr_list_unref (windows);
      return prune (node->children[0], wanted);
    }
  g_autoptr (RushPlan) smaller = rush_with_list (node, 0, windows);
  add_wanted (needed, node->children[0]->output, wanted);
  for (guint i = 0; i < smaller->n_lists; i++)
    add_references (needed, smaller->lists[i]);
  return rush_with_child (smaller, pruned_child (node, 0, needed));
}

static RushPlan *
prune_join (RushPlan *node, const RushExprIdSet *wanted)
{
  g_autoptr (RushExprIdSet) needed = rush_expr_id_set_new ();
  RushPlan *children[2];

  add_references (needed, node->lists[0]);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (RushExprIdSet) own = rush_expr_id_set_new ();
      add_wanted (own, node->children[i]->output, needed);
      add_wanted (own, node->children[i]->output, wanted);
      children[i] = pruned_child (node, i, own);
    }
  return rush_plan_with_children (node, children);
}

/* The wanted positions of every child. */
static RushPlan *
prune_union (RushPlan *node, const RushExprIdSet *wanted)
{
  g_autofree RushPlan **children = g_new (RushPlan *, node->n_children);

  for (guint i = 0; i < node->n_children; i++)
    {
      RushPlan *child = node->children[i];
      g_autoptr (RushExprIdSet) own = rush_expr_id_set_new ();
      GPtrArray *columns = rush_expr_ptr_array ();
      for (guint j = 0; j < node->output->n; j++)
        if (rush_expr_id_set_has (wanted, rush_expr_named_id (node->output->items[j])))
          {
            rush_expr_id_set_add (own, rush_expr_named_id (child->output->items[j]));
            g_ptr_array_add (columns, rush_expr_ref (child->output->items[j]));
          }
      g_autoptr (RushExprList) list = rush_expr_list_from_array (columns);
      children[i] = rush_project_onto (list, prune (child, own));
    }
  return rush_plan_with_children (node, children);
}

typedef struct
{
  GArray *unrequired;
} Generate;

static void
set_unrequired (RushPlan *copy, gpointer data)
{
  g_clear_pointer (&copy->as.generate.unrequired, g_array_unref);
  copy->as.generate.unrequired = ((Generate *)data)->unrequired;
}

static RushPlan *
prune_generate (RushPlan *node, const RushExprIdSet *wanted)
{
  g_autoptr (RushExprIdSet) needed = rush_expr_id_set_new ();

  add_wanted (needed, node->children[0]->output, wanted);
  add_references (needed, node->lists[0]);
  RushPlan *child = pruned_child (node, 0, needed);
  GArray *unrequired = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 0; i < child->output->n; i++)
    if (!rush_expr_id_set_has (wanted, rush_expr_named_id (child->output->items[i])))
      g_array_append_val (unrequired, i);
  const GArray *before = node->as.generate.unrequired;
  if ((before != NULL ? before->len : 0) == unrequired->len && child == node->children[0])
    {
      g_array_unref (unrequired);
      return rush_with_child (node, child);
    }
  g_autoptr (RushPlan) over = rush_with_child (node, child);
  Generate generate = { unrequired };
  return rush_plan_edit (over, set_unrequired, &generate);
}

static RushPlan *
prune_expand (RushPlan *node, const RushExprIdSet *wanted)
{
  guint width = node->lists[0]->n, n = node->as.expand.n_projections;
  g_autoptr (RushExprIdSet) needed = rush_expr_id_set_new ();
  GPtrArray *projections = rush_expr_ptr_array ();

  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < width; j++)
      if (rush_expr_id_set_has (wanted, rush_expr_named_id (node->lists[0]->items[j])))
        g_ptr_array_add (projections, rush_expr_ref (node->lists[1]->items[i * width + j]));
  RushExprList *list = rush_expr_list_from_array (projections);
  add_references (needed, list);
  g_autoptr (RushPlan) smaller =
      rush_plan_with_lists (node, (RushExprList *[]){ keep (node->lists[0], wanted), list });
  return rush_with_child (smaller, pruned_child (node, 0, needed));
}

/* One child, whose columns come out again. */
static RushPlan *
prune_passing (RushPlan *node, const RushExprIdSet *wanted, gboolean cuts)
{
  g_autoptr (RushExprIdSet) needed = rush_expr_id_set_new ();

  add_wanted (needed, node->children[0]->output, wanted);
  for (guint i = 0; i < node->n_lists; i++)
    if (node->kind != RUSH_PLAN_PYTHON_EVAL || i == 0)
      add_references (needed, node->lists[i]);
  return rush_with_child (node, cuts ? pruned_child (node, 0, needed)
                                     : prune (node->children[0], needed));
}

/* All that the children have is wanted. */
static RushPlan *
prune_nothing (RushPlan *node)
{
  g_autofree RushPlan **children = g_new (RushPlan *, node->n_children);

  for (guint i = 0; i < node->n_children; i++)
    {
      g_autoptr (RushExprIdSet) all = rush_expr_id_set_new ();
      rush_plan_collect_output_ids (node->children[i], all);
      children[i] = prune (node->children[i], all);
    }
  return rush_plan_with_children (node, children);
}

static RushPlan *
prune (RushPlan *node, const RushExprIdSet *wanted)
{
  switch ((int)node->kind)
    {
    case RUSH_PLAN_PROJECT:
      return prune_project (node, wanted);
    case RUSH_PLAN_AGGREGATE:
      return prune_aggregate (node, wanted);
    case RUSH_PLAN_WINDOW:
      return prune_window (node, wanted);
    case RUSH_PLAN_JOIN:
      return prune_join (node, wanted);
    case RUSH_PLAN_UNION:
      return prune_union (node, wanted);
    case RUSH_PLAN_GENERATE:
      return prune_generate (node, wanted);
    case RUSH_PLAN_EXPAND:
      return prune_expand (node, wanted);
    case RUSH_PLAN_FILTER:
    case RUSH_PLAN_GLOBAL_LIMIT: /* the planner looks for limits over limits, and over sorts */
    case RUSH_PLAN_LOCAL_LIMIT:
    case RUSH_PLAN_OFFSET:
    case RUSH_PLAN_TAIL:
      return prune_passing (node, wanted, FALSE);
    case RUSH_PLAN_SORT:
    case RUSH_PLAN_SAMPLE:
    case RUSH_PLAN_REPARTITION:
    case RUSH_PLAN_REPARTITION_BY:
    case RUSH_PLAN_PYTHON_EVAL:
      return prune_passing (node, wanted, TRUE);
    default:
      return node->n_children > 0 ? prune_nothing (node) : rush_plan_ref (node);
    }
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  g_autoptr (RushExprIdSet) all = rush_expr_id_set_new ();

  if (plan->output == NULL)
    return prune_nothing (plan);
  rush_plan_collect_output_ids (plan, all);
  return prune (plan, all);
}

const RushRule rush_optimizer_column_pruning = { "ColumnPruning", apply };
