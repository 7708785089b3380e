/* event_log.h - the event log: Spark's own compact JSON, one event a line.
 *
 * Written to <dir>/<app id>.inprogress, renamed to <dir>/<app id> at the end, as Spark does, so
 * that the History Server and other tools open it.  @dir is a plain path or file://…; it must
 * exist unless @create_dir.
 *
 * Mirrors: org.apache.spark.scheduler.EventLoggingListener, SingleEventLogFileWriter.
 */
#pragma once

#include "core/event/event_bus.h"

/* A queued listener.  Errors while writing are reported once, on stderr, and end the log; the
 * file then keeps its .inprogress name. */
RushListener *rush_event_log_new (const char *dir, const char *app_id, gboolean overwrite,
                                  gboolean create_dir, GError **error);
/* Where it will stand when it is whole.  (transfer none) */
const char *rush_event_log_path (const RushListener *self);
