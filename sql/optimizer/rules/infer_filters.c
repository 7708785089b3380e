/* infer_filters.c - what must hold for a row to count is said where it can be used.
 *
 *   Join Inner, a.k = b.k AND a.k > 10          Join Inner, a.k = b.k AND a.k > 10
 *   ├── a                                  →    ├── Filter isnotnull(k)
 *   └── b                                       │   └── a
 *                                               └── Filter isnotnull(k) AND k > 10
 *                                                   └── b
 *
 * A comparison is never true of null, so its columns are not null; and what holds of one side of an
 * equality holds of the other.  (InferFiltersFromConstraints; Constraints in Spark's QueryPlan.)
 */
#include "sql/optimizer/optimizer_private.h"

/* ── columns that a condition needs to be there ── */

static gboolean
is_null_intolerant (const RushExpr *node)
{
  switch ((guint)node->kind)
    {
    case RUSH_EXPR_EQUAL:
    case RUSH_EXPR_LESS:
    case RUSH_EXPR_LESS_EQUAL:
    case RUSH_EXPR_GREATER:
    case RUSH_EXPR_GREATER_EQUAL:
    case RUSH_EXPR_ADD:
    case RUSH_EXPR_SUBTRACT:
    case RUSH_EXPR_MULTIPLY:
    case RUSH_EXPR_NEGATE:
    case RUSH_EXPR_LIKE:
    case RUSH_EXPR_NOT:
    case RUSH_EXPR_CAST:
      return TRUE;
    default:
      return FALSE;
    }
}

static void
add_not_null (RushExpr *column, GPtrArray *into)
{
  RushExpr *check = rush_expr_unary (RUSH_EXPR_IS_NOT_NULL, rush_expr_ref (column));
  if (column->nullable && !rush_contains_semantic (into, check))
    g_ptr_array_add (into, check);
  else
    rush_expr_unref (check);
}

static void
add_needed (RushExpr *node, GPtrArray *into)
{
  if (node->kind == RUSH_EXPR_ATTRIBUTE)
    add_not_null (node, into);
  else if (node->kind == RUSH_EXPR_IN && node->children[0]->kind == RUSH_EXPR_ATTRIBUTE)
    add_not_null (node->children[0], into);
  else if (is_null_intolerant (node))
    for (guint i = 0; i < node->n_children; i++)
      add_needed (node->children[i], into);
}

/* ── what holds of one side of an equality ── */

typedef struct
{
  RushExprId from;
  RushExpr *to;
} Replacement;

static RushExpr *
replace_column (RushExpr *node, gpointer data, GError **error)
{
  const Replacement *r = data;
  return rush_expr_ref (
      node->kind == RUSH_EXPR_ATTRIBUTE && node->as.attribute.id == r->from ? r->to : node);
}

static gboolean
is_column_and_constant (const RushExpr *c)
{
  if (c->n_children < 1 || !rush_is_deterministic (c) || c->flags & RUSH_EXPR_HAS_SUBQUERY ||
      c->children[0]->kind != RUSH_EXPR_ATTRIBUTE)
    return FALSE;
  for (guint i = 1; i < c->n_children; i++)
    if (c->children[i]->kind != RUSH_EXPR_LITERAL)
      return FALSE;
  return c->n_children > 1;
}

static void
add_for (RushExpr *from, RushExpr *to, const GPtrArray *known, GPtrArray *into)
{
  Replacement r = { from->as.attribute.id, to };
  for (guint i = 0; i < known->len; i++)
    {
      RushExpr *c = known->pdata[i];
      if (!is_column_and_constant (c) || c->children[0]->as.attribute.id != r.from)
        continue;
      RushExpr *other = rush_expr_transform_up (c, replace_column, &r, NULL);
      if (!rush_contains_semantic (known, other) && !rush_contains_semantic (into, other))
        g_ptr_array_add (into, other);
      else
        rush_expr_unref (other);
    }
}

static void
add_transitive (const GPtrArray *known, GPtrArray *into)
{
  for (guint i = 0; i < known->len; i++)
    {
      RushExpr *c = known->pdata[i];
      if (c->kind == RUSH_EXPR_EQUAL && c->children[0]->kind == RUSH_EXPR_ATTRIBUTE &&
          c->children[1]->kind == RUSH_EXPR_ATTRIBUTE &&
          c->children[0]->type == c->children[1]->type)
        {
          add_for (c->children[0], c->children[1], known, into);
          add_for (c->children[1], c->children[0], known, into);
        }
    }
}

/* ── nodes ── */

