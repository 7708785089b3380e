/* a join asks for all that its sides have */
/* caught by: pruned_plans */
/* rules.c - three rules of an optimizer, in place of the engine's own.
 *
 *   a query's plan ─▶ ConstantFolding ─▶ PushDownPredicates ─▶ ColumnPruning ─▶ … again, until
 *                                                             nothing changes any more
 *
 * A rule takes a plan and returns one that gives the same rows.  Nodes are values: a rule makes new
 * ones, and hands on (rush_plan_ref (), rush_expr_ref ()) those that may stay.  A rule that has
 * nothing to do returns the plan that it was given.
 *
 * What you write stands between BEGIN and END; the rest is given.
 */
#include "sql/optimizer/rule_seams.h"

/* ══ 1. ConstantFolding: what needs no row is computed now ══ */

/* May child @i of @node go without being evaluated, though the node is?  Then it must not be an
 * error of the whole query that the child has no value. */
static G_GNUC_UNUSED gboolean
may_be_skipped (const RushExpr *node, guint i)
{
  /* BEGIN SOLUTION */
  switch ((int)node->kind)
    {
    case RUSH_EXPR_IF: /* condition, then, else */
    case RUSH_EXPR_CASE_WHEN:
    case RUSH_EXPR_COALESCE:
    case RUSH_EXPR_AND:
    case RUSH_EXPR_OR:
      return i > 0;
    default:
      return FALSE;
    }
  /* END SOLUTION */
}

/* @node with every constant in it as a literal.  @skippable: it may go without being evaluated. */
static RushExpr *
fold (RushExpr *node, gpointer data, gboolean skippable, GError **error)
{
  /* BEGIN SOLUTION */
  if (rush_is_constant (node))
    {
      RushExpr *value = rush_value_of_constant (node, data, skippable ? NULL : error);
      return value == NULL && skippable ? rush_expr_ref (node) : value;
    }
  if (node->n_children == 0 || node->kind == RUSH_EXPR_LAMBDA)
    return rush_expr_ref (node);
  g_autofree RushExpr **children = g_new (RushExpr *, node->n_children);
  for (guint i = 0; i < node->n_children; i++)
    {
      children[i] = fold (node->children[i], data, skippable || may_be_skipped (node, i), error);
      if (children[i] == NULL)
        {
          while (i-- > 0)
            rush_expr_unref (children[i]);
          return NULL;
        }
    }
  return rush_expr_with_children (node, children);
  /* END SOLUTION */
}

static RushExpr *
fold_item (RushExpr *item, gpointer data, GError **error)
{
  return fold (item, data, FALSE, error);
}

static RushPlan *
fold_node (RushPlan *node, gpointer data, GError **error)
{
  return rush_map_expressions (node, fold_item, data, error);
}

static RushPlan *
fold_plan (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_up (plan, fold_node, data, error);
}

static const RushRule folding = { "my folding", fold_plan };

/* ══ 2. PushDownPredicates: filters go down as far as they may ══ */

/* Conjuncts of @filter that look at @columns alone go below @node, its child; the others stay
 * above. NULL: there are none. */
static RushPlan *
split (RushPlan *filter, RushPlan *node, const RushExprList *columns)
{
  GPtrArray *up = rush_conjuncts_of (filter->lists[0]);
  GPtrArray *down = rush_take_evaluable (up, columns);

  if (down->len == 0)
    {
      g_ptr_array_unref (up);
      g_ptr_array_unref (down);
      return NULL;
    }
  RushPlan *child = rush_filter_if_any (down, rush_plan_ref (node->children[0]));
  return rush_filter_if_any (up, rush_with_child (node, child));
}

/* Filter (c1, Filter (c2, x)) is Filter (c2 AND c1, x). */
static RushPlan *
through_filter (RushPlan *upper, RushPlan *lower)
{
  GPtrArray *all;

  if (!rush_all_deterministic (lower->lists[0]))
    return NULL;
  all = rush_conjuncts_of (lower->lists[0]);
  g_autoptr (GPtrArray) more = rush_conjuncts_of (upper->lists[0]);
  for (guint i = 0; i < more->len; i++)
    if (!rush_contains_semantic (all, more->pdata[i]))
      g_ptr_array_add (all, rush_expr_ref (more->pdata[i]));
  return rush_filter_if_any (all, rush_plan_ref (lower->children[0]));
}

/* PROJECT: lists[0] are its columns, made of those of its child.  A column that is not
 * deterministic must not be computed twice. */
static RushPlan *
through_project (RushPlan *filter, RushPlan *project)
{
  /* BEGIN SOLUTION */
  if (!rush_all_deterministic (project->lists[0]))
    return NULL;
  g_autoptr (RushAliases) aliases = rush_aliases_of (project->lists[0]);
  RushExpr *condition = rush_substitute (filter->lists[0]->items[0], aliases);
  return rush_with_child (project,
                          rush_plan_filter (condition, rush_plan_ref (project->children[0])));
  /* END SOLUTION */
}

