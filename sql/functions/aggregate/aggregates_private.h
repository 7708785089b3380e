/* aggregates_private.h - what aggregate functions share. */
#pragma once

#include "sql/functions/function.h"
#include "sql/kernels/columns.h"

#define RUSH_STATES(type, states) ((type *)(states)->states)

/* With so few groups, sums run over several lanes: see lanes.c. */
#define RUSH_LANE_GROUPS 64

/* Sums and counts of at most RUSH_LANE_GROUPS groups over one batch. */
typedef struct
{
  gint64 sums[RUSH_LANE_GROUPS];
  guint32 counts[RUSH_LANE_GROUPS];
  guint n_groups;
} RushLaneSums;

/* TRUE: *out has the sums of the batch's valid rows; FALSE: too many groups, too few rows, or
 * values whose sum could leave 64 bits (nothing has been done). */
gboolean rush_lane_sums (const RushVector *in, const guint32 *groups, const RushRows *rows,
                         RushLaneSums *out);
/* The same without groups: one sum. */
gboolean rush_lane_sum_one (const RushVector *in, const RushRows *rows, gint64 *out_sum,
                            guint *out_count);

/* A column of bigints, from states that have them somewhere. */
static inline RushColumn *
rush_states_int64 (const guint8 *first_value, gsize stride, guint n, RushAllocator *allocator,
                   GError **error)
{
  RushBuffer *values = rush_buffer_new (allocator, MAX (1, n) * sizeof (gint64), error);

  if (values == NULL)
    return NULL;
  for (guint i = 0; i < n; i++)
    ((gint64 *)values->bytes)[i] = *(const gint64 *)(first_value + i * stride);
  return rush_column_new_plain (&RUSH_INT64, n, NULL, 0, values, NULL, 0);
}
