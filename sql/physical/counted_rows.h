/* counted_rows.h - metrics that are counted at the rows that pass, for operators that have better
 * things to do. */
#pragma once

#include "sql/physical/exec.h"

/* @rows (taken over), counted as the first metric of @metrics (referenced by who calls). */
RushIterator *rush_counted_iterator_new (RushMetricSet *metrics, RushIterator *rows);
/* The same for all partitions of @rows, which is taken over; NULL stays NULL. */
RushRdd *rush_counted_rdd (RushRdd *rows, RushMetricSet *metrics);
/* The same, and the time until each batch came is counted as RUSH_METRIC_SCAN_TIME. */
#define RUSH_METRIC_SCAN_TIME 1
RushRdd *rush_timed_rdd (RushRdd *rows, RushMetricSet *metrics);
/* … of a source that Spark reads row by row: whoever wants few rows (rows_wanted of the task) is
 * given no more, and no more count as input. */
RushRdd *rush_counted_row_rdd (RushRdd *rows, RushMetricSet *metrics);
/* @rows as the map side of an exchange: what a task has written in the end is counted there.
 * (transfer full) */
RushRdd *rush_written_rdd (RushRdd *rows, const RushExprList *output, RushMetricSet *metrics);

/* What rows take as Spark's UnsafeRows: a bit for each null, 8 bytes a field; the bytes of texts
 * are what @encoded_bytes of them have beyond that. */
double rush_unsafe_row_bytes (const RushExprList *output, gint64 n_rows, gint64 encoded_bytes);
