/* decorrelate.c - predicates of a subquery that look outside, taken out of its plan.
 *
 *   Project [1]                                         conditions: (t.a#1 = u.a#2)
 *   └── Filter (b#3 > 0) AND (outer(a#1) = a#2)   →     Project [1, a#2]
 *       └── u                                           └── Filter (b#3 > 0)
 *                                                           └── u
 *
 * On the way up, whatever the conditions use of the plan must come out at its top: projections
 * pass it on, aggregates group by it.  The latter is right only where the condition is an equality
 * with a column of the aggregate's input: then each value of the outer column sees its own group.
 * What cannot be taken out (under a limit, on the null side of an outer join, in an aggregate's
 * arguments) is an error that says so; Spark can do more of these, by joining with all values of
 * the outer columns first.
 *
 * Inside and outside may share columns (a table asked about itself).  Outer references are told
 * apart by ids of their own until inner columns that collide have got new names.
 *
 * Mirrors:  PullupCorrelatedPredicates, DecorrelateInnerQuery (without domain joins).
 */
#include "sql/optimizer/decorrelate_private.h"

typedef struct
{
  GPtrArray *conditions; /* with OUTER in them */
  RushSubqueryUse use;
} Pull;

static RushPlan *pull (Pull *self, RushPlan *plan, GError **error);

static gboolean
has_outer_below (const RushPlan *node, gpointer data)
{
  if (node->flags & RUSH_EXPR_HAS_OUTER)
    *(gboolean *)data = TRUE;
  return *(gboolean *)data;
}

gboolean
rush_plan_is_correlated (const RushPlan *plan)
{
  gboolean found = FALSE;

  rush_plan_visit (plan, has_outer_below, &found);
  return found;
}

static RushPlan *
unsupported (const RushPlan *node, GError **error)
{
  g_autofree char *text = rush_plan_node_string (node);

  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
               "A subquery that uses columns of the query around it at this place is not supported "
               "(Spark can do it): %s. Compare with the outer column in the subquery's WHERE.",
               text);
  return NULL;
}

/* ---- what conditions need of the plan ---- */

typedef struct
{
  const RushExprList *columns;
  GPtrArray *needed; /* attributes of @columns */
} Needs;

static gboolean
add_need (const RushExpr *node, gpointer data)
{
  Needs *needs = data;

  if (node->kind == RUSH_EXPR_OUTER)
    return TRUE;
  if (node->kind != RUSH_EXPR_ATTRIBUTE)
    return FALSE;
  for (guint i = 0; i < needs->columns->n; i++)
    if (rush_expr_named_id (needs->columns->items[i]) == node->as.attribute.id &&
        !rush_contains_semantic (needs->needed, node))
      g_ptr_array_add (needs->needed, rush_expr_ref (needs->columns->items[i]));
  return FALSE;
}

/* Columns of @from that conditions use. */
static GPtrArray *
needed_columns (Pull *self, const RushExprList *from)
{
  Needs needs = { from, rush_expr_ptr_array () };

  for (guint i = 0; i < self->conditions->len; i++)
    rush_expr_visit (self->conditions->pdata[i], add_need, &needs);
  return needs.needed;
}

static RushExprList *
list_with (const RushExprList *list, const GPtrArray *more)
{
  GPtrArray *items = rush_expr_list_copy (list);

  for (guint i = 0; i < more->len; i++)
    {
      gboolean there = FALSE;
      for (guint j = 0; j < list->n && !there; j++)
        there = list->items[j]->kind == RUSH_EXPR_ATTRIBUTE &&
                rush_expr_named_id (list->items[j]) == rush_expr_named_id (more->pdata[i]);
      if (!there)
        g_ptr_array_add (items, rush_expr_ref (more->pdata[i]));
    }
  return rush_expr_list_from_array (items);
}

/* ---- the kinds ---- */

static RushPlan *
pull_filter (Pull *self, RushPlan *plan, GError **error)
{
  g_autoptr (RushPlan) child = pull (self, plan->children[0], error);
  g_autoptr (GPtrArray) conjuncts = rush_conjuncts_of (plan->lists[0]);
  GPtrArray *rest = rush_expr_ptr_array ();

  if (child == NULL)
    {
      g_ptr_array_unref (rest);
      return NULL;
    }
  for (guint i = 0; i < conjuncts->len; i++)
    {
      RushExpr *conjunct = conjuncts->pdata[i];
      g_ptr_array_add (conjunct->flags & RUSH_EXPR_HAS_OUTER ? self->conditions : rest,
                       rush_expr_ref (conjunct));
    }
  return rush_filter_if_any (rest, g_steal_pointer (&child));
}

