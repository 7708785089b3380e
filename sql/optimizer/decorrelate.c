/* decorrelate.c - predicates of a subquery that look outside, taken out of its plan.
 *
 *   Project [1]                                         conditions: (t.a#1 = u.a#2)
 *   └── Filter (b#3 > 0) AND (outer(a#1) = a#2)   →     └── Project [1, a#2]
 *       └── u                                               └── Filter (b#3 > 0)
 *                                                               └── u
 *
 * On the way up, whatever the conditions use of the plan must come out at its top: projections pass
 * it on, aggregates group by it, windows and limits count within it.  That is right only where the
 * condition is an equality with a column of the inside: then each value of the outer column sees
 * its own group.  So below such nodes (`grouped`) other uses of outer columns meet all values that
 * these have first: a domain join (domain_join.c).
 *
 *   Filter, Project, inner Join   not grouped: conditions go up; else equalities do, and the rest
 *                                 is checked against the domain
 *   Aggregate                     groups by what conditions need.  Without groups there is a row
 *                                 also for no rows: the domain is joined from outside, unless who
 *                                 asks for the value fills it in (RUSH_USE_VALUE)
 *   Limit, Offset                 row_number () within the keys
 *   outer and semi Join           the domain joins the side that keeps its rows
 *   Union, Intersect, Except      every child meets the domain, whose columns come along
 *
 * Inside and outside may share columns (a table asked about itself).  Outer references are told
 * apart by ids of their own until inner columns that collide have got new names.
 *
 * Mirrors:  PullupCorrelatedPredicates, DecorrelateInnerQuery.
 */
#include "sql/optimizer/domain_join_private.h"

#include <string.h>

static RushPlan *pull (RushDecorrelation *self, RushPlan *plan, gboolean grouped, GError **error);

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
needed_columns (RushDecorrelation *self, const RushExprList *from)
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

/* ---- filters and projections ---- */

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

/* Conjuncts without outer columns; of the others, those that may go up are conditions now, and
 * those that may not are added to @checked. */
static GPtrArray *
sort_out (RushDecorrelation *self, const RushExprList *condition, gboolean grouped,
          GPtrArray *checked)
{
  g_autoptr (GPtrArray) conjuncts = rush_conjuncts_of (condition);
  GPtrArray *plain = rush_expr_ptr_array ();

  for (guint i = 0; i < conjuncts->len; i++)
    {
      RushExpr *conjunct = conjuncts->pdata[i];
      gboolean outer = conjunct->flags & RUSH_EXPR_HAS_OUTER;
      GPtrArray *into = !outer                                      ? plain
                        : !grouped || inner_side (conjunct) != NULL ? self->conditions
                                                                    : checked;
      g_ptr_array_add (into, rush_expr_ref (conjunct));
    }
  return plain;
}

/* @plan (taken over) filtered by @checked, in which outer columns are those of the domain. */
static RushPlan *
checked_by (RushDecorrelation *self, GPtrArray *checked, RushPlan *plan, GError **error)
{
  g_autoptr (RushAliases) inside = NULL;

  if (checked->len == 0)
    return plan;
  plan = rush_join_domain (self, checked, plan, &inside, error);
  if (plan == NULL)
    return NULL;
  GPtrArray *conjuncts = rush_expr_ptr_array ();
  for (guint i = 0; i < checked->len; i++)
    g_ptr_array_add (conjuncts, rush_replace_outer (checked->pdata[i], inside));
  return rush_filter_if_any (conjuncts, plan);
}

static RushPlan *
pull_filter (RushDecorrelation *self, RushPlan *plan, gboolean grouped, GError **error)
{
  RushPlan *child = pull (self, plan->children[0], grouped, error);
  g_autoptr (GPtrArray) checked = rush_expr_ptr_array ();

  if (child == NULL)
    return NULL;
  GPtrArray *plain = sort_out (self, plan->lists[0], grouped, checked);
  return checked_by (self, checked, rush_filter_if_any (plain, child), error);
}

/* The node's own expressions with columns of the domain in place of outer ones; @inout_child gets
 * the domain.  NULL with @error. */
static RushPlan *
without_outer (RushDecorrelation *self, RushPlan *node, RushPlan **inout_child, GError **error)
{
  g_autoptr (GPtrArray) used = rush_expr_ptr_array ();
  g_autoptr (RushAliases) inside = NULL;

  if (!(node->flags & RUSH_EXPR_HAS_OUTER))
    return rush_plan_ref (node);
  for (guint l = 0; l < node->n_lists; l++)
    for (guint i = 0; i < node->lists[l]->n; i++)
      g_ptr_array_add (used, rush_expr_ref (node->lists[l]->items[i]));
  *inout_child = rush_join_domain (self, used, *inout_child, &inside, error);
  return *inout_child != NULL ? rush_replace_outer_in (node, inside) : NULL;
}

