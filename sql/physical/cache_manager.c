/* cache_manager.c - see cache_manager.h. */
#include "sql/physical/cache_manager.h"

#include "rdd/persist.h"
#include "sql/physical/adaptive/adaptive_plan.h"
#include "sql/physical/query_state_private.h"
#include "sql/plan/relation.h"
#include "sql/sources/source.h"

#include <pthread.h>

typedef struct
{
  RushCachedData base;
  RushQuery *query; /* (owned) */
  RushStorageLevel level;
  char *name; /* (owned) or NULL */
  pthread_mutex_t lock;
  /* guarded by lock */
  RushRdd *rdd;     /* (owned) made when first read */
  GPtrArray *shown; /* RushExec * (owned): snapshots of an adaptive plan, the last as it is */
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
  g_ptr_array_unref (self->shown);
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

  return rush_storage_level_to_string (&level);
}

static const RushCachedDataClass kept_class = { kept_finalize, kept_statistics, kept_describe };

RushRdd *
rush_cached_data_rdd (RushCachedData *data, const RushJobOptions *job, GError **error)
{
  KeptPlan *self = (KeptPlan *)data;
  RushExecutionOptions options = { .job = job };
  RushRdd *rdd;

  pthread_mutex_lock (&self->lock);
  if (self->rdd == NULL)
    {
      self->rdd = rush_query_to_rdd (self->query, &options, error);
      if (self->rdd != NULL)
        self->rdd->batch_is_record = TRUE;
      if (self->rdd != NULL && !rush_rdd_persist (self->rdd, &self->level, error))
        g_clear_pointer (&self->rdd, rush_rdd_unref);
    }
  rdd = self->rdd != NULL ? rush_rdd_ref (self->rdd) : NULL;
  pthread_mutex_unlock (&self->lock);
  return rdd;
}

gboolean
rush_cached_data_is_whole (RushCachedData *data)
{
  KeptPlan *self = (KeptPlan *)data;
  g_autoptr (GArray) kept = rush_context_kept_rdds (rush_query_context (self->query));
  gboolean is_whole = FALSE;
  guint n;

  pthread_mutex_lock (&self->lock);
  for (guint i = 0; self->rdd != NULL && i < kept->len; i++)
    {
      const RushKeptRdd *one = &g_array_index (kept, RushKeptRdd, i);
      if (one->rdd_id == self->rdd->id && rush_rdd_n_partitions (self->rdd, &n, NULL))
        is_whole = one->status.n_cached_partitions == n;
    }
  pthread_mutex_unlock (&self->lock);
  return is_whole;
}

const char *
rush_cached_data_name (const RushCachedData *data)
{
  return ((const KeptPlan *)data)->name;
}

/* An adaptive plan changes while it runs, under the lock of its query, which whoever explains
 * another query that reads the rows does not have.  He is given a snapshot. */
static RushExec *
snapshot_of (KeptPlan *self, RushExec *plan)
{
  GPtrArray *shown = self->shown;

  if (shown->len == 0 || !rush_adaptive_exec_is_as (plan, shown->pdata[shown->len - 1]))
    g_ptr_array_add (shown, rush_adaptive_exec_snapshot (plan));
  return shown->pdata[shown->len - 1];
}

RushExec *
rush_cached_data_plan (RushCachedData *data, GError **error)
{
  KeptPlan *self = (KeptPlan *)data;

  pthread_mutex_lock (&self->lock);
  rush_query_lock (self->query);
  RushExec *plan = rush_query_executed_plan (self->query, error);
  if (plan != NULL && rush_exec_is_adaptive (plan))
    plan = snapshot_of (self, plan);
  rush_query_unlock (self->query);
  pthread_mutex_unlock (&self->lock);
  return plan;
}

