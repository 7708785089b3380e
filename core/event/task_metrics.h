/* task_metrics.h - what a task counted.  Plain data, copied by value.
 *
 * Mirrors: org.apache.spark.executor.TaskMetrics; the JSON names stand in core/event/json_task.c.
 * Records of an RDD shuffle are flushed runs of pickled pairs, as in PySpark; pairs are what people
 * want to see, so both are counted.
 */
#pragma once

#include "core/base/public.h"

#include <glib.h>

RUSH_BEGIN_PUBLIC

typedef struct
{
  gint64 deserialize_us;
  gint64 run_us;
  gint64 cpu_ns;
  gint64 result_bytes;
  gint64 result_serialize_us;
  gint64 memory_bytes_spilled;
  gint64 disk_bytes_spilled;
  gint64 peak_execution_memory;

  gint64 kept_blocks_read;     /* partitions of persisted RDDs that were there, */
  gint64 kept_blocks_computed; /* and that were not */

  gint64 input_bytes;
  gint64 input_records;
  gint64 output_bytes;
  gint64 output_records;

  gint64 shuffle_local_blocks;
  gint64 shuffle_remote_blocks; /* of other executors of local-cluster */
  gint64 shuffle_local_bytes;
  gint64 shuffle_remote_bytes;
  gint64 shuffle_fetch_wait_us;
  gint64 shuffle_read_records;
  gint64 shuffle_read_pairs;

  gint64 shuffle_write_bytes; /* encoded, before compression: alike on every route */
  gint64 shuffle_write_records;
  gint64 shuffle_write_pairs;
  gint64 shuffle_write_us;

  gint64 python_start_us;  /* until a worker answered */
  gint64 python_run_us;    /* while a worker had the task */
  gint64 python_bytes_in;  /* to the worker */
  gint64 python_bytes_out; /* from the worker */

  /* What the pool of its executor held as the task ended, execution with the task's own peak; 0:
   * nobody looked. */
  gint64 pool_execution_bytes;
  gint64 pool_storage_bytes;
} RushTaskMetrics;

/* Counters are sums; peaks, and what pools held, are the largest. */
void rush_task_metrics_add (RushTaskMetrics *sum, const RushTaskMetrics *more);

RUSH_END_PUBLIC
