/* domain_join.c - all values that the outer columns have, joined with the inside of a subquery.
 *
 *   SELECT k, (SELECT max(w) FROM u WHERE u.k < t.k) FROM t
 *
 *   Aggregate [max(w#4)]                        Aggregate [d#9], [max(w#4), d#9]
 *   └── Filter (k#3 < outer(k#1))        →      └── Filter (k#3 < d#9)
 *       └── u                                       └── Join Inner
 *                                                       ├── Aggregate [k#1], [k#1 AS d#9]  ◄ domain
 *                                                       │   └── t
 *   with the condition (d#9 <=> k#1)                    └── u
 *
 * The subquery is then computed once for each different outer value, instead of once for each row,
 * and joined with the rows outside.  Null is a value like any other: hence <=>.
 *
 * Source:   Neumann, Kemper: Unnesting Arbitrary Queries (BTW 2015).
 * Mirrors:  DecorrelateInnerQuery, DomainJoin.
 */
#include "sql/optimizer/domain_join_private.h"

#include <string.h>

/* ---- outer columns ---- */

static gboolean
add_outer (const RushExpr *node, gpointer data)
{
  if (node->kind != RUSH_EXPR_OUTER)
    return FALSE;
  if (!rush_contains_semantic (data, node->children[0]))
    g_ptr_array_add (data, rush_expr_ref (node->children[0]));
  return TRUE;
}

static RushExpr *
replace_outer (RushExpr *node, gpointer data, GError **error)
{
  RushExpr *found = node->kind == RUSH_EXPR_OUTER
                        ? rush_aliases_get (data, rush_expr_named_id (node->children[0]))
                        : NULL;

  return rush_expr_ref (found != NULL ? found : node);
}

RushExpr *
rush_replace_outer (RushExpr *expr, const RushAliases *inside)
{
  return rush_expr_transform_up (expr, replace_outer, (gpointer)inside, NULL);
}

RushPlan *
rush_replace_outer_in (RushPlan *node, const RushAliases *inside)
{
  return rush_plan_transform_expressions (node, replace_outer, (gpointer)inside, NULL);
}

RushPlan *
rush_join_with_condition (RushPlan *join, RushExpr *condition, RushPlan *left, RushPlan *right)
{
  g_autoptr (RushPlan) moved = rush_with_list (
      join, 0,
      condition != NULL ? rush_expr_list_new (1, &condition) : rush_expr_list_new (0, NULL));

  return rush_plan_with_children (moved, (RushPlan *[]){ left, right });
}

/* ---- the domain ---- */

/* The different values of @columns, under new ids; NULL with @error. */
static RushPlan *
domain_of (const RushDecorrelation *self, const GPtrArray *columns, RushAliases **out_inside,
           GError **error)
{
  GPtrArray *grouping = rush_expr_ptr_array (), *results = rush_expr_ptr_array ();
  RushAliases *inside = rush_aliases_new ();

  for (guint i = 0; i < columns->len; i++)
    {
      RushExpr *column = columns->pdata[i];
      RushExpr *alias = rush_expr_alias (rush_expr_ref (column), rush_expr_name (column), 0);
      g_ptr_array_add (grouping, rush_expr_ref (column));
      g_ptr_array_add (results, alias);
      rush_aliases_set (inside, rush_expr_named_id (column), rush_expr_to_attribute (alias));
    }
  g_autoptr (RushExprList) list = rush_expr_list_from_array (grouping);
  gboolean there = self->outer != NULL;
  for (guint i = 0; there && i < list->n; i++)
    there = rush_uses_only (list->items[i], self->outer->output);
  if (!there)
    {
      g_ptr_array_unref (results);
      rush_aliases_free (inside);
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
                   "A subquery that uses columns of the query around it is not supported here "
                   "(Spark can do it): they come from more than one relation of a join.");
      return NULL;
    }
  *out_inside = inside;
  return rush_plan_aggregate (g_steal_pointer (&list), rush_expr_list_from_array (results),
                              rush_plan_ref (self->outer));
}

/* d <=> outer (a) for each, before the others. */
static void
add_conditions (RushDecorrelation *self, const GPtrArray *columns, const RushAliases *inside)
{
  for (guint i = 0; i < columns->len; i++)
    {
      RushExpr *column = columns->pdata[i];
      RushExpr *here = rush_expr_ref (rush_aliases_get (inside, rush_expr_named_id (column)));
      RushExpr *outer = rush_expr_unary (RUSH_EXPR_OUTER, rush_expr_ref (column));
      g_ptr_array_insert (self->conditions, (gint)i,
                          rush_expr_binary (RUSH_EXPR_EQUAL_NULL_SAFE, here, outer));
    }
}

