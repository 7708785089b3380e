/* exec.h - physical operators: how a plan is run.
 *
 *   HashAggregate (final)          an operator has children, an output, and says how its rows are
 *   └── Exchange hash (k)          spread (partitioning) and sorted (ordering), and what it needs
 *       of └── HashAggregate (partial)    its children; ensure_requirements.c puts exchanges and
 *           sorts └── Filter                 where these do not meet
 *               └── Scan
 *
 * Two kinds of operators:
 *   pipelined   one partition in, one out: open () wraps a child's iterator (Filter, Project,
 *               partial aggregates, the probing side of a broadcast join …).  A chain of them is
 *               one stage of fused operators (WholeStageCodegen in Spark's plans): one RDD, one
 *   iterator in another others      execute () makes an RDD of their own: scans, exchanges, joins
 *   of two inputs, unions
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
  RUSH_PARTITIONING_HASH,  /* pmod (murmur3 (expressions), n) */
  RUSH_PARTITIONING_RANGE, /* SORT_ORDERs */
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
  RushExprList *expressions; /* HASH, RANGE; or NULL */
  guint n_alternatives;      /* COLLECTION */
  RushPartitioning **alternatives;
};
RushPartitioning *rush_partitioning_new (RushPartitioningKind kind, guint n_partitions,
                                         RushExprList *expressions /* taken over, or NULL */);
/* Takes over both. */
RushPartitioning *rush_partitioning_either (RushPartitioning *a, RushPartitioning *b);
RushPartitioning *rush_partitioning_ref (RushPartitioning *self);
void rush_partitioning_unref (RushPartitioning *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushPartitioning, rush_partitioning_unref)
char *rush_partitioning_to_string (const RushPartitioning *self); /* "hashpartitioning(k#1, 200)" */
/* What calls the columns of @from what @to calls them, for the two functions below: other ids, the
 * same places. (transfer full) */
RushExprList *rush_list_renamed (const RushExprList *from, const RushExprList *to);
/* The same rows after a projection: attributes become what @named calls them; UNKNOWN if one of
 * them is gone.  (transfer full) */
RushPartitioning *rush_partitioning_project (RushPartitioning *self, const RushExprList *named);
/* As far as the orders' attributes are still there. (transfer full) or NULL */
RushExprList *rush_ordering_project (const RushExprList *orders, const RushExprList *named);
/* Whether rows ordered by @have are ordered by @required, a prefix of it. */
gboolean rush_ordering_satisfies (const RushExprList *have, const RushExprList *required);

typedef enum
{
  RUSH_DISTRIBUTION_ANY,
  RUSH_DISTRIBUTION_ALL_TUPLES, /* one partition */
  RUSH_DISTRIBUTION_CLUSTERED,  /* equal values of the expressions in one partition */
  RUSH_DISTRIBUTION_ORDERED,    /* ranges in the order of partitions */
  RUSH_DISTRIBUTION_BROADCAST,
  RUSH_DISTRIBUTION_NULL_AWARE_BROADCAST, /* for a null-aware anti join (NOT IN) */
} RushDistributionKind;

typedef struct
{
  RushDistributionKind kind;
  const RushExprList *expressions; /* (transfer none): CLUSTERED, ORDERED; a broadcast: the keys of
                                      its hashed relation, or NULL */
} RushDistribution;
gboolean rush_partitioning_satisfies (const RushPartitioning *self,
                                      const RushDistribution *required);

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
  const char *name;  /* Spark's key: "numOutputRows" */
  const char *label; /* "number of output rows" */
  RushMetricKind kind;
  gint64 accumulator_id; /* as the event log numbers it */
  atomic_llong value;    /* all that was counted so far */
  atomic_llong driver;   /* of it, what the driver counted: no task's end tells of it */
} RushMetric;

#define RUSH_MAX_METRICS 10
/* Of one operator, and of the copies of it that planning makes. */
typedef struct
{
  RushRefCount refs;
  guint n;
  RushMetric items[RUSH_MAX_METRICS];
} RushMetricSet;

/* ── operators ── */

