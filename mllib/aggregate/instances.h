/* instances.h - what a fit reads: labels, weights and features, as blocks of numbers.
 *
 * A fit selects its columns as a plan (label cast to double, weight, the vector column …); every
 * batch of the plan's RDD can be had as a block:
 *
 *   batch: label | weight | features          block: labels[n], weights[n] or NULL (all 1),
 *          1.0   | 1.0    | [0.5, 1.5]               dense n × d row-major, or sparse rows (CSR)
 *
 * What lies that way already is borrowed: mostly a batch of dense vectors is the matrix.  Values
 * that no algorithm may see (a null, a NaN, a negative weight …) are errors with Spark's words.
 *
 * Ownership:  a block borrows from its batch, which must outlive it, and from @allocator.
 * Threads:    one a block.
 * Mirrors:    org.apache.spark.ml.feature.{Instance,InstanceBlock}, org.apache.spark.ml.util.
 *             DatasetUtils (the checks).
 */
#pragma once

#include "mllib/linalg/vector_column.h"

/* What is looked at before an algorithm sees it; nulls are errors always. */
typedef enum
{
  RUSH_CHECK_NOTHING = 0,
  RUSH_CHECK_LABELS = 1 << 0,   /* finite */
  RUSH_CHECK_CLASSES = 1 << 1,  /* whole numbers from 0 on */
  RUSH_CHECK_WEIGHTS = 1 << 2,  /* finite, not negative */
  RUSH_CHECK_FEATURES = 1 << 3, /* finite */
} RushInstanceChecks;

/* Which columns of the batches; −1: not there. */
typedef struct
{
  gint label;    /* double */
  gint weight;   /* double */
  gint features; /* vector; or double: vectors of one feature */
  RushInstanceChecks checks;
} RushInstanceColumns;

typedef struct
{
  guint n_rows;
  guint n_features;
  const double *labels;      /* [n_rows] or NULL: no such column */
  const double *weights;     /* [n_rows] or NULL: all are 1 */
  const double *dense;       /* [n_rows × n_features], row-major; NULL: sparse, or no features */
  const guint32 *row_starts; /* [n_rows + 1] into indices and values */
  const gint32 *indices;     /* rising in a row */
  const double *values;
  RushBuffer *owned[5];    /* private: what had to be copied */
  RushVectorReader reader; /* private: what the matrix is borrowed from */
} RushInstanceBlock;

/* All vectors must be of @n_features (0: of the first one's size).  On failure there is nothing to
 * clear. */
gboolean rush_instance_block_init (RushInstanceBlock *self, const RushBatch *batch,
                                   const RushInstanceColumns *columns, guint n_features,
                                   RushAllocator *allocator, GError **error);
void rush_instance_block_clear (RushInstanceBlock *self);

/* Rows from @first on: as many as take @max_bytes, but one at least; 0: all.  @out borrows from
 * @self, and there is nothing to clear.  How many they are. */
guint rush_instance_block_part (const RushInstanceBlock *self, guint first, gsize max_bytes,
                                RushInstanceBlock *out);

static inline double
rush_instance_weight (const RushInstanceBlock *self, guint row)
{
  return self->weights != NULL ? self->weights[row] : 1.0;
}

/* The features of one row; sparse: those that are stored. */
static inline guint
rush_instance_row (const RushInstanceBlock *self, guint row, const gint32 **out_indices,
                   const double **out_values)
{
  if (self->dense != NULL)
    {
      *out_indices = NULL;
      *out_values = self->dense + (gsize)row * self->n_features;
      return self->n_features;
    }
  *out_indices = self->indices + self->row_starts[row];
  *out_values = self->values + self->row_starts[row];
  return self->row_starts[row + 1] - self->row_starts[row];
}

/* out[row] = features · @coefficients + @intercept, for all rows. */
void rush_instance_block_margins (const RushInstanceBlock *self, const double *coefficients,
                                  double intercept, double *out);
/* gradient[feature] += Σ multipliers[row] × features[row]. */
void rush_instance_block_add_rows (const RushInstanceBlock *self, const double *multipliers,
                                   double *gradient);