static RushPlan *
pull_project (Pull *self, RushPlan *plan, GError **error)
{
  if (plan->flags & RUSH_EXPR_HAS_OUTER && !self->use == RUSH_USE_EXISTS)
    return unsupported (plan, error);
  RushPlan *child = pull (self, plan->children[0], error);
  if (child == NULL)
    return NULL;
  g_autoptr (GPtrArray) needed = needed_columns (self, child->output);
  if (plan->flags & RUSH_EXPR_HAS_OUTER)
    {
      g_autoptr (RushExprList) none = rush_expr_list_new (0, NULL);
      return rush_plan_project (list_with (none, needed), child);
    }
  return rush_plan_project (list_with (plan->lists[0], needed), child);
}

/* outer (a) = b: the side that has nothing of the outside; or NULL */
static RushExpr *
inner_side (RushExpr *condition)
{
  if (condition->kind != RUSH_EXPR_EQUAL && condition->kind != RUSH_EXPR_EQUAL_NULL_SAFE)
    return NULL;
  gboolean left = condition->children[0]->flags & RUSH_EXPR_HAS_OUTER;
  gboolean right = condition->children[1]->flags & RUSH_EXPR_HAS_OUTER;
  if (left == right)
    return NULL;
  RushExpr *outer = condition->children[left ? 0 : 1];
  RushExpr *inner = condition->children[left ? 1 : 0];
  while (outer->kind == RUSH_EXPR_CAST)
    outer = outer->children[0];
  return outer->kind == RUSH_EXPR_OUTER ? inner : NULL;
}

/* Inner sides that are more than a column become columns: year(d) = outer (y). */
static gboolean
make_columns (Pull *self, guint from, RushPlan **child, const RushPlan *node, GError **error)
{
  g_autoptr (GPtrArray) columns = rush_expr_list_copy ((*child)->output);
  guint before = columns->len;

  for (guint i = from; i < self->conditions->len; i++)
    {
      RushExpr *condition = self->conditions->pdata[i], *inner = inner_side (condition);
      if (inner == NULL)
        {
          unsupported (node, error);
          return FALSE;
        }
      if (inner->kind == RUSH_EXPR_ATTRIBUTE || !rush_uses_only (inner, (*child)->output))
        continue;
      RushExpr *alias = rush_expr_alias (rush_expr_ref (inner), "_key", 0);
      g_ptr_array_add (columns, alias);
      gboolean left = condition->children[0] == inner;
      RushExpr *sides[2] = {
        left ? rush_expr_to_attribute (alias) : rush_expr_ref (condition->children[0]),
        left ? rush_expr_ref (condition->children[1]) : rush_expr_to_attribute (alias)
      };
      self->conditions->pdata[i] = rush_expr_with_children (condition, sides);
      rush_expr_unref (condition);
    }
  if (columns->len > before)
    *child = rush_plan_project (rush_expr_list_from_array (g_steal_pointer (&columns)), *child);
  return TRUE;
}

static RushPlan *
pull_aggregate (Pull *self, RushPlan *plan, GError **error)
{
  guint from = self->conditions->len;

  /* Without groups there is a row even for no rows: only a value can be filled in afterwards. */
  if ((plan->flags & RUSH_EXPR_HAS_OUTER) ||
      (plan->lists[0]->n == 0 && self->use != RUSH_USE_VALUE))
    return unsupported (plan, error);
  g_autoptr (RushPlan) child = pull (self, plan->children[0], error);
  if (child == NULL || !make_columns (self, from, &child, plan, error))
    return NULL;
  g_autoptr (GPtrArray) needed = needed_columns (self, child->output);
  return rush_plan_aggregate (list_with (plan->lists[0], needed),
                              list_with (plan->lists[1], needed), g_steal_pointer (&child));
}

static RushPlan *
pull_join (Pull *self, RushPlan *plan, GError **error)
{
  RushJoinType type = plan->as.join.type;
  gboolean inner = type == RUSH_JOIN_INNER || type == RUSH_JOIN_CROSS;
  gboolean left_only = type == RUSH_JOIN_LEFT_OUTER || type == RUSH_JOIN_LEFT_SEMI ||
                       type == RUSH_JOIN_LEFT_ANTI || type == RUSH_JOIN_EXISTENCE;

  if ((!inner && (plan->flags & RUSH_EXPR_HAS_OUTER)) ||
      (!inner && rush_plan_is_correlated (plan->children[1])) ||
      (!inner && !left_only && rush_plan_is_correlated (plan->children[0])))
    return unsupported (plan, error);
  g_autoptr (RushPlan) left = pull (self, plan->children[0], error);
  g_autoptr (RushPlan) right = left != NULL ? pull (self, plan->children[1], error) : NULL;
  if (right == NULL)
    return NULL;
  g_autoptr (GPtrArray) conjuncts = rush_conjuncts_of (plan->lists[0]);
  GPtrArray *rest = rush_expr_ptr_array ();
  for (guint i = 0; i < conjuncts->len; i++)
    {
      RushExpr *conjunct = conjuncts->pdata[i];
      g_ptr_array_add (conjunct->flags & RUSH_EXPR_HAS_OUTER ? self->conditions : rest,
                       rush_expr_ref (conjunct));
    }
  RushExpr *condition = rush_all_of (rest);
  g_autoptr (RushPlan) moved = rush_with_list (
      plan, 0,
      condition != NULL ? rush_expr_list_new (1, &condition) : rush_expr_list_new (0, NULL));
  return rush_plan_with_children (
      moved, (RushPlan *[]){ g_steal_pointer (&left), g_steal_pointer (&right) });
}

