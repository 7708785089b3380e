/* driver_messages.c - what executors say to the driver, and what becomes of it on the way.
 *
 *     executor ──▶ cut off?  held, until it can be heard again
 *              ──▶ unlucky?  comes later than what was said after it
 *              ──▶ doubled?  comes again, a moment later
 *              ──▶ driver
 *
 * A message that comes twice, late, or after its executor has been given up is what a scheduler
 * must live with; the second copy of a task's end says nothing new, as the driver has let go of the
 * task.
 */
#include "sim/simulated_private.h"

#define AGAIN_AFTER_US 1000

typedef struct
{
  RushSimulatedBackend *backend;
  RushMessage *message; /* (owned) */
  guint64 action;
} RushSimPacket;

/* ---- on the way ---- */

static void
packet_free (RushSimPacket *self)
{
  g_hash_table_remove (self->backend->packets, self);
  if (self->message != NULL)
    rush_message_free (self->message);
  g_free (self);
}

static void
arrives (gpointer data, gint64 argument)
{
  RushSimPacket *packet = data;
  RushScheduler *scheduler = packet->backend->scheduler;
  RushMessage *message = g_steal_pointer (&packet->message);

  packet_free (packet);
  rush_scheduler_handle (scheduler, message);
}

static void
send_later (RushSimulatedBackend *self, RushMessage *message, gint64 delay_us)
{
  RushSimPacket *packet = g_new0 (RushSimPacket, 1);

  packet->backend = self;
  packet->message = message;
  packet->action = rush_event_heap_put (self->setup.heap, delay_us, arrives, packet, 0);
  g_hash_table_add (self->packets, packet);
}

/* The same words; what a task has brought along comes once. */
static RushMessage *
copy_of (const RushMessage *message)
{
  RushMessage *copy = rush_message_new (message->kind);

  copy->text = g_strdup (message->text);
  copy->task_id = message->task_id;
  if (message->outcome != NULL)
    copy->outcome = rush_task_outcome_new (message->outcome->kind, message->outcome->message);
  return copy;
}

/* ---- leaving ---- */

void
rush_sim_tell (RushSimulatedBackend *self, RushSimSlots *executor, RushMessage *message)
{
  const RushSimMessages *fate = &executor->messages;
  RushSimRandom luck;

  if (executor->cut)
    {
      g_queue_push_tail (&executor->held, message);
      return;
    }
  if (fate->delayed <= 0 && fate->doubled <= 0)
    {
      rush_scheduler_handle (self->scheduler, message);
      return;
    }
  luck = rush_sim_random (self->setup.seed, "message", executor->number, executor->n_messages++, 0);
  gboolean delayed = rush_sim_random_uniform (&luck) < fate->delayed;
  gint64 delay_us = delayed ? (gint64)(fate->delay_s * G_USEC_PER_SEC) : 0;
  if (rush_sim_random_uniform (&luck) < fate->doubled)
    send_later (self, copy_of (message), delay_us + AGAIN_AFTER_US);
  send_later (self, message, delay_us);
}

void
rush_sim_tell_held (RushSimulatedBackend *self, RushSimSlots *executor)
{
  RushMessage *message;

  while ((message = g_queue_pop_head (&executor->held)) != NULL)
    send_later (self, message, 0);
}

void
rush_sim_forget_messages (RushSimulatedBackend *self, RushSimSlots *executor)
{
  RushMessage *message;

  while ((message = g_queue_pop_head (&executor->held)) != NULL)
    rush_message_free (message);
  if (executor->heartbeat != 0)
    rush_event_heap_cancel (self->setup.heap, executor->heartbeat);
  executor->heartbeat = 0;
  rush_container_forget (self, executor);
}

void
rush_sim_forget_packets (RushSimulatedBackend *self)
{
  guint n;
  g_autofree gpointer *packets = g_hash_table_get_keys_as_array (self->packets, &n);

  for (guint i = 0; i < n; i++)
    {
      RushSimPacket *packet = packets[i];

      rush_event_heap_cancel (self->setup.heap, packet->action);
      packet_free (packet);
    }
}

/* ---- heartbeats ---- */

static void
beat (gpointer data, gint64 number)
{
  RushSimulatedBackend *self = data;
  RushSimSlots *executor = g_hash_table_lookup (self->by_number, GINT_TO_POINTER (number));
  RushMessage *message;

  g_assert (executor != NULL); /* its action goes with it */
  executor->heartbeat = 0;
  if (executor->dead)
    return;
  rush_sim_start_heartbeats (self, executor);
  message = rush_message_new (RUSH_MESSAGE_HEARTBEAT);
  message->text = g_strdup (executor->id);
  rush_sim_tell (self, executor, message);
}

void
rush_sim_start_heartbeats (RushSimulatedBackend *self, RushSimSlots *executor)
{
  if (self->setup.heartbeat_us > 0)
    executor->heartbeat = rush_event_heap_put (self->setup.heap, self->setup.heartbeat_us, beat,
                                               self, executor->number);
}
