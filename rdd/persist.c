/* persist.c - what is kept of persisted RDDs, between those who ask and those who keep it.
 *
 *     scheduler:   where is partition 3 of rdd 5?  ─┐
 *     coalesce:    … before this job?              ─┤
 *     lineage:     how much of rdd 5 is kept?      ─┼▶ block manager master
 *     people:      what is kept?                   ─┘
 *
 *     unpersist, or the last ref on an RDD ─▶ mark, blocks of all executors, event
 */
#include "rdd/persist.h"

#include "rdd/context_private.h"

/* ---- who asks ---- */

static char **
cached_locations (RushCacheLocations *locations, const RushRdd *rdd, guint partition)
{
  RushContext *self =
      (RushContext *)((char *)locations - G_STRUCT_OFFSET (RushContext, cache_locations));
  RushStorageLevel level = rush_rdd_storage_level ((RushRdd *)rdd);

  /* Most RDDs are not persisted. */
  if (!rush_storage_level_is_valid (&level))
    return NULL;
  return rush_block_manager_master_locations (rush_executor_set_kept (self->cluster->executors),
                                              rdd->id, partition);
}

static gboolean
keeps_any (RushCacheLocations *locations, const char *executor_id)
{
  RushContext *self =
      (RushContext *)((char *)locations - G_STRUCT_OFFSET (RushContext, cache_locations));
  const RushEnv *env = rush_executor_set_env (self->cluster->executors, executor_id);
  RushBlockManagerStats kept = { 0 };

  if (env != NULL)
    rush_block_manager_stats (env->block_manager, &kept);
  return kept.n_blocks > 0;
}

static void
storage_status (gint rdd_id, RushStorageStatus *out, gpointer data)
{
  RushContext *self = data;

  *out =
      rush_block_manager_master_status (rush_executor_set_kept (self->cluster->executors), rdd_id);
}

/* For coalesce, which puts partitions of one host together.  All executors are on one. */
static char **
places_of (RushRdd *rdd, guint split, gpointer data)
{
  RushContext *self = data;
  RushStorageLevel level = rush_rdd_storage_level (rdd);
  char **places = NULL;

  if (rush_storage_level_is_valid (&level))
    places = rush_block_manager_master_known_locations (
        rush_executor_set_kept (self->cluster->executors), rdd->id, split);
  for (guint i = 0; places != NULL && places[i] != NULL; i++)
    {
      g_free (places[i]);
      places[i] = rush_conf_get_string (self->conf, "spark.driver.host");
    }
  return places != NULL ? places : rush_shuffle_preferred_hosts (self->tracker, rdd, split);
}

void
rush_context_show_kept (RushContext *self)
{
  self->cache_locations.locations = cached_locations;
  self->cache_locations.keeps_any = keeps_any;
  rush_scheduler_set_cache_locations (self->scheduler, &self->cache_locations);
  rush_lineage_set_storage_status (self->lineage, storage_status, self);
  rush_lineage_set_places (self->lineage, places_of, self);
}

void
rush_context_hide_kept (RushContext *self)
{
  rush_lineage_set_storage_status (self->lineage, NULL, NULL);
  rush_lineage_set_places (self->lineage, NULL, NULL);
}

GArray *
rush_context_kept_rdds (RushContext *self)
{
  return rush_block_manager_master_list (rush_executor_set_kept (self->cluster->executors));
}

/* ---- the end ---- */

void
rush_context_remove_cached (RushContext *self, gint rdd_id)
{
  RushEvent *event;

  rush_executor_set_remove_rdd (self->cluster->executors, rdd_id);
  rush_driver_loop_post (self->loop, rush_message_new (RUSH_MESSAGE_CACHE_DROPPED));
  if (!rush_event_bus_has_listeners (self->bus))
    return;
  event = rush_event_new (RUSH_EVENT_UNPERSIST_RDD);
  event->unpersist_rdd.rdd_id = rdd_id;
  rush_event_bus_post (self->bus, event);
}

void
rush_rdd_unpersist (RushContext *self, RushRdd *rdd, gboolean blocking)
{
  rush_context_settle (self);
  rush_rdd_clear_storage_level (rdd);
  rush_block_manager_master_remove_rdd (rush_executor_set_kept (self->cluster->executors), rdd->id);
  pthread_rwlock_rdlock (&self->lock);
  if (!self->stopped && (blocking || self->cluster->room != NULL))
    rush_context_remove_cached (self, rdd->id);
  else if (!self->stopped)
    rush_context_cleaner_post (self->cleaner, RUSH_DROPPED_CACHE, rdd->id);
  pthread_rwlock_unlock (&self->lock);
}
