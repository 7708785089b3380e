/* pools_private.h - the pools of spark.scheduler.mode=FAIR: who shares the cluster with whom.
 *
 *     root ─┬─ "default"   weight 1                    ◀── jobs that name no pool
 *           ├─ "quick"     weight 3, minShare 2, FAIR  ◀── spark.scheduler.pool=quick
 *           └─ "mine"      weight 1                    ◀── named by a job, not by the file
 *
 * A pool's numbers say how much it gets beside others (scheduling_policy.c has the rule), its mode
 * in which order its own task sets go.  In FIFO mode there is the default pool alone, and nobody
 * looks at it.
 *
 * Ownership:  the task scheduler's; pools stay until it goes, since task sets point to them.
 * Mirrors:    org.apache.spark.scheduler.{Pool,FairSchedulableBuilder}.
 */
#pragma once

#include "core/scheduler/seams.h"

typedef struct
{
  const RushConf *conf; /* (unowned) whose warner hears of doubtful things */
  gboolean fair;        /* else a job's wish for a pool is not looked at */
  GHashTable *by_name;  /* RushPool (owned) */
} RushPools;

void rush_pools_init (RushPools *self, const RushConf *conf);
void rush_pools_clear (RushPools *self);
/* Makes what @file asks for, beside the pools that are there.  FALSE: it cannot be read, or is no
 * XML.  pools_file.c */
gboolean rush_pools_read (RushPools *self, const char *file, GError **error);
/* Replaces one of that name. */
void rush_pools_add (RushPools *self, const char *name, gboolean is_fair, gint min_share,
                     gint weight);
/* The pool for a task set with these local properties (NULL: none); an unknown one is made. */
RushPool *rush_pools_choose (RushPools *self, GHashTable *properties);