typedef struct
{
  const char *name; /* as explain () prints it: "HashAggregate" */
  gboolean fusible; /* may stand in a stage of fused operators (supports codegen in Spark) */
  gboolean columnar; /* reads columns, so that Spark has a ColumnarToRow above it */
  /* Joins of two streams: the children are stages of their own. */
  gboolean reads_streams;
  /* Whether this node may, if it depends on more than the class; optional. */
  gboolean (*can_fuse) (const RushExec *self);
  void (*finalize) (RushExec *self);
  /* A copy of the payload with other children (taken over; NULL for a leaf). */
  RushExec *(*with_children) (const RushExec *self, RushExec *const *children);
  /* What explain prints behind the name: "(keys=[k#1], functions=[sum(v#2)])", " [id#0L]"; or NULL:
   * nothing. */
  char *(*arguments) (const RushExec *self);
  /* What explain ("formatted") has of it: lines "Keys [1]: [k#1]\n"; optional: "Arguments: …". */
  char *(*formatted) (const RushExec *self);
  /* What else must be equal, beside expressions, for two of them to be alike; optional. */
  char *(*alike) (const RushExec *self);
  /* What stands behind the name there: " Inner BuildRight"; optional. */
  char *(*formatted_name) (const RushExec *self);
  /* Appends all expressions of the node (transfer none): who looks for subqueries, or compares. */
  void (*expressions) (const RushExec *self, GPtrArray *into);
  /* What a leaf reads: leaves of one class that have the same are alike.  Optional. */
  gconstpointer (*identity) (const RushExec *self);
  /* NULL: the first child's. */
  RushPartitioning *(*output_partitioning) (const RushExec *self); /* (transfer full) */
  RushExprList *(*output_ordering) (const RushExec *self); /* (transfer full) or NULL: none */
  /* What child @i must be; optional: ANY. */
  RushDistribution (*required_distribution) (const RushExec *self, guint i);
  RushExprList *(*required_ordering) (const RushExec *self, guint i); /* (transfer full) or NULL */

  /* pipelined: wraps the iterator of a child's partition, which it takes over, also on failure.
   * Which child: stream_child (), else the first. */
  guint (*stream_child) (const RushExec *self);
  RushIterator *(*open) (const RushExec *self, RushIterator *child, guint split,
                         RushTaskContext *ctx, RushEvalContext *eval, GError **error);
  /* others: an RDD over the children's (rush_exec_execute ()). */
  RushRdd *(*execute) (RushExec *self, RushQuery *query, GError **error);
  /* Before the RDD is made: starts what must be there first (broadcasts, subqueries); may run jobs.
   * Optional. */
  gboolean (*prepare) (RushExec *self, RushQuery *query, GError **error);
} RushExecClass;

struct _RushExec
{
  const RushExecClass *klass;
  RushRefCount refs;
  RushPlan *logical;    /* (owned) what it was planned from, or NULL: AQE looks it up */
  RushExprList *output; /* (owned) attributes */
  guint n_children;
  RushExec **children;    /* (owned) */
  RushMetricSet *metrics; /* (owned) */
  gint codegen_stage_id;  /* "*(2)" in plans; 0: not in a fused stage */
  /* made once, under the query's lock */
  RushRdd *rdd;
};

/* As events and explain ("formatted") name it: "Scan csv " for "FileScan csv". (transfer full) */
char *rush_exec_node_name (const RushExec *self);

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
RushSchema *rush_attributes_schema (const RushExprList *attributes); /* (transfer full) */
RushSchema *rush_exec_schema (const RushExec *self);                 /* (transfer full) */
/* Whether it may stand in a stage of fused operators: its kind may, and no expression of it leaves
 * the loop, as Python's do. */
gboolean rush_exec_can_fuse (const RushExec *self);
/* For with_children (): what a copy shares with @from: metrics, the logical plan, ids. (@self) */
gpointer rush_exec_share (gpointer self, const RushExec *from);
/* Starts what @self and all below need before they run (broadcasts, subqueries), children first. */
gboolean rush_exec_prepare (RushExec *self, RushQuery *query, GError **error);
/* The RDD of its rows: a pipelined chain becomes one RDD over the RDD below it; that of another
 * operator is made once. (transfer full) */
RushRdd *rush_exec_execute (RushExec *self, RushQuery *query, GError **error);
/* The RDDs that this thread creates from now on are called after the operator, or after its fused
 * stage, and after the action; rush_lineage_restore_call () ends that. */
RushLineageCall *rush_exec_enter_scope (const RushExec *self, RushQuery *query);
static inline gboolean
rush_exec_is_pipelined (const RushExec *self)
{
  return self->klass->open != NULL;
}
/* Children first; @func takes over the node and gives what takes its place, or NULL with @error. */
typedef RushExec *(*RushExecTransform) (RushExec *node, gpointer data, GError **error);
RushExec *rush_exec_transform_up (RushExec *self, RushExecTransform func, gpointer data,
                                  GError **error);
/* Whether both give the same rows but for the ids of what they put out (Spark's sameResult): they
 * read the same, and do the same with it. */
gboolean rush_exec_same_result (const RushExec *a, const RushExec *b);

/* Constructors list them, from 0; the number is what rush_exec_count () takes. */
void rush_exec_add_metric (gpointer self, const char *name, const char *label, RushMetricKind kind);
RushMetricSet *rush_metric_set_ref (RushMetricSet *self);
void rush_metric_set_unref (RushMetricSet *self);
/* Counted for the operator, and for the task that this thread runs, if it does. */
void rush_metric_set_count (RushMetricSet *self, guint metric, gint64 value);
static inline void
rush_exec_count (const RushExec *self, guint metric, gint64 value)
{
  rush_metric_set_count (self->metrics, metric, value);
}
/* Most operators' first metric. */
#define RUSH_METRIC_OUTPUT_ROWS 0

/* As explain () prints it, and as explain ("formatted") does: with the subqueries of @query, if
 * that has planned them. */
char *rush_exec_to_tree_string (const RushExec *self);
char *rush_exec_to_formatted_string (const RushExec *self, RushQuery *query);
