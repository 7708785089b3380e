/* exec.h - physical operators: how a plan is run.
 *
 *   HashAggregate (final)          an operator has children, an output, and says how its rows are
 *   └── Exchange hash (k)          spread (partitioning) and sorted (ordering), and what it needs of
 *       └── HashAggregate (partial)    its children; ensure_requirements.c puts exchanges and sorts
 *           └── Filter                 where these do not meet
 *               └── Scan
 *
 * Two kinds of operators:
 *   pipelined   one partition in, one out: open () wraps a child's iterator (Filter, Project, partial
 *               aggregates, the probing side of a broadcast join …).  A chain of them is one stage of
 *               fused operators (WholeStageCodegen in Spark's plans): one RDD, one iterator in another
 *   others      execute () makes an RDD of their own: scans, exchanges, joins of two inputs, unions
 *
 * Ownership:  refcounted; the tree is immutable but for metrics (atomics) and what execute () keeps
 *             (an RDD, made once, so that a reused exchange is one shuffle).
 * Threads:    planned and executed on the driver's threads; iterators on runners.
 * Mirrors:    org.apache.spark.sql.execution.SparkPlan, CodegenSupport.
 */
#pragma once

#include "core/lineage/rdd.h"
#include "rdd/context.h"
#include "sql/evaluate/evaluate.h"
#include "sql/plan/logical.h"
#include "sql/plan/settings.h"

typedef struct _RushExec RushExec;
typedef struct _RushQuery RushQuery; /* sql/physical/query.h */

/* ── how rows are spread over partitions ── */

typedef enum
{
  RUSH_PARTITIONING_UNKNOWN,
  RUSH_PARTITIONING_SINGLE,
  RUSH_PARTITIONING_HASH,       /* pmod (murmur3 (expressions), n) */
  RUSH_PARTITIONING_RANGE,      /* SORT_ORDERs */
  RUSH_PARTITIONING_ROUND_ROBIN,
  RUSH_PARTITIONING_BROADCAST,
  RUSH_PARTITIONING_COLLECTION, /* any of several (inner joins) */
} RushPartitioningKind;

typedef struct _RushPartitioning RushPartitioning;
struct _RushPartitioning
{
  RushRefCount refs;
  RushPartitioningKind kind;
  guint n_partitions;
  RushExprList *expressions;      /* HASH, RANGE; or NULL */
  guint n_alternatives;           /* COLLECTION */
  RushPartitioning **alternatives;
};
RushPartitioning *rush_partitioning_new (RushPartitioningKind kind, guint n_partitions,
                                         RushExprList *expressions /* taken over, or NULL */);
RushPartitioning *rush_partitioning_ref (RushPartitioning *self);
void rush_partitioning_unref (RushPartitioning *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushPartitioning, rush_partitioning_unref)

typedef enum
{
  RUSH_DISTRIBUTION_ANY,
  RUSH_DISTRIBUTION_ALL_TUPLES, /* one partition */
  RUSH_DISTRIBUTION_CLUSTERED,  /* equal values of the expressions in one partition */
  RUSH_DISTRIBUTION_ORDERED,    /* ranges in the order of partitions */
  RUSH_DISTRIBUTION_BROADCAST,
} RushDistributionKind;

typedef struct
{
  RushDistributionKind kind;
  RushExprList *expressions; /* (transfer none): CLUSTERED, ORDERED */
} RushDistribution;
gboolean rush_partitioning_satisfies (const RushPartitioning *self, const RushDistribution *required);

/* ── metrics: what the SQL tab shows of an operator ── */

typedef enum
{
  RUSH_METRIC_SUM,    /* "number of output rows" */
  RUSH_METRIC_SIZE,   /* bytes */
  RUSH_METRIC_TIMING, /* ms */
  RUSH_METRIC_NS_TIMING,
} RushMetricKind;

typedef struct
{
  const char *name;   /* Spark's key: "numOutputRows" */
  const char *label;  /* "number of output rows" */
  RushMetricKind kind;
  gint64 accumulator_id; /* as the event log numbers it */
  atomic_llong value;
} RushMetric;

