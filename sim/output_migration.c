/* output_migration.c - a decommissioned executor hands its map outputs over before it goes.
 *
 *     its last task has ended ──▶ what the driver's book has of it: one queue
 *         lane to executor 4   ◀── output ── output …      a lane for each executor that stays,
 *         lane to executor 7   ◀── output …                over the wire that leads to its host
 *     an output is there ──▶ OUTPUT_MOVED: the driver reads it there
 *     all lanes are empty ──▶ it goes, and what it keeps of RDDs has been copied, too
 *
 * A lane ends when its executor is gone; what was on its way there waits for another.  If nobody is
 * left, or the one that goes dies before, the rest is lost with it.
 *
 * Mirrors: org.apache.spark.storage.BlockManagerDecommissioner, ShuffleMigrationRunnable.
 */
#include "sim/simulated_private.h"

gboolean
rush_simulated_executors_hand_over (const RushConf *conf)
{
  return rush_conf_get_bool (conf, "spark.decommission.enabled") &&
         rush_conf_get_bool (conf, "spark.storage.decommission.enabled") &&
         rush_conf_get_bool (conf, "spark.storage.decommission.shuffleBlocks.enabled");
}

typedef struct
{
  RushOutputMigration *migration;
  gint64 number; /* of the executor that it leads to */
  RushPlacedOutput output;
  RushLink *link;
  guint64 flow; /* 0: nothing is on its way */
} Lane;

struct _RushOutputMigration
{
  RushSimulatedBackend *backend;
  gint64 number;    /* of the executor that goes */
  GArray *waiting;  /* RushPlacedOutput, the next one last; NULL: it has not begun */
  GPtrArray *lanes; /* Lane (owned) */
  RushSimAction over;
  gpointer over_data;
  gint64 over_argument;
};

/* ---- who is there ---- */

static RushSimSlots *
find_alive (RushSimulatedBackend *self, gint64 number)
{
  RushSimSlots *executor = g_hash_table_lookup (self->by_number, GINT_TO_POINTER (number));

  return executor != NULL && !executor->dead ? executor : NULL;
}

static gboolean
takes_outputs (const RushSimSlots *executor)
{
  return executor != NULL && !executor->cut && !executor->leaving;
}

/* ---- the end ---- */

static void
migration_free (RushOutputMigration *self)
{
  for (guint i = 0; i < self->lanes->len; i++)
    {
      const Lane *lane = g_ptr_array_index (self->lanes, i);

      if (lane->flow != 0)
        rush_link_give_up (lane->link, lane->flow);
    }
  g_ptr_array_unref (self->lanes);
  g_clear_pointer (&self->waiting, g_array_unref);
  g_free (self);
}

void
rush_output_migrations_forget (RushSimulatedBackend *self)
{
  GHashTableIter iter;
  gpointer migration;

  g_hash_table_iter_init (&iter, self->migrations);
  while (g_hash_table_iter_next (&iter, &migration, NULL)) /* in any order: nobody is told */
    migration_free (migration);
  g_hash_table_remove_all (self->migrations);
}

static gboolean
is_idle (const RushOutputMigration *self)
{
  for (guint i = 0; i < self->lanes->len; i++)
    if (((const Lane *)g_ptr_array_index (self->lanes, i))->flow != 0)
      return FALSE;
  return TRUE;
}

/* Nothing is on its way any more. */
static void
finish (RushOutputMigration *self)
{
  RushSimAction over = self->over;
  gpointer data = self->over_data;
  gint64 argument = self->over_argument;
  RushTaskModel *model = self->backend->setup.model;
  const RushSimSlots *executor = find_alive (self->backend, self->number);
  gboolean is_there = executor != NULL;

  if (is_there && model->klass->hand_over != NULL)
    model->klass->hand_over (model, executor->id);
  g_hash_table_remove (self->backend->migrations, self);
  migration_free (self);
  if (is_there)
    over (data, argument);
}

/* ---- a lane ---- */

