/* chain_iterator.h - several partitions, one after the other, as one. */
#pragma once

#include "core/lineage/rdd.h"

typedef struct
{
  RushRdd *rdd; /* (unowned) lives as long as the task */
  guint split;
} RushPiece;

/* Takes over @pieces, a GArray of RushPiece; each is begun when the one before it has ended. */
RushIterator *rush_chain_iterator_new (GArray *pieces, RushTaskContext *ctx);
