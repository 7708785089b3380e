/* rewrite_predicate_subquery.c - EXISTS and IN become joins.
 *
 *   Filter exists#5 [a#1] && (a#1 = a#2)             Join LeftSemi, (a#1 = a#2)
 *   │      └── u                               →     ├── t
 *   └── t                                            └── u
 *
 *   EXISTS        LeftSemi     NOT EXISTS   LeftAnti
 *   a IN (…)      LeftSemi, (a = b)
 *   a NOT IN (…)  LeftAnti, (a = b) OR isnull(a = b): one null on the right, and no row is left;
 *                 join.null_aware says that it is such a join
 *   under OR      an existence join adds a boolean column, which stands for the subquery
 */
#include "sql/optimizer/decorrelate_private.h"

static gboolean
is_predicate (const RushExpr *expr)
{
  return expr->kind == RUSH_EXPR_EXISTS || expr->kind == RUSH_EXPR_IN_SUBQUERY;
}

static gboolean
find_predicate (const RushExpr *node, gpointer data)
{
  if (is_predicate (node))
    *(gboolean *)data = TRUE;
  return *(gboolean *)data;
}

static gboolean
has_predicate (const RushExpr *expr)
{
  gboolean found = FALSE;

  if (expr->flags & RUSH_EXPR_HAS_SUBQUERY)
    rush_expr_visit (expr, find_predicate, &found);
  return found;
}

/* value = column AND …, and the subquery's own conditions; @null_aware: NOT IN */
static RushExpr *
condition_of (RushExpr *subquery, const RushPlan *plan, gboolean null_aware)
{
  GPtrArray *all = rush_expr_ptr_array ();

  for (guint i = 0; i < subquery->as.subquery.n_values; i++)
    {
      RushExpr *equal = rush_expr_binary (RUSH_EXPR_EQUAL, rush_expr_ref (subquery->children[i]),
                                          rush_expr_ref (plan->output->items[i]));
      if (null_aware && equal->nullable)
        equal = rush_expr_binary (RUSH_EXPR_OR, equal,
                                  rush_expr_unary (RUSH_EXPR_IS_NULL, rush_expr_ref (equal)));
      g_ptr_array_add (all, equal);
    }
  for (guint i = 0;
       subquery->as.subquery.conditions != NULL && i < subquery->as.subquery.conditions->n; i++)
    g_ptr_array_add (all, rush_expr_ref (subquery->as.subquery.conditions->items[i]));
  return rush_all_of (all);
}

static void
set_null_aware (RushPlan *copy, gpointer data)
{
  copy->as.join.null_aware = TRUE;
}

/* @outer joined with the rows of the subquery, which stands under a NOT if @negated; takes over
 * @outer. */
static RushPlan *
join_with (RushExpr *subquery, gboolean negated, RushJoinType type, RushExpr *exists,
           RushPlan *outer)
{
  gboolean null_aware = negated && subquery->kind == RUSH_EXPR_IN_SUBQUERY;
  RushPlan *plan = rush_plan_ref (subquery->as.subquery.plan);
  RushExpr *condition = condition_of (subquery, plan, null_aware);
  gboolean asks_nulls = condition->kind == RUSH_EXPR_OR; /* of one comparison, and nothing else */

  plan = rush_deconflict (plan, outer->output, &condition);
  if (type == RUSH_JOIN_EXISTENCE)
    return rush_plan_join_existence (exists, condition, outer, plan);
  g_autoptr (RushPlan) join = rush_plan_join (type, condition, outer, plan);
  return null_aware && asks_nulls ? rush_plan_edit (join, set_null_aware, NULL)
                                  : g_steal_pointer (&join);
}

/* ---- under OR ---- */

typedef struct
{
  RushPlan *plan; /* (owned) the outer plan, with more and more joins */
} Existence;