/* WINDOW: lists[1] is what its partitions are made by. */
static RushPlan *
through_window (RushPlan *filter, RushPlan *window)
{
  /* BEGIN SOLUTION */
  const RushExprList *partition = window->lists[1];

  for (guint i = 0; i < partition->n; i++)
    if (partition->items[i]->kind != RUSH_EXPR_ATTRIBUTE)
      return NULL;
  return partition->n > 0 ? split (filter, window, partition) : NULL;
  /* END SOLUTION */
}

/* AGGREGATE: conditions on groups alone, and only if there are any. */
static RushPlan *
through_aggregate (RushPlan *filter, RushPlan *aggregate)
{
  GPtrArray *groups = rush_expr_ptr_array ();

  for (guint i = 0; i < aggregate->lists[0]->n; i++)
    if (aggregate->lists[0]->items[i]->kind == RUSH_EXPR_ATTRIBUTE)
      g_ptr_array_add (groups, rush_expr_ref (aggregate->lists[0]->items[i]));
  g_autoptr (RushExprList) columns = rush_expr_list_from_array (groups);
  return columns->n > 0 && rush_all_deterministic (aggregate->lists[1])
             ? split (filter, aggregate, columns)
             : NULL;
}

/* May a condition that is about side @side (0: left, 1: right) alone go below the join?  It stands
 * in a filter above the join (WHERE), or is the join's own (ON). */
static G_GNUC_UNUSED gboolean
may_go (RushJoinType type, guint side, gboolean is_on)
{
  /* BEGIN SOLUTION */
  switch (type)
    {
    case RUSH_JOIN_INNER:
    case RUSH_JOIN_CROSS:
      return TRUE;
    case RUSH_JOIN_LEFT_SEMI: /* nothing of the right comes out: no WHERE is about it */
      return TRUE;
    case RUSH_JOIN_LEFT_OUTER: /* a row of the left that fails ON stays, with nulls */
    case RUSH_JOIN_LEFT_ANTI:
    case RUSH_JOIN_EXISTENCE:
      return side == (is_on ? 1 : 0);
    case RUSH_JOIN_RIGHT_OUTER:
      return side == (is_on ? 0 : 1);
    case RUSH_JOIN_FULL_OUTER:
      return FALSE;
    }
  g_return_val_if_reached (FALSE);
  /* END SOLUTION */
}

/* Moves what may go from @conjuncts into filters on the sides of @join, which become @out_sides.
 * FALSE: nothing may; then there are no @out_sides. */
static gboolean
move_to_sides (GPtrArray *conjuncts, RushPlan *join, gboolean are_on, RushPlan *out_sides[2])
{
  /* BEGIN SOLUTION */
  guint n = conjuncts->len;

  for (guint side = 0; side < 2; side++)
    {
      RushPlan *child = join->children[side];
      GPtrArray *down = may_go (join->as.join.type, side, are_on)
                            ? rush_take_evaluable (conjuncts, child->output)
                            : rush_expr_ptr_array ();
      out_sides[side] = rush_filter_if_any (down, rush_plan_ref (child));
    }
  if (conjuncts->len < n)
    return TRUE;
  rush_plan_unref (out_sides[0]);
  rush_plan_unref (out_sides[1]);
  return FALSE;
  /* END SOLUTION */
}

static RushPlan *
with_condition (RushPlan *join, GPtrArray *conjuncts)
{
  RushExpr *all = rush_all_of (conjuncts);

  return rush_with_list (join, 0, rush_expr_list_new (all != NULL ? 1 : 0, &all));
}

/* A filter above an inner join that is about both sides becomes the join's condition. */
static RushPlan *
into_join (RushPlan *filter, RushPlan *join)
{
  RushJoinType type = join->as.join.type;
  GPtrArray *all = rush_conjuncts_of (filter->lists[0]);

  if ((type != RUSH_JOIN_INNER && type != RUSH_JOIN_CROSS) ||
      !rush_all_deterministic (filter->lists[0]) ||
      rush_list_has_flag (filter->lists[0], RUSH_EXPR_HAS_SUBQUERY))
    {
      g_ptr_array_unref (all);
      return NULL;
    }
  for (guint i = 0; i < join->lists[0]->n; i++)
    rush_expr_split_conjuncts (join->lists[0]->items[i], all);
  return with_condition (join, all);
}

static RushPlan *
through_join (RushPlan *filter, RushPlan *join)
{
  GPtrArray *rest = rush_conjuncts_of (filter->lists[0]);
  RushPlan *sides[2];

  if (move_to_sides (rest, join, FALSE, sides))
    return rush_filter_if_any (rest, rush_plan_with_children (join, sides));
  g_ptr_array_unref (rest);
  return into_join (filter, join);
}

