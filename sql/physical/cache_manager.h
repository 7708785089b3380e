/* cache_manager.h - which plans are kept once they have been computed: df.cache (), CACHE TABLE.
 *
 *   entries  (analyzed plan, storage level, RDD of its batches: persisted, made when first used)
 *   use      every subtree of a plan that gives the same result as an entry becomes a
 *            CACHED_RELATION, before the optimizer sees it
 *
 * Ownership:  refcounted; shared by all sessions of an application.
 * Threads:    any; a lock.
 * Mirrors:    org.apache.spark.sql.execution.CacheManager, columnar.InMemoryRelation.
 */
#pragma once

#include "core/event/storage_level.h"
#include "sql/physical/query.h"

typedef struct _RushCacheManager RushCacheManager;

RushCacheManager *rush_cache_manager_new (void);
RushCacheManager *rush_cache_manager_ref (RushCacheManager *self);
void rush_cache_manager_unref (RushCacheManager *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushCacheManager, rush_cache_manager_unref)

/* Nothing runs now.  A plan that is an entry already stays as it is (a warning in Spark).  @name:
 * of the table or view, for the storage page; or NULL. */
gboolean rush_cache_manager_add (RushCacheManager *self, const RushQueryEnvironment *environment,
                                 RushPlan *analyzed, RushStorageLevel level, const char *name,
                                 GError **error);
/* Also entries that are made of it; FALSE: there was none. */
gboolean rush_cache_manager_remove (RushCacheManager *self, RushPlan *analyzed, gboolean blocking);
void rush_cache_manager_clear (RushCacheManager *self);
gboolean rush_cache_manager_find (RushCacheManager *self, RushPlan *analyzed,
                                  RushStorageLevel *out_level);
/* (transfer full) */
RushPlan *rush_cache_manager_use (RushCacheManager *self, RushPlan *analyzed);
/* Entries that read files under @path are computed again (after a write, REFRESH TABLE). */
void rush_cache_manager_refresh_path (RushCacheManager *self, const char *path);
