/* optimizer.h - analyzed plans to better ones that give the same rows.
 *
 * rules/ has one rule a file, each with a picture of before and after; batches.c says in which
 * order they run.
 *
 * Mirrors:  org.apache.spark.sql.catalyst.optimizer.Optimizer, SparkOptimizer.
 */
#pragma once

#include "core/plugin/plugin.h"
#include "sql/plan/rule.h"

typedef struct
{
  gboolean enabled; /* spark.rushlight.sql.optimizer.enabled; FALSE: only what the physical
                             plan cannot do without (subqueries, distinct, set operations) */
  gboolean ansi;
  gboolean case_sensitive;
  const char *time_zone; /* interned */
  gint64 now_us;
  GHashTable *conf;           /* char* → char*: spark.sql.… settings (excludedRules, cbo, …) */
  RushRuleTracker *tracker;   /* or NULL */
  const RushPlugins *plugins; /* whose rules take the place of built-in ones; or NULL */
} RushOptimizerOptions;

RushPlan *rush_optimize (RushPlan *analyzed, const RushOptimizerOptions *options, GError **error);
/* Rows that the driver has, and what @plan does with them, as such rows: ConvertToLocalRelation
 * alone, for adaptive execution.  @time_zone: interned. */
RushPlan *rush_optimize_local (RushPlan *plan, const char *time_zone, GError **error);
