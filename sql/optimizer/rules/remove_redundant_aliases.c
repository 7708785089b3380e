/* remove_redundant_aliases.c - a column that is only given its own name again.
 *
 *   Filter (a#7 > 1)                        Filter (a#1 > 1)
 *   └── Project [a#1 AS a#7]         →      └── Project [a#1]
 *       └── t                                   └── t
 *
 * From the leaves up: where an alias goes, all nodes above use the column that it stood for.  It
 * stays where that column's id is taken: both sides of a join, and a set operation's children, must
 * keep apart; a subquery keeps its columns' ids, since conditions outside of it name them.
 */
#include "sql/optimizer/optimizer_private.h"

#include <string.h>

/* Ids that must not come out of a plan: of lists, and of what is taken around them. */
typedef struct _Taken Taken;
struct _Taken
{
  const Taken *around;          /* or NULL */
  const RushExprList *lists[2]; /* or NULL */
};

static RushPlan *clean (RushPlan *node, const Taken *taken);

static gboolean
is_taken (const Taken *taken, RushExprId id)
{
  for (; taken != NULL; taken = taken->around)
    for (guint l = 0; l < G_N_ELEMENTS (taken->lists); l++)
      for (guint i = 0; taken->lists[l] != NULL && i < taken->lists[l]->n; i++)
        if (rush_expr_named_id (taken->lists[l]->items[i]) == id)
          return TRUE;
  return FALSE;
}

/* Old id → the column in its place, for those that changed. */
static void
note_changes (RushAliases *changes, const RushExprList *before, const RushExprList *after)
{
  for (guint i = 0; i < before->n && i < after->n; i++)
    if (rush_expr_named_id (before->items[i]) != rush_expr_named_id (after->items[i]) &&
        rush_aliases_get (changes, rush_expr_named_id (before->items[i])) == NULL)
      rush_aliases_set (changes, rush_expr_named_id (before->items[i]),
                        rush_expr_ref (after->items[i]));
}

/* ---- a list ---- */

static gboolean
is_redundant (const RushExpr *item, const Taken *taken)
{
  if (item->kind != RUSH_EXPR_ALIAS || item->children[0]->kind != RUSH_EXPR_ATTRIBUTE ||
      item->as.attribute.metadata != NULL)
    return FALSE;
  const RushExpr *column = item->children[0];
  return g_str_equal (rush_expr_name (column), rush_expr_name (item)) &&
         !is_taken (taken, rush_expr_named_id (column)) &&
         !is_taken (taken, rush_expr_named_id (item));
}

/* Does the column come out under its own id, or under another alias, too? */
static gboolean
comes_twice (const RushExprList *list, guint at)
{
  RushExprId id = rush_expr_named_id (list->items[at]->children[0]);

  for (guint i = 0; i < list->n; i++)
    {
      const RushExpr *source =
          list->items[i]->kind == RUSH_EXPR_ALIAS ? list->items[i]->children[0] : list->items[i];
      if (i != at && source->kind == RUSH_EXPR_ATTRIBUTE && rush_expr_named_id (source) == id)
        return TRUE;
    }
  return FALSE;
}

static RushExprList *
clean_list (const RushExprList *list, const Taken *taken)
{
  GPtrArray *items = rush_expr_ptr_array ();

  for (guint i = 0; i < list->n; i++)
    g_ptr_array_add (items,
                     rush_expr_ref (is_redundant (list->items[i], taken) && !comes_twice (list, i)
                                        ? list->items[i]->children[0]
                                        : list->items[i]));
  return rush_expr_list_from_array (items);
}

/* ---- the kinds ---- */

static RushPlan *
clean_join (RushPlan *node, const Taken *taken)
{
  g_autoptr (RushAliases) changes = rush_aliases_new ();
  Taken not_right = { taken, { node->children[1]->output, NULL } };
  RushPlan *left = clean (node->children[0], &not_right);
  Taken not_left = { taken, { node->children[0]->output, left->output } };
  RushPlan *right = clean (node->children[1], &not_left);

  note_changes (changes, node->children[0]->output, left->output);
  note_changes (changes, node->children[1]->output, right->output);
  g_autoptr (RushPlan) over = rush_plan_with_children (node, (RushPlan *[]){ left, right });
  return rush_with_list (over, 0, rush_substitute_list (over->lists[0], changes));
}

/* What a union, say, calls its columns must stay as it is. */
static RushPlan *
clean_apart (RushPlan *node, const Taken *taken)
{
  g_autofree RushPlan **children = g_new (RushPlan *, node->n_children);

  for (guint i = 0; i < node->n_children; i++)
    {
      Taken own = { taken, { node->children[i]->output, NULL } };
      children[i] = clean (node->children[i], &own);
    }
  return rush_plan_with_children (node, children);
}

static RushPlan *
clean_unary (RushPlan *node, const Taken *taken)
{
  g_autoptr (RushAliases) changes = rush_aliases_new ();
  RushPlan *child = clean (node->children[0], taken);
  RushExprList *lists[G_N_ELEMENTS (node->lists)];

  note_changes (changes, node->children[0]->output, child->output);
  g_autoptr (RushPlan) over = rush_with_child (node, child);
  for (guint i = 0; i < over->n_lists; i++)
    {
      gboolean produced =
          (node->kind == RUSH_PLAN_EXPAND && i == 0) ||
          (node->kind != RUSH_PLAN_PROJECT && node->kind != RUSH_PLAN_AGGREGATE &&
           node->kind != RUSH_PLAN_EXPAND && i == 1 &&
           (node->kind == RUSH_PLAN_GENERATE || node->kind == RUSH_PLAN_PYTHON_EVAL ||
            node->kind == RUSH_PLAN_MAP_IN_PYTHON));
      g_autoptr (RushExprList) list = produced ? rush_expr_list_ref (over->lists[i])
                                               : rush_substitute_list (over->lists[i], changes);
      gboolean named = (node->kind == RUSH_PLAN_PROJECT && i == 0) ||
                       (node->kind == RUSH_PLAN_AGGREGATE && i == 1);
      lists[i] = named ? clean_list (list, taken) : g_steal_pointer (&list);
    }
  return rush_plan_with_lists (over, lists);
}

static RushPlan *
clean (RushPlan *node, const Taken *taken)
{
  if (node->n_children == 0)
    return rush_plan_ref (node);
  if (node->kind == RUSH_PLAN_JOIN)
    return clean_join (node, taken);
  /* Subqueries and commands have columns of their own; a lateral side names those of the other. */
  if (node->n_children > 1 || node->kind == RUSH_PLAN_COMMAND)
    return clean_apart (node, taken);
  return clean_unary (node, taken);
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  RushOptimization *self = data;
  Taken own = { NULL, { plan->output, NULL } };

  if (plan->output == NULL)
    return rush_plan_ref (plan);
  return clean (plan, self->depth > 0 ? &own : NULL);
}

const RushRule rush_optimizer_remove_redundant_aliases = { "RemoveRedundantAliases", apply };
