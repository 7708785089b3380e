/* cluster.h - what an application runs on: a backend for its scheduler, executors, a clock.
 *
 *     master URL, settings ──open ()──▶ cluster: clock, number of cores, name of the application
 *         local…, local-cluster…             │
 *         others: whoever has registered     build (loop, tracker, bus …): backend, executors
 *                                            start ─▶ executors register … ─▶ stop
 *
 * The context makes its event bus, its driver loop and the rest in between, as they need the clock
 * and the backend needs them.  Whoever can be a cluster besides this process registers a factory:
 * so the simulated ones, which the engine's other parts know nothing of.
 *
 * Ownership:  the context's.
 * Threads:    the context's owner; kill_executor () and inject () from any.
 * Mirrors:    org.apache.spark.scheduler.ExternalClusterManager.
 */
#pragma once

#include "core/executor/executor_set.h"
#include "core/executor/master.h"
#include "core/scheduler/driver_loop.h"
#include "core/scheduler/waiting_room.h"

typedef struct _RushCluster RushCluster;

typedef struct
{
  /* Makes backend and executors on these services, which outlive the cluster. */
  gboolean (*build) (RushCluster *self, const RushExecutorServices *services, RushDriverLoop *loop,
                     GError **error);
  /* Whom the backend tells; the loop has started.  Returns when jobs may be submitted. */
  void (*start) (RushCluster *self, RushScheduler *scheduler);
  /* Kills what runs and drops what is held; nothing computes any more when it returns. */
  void (*stop) (RushCluster *self);
  /* After the loop has ended, before the application's last event; optional. */
  void (*ended) (RushCluster *self);
  /* As if its machine had died; with @replace another one comes.  FALSE: there is no such. */
  gboolean (*kill_executor) (RushCluster *self, const char *executor_id, gboolean replace);
  /* A fault in JSON (fault_script.h), now or at its `when`.  INVALID_ARGUMENT: not well put;
   * NOT_FOUND: nothing that it could happen to; UNSUPPORTED. */
  gboolean (*inject) (RushCluster *self, const char *fault, GError **error);
  guint (*n_cores) (RushCluster *self); /* of all executors */
  void (*free) (RushCluster *self);
} RushClusterClass;

struct _RushCluster
{
  const RushClusterClass *klass;
  RushMaster master;          /* what the URL asks for, as far as it says */
  RushClock *clock;           /* (unowned) the application's time */
  RushWaitingRoom *room;      /* (unowned) who waits for jobs in virtual time; NULL: time is real */
  char *application_id;       /* (owned) unless spark.app.id says another: "local-1795234224138" */
  RushBackend *backend;       /* once built; (unowned) */
  RushExecutorSet *executors; /* once built; (unowned) */
};

typedef struct
{
  const char *name;
  /* Whether @url is for this one, under the settings of @conf. */
  gboolean (*takes) (const char *url, const RushConf *conf);
  /* May add to @conf what its URL or its files say of the cluster. */
  RushCluster *(*open) (const char *url, RushConf *conf, GError **error);
} RushClusterFactory;

/* @factory is immortal, and goes before those that are there.  While no other thread opens one. */
void rush_cluster_register (const RushClusterFactory *factory);
/* The cluster of spark.master.  INVALID_ARGUMENT, UNSUPPORTED: nobody takes that URL. */
RushCluster *rush_cluster_open (RushConf *conf, GError **error);
void rush_cluster_free (RushCluster *self); /* NULL is fine */

/* local_cluster.c: this process, in real time; takes every URL that is left. */
extern const RushClusterFactory rush_local_cluster_factory;