static RushPlan *
push_condition (RushPlan *join)
{
  GPtrArray *rest = rush_conjuncts_of (join->lists[0]);
  RushPlan *sides[2];

  if (!move_to_sides (rest, join, TRUE, sides))
    {
      g_ptr_array_unref (rest);
      return NULL;
    }
  g_autoptr (RushPlan) shorter = with_condition (join, rest);
  return rush_plan_with_children (shorter, sides);
}

/* One step down for the condition of this node, if it has one. */
static RushPlan *
push_node (RushPlan *node, gpointer data, GError **error)
{
  RushPlan *made = NULL, *below = node->n_children > 0 ? node->children[0] : NULL;

  if (node->kind == RUSH_PLAN_JOIN)
    made = push_condition (node);
  else if (node->kind == RUSH_PLAN_FILTER && below->kind == RUSH_PLAN_FILTER)
    made = through_filter (node, below);
  else if (node->kind == RUSH_PLAN_FILTER && below->kind == RUSH_PLAN_PROJECT)
    made = through_project (node, below);
  else if (node->kind == RUSH_PLAN_FILTER && below->kind == RUSH_PLAN_WINDOW)
    made = through_window (node, below);
  else if (node->kind == RUSH_PLAN_FILTER && below->kind == RUSH_PLAN_AGGREGATE)
    made = through_aggregate (node, below);
  else if (node->kind == RUSH_PLAN_FILTER && below->kind == RUSH_PLAN_JOIN)
    made = through_join (node, below);
  else if (node->kind == RUSH_PLAN_FILTER &&
           (below->kind == RUSH_PLAN_SORT || below->kind == RUSH_PLAN_DISTINCT))
    made = split (node, below, below->children[0]->output);
  return made != NULL ? made : rush_plan_ref (node);
}

static RushPlan *
push_plan (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_down (plan, push_node, data, error);
}

static const RushRule pushing = { "my push-down", push_plan };

/* ══ 3. ColumnPruning: columns that nobody asks for stay behind ══ */

static RushPlan *prune (RushPlan *node, const RushExprIdSet *wanted);
static RushPlan *prune_nothing (RushPlan *node);

/* All columns that the expressions of @list look at. */
static void
add_references (RushExprIdSet *into, const RushExprList *list)
{
  for (guint i = 0; i < list->n; i++)
    rush_expr_collect_references (list->items[i], into);
}

/* Those of @columns that are @wanted. */
static void
add_wanted (RushExprIdSet *into, const RushExprList *columns, const RushExprIdSet *wanted)
{
  for (guint i = 0; i < columns->n; i++)
    if (rush_expr_id_set_has (wanted, rush_expr_named_id (columns->items[i])))
      rush_expr_id_set_add (into, rush_expr_named_id (columns->items[i]));
}

static RushExprList *
keep (const RushExprList *named, const RushExprIdSet *wanted)
{
  GPtrArray *kept = rush_expr_ptr_array ();

  for (guint i = 0; i < named->n; i++)
    if (rush_expr_id_set_has (wanted, rush_expr_named_id (named->items[i])))
      g_ptr_array_add (kept, rush_expr_ref (named->items[i]));
  return rush_expr_list_from_array (kept);
}

/* Child @i of @node, pruned; a PROJECT on top of it if it still has more than is wanted. */
static RushPlan *
pruned_child (RushPlan *node, guint i, const RushExprIdSet *wanted)
{
  RushPlan *child = prune (node->children[i], wanted);
  g_autoptr (RushExprList) columns = keep (child->output, wanted);

  return rush_project_onto (columns, child);
}

/* PROJECT: lists[0] are its columns.  No PROJECT is put below it: prune () its child, which may
 * still give more than is used here. */
static RushPlan *
prune_project (RushPlan *node, const RushExprIdSet *wanted)
{
  /* BEGIN SOLUTION */
  g_autoptr (RushExprIdSet) needed = rush_expr_id_set_new ();
  g_autoptr (RushPlan) smaller = rush_with_list (node, 0, keep (node->lists[0], wanted));

  add_references (needed, smaller->lists[0]);
  return rush_with_child (smaller, prune (node->children[0], needed));
  /* END SOLUTION */
}

/* FILTER: lists[0] is its condition.  No PROJECT is put below it, either. */
static RushPlan *
prune_filter (RushPlan *node, const RushExprIdSet *wanted)
{
  /* BEGIN SOLUTION */
  g_autoptr (RushExprIdSet) needed = rush_expr_id_set_new ();

  add_wanted (needed, node->output, wanted);
  add_references (needed, node->lists[0]);
  return rush_with_child (node, prune (node->children[0], needed));
  /* END SOLUTION */
}

