/* executor.c - what an executor is made of; see the header for its life. */
#include "core/executor/executor.h"

void
rush_local_executor_free (RushLocalExecutor *self)
{
  if (self == NULL)
    return;
  rush_block_manager_free (self->env.block_manager);
  if (self->env.blocks != NULL)
    rush_block_store_free (self->env.blocks);
  g_clear_pointer (&self->env.evictor, rush_evictor_free);
  g_clear_pointer (&self->env.memory, rush_memory_manager_unref);
  g_free ((char *)self->env.executor_id);
  g_free ((char *)self->env.host);
  g_free (self->decommission_reason);
  g_free (self);
}

RushLocalExecutor *
rush_local_executor_new (const char *id, const char *host, guint cores, gint64 heap_bytes,
                         const RushConf *conf, const RushShuffleFetch *fetch,
                         const RushBlockManagers *managers, const RushPlugins *plugins,
                         GError **error)
{
  const RushEvictionPolicy *policy = rush_plugins_find (plugins, "eviction-policy");
  const RushShuffleWriterClass *writer = rush_plugins_find (plugins, "shuffle-writer");
  g_autoptr (RushLocalExecutor) self = g_new0 (RushLocalExecutor, 1);

  self->env.executor_id = g_strdup (id);
  self->env.host = g_strdup (host);
  self->env.conf = conf;
  self->env.fetch = *fetch;
  self->env.dir = managers->dir;
  self->cores = cores;
  atomic_init (&self->alive, TRUE);
  atomic_init (&self->outputs_outlive, FALSE);
  atomic_init (&self->decommissioning, FALSE);
  atomic_init (&self->slowness_percent, 100);
  atomic_init (&self->n_running, 0);
  self->env.memory = rush_memory_manager_new (conf, heap_bytes, error);
  if (self->env.memory == NULL)
    return NULL;
  /* The seams of an executor: here another file's policy or writer takes the place of ours. */
  self->env.evictor =
      rush_evictor_new (self->env.memory, policy != NULL ? policy : &rush_eviction_policy_lru);
  self->env.blocks =
      rush_block_store_new (conf, id, self->env.memory, self->env.evictor, managers->dir,
                            writer != NULL ? writer : &rush_shuffle_writer_sort);
  self->env.block_manager =
      rush_block_manager_new (managers, id, host, self->env.memory, self->env.evictor);
  return g_steal_pointer (&self);
}
