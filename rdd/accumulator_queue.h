/* accumulator_queue.h - what tasks have added to accumulators, until the driver program takes it.
 *
 * The engine does not know what an update means: it decides which ones count (the scheduler) and
 * keeps them in the order in which their tasks ended.
 *
 *     scheduler ──add──▶ [ u7 u3 u9 ] ──take──▶ the program's accumulators
 *
 * Ownership:  the context's.
 * Threads:    any.
 * Mirrors:    the driver's half of org.apache.spark.api.python.PythonAccumulatorV2.
 */
#pragma once

#include "core/scheduler/scheduler.h"

typedef struct _RushAccumulatorQueue RushAccumulatorQueue;

RushAccumulatorQueue *rush_accumulator_queue_new (void);
void rush_accumulator_queue_free (RushAccumulatorQueue *self);
/* For rush_scheduler_set_accumulator_sink (). */
RushAccumulatorSink *rush_accumulator_queue_sink (RushAccumulatorQueue *self);
/* All that has come since the last time: GBytes *, maybe none. (transfer full) */
GPtrArray *rush_accumulator_queue_take (RushAccumulatorQueue *self);
