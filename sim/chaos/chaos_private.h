/* chaos_private.h - a run under faults, and its parts.
 *
 *   chaos_run.c       one seed, from the script to the verdict
 *   chaos_cluster.c   the cluster that it runs on: manager, backend, scheduler, faults
 *   chaos_jobs.c      its jobs: submitted, and their results looked at
 */
#pragma once

#include "sim/chaos/chaos_program.h"
#include "sim/chaos/chaos_run.h"
#include "sim/chaos/chaos_script.h"
#include "sim/chaos/chaos_values.h"
#include "sim/chaos/invariant_watch.h"
#include "sim/event_digest.h"
#include "sim/scenario_world.h"

typedef struct _RushChaosRun RushChaosRun;

/* A job of the program. */
typedef struct
{
  RushJobListener listener;
  RushChaosRun *run;
  guint number;
  RushRdd *rdd; /* (unowned) */
  guint n_results;
  guint64 *expected; /* by partition; NULL: chance */
  guint8 *accepted;  /* by partition */
  guint64 read;      /* by the first result; the others must have read the same */
  guint n_accepted;
  gboolean submitted, done;
  GError *failure;
} RushChaosJob;

struct _RushChaosRun
{
  const RushChaosSpec *spec;
  RushChaosProgram *program;
  RushChaosScript *script;
  RushScenario *scenario;
  RushConf *conf;
  RushLineage *lineage;
  RushScenarioWorld world;
  RushModelJob *model;
  RushMapOutputTracker *tracker;
  RushChaosValues *values;
  RushEventBus *bus;
  RushListener *digest;      /* the bus' */
  RushInvariantWatch *watch; /* the bus' */
  RushBackend *backend;
  RushScheduler *scheduler;
  GPtrArray *violations;
  RushChaosJob *jobs; /* as many as the program has */
  gboolean started, over;
  char *driver_lost; /* why; NULL: it is there */
};

/* ---- chaos_cluster.c ---- */

gboolean rush_chaos_cluster_make (RushChaosRun *self, GError **error);
void rush_chaos_cluster_start (RushChaosRun *self);
void rush_chaos_cluster_clear (RushChaosRun *self);

/* ---- chaos_jobs.c ---- */

void rush_chaos_jobs_make (RushChaosRun *self);
/* The first now, the others in their time; once. */
void rush_chaos_jobs_start (RushChaosRun *self);
gboolean rush_chaos_jobs_are_done (const RushChaosRun *self);
void rush_chaos_jobs_clear (RushChaosRun *self);
