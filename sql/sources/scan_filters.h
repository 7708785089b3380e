/* scan_filters.h - what a scan does with the filters above it.
 *
 *   WHERE day = '2024-01-01' AND price > 3 AND udf (x)
 *
 *   partition filters   day = …      of partition columns alone: whole folders are left out
 *   data filters        price > 3, udf (x)
 *   pushed filters      price > 3    data filters of a simple form, which formats can use
 *
 * Mirrors: FileSourceStrategy, DataSourceStrategy.translateFilter, PartitioningAwareFileIndex.
 */
#pragma once

#include "sql/sources/file_index.h"

typedef struct
{
  RushExprList *partition; /* (owned), all */
  RushExprList *data;
  RushExprList *pushed;
} RushScanFilters;

/* @filters: conjuncts, or NULL. */
void rush_scan_filters_init (RushScanFilters *self, const RushExprList *filters,
                             const RushSchema *partition_schema);
void rush_scan_filters_clear (RushScanFilters *self);
/* "[IsNotNull(price), GreaterThan(price,3)]": in the words of org.apache.spark.sql.sources. */
char *rush_scan_filters_pushed_text (const RushExprList *pushed);

/* For formats: a filter of the form <column> <comparison> <literal>, the column on the left
 * whichever way it was written. */
typedef struct
{
  RushExprKind kind;         /* EQUAL … GREATER_EQUAL, EQUAL_NULL_SAFE, IN, IS_NULL, IS_NOT_NULL */
  const RushExpr *column;    /* an ATTRIBUTE */
  const RushExpr *value;     /* a LITERAL, not for IN and IS_… */
} RushSimpleFilter;
gboolean rush_simple_filter_of (const RushExpr *filter, RushSimpleFilter *out);

/* Which folders may have rows: gboolean[n], all TRUE without filters.  (transfer full) */
gboolean *rush_scan_filters_prune (const RushExprList *partition_filters,
                                   const RushFileIndex *index, const RushEvalSettings *settings,
                                   GError **error);
