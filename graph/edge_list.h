/* edge_list.h - edges from text: "source target" a line.
 *
 * Blanks or tabs between the two; lines that begin with # and empty ones are passed over; what
 * stands behind the two numbers is not looked at.  A line of anything else fails the job, which
 * says where.
 *
 * Mirrors: org.apache.spark.graphx.GraphLoader.edgeListFile.
 */
#pragma once

#include "core/lineage/rdd.h"

/* (src: bigint, dst: bigint) of @path, as rush_rdd_text_file () reads it. (transfer full) */
RushRdd *rush_edge_list_file (RushLineage *lineage, const char *path, guint min_partitions);
