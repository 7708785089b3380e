/* event_digest.h - one number for a whole run: a listener that hashes every event.
 *
 * Two runs are the same if they tell the same, event by event and field by field; then their event
 * logs are the same, byte for byte, as a log says nothing that no event does.  The digest is of the
 * fields: who wants to know whether anything has changed need not have it spelled first.
 *
 *   RushListener *digest = rush_event_digest_new ();
 *   rush_event_bus_add_inline (bus, digest);
 *   … run …
 *   rush_event_digest_value (digest)      →  0x5b3c…
 *
 * Ownership:  the bus'.   Threads: inline, so the poster's; value () once nothing is posted.
 */
#pragma once

#include "core/event/event_bus.h"

RushListener *rush_event_digest_new (void);
guint64 rush_event_digest_value (const RushListener *self);
guint64 rush_event_digest_n_events (const RushListener *self);
/* Of one event. */
guint64 rush_event_digest_of (const RushEvent *event);
