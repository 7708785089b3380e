/* block_mover.c - see the header.
 *
 *     executor "1" is decommissioned                         driver loop
 *       its outputs ──▶ files ──▶ "2", "0", "2" …     ──▶ OUTPUT_MOVED: read it there
 *       its blocks  ──▶ wire  ──▶ whoever has none    ──▶ the master of blocks knows
 *
 *     executor "1" is lost;  rdd_3_0 has one copy left, on "2"  ──▶ wire ──▶ "0"
 *
 * Peers take turns by task and partition.  A map output stays where it was as well, until its
 * executor goes, for those who have looked it up before; a block of an RDD does not.  One that no
 * peer takes after spark.storage.decommission.maxReplicationFailuresPerBlock attempts goes with its
 * executor.
 *
 * The lock `moving` is held while one output or one block is copied, and by whoever removes all
 * that there is of a shuffle or of an RDD.
 */
#include "core/executor/block_mover.h"

#include "core/base/queue.h"
#include "core/base/thread.h"

#define DECOMMISSION(name) "spark.storage.decommission." name

typedef struct
{
  RushLocalExecutor *executor; /* to be emptied; NULL: copies are to be made again */
  RushMoveListener listener;
} Work;

struct _RushBlockMover
{
  RushExecutorSet *executors;
  gboolean at_once;
  gboolean replicates;
  gboolean moves_outputs;
  gboolean moves_blocks;
  guint max_failures;
  atomic_bool stopping;
  RushQueue *queue; /* of Work (owned) */

  pthread_mutex_t moving;

  pthread_mutex_t lock;
  /* Guarded by lock. */
  gboolean has_thread;
  pthread_t thread;
};

/* ---- peers ---- */

/* Those that may take what @executor has: RushLocalExecutor *.  (transfer container) */
static GPtrArray *
peers_of (RushBlockMover *self, const RushLocalExecutor *executor)
{
  g_autoptr (GPtrArray) all = rush_executor_set_all (self->executors);
  GPtrArray *peers = g_ptr_array_new ();

  for (guint i = 0; i < all->len; i++)
    {
      RushLocalExecutor *peer = g_ptr_array_index (all, i);

      if (peer != executor && rush_local_executor_takes_blocks (peer))
        g_ptr_array_add (peers, peer);
    }
  return peers;
}

static gboolean
goes_on (RushBlockMover *self, RushLocalExecutor *executor)
{
  return !atomic_load (&self->stopping) && rush_local_executor_is_alive (executor);
}

/* ---- map outputs ---- */

static RushLocalExecutor *
who_has (const GPtrArray *peers, const RushMapOutputId *id)
{
  for (guint i = 0; i < peers->len; i++)
    {
      RushLocalExecutor *peer = g_ptr_array_index (peers, i);

      if (rush_block_store_has (peer->env.blocks, id))
        return peer;
    }
  return NULL;
}

/* The peer that has it now; NULL: none, or the output is gone. */
static RushLocalExecutor *
hand_over (RushBlockMover *self, RushLocalExecutor *executor, const RushMapOutputId *id,
           const GPtrArray *peers)
{
  for (guint i = 0; peers->len > 0 && i < self->max_failures; i++)
    {
      guint turn = (guint)((guint64)(id->map_task_id + i) % peers->len);
      RushLocalExecutor *peer = g_ptr_array_index (peers, turn);
      g_autoptr (GError) error = NULL;

      if (rush_block_store_hand_over (executor->env.blocks, id, peer->env.blocks, &error))
        return peer;
      if (error == NULL)
        return NULL;
      g_warning ("the output of task %" G_GINT64_FORMAT
                 " of shuffle %d could not be moved from executor %s to %s: %s",
                 id->map_task_id, id->shuffle_id, executor->env.executor_id, peer->env.executor_id,
                 error->message);
    }
  return NULL;
}

static void
move_output (RushBlockMover *self, const Work *work, const RushMapOutputId *id)
{
  g_autoptr (GPtrArray) peers = peers_of (self, work->executor);
  RushLocalExecutor *peer;

  pthread_mutex_lock (&self->moving);
  peer = who_has (peers, id);
  if (peer == NULL)
    peer = hand_over (self, work->executor, id, peers);
  pthread_mutex_unlock (&self->moving);
  if (peer != NULL)
    work->listener.moved (work->listener.data, id, peer->env.executor_id);
}

static void
move_outputs (RushBlockMover *self, const Work *work)
{
  g_autoptr (GArray) ids = rush_block_store_list (work->executor->env.blocks);

  for (guint i = 0; i < ids->len && goes_on (self, work->executor); i++)
    move_output (self, work, &g_array_index (ids, RushMapOutputId, i));
}

/* ---- blocks of RDDs ---- */

static void
move_block (RushBlockMover *self, RushBlockManager *manager, const RushRddBlockId *key)
{
  pthread_mutex_lock (&self->moving);
  for (guint i = 0; i < self->max_failures; i++)
    if (rush_block_manager_copy (manager, key, 1) > 0)
      {
        rush_block_manager_remove_block (manager, key->rdd_id, key->split);
        break;
      }
  pthread_mutex_unlock (&self->moving);
}

