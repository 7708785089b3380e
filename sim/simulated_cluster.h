/* simulated_cluster.h - programs that compute, on a cluster that is not there.
 *
 *   sim://?executors=50&cores=4&memory=4g&hosts=10&racks=2&seed=7
 *   spark://…, yarn, k8s://…, mesos://…, sim://…  with spark.rushlight.simulate=SCENARIO
 *
 *     program ──jobs──▶ scheduler ──launch──▶ simulated backend ──▶ real tasks ──▶ a runner
 *        ▲                  ▲                   ▲
 *        └── waits: time    └── executors ── cluster manager ◀── fault schedule
 *            goes on
 *
 * Virtual time is the driver loop's spare time: when no message is queued, nothing computes, and
 * the program waits for a job, the next action of the heap is taken.  While the program does
 * something itself, the cluster's clock stands still.
 *
 * Ownership:  immortal.
 * Threads:    see core/executor/cluster.h.
 */
#pragma once

#include "core/executor/cluster.h"

extern const RushClusterFactory rush_simulated_cluster_factory;
