/* analyzer.h - unresolved plans to analyzed ones: names become attributes, calls functions, types
 * fit.
 *
 * Rules in named batches, run to a fixed point (sql/plan/rule.h), then check_analysis.c, which
 * turns what is left unresolved into Spark's errors with suggestions.
 *
 * Mirrors:
 org.apache.spark.sql.catalyst.analysis.{Analyzer,TypeCoercion,CheckAnalysis}. */
#pragma once

#include "sql/functions/function.h"
#include "sql/plan/logical.h"
#include "sql/plan/rule.h"

/* What names mean; the session's catalog implements it (sql/session/catalog.c). */
typedef struct _RushCatalogView RushCatalogView;
struct _RushCatalogView
{
  /* The plan of a table, view or `parquet`.`path`; NULL without error: there is none. */
  RushPlan *(*lookup_relation) (RushCatalogView *self, const char *const *names,
                                GPtrArray *options, GError **error);
  /* A function the user registered (a RushPythonFunction, transfer full); NULL: none. */
  RushPythonFunction *(*lookup_function) (RushCatalogView *self, const char *name);
  char **(*current_namespace) (RushCatalogView *self); /* (transfer full) ["spark_catalog",
                                                          "default"] */
};

typedef struct
{
  RushCatalogView *catalog;
  gboolean ansi;
  gboolean case_sensitive;
  const char *time_zone; /* interned */
  gint64 now_us;         /* of the query: current_timestamp () */
  GHashTable *conf;      /* char* → char*: other spark.sql.… settings; may be NULL */
  RushRuleTracker *tracker; /* or NULL */
} RushAnalyzerOptions;

/* (transfer full); @plan is untouched.  An analyzed plan comes back as it is. */
RushPlan *rush_analyze (RushPlan *plan, const RushAnalyzerOptions *options, GError **error);
/* An expression over the columns of @input, for operators that are given one later. */
RushExpr *rush_analyze_expression (RushExpr *expr, RushPlan *input,
                                   const RushAnalyzerOptions *options, GError **error);
