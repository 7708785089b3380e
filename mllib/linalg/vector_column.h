/* vector_column.h - columns of vectors, as machine learning reads and writes them.
 *
 * A vector is Spark's VectorUDT, a struct<type:tinyint,size:int,indices:array<int>,
 * values:array<double>>: type 1 dense (size and indices are null), type 0 sparse.  Lists lie in
 * columns as views, so a column of dense vectors of one size is, most times, one row-major matrix
 * of doubles: readers hand it out as such, without a copy.
 *
 *   row      0          1          2
 *   views    [0, 3)     [3, 6)     [6, 9)
 *   values   1 2 3      4 5 6      7 8 9        ← a 3 × 3 matrix
 *
 * Mirrors:  org.apache.spark.ml.linalg.{Vector,VectorUDT,Matrix,MatrixUDT}.
 */
#pragma once

#include "core/data/batch.h"
#include "core/data/column_builder.h"

const RushType *rush_vector_type (void); /* "vector"; its values lie as the struct's do */
const RushType *rush_matrix_type (void); /* "matrix" */
/* Casts to string, and show (), write them as Spark's toString () does: [1.0,2.0],
 * (4,[1,3],[1.0,5.5]).  Once, when the program starts. */
void rush_vector_text_register (void);

/* One vector; borrowed from a column. */
typedef struct
{
  guint size;            /* its length */
  guint n_values;        /* dense: size */
  const gint32 *indices; /* [n_values], rising; NULL: dense */
  const double *values;  /* [n_values] */
} RushVectorView;

/* Reads one column, of any layout, and lives as long as the column. */
typedef struct
{
  const RushColumn *column;
  const RushColumn *kinds, *sizes, *indices, *values; /* the struct's fields */
  const double *value_data;                           /* of all rows */
  const gint32 *index_data;
  RushColumn *flat[2]; /* (owned) elements that did not lie as plain numbers; mostly NULL */
} RushVectorReader;

/* An error for a column of another type; vectors of mllib lie alike and are taken, too.  An error,
 * too, for a sparse vector whose indices do not rise from 0 to below its size, one a value.
 * @allocator: for numbers that have to be copied. */
gboolean rush_vector_reader_init (RushVectorReader *self, const RushColumn *column,
                                  RushAllocator *allocator, GError **error);
void rush_vector_reader_clear (RushVectorReader *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RushVectorReader, rush_vector_reader_clear)
/* FALSE: the row is null. */
gboolean rush_vector_reader_get (const RushVectorReader *self, guint row, RushVectorView *out);
/* Rows [0, length) of the column as one row-major matrix of *out_size columns, if they lie so: all
 * dense, of one size, none null, one behind the other; else NULL. (transfer none) */
const double *rush_vector_reader_matrix (const RushVectorReader *self, guint *out_size);

/* Makes a column, row by row.  When memory is refused the rows that follow are thrown away, and
 * finish () tells. */
typedef struct _RushVectorBuilder RushVectorBuilder;
RushVectorBuilder *rush_vector_builder_new (RushAllocator *allocator);
void rush_vector_builder_free (RushVectorBuilder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushVectorBuilder, rush_vector_builder_free)
void rush_vector_builder_append_null (RushVectorBuilder *self);
/* Room for the values of one dense row, to be filled in before the next call. */
double *rush_vector_builder_append_dense (RushVectorBuilder *self, guint size);
/* Room for @n ≥ 1 dense rows of @size values each, row by row, to be filled in before the next
 * call; NULL: refused, now or before. */
double *rush_vector_builder_append_matrix (RushVectorBuilder *self, guint n, guint size);
/* @indices rise; all are copied. */
void rush_vector_builder_append_sparse (RushVectorBuilder *self, guint size, guint n,
                                        const gint32 *indices, const double *values);
/* The builder is empty again. */
RushColumn *rush_vector_builder_finish (RushVectorBuilder *self, GError **error);
