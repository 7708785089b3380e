/* cache_manager.c - see cache_manager.h. */
#include "sql/physical/cache_manager.h"

#include "rdd/persist.h"
#include "sql/physical/query.h"
#include "sql/plan/relation.h"

#include <pthread.h>

typedef struct
{
  RushCachedData base;
  RushQuery *query; /* (owned) */
  RushStorageLevel level;
  char *name; /* (owned) or NULL */
  pthread_mutex_t lock;
  RushRdd *rdd; /* (owned) guarded by lock; made when first read */
} KeptPlan;

typedef struct
{
  RushPlan *plan; /* (owned) analyzed */
  KeptPlan *kept; /* (owned) */
} Entry;

struct _RushCacheManager
{
  RushRefCount refs;
  pthread_mutex_t lock;
  GPtrArray *entries; /* Entry * (owned), guarded by lock */
};

/* ---- kept rows ---- */

static void
kept_finalize (RushCachedData *base)
{
  KeptPlan *self = (KeptPlan *)base;

  rush_rdd_unref (self->rdd);
  rush_query_unref (self->query);
  pthread_mutex_destroy (&self->lock);
  g_free (self->name);
  g_free (self);
}

static RushStatistics
kept_statistics (const RushCachedData *base)
{
  RushPlan *optimized = rush_query_optimized (((const KeptPlan *)base)->query, NULL);

  return optimized != NULL ? rush_plan_statistics (optimized) : (RushStatistics){ G_MAXINT64, -1 };
}

static char *
kept_describe (const RushCachedData *base)
{
  RushStorageLevel level = ((const KeptPlan *)base)->level;

  return rush_storage_level_describe (&level);
}

static const RushCachedDataClass kept_class = { kept_finalize, kept_statistics, kept_describe };

RushRdd *
rush_cached_data_rdd (RushCachedData *data, GError **error)
{
  KeptPlan *self = (KeptPlan *)data;
  RushRdd *rdd;

  pthread_mutex_lock (&self->lock);
  if (self->rdd == NULL)
    {
      self->rdd = rush_query_to_rdd (self->query, NULL, error);
      if (self->rdd != NULL && !rush_rdd_persist (self->rdd, &self->level, error))
        g_clear_pointer (&self->rdd, rush_rdd_unref);
    }
  rdd = self->rdd != NULL ? rush_rdd_ref (self->rdd) : NULL;
  pthread_mutex_unlock (&self->lock);
  return rdd;
}

RushExec *
rush_cached_data_plan (RushCachedData *data, GError **error)
{
  return rush_query_executed_plan (((KeptPlan *)data)->query, error);
}

static void
drop_rows (KeptPlan *self)
{
  pthread_mutex_lock (&self->lock);
  if (self->rdd != NULL)
    rush_rdd_unpersist (rush_query_context (self->query), self->rdd, FALSE);
  g_clear_pointer (&self->rdd, rush_rdd_unref);
  pthread_mutex_unlock (&self->lock);
}

/* ---- entries ---- */

static void
entry_free (gpointer data)
{
  Entry *self = data;

  rush_plan_unref (self->plan);
  rush_cached_data_unref (&self->kept->base);
  g_free (self);
}

/* With the lock. */
static Entry *
find (RushCacheManager *self, const RushPlan *plan, guint *out_index)
{
  for (guint e = 0; e < self->entries->len; e++)
    {
      Entry *entry = self->entries->pdata[e];
      if (rush_plan_same_result (entry->plan, plan))
        {
          if (out_index != NULL)
            *out_index = e;
          return entry;
        }
    }
  return NULL;
}

gboolean
rush_cache_manager_add (RushCacheManager *self, RushPlan *analyzed, RushQuery *query,
                        RushStorageLevel level, const char *name)
{
  gboolean is_new;

  pthread_mutex_lock (&self->lock);
  is_new = find (self, analyzed, NULL) == NULL;
  if (is_new)
    {
      KeptPlan *kept = g_new0 (KeptPlan, 1);
      Entry *entry = g_new0 (Entry, 1);

      kept->base.klass = &kept_class;
      rush_ref_count_init (&kept->base.refs);
      kept->query = rush_query_ref (query);
      kept->level = level;
      kept->name = g_strdup (name);
      pthread_mutex_init (&kept->lock, NULL);
      entry->plan = rush_plan_ref (analyzed);
      entry->kept = kept;
      g_ptr_array_add (self->entries, entry);
    }
  pthread_mutex_unlock (&self->lock);
  return is_new;
}

gboolean
rush_cache_manager_remove (RushCacheManager *self, RushPlan *analyzed)
{
  Entry *entry = NULL;
  guint index;

  pthread_mutex_lock (&self->lock);
  if (find (self, analyzed, &index) != NULL)
    entry = g_ptr_array_steal_index (self->entries, index);
  pthread_mutex_unlock (&self->lock);
  if (entry == NULL)
    return FALSE;
  drop_rows (entry->kept);
  entry_free (entry);
  return TRUE;
}

void
rush_cache_manager_clear (RushCacheManager *self)
{
  g_autoptr (GPtrArray) all = NULL;

  pthread_mutex_lock (&self->lock);
  all = self->entries;
  self->entries = g_ptr_array_new_with_free_func (entry_free);
  pthread_mutex_unlock (&self->lock);
  for (guint e = 0; e < all->len; e++)
    drop_rows (((Entry *)all->pdata[e])->kept);
}

gboolean
rush_cache_manager_is_cached (RushCacheManager *self, RushPlan *analyzed,
                              RushStorageLevel *out_level)
{
  const Entry *entry;

  pthread_mutex_lock (&self->lock);
  entry = find (self, analyzed, NULL);
  if (entry != NULL && out_level != NULL)
    *out_level = entry->kept->level;
  pthread_mutex_unlock (&self->lock);
  return entry != NULL;
}

static RushPlan *
use_node (RushPlan *node, gpointer data, GError **error)
{
  RushCacheManager *self = data;
  Entry *entry = node->kind != RUSH_PLAN_CACHED_RELATION ? find (self, node, NULL) : NULL;

  return entry != NULL ? rush_plan_cached (rush_cached_data_ref (&entry->kept->base),
                                           rush_expr_list_ref (node->output))
                       : rush_plan_ref (node);
}

RushPlan *
rush_cache_manager_use (RushCacheManager *self, RushPlan *plan)
{
  RushPlan *with_cached;

  pthread_mutex_lock (&self->lock);
  with_cached = self->entries->len > 0 ? rush_plan_transform_down (plan, use_node, self, NULL)
                                       : rush_plan_ref (plan);
  pthread_mutex_unlock (&self->lock);
  return with_cached;
}

/* ---- the manager ---- */

RushCacheManager *
rush_cache_manager_new (void)
{
  RushCacheManager *self = g_new0 (RushCacheManager, 1);

  rush_ref_count_init (&self->refs);
  pthread_mutex_init (&self->lock, NULL);
  self->entries = g_ptr_array_new_with_free_func (entry_free);
  return self;
}

RushCacheManager *
rush_cache_manager_ref (RushCacheManager *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_cache_manager_unref (RushCacheManager *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  g_ptr_array_unref (self->entries);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}