/* Conjuncts that all rows of @plan are known to satisfy, from filters and joins right below. */
static void
add_known (const RushPlan *plan, GPtrArray *into)
{
  switch ((guint)plan->kind)
    {
    case RUSH_PLAN_FILTER:
      rush_expr_split_conjuncts (plan->lists[0]->items[0], into);
      add_known (plan->children[0], into);
      break;
    case RUSH_PLAN_PROJECT: /* columns that pass keep their ids */
    case RUSH_PLAN_SORT:
    case RUSH_PLAN_SUBQUERY_ALIAS:
    case RUSH_PLAN_LOCAL_LIMIT:
    case RUSH_PLAN_GLOBAL_LIMIT:
      add_known (plan->children[0], into);
      break;
    case RUSH_PLAN_JOIN:
      if (plan->as.join.type == RUSH_JOIN_INNER || plan->as.join.type == RUSH_JOIN_LEFT_SEMI)
        {
          if (plan->lists[0]->n > 0)
            rush_expr_split_conjuncts (plan->lists[0]->items[0], into);
          add_known (plan->children[0], into);
          if (plan->as.join.type == RUSH_JOIN_INNER)
            add_known (plan->children[1], into);
        }
      else if (plan->as.join.type == RUSH_JOIN_LEFT_OUTER ||
               plan->as.join.type == RUSH_JOIN_LEFT_ANTI)
        add_known (plan->children[0], into);
      break;
    default:
      break;
    }
}

static RushPlan *
of_filter (RushPlan *filter)
{
  GPtrArray *all = rush_conjuncts_of (filter->lists[0]);
  guint n = all->len;
  g_autoptr (GPtrArray) needed = rush_expr_ptr_array ();
  for (guint i = 0; i < n; i++)
    if (!(((RushExpr *)all->pdata[i])->flags & RUSH_EXPR_HAS_SUBQUERY))
      add_needed (all->pdata[i], needed);
  g_autoptr (GPtrArray) known = rush_expr_ptr_array ();
  add_known (filter->children[0], known);
  g_autoptr (GPtrArray) ahead = rush_expr_ptr_array ();
  for (guint i = 0; i < needed->len; i++)
    if (!rush_contains_semantic (all, needed->pdata[i]) &&
        !rush_contains_semantic (known, needed->pdata[i]))
      g_ptr_array_add (ahead, rush_expr_ref (needed->pdata[i]));
  if (ahead->len == 0)
    {
      g_ptr_array_unref (all);
      return rush_plan_ref (filter);
    }
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (ahead, rush_expr_ref (all->pdata[i]));
  g_ptr_array_unref (all);
  return rush_filter_if_any (g_steal_pointer (&ahead), rush_plan_ref (filter->children[0]));
}

/* @child with those of @inferred that it can answer and does not know already. */
static RushPlan *
filtered_child (RushPlan *child, const GPtrArray *inferred)
{
  g_autoptr (GPtrArray) known = rush_expr_ptr_array ();
  add_known (child, known);
  GPtrArray *more = rush_expr_ptr_array ();
  for (guint i = 0; i < inferred->len; i++)
    if (rush_uses_only (inferred->pdata[i], child->output) &&
        !rush_contains_semantic (known, inferred->pdata[i]))
      g_ptr_array_add (more, rush_expr_ref (inferred->pdata[i]));
  return rush_filter_if_any (more, rush_plan_ref (child));
}

static RushPlan *
of_join (RushPlan *join)
{
  RushJoinType type = join->as.join.type;
  gboolean left =
      type == RUSH_JOIN_INNER || type == RUSH_JOIN_LEFT_SEMI || type == RUSH_JOIN_RIGHT_OUTER;
  gboolean right = type == RUSH_JOIN_INNER || type == RUSH_JOIN_LEFT_SEMI ||
                   type == RUSH_JOIN_LEFT_OUTER || type == RUSH_JOIN_LEFT_ANTI;
  if (join->lists[0]->n == 0 || join->as.join.null_aware || (!left && !right))
    return rush_plan_ref (join);
  g_autoptr (GPtrArray) known = rush_conjuncts_of (join->lists[0]);
  g_autoptr (GPtrArray) inferred = rush_expr_ptr_array ();
  for (guint i = 0; i < known->len; i++)
    add_needed (known->pdata[i], inferred);
  add_known (join->children[0], known);
  if (type == RUSH_JOIN_INNER || type == RUSH_JOIN_LEFT_SEMI)
    add_known (join->children[1], known);
  add_transitive (known, inferred);
  RushPlan *children[] = {
    left ? filtered_child (join->children[0], inferred) : rush_plan_ref (join->children[0]),
    right ? filtered_child (join->children[1], inferred) : rush_plan_ref (join->children[1])
  };
  return rush_plan_with_children (join, children);
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  if (node->kind == RUSH_PLAN_FILTER)
    return of_filter (node);
  if (node->kind == RUSH_PLAN_JOIN)
    return of_join (node);
  return rush_plan_ref (node);
}

RUSH_PLAN_RULE_DOWN (infer_filters, "InferFiltersFromConstraints");
