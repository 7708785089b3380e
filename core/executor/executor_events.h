/* executor_events.h - what listeners hear when an executor comes or goes; its block manager, too.
 *
 * The clock is that of the backend, real or virtual.
 *
 * Ownership:  strings are copied.
 * Threads:    any.
 * Mirrors:    the order of CoarseGrainedSchedulerBackend and BlockManagerMasterEndpoint.
 */
#pragma once

#include "core/base/clock.h"
#include "core/event/event_bus.h"

/* @rack: or NULL.  @pool_bytes: of its unified memory. */
void rush_post_executor_added (RushEventBus *bus, RushClock *clock, const char *id,
                               const char *host, const char *rack, guint cores, gint64 pool_bytes);
void rush_post_executor_removed (RushEventBus *bus, RushClock *clock, const char *id,
                                 const char *host, const char *reason);