static RushPlan *
pull (Pull *self, RushPlan *plan, GError **error)
{
  if (!rush_plan_is_correlated (plan))
    return rush_plan_ref (plan);
  switch ((int)plan->kind)
    {
    case RUSH_PLAN_FILTER:
      return pull_filter (self, plan, error);
    case RUSH_PLAN_PROJECT:
      return pull_project (self, plan, error);
    case RUSH_PLAN_AGGREGATE:
      return pull_aggregate (self, plan, error);
    case RUSH_PLAN_JOIN:
      return pull_join (self, plan, error);
    case RUSH_PLAN_GLOBAL_LIMIT:
    case RUSH_PLAN_LOCAL_LIMIT:
      if (!self->use == RUSH_USE_EXISTS)
        return unsupported (plan, error);
      return pull (self, plan->children[0], error); /* one row is as good as many */
    case RUSH_PLAN_SORT:
    case RUSH_PLAN_DISTINCT:
    case RUSH_PLAN_SUBQUERY_ALIAS:
    case RUSH_PLAN_VIEW:
    case RUSH_PLAN_RESOLVED_HINT:
    case RUSH_PLAN_GENERATE:
      break;
    default:
      return unsupported (plan, error);
    }
  if (plan->flags & RUSH_EXPR_HAS_OUTER)
    return unsupported (plan, error);
  RushPlan *child = pull (self, plan->children[0], error);
  return child != NULL ? rush_with_child (plan, child) : NULL;
}

/* ---- telling inside and outside apart ---- */

static RushExpr *
hide_outer (RushExpr *node, gpointer data, GError **error)
{
  RushAliases *hidden = data; /* new id → the outer attribute */

  if (node->kind != RUSH_EXPR_OUTER)
    return rush_expr_ref (node);
  RushExpr *marked = rush_expr_with_id (node->children[0], rush_expr_id_new ());
  rush_aliases_set (hidden, marked->as.attribute.id, rush_expr_ref (node->children[0]));
  return marked;
}

static RushExpr *
strip_outer (RushExpr *node, gpointer data, GError **error)
{
  return rush_expr_ref (node->kind == RUSH_EXPR_OUTER ? node->children[0] : node);
}

RushExpr *
rush_strip_outer (RushExpr *expr)
{
  return rush_expr_transform_up (expr, strip_outer, NULL, NULL);
}

static RushExprIdSet *
collisions (const RushPlan *plan, const RushExprIdSet *outside, gboolean *out_any)
{
  RushExprIdSet *both = rush_expr_id_set_new ();

  *out_any = FALSE;
  for (guint i = 0; i < plan->output->n; i++)
    {
      RushExprId id = rush_expr_named_id (plan->output->items[i]);
      if (!rush_expr_id_set_has (outside, id))
        continue;
      rush_expr_id_set_add (both, id);
      *out_any = TRUE;
    }
  return both;
}

RushPlan *
rush_decorrelate (RushPlan *plan, RushSubqueryUse use, const RushExprIdSet *outside,
                  GPtrArray *conditions, GError **error)
{
  Pull self = { conditions, use };
  gboolean any;
  RushPlan *pulled = pull (&self, plan, error);

  if (pulled == NULL)
    return NULL;
  g_autoptr (RushAliases) hidden = rush_aliases_new ();
  g_autoptr (RushAliases) renamed = rush_aliases_new ();
  g_autoptr (RushExprIdSet) both = collisions (pulled, outside, &any);
  if (any)
    pulled = rush_rename_columns (pulled, both, renamed);
  for (guint i = 0; i < conditions->len; i++)
    {
      g_autoptr (RushExpr) condition = conditions->pdata[i];
      g_autoptr (RushExpr) marked = rush_expr_transform_up (condition, hide_outer, hidden, NULL);
      g_autoptr (RushExpr) inner = rush_substitute (marked, renamed);
      conditions->pdata[i] = rush_substitute (inner, hidden);
    }
  return pulled;
}

RushPlan *
rush_deconflict (RushPlan *plan, const RushExprList *others, RushExpr **inout_condition)
{
  g_autoptr (RushExprIdSet) ids = rush_expr_id_set_new ();
  g_autoptr (RushAliases) renamed = rush_aliases_new ();
  gboolean any;

  rush_expr_id_set_add_list (ids, others);
  g_autoptr (RushExprIdSet) both = collisions (plan, ids, &any);
  if (!any)
    return plan;
  RushPlan *made = rush_rename_columns (plan, both, renamed);
  if (*inout_condition != NULL)
    {
      RushExpr *condition = *inout_condition;
      *inout_condition = rush_substitute (condition, renamed);
      rush_expr_unref (condition);
    }
  return made;
}