static void arrives (gpointer data, gint64 argument);

/* The next output, if both ends are there; else the lane is empty. */
static void
send_next (Lane *lane)
{
  RushOutputMigration *self = lane->migration;
  RushSimulatedBackend *backend = self->backend;
  const RushSimSlots *from = find_alive (backend, self->number);
  const RushSimSlots *to = find_alive (backend, lane->number);

  if (from == NULL || !takes_outputs (to) || self->waiting->len == 0)
    return;
  lane->output = g_array_index (self->waiting, RushPlacedOutput, self->waiting->len - 1);
  g_array_set_size (self->waiting, (gint)self->waiting->len - 1);
  lane->link = rush_topology_link (backend->setup.topology, to->host,
                                   rush_topology_distance (from->host, to->host));
  lane->flow =
      rush_link_send (lane->link,
                      (double)backend->setup.model->klass->output_bytes (
                          backend->setup.model, lane->output.shuffle_id, lane->output.map_index),
                      arrives, lane, 0);
}

static void
tell_moved (RushSimulatedBackend *self, const RushPlacedOutput *output, const RushSimSlots *to)
{
  RushMessage *message = rush_message_new (RUSH_MESSAGE_OUTPUT_MOVED);

  self->setup.model->klass->move_output (self->setup.model, output->shuffle_id, output->map_index,
                                         to->id, to->host);
  message->id = output->shuffle_id;
  message->map_index = output->map_index;
  message->task_id = output->map_task_id;
  message->text = g_strdup (to->id);
  rush_scheduler_handle (self->scheduler, message);
}

static void
arrives (gpointer data, gint64 argument)
{
  Lane *lane = data;
  RushOutputMigration *self = lane->migration;
  const RushSimSlots *to = find_alive (self->backend, lane->number);

  lane->flow = 0;
  if (find_alive (self->backend, self->number) != NULL && takes_outputs (to))
    tell_moved (self->backend, &lane->output, to);
  else
    g_array_append_val (self->waiting, lane->output);
  for (guint i = 0; i < self->lanes->len; i++) /* another one may take what this one could not */
    if (((Lane *)g_ptr_array_index (self->lanes, i))->flow == 0)
      send_next (g_ptr_array_index (self->lanes, i));
  if (is_idle (self))
    finish (self);
}

/* ---- the beginning ---- */

static void
add_lanes (RushOutputMigration *self)
{
  g_autoptr (GPtrArray) ids = rush_simulated_backend_executors_on (&self->backend->base, NULL);

  for (guint i = 0; i < ids->len; i++)
    {
      const RushSimSlots *executor =
          g_hash_table_lookup (self->backend->executors, g_ptr_array_index (ids, i));
      Lane *lane;

      if (executor->dead || !takes_outputs (executor))
        continue;
      lane = g_new0 (Lane, 1);
      lane->migration = self;
      lane->number = executor->number;
      g_ptr_array_add (self->lanes, lane);
    }
}

void
rush_output_migration_begin (gpointer data, gint64 argument)
{
  RushOutputMigration *self = data;
  const RushSimSlots *executor = find_alive (self->backend, self->number);

  if (executor != NULL)
    {
      self->waiting =
          rush_map_output_tracker_outputs_on (self->backend->setup.tracker, executor->id);
      add_lanes (self);
    }
  for (guint i = 0; i < self->lanes->len; i++)
    send_next (g_ptr_array_index (self->lanes, i));
  if (is_idle (self))
    finish (self);
}

RushOutputMigration *
rush_output_migration_new (RushSimulatedBackend *backend, const RushSimSlots *executor,
                           RushSimAction over, gpointer data, gint64 argument)
{
  RushOutputMigration *self = g_new0 (RushOutputMigration, 1);

  self->backend = backend;
  self->number = executor->number;
  self->lanes = g_ptr_array_new_with_free_func (g_free);
  self->over = over;
  self->over_data = data;
  self->over_argument = argument;
  g_hash_table_add (backend->migrations, self);
  return self;
}
