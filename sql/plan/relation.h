/* relation.h - what a plan must know of the tables and kept rows in its leaves.
 *
 *   RushSource      rows of files and the like; sql/sources has the kinds
 *   RushCachedData  rows of a plan that was persisted; the session's cache has it
 *   RushRowLayout   how the rows of an RDD lie; sql/physical has it (row_layout.h)
 *
 * Plans hold references, print a name and ask for statistics; reading rows is up to the physical
 * plan.
 *
 * Ownership:  refcounted and immutable.   Threads: any.
 * Mirrors:    org.apache.spark.sql.sources.BaseRelation,
 execution.columnar.CachedRDDBuilder. */
#pragma once

#include "sql/plan/logical.h"
#include "sql/plan/settings.h"

struct _RushContext; /* rdd/context.h */

typedef struct
{
  const char *name; /* "FileScan csv": its last word is what logical plans print */
  void (*finalize) (RushSource *self);
  gboolean (*equal) (const RushSource *a, const RushSource *b);
  /* What the scan's node prints after its columns: "Batched: true, DataFilters: […], Format: …". */
  char *(*describe) (const RushSource *self, const RushExprList *output,
                     const RushExprList *pushed);
  /* The same in explain ("formatted"): a line an entry, values in full, "[]" left out. */
  char *(*formatted) (const RushSource *self, const RushExprList *output,
                      const RushExprList *pushed);
  /* An RDD of batches with the columns of @output, filtered by @pushed as far as the source can;
   * the caller filters again.  Partition columns are constant columns. */
  RushRdd *(*scan) (RushSource *self, struct _RushContext *context, const RushExprList *output,
                    const RushExprList *pushed, const RushEvalSettings *settings, GError **error);
  RushStatistics (*statistics) (const RushSource *self);
  /* What is known of columns, by name: RushColumnEstimate (estimation.h).  Optional; may give
   * NULL. */
  const GPtrArray *(*column_statistics) (const RushSource *self);
} RushSourceClass;

struct _RushSource
{
  const RushSourceClass *klass;
  RushRefCount refs;
  RushSchema *schema;  /* (owned) data columns, then partition columns */
  GPtrArray *metadata; /* (owned) JSON of the first columns' metadata, or NULL for a column that has
                          none; NULL: no column has any */
};
RushSource *rush_source_ref (RushSource *self);
void rush_source_unref (RushSource *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushSource, rush_source_unref)

typedef struct
{
  void (*finalize) (RushCachedData *self);
  RushStatistics (*statistics) (const RushCachedData *self);
  /* What InMemoryRelation prints after its columns: the storage level. (transfer full) */
  char *(*describe) (const RushCachedData *self);
} RushCachedDataClass;

struct _RushCachedData
{
  const RushCachedDataClass *klass;
  RushRefCount refs;
};
RushCachedData *rush_cached_data_ref (RushCachedData *self);
void rush_cached_data_unref (RushCachedData *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushCachedData, rush_cached_data_unref)

struct _RushRowLayout
{
  RushRefCount refs;
  void (*finalize) (RushRowLayout *self);
};
RushRowLayout *rush_row_layout_ref (RushRowLayout *self);
void rush_row_layout_unref (RushRowLayout *self); /* NULL is fine */
