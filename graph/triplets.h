/* triplets.h - an edge with its two vertices, in windows of rows. */
#pragma once

#include "graph/aggregate_messages.h"

/* (source, target, edge's attributes …, src_ vertex's …, dst_ vertex's …). (transfer full) */
RushSchema *rush_triplet_schema (const RushSchema *vertices, const RushSchema *edges);
/* Columns of all rows of @block, whose view has all attributes; @schema: of triplets, or of edges.
 * The columns are the caller's. */
gboolean rush_triplet_columns (const RushEdgeBlock *block, const RushSchema *schema,
                               RushColumn **out, GError **error);