static void
move_blocks (RushBlockMover *self, RushLocalExecutor *executor)
{
  g_autoptr (GArray) keys = rush_block_manager_list (executor->env.block_manager);

  for (guint i = 0; i < keys->len && goes_on (self, executor); i++)
    move_block (self, executor->env.block_manager, &g_array_index (keys, RushRddBlockId, i));
}

static void
copy_thin_block (RushBlockMover *self, const RushThinBlock *block)
{
  RushEnv *env = rush_executor_set_env (self->executors, block->executor_id);
  const RushRddBlockId key = { block->rdd_id, block->split };

  if (env == NULL)
    return;
  pthread_mutex_lock (&self->moving);
  rush_block_manager_copy (env->block_manager, &key, block->n_missing);
  pthread_mutex_unlock (&self->moving);
}

static void
copy_thin_blocks (RushBlockMover *self)
{
  g_autoptr (GArray) blocks =
      rush_block_manager_master_thin_blocks (rush_executor_set_kept (self->executors));

  for (guint i = 0; i < blocks->len && !atomic_load (&self->stopping); i++)
    copy_thin_block (self, &g_array_index (blocks, RushThinBlock, i));
}

/* ---- the thread ---- */

static void
do_work (RushBlockMover *self, const Work *work)
{
  if (work->executor == NULL)
    {
      copy_thin_blocks (self);
      return;
    }
  if (self->moves_outputs)
    move_outputs (self, work);
  if (self->moves_blocks)
    move_blocks (self, work->executor);
  if (work->listener.emptied != NULL)
    work->listener.emptied (work->listener.data, work->executor);
}

static void *
body (void *data)
{
  RushBlockMover *self = data;
  Work *work;

  while ((work = rush_queue_pop (self->queue)) != NULL)
    {
      if (!atomic_load (&self->stopping))
        do_work (self, work);
      g_free (work);
    }
  return NULL;
}

static gboolean
ensure_thread (RushBlockMover *self)
{
  g_autoptr (GError) error = NULL;
  gboolean is_there;

  pthread_mutex_lock (&self->lock);
  if (!self->has_thread && !atomic_load (&self->stopping))
    {
      self->has_thread = rush_thread_start (&self->thread, "rush-mover", body, self, &error);
      if (!self->has_thread)
        g_warning ("blocks are not copied: %s", error->message);
    }
  is_there = self->has_thread;
  pthread_mutex_unlock (&self->lock);
  return is_there;
}

static void
post (RushBlockMover *self, const Work *work)
{
  Work *queued;

  if (atomic_load (&self->stopping))
    return;
  if (self->at_once || !ensure_thread (self))
    {
      do_work (self, work);
      return;
    }
  queued = g_memdup2 (work, sizeof *work);
  if (!rush_queue_push (self->queue, queued))
    g_free (queued); /* it has just been stopped */
}

/* ---- the interface ---- */

void
rush_block_mover_replenish (RushBlockMover *self)
{
  if (self->replicates)
    post (self, &(Work){ NULL });
}

gboolean
rush_block_mover_empties (const RushBlockMover *self)
{
  return self->moves_outputs || self->moves_blocks;
}

void
rush_block_mover_empty (RushBlockMover *self, RushLocalExecutor *executor,
                        const RushMoveListener *listener)
{
  post (self, &(Work){ executor, *listener });
}

void
rush_block_mover_hold (RushBlockMover *self)
{
  pthread_mutex_lock (&self->moving);
}

void
rush_block_mover_go_on (RushBlockMover *self)
{
  pthread_mutex_unlock (&self->moving);
}

void
rush_block_mover_stop (RushBlockMover *self)
{
  gboolean has_thread;

  pthread_mutex_lock (&self->lock);
  atomic_store (&self->stopping, TRUE);
  has_thread = self->has_thread;
  self->has_thread = FALSE;
  pthread_mutex_unlock (&self->lock);
  rush_queue_close (self->queue);
  if (has_thread)
    rush_thread_join (self->thread);
}

void
rush_block_mover_free (RushBlockMover *self)
{
  rush_block_mover_stop (self);
  rush_queue_free (self->queue, g_free);
  pthread_mutex_destroy (&self->moving);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

RushBlockMover *
rush_block_mover_new (RushExecutorSet *executors, const RushConf *conf, gboolean at_once)
{
  RushBlockMover *self = g_new0 (RushBlockMover, 1);
  gboolean moves = rush_conf_get_bool (conf, "spark.decommission.enabled") &&
                   rush_conf_get_bool (conf, DECOMMISSION ("enabled"));

  self->executors = executors;
  self->at_once = at_once;
  self->replicates = rush_conf_get_bool (conf, "spark.storage.replication.proactive");
  self->moves_outputs = moves && rush_conf_get_bool (conf, DECOMMISSION ("shuffleBlocks.enabled"));
  self->moves_blocks = moves && rush_conf_get_bool (conf, DECOMMISSION ("rddBlocks.enabled"));
  self->max_failures =
      (guint)rush_conf_get_int (conf, DECOMMISSION ("maxReplicationFailuresPerBlock"));
  self->queue = rush_queue_new (0);
  pthread_mutex_init (&self->moving, NULL);
  pthread_mutex_init (&self->lock, NULL);
  return self;
}
