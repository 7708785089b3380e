/* my_rdd.h - RDDs without data whose answers a test writes down, as MyRDD in DAGSchedulerSuite. */
#pragma once

#include "core/lineage/rdd.h"

typedef struct
{
  RushRdd base;
  guint n_partitions;
  gboolean partitions_fail; /* counting them ends in an IO error */
  char ***locations;        /* (owned) by partition, NULL-terminated each; NULL: none */
} MyRdd;

/* Takes over the dependencies, which end with NULL. */
RushRdd *my_rdd_new (RushLineage *lineage, guint n_partitions, ...);
/* "hostA hostB|hostC|" - by partition, places apart by blanks. */
void my_rdd_set_locations (RushRdd *rdd, const char *places);
void my_rdd_fail_partitions (RushRdd *rdd);

/* A shuffle of @parent into @n_reduces; references it. */
RushDependency *my_shuffle (RushRdd *parent, guint n_reduces);
/* What many tests want: n_maps partitions, shuffled, read by n_reduces.  The shuffle is the
 * result's only dependency. */
RushRdd *my_shuffled_rdd (RushLineage *lineage, guint n_maps, guint n_reduces);
gint my_shuffle_id (RushRdd *rdd, guint dependency);
