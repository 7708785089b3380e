/* partition_coalescer.h - which partitions are put together.
 *
 * Mirrors: org.apache.spark.rdd.{DefaultPartitionCoalescer,PartitionGroup}.
 */
#pragma once

#include "core/lineage/rdd.h"

typedef struct
{
  char *place;     /* where most of it is, or NULL */
  GArray *parents; /* guint: partitions, at least one */
} RushPartitionGroup;

/* At most @n groups (RushPartitionGroup, a GPtrArray that frees them) of all partitions of @parent;
 * NULL with @error: they cannot be counted. */
GPtrArray *rush_coalesce_partitions (RushRdd *parent, guint n, GError **error);
