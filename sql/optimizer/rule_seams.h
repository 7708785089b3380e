/* rule_seams.h - what a rule of the optimizer is written with, and the rules that another file may
 * take.
 *
 *   ConstantFolding      what needs no row is computed now           rules/constant_folding.c
 *   PushDownPredicates   filters go down as far as they may          rules/push_down_predicates.c
 *   ColumnPruning        columns that nobody asks for stay behind    rules/column_pruning.c
 *
 * A rule is a RushRule (sql/plan/rule.h): a function from a plan to a plan that gives the same
 * rows. The named files are written with nothing but the functions of this header, of expression.h
 * and logical.h, so that they can be copied and changed (pushing down takes the steps of two more,
 * push_predicate_through_non_join.c and push_predicate_through_join.c).
 *
 *   static const RushRule mine = { "my pruning", prune_all };
 *   RUSH_PLUGIN (RUSH_COLUMN_PRUNING_PART (&mine));
 *
 * A plug-in's rule stands wherever the rule of that name stands in batches.c.  It is called as
 * often as that one: until its batch changes nothing more.  After each call its plan is checked
 * (rush_plan_verify (), and that it gives the same columns); one that is broken is an error which
 * names the rule, and no crash in a task.
 *
 * Plans and expressions are values: immutable, shared, counted.  A function that makes one takes
 * over what it is made of, unless it says otherwise; rush_plan_ref () and rush_expr_ref () keep,
 * and hand on, what one was only shown.  Lists that are taken apart are GPtrArrays which own their
 * expressions.
 *
 * Threads:  any; a rule keeps no state.
 */
#pragma once

#include "core/plugin/plugin.h"
#include "sql/plan/rule.h"

RUSH_BEGIN_PUBLIC

#define RUSH_CONSTANT_FOLDING_PART(rule)                                                           \
  RUSH_PLUGIN_PART ("rule:ConstantFolding", CONSTANT_FOLDING, RushRule, rule)
#define RUSH_PUSH_DOWN_PREDICATES_PART(rule)                                                       \
  RUSH_PLUGIN_PART ("rule:PushDownPredicates", PUSH_DOWN_PREDICATES, RushRule, rule)
#define RUSH_COLUMN_PRUNING_PART(rule)                                                             \
  RUSH_PLUGIN_PART ("rule:ColumnPruning", COLUMN_PRUNING, RushRule, rule)

/* ── the walk: most rules are a function on one node, here applied to all of a tree ── */

/* static RushPlan *rewrite (RushPlan *node, gpointer data, GError **error), for every node */
#define RUSH_PLAN_RULE_UP(id, spark_name)                                                          \
  static RushPlan *apply (RushPlan *plan, gpointer data, GError **error)                           \
  {                                                                                                \
    return rush_plan_transform_up (plan, rewrite, data, error);                                    \
  }                                                                                                \
  const RushRule rush_optimizer_##id = { spark_name, apply }
#define RUSH_PLAN_RULE_DOWN(id, spark_name)                                                        \
  static RushPlan *apply (RushPlan *plan, gpointer data, GError **error)                           \
  {                                                                                                \
    return rush_plan_transform_down (plan, rewrite, data, error);                                  \
  }                                                                                                \
  const RushRule rush_optimizer_##id = { spark_name, apply }
/* static RushExpr *rewrite (RushExpr *node, gpointer data, GError **error), for every expression */
#define RUSH_EXPR_RULE_UP(id, spark_name)                                                          \
  static RushPlan *apply (RushPlan *plan, gpointer data, GError **error)                           \
  {                                                                                                \
    return rush_plan_transform_all_expressions (plan, rewrite, data, error);                       \
  }                                                                                                \
  const RushRule rush_optimizer_##id = { spark_name, apply }

/* ── constants (constants.c) ── */

/* Could @expr be a literal, and is it none yet?  It needs no row, and is no name, order, subquery,
 * aggregate or the like. */
gboolean rush_is_constant (const RushExpr *expr);
/* The literal that a constant is worth; NULL with @error: it is worth nothing (1 / 0).  What only a
 * task can compute is given back as it is.  @data: what the rule was given. (transfer full) */
RushExpr *rush_value_of_constant (RushExpr *constant, gpointer data, GError **error);

/* ── expressions (predicates.c) ── */

gboolean rush_is_deterministic (const RushExpr *expr);
gboolean rush_all_deterministic (const RushExprList *list);
gboolean rush_list_has_flag (const RushExprList *list, RushExprFlags flag);
gboolean rush_uses_only (const RushExpr *expr, const RushExprList *columns);
gboolean rush_uses_any (const RushExpr *expr, const RushExprList *columns);

/* ── lists of them (predicates.c) ── */

GPtrArray *rush_expr_ptr_array (void);                     /* empty; owns RushExpr */
GPtrArray *rush_expr_list_copy (const RushExprList *list); /* refs on all items; NULL is empty */
/* The conjuncts of a condition that may be missing (a FILTER's or JOIN's lists[0]). */
GPtrArray *rush_conjuncts_of (const RushExprList *condition);
/* All joined by AND; NULL for none.  Takes the array. */
RushExpr *rush_all_of (GPtrArray *conjuncts);
/* Moves those out of @conjuncts whose columns all come from @from, and that give the same for the
 * same row. */
GPtrArray *rush_take_evaluable (GPtrArray *conjuncts, const RushExprList *from);
gboolean rush_contains_semantic (const GPtrArray *items, const RushExpr *expr);

/* ── plans (predicates.c); copies of @node with one thing changed ── */

RushPlan *rush_with_child (RushPlan *node, RushPlan *child);            /* takes @child */
RushPlan *rush_with_list (RushPlan *node, guint i, RushExprList *list); /* takes @list */
/* A FILTER, if there is anything to filter by.  Takes both. */
RushPlan *rush_filter_if_any (GPtrArray *conjuncts, RushPlan *child);
/* A PROJECT, if @child has other columns.  Takes @child. */
RushPlan *rush_project_onto (const RushExprList *columns, RushPlan *child);
/* @func on every expression of this node as a whole, not on the parts of it. */
RushPlan *rush_map_expressions (RushPlan *node, RushExprTransform func, gpointer data,
                                GError **error);

/* ── aliases: columns and what they stand for (aliases.c) ── */

typedef struct _RushAliases RushAliases; /* id → expression */
/* ALIASed expressions of a list, and attributes that stand for themselves. */
RushAliases *rush_aliases_of (const RushExprList *named);
/* The columns of @from become those of @to, by position. */
RushAliases *rush_aliases_between (const RushExprList *from, const RushExprList *to);
void rush_aliases_free (RushAliases *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushAliases, rush_aliases_free)
/* @expr with columns replaced, in subqueries' conditions, too. (transfer full) */
RushExpr *rush_substitute (RushExpr *expr, const RushAliases *aliases);

RUSH_END_PUBLIC
