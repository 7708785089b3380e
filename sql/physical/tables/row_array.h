/* row_array.h - rows in the order they came, to be read again and again; more than memory may hold.
 *
 * Interface:  append () batches, then read () as often as needed, also by several readers at a
 *             time.  clear () begins anew; no reader may be open then.
 * Ownership:  registers a memory consumer with the task for as long as it lives.
 * Errors:     IO when rows have to go to disk, IO, CORRUPT and OUT_OF_MEMORY when they come back.
 * Threads:    one, the task's runner.
 * Mirrors:    org.apache.spark.sql.execution.ExternalAppendOnlyUnsafeRowArray.  There a threshold
 *             of rows (spark.sql.windowExec.buffer.in.memory.threshold …) decides what cannot be
 *             spilled; here all can, and nothing is as long as there is memory.
 */
#pragma once

#include "core/lineage/iterator.h"
#include "core/lineage/task_context.h"

typedef struct _RushRowArray RushRowArray;

/* @name: an immortal word, "Window", that refusals name it by. */
RushRowArray *rush_row_array_new (const char *name, RushSchema *schema, RushTaskContext *ctx);
void rush_row_array_free (RushRowArray *self); /* NULL is fine */
/* @batch has no selection. */
gboolean rush_row_array_append (RushRowArray *self, RushBatch *batch, GError **error);
guint64 rush_row_array_n_rows (const RushRowArray *self);
/* How much of an array, or of an input, an operator may have before it as columns: a small part of
 * what the task may have, as nobody can spill it then. */
gint64 rush_row_array_part_bytes (RushTaskContext *ctx);
RushIterator *rush_row_array_read (RushRowArray *self);
void rush_row_array_clear (RushRowArray *self);
gint64 rush_row_array_spilled_bytes (const RushRowArray *self); /* of memory, since it was made */
