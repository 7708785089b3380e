/* exchange.h - operators that move rows between partitions. */
#pragma once

#include "sql/physical/exec.h"
#include "sql/physical/operators/shuffled_row_rdd.h"

/* Why an exchange is there; adaptive execution keeps away from what the user asked for. */
typedef enum
{
  RUSH_EXCHANGE_ENSURE_REQUIREMENTS,
  RUSH_EXCHANGE_REPARTITION_BY_COL, /* repartition (column): the number is ours to change */
  RUSH_EXCHANGE_REPARTITION_BY_NUM, /* repartition (n, …) */
  RUSH_EXCHANGE_REBALANCE_PARTITIONS_BY_NONE,
  RUSH_EXCHANGE_REBALANCE_PARTITIONS_BY_COL,
} RushExchangeOrigin;

/* Takes over @partitioning (SINGLE, HASH, RANGE, ROUND_ROBIN) and @child. */
RushExec *rush_exchange_exec_new (RushPartitioning *partitioning, RushExchangeOrigin origin,
                                  RushExec *child);
gboolean rush_exec_is_exchange (const RushExec *self);
RushPartitioning *rush_exchange_exec_partitioning (const RushExec *self); /* (transfer none) */
RushExchangeOrigin rush_exchange_exec_origin (const RushExec *self);
/* The shuffle, made once; a range partitioning runs a job that samples.  (transfer none) */
RushDependency *rush_exchange_exec_dependency (RushExec *self, RushQuery *query, GError **error);
/* An RDD of other slices than one a partition. (transfer full) */
RushRdd *rush_exchange_exec_read (RushExec *self, RushQuery *query, const RushShuffleSpec *specs,
                                  guint n_specs, GError **error);
gint64 rush_exec_next_plan_id (void);

/* ── moving rows (row_placement.c, range_bounds.c) ── */

/* A map side for @partitioning (kept) over the rows of @child. */
RushDependency *rush_row_placement_dependency (RushPartitioning *partitioning,
                                               const RushExprList *input, RushSchema *schema,
                                               RushRdd *child, RushQuery *query, GError **error);

/* Up to n − 1 rows that divide the rows of @rdd into @n ranges of about equal size, as one column a
 * SORT_ORDER of @bound; *out_n_bounds may be 0.  Runs a job.  NULL: it failed. */
RushColumn **rush_range_bounds_sample (RushRdd *rdd, const RushExprList *bound, guint n,
                                       RushQuery *query, guint *out_n_bounds, GError **error);
