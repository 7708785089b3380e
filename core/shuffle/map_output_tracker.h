/* map_output_tracker.h - the driver's book of map outputs: shuffle → map index → status.
 *
 * Only the driver loop changes it; runners look statuses up when they fetch.  Every removal raises
 * the epoch, so that a task launched earlier can tell that what it knows is stale.
 *
 * Threads:  any; one mutex, held for O(1) or O(maps of one shuffle).
 * Mirrors:  org.apache.spark.MapOutputTrackerMaster, ShuffleStatus.
 */
#pragma once

#include "core/shuffle/map_status.h"

RUSH_BEGIN_PUBLIC

typedef struct _RushMapOutputTracker RushMapOutputTracker;

RushMapOutputTracker *rush_map_output_tracker_new (void);
void rush_map_output_tracker_free (RushMapOutputTracker *self);

void rush_map_output_tracker_register_shuffle (RushMapOutputTracker *self, gint shuffle_id,
                                               guint n_maps);
gboolean rush_map_output_tracker_contains_shuffle (RushMapOutputTracker *self, gint shuffle_id);
void rush_map_output_tracker_unregister_shuffle (RushMapOutputTracker *self, gint shuffle_id);
/* (transfer full) */
void rush_map_output_tracker_register_output (RushMapOutputTracker *self, gint shuffle_id,
                                              guint map_index, RushMapStatus *status);
/* The output that @map_task_id wrote can be read on that executor from now on; FALSE: another one
 * is registered, or none. */
gboolean rush_map_output_tracker_move_output (RushMapOutputTracker *self, gint shuffle_id,
                                              guint map_index, gint64 map_task_id,
                                              const char *executor_id, const char *host);
/* Only if it is still the one on @executor_id. */
void rush_map_output_tracker_unregister_output (RushMapOutputTracker *self, gint shuffle_id,
                                                guint map_index, const char *executor_id);
void rush_map_output_tracker_unregister_all (RushMapOutputTracker *self, gint shuffle_id);
void rush_map_output_tracker_remove_executor (RushMapOutputTracker *self, const char *executor_id);
void rush_map_output_tracker_remove_host (RushMapOutputTracker *self, const char *host);

guint rush_map_output_tracker_n_available (RushMapOutputTracker *self, gint shuffle_id);
/* Map indices without an output, ascending, appended to @out (guint). */
void rush_map_output_tracker_missing (RushMapOutputTracker *self, gint shuffle_id, GArray *out);
/* (transfer full), NULL: not registered. */
RushMapStatus *rush_map_output_tracker_get (RushMapOutputTracker *self, gint shuffle_id,
                                            guint map_index);
/* The statuses of all maps of a shuffle (RushMapStatus, by map index, the array owns refs), as they
 * are at one moment.  NULL: not registered, or some are missing. (transfer full) */
GPtrArray *rush_map_output_tracker_statuses (RushMapOutputTracker *self, gint shuffle_id);
/* All outputs that lie on an executor, by shuffle and map: GArray of RushPlacedOutput (transfer
 * full). */
typedef struct
{
  gint shuffle_id;
  guint map_index;
  gint64 map_task_id;
} RushPlacedOutput;
GArray *rush_map_output_tracker_outputs_on (RushMapOutputTracker *self, const char *executor_id);
guint rush_map_output_tracker_n_maps (RushMapOutputTracker *self, gint shuffle_id);
gint64 rush_map_output_tracker_epoch (RushMapOutputTracker *self);
/* Executors that hold at least @fraction of the bytes of reduce partition @reduce: where the
 * reduce task is best run (REDUCER_PREF_LOCS_FRACTION is 0.2).  NULL-terminated executor ids,
 * hosts in *out_hosts in the same order; both (transfer full), NULL if none.  Only worth asking
 * for shuffles with fewer than 1,000 maps and reduces, as in Spark. */
char **rush_map_output_tracker_preferred (RushMapOutputTracker *self, gint shuffle_id, guint reduce,
                                          double fraction, char ***out_hosts);

RUSH_END_PUBLIC
