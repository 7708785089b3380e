/* id_forest.h - which vertices of a partition hang together: sets, each called after its least id.
 *
 *     join (5, 9)   join (2, 7)   join (9, 7)        5 → 2, 7 → 2, 9 → 5 → 2      stars: 5 7 9 → 2
 *
 * Source:   Galler and Fischer: An Improved Equivalence Algorithm, CACM 7 (5), 1964; paths are
 *           halved, as van Leeuwen and Tarjan do.
 * Threads:  one a forest.
 */
#pragma once

#include "graph/arrays.h"

typedef struct
{
  RushAllocator *allocator; /* (unowned) */
  const gint64 *ids;        /* [n] (unowned) by number */
  guint n;
  RushBuffer *parents; /* gint32[n]; a root is its own */
} RushIdForest;

/* Each of @ids[n] by itself; they live as long as the forest. */
gboolean rush_id_forest_init (RushIdForest *self, const gint64 *ids, guint n,
                              RushAllocator *allocator, GError **error);
void rush_id_forest_clear (RushIdForest *self);
/* The sets of numbers @a and @b are one. */
void rush_id_forest_join (RushIdForest *self, gint32 a, gint32 b);
/* Ids that are not the least of their set, and beside each the one that is. (transfer full) */
gboolean rush_id_forest_stars (RushIdForest *self, RushColumn **out_leaves,
                               RushColumn **out_centres, GError **error);
