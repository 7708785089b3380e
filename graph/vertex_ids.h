/* vertex_ids.h - what is done with ids of vertices: where they live, numbering them, sorting them.
 *
 * Ids are any 64-bit numbers; inside of a partition they have numbers from 0, so that what belongs
 * to a vertex stands in an array.
 *
 * Threads:  one a table.
 * Mirrors:  org.apache.spark.util.collection.PrimitiveKeyOpenHashMap, HashPartitioner.
 */
#pragma once

#include "core/base/allocator.h"
#include "core/data/column.h"

/* The vertex partition that @id lives in: HashPartitioner's, Java's hashCode of a Long. */
static inline guint
rush_vertex_home (gint64 id, guint n_partitions)
{
  gint32 hash = (gint32)((guint64)id ^ ((guint64)id >> 32)), mod = hash % (gint32)n_partitions;

  return (guint)(mod < 0 ? mod + (gint32)n_partitions : mod);
}

/* ---- numbering ---- */

typedef struct
{
  RushAllocator *allocator; /* (unowned) */
  RushBuffer *slots;        /* gint32: number + 1; 0: empty */
  RushBuffer *ids;          /* gint64, by number */
  guint n;                  /* ids */
  guint mask;               /* slots − 1 */
} RushIdTable;

gboolean rush_id_table_init (RushIdTable *self, RushAllocator *allocator, GError **error);
void rush_id_table_clear (RushIdTable *self);
/* The number of @id, which gets the next one if it is new; −1 with @error. */
gint32 rush_id_table_number (RushIdTable *self, gint64 id, GError **error);
/* −1: it is not there. */
gint32 rush_id_table_find (const RushIdTable *self, gint64 id);

/* ---- sorting ---- */

/* Ascending; @scratch has room for @n, too. */
void rush_ids_sort (gint64 *ids, gint64 *scratch, guint n);
/* Of sorted ids each once; returns how many. */
guint rush_ids_unique (gint64 *ids, guint n);
/* The position of @id in sorted ids; −1: it is not there. */
gint32 rush_ids_find (const gint64 *ids, guint n, gint64 id);
