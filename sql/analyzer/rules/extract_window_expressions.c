/* extract_window_expressions.c - ExtractWindowExpressions: windows get a node of their own.
 *
 *   'Project [k#1, sum(v#2) OVER (PARTITION BY s#3) + 1 AS x#7]
 *   +- t
 *        ↓
 *   Project [k#1, x#7]                                       what was asked for
 *   +- Project [k#1, v#2, s#3, _we0#9, (_we0#9 + 1) AS x#7]   what is computed of the windows
 *      +- Window [sum(v#2) … AS _we0#9], [s#3]               one node a specification
 *         +- Project [k#1, v#2, s#3]                         what the windows need
 *            +- t
 *
 * Over an aggregate, aggregate functions inside a window's arguments are computed by the aggregate:
 * sum(sum(v)) OVER (…) becomes sum(_w0#5) with sum(v) AS _w0#5 below.
 *
 * Mirrors: ExtractWindowExpressions.
 */
#include "sql/analyzer/analysis_private.h"

typedef struct
{
  GPtrArray *regular; /* named expressions below the windows */
  guint n_below;      /* _w0, _w1 … */
  gboolean aggregate; /* over an aggregate */
} Extraction;

/* ── what stands below ── */

static RushExpr *
below (Extraction *extraction, RushExpr *expr)
{
  g_autofree char *name = NULL;
  RushExpr *alias;

  if (expr->flags & RUSH_EXPR_FOLDABLE)
    return rush_expr_ref (expr);
  if (expr->kind == RUSH_EXPR_ATTRIBUTE)
    {
      for (guint i = 0; i < extraction->regular->len; i++)
        if (rush_expr_named_id (extraction->regular->pdata[i]) == expr->as.attribute.id)
          return rush_expr_ref (expr);
      g_ptr_array_add (extraction->regular, rush_expr_ref (expr));
      return rush_expr_ref (expr);
    }
  for (guint i = 0; i < extraction->regular->len; i++)
    {
      RushExpr *known = extraction->regular->pdata[i];

      if (known->kind == RUSH_EXPR_ALIAS && rush_expr_semantic_equal (known->children[0], expr))
        return rush_expr_to_attribute (known);
    }
  name = g_strdup_printf ("_w%u", extraction->n_below++);
  alias = rush_expr_alias (rush_expr_ref (expr), name, 0);
  g_ptr_array_add (extraction->regular, alias);
  return rush_expr_to_attribute (alias);
}

/* The arguments of a window's function. */
static RushExpr *
pull_arguments (Extraction *extraction, RushExpr *function)
{
  g_autofree RushExpr **children = g_new (RushExpr *, function->n_children);

  for (guint i = 0; i < function->n_children; i++)
    children[i] = below (extraction, function->children[i]);
  return rush_expr_with_children (function, children);
}

static RushExpr *
pull_window (Extraction *extraction, RushExpr *window)
{
  g_autofree RushExpr **children = g_new (RushExpr *, window->n_children);

  children[0] = pull_arguments (extraction, window->children[0]);
  for (guint i = 1; i < window->n_children; i++)
    {
      RushExpr *child = window->children[i];

      children[i] = child->kind == RUSH_EXPR_SORT_ORDER
                        ? rush_expr_with_children (
                              child, &(RushExpr *){ below (extraction, child->children[0]) })
                        : below (extraction, child);
    }
  return rush_expr_with_children (window, children);
}

/* Recurses: window → its parts; all else that needs no window → below. */
static RushExpr *
pull (Extraction *extraction, RushExpr *expr)
{
  g_autofree RushExpr **children = NULL;

  if (expr->kind == RUSH_EXPR_WINDOW)
    return pull_window (extraction, expr);
  if (expr->kind == RUSH_EXPR_ATTRIBUTE || expr->kind == RUSH_EXPR_AGGREGATE)
    return below (extraction, expr);
  if (!(expr->flags & RUSH_EXPR_HAS_WINDOW) && extraction->aggregate)
    return below (extraction, expr);
  children = g_new (RushExpr *, expr->n_children);
  for (guint i = 0; i < expr->n_children; i++)
    children[i] = pull (extraction, expr->children[i]);
  return rush_expr_with_children (expr, children);
}

/* ── the windows ── */

typedef struct
{
  RushExpr *first;    /* its first window: partition and order; borrowed */
  GPtrArray *aliases; /* (owned) ALIASed windows */
} Group;

static void
free_group (gpointer data)
{
  Group *group = data;

  g_clear_pointer (&group->aliases, g_ptr_array_unref);
  g_free (group);
}

static gboolean
same_specification (const RushExpr *a, const RushExpr *b)
{
  if (a->n_children != b->n_children || a->as.window.n_partition != b->as.window.n_partition)
    return FALSE;
  for (guint i = 1; i < a->n_children; i++)
    if (!rush_expr_semantic_equal (a->children[i], b->children[i]))
      return FALSE;
  return TRUE;
}

static void
add_to_group (GPtrArray *groups, RushExpr *alias)
{
  RushExpr *window = alias->children[0];
  Group *group = NULL;

  for (guint i = 0; i < groups->len && group == NULL; i++)
    if (same_specification (((Group *)groups->pdata[i])->first, window))
      group = groups->pdata[i];
  if (group == NULL)
    {
      group = g_new (Group, 1);
      group->first = window;
      group->aliases = rush_expr_array_new ();
      g_ptr_array_add (groups, group);
    }
  g_ptr_array_add (group->aliases, alias);
}

