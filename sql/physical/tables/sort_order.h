/* sort_order.h - putting rows of many batches in order, without moving them.
 *
 * Interface:  keys of each batch are columns, one a SORT_ORDER; rows are items (batch, row), and
 *             sorting orders the items.  The order is stable.
 * Threads:    one; what it reads is immutable.
 * Mirrors:    org.apache.spark.sql.execution.UnsafeExternalRowSorter's prefixes and radix sort.
 */
#pragma once

#include "sql/evaluate/evaluate.h"

/* The same keys in the form that comparing needs. */
typedef struct
{
  guint n;
  struct
  {
    const RushType *type;
    gboolean descending;
    gboolean nulls_last;
  } keys[];
} RushSortSpec;

RushSortSpec *rush_sort_spec_new (const RushExprList *orders); /* SORT_ORDERs; free: g_free () */

/* −1, 0, 1: row @row_a of columns @a before, beside or behind row @row_b of columns @b, looking at
 * keys from @first on. */
gint rush_sort_compare (const RushSortSpec *spec, guint first, RushColumn *const *a, guint row_a,
                        RushColumn *const *b, guint row_b);

/* Whether the @n rows of @keys stand in the order already; rows that are alike may stand anyhow. */
gboolean rush_sort_is_in_order (const RushSortSpec *spec, RushColumn *const *keys, guint n);

typedef struct
{
  guint64 prefix; /* of the key that is being sorted by */
  guint32 batch;
  guint32 row; /* physical, in the key columns */
} RushSortItem;

/* @keys[batch] are the key columns of a batch.  @scratch: as many items again. */
void rush_sort_items (const RushSortSpec *spec, RushColumn *const *const *keys, RushSortItem *items,
                      RushSortItem *scratch, gsize n);

/* The keys of @batch: @bound are SORT_ORDERs over its columns.  NULL: an expression failed; to be
 * freed with rush_sort_keys_free (). */
RushColumn **rush_sort_keys_new (const RushExprList *bound, const RushBatch *batch,
                                 RushEvalContext *eval, GError **error);
void rush_sort_keys_free (RushColumn **keys, guint n);