static GPtrArray *
outer_columns (const GPtrArray *exprs)
{
  GPtrArray *columns = rush_expr_ptr_array ();

  for (guint i = 0; i < exprs->len; i++)
    rush_expr_visit (exprs->pdata[i], add_outer, columns);
  return columns;
}

RushPlan *
rush_join_domain (RushDecorrelation *self, const GPtrArray *exprs, RushPlan *plan,
                  RushAliases **out_inside, GError **error)
{
  g_autoptr (GPtrArray) columns = outer_columns (exprs);
  RushPlan *domain = domain_of (self, columns, out_inside, error);

  if (domain == NULL)
    {
      rush_plan_unref (plan);
      return NULL;
    }
  add_conditions (self, columns, *out_inside);
  return rush_plan_join (RUSH_JOIN_INNER, NULL, domain, plan);
}

/* ---- aggregates without groups ---- */

static RushExpr *
of_no_rows (RushExpr *node, gpointer data, GError **error)
{
  if (node->kind == RUSH_EXPR_AGGREGATE)
    return rush_aggregate_of_no_rows (node);
  return rush_expr_ref (node);
}

static gboolean
is_null_of_no_rows (const RushExpr *empty)
{
  const RushExpr *value = empty->kind == RUSH_EXPR_ALIAS ? empty->children[0] : empty;

  return rush_expr_is_literal_null (value);
}

/* The aggregate's columns: the group's, and those of no rows where there is no group; @there is
 * null then. */
static GPtrArray *
filled_in (const RushPlan *aggregate, RushExpr *there, GPtrArray *renamed)
{
  GPtrArray *columns = rush_expr_ptr_array ();

  for (guint i = 0; i < aggregate->lists[1]->n; i++)
    {
      RushExpr *item = aggregate->lists[1]->items[i], *group = renamed->pdata[i];
      g_autoptr (RushExpr) empty = rush_expr_transform_down (item, of_no_rows, NULL, NULL);
      RushExpr *value = rush_expr_to_attribute (group);
      if (!is_null_of_no_rows (empty))
        {
          RushExpr *zero = empty->kind == RUSH_EXPR_ALIAS ? empty->children[0] : empty;
          RushExpr *parts[3] = { rush_expr_unary (RUSH_EXPR_IS_NULL, rush_expr_ref (there)),
                                 rush_expr_ref (zero), value };
          value = rush_expr_new (RUSH_EXPR_IF, 3, parts);
        }
      g_ptr_array_add (columns,
                       rush_expr_alias (value, rush_expr_name (item), rush_expr_named_id (item)));
    }
  return columns;
}

static gboolean
needs_filling (const RushPlan *aggregate)
{
  for (guint i = 0; i < aggregate->lists[1]->n; i++)
    {
      g_autoptr (RushExpr) empty =
          rush_expr_transform_down (aggregate->lists[1]->items[i], of_no_rows, NULL, NULL);
      if (!is_null_of_no_rows (empty))
        return TRUE;
    }
  return FALSE;
}

/* @groups with results under new names, behind them its keys, and a column that is true. */
static RushPlan *
renamed_groups (const RushPlan *aggregate, RushPlan *groups, GPtrArray *renamed,
                RushExpr **out_there)
{
  GPtrArray *results = rush_expr_ptr_array ();

  for (guint i = 0; i < groups->lists[1]->n; i++)
    {
      RushExpr *item = groups->lists[1]->items[i];
      if (i >= aggregate->lists[1]->n || item->kind != RUSH_EXPR_ALIAS)
        {
          g_ptr_array_add (results, rush_expr_ref (item));
          continue;
        }
      RushExpr *alias =
          rush_expr_alias (rush_expr_ref (item->children[0]), rush_expr_name (item), 0);
      g_ptr_array_add (renamed, rush_expr_ref (alias));
      g_ptr_array_add (results, alias);
    }
  RushExpr *there = rush_expr_alias (rush_expr_literal_bool (TRUE), "alwaysTrue", 0);
  g_autoptr (RushExpr) column = rush_expr_to_attribute (there);
  *out_there = rush_expr_with_nullable (column, TRUE);
  g_ptr_array_add (results, there);
  return rush_with_list (groups, 1, rush_expr_list_from_array (results));
}