static RushPlan *
pull_project (RushDecorrelation *self, RushPlan *plan, gboolean grouped, GError **error)
{
  RushPlan *child = pull (self, plan->children[0], grouped, error);

  if (child == NULL)
    return NULL;
  if ((plan->flags & RUSH_EXPR_HAS_OUTER) && self->use == RUSH_USE_EXISTS)
    {
      /* Which columns there are does not matter. */
      g_autoptr (GPtrArray) needed = needed_columns (self, child->output);
      g_autoptr (RushExprList) none = rush_expr_list_new (0, NULL);
      return rush_plan_project (list_with (none, needed), child);
    }
  g_autoptr (RushPlan) plain = without_outer (self, plan, &child, error);
  if (plain == NULL)
    return NULL;
  g_autoptr (GPtrArray) needed = needed_columns (self, child->output);
  return rush_plan_project (list_with (plain->lists[0], needed), child);
}

/* ---- aggregates ---- */

/* Inner sides that are more than a column become columns: year(d) = outer (y). */
static void
make_columns (RushDecorrelation *self, guint from, RushPlan **child)
{
  g_autoptr (GPtrArray) columns = rush_expr_list_copy ((*child)->output);
  guint before = columns->len;

  for (guint i = from; i < self->conditions->len; i++)
    {
      RushExpr *condition = self->conditions->pdata[i], *inner = inner_side (condition);
      if (inner == NULL || inner->kind == RUSH_EXPR_ATTRIBUTE ||
          !rush_uses_only (inner, (*child)->output))
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
}

/* @plan's child without outer columns, and its own expressions; what conditions need comes out of
 * the child as columns. */
static RushPlan *
pull_grouped (RushDecorrelation *self, RushPlan *plan, RushPlan **out_child, GError **error)
{
  guint from = self->conditions->len;

  *out_child = pull (self, plan->children[0], TRUE, error);
  if (*out_child == NULL)
    return NULL;
  make_columns (self, from, out_child);
  return without_outer (self, plan, out_child, error);
}

static RushPlan *
pull_aggregate (RushDecorrelation *self, RushPlan *plan, gboolean grouped, GError **error)
{
  gboolean asked = self->use == RUSH_USE_VALUE && !grouped && self->fills_in;
  RushPlan *child;
  g_autoptr (RushPlan) plain = pull_grouped (self, plan, &child, error);

  if (plain == NULL)
    return NULL;
  g_autoptr (GPtrArray) needed = needed_columns (self, child->output);
  RushPlan *groups = rush_plan_aggregate (list_with (plain->lists[0], needed),
                                          list_with (plain->lists[1], needed), child);
  if (plan->lists[0]->n > 0 || asked)
    return groups;
  return rush_join_domain_outside (self, plan, groups, error);
}

/* ---- limits and windows: within the keys ---- */

static RushExprList *
ascending_of (const RushPlan *sort)
{
  return sort->kind == RUSH_PLAN_SORT ? rush_expr_list_ref (sort->lists[0])
                                      : rush_expr_list_new (0, NULL);
}

/* row_number () OVER (PARTITION BY keys ORDER BY …) AS rn, over @child; takes over both */
static RushPlan *
numbered (GPtrArray *keys, const RushPlan *sort, RushPlan *child, RushExpr **out_number)
{
  g_autoptr (RushExprList) partition = rush_expr_list_from_array (keys),
                           orders = ascending_of (sort);
  RushWindowFrame frame = { .given = TRUE,
                            .rows = TRUE,
                            .lower = RUSH_BOUND_UNBOUNDED_PRECEDING,
                            .upper = RUSH_BOUND_CURRENT_ROW };
  RushExpr *call = rush_expr_function (rush_function_find ("row_number"), "row_number", &RUSH_INT32,
                                       FALSE, RUSH_EVAL_ANSI, 0, NULL);
  RushExpr *alias = rush_expr_alias (rush_expr_window (call, partition, orders, &frame), "rn", 0);

  *out_number = rush_expr_to_attribute (alias);
  return rush_plan_window (rush_expr_list_new (1, &alias), rush_expr_list_ref (partition),
                           rush_expr_list_ref (orders), child);
}

/* GlobalLimit, Offset and LocalLimits that stand over each other. */
typedef struct
{
  gint64 skipped, most; /* −1: all */
  RushPlan *below;
} Limits;

static gboolean
find_limits (RushPlan *plan, Limits *out)
{
  gint64 n;

  *out = (Limits){ 0, -1, plan };
  for (; plan->kind == RUSH_PLAN_GLOBAL_LIMIT || plan->kind == RUSH_PLAN_LOCAL_LIMIT ||
         plan->kind == RUSH_PLAN_OFFSET;
       plan = plan->children[0])
    {
      if (!rush_limit_of (plan, &n))
        return FALSE;
      if (plan->kind == RUSH_PLAN_OFFSET)
        {
          out->most = out->most >= 0 ? out->most + n : -1;
          out->skipped += n;
        }
      else if (plan->kind == RUSH_PLAN_GLOBAL_LIMIT)
        out->most = out->most >= 0 ? MIN (out->most, n) : n;
    }
  out->below = plan;
  return TRUE;
}

static RushExpr *
numbers_in (const Limits *limits, RushExpr *number)
{
  GPtrArray *all = rush_expr_ptr_array ();

  if (limits->skipped > 0)
    g_ptr_array_add (all, rush_expr_binary (RUSH_EXPR_GREATER, rush_expr_ref (number),
                                            rush_expr_literal_int (&RUSH_INT32, limits->skipped)));
  if (limits->most >= 0)
    g_ptr_array_add (all, rush_expr_binary (RUSH_EXPR_LESS_EQUAL, rush_expr_ref (number),
                                            rush_expr_literal_int (&RUSH_INT32, limits->most)));
  return rush_all_of (all);
}

static RushPlan *
pull_limit (RushDecorrelation *self, RushPlan *plan, GError **error)
{
  guint from = self->conditions->len;
  Limits limits;

  if (!find_limits (plan, &limits))
    return unsupported (plan, error);
  RushPlan *sort = limits.below;
  RushPlan *child =
      pull (self, sort->kind == RUSH_PLAN_SORT ? sort->children[0] : sort, TRUE, error);
  if (child == NULL)
    return NULL;
  make_columns (self, from, &child);
  g_autoptr (RushExpr) number = NULL;
  g_autoptr (RushExprList) columns =
      rush_expr_list_from_array (rush_expr_list_copy (child->output));
  RushPlan *window = numbered (needed_columns (self, child->output), sort, child, &number);
  return rush_project_onto (columns, rush_plan_filter (numbers_in (&limits, number), window));
}

static RushExpr *
with_partition (RushExpr *node, gpointer data, GError **error)
{
  const RushExprList *partition = data;
  GPtrArray *orders;

  if (node->kind != RUSH_EXPR_WINDOW)
    return rush_expr_ref (node);
  orders = rush_expr_ptr_array ();
  for (guint i = 1 + node->as.window.n_partition; i < node->n_children; i++)
    g_ptr_array_add (orders, rush_expr_ref (node->children[i]));
  g_autoptr (RushExprList) list = rush_expr_list_from_array (orders);
  return rush_expr_window (rush_expr_ref (node->children[0]), partition, list,
                           &node->as.window.frame);
}

static RushPlan *
pull_window (RushDecorrelation *self, RushPlan *plan, GError **error)
{
  RushPlan *child;
  g_autoptr (RushPlan) plain = pull_grouped (self, plan, &child, error);

  if (plain == NULL)
    return NULL;
  g_autoptr (GPtrArray) needed = needed_columns (self, child->output);
  g_autoptr (RushExprList) partition = list_with (plain->lists[1], needed);
  g_autoptr (RushPlan) within =
      rush_plan_transform_expressions (plain, with_partition, partition, error);
  if (within == NULL)
    return NULL;
  return rush_plan_window (rush_expr_list_ref (within->lists[0]), rush_expr_list_ref (partition),
                           rush_expr_list_ref (within->lists[2]), child);
}

/* ---- two children ---- */

static RushPlan *
pull_inner_join (RushDecorrelation *self, RushPlan *plan, gboolean grouped, GError **error)
{
  g_autoptr (GPtrArray) checked = rush_expr_ptr_array ();
  RushPlan *left = pull (self, plan->children[0], grouped, error);
  RushPlan *right = left != NULL ? pull (self, plan->children[1], grouped, error) : NULL;

  if (right == NULL)
    {
      rush_plan_unref (left);
      return NULL;
    }
  RushExpr *condition = rush_all_of (sort_out (self, plan->lists[0], grouped, checked));
  RushPlan *join = rush_join_with_condition (plan, condition, left, right);
  return checked_by (self, checked, join, error);
}

/* Rows of one side come out once for each outer value; what the other side, and the condition, say
 * of outer columns is said of that side's. */
static RushPlan *
pull_other_join (RushDecorrelation *self, RushPlan *plan, gboolean grouped, GError **error)
{
  guint kept = plan->as.join.type == RUSH_JOIN_RIGHT_OUTER;
  gboolean alone =
      !(plan->flags & RUSH_EXPR_HAS_OUTER) && !rush_plan_is_correlated (plan->children[1 - kept]);
  g_autoptr (GPtrArray) said = rush_conjuncts_of (plan->lists[0]);
  g_autoptr (RushAliases) inside = NULL;
  RushPlan *sides[2] = { NULL, NULL };

  if (plan->as.join.type == RUSH_JOIN_FULL_OUTER)
    return unsupported (plan, error);
  sides[kept] = pull (self, plan->children[kept], grouped, error);
  if (sides[kept] == NULL)
    return NULL;
  if (!alone)
    {
      RushDecorrelation other = *self;
      other.conditions = said;
      sides[1 - kept] = pull (&other, plan->children[1 - kept], TRUE, error);
      if (sides[1 - kept] != NULL)
        sides[kept] = rush_join_domain (self, said, sides[kept], &inside, error);
    }
  else
    sides[1 - kept] = rush_plan_ref (plan->children[1 - kept]);
  if (sides[0] == NULL || sides[1] == NULL)
    {
      rush_plan_unref (sides[0]);
      rush_plan_unref (sides[1]);
      return NULL;
    }
  GPtrArray *all = rush_expr_ptr_array ();
  for (guint i = 0; i < said->len; i++)
    g_ptr_array_add (all, inside != NULL ? rush_replace_outer (said->pdata[i], inside)
                                         : rush_expr_ref (said->pdata[i]));
  return rush_join_with_condition (plan, rush_all_of (all), sides[0], sides[1]);
}

/* ---- the kinds ---- */

static RushPlan *
pull_passing (RushDecorrelation *self, RushPlan *plan, gboolean grouped, GError **error)
{
  RushPlan *child = pull (self, plan->children[0], grouped, error);

  if (child == NULL)
    return NULL;
  g_autoptr (RushPlan) plain = without_outer (self, plan, &child, error);
  return plain != NULL ? rush_with_child (plain, child) : NULL;
}

static RushPlan *
pull (RushDecorrelation *self, RushPlan *plan, gboolean grouped, GError **error)
{
  if (!rush_plan_is_correlated (plan))
    return rush_plan_ref (plan);
  switch ((int)plan->kind)
    {
    case RUSH_PLAN_FILTER:
      self->fills_in = FALSE;
      return pull_filter (self, plan, grouped, error);
    case RUSH_PLAN_PROJECT:
      return pull_project (self, plan, grouped, error);
    case RUSH_PLAN_AGGREGATE:
      return pull_aggregate (self, plan, grouped, error);
    case RUSH_PLAN_JOIN:
      self->fills_in = FALSE;
      return plan->as.join.type == RUSH_JOIN_INNER || plan->as.join.type == RUSH_JOIN_CROSS
                 ? pull_inner_join (self, plan, grouped, error)
                 : pull_other_join (self, plan, grouped, error);
    case RUSH_PLAN_GLOBAL_LIMIT:
    case RUSH_PLAN_OFFSET:
      return pull_limit (self, plan, error);
    case RUSH_PLAN_WINDOW:
      return pull_window (self, plan, error);
    case RUSH_PLAN_UNION:
    case RUSH_PLAN_INTERSECT:
    case RUSH_PLAN_EXCEPT:
      return rush_join_domain_to_children (self, plan, pull, error);
    case RUSH_PLAN_DISTINCT:
      return pull_passing (self, plan, TRUE, error);
    case RUSH_PLAN_SORT:
    case RUSH_PLAN_SUBQUERY_ALIAS:
    case RUSH_PLAN_VIEW:
    case RUSH_PLAN_RESOLVED_HINT:
    case RUSH_PLAN_GENERATE:
      return pull_passing (self, plan, grouped, error);
    default:
      return unsupported (plan, error);
    }
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
rush_decorrelate (RushPlan *plan, RushSubqueryUse use, RushPlan *outer,
                  const RushExprIdSet *outside, GPtrArray *conditions, GError **error)
{
  RushDecorrelation self = { outer, conditions, use, TRUE };
  gboolean any;
  RushPlan *pulled = pull (&self, plan, FALSE, error);

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
