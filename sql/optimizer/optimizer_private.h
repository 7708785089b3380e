/* optimizer_private.h - what the rules of the optimizer share.
 *
 * A rule is a function on plans (sql/plan/rule.h); most are a function on one node, which the
 * macros below apply to a whole tree.  Every rule gets a RushOptimization as its data.
 *
 * Helpers take what they say; lists of expressions are GPtrArrays that own their items.
 */
#pragma once

#include "sql/evaluate/evaluate.h"
#include "sql/optimizer/optimizer.h"

typedef struct
{
  const RushOptimizerOptions *options;
  RushEvalContext *evaluation; /* for constants */
  guint depth;                 /* of subqueries that the plan stands in; 0: the query itself */
} RushOptimization;

/* A setting of the query: "true" or "false", else @otherwise. */
gboolean rush_optimization_flag (const RushOptimization *self, const char *key, gboolean otherwise);
gint64 rush_optimization_number (const RushOptimization *self, const char *key, gint64 otherwise);
double rush_optimization_double (const RushOptimization *self, const char *key, double otherwise);

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

#define RUSH_RULE(id) extern const RushRule rush_optimizer_##id;
#include "sql/optimizer/rules.def"
#undef RUSH_RULE

extern const RushRuleBatch rush_optimizer_batches[];
extern const guint rush_optimizer_n_batches;
/* What no plan can do without. */
extern const RushRuleBatch rush_optimizer_needed_batches[];
extern const guint rush_optimizer_n_needed_batches;
/* Names of the rules that the settings leave out; NULL-terminated (transfer full). */
char **rush_excluded_rules (const RushOptimizerOptions *options);
RushPlan *rush_optimization_run (RushPlan *plan, RushOptimization *self, GError **error);

/* ── lists (predicates.c) ── */

GPtrArray *rush_expr_ptr_array (void); /* owns RushExpr */
/* Refs on all items; NULL is an empty list. */
GPtrArray *rush_expr_list_copy (const RushExprList *list);
/* The conjuncts of a condition that may be missing (a FILTER's or JOIN's lists[0]). */
GPtrArray *rush_conjuncts_of (const RushExprList *condition);
/* All joined by AND; NULL for none.  Takes the array. */
RushExpr *rush_all_of (GPtrArray *conjuncts);
/* A FILTER, if there is anything to filter by.  Takes both. */
RushPlan *rush_filter_if_any (GPtrArray *conjuncts, RushPlan *child);
/* Moves those whose columns all come from @from, and that give the same for the same row. */
GPtrArray *rush_take_evaluable (GPtrArray *conjuncts, const RushExprList *from);
gboolean rush_uses_only (const RushExpr *expr, const RushExprList *columns);
gboolean rush_uses_any (const RushExpr *expr, const RushExprList *columns);
gboolean rush_all_deterministic (const RushExprList *list);
gboolean rush_list_has_flag (const RushExprList *list, RushExprFlags flag);
gboolean rush_is_deterministic (const RushExpr *expr);
gboolean rush_contains_semantic (const GPtrArray *items, const RushExpr *expr);
/* isnotnull (column), for columns that are certainly not null where @expr is true: its value is
 * null
 * without them. */
void rush_add_not_null (const RushExpr *expr, GPtrArray *into);
/* Any subquery but an IN that stands for itself. */
gboolean rush_has_correlated_subquery (const RushExpr *expr);
void rush_add_if_new (GPtrArray *into, RushExpr *expr); /* takes @expr */
/* What holds for every row that @plan gives, as far as its filters and inner joins say. */
void rush_add_constraints (const RushPlan *plan, GPtrArray *into);
RushPlan *rush_with_child (RushPlan *node, RushPlan *child);                /* takes @child */
RushPlan *rush_with_list (RushPlan *node, guint i, RushExprList *list);     /* takes @list */
RushPlan *rush_project_onto (const RushExprList *columns, RushPlan *child); /* takes @child */
gboolean rush_same_columns (const RushExprList *a, const RushExprList *b);  /* ids, in order */
/* left.a <=> right.x AND …, by position. */
RushExpr *rush_null_safe_equal (const RushPlan *left, const RushPlan *right);
RushPlan *rush_empty_relation (const RushExprList *output);

/* Of a GLOBAL_LIMIT, LOCAL_LIMIT, OFFSET or TAIL, if it is a number. */
gboolean rush_limit_of (const RushPlan *limit, gint64 *out);
/* @func on every expression of this node as a whole, not on the parts of it. */
RushPlan *rush_map_expressions (RushPlan *node, RushExprTransform func, gpointer data,
                                GError **error);
/* max () and the like: the same for values that come once or often; also sum (DISTINCT …). */
gboolean rush_ignores_duplicates (const RushExpr *aggregate);
gboolean rush_aggregate_is_agnostic (const RushExpr *aggregate);
/* A literal: 0 for count () and its like, else null. (transfer full) */
RushExpr *rush_aggregate_of_no_rows (const RushExpr *aggregate);

/* ── aliases (aliases.c) ── */

typedef struct _RushAliases RushAliases; /* id → expression */
RushAliases *rush_aliases_new (void);
/* ALIASed expressions of a list, and attributes that stand for themselves. */
RushAliases *rush_aliases_of (const RushExprList *named);
/* The columns of @from become those of @to, by position. */
RushAliases *rush_aliases_between (const RushExprList *from, const RushExprList *to);
void rush_aliases_set (RushAliases *self, RushExprId id, RushExpr *expr); /* takes @expr */
RushExpr *rush_aliases_get (const RushAliases *self, RushExprId id);      /* (transfer none) */
void rush_aliases_free (RushAliases *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushAliases, rush_aliases_free)
/* @expr with columns replaced, in subqueries' conditions, too. (transfer full) */
RushExpr *rush_substitute (RushExpr *expr, const RushAliases *aliases);
/* The same for an item of a list of named expressions, which keeps name and id. */
RushExpr *rush_substitute_named (RushExpr *named, const RushAliases *aliases);
RushExprList *rush_substitute_list (const RushExprList *list, const RushAliases *aliases);
/* All nodes of a plan. */
RushPlan *rush_substitute_plan (RushPlan *plan, const RushAliases *aliases, GError **error);
/* Every column of @plan under a new id: Project [a#1 AS a#7]; @out maps old to new. Takes @plan. */
RushPlan *rush_rename_columns (RushPlan *plan, const RushExprIdSet *which, RushAliases *out);
