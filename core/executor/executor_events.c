/* executor_events.c - see the header.  The block manager comes after its executor, and goes before
 * it. */
#include "core/executor/executor_events.h"

void
rush_post_executor_added (RushEventBus *bus, RushClock *clock, const char *id, const char *host,
                          const char *rack, guint cores, gint64 pool_bytes)
{
  gint64 now_ms = rush_clock_wall_ms (clock);
  RushEvent *event;

  if (!rush_event_bus_has_listeners (bus))
    return;
  event = rush_event_new (RUSH_EVENT_EXECUTOR_ADDED);
  event->executor_added.time_ms = now_ms;
  event->executor_added.executor_id = g_strdup (id);
  event->executor_added.host = g_strdup (host);
  event->executor_added.cores = cores;
  event->executor_added.rack = g_strdup (rack);
  rush_event_bus_post (bus, event);

  event = rush_event_new (RUSH_EVENT_BLOCK_MANAGER_ADDED);
  event->block_manager_added.time_ms = now_ms;
  event->block_manager_added.executor_id = g_strdup (id);
  event->block_manager_added.host = g_strdup (host);
  event->block_manager_added.memory_bytes = pool_bytes;
  rush_event_bus_post (bus, event);
}

void
rush_post_executor_removed (RushEventBus *bus, RushClock *clock, const char *id, const char *host,
                            const char *reason)
{
  gint64 now_ms = rush_clock_wall_ms (clock);
  RushEvent *event;

  if (!rush_event_bus_has_listeners (bus))
    return;
  event = rush_event_new (RUSH_EVENT_BLOCK_MANAGER_REMOVED);
  event->block_manager_removed.time_ms = now_ms;
  event->block_manager_removed.executor_id = g_strdup (id);
  event->block_manager_removed.host = g_strdup (host);
  rush_event_bus_post (bus, event);

  event = rush_event_new (RUSH_EVENT_EXECUTOR_REMOVED);
  event->executor_removed.time_ms = now_ms;
  event->executor_removed.executor_id = g_strdup (id);
  event->executor_removed.reason = g_strdup (reason);
  rush_event_bus_post (bus, event);
}