/* AGGREGATE: lists[0] are the groups, lists[1] its columns. */
static RushPlan *
prune_aggregate (RushPlan *node, const RushExprIdSet *wanted)
{
  /* BEGIN SOLUTION */
  g_autoptr (RushExprIdSet) needed = rush_expr_id_set_new ();
  g_autoptr (RushPlan) smaller = rush_with_list (node, 1, keep (node->lists[1], wanted));

  add_references (needed, smaller->lists[0]);
  add_references (needed, smaller->lists[1]);
  return rush_with_child (smaller, pruned_child (node, 0, needed));
  /* END SOLUTION */
}

/* JOIN: lists[0] is its condition; its columns are those of its children. */
static RushPlan *
prune_join (RushPlan *node, const RushExprIdSet *wanted)
{
  /* BEGIN SOLUTION */
  RushPlan *sides[2];

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (RushExprIdSet) used = rush_expr_id_set_new ();
      g_autoptr (RushExprIdSet) needed = rush_expr_id_set_new ();
      add_references (used, node->lists[0]);
      add_wanted (needed, node->children[i]->output, used);
      rush_plan_collect_output_ids (node->children[i], needed);
      sides[i] = pruned_child (node, i, needed);
    }
  return rush_plan_with_children (node, sides);
  /* END SOLUTION */
}

/* SORT and the like: what comes in goes out. */
static RushPlan *
prune_passing (RushPlan *node, const RushExprIdSet *wanted)
{
  g_autoptr (RushExprIdSet) needed = rush_expr_id_set_new ();

  add_wanted (needed, node->output, wanted);
  for (guint i = 0; i < node->n_lists; i++)
    add_references (needed, node->lists[i]);
  return rush_with_child (node, node->kind == RUSH_PLAN_SORT ? pruned_child (node, 0, needed)
                                                             : prune (node->children[0], needed));
}

/* WINDOW: lists[0] are its own columns, the others what they look at. */
static RushPlan *
prune_window (RushPlan *node, const RushExprIdSet *wanted)
{
  g_autoptr (RushExprList) windows = keep (node->lists[0], wanted);
  g_autoptr (RushExprIdSet) needed = rush_expr_id_set_new ();

  if (windows->n == 0)
    return prune (node->children[0], wanted);
  g_autoptr (RushPlan) smaller = rush_with_list (node, 0, rush_expr_list_ref (windows));
  add_wanted (needed, node->children[0]->output, wanted);
  for (guint i = 0; i < smaller->n_lists; i++)
    add_references (needed, smaller->lists[i]);
  return rush_with_child (smaller, pruned_child (node, 0, needed));
}

/* All other kinds: everything that the children have is wanted. */
static RushPlan *
prune_nothing (RushPlan *node)
{
  g_autofree RushPlan **children = g_new (RushPlan *, node->n_children + 1);

  for (guint i = 0; i < node->n_children; i++)
    {
      g_autoptr (RushExprIdSet) all = rush_expr_id_set_new ();
      rush_plan_collect_output_ids (node->children[i], all);
      children[i] = prune (node->children[i], all);
    }
  return node->n_children > 0 ? rush_plan_with_children (node, children) : rush_plan_ref (node);
}

/* @node with at least the @wanted ones of its columns. */
static RushPlan *
prune (RushPlan *node, const RushExprIdSet *wanted)
{
  switch ((int)node->kind)
    {
    case RUSH_PLAN_PROJECT:
      return prune_project (node, wanted);
    case RUSH_PLAN_FILTER:
      return prune_filter (node, wanted);
    case RUSH_PLAN_AGGREGATE:
      return prune_aggregate (node, wanted);
    case RUSH_PLAN_JOIN:
      return prune_join (node, wanted);
    case RUSH_PLAN_WINDOW:
      return prune_window (node, wanted);
    case RUSH_PLAN_SORT:
    case RUSH_PLAN_GLOBAL_LIMIT:
    case RUSH_PLAN_LOCAL_LIMIT:
      return prune_passing (node, wanted);
    default:
      return prune_nothing (node);
    }
}

static RushPlan *
prune_plan (RushPlan *plan, gpointer data, GError **error)
{
  g_autoptr (RushExprIdSet) all = rush_expr_id_set_new ();

  if (plan->output == NULL)
    return prune_nothing (plan);
  rush_plan_collect_output_ids (plan, all);
  return prune (plan, all);
}

static const RushRule pruning = { "my pruning", prune_plan };

/* ══ the plug-in ══ */

RUSH_PLUGIN (RUSH_CONSTANT_FOLDING_PART (&folding), RUSH_PUSH_DOWN_PREDICATES_PART (&pushing),
             RUSH_COLUMN_PRUNING_PART (&pruning));