RushPlan *
rush_join_domain_outside (RushDecorrelation *self, const RushPlan *aggregate, RushPlan *groups,
                          GError **error)
{
  g_autoptr (GPtrArray) columns = outer_columns (self->conditions);
  g_autoptr (GPtrArray) renamed = rush_expr_ptr_array ();
  g_autoptr (RushAliases) inside = NULL;
  g_autoptr (RushExpr) there = NULL;
  RushPlan *domain = domain_of (self, columns, &inside, error);
  g_autoptr (RushPlan) old = groups;

  if (domain == NULL)
    return NULL;
  gboolean fill = needs_filling (aggregate);
  RushPlan *inner =
      fill ? renamed_groups (aggregate, groups, renamed, &there) : rush_plan_ref (groups);
  GPtrArray *keys = rush_expr_ptr_array ();
  for (guint i = 0; i < self->conditions->len; i++)
    g_ptr_array_add (keys, rush_replace_outer (self->conditions->pdata[i], inside));
  g_ptr_array_set_size (self->conditions, 0);
  add_conditions (self, columns, inside);
  RushPlan *join = rush_plan_join (RUSH_JOIN_LEFT_OUTER, rush_all_of (keys), domain, inner);
  GPtrArray *results = fill ? filled_in (aggregate, there, renamed) : rush_expr_ptr_array ();
  for (guint i = 0; !fill && i < aggregate->lists[1]->n; i++)
    {
      RushExpr *column = rush_expr_to_attribute (aggregate->lists[1]->items[i]);
      g_ptr_array_add (results, rush_expr_with_nullable (column, TRUE));
      rush_expr_unref (column);
    }
  for (guint i = 0; i < columns->len; i++)
    g_ptr_array_add (
        results, rush_expr_ref (rush_aliases_get (inside, rush_expr_named_id (columns->pdata[i]))));
  return rush_plan_project (rush_expr_list_from_array (results), join);
}

/* ---- set operations ---- */

/* The child's columns, then the domain's; NULL with @error. */
static RushPlan *
child_with_domain (RushDecorrelation *self, RushPlan *child, const GPtrArray *columns,
                   RushPullFunc pull, RushAliases **out_inside, GError **error)
{
  g_autoptr (GPtrArray) said = rush_expr_ptr_array ();
  RushDecorrelation own = { self->outer, said, RUSH_USE_ROWS, FALSE };
  RushPlan *plan = pull (&own, child, TRUE, error);
  RushPlan *domain = plan != NULL ? domain_of (self, columns, out_inside, error) : NULL;

  if (domain == NULL)
    {
      rush_plan_unref (plan);
      return NULL;
    }
  GPtrArray *keys = rush_expr_ptr_array ();
  for (guint i = 0; i < said->len; i++)
    g_ptr_array_add (keys, rush_replace_outer (said->pdata[i], *out_inside));
  GPtrArray *items = rush_expr_list_copy (child->output);
  for (guint i = 0; i < columns->len; i++)
    g_ptr_array_add (items, rush_expr_ref (rush_aliases_get (
                                *out_inside, rush_expr_named_id (columns->pdata[i]))));
  return rush_plan_project (rush_expr_list_from_array (items),
                            rush_plan_join (RUSH_JOIN_INNER, rush_all_of (keys), domain, plan));
}

static gboolean
add_outer_of_node (const RushPlan *node, gpointer data)
{
  if (node->flags & RUSH_EXPR_HAS_OUTER)
    rush_plan_visit_expressions (node, add_outer, data);
  return FALSE;
}

RushPlan *
rush_join_domain_to_children (RushDecorrelation *self, RushPlan *plan, RushPullFunc pull,
                              GError **error)
{
  g_autoptr (GPtrArray) columns = rush_expr_ptr_array ();
  g_autofree RushPlan **children = g_new0 (RushPlan *, plan->n_children);
  g_autoptr (RushAliases) first = NULL;

  rush_plan_visit (plan, add_outer_of_node, columns);
  for (guint i = 0; i < plan->n_children; i++)
    {
      RushAliases *inside = NULL;
      children[i] = child_with_domain (self, plan->children[i], columns, pull, &inside, error);
      if (children[i] == NULL)
        {
          while (i-- > 0)
            rush_plan_unref (children[i]);
          return NULL;
        }
      if (i == 0)
        first = inside;
      else
        rush_aliases_free (inside);
    }
  add_conditions (self, columns, first);
  return rush_plan_with_children (plan, children);
}
