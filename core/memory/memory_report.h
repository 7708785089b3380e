/* memory_report.h - how a failure for want of memory explains itself.
 *
 *   Task 7 asked for 16.0 MiB and holds 52.0 MiB:
 *            50.0 MiB  HashAggregate
 *             2.0 MiB  batches on their way
 *   It may have:
 *           512.0 MiB  heap (spark.driver.memory)
 *       −   300.0 MiB  reserved for Spark itself
 *       ×         0.6  spark.memory.fraction
 *       =   127.2 MiB  the unified pool
 *       …
 *   Each of these would have sufficed:
 *       spark.driver.memory=1024m
 *       …
 *
 * Three parts: who holds what, the sum of what may be had, and up to three settings with the value
 * that would have sufficed.  Here is the form; what stands in it says whoever refuses: a task's
 * memory (task_memory.c), the tables of broadcasts (user_allocator.c), the driver's results
 * (result_limit.c), the container of a simulated executor (sim/container_memory.c).
 *
 * Threads: the caller's.
 */
#pragma once

#include "core/memory/memory_layout.h"

#define RUSH_REPORT_SETTINGS 3

typedef struct
{
  GString *text;
  guint n_settings;
} RushMemoryReport;

/* @first: its first line; (transfer full) of what end () returns. */
void rush_memory_report_begin (RushMemoryReport *self, const char *first);
char *rush_memory_report_end (RushMemoryReport *self);

/* "Task 7 holds 3.0 MiB:" */
void rush_memory_report_heading (RushMemoryReport *self, const char *format, ...)
    G_GNUC_PRINTF (2, 3);
/* @sign: "", "+", "−", "×", "÷" or "=". */
void rush_memory_report_bytes (RushMemoryReport *self, const char *sign, gint64 bytes,
                               const char *format, ...) G_GNUC_PRINTF (4, 5);
void rush_memory_report_factor (RushMemoryReport *self, const char *sign, double factor,
                                const char *what);
/* The lines from the heap to the unified pool. */
void rush_memory_report_pool (RushMemoryReport *self, const RushConf *conf,
                              const RushMemoryLayout *layout);
/* @setting: "key=value" (transfer full).  After RUSH_REPORT_SETTINGS of them nothing is added. */
void rush_memory_report_setting (RushMemoryReport *self, char *setting, const char *why);
/* A setting that is a number of 0 … 1, with two decimals. */
void rush_memory_report_fraction (RushMemoryReport *self, const char *key, double value,
                                  const char *why);
