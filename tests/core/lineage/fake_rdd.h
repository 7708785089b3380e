/* fake_rdd.h - RDDs without data, for tests of the graph itself. */
#pragma once

#include "core/lineage/rdd.h"

extern const RushRddClass fake_parallel_class; /* "ParallelCollectionRDD": a source */
extern const RushRddClass fake_hadoop_class;   /* "HadoopRDD": a source */
extern const RushRddClass fake_shuffled_class; /* "ShuffledRDD" */
extern const RushRddClass fake_union_class;    /* "UnionRDD" */
extern const RushRddClass fake_cogroup_class;  /* "CoGroupedRDD" */
extern const RushRddClass
    fake_map_class; /* "MapPartitionsRDD": counts and computes as its parent */

/* How often any partitions () was called, and how many RDDs were finalized, since the start. */
extern atomic_uint fake_n_counts;
extern atomic_uint fake_n_finalized;

/* Created by operator @site, with @n_partitions where the class does not find them itself.  Takes
 * over the dependencies, which end with NULL. */
RushRdd *fake_rdd_new (RushLineage *lineage, const RushRddClass *klass, const char *site,
                       guint n_partitions, ...) G_GNUC_NULL_TERMINATED;

/* The same with parents known by kind.  They reference @parent. */
RushRdd *fake_map (RushRdd *parent, const char *site);
RushRdd *fake_shuffled (RushRdd *parent, const char *site, guint n_partitions);
