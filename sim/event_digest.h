/* event_digest.h - one number for a whole run: a listener that hashes every event.
 *
 * Two runs are the same if their event logs are, byte for byte.  The digest is of those bytes: each
 * event as the log would write it, line by line, without a file.
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
