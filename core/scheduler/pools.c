/* pools.c - see the header for what pools are.
 *
 * Mirrors: FairSchedulableBuilder.addTaskSetManager, buildDefaultPool.
 */
#include "core/scheduler/pools_private.h"

#define DEFAULT_POOL "default"
#define POOL_PROPERTY "spark.scheduler.pool"

static void
pool_free (gpointer pool)
{
  g_free (((RushPool *)pool)->name);
  g_free (pool);
}

void
rush_pools_add (RushPools *self, const char *name, gboolean is_fair, gint min_share, gint weight)
{
  RushPool *pool = g_new (RushPool, 1);

  *pool = (RushPool){ g_strdup (name), is_fair, min_share, weight, 0 };
  g_hash_table_replace (self->by_name, pool->name, pool);
}

RushPool *
rush_pools_choose (RushPools *self, GHashTable *properties)
{
  const char *name =
      self->fair && properties != NULL ? g_hash_table_lookup (properties, POOL_PROPERTY) : NULL;
  RushPool *pool;

  if (name == NULL)
    name = DEFAULT_POOL;
  pool = g_hash_table_lookup (self->by_name, name);
  if (pool != NULL)
    return pool;
  g_autofree char *warning = g_strdup_printf (
      "A job was submitted with scheduler pool %s, which has not been configured. This can happen "
      "when the file that pools are read from isn't set, or when that file doesn't contain %s. "
      "Created %s with default configuration (schedulingMode: FIFO, minShare: 0, weight: 1)",
      name, name, name);
  rush_conf_warn (self->conf, warning);
  rush_pools_add (self, name, FALSE, 0, 1);
  return g_hash_table_lookup (self->by_name, name);
}

void
rush_pools_clear (RushPools *self)
{
  g_hash_table_unref (self->by_name);
}

void
rush_pools_init (RushPools *self, const RushConf *conf)
{
  self->conf = conf;
  self->fair = FALSE;
  self->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, pool_free);
  rush_pools_add (self, DEFAULT_POOL, FALSE, 0, 1);
}