typedef struct
{
  GPtrArray *groups;
  guint n_inner; /* _we0, _we1 … */
} Windows;

static RushExpr *
name_inner (RushExpr *node, gpointer data, GError **error)
{
  Windows *windows = data;
  g_autofree char *name = NULL;
  RushExpr *alias;

  if (node->kind != RUSH_EXPR_WINDOW)
    return rush_expr_ref (node);
  name = g_strdup_printf ("_we%u", windows->n_inner++);
  alias = rush_expr_alias (rush_expr_ref (node), name, 0);
  add_to_group (windows->groups, alias);
  return rush_expr_to_attribute (alias);
}

/* x AS name, with windows inside: their attributes instead. */
static RushExpr *
replace_windows (Windows *windows, RushExpr *named)
{
  if (named->kind == RUSH_EXPR_ALIAS && named->children[0]->kind == RUSH_EXPR_WINDOW)
    {
      add_to_group (windows->groups, rush_expr_ref (named));
      return rush_expr_to_attribute (named);
    }
  return rush_expr_transform_up (named, name_inner, windows, NULL);
}

static RushExprList *
children_of (const RushExpr *window, guint from, guint to)
{
  GPtrArray *items = rush_expr_array_new ();

  for (guint i = from; i < to; i++)
    g_ptr_array_add (items, rush_expr_ref (window->children[i]));
  return rush_expr_list_from_array (items);
}

static RushPlan *
add_windows (RushPlan *child, const GPtrArray *with_windows)
{
  g_autoptr (GPtrArray) groups = g_ptr_array_new_with_free_func (free_group);
  g_autoptr (GPtrArray) computed = rush_expr_array_new ();
  Windows windows = { groups, 0 };
  RushPlan *plan = child;
  GPtrArray *items;

  for (guint i = 0; i < with_windows->len; i++)
    g_ptr_array_add (computed, replace_windows (&windows, with_windows->pdata[i]));
  for (guint i = 0; i < groups->len; i++)
    {
      Group *group = groups->pdata[i];
      guint n_partition = group->first->as.window.n_partition;

      plan = rush_plan_window (
          rush_expr_list_from_array (g_steal_pointer (&group->aliases)),
          children_of (group->first, 1, 1 + n_partition),
          children_of (group->first, 1 + n_partition, group->first->n_children), plan);
    }
  items = rush_expr_list_to_array (plan->output);
  for (guint i = 0; i < computed->len; i++)
    g_ptr_array_add (items, rush_expr_ref (computed->pdata[i]));
  return rush_plan_project (rush_expr_list_from_array (items), plan);
}

/* ── the rule ── */

static gboolean
all_resolved (const RushExprList *list)
{
  for (guint i = 0; i < list->n; i++)
    if (!rush_expr_is_resolved (list->items[i]) ||
        (list->items[i]->kind != RUSH_EXPR_ALIAS && list->items[i]->kind != RUSH_EXPR_ATTRIBUTE))
      return FALSE;
  return TRUE;
}

static RushPlan *
extract (RushPlan *node, gpointer data, GError **error)
{
  gboolean aggregate = node->kind == RUSH_PLAN_AGGREGATE;
  RushExprList *list;
  g_autoptr (GPtrArray) regular = NULL, with_windows = NULL, finals = NULL;
  Extraction extraction;
  RushPlan *lower;

  if (!rush_check_clause (node, error))
    return NULL;
  if ((node->kind != RUSH_PLAN_PROJECT && !aggregate) || !(node->flags & RUSH_EXPR_HAS_WINDOW) ||
      !node->children[0]->resolved)
    return rush_plan_ref (node);
  list = node->lists[aggregate ? 1 : 0];
  if (!all_resolved (list) || (aggregate && !all_resolved (node->lists[1])))
    return rush_plan_ref (node);
  regular = rush_expr_array_new ();
  with_windows = rush_expr_array_new ();
  finals = rush_expr_array_new ();
  extraction = (Extraction){ regular, 0, aggregate };
  for (guint i = 0; i < list->n; i++)
    if (!(list->items[i]->flags & RUSH_EXPR_HAS_WINDOW))
      g_ptr_array_add (regular, rush_expr_ref (list->items[i]));
  for (guint i = 0; i < list->n; i++)
    {
      if (list->items[i]->flags & RUSH_EXPR_HAS_WINDOW)
        g_ptr_array_add (with_windows, pull (&extraction, list->items[i]));
      g_ptr_array_add (finals, rush_expr_to_attribute (list->items[i]));
    }
  lower = aggregate ? rush_plan_aggregate (rush_expr_list_ref (node->lists[0]),
                                           rush_expr_list_from_array (g_steal_pointer (&regular)),
                                           rush_plan_ref (node->children[0]))
                    : rush_plan_project (rush_expr_list_from_array (g_steal_pointer (&regular)),
                                         rush_plan_ref (node->children[0]));
  return rush_plan_project (rush_expr_list_from_array (g_steal_pointer (&finals)),
                            add_windows (lower, with_windows));
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_up (plan, extract, data, error);
}

const RushRule rush_rule_extract_window_expressions = { "ExtractWindowExpressions", apply };
