/* window_frames.h - which rows of its partition a row looks at. */
#pragma once

#include "sql/physical/tables/sort_order.h"

/* One partition, sorted. */
typedef struct
{
  guint n_rows;
  RushColumn *const *orders; /* the order keys, from the partition's first row on */
  const RushSortSpec *spec;
  guint32 *peers_start, *peers_end; /* [n_rows] */
} RushWindowRows;

void rush_window_find_peers (RushWindowRows *self);
/* Rows [out_start[i], out_end[i]) for each row i; may be empty.  FALSE: the offset is no number
 * that the order key could be moved by. */
gboolean rush_window_find_frames (const RushWindowRows *self, const RushWindowFrame *frame,
                                  guint32 *out_start, guint32 *out_end, GError **error);
