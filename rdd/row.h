/* row.h - rows one at a time, for functions that people write.
 *
 *   static void
 *   split_words (const RushRow *line, RushEmitter *out, gpointer data)
 *   {
 *     … rush_emit_string (out, word, length); rush_emit_int (out, 1); …
 *   }
 *
 * A row is a place in a batch; values are read by column.  An emitter takes the values of new rows,
 * column after column: with the last column the row is finished and the next one begins.
 *
 * Errors:   an emitter remembers the first (memory, or rush_emitter_fail ()) and takes no more; the
 *           task then fails.  So the function has no error to pass on.
 * Threads:  a row and an emitter belong to the task; the function runs in several at once.
 */
#pragma once

#include "core/data/builder.h"

/* ---- reading ---- */

typedef struct
{
  const RushBatch *batch;
  guint row; /* in the columns */
} RushRow;

/* The @i-th row of those that count. */
static inline RushRow
rush_batch_nth (const RushBatch *batch, guint i)
{
  return (RushRow){ batch, rush_batch_row (batch, i) };
}

static inline gboolean
rush_row_is_null (const RushRow *self, guint column)
{
  return !rush_column_is_valid (self->batch->columns[column], self->row);
}

/* Undefined if the value is null. */
static inline gint64
rush_row_int (const RushRow *self, guint column)
{
  return rush_column_get_int (self->batch->columns[column], self->row);
}

static inline double
rush_row_double (const RushRow *self, guint column)
{
  return rush_column_get_double (self->batch->columns[column], self->row);
}

static inline gboolean
rush_row_bool (const RushRow *self, guint column)
{
  return rush_column_get_bool (self->batch->columns[column], self->row);
}

/* String or binary; not NUL-terminated; alive as long as the batch. */
static inline const char *
rush_row_string (const RushRow *self, guint column, gsize *out_length)
{
  return rush_column_get_bytes (self->batch->columns[column], self->row, out_length);
}

/* ---- writing ---- */

typedef struct _RushEmitter RushEmitter;

void rush_emit_int (RushEmitter *self, gint64 value); /* every integer width */
void rush_emit_double (RushEmitter *self, double value);
void rush_emit_bool (RushEmitter *self, gboolean value);
void rush_emit_string (RushEmitter *self, const char *bytes, gssize length); /* −1: up to NUL */
void rush_emit_null (RushEmitter *self);
/* A value, or all values, of another row of the same types. */
void rush_emit_value (RushEmitter *self, const RushRow *row, guint column);
void rush_emit_row (RushEmitter *self, const RushRow *row);
void rush_emitter_fail (RushEmitter *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* ---- functions that people write ---- */

typedef void (*RushRowFunc) (const RushRow *row, RushEmitter *out, gpointer data);
typedef gboolean (*RushRowPredicate) (const RushRow *row, gpointer data);
/* Combines two rows into one; associative and commutative. */
typedef void (*RushRowReduce) (const RushRow *a, const RushRow *b, RushEmitter *out, gpointer data);
/* Negative: @a comes before @b. */
typedef gint (*RushRowCompare) (const RushRow *a, const RushRow *b, gpointer data);

/* By the values of one column, whose number is @data (GUINT_TO_POINTER); null comes first. */
gint rush_row_ascending (const RushRow *a, const RushRow *b, gpointer data);
gint rush_row_descending (const RushRow *a, const RushRow *b, gpointer data);
