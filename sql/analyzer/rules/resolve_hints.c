/* resolve_hints.c - ResolveHints: advice in comments.
 *
 *   'UnresolvedHint BROADCAST [u]          Join Inner
 *   +- Join Inner                    →     :- SubqueryAlias t
 *      :- SubqueryAlias t                  +- ResolvedHint (strategy=broadcast)
 *      +- SubqueryAlias u                     +- SubqueryAlias u
 *
 *   COALESCE (n), REPARTITION (n, columns), REBALANCE   a node of its own
 *
 * A hint that is not known, or names no table that is there, is dropped, as in Spark.
 *
 * Mirrors: ResolveHints.
 */
#include <string.h>

#include "sql/analyzer/analysis_private.h"

typedef struct
{
  const char *name;
  RushJoinHint hint;
} JoinHintName;

static const JoinHintName join_hints[] = {
  { "BROADCAST", RUSH_HINT_BROADCAST },
  { "BROADCASTJOIN", RUSH_HINT_BROADCAST },
  { "MAPJOIN", RUSH_HINT_BROADCAST },
  { "SHUFFLE_MERGE", RUSH_HINT_MERGE },
  { "MERGE", RUSH_HINT_MERGE },
  { "MERGEJOIN", RUSH_HINT_MERGE },
  { "SHUFFLE_HASH", RUSH_HINT_SHUFFLE_HASH },
  { "SHUFFLE_REPLICATE_NL", RUSH_HINT_SHUFFLE_REPLICATE_NL },
};

static RushJoinHint
find_join_hint (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (join_hints); i++)
    if (strcmp (join_hints[i].name, name) == 0)
      return join_hints[i].hint;
  return RUSH_HINT_NONE;
}

/* The table a parameter names: a column's name, or a string. */
static char *
parameter_name (const RushExpr *parameter)
{
  gsize length;
  const char *bytes;

  if (parameter->kind == RUSH_EXPR_UNRESOLVED_ATTRIBUTE)
    return g_strdup (parameter->as.names.parts[g_strv_length (parameter->as.names.parts) - 1]);
  if (parameter->kind != RUSH_EXPR_LITERAL || parameter->type != &RUSH_STRING)
    return NULL;
  bytes = rush_column_get_bytes (parameter->as.literal.value, 0, &length);
  return g_strndup (bytes, length);
}

static gboolean
is_named (const RushAnalysis *self, const RushPlan *plan, const char *name)
{
  char **names = plan->kind == RUSH_PLAN_SUBQUERY_ALIAS        ? plan->as.names.names
                 : plan->kind == RUSH_PLAN_UNRESOLVED_RELATION ? plan->as.relation.names
                                                               : NULL;

  return names != NULL && rush_analysis_same_name (self, names[g_strv_length (names) - 1], name);
}

/* Puts the hint on what is called @name, without looking into subqueries. */
static RushPlan *
put_hint (const RushAnalysis *self, RushPlan *plan, const char *name, RushJoinHint hint)
{
  g_autofree RushPlan **children = NULL;

  if (is_named (self, plan, name))
    return rush_plan_resolved_hint (hint, rush_plan_ref (plan));
  if (plan->kind == RUSH_PLAN_SUBQUERY_ALIAS || plan->kind == RUSH_PLAN_VIEW ||
      plan->kind == RUSH_PLAN_RESOLVED_HINT)
    return rush_plan_ref (plan);
  children = g_new (RushPlan *, plan->n_children);
  for (guint i = 0; i < plan->n_children; i++)
    children[i] = put_hint (self, plan->children[i], name, hint);
  return rush_plan_with_children (plan, children);
}

static RushPlan *
join_hint (const RushAnalysis *self, const RushPlan *node, RushJoinHint hint)
{
  RushPlan *plan = rush_plan_ref (node->children[0]);

  if (node->lists[0]->n == 0)
    return rush_plan_resolved_hint (hint, plan);
  for (guint i = 0; i < node->lists[0]->n; i++)
    {
      g_autofree char *name = parameter_name (node->lists[0]->items[i]);
      g_autoptr (RushPlan) before = plan;

      plan = name != NULL ? put_hint (self, before, name, hint) : rush_plan_ref (before);
    }
  return plan;
}

/* ── partitions ── */

static void
rebalance (RushPlan *copy, gpointer data)
{
  copy->as.repartition.rebalance = TRUE;
}

/* Columns may be written as strings. */
static RushExpr *
as_column (RushExpr *parameter)
{
  g_autofree char *name = NULL;

  if (parameter->kind != RUSH_EXPR_LITERAL || parameter->type != &RUSH_STRING)
    return rush_expr_ref (parameter);
  name = parameter_name (parameter);
  return rush_expr_unresolved_attribute ((const char *[]){ name, NULL }, -1);
}

static RushPlan *
partition_hint (const RushPlan *node)
{
  const RushExprList *parameters = node->lists[0];
  const RushExpr *first = parameters->n > 0 ? parameters->items[0] : NULL;
  gboolean counted =
      first != NULL && first->kind == RUSH_EXPR_LITERAL && rush_type_is_integral (first->type);
  guint n = counted ? (guint)rush_column_get_int (first->as.literal.value, 0) : 0;
  gboolean range = strcmp (node->as.hint.name, "REPARTITION_BY_RANGE") == 0;
  GPtrArray *columns;
  g_autoptr (RushPlan) made = NULL;

  if (strcmp (node->as.hint.name, "COALESCE") == 0)
    return rush_plan_repartition (MAX (n, 1), FALSE, rush_plan_ref (node->children[0]));
  columns = rush_expr_array_new ();
  for (guint i = counted; i < parameters->n; i++)
    g_ptr_array_add (columns,
                     range ? rush_expr_sort_order (as_column (parameters->items[i]), FALSE, FALSE)
                           : as_column (parameters->items[i]));
  if (columns->len == 0 && strcmp (node->as.hint.name, "REPARTITION") == 0 && n > 0)
    {
      g_ptr_array_unref (columns);
      return rush_plan_repartition (n, TRUE, rush_plan_ref (node->children[0]));
    }
  made = rush_plan_repartition_by (n, rush_expr_list_from_array (columns),
                                   rush_plan_ref (node->children[0]));
  return strcmp (node->as.hint.name, "REBALANCE") == 0 ? rush_plan_edit (made, rebalance, NULL)
                                                       : g_steal_pointer (&made);
}

static RushPlan *
resolve (RushPlan *node, gpointer data, GError **error)
{
  static const char *const partition_hints[] = { "COALESCE", "REPARTITION", "REPARTITION_BY_RANGE",
                                                 "REBALANCE", NULL };
  RushJoinHint hint;

  if (node->kind != RUSH_PLAN_UNRESOLVED_HINT)
    return rush_plan_ref (node);
  hint = find_join_hint (node->as.hint.name);
  if (hint != RUSH_HINT_NONE)
    return join_hint (data, node, hint);
  return g_strv_contains (partition_hints, node->as.hint.name) ? partition_hint (node)
                                                               : rush_plan_ref (node->children[0]);
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_up (plan, resolve, data, error);
}

const RushRule rush_rule_resolve_hints = { "ResolveHints", apply };
