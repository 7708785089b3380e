/* sim_fault.h - what goes wrong in a simulated cluster, and when.
 *
 *   { "at": "12s", "do": "kill_host", "host": 3, "lasts": "2m" }
 *   { "when": { "stage": 1, "attempt": 0 }, "times": 2, "do": "fail_task" }
 *
 *   do                   what it takes (in brackets: may be left out)
 *   kill_executor        executor                     decommission_executor  executor
 *   kill_host            host [lasts]                 kill_rack              rack [lasts]
 *   slow_executor        executor, factor [lasts]     slow_host              host, factor [lasts]
 *   cut_host             host [lasts]                 cut_rack               rack [lasts]
 *   heal                 [host] [rack]                everything, if neither is named
 *   drop_shuffle         shuffle [map] [executor]     corrupt_shuffle        as drop_shuffle
 *   drop_cached          rdd [partition] [executor]
 *   fail_task            when [message]
 *   delay_messages       by [fraction] [executor] [lasts]
 *   duplicate_messages   [fraction] [executor] [lasts]
 *   memory_used          executor, memory [lasts]
 *
 * Each has a time of the clock (at), or the start of a task (when; see
 * core/executor/fault_script.h, whose words these are), for so many tasks (times, 1 unless given).
 * After `lasts` it is mended again: killed machines are back, empty; without it, never, but by a
 * heal.
 *
 * A cut machine goes on working and cannot be heard; a killed one has forgotten all.
 *
 * Ownership:  plain data of a scenario.   Threads: immutable.
 */
#pragma once

#include "core/executor/fault_script.h"
#include "sim/json_fields.h"

typedef enum
{
  RUSH_SIM_KILL_EXECUTOR,
  RUSH_SIM_DECOMMISSION_EXECUTOR,
  RUSH_SIM_SLOW_EXECUTOR,
  RUSH_SIM_KILL_HOST,
  RUSH_SIM_SLOW_HOST,
  RUSH_SIM_CUT_HOST,
  RUSH_SIM_KILL_RACK,
  RUSH_SIM_CUT_RACK,
  RUSH_SIM_HEAL,
  RUSH_SIM_DROP_SHUFFLE,
  RUSH_SIM_CORRUPT_SHUFFLE,
  RUSH_SIM_DROP_CACHED,
  RUSH_SIM_FAIL_TASK,
  RUSH_SIM_DELAY_MESSAGES,
  RUSH_SIM_DUPLICATE_MESSAGES,
  RUSH_SIM_MEMORY_USED,
} RushSimFaultKind;

/* Numbers are −1 and strings NULL where the fault does not say. */
typedef struct
{
  int kind; /* a RushSimFaultKind */
  double at_s;
  gboolean has_when;
  RushFaultWhen when;
  gint64 times;
  char *executor;
  gint64 host, rack;
  double factor;
  double lasts_s;
  double by_s;
  double fraction; /* of messages; 1 unless given */
  char *message;
  gint64 shuffle, map;
  gint64 rdd, partition;
  gint64 memory_bytes;
} RushSimFault;

/* One fault, which without "at" and "when" is for now.  INVALID_ARGUMENT: not well put; NOT_FOUND:
 * no such host or rack. (transfer full) */
RushSimFault *rush_sim_fault_parse (const char *text, guint n_hosts, guint n_racks, GError **error);
void rush_sim_fault_free (RushSimFault *self); /* NULL is fine */
const char *rush_sim_fault_name (RushSimFaultKind kind);
/* A list of faults, as a field of a table: GPtrArray * of RushSimFault *. */
extern const RushJsonFieldClass rush_sim_faults_class;
