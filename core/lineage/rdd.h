/* rdd.h - the contract that everything else is built on: five functions of a resilient distributed
 * dataset (Zaharia et al., NSDI 2012, table 3).
 *
 *   partitions ()            how many pieces; may look at the world once (files), may fail
 *   dependencies             fixed at construction, until a checkpoint takes their place
 *   compute (split, ctx)     an iterator over one piece, from the iterators of the parents
 *   partitioner              how rows were placed, or NULL
 *   preferred_locations ()   where a piece is best computed
 *
 * Ownership:  refcounted.  A child owns its dependencies, these own the parents: lineage lives as
 *             long as somebody can still compute it.  Unref never recurses: a lineage of 10,000
 *             steps is taken apart with a work list.
 * Threads:    immutable after construction, but for what stands under the lock (name, partition
 *             count, persistence.h) and the change from dependencies to a checkpoint.
 * Mirrors:    org.apache.spark.rdd.RDD.
 */
#pragma once

#include "core/event/storage_level.h"
#include "core/lineage/dependency.h"
#include "core/lineage/iterator.h"
#include "core/lineage/lineage.h"
#include "core/lineage/task_context.h"

#include <pthread.h>

RUSH_BEGIN_PUBLIC

typedef struct
{
  const char *name; /* Spark's class name: "MapPartitionsRDD" */
  /* NULL: as many as the first parent has. */
  gboolean (*partitions) (RushRdd *self, guint *out_n, GError **error);
  RushIterator *(*compute) (RushRdd *self, guint split, RushTaskContext *ctx, GError **error);
  /* NULL-terminated host or executor names (transfer full), or NULL.  Optional. */
  char **(*preferred_locations) (RushRdd *self, guint split);
  /* FALSE: no task can compute it any more: something that it needs was taken away.  Optional. */
  gboolean (*check) (RushRdd *self, GError **error);
  /* Frees the subclass' own fields; the base frees the rest and the memory.  Optional. */
  void (*finalize) (RushRdd *self);
  /* One step of the user's that this RDD stands for, in order, for pictures: returns FALSE past the
   * last.  Optional: the RDD then is its own single step. */
  gboolean (*describe_step) (RushRdd *self, guint i, const char **out_name,
                             const char **out_call_site);
} RushRddClass;

/* Where in the user's program something was asked for. */
typedef struct
{
  char *short_form; /* "map at app.py:12", as Spark names RDDs, stages and jobs */
  char *long_form;  /* the user's stack, innermost first, one frame a line; may be "" */
} RushCallSite;

/* Whether recomputing gives the same rows in the same order (Spark's DeterministicLevel). */
typedef enum
{
  RUSH_DETERMINATE,
  RUSH_UNORDERED,
  RUSH_INDETERMINATE,
} RushDeterminism;

/* What rush_rdd_set_checkpoint () was asked for (persistence.h). */
typedef enum
{
  RUSH_CHECKPOINT_NONE,
  RUSH_CHECKPOINT_RELIABLE, /* to files */
  RUSH_CHECKPOINT_LOCAL,    /* to blocks of the executors */
} RushCheckpointKind;

struct _RushRdd
{
  const RushRddClass *klass;
  RushRefCount refs;
  RushLineage *lineage; /* (owned) */
  gint id;
  RushSchema *schema; /* of its batches (owned) */
  /* For compute () and partitions () of the class alone, which are not called any more once the RDD
   * is checkpointed; all others ask rush_rdd_dependencies (). */
  guint n_dependencies;
  RushDependency **dependencies; /* (owned) */
  RushPartitioner *partitioner;  /* (owned) or NULL */
  RushDeterminism determinism;
  gboolean barrier;
  gboolean batch_is_record; /* kept batches count as one record of input each: SQL's, as Spark's */
  RushCallSite call_site;   /* where it was created */
  char *operator_name;      /* the user's word for it: "map", "reduceByKey"; also Spark's Scope */

  /* guarded by lock */
  pthread_mutex_t lock;
  char *name; /* set by the user, or NULL */
  gboolean partitions_known;
  guint n_partitions;
  RushStorageLevel storage_level;
  RushCheckpointKind checkpoint_kind;
  gboolean checkpoint_considered; /* a job has ended that could have made it */

  /* The driver loop's. */
  struct _RushRddInfo *told; /* (owned) what listeners have heard of it last, or NULL */
  guint64 walk;              /* the last of its walks that has come by */

  /* Once is_checkpointed: the one dependency, on the RDD that reads the checkpoint. */
  atomic_bool is_checkpointed;
  RushDependency *checkpoint[1]; /* (owned) */
};

/* For subclasses: allocates @size bytes (the struct begins with a RushRdd), takes the next id,
 * references @schema, takes over the @n dependencies (not the array).  Determinism and barrier
 * follow from the dependencies and may be changed, as may partitioner, until others see the RDD.
 * The call site and operator name are those that the lineage's current scope holds
 * (rush_lineage_push_call ()). */
gpointer rush_rdd_alloc (gsize size, const RushRddClass *klass, RushLineage *lineage,
                         RushSchema *schema, RushDependency **dependencies, guint n);

/* What a recomputation would give; a reliable checkpoint gives what it has. */
RushDeterminism rush_rdd_determinism (const RushRdd *self);

RushRdd *rush_rdd_ref (RushRdd *self);
void rush_rdd_unref (RushRdd *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushRdd, rush_rdd_unref)

/* What the RDD is computed from now.  Valid while the lineage is being read
 * (rush_lineage_begin_reading ()). */
RushDependency *const *rush_rdd_dependencies (const RushRdd *self, guint *out_n);
/* Computed on first use; a failure is returned each time it is asked for. */
gboolean rush_rdd_n_partitions (RushRdd *self, guint *out_n, GError **error);
/* The same after counting all that @self can be computed from, behind shuffles too: a source that
 * is gone is found now, and nobody who asks one of them later has to look at the world. */
gboolean rush_rdd_count_lineage (RushRdd *self, guint *out_n, GError **error);
/* check () of @self and of all that is computed in the same tasks, up to the shuffles: what finds
 * its way into Spark's error when it serializes a stage. */
gboolean rush_rdd_check_stage (RushRdd *self, GError **error);
/* The iterator over one partition: what compute () of a child calls on its parents. */
RushIterator *rush_rdd_iterator (RushRdd *self, guint split, RushTaskContext *ctx, GError **error);
char **rush_rdd_preferred_locations (RushRdd *self, guint split); /* (transfer full) or NULL */
void rush_rdd_set_name (RushRdd *self, const char *name);         /* NULL: none any more */
char *rush_rdd_dup_name (RushRdd *self);                          /* the user's, or NULL */
gboolean rush_rdd_is_named (RushRdd *self, const char *name);     /* by the user, or its class */
/* "MapPartitionsRDD[1] at textFile at app.py:3" */
char *rush_rdd_to_string (RushRdd *self);

/* The lineage as Spark prints it (RDD.toDebugString); needs the partition counts. */
char *rush_rdd_to_debug_string (RushRdd *self, GError **error);

RUSH_END_PUBLIC
