/* glom.h - one row a partition: all its rows as one group (rdd/group.h reads groups).
 *
 * Mirrors: RDD.glom.
 */
#pragma once

#include "core/lineage/rdd.h"

/* A partition of more than 2 GiB fails its task with OUT_OF_MEMORY. */
RushRdd *rush_rdd_glom (RushRdd *parent);
