/* logic.h - three-valued logic on bitmaps, 64 rows an instruction.
 *
 *   a truth value is two bits, one in each of two bitmaps:
 *
 *             true  valid
 *   TRUE        1     1          a AND b:  true  = true_a & true_b
 *   FALSE       0     1                    valid = (valid_a & valid_b) | false_a | false_b
 *   NULL        0     0          where false = valid & ~true
 */
#pragma once

#include "sql/kernels/columns.h"

/* A bool column's two bitmaps, from bit 0 on, as words; bits behind the end are 0. */
typedef struct
{
  RushBuffer *truth; /* (owned) true and valid */
  RushBuffer *valid; /* (owned) */
  guint length;
} RushTruth;

gboolean rush_truth_open (RushTruth *self, const RushColumn *column, RushAllocator *allocator,
                          GError **error);
void rush_truth_close (RushTruth *self); /* zeroed is fine */
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RushTruth, rush_truth_close)

/* into := into AND other, into OR other, NOT into */
void rush_truth_and (RushTruth *into, const RushTruth *other);
void rush_truth_or (RushTruth *into, const RushTruth *other);
void rush_truth_not (RushTruth *into);
/* Becomes a column; @self is empty afterwards. */
RushColumn *rush_truth_finish (RushTruth *self);

typedef enum
{
  RUSH_TRUTH_TRUE,
  RUSH_TRUTH_NOT_TRUE,  /* false or null */
  RUSH_TRUTH_NOT_FALSE, /* true or null */
} RushTruthSet;

/* Those of @rows that are in @set, written to @out (room for rows->n); returns how many. */
guint rush_truth_select (const RushTruth *self, RushTruthSet set, const RushRows *rows,
                         guint16 *out);

/* IS NULL (or, not @is_null, IS NOT NULL) of any column: never null itself. */
RushColumn *rush_is_null (const RushColumn *column, gboolean is_null, RushAllocator *allocator,
                          GError **error);
