/* optimizer_private.h - what the rules of the optimizer share.
 *
 * A rule is a function on plans (sql/plan/rule.h); most are a function on one node, which the
 * macros below apply to a whole tree.  Every rule gets a RushOptimization as its data.
 *
 * What a rule outside of this folder may use as well stands in rule_seams.h.  Helpers take what
 * they say; lists of expressions are GPtrArrays that own their items.
 */
#pragma once

#include "sql/evaluate/evaluate.h"
#include "sql/optimizer/optimizer.h"
#include "sql/optimizer/rule_seams.h"

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
/* Batches with the plug-ins' rules in their places (plugin_rules.c). */
typedef struct _RushPluginRules RushPluginRules;
RushPluginRules *rush_plugin_rules_new (const RushPlugins *plugins, const RushRuleBatch *batches,
                                        guint n_batches); /* NULL: none takes a rule's place */
const RushRuleBatch *rush_plugin_rules_batches (const RushPluginRules *self);
const RushRule *const *rush_plugin_rules_checked (const RushPluginRules *self); /* all of theirs */
void rush_plugin_rules_free (RushPluginRules *self);                            /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushPluginRules, rush_plugin_rules_free)
RushPlan *rush_optimization_run (RushPlan *plan, RushOptimization *self, GError **error);

/* ── expressions and plans (predicates.c) ── */

/* isnotnull (column), for columns that are certainly not null where @expr is true: its value is
 * null without them. */
void rush_add_not_null (const RushExpr *expr, GPtrArray *into);
/* Any subquery but an IN that stands for itself. */
gboolean rush_has_correlated_subquery (const RushExpr *expr);
void rush_add_if_new (GPtrArray *into, RushExpr *expr); /* takes @expr */
/* What holds for every row that @plan gives, as far as its filters and inner joins say. */
void rush_add_constraints (const RushPlan *plan, GPtrArray *into);
gboolean rush_same_columns (const RushExprList *a, const RushExprList *b); /* ids, in order */
/* left.a <=> right.x AND …, by position. */
RushExpr *rush_null_safe_equal (const RushPlan *left, const RushPlan *right);
RushPlan *rush_empty_relation (const RushExprList *output);

/* Of a GLOBAL_LIMIT, LOCAL_LIMIT, OFFSET or TAIL, if it is a number. */
gboolean rush_limit_of (const RushPlan *limit, gint64 *out);
/* max () and the like: the same for values that come once or often; also sum (DISTINCT …). */
gboolean rush_ignores_duplicates (const RushExpr *aggregate);
gboolean rush_aggregate_is_agnostic (const RushExpr *aggregate);
/* A literal: 0 for count () and its like, else null. (transfer full) */
RushExpr *rush_aggregate_of_no_rows (const RushExpr *aggregate);

/* ── aliases (aliases.c) ── */

RushAliases *rush_aliases_new (void);
void rush_aliases_set (RushAliases *self, RushExprId id, RushExpr *expr); /* takes @expr */
RushExpr *rush_aliases_get (const RushAliases *self, RushExprId id);      /* (transfer none) */
/* The same as rush_substitute () for an item of a list of named expressions, which keeps name and
 * id. */
RushExpr *rush_substitute_named (RushExpr *named, const RushAliases *aliases);
RushExprList *rush_substitute_list (const RushExprList *list, const RushAliases *aliases);
/* All nodes of a plan. */
RushPlan *rush_substitute_plan (RushPlan *plan, const RushAliases *aliases, GError **error);
/* Every column of @plan under a new id: Project [a#1 AS a#7]; @out maps old to new. Takes @plan. */
RushPlan *rush_rename_columns (RushPlan *plan, const RushExprIdSet *which, RushAliases *out);
