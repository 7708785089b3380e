/* adaptive_rules.h - what is changed when sizes are known; all (transfer full).
 *
 * Spark plans the logical rest of the query anew.  Here the physical plan is changed directly,
 * which gives the same plans for these rules.
 */
#pragma once

#include "sql/physical/exec.h"

/* ── between two rounds of stages: another plan (empty_relations.c, join_rules.c,
 *    skewed_join.c) ── */

/* What reads nothing gives nothing; what is left over rows of the driver is done there. */
RushExec *rush_adaptive_propagate_empty (RushExec *plan, const RushEvalSettings *settings,
                                         GError **error);
/* A projection, filter or limit over a LocalTableScan as a LocalTableScan, anything else as it is.
 * Takes over @self, also on failure. */
RushExec *rush_adaptive_evaluate_local (RushExec *self, const RushEvalSettings *settings,
                                        GError **error);
/* A limit that is known not to leave out any row goes. */
RushExec *rush_adaptive_drop_limits (RushExec *plan, const RushEvalSettings *settings,
                                     GError **error);
/* Joins of which a side has proved small become broadcast joins, or shuffled hash joins. */
RushExec *rush_adaptive_switch_joins (RushExec *plan, const RushEvalSettings *settings,
                                      GError **error);
/* Partitions of a join that are much larger than the others are split. */
RushExec *rush_adaptive_split_skewed (RushExec *plan, const RushEvalSettings *settings,
                                      GError **error);

/* ── before a stage runs: how its inputs are read (read_rules.c) ── */

/* Large partitions of a shuffle that was asked to be even are split. */
RushExec *rush_adaptive_rebalance (RushExec *plan, const RushEvalSettings *settings,
                                   GError **error);
/* Small partitions of shuffles below @plan are read together. */
RushExec *rush_adaptive_coalesce_partitions (RushExec *plan, guint parallelism,
                                             const RushEvalSettings *settings, GError **error);
/* Shuffles whose partitioning nobody needs any more are read where they were written. */
RushExec *rush_adaptive_read_locally (RushExec *plan, const RushEvalSettings *settings,
                                      GError **error);

/* Shuffles that are still to run: what a plan costs.  A rule's plan is taken if it costs no more.
 */
guint rush_count_shuffles (const RushExec *plan);
