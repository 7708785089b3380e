/* map_status.h - what a finished map task says about its output.
 *
 * Ownership: refcounted, immutable.   Threads: any.
 * Mirrors:   org.apache.spark.scheduler.MapStatus (exact sizes here, never compressed to a log).
 */
#pragma once

#include "core/base/refcount.h"

#include <glib.h>

RUSH_BEGIN_PUBLIC

typedef struct
{
  gint64 bytes;   /* encoded, before compression */
  gint64 records; /* rows */
  gint64 pairs;
} RushSliceSize;

typedef struct
{
  RushRefCount refs;
  const char *executor_id; /* where the output is */
  const char *host;
  gint64 map_task_id; /* the attempt that wrote it: names its files */
  guint n_partitions;
  RushSliceSize sizes[]; /* by reduce partition */
} RushMapStatus;

RushMapStatus *rush_map_status_new (const char *executor_id, const char *host, gint64 map_task_id,
                                    guint n_partitions); /* sizes zeroed */
RushMapStatus *rush_map_status_ref (RushMapStatus *self);
void rush_map_status_unref (RushMapStatus *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushMapStatus, rush_map_status_unref)

RUSH_END_PUBLIC
