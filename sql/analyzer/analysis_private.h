/* analysis_private.h - what the rules of the analyzer share.
 *
 * Every rule gets an Analysis as its data: the options, and the query around the one that is being
 * analyzed, whose columns a correlated subquery may use.
 */
#pragma once

#include "sql/analyzer/analyzer.h"
#include "sql/plan/rule.h"

typedef struct _RushAnalysis RushAnalysis;
struct _RushAnalysis
{
  const RushAnalyzerOptions *options;
  RushEvalMode mode;         /* of expressions that the analyzer makes */
  const RushPlan *outer;     /* node of the query around: its children's columns; or NULL */
  const RushAnalysis *parent; /* of the query around; or NULL */
};

/* A spark.sql.… switch, as the query has it. */
gboolean rush_analysis_switch (const RushAnalysis *self, const char *key);

/* ── names (name_resolution.c) ── */

gboolean rush_analysis_same_name (const RushAnalysis *self, const char *a, const char *b);
/* The column that @parts name among @columns, with fields of structs taken out.  NULL without
 * error: there is none. (transfer full) */
RushExpr *rush_analysis_resolve_name (const RushAnalysis *self, char *const *parts,
                                      const GPtrArray *columns, const RushSqlContext *context,
                                      GError **error);
/* child[key], child.key: takes over nothing. */
RushExpr *rush_analysis_extract (const RushAnalysis *self, RushExpr *child, RushExpr *key,
                                 const RushSqlContext *context, GError **error);
/* All columns of the children (transfer container; items are borrowed from the plan). */
GPtrArray *rush_analysis_input (const RushPlan *plan);
/* What the children hide: keys of the other side after USING. */
GPtrArray *rush_analysis_hidden (const RushPlan *plan);

/* ── types (common_type.c) ── */

/* The narrowest type that both go into without a cast that could fail or lose digits; NULL. */
const RushType *rush_analysis_tightest_type (const RushAnalysis *self, const RushType *a,
                                             const RushType *b);
/* … strings become the other type (ANSI) or all become strings (legacy), as in CASE and IN. */
const RushType *rush_analysis_wider_type (const RushAnalysis *self, const RushType *a,
                                          const RushType *b);
const RushType *rush_analysis_wider_of (const RushAnalysis *self, const GPtrArray *expressions);
/* @expr as @type; the same node if it is. Takes over @expr. */
RushExpr *rush_analysis_cast (const RushAnalysis *self, RushExpr *expr, const RushType *type);
/* An implicit cast of an argument; NULL without error: there is none. Takes over nothing. */
RushExpr *rush_analysis_implicit_cast (const RushAnalysis *self, RushExpr *expr, RushArgType to);
/* Casts each of @args (replaced in place) to what the function wants; FALSE with @error. */
gboolean rush_analysis_fit_arguments (const RushAnalysis *self, const RushFunction *function,
                                      const char *name, guint n, RushExpr **args,
                                      const RushSqlContext *context, GError **error);
gboolean rush_analysis_can_cast (const RushAnalysis *self, const RushType *from,
                                 const RushType *to);

/* ── running (analyzer_batches.c, analyzer.c) ── */

extern const RushRuleBatch rush_analyzer_batches[];
extern const guint rush_analyzer_n_batches;
RushPlan *rush_analysis_run (RushPlan *plan, const RushAnalysis *self, GError **error);
/* Turns what is wrong or left over into Spark's errors. */
gboolean rush_check_analysis (RushPlan *plan, const RushAnalysis *self, GError **error);
gboolean rush_check_aggregate (const RushPlan *aggregate, GError **error);
/* UNRESOLVED_COLUMN with the nearest names. */
void rush_analysis_set_unresolved (GError **error, char *const *parts,
                                   const GPtrArray *columns, const RushSqlContext *context);
/* Calls with arguments whose types do not fit, as DATATYPE_MISMATCH.… */
gboolean rush_check_types (const RushExpr *expr, GError **error);
/* A WINDOW's frame and order. */
gboolean rush_check_window (const RushExpr *window, GError **error);
/* No windows in WHERE and HAVING. */
gboolean rush_check_clause (const RushPlan *node, GError **error);

/* ── small things many rules do ── */

/* The same plan with new ids for columns that it makes: those in @taken, or all if that is NULL.
 * (transfer full) */
RushPlan *rush_analysis_renew (RushPlan *plan, const RushExprIdSet *taken);

/* A call of a registered function whose arguments are resolved and fit; NULL with @error. Takes
 * over @args. */
RushExpr *rush_analysis_call (const RushAnalysis *self, const char *name, guint n,
                              RushExpr *const *args, GError **error);
/* withField (), dropFields (): @call of @name with @n resolved arguments; NULL: another function,
 * or @error. */
RushExpr *rush_analysis_update_fields (const RushAnalysis *self, const RushExpr *call,
                                       const char *name, guint n, GError **error);
RushExpr *rush_analysis_alias_of (RushExpr *expr); /* takes over; named as it is written */
/* Copies of a list to add to. */
GPtrArray *rush_expr_list_to_array (const RushExprList *list);
GPtrArray *rush_expr_array_new (void);
/* "\"BIGINT\"" and "\"(a + b)\"", as messages quote them. */
char *rush_quote_type (const RushType *type);
char *rush_quote_expr (const RushExpr *expr);

#define RUSH_RULE(id) extern const RushRule rush_rule_##id;
#include "sql/analyzer/analyzer_rules.def"
#undef RUSH_RULE
