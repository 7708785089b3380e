/* window_frames.h - which rows of its partition a row looks at. */
#pragma once

#include "sql/physical/tables/sort_order.h"

/* Rows of a partition, sorted, numbered in it. */
typedef struct
{
  guint n_rows;              /* of the partition */
  guint first, n;            /* those that are looked at: [first, first + n) */
  RushColumn *const *orders; /* the order keys, from the partition's first row on; NULL: not there,
                                as no frame needs them */
  const RushSortSpec *spec;
  guint n_groups_before;            /* groups of peers that begin before @first */
  guint32 *peers_start, *peers_end; /* [n] */
} RushWindowRows;

/* RANGE BETWEEN offset PRECEDING AND …: the order key, and the values between which it must be. */
enum
{
  RUSH_RANGE_KEY,
  RUSH_RANGE_LOWER,
  RUSH_RANGE_UPPER,
  RUSH_RANGE_COLUMNS
};
typedef struct
{
  RushExpr *exprs[RUSH_RANGE_COLUMNS]; /* (owned) NULL: not needed */
  RushSortSpec *spec;                  /* (owned) of the key, as the exprs have it */
} RushWindowRange;

/* @orders: bound SORT_ORDERs. */
void rush_window_range_init (RushWindowRange *self, const RushWindowFrame *frame,
                             const RushExprList *orders);
void rush_window_range_clear (RushWindowRange *self);

void rush_window_find_peers (RushWindowRows *self); /* of all rows */
/* Rows [out_start[i], out_end[i]) for each row first + i; may be empty.  @columns: the range's over
 * the partition's rows.  FALSE: the offset is nothing that the order key could be moved by. */
gboolean rush_window_find_frames (const RushWindowRows *self, const RushWindowFrame *frame,
                                  const RushWindowRange *range, RushColumn *const *columns,
                                  guint32 *out_start, guint32 *out_end, GError **error);
