/* cache_manager.h - which plans are persisted, and their rows.
 *
 * persist () registers an analyzed plan; from then on every query that has a subtree with the same
 * result reads the kept rows in its place.  The rows themselves are a persisted RDD of batches
 * (core/lineage/persistence.h): made when they are first read, kept by the executors' block
 * managers, evicted under pressure, computed again when they are gone.
 *
 * Ownership:  refcounted; sessions share one.   Threads: any, one lock.
 * Mirrors:    org.apache.spark.sql.execution.{CacheManager,columnar.CachedRDDBuilder}.
 */
#pragma once

#include "sql/physical/exec.h"

typedef struct _RushCacheManager RushCacheManager;

RushCacheManager *rush_cache_manager_new (void);
RushCacheManager *rush_cache_manager_ref (RushCacheManager *self);
void rush_cache_manager_unref (RushCacheManager *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushCacheManager, rush_cache_manager_unref)

/* FALSE: a plan with the same result is there already.  @query computes the plan's rows
 * (referenced). @name: what a table is called in plans, or NULL. */
gboolean rush_cache_manager_add (RushCacheManager *self, RushPlan *analyzed, RushQuery *query,
                                 RushStorageLevel level, const char *name);
/* FALSE: there was none.  Drops the rows. */
gboolean rush_cache_manager_remove (RushCacheManager *self, RushPlan *analyzed);
void rush_cache_manager_clear (RushCacheManager *self);
/* Files in the folder @path have changed: what reads them is computed again from those that are
 * there now, when it is next needed; it goes, if it cannot be. */
void rush_cache_manager_refresh_path (RushCacheManager *self, const char *path);
gboolean rush_cache_manager_is_cached (RushCacheManager *self, RushPlan *analyzed,
                                       RushStorageLevel *out_level);
/* @plan with CACHED_RELATIONs in place of what is persisted. (transfer full) */
RushPlan *rush_cache_manager_use (RushCacheManager *self, RushPlan *plan);

/* The RDD of a CACHED_RELATION's rows, persisted; @job (or NULL): of jobs that its plan must run
 * first. (transfer full) */
RushRdd *rush_cached_data_rdd (RushCachedData *data, const RushJobOptions *job, GError **error);
/* Whether all its partitions are kept at this moment. */
gboolean rush_cached_data_is_whole (RushCachedData *data);
/* What its table is called, or NULL; (transfer none). */
const char *rush_cached_data_name (const RushCachedData *data);
/* How they are sorted, in the columns of the plan that makes them, for explain; (transfer full) or
 * NULL. */
RushExprList *rush_cached_data_ordering (const RushCachedData *data);
/* The plan that makes them, for explain, as it is at this moment if it is adaptive; (transfer none)
 * or NULL with @error. */
RushExec *rush_cached_data_plan (RushCachedData *data, GError **error);
