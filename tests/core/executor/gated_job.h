/* gated_job.h - a job whose tasks wait at a gate: what happens meanwhile is the test's business.
 *
 *   start ─▶ some tasks are at the gate ─▶ … the test … ─▶ pass, or wait for its failure ─▶ clear
 */
#pragma once

#include "engine.h"

typedef struct
{
  Engine *engine;
  Gate gate;
  RushRdd *source;
  RushRdd *rdd; /* what is computed: the source, or its shuffle */
  RushJobWaiter *waiter;
  gint job_id;
} GatedJob;

/* @n_partitions of a thousand numbers each.  The gate is before them; a shuffle into @n_reduce
 * partitions (0: none) comes after them.  Returns when @n_arrivals tasks are at the gate. */
void gated_job_start (GatedJob *self, const char *master, guint n_partitions, guint n_reduce,
                      guint n_arrivals);
/* The gate is before the reduce tasks: the map outputs are there. */
void gated_reduce_start (GatedJob *self, const char *master, guint n_partitions, guint n_reduce,
                         guint n_arrivals);
void gated_job_pass (GatedJob *self, gint64 expected);  /* opens the gate; the sum is right */
gint64 gated_job_wait (GatedJob *self, GError **error); /* the sum, or −1 with @error */
void gated_job_clear (GatedJob *self);
