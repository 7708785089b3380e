/* runtime_filters_private.h - what planning and running runtime filters share. */
#pragma once

#include "sql/physical/adaptive/runtime_filters.h"
#include "sql/physical/tables/key_filter.h"

/* One filter: from an exchange's column to a scan's. */
typedef struct
{
  gboolean from_broadcast;
  GArray *producer;      /* (owned) RushExprId: what the exchange puts out; its copies do, too */
  RushExprId key;        /* of them: whose values are kept */
  RushExprId target;     /* the scan's column */
  guint metric;          /* the scan's: rows removed early */
  gboolean gathers;      /* a shuffle's map side has been told */
  RushKeyFilter *filter; /* (owned) */
} RushRuntimeFilter;

struct _RushRuntimeFilters
{
  GPtrArray *items;         /* RushRuntimeFilter (owned) */
  RushAllocator *allocator; /* (owned) of their keys */
};

RushRuntimeFilters *rush_runtime_filters_new (RushAllocator *allocator);
/* @metric: of @target's scan. */
void rush_runtime_filters_add (RushRuntimeFilters *self, const RushExec *producer, RushExprId key,
                               RushExprId target, guint metric);
