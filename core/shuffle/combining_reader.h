/* combining_reader.h - rows of equal keys as one row, from any iterator. */
#pragma once

#include "core/lineage/iterator.h"
#include "core/shuffle/external_combiner.h"

/* @combined: the rows have been combined before.  (transfer full: @rows) */
RushIterator *rush_combining_reader_new (RushIterator *rows, gboolean combined,
                                         const RushCombineSpec *spec);
