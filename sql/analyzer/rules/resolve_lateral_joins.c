/* resolve_lateral_joins.c - the right side of LATERAL, which may use columns of the left one.
 *
 *   LateralJoin Inner
 *   :- Relation [k#1]
 *   +- Filter (k#5 = outer(k#1))      names that it does not know mean the left side's, as OUTER
 *
 * The optimizer makes it a join without OUTER.
 *
 * Mirrors: ResolveSubquery for LateralJoin.
 */
#include "sql/analyzer/analysis_private.h"

static RushPlan *
resolve (RushPlan *node, gpointer data, GError **error)
{
  RushAnalysis inner = *(const RushAnalysis *)data;
  g_autoptr (RushPlan) around = NULL;
  RushPlan *right;

  if (node->kind != RUSH_PLAN_LATERAL_JOIN || !node->children[0]->resolved ||
      node->children[1]->resolved)
    return rush_plan_ref (node);
  around = rush_plan_distinct (rush_plan_ref (node->children[0])); /* a node over the left side */
  inner.outer = around;
  inner.parent = data;
  right = rush_analysis_run (node->children[1], &inner, error);
  if (right == NULL)
    return NULL;
  return rush_plan_with_children (node, (RushPlan *[]){ rush_plan_ref (node->children[0]), right });
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_up (plan, resolve, data, error);
}

const RushRule rush_rule_resolve_lateral_joins = { "ResolveLateralJoin", apply };
