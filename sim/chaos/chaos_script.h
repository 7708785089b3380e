/* chaos_script.h - a random cluster, settings and faults, from one number.
 *
 *     seed ──▶ { "executors": …, "hosts": …, "manager": …, "faults": [ … ] }   a scenario
 *              spark.speculation=true, spark.task.maxFailures=8 …               settings
 *
 * Every fault of sim_fault.h comes up: executors, hosts and racks that die, slow down or cannot be
 * reached, outputs that are lost or damaged, tasks that fail, messages that are late or come twice.
 * What takes machines away gives them back some time, so that there is always a way to finish.
 *
 * Each fault stands for itself: a script may be made again with some of them only, and on fewer
 * executors, and the others are what they were (chaos_shrink.h).
 *
 * Ownership:  a script owns its strings.
 * Threads:    immutable.
 */
#pragma once

#include "core/conf/conf.h"

typedef struct
{
  guint64 seed;
  guint n_executors; /* that faults are drawn for */
  guint min_faults, max_faults;
  double seconds;    /* that the program takes, about, without faults; */
  guint n_tasks;     /* its tasks, */
  guint n_shuffles;  /* and its shuffles */
  guint n_kept_rdds; /* persisted RDDs that may lose blocks; 0 without data */
} RushChaosAims;

typedef struct
{
  RushChaosAims aims;
  GPtrArray *faults;   /* char *: a JSON object each */
  GPtrArray *settings; /* char *: key, value, key, value … */
  guint n_hosts, n_racks, cores;
  const char *manager;
  gboolean fair, dynamic_allocation, outputs_outlive;
} RushChaosScript;

RushChaosScript *rush_chaos_script_new (const RushChaosAims *aims);
void rush_chaos_script_free (RushChaosScript *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushChaosScript, rush_chaos_script_free)
/* The scenario on @n_executors, with those faults of which @keep says so (NULL: all); @mode:
 * "model" or "real". (transfer full) */
char *rush_chaos_script_scenario (const RushChaosScript *self, guint n_executors,
                                  const gboolean *keep, const char *mode);
gboolean rush_chaos_script_configure (const RushChaosScript *self, RushConf *conf, GError **error);
