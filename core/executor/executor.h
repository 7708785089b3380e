/* executor.h - an executor: an identity with slots, memory and blocks, that may be lost.
 *
 * It has no threads of its own: the backend's runners work for whichever executor a task was
 * launched on.  A lost executor stays in memory, empty, until its last task has noticed and the
 * backend is freed: readers on other executors may hold its block store at any moment.
 *
 *     alive ── lose () ──▶ lost: outputs dropped, nothing served, what its tasks answer is ignored
 *
 * Ownership:  its set's (executor_set.h).
 * Threads:  fields are fixed after construction, but for those of which something else is said.
 * Mirrors:    org.apache.spark.executor.Executor, SparkEnv.
 */
#pragma once

#include "core/executor/env.h"

typedef struct
{
  RushEnv env; /* its strings, memory, blocks and block manager are owned */
  guint cores;
  atomic_bool alive;
  atomic_bool outputs_outlive; /* it: they are served when it is gone */
  atomic_bool decommissioning; /* the next two are set before it */
  char *decommission_reason;   /* (owned) */
  gboolean replace;            /* when it has gone, another one comes */
  atomic_int slowness_percent; /* how long its tasks take; 100, but for fault scripts */
  atomic_int n_running;        /* tasks that were launched there and have not ended */
} RushLocalExecutor;

/* @heap_bytes: what the unified pool is a fraction of.  Refused below what Spark refuses.
 * @plugins: for its seams; NULL: none. */
RushLocalExecutor *rush_local_executor_new (const char *id, const char *host, guint cores,
                                            gint64 heap_bytes, const RushConf *conf,
                                            const RushShuffleFetch *fetch,
                                            const RushBlockManagers *managers,
                                            const RushPlugins *plugins, GError **error);
void rush_local_executor_free (RushLocalExecutor *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushLocalExecutor, rush_local_executor_free)

/* Whether copies of blocks may go there: it is not about to go. */
static inline gboolean
rush_local_executor_takes_blocks (RushLocalExecutor *self)
{
  return atomic_load_explicit (&self->alive, memory_order_acquire) &&
         !atomic_load_explicit (&self->decommissioning, memory_order_acquire);
}

static inline gboolean
rush_local_executor_is_alive (RushLocalExecutor *self)
{
  return atomic_load_explicit (&self->alive, memory_order_acquire);
}
