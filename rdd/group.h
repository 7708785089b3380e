/* group.h - all values of a key as one value of a row: Scala's Iterable[V].
 *
 * A group is a binary value that holds encoded batches (core/data/encoding.h) of the value columns,
 * in the order in which the values came.  Groups travel through shuffles and spills as any bytes.
 *
 *   RushGroupReader values;
 *   RushRow value;
 *   rush_group_reader_init (&values, row, 1);
 *   while (rush_group_reader_next (&values, &value))
 *     total += rush_row_int (&value, 0);
 *   rush_group_reader_clear (&values);
 *
 * Threads: a reader is the task's; @row's batch must stay alive while it is used.
 */
#pragma once

#include "rdd/row.h"

typedef struct
{
  RushBuffer *bytes; /* (owned) of the group */
  gsize offset;
  RushBatch *batch; /* (owned) or NULL */
  guint next_row;
} RushGroupReader;

/* @column must hold a group. */
void rush_group_reader_init (RushGroupReader *self, const RushRow *row, guint column);
gboolean rush_group_reader_next (RushGroupReader *self, RushRow *out); /* FALSE: no more */
void rush_group_reader_clear (RushGroupReader *self);
guint64 rush_group_length (const RushRow *row, guint column); /* how many values */
