/* plan_info.h - the plan of a query, as events tell it: names, texts and metrics, and nothing that
 * can run.
 *
 * Ownership:  a tree owns its texts and children; names of metrics are immortal.
 * Threads:    immutable once it is in an event.
 * Mirrors:    org.apache.spark.sql.execution.SparkPlanInfo, metric.SQLMetricInfo.
 */
#pragma once

#include "core/base/json.h"

RUSH_BEGIN_PUBLIC

typedef struct
{
  const char *name; /* "number of output rows"; immortal */
  const char *type; /* "sum", "size", "timing", "nsTiming"; immortal */
  gint64 accumulator_id;
} RushPlanMetric;

typedef struct _RushPlanInfo RushPlanInfo;
struct _RushPlanInfo
{
  char *name; /* "WholeStageCodegen (1)" */
  char *text; /* "Filter isnotnull(k#15L)" */
  guint n_children;
  RushPlanInfo **children; /* (owned) */
  guint n_metrics;
  RushPlanMetric *metrics; /* (owned) */
};

/* Takes over both texts; children and metrics are zeroed, to be filled. */
RushPlanInfo *rush_plan_info_new (char *name, char *text, guint n_children, guint n_metrics);
void rush_plan_info_free (RushPlanInfo *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushPlanInfo, rush_plan_info_free)
void rush_plan_info_write_json (const RushPlanInfo *self, RushJsonWriter *writer);

RUSH_END_PUBLIC
