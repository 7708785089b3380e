/* plan_graph.h - a physical plan as a graph: what to draw of it.
 *
 *     plan (core/event/plan_info.h)               graph
 *       WholeStageCodegen (2)                       cluster "WholeStageCodegen (2)"
 *       └── HashAggregate                             HashAggregate
 *           └── InputAdapter                  ─▶        ▲
 *               └── ShuffleQueryStage               Exchange
 *                   └── Exchange                        ▲
 *                       └── WholeStageCodegen (1)   cluster "WholeStageCodegen (1)"
 *                           └── Range                 Range
 *
 * Fused stages become frames; adapters and query stages, which do nothing to rows, become edges;
 * an exchange that is used again is one box with two edges.  Boxes have what the plan's metrics
 * have come to, where it is known: the same picture before and after a run.
 *
 * Ownership:  a graph owns its texts and refers to nothing that it was made from.
 * Threads:    whoever holds it.
 * Mirrors:    org.apache.spark.sql.execution.ui.SparkPlanGraph (the SQL tab's picture).
 */
#pragma once

#include "core/event/plan_info.h"

#define RUSH_PLAN_NO_CLUSTER G_MAXUINT

typedef enum
{
  RUSH_PLAN_NODE_OPERATOR,
  RUSH_PLAN_NODE_SHUFFLE,   /* Exchange: rows change partitions */
  RUSH_PLAN_NODE_BROADCAST, /* BroadcastExchange: all rows to every executor */
  RUSH_PLAN_NODE_CACHED,    /* InMemoryTableScan: rows that were kept */
} RushPlanNodeKind;

/* "number of output rows", "12,345" */
typedef struct
{
  char *label;
  char *value;
} RushPlanNodeMetric;

typedef struct
{
  RushPlanNodeKind kind;
  char *name;      /* "HashAggregate" */
  char *arguments; /* "(keys=[k#1], functions=[sum(v#2)])"; "" */
  guint cluster;   /* index, or RUSH_PLAN_NO_CLUSTER */
  GArray *metrics; /* RushPlanNodeMetric, of those that are known and say something */
  gint64 n_rows;   /* that it put out; −1: not known */
} RushPlanNode;

typedef struct
{
  guint from, to; /* indices of nodes, in the direction of the data */
} RushPlanEdge;

typedef struct
{
  char *title;         /* "Query 3 · show at app.py:5"; NULL: none; for the caller to set */
  char *note;          /* "AdaptiveSparkPlan isFinalPlan=true"; NULL: none */
  GPtrArray *clusters; /* names */
  GArray *nodes;       /* RushPlanNode, parents before children */
  GArray *edges;       /* RushPlanEdge */
} RushPlanGraph;

/* What a metric has come to; FALSE: it is not known. */
typedef gboolean (*RushMetricLookUp) (gint64 accumulator_id, gpointer data, gint64 *out);

/* @look_up: NULL before a run. */
RushPlanGraph *rush_plan_graph_new (const RushPlanInfo *plan, RushMetricLookUp look_up,
                                    gpointer data);
void rush_plan_graph_free (RushPlanGraph *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushPlanGraph, rush_plan_graph_free)

/* In Graphviz' language; the same graph gives the same text.  (transfer full) */
char *rush_plan_graph_to_dot (const RushPlanGraph *self);
