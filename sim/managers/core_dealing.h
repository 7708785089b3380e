/* core_dealing.h - the master's rule: which worker gives how many cores to how many executors.
 *
 * Pure arithmetic: workers with what they have free go in, assignments come out.
 *
 * Mirrors: org.apache.spark.deploy.master.Master.scheduleExecutorsOnWorkers, WorkerSelectionPolicy.
 */
#pragma once

#include <glib.h>

/* Which workers come first; the lower host of two that are alike. */
typedef enum
{
  RUSH_WORKERS_CORES_FREE_ASC,
  RUSH_WORKERS_CORES_FREE_DESC,
  RUSH_WORKERS_MEMORY_FREE_ASC,
  RUSH_WORKERS_MEMORY_FREE_DESC,
  RUSH_WORKERS_ID,
} RushWorkerPolicy;

/* A worker while cores are dealt out. */
typedef struct
{
  guint host;
  guint free_cores;
  gint64 free_bytes;
  guint cores;     /* assigned: 0 before */
  guint executors; /* assigned: 0 before */
} RushCoreDeal;

typedef struct
{
  guint cores_each; /* 0: not set, an executor takes all that its worker is given */
  gint64 bytes_each;
  gboolean spread_out;
  RushWorkerPolicy policy;
  guint cores_left;     /* of spark.cores.max */
  guint executors_left; /* of what the application wants */
} RushCoreRule;

/* Sorts @workers, and assigns. */
void rush_deal_cores (const RushCoreRule *rule, RushCoreDeal *workers, guint n_workers);
