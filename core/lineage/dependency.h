/* dependency.h - how the partitions of an RDD need those of its parents.
 *
 *   narrow   a child partition needs a known few parent partitions: computed in the same task
 *            (one-to-one: map, filter …; range: union; custom: coalesce, cartesian)
 *   shuffle  a child partition needs a piece of every parent partition: a stage boundary
 *
 * Ownership:  a dependency owns a ref on its parent RDD; the child owns its dependencies.
 *             When the last ref on a shuffle dependency goes, its map outputs can be dropped: the
 *             lineage's cleaner is told (core/storage/context_cleaner.h).
 * Threads:    immutable, hence any.
 * Mirrors:    org.apache.spark.{OneToOneDependency,RangeDependency,NarrowDependency,
 *             ShuffleDependency}, Aggregator; NSDI 2012, section 4.
 */
#pragma once

#include "core/lineage/partitioner.h"

RUSH_BEGIN_PUBLIC

typedef struct _RushRdd RushRdd;
typedef struct _RushDependency RushDependency;

typedef enum
{
  RUSH_DEPENDENCY_ONE_TO_ONE,
  RUSH_DEPENDENCY_RANGE,
  RUSH_DEPENDENCY_CUSTOM, /* narrow, parents by a function of the child class */
  RUSH_DEPENDENCY_SHUFFLE,
} RushDependencyKind;

/* Combines the values of equal keys, for the typed family: column 0 is the key, column 1 the value.
 * A combiner is a seam: a student's can replace it. */
typedef struct _RushCombiner RushCombiner;
typedef struct
{
  const char *name; /* "sum" */
  /* Fold the rows of @batch into the table.  All of them or, with RUSH_CORE_ERROR_OUT_OF_MEMORY,
   * none: whoever drives the combiner then spills it (drains it to disk) and tries again. */
  gboolean (*insert) (RushCombiner *self, const RushBatch *batch, GError **error);
  /* The bytes the table holds, for the memory consumer that drives it. */
  gsize (*memory_bytes) (const RushCombiner *self);
  /* Hand out what is combined, batch by batch; NULL without error: empty, and usable again. */
  RushBatch *(*drain) (RushCombiner *self, GError **error);
  void (*free) (RushCombiner *self);
  /* As insert (), but the rows have been combined before: they come out of drain () of another
   * combiner of this kind (map side, or spilled).  NULL: there is no difference. */
  gboolean (*merge) (RushCombiner *self, const RushBatch *batch, GError **error);
  /* As drain (), but the rows go to who asked for the combination, not to disk, and may look
   * different (SQL's averages, say, of sums and counts).  NULL: there is no difference. */
  RushBatch *(*finish) (RushCombiner *self, GError **error);
} RushCombinerClass;
struct _RushCombiner
{
  const RushCombinerClass *klass;
};
/* Makes one combiner a task; @data is the factory's own. */
typedef RushCombiner *(*RushCombinerNew) (gpointer data, RushSchema *schema,
                                          RushAllocator *allocator);

/* Appends the parent partitions that child partition @split needs to @out_parents (guint). */
typedef void (*RushCustomParents) (const RushDependency *self, guint split, GArray *out_parents);

struct _RushDependency
{
  RushRefCount refs;
  RushDependencyKind kind;
  RushRdd *rdd; /* the parent (owned) */

  /* RANGE: child partitions [out_start, out_start + length) are parent's [in_start, …). */
  guint in_start, out_start, length;

  /* CUSTOM: fills @out_parents with the parent partitions that child partition @split needs. */
  RushCustomParents custom_parents;
  gpointer custom_data;
  GDestroyNotify custom_free;

  /* SHUFFLE */
  gint shuffle_id;
  RushPartitioner *partitioner;
  RushSchema *schema;           /* of the map outputs */
  RushCombinerNew combiner_new; /* NULL: rows go as they are */
  gpointer combiner_data;
  GDestroyNotify combiner_free; /* of combiner_data, when the dependency goes; may be NULL */
  gboolean map_side_combine;
  /* Which column of a row counts as how many pairs (PySpark's runs); −1: a row is one pair. */
  gint pairs_column;
};

RushDependency *rush_dependency_one_to_one (RushRdd *parent);
RushDependency *rush_dependency_range (RushRdd *parent, guint in_start, guint out_start,
                                       guint length);
/* @free_data, if there is one, gets @data when the dependency goes. */
RushDependency *rush_dependency_custom (RushRdd *parent, RushCustomParents custom_parents,
                                        gpointer data, GDestroyNotify free_data);
/* Takes a new shuffle id from the parent's lineage; partitioner and schema are referenced. */
RushDependency *rush_dependency_shuffle (RushRdd *parent, RushPartitioner *partitioner,
                                         RushSchema *schema);
RushDependency *rush_dependency_ref (RushDependency *self);
void rush_dependency_unref (RushDependency *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushDependency, rush_dependency_unref)

/* The parent partitions of child partition @split, appended to @out_parents; narrow kinds only. */
void rush_dependency_parents (const RushDependency *self, guint split, GArray *out_parents);

RUSH_END_PUBLIC
