/* engine.h - a whole engine without RushContext around it: loop, backend, scheduler, and RDDs whose
 * partitions are functions of the test. */
#pragma once

#include "core/executor/local_backend.h"
#include "core/scheduler/job_waiter.h"

typedef struct
{
  RushConf *conf;
  RushMaster master;
  RushLineage *lineage;
  RushEventBus *bus;
  char *top; /* folder of the local dir */
  RushLocalDir *dir;
  RushMapOutputTracker *tracker;
  RushCommitCoordinator *commits;
  RushDriverLoop *loop;
  RushBackend *backend;
  RushScheduler *scheduler;
  GString *events; /* of executors and task ends, one a line; read it after engine_stop () */
} Engine;

/* @...: pairs of configuration key and value, then NULL. */
Engine *engine_new (const char *master, ...) G_GNUC_NULL_TERMINATED;
/* Stops everything and checks that no file is left. */
void engine_stop (Engine *self);
void engine_free (Engine *self); /* stops first */

/* A job on all partitions that hands each one's batches over. */
RushJobWaiter *engine_submit (Engine *self, RushRdd *rdd, gint *out_job_id);
/* The sum of the first column of all rows that come out; −1 with @error. */
gint64 engine_sum (Engine *self, RushRdd *rdd, GError **error);
gint64 engine_sum_of (RushJobWaiter *waiter, guint n_partitions, GError **error);

/* ---- RDDs ---- */

typedef RushIterator *(*PartitionFunc) (guint split, RushTaskContext *ctx, gpointer data,
                                        GError **error);
RushRdd *func_rdd_new (Engine *engine, guint n_partitions, PartitionFunc func, gpointer data);
/* The rows of the parent, placed by Java's hash; runs @hook (if any) before it reads. */
RushRdd *shuffled_rdd_new (RushRdd *parent, guint n_partitions, PartitionFunc hook, gpointer data);
/* (n: bigint) from @first, @n of them. */
RushIterator *numbers (gint64 first, guint n, RushTaskContext *ctx);
/* Numbers split × 1000 … + 999. */
RushIterator *thousand_numbers (guint split, RushTaskContext *ctx, gpointer data, GError **error);

/* ---- gates: where tasks wait for the test, and the test for tasks ---- */

typedef struct
{
  int opened;  /* eventfd: readable once open */
  int arrived; /* eventfd semaphore: one for each task that has come */
} Gate;

void gate_init (Gate *self);
void gate_clear (Gate *self);
void gate_await_arrival (Gate *self); /* of one more task */
void gate_open (Gate *self);
/* For tasks: FALSE with @error if it was cancelled at the gate. */
gboolean gate_pass (Gate *self, RushTaskContext *ctx, GError **error);
