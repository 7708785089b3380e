/* event_bus.h - events go from the driver loop to listeners.
 *
 * A listener is either *inline*, called on the posting thread (invariant checks in tests, job
 * statistics that an action reads right after it returns), or *queued*: it has a thread and a
 * bounded queue of its own, so that a slow one delays nobody but, when its queue is full, the
 * poster: queues block, they never drop (Spark's drop; a log with holes cannot be replayed).
 *
 * Interface:  post () costs one branch without listeners.  stop () delivers what is queued, calls
 *             each listener's finish, and joins.
 * Threads:    any, but no listener calls its own bus: a full queue would wait for itself.
 * Mirrors:    org.apache.spark.scheduler.LiveListenerBus, AsyncEventQueue.
 */
#pragma once

#include "core/event/event.h"

RUSH_BEGIN_PUBLIC

typedef struct _RushEventBus RushEventBus;
typedef struct _RushListener RushListener;

typedef struct
{
  const char *name;
  void (*on_event) (RushListener *self, RushEvent *event);
  void (*finish) (RushListener *self); /* after the last event; optional */
  void (*free) (RushListener *self);
} RushListenerClass;

struct _RushListener
{
  const RushListenerClass *klass;
};

RushEventBus *rush_event_bus_new (guint queue_capacity);
void rush_event_bus_free (RushEventBus *self);                               /* stops first */
void rush_event_bus_add_inline (RushEventBus *self, RushListener *listener); /* (transfer full) */
/* (transfer full).  FALSE with @error: there is no thread for it; the listener is freed. */
gboolean rush_event_bus_add_queued (RushEventBus *self, RushListener *listener, GError **error);
gboolean rush_event_bus_has_listeners (RushEventBus *self);
void rush_event_bus_post (RushEventBus *self, RushEvent *event); /* (transfer full) */
/* Returns when every event posted before the call has been delivered everywhere. */
void rush_event_bus_flush (RushEventBus *self);
void rush_event_bus_stop (RushEventBus *self);

RUSH_END_PUBLIC