static RushExpr *
to_column (RushExpr *node, gpointer data, GError **error)
{
  Existence *self = data;
  gboolean negated = node->kind == RUSH_EXPR_NOT && is_predicate (node->children[0]);

  if (!negated && !is_predicate (node))
    return rush_expr_ref (node);
  RushExpr *exists = rush_expr_attribute ("exists", &RUSH_BOOL, FALSE, rush_expr_id_new (), NULL);
  self->plan = join_with (negated ? node->children[0] : node, negated, RUSH_JOIN_EXISTENCE,
                          rush_expr_ref (exists), self->plan);
  return negated ? rush_expr_unary (RUSH_EXPR_NOT, exists) : exists;
}

/* ---- the rule ---- */

/* The conjunct as a join over @plan, or NULL: it stands under something else. Takes @plan if not
 * NULL. */
static RushPlan *
join_for (RushExpr *conjunct, RushPlan *plan)
{
  gboolean negated = conjunct->kind == RUSH_EXPR_NOT && is_predicate (conjunct->children[0]);

  if (!negated && !is_predicate (conjunct))
    return NULL;
  return join_with (negated ? conjunct->children[0] : conjunct, negated,
                    negated ? RUSH_JOIN_LEFT_ANTI : RUSH_JOIN_LEFT_SEMI, NULL, plan);
}

static RushPlan *
rewrite_filter (RushPlan *node, GError **error)
{
  g_autoptr (GPtrArray) conjuncts = rush_conjuncts_of (node->lists[0]);
  GPtrArray *plain = rush_expr_ptr_array ();
  g_autoptr (GPtrArray) columns = rush_expr_ptr_array ();

  for (guint i = 0; i < conjuncts->len; i++)
    if (!has_predicate (conjuncts->pdata[i]))
      g_ptr_array_add (plain, rush_expr_ref (conjuncts->pdata[i]));
  RushPlan *plan = rush_filter_if_any (plain, rush_plan_ref (node->children[0]));
  for (guint i = 0; i < conjuncts->len; i++)
    {
      RushExpr *conjunct = conjuncts->pdata[i];
      if (!has_predicate (conjunct))
        continue;
      RushPlan *joined = join_for (conjunct, plan);
      if (joined != NULL)
        {
          plan = joined;
          continue;
        }
      Existence existence = { plan };
      RushExpr *column = rush_expr_transform_down (conjunct, to_column, &existence, error);
      plan = existence.plan;
      g_ptr_array_add (columns, column);
    }
  plan = rush_filter_if_any (g_steal_pointer (&columns), plan);
  return rush_project_onto (node->output, plan);
}

/* Elsewhere (SELECT EXISTS (…)): a column for each. */
static RushPlan *
rewrite_other (RushPlan *node)
{
  Existence existence = { rush_plan_ref (node->children[0]) };
  RushExprList *lists[G_N_ELEMENTS (node->lists)] = { NULL };

  for (guint l = 0; l < node->n_lists; l++)
    {
      GPtrArray *items = rush_expr_ptr_array ();
      for (guint i = 0; i < node->lists[l]->n; i++)
        g_ptr_array_add (items, rush_expr_transform_down (node->lists[l]->items[i], to_column,
                                                          &existence, NULL));
      lists[l] = rush_expr_list_from_array (items);
    }
  g_autoptr (RushPlan) replaced = rush_plan_with_lists (node, lists);
  RushPlan *made = rush_with_child (replaced, existence.plan);
  return rush_project_onto (node->output, made);
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  gboolean any = FALSE;

  if (!(node->flags & RUSH_EXPR_HAS_SUBQUERY) || node->n_children != 1)
    return rush_plan_ref (node);
  for (guint i = 0; i < node->n_lists && !any; i++)
    for (guint j = 0; j < node->lists[i]->n && !any; j++)
      any = has_predicate (node->lists[i]->items[j]);
  if (!any)
    return rush_plan_ref (node);
  return node->kind == RUSH_PLAN_FILTER ? rewrite_filter (node, error) : rewrite_other (node);
}

RUSH_PLAN_RULE_UP (rewrite_predicate_subquery, "RewritePredicateSubquery");