/* Of a logical plan: what a sort says, as far as the names above it allow. */
static RushExprList *
ordering_of (const RushPlan *plan)
{
  g_autoptr (RushExprList) below = NULL;

  switch ((int)plan->kind)
    {
    case RUSH_PLAN_SORT:
      return rush_expr_list_ref (plan->lists[0]);
    case RUSH_PLAN_FILTER:
    case RUSH_PLAN_LOCAL_LIMIT:
    case RUSH_PLAN_GLOBAL_LIMIT:
      return ordering_of (plan->children[0]);
    case RUSH_PLAN_PROJECT:
      below = ordering_of (plan->children[0]);
      return below != NULL ? rush_ordering_project (below, plan->lists[0]) : NULL;
    default:
      return NULL;
    }
}

RushExprList *
rush_cached_data_ordering (const RushCachedData *data)
{
  RushPlan *optimized = rush_query_optimized (((const KeptPlan *)data)->query, NULL);

  return optimized != NULL ? ordering_of (optimized) : NULL;
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

static Entry *
entry_new (RushPlan *plan /* taken over */, RushQuery *query, RushStorageLevel level,
           const char *name)
{
  KeptPlan *kept = g_new0 (KeptPlan, 1);
  Entry *self = g_new0 (Entry, 1);

  kept->base.klass = &kept_class;
  rush_ref_count_init (&kept->base.refs);
  kept->query = rush_query_ref (query);
  kept->level = level;
  kept->name = g_strdup (name);
  kept->shown = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_exec_unref);
  pthread_mutex_init (&kept->lock, NULL);
  self->plan = plan;
  self->kept = kept;
  return self;
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
    g_ptr_array_add (self->entries, entry_new (rush_plan_ref (analyzed), query, level, name));
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

/* ---- files that change ---- */

static gboolean
note_reader (const RushPlan *node, gpointer data)
{
  gpointer *path_and_answer = data;

  if (node->kind == RUSH_PLAN_RELATION &&
      rush_file_source_reads_path (node->as.source.source, path_and_answer[0]))
    path_and_answer[1] = (gpointer)node;
  return path_and_answer[1] != NULL;
}

static gboolean
reads_path (const RushPlan *plan, const char *path)
{
  gpointer path_and_answer[2] = { (gpointer)path, NULL };

  rush_plan_visit (plan, note_reader, path_and_answer);
  return path_and_answer[1] != NULL;
}

static RushPlan *
list_again (RushPlan *node, gpointer data, GError **error)
{
  RushQuery *query = data;
  RushSource *now;

  if (node->kind != RUSH_PLAN_RELATION)
    return rush_plan_ref (node);
  now = rush_file_source_list_again (node->as.source.source, rush_query_context (query),
                                     rush_query_settings (query), error);
  return now != NULL ? rush_plan_relation (now, rush_expr_list_ref (node->output),
                                           (const char *const *)node->as.source.table)
                     : NULL;
}

/* The same entry over the files of now; NULL: they cannot be read any more. */
static Entry *
entry_of_today (const Entry *self)
{
  RushPlan *plan = rush_plan_transform_up (self->plan, list_again, self->kept->query, NULL);
  g_autoptr (RushQuery) query = NULL;

  if (plan == NULL)
    return NULL;
  query = rush_query_new (&self->kept->query->environment, plan);
  rush_query_with_cached_data (query, NULL); /* before it is known as kept: not by itself */
  return entry_new (plan, query, self->kept->level, self->kept->name);
}

void
rush_cache_manager_refresh_path (RushCacheManager *self, const char *path)
{
  g_autoptr (GPtrArray) old = g_ptr_array_new_with_free_func (entry_free);

  pthread_mutex_lock (&self->lock);
  for (guint e = self->entries->len; e-- > 0;)
    if (reads_path (((Entry *)self->entries->pdata[e])->plan, path))
      g_ptr_array_add (old, g_ptr_array_steal_index (self->entries, e));
  pthread_mutex_unlock (&self->lock);
  for (guint e = 0; e < old->len; e++)
    {
      Entry *now = entry_of_today (old->pdata[e]);

      drop_rows (((Entry *)old->pdata[e])->kept);
      if (now == NULL)
        continue;
      pthread_mutex_lock (&self->lock);
      g_ptr_array_add (self->entries, now);
      pthread_mutex_unlock (&self->lock);
    }
}

/* ---- reading what is kept ---- */

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
