/* emitter_private.h - the engine's side of an emitter: what has been emitted.
 *
 * Invariants:  column is the next column of the unfinished row, 0 between rows; after an error
 *              nothing changes any more.
 */
#pragma once

#include "rdd/row.h"

struct _RushEmitter
{
  RushBatchBuilder *builder; /* (owned) */
  guint n_columns;
  guint column;
  guint64 n_rows; /* finished, since the start */
  GQueue full;    /* RushBatch * (owned): batches that are full */
  /* If set, each new row begins with the key (column 0) of this row. */
  const RushRow *key_of;
  GError *error;
};

void rush_emitter_init (RushEmitter *self, RushSchema *schema, RushAllocator *allocator);
void rush_emitter_clear (RushEmitter *self);
/* What is finished becomes a batch in full, if there is any. */
void rush_emitter_flush (RushEmitter *self);
/* To be called after each call of a user's function.  FALSE: an error, or a row was left half
 * done; @what names the operator. */
gboolean rush_emitter_check (RushEmitter *self, const char *what);