/* ── operators ── */

typedef struct
{
  const char *name; /* as explain () prints it: "HashAggregate" */
  gboolean fusible; /* may stand in a stage of fused operators (supports codegen in Spark) */
  void (*finalize) (RushExec *self);
  /* A copy of the payload with other children (taken over). */
  RushExec *(*with_children) (const RushExec *self, RushExec *const *children);
  /* What explain prints behind the name: "(keys=[k#1], functions=[sum(v#2)])"; or NULL. */
  char *(*arguments) (const RushExec *self);
  /* The same for explain ("formatted"): lines "Input [2]: …"; optional, else made of arguments. */
  char *(*formatted) (const RushExec *self);
  /* NULL: the first child's. */
  RushPartitioning *(*output_partitioning) (const RushExec *self); /* (transfer full) */
  RushExprList *(*output_ordering) (const RushExec *self); /* (transfer full) or NULL: none */
  /* What child @i must be; optional: ANY. */
  RushDistribution (*required_distribution) (const RushExec *self, guint i);
  RushExprList *(*required_ordering) (const RushExec *self, guint i); /* (transfer full) or NULL */

  /* pipelined: wraps the iterator of the first child's partition, which it takes over, also on
   * failure.  @broadcasts are those of prepare (). */
  RushIterator *(*open) (const RushExec *self, RushIterator *child, guint split,
                         RushTaskContext *ctx, RushEvalContext *eval, GError **error);
  /* others: an RDD over the children's (rush_exec_execute ()). */
  RushRdd *(*execute) (RushExec *self, RushQuery *query, GError **error);
  /* Before the RDD is made: starts what must be there first (broadcasts, subqueries); may run jobs.
   * Optional. */
  gboolean (*prepare) (RushExec *self, RushQuery *query, GError **error);
  /* The C of this operator in a fused stage, for explain ("codegen"); optional. */
  void (*write_c) (const RushExec *self, gpointer writer);
} RushExecClass;

struct _RushExec
{
  const RushExecClass *klass;
  RushRefCount refs;
  RushPlan *logical;    /* (owned) what it was planned from, or NULL: AQE looks it up */
  RushExprList *output; /* (owned) attributes */
  guint n_children;
  RushExec **children; /* (owned) */
  guint n_metrics;
  RushMetric *metrics;
  gint codegen_stage_id; /* "*(2)" in plans; 0: not in a fused stage */
  gint operator_id;      /* of explain ("formatted") */
  /* made once, under the query's lock */
  RushRdd *rdd;
};

/* For subclasses: @size bytes that begin with a RushExec; takes over output and children (the array
 * is the caller's). */
gpointer rush_exec_alloc (gsize size, const RushExecClass *klass, RushExprList *output,
                          guint n_children, RushExec *const *children);
RushExec *rush_exec_ref (RushExec *self);
void rush_exec_unref (RushExec *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushExec, rush_exec_unref)

RushExec *rush_exec_with_children (RushExec *self, RushExec *const *children);
RushPartitioning *rush_exec_output_partitioning (const RushExec *self);
RushExprList *rush_exec_output_ordering (const RushExec *self);
RushSchema *rush_exec_schema (const RushExec *self); /* (transfer full) */
/* The RDD of its rows: a pipelined chain becomes one RDD over the RDD below it. */
RushRdd *rush_exec_execute (RushExec *self, RushQuery *query, GError **error);

void rush_exec_add_metric (RushExec *self, const char *name, const char *label,
                           RushMetricKind kind);
RushMetric *rush_exec_metric (const RushExec *self, const char *name);
static inline void
rush_metric_add (RushMetric *self, gint64 value)
{
  atomic_fetch_add_explicit (&self->value, value, memory_order_relaxed);
}

/* As explain () prints it. */
char *rush_exec_to_tree_string (const RushExec *self);
char *rush_exec_to_formatted_string (const RushExec *self);
