/* broadcast_exchange.h - all rows of a child, once for all tasks; and exchanges that are used
 * twice. */
#pragma once

#include "sql/physical/exec.h"
#include "sql/physical/tables/join_table.h"

/* @keys: of the hashed relation that joins look rows up in (over the child's columns, not taken);
 * NULL or empty: rows alone.  @null_aware: for a null-aware anti join (NOT IN).  Takes over
 * @child. */
RushExec *rush_broadcast_exchange_exec_new (const RushExprList *keys, gboolean null_aware,
                                            RushExec *child);
gboolean rush_exec_is_broadcast_exchange (const RushExec *self);
/* Begins to collect the child's rows: the job runs while others do. */
gboolean rush_broadcast_exchange_exec_start (RushExec *self, RushQuery *query, GError **error);
/* Waits for them and makes the table, once. */
gboolean rush_broadcast_exchange_exec_finish (RushExec *self, RushQuery *query, GError **error);
/* NULL: there is no job to wait for. (transfer none) */
RushJobWaiter *rush_broadcast_exchange_exec_waiter (const RushExec *self, gint *out_job_id);
/* The table that @exec (a broadcast exchange, or a stage or reuse of one) has made; (transfer none)
 * */
RushJoinTable *rush_exec_broadcast_table (const RushExec *exec);

/* The rows of @exchange, which stands elsewhere in the plan, under other names.  Takes over both.
 * */
RushExec *rush_reused_exchange_exec_new (RushExprList *output, RushExec *exchange);
gboolean rush_exec_is_reused_exchange (const RushExec *self);
RushExec *rush_reused_exchange_exec_exchange (const RushExec *self); /* (transfer none) */
