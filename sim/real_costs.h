/* real_costs.h - how long it would have taken: from what a task has counted to what it needs.
 *
 *     rows that went through operators      × cpu.per_record
 *     bytes read, fetched, written          × cpu.per_byte; not those kept in its memory
 *     pairs and bytes of an RDD's shuffle   × serializers.pickle
 *     records through a Python worker       × python.per_record, and serializers.pickle or .arrow
 *     bytes of a result                     × serializers.java or .kryo
 *                                           ──────────────────
 *                                             seconds of a core of speed 1
 *
 * All of these are counts, so the same on any machine; how long the task took here does not matter.
 * The prices are orders of magnitude, to be set by who has measured better ones.
 *
 * Threads: plain data.
 */
#pragma once

#include "core/conf/conf.h"
#include "core/event/task_metrics.h"
#include "sim/scenario.h"
#include "sim/task_model.h"

typedef struct
{
  const RushTaskMetrics *metrics;
  gint64 rows_moved;                        /* between operators: rush_rdd_iterator () */
  gint64 python_objects;                    /* into workers, and out of them */
  gint64 kept_memory_bytes;                 /* of the input: no disk has read them, */
  gint64 kept_remote_bytes;                 /* but they came through the network */
  gboolean is_sql;                          /* rows are columns, not pickled objects */
  double host_bytes, rack_bytes, far_bytes; /* fetched, as they lie there */
} RushRealCounts;

typedef struct
{
  const RushScenario *scenario;
  gboolean kryo;       /* spark.serializer */
  gboolean arrow_udfs; /* spark.sql.execution.pythonUDF.arrow.enabled */
} RushRealCosts;

RushRealCosts rush_real_costs_new (const RushScenario *scenario, const RushConf *conf);
/* Fills @out. */
void rush_real_costs_demand (const RushRealCosts *self, const RushRealCounts *counts,
                             RushTaskDemand *out);
