/* instances.c - a batch as blocks of numbers.
 *
 * Three cases for each column, the cheap one first:
 *
 *   a column of doubles   plain, no selection → borrowed; else copied, row by row
 *   dense vectors         one behind the other, no selection → borrowed as the matrix they are
 *   other vectors         counted first; copied to a matrix, or to sparse rows if these are smaller
 *
 * A value that is not finite has all bits of its exponent set.  That is looked for in integers, as
 * compilers turn such a loop into vector instructions; only if there is one is the row looked up.
 */
#include "mllib/aggregate/instances.h"

#include "mllib/linalg/blas.h"
#include "sql/types/number_text.h"
#include "sql/types/sql_error.h"

#include <math.h>
#include <string.h>

#define EXPONENT_BITS G_GUINT64_CONSTANT (0x7ff0000000000000)

/* Which of `owned` is whose. */
enum
{
  OWNED_LABELS,
  OWNED_WEIGHTS,
  OWNED_VALUES,
  OWNED_INDICES,
  OWNED_STARTS,
};

static gpointer
own (RushInstanceBlock *self, guint which, gsize size, RushAllocator *allocator, GError **error)
{
  self->owned[which] = rush_buffer_new (allocator, MAX (size, 1), error);
  return self->owned[which] != NULL ? self->owned[which]->bytes : NULL;
}

/* ---- values that must not be ---- */

/* As Spark's raise_error () in the query that selects instances. */
static gboolean
refuse (GError **error, const char *format, ...)
{
  va_list args;
  g_autofree char *message = NULL;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  rush_sql_error_set (error, RUSH_SQL_CLASS_USER_RAISED_EXCEPTION, NULL, "errorMessage", message,
                      NULL);
  return FALSE;
}

static gboolean
all_finite (const double *values, gsize n)
{
  guint64 found = 0;

  for (gsize i = 0; i < n; i++)
    {
      guint64 bits;

      memcpy (&bits, values + i, sizeof bits);
      found |= (bits & EXPONENT_BITS) == EXPONENT_BITS;
    }
  return found == 0;
}

static char *
number_text (double value)
{
  char text[RUSH_NUMBER_TEXT_SIZE];

  return g_strndup (text, rush_double_to_text (value, text));
}

/* Classes are small whole numbers, as Spark keeps them as ints. */
static gboolean
check_label (double label, RushInstanceChecks checks, GError **error)
{
  gboolean classes = (checks & RUSH_CHECK_CLASSES) != 0;
  g_autofree char *text = NULL;

  if (classes ? label >= 0 && label < G_MAXINT32 && label == floor (label) : isfinite (label))
    return TRUE;
  text = number_text (label);
  if (isnan (label))
    return refuse (error, "Labels MUST NOT be Null or NaN");
  if (!classes)
    return refuse (error, "Labels MUST NOT be Infinity, but got %s", text);
  if (label >= 0 && label < G_MAXINT32)
    return refuse (error, "Labels MUST be Integers, but got %s", text);
  return refuse (error, "Labels MUST be in [0, %d), but got %s", G_MAXINT32, text);
}

static gboolean
check_labels (const double *labels, guint n, RushInstanceChecks checks, GError **error)
{
  for (guint i = 0; i < n; i++)
    if (!check_label (labels[i], checks, error))
      return FALSE;
  return TRUE;
}

static gboolean
check_weights (const double *weights, guint n, GError **error)
{
  for (guint i = 0; i < n; i++)
    if (!(weights[i] >= 0 && isfinite (weights[i])))
      {
        g_autofree char *text = number_text (weights[i]);

        if (isnan (weights[i]))
          return refuse (error, "Weights MUST NOT be Null or NaN");
        return refuse (error, "Weights MUST NOT be Negative or Infinity, but got %s", text);
      }
  return TRUE;
}

static void
append_vector (GString *text, const RushVectorView *vector)
{
  if (vector->indices != NULL)
    {
      g_string_append_printf (text, "(%u,[", vector->size);
      for (guint i = 0; i < vector->n_values; i++)
        g_string_append_printf (text, "%s%d", i > 0 ? "," : "", vector->indices[i]);
      g_string_append (text, "],");
    }
  g_string_append_c (text, '[');
  for (guint i = 0; i < vector->n_values; i++)
    {
      g_autofree char *value = number_text (vector->values[i]);

      g_string_append_printf (text, "%s%s", i > 0 ? "," : "", value);
    }
  g_string_append (text, vector->indices != NULL ? "])" : "]");
}

static gboolean
check_vector (const RushVectorView *vector, GError **error)
{
  g_autoptr (GString) text = NULL;

  if (all_finite (vector->values, vector->n_values))
    return TRUE;
  text = g_string_new (NULL);
  append_vector (text, vector);
  return refuse (error, "Vector values MUST NOT be NaN or Infinity, but got %s", text->str);
}

/* ---- a column of doubles ---- */

static const double *
read_doubles (RushInstanceBlock *self, guint which, const RushBatch *batch, const char *what,
              const RushColumn *column, RushAllocator *allocator, GError **error)
{
  double *copy;

  if (batch->selection == NULL && column->layout == RUSH_LAYOUT_PLAIN && column->null_count == 0)
    return (const double *)column->values->bytes + column->offset;
  copy = own (self, which, batch->length * sizeof *copy, allocator, error);
  for (guint i = 0; copy != NULL && i < batch->length; i++)
    {
      guint row = rush_batch_row (batch, i);

      if (!rush_column_is_valid (column, row))
        {
          refuse (error, "%s MUST NOT be Null or NaN", what);
          return NULL;
        }
      copy[i] = rush_column_get_double (column, row);
    }
  return copy;
}

/* ---- a column of vectors ---- */

/* @n_features: which it must have; NULL: any. */
static gboolean
get_vector (const RushVectorReader *reader, const RushBatch *batch, guint i,
            const guint *n_features, RushVectorView *out, GError **error)
{
  if (!rush_vector_reader_get (reader, rush_batch_row (batch, i), out))
    return refuse (error, "Vectors MUST NOT be Null");
  if (n_features == NULL || out->size == *n_features)
    return TRUE;
  g_set_error (error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_ILLEGAL_ARGUMENT,
               "requirement failed: Dimensions mismatch when adding new sample. Expecting %u but "
               "got %u.",
               *n_features, out->size);
  return FALSE;
}

static gboolean
copy_dense (RushInstanceBlock *self, const RushVectorReader *reader, const RushBatch *batch,
            RushAllocator *allocator, GError **error)
{
  gsize n = (gsize)self->n_rows * self->n_features;
  double *matrix = own (self, OWNED_VALUES, n * sizeof *matrix, allocator, error);

  if (matrix == NULL)
    return FALSE;
  self->dense = matrix;
  memset (matrix, 0, n * sizeof *matrix);
  for (guint i = 0; i < self->n_rows; i++, matrix += self->n_features)
    {
      RushVectorView vector;

      rush_vector_reader_get (reader, rush_batch_row (batch, i), &vector);
      if (vector.indices == NULL)
        memcpy (matrix, vector.values, self->n_features * sizeof *matrix);
      for (guint k = 0; vector.indices != NULL && k < vector.n_values; k++)
        matrix[vector.indices[k]] = vector.values[k];
    }
  return TRUE;
}

static gboolean
copy_sparse (RushInstanceBlock *self, const RushVectorReader *reader, const RushBatch *batch,
             gsize n_values, RushAllocator *allocator, GError **error)
{
  guint32 *starts = own (self, OWNED_STARTS, (self->n_rows + 1) * sizeof *starts, allocator, error);
  gint32 *indices = starts == NULL
                        ? NULL
                        : own (self, OWNED_INDICES, n_values * sizeof *indices, allocator, error);
  double *values = indices == NULL
                       ? NULL
                       : own (self, OWNED_VALUES, n_values * sizeof *values, allocator, error);
  guint32 at = 0;

  if (values == NULL)
    return FALSE;
  for (guint i = 0; i < self->n_rows; i++)
    {
      RushVectorView vector;

      rush_vector_reader_get (reader, rush_batch_row (batch, i), &vector);
      starts[i] = at;
      for (guint k = 0; k < vector.n_values; k++, at++)
        {
          indices[at] = vector.indices != NULL ? vector.indices[k] : (gint32)k;
          values[at] = vector.values[k];
        }
    }
  starts[self->n_rows] = at;
  self->row_starts = starts;
  self->indices = indices;
  self->values = values;
  return TRUE;
}

static gboolean
read_vectors (RushInstanceBlock *self, const RushBatch *batch, const RushColumn *column,
              guint n_features, RushInstanceChecks checks, RushAllocator *allocator, GError **error)
{
  const RushVectorReader *reader = &self->reader;
  const double *matrix;
  gsize n_values = 0;
  guint size = 0;

  if (!rush_vector_reader_init (&self->reader, column, allocator, error))
    return FALSE;
  matrix = batch->selection == NULL ? rush_vector_reader_matrix (reader, &size) : NULL;
  if (matrix != NULL && (n_features == 0 || size == n_features) &&
      ((checks & RUSH_CHECK_FEATURES) == 0 || all_finite (matrix, (gsize)batch->length * size)))
    {
      self->dense = matrix;
      self->n_features = size;
      return TRUE;
    }

  self->n_features = n_features;
  for (guint i = 0; i < batch->length; i++)
    {
      const guint *wanted = i > 0 || n_features > 0 ? &self->n_features : NULL;
      RushVectorView vector;

      if (!get_vector (reader, batch, i, wanted, &vector, error) ||
          ((checks & RUSH_CHECK_FEATURES) != 0 && !check_vector (&vector, error)))
        return FALSE;
      self->n_features = vector.size;
      n_values += vector.n_values;
    }
  gsize sparse_bytes = n_values * (sizeof (double) + sizeof (gint32));
  gsize dense_bytes = (gsize)batch->length * self->n_features * sizeof (double);
  return sparse_bytes < dense_bytes ? copy_sparse (self, reader, batch, n_values, allocator, error)
                                    : copy_dense (self, reader, batch, allocator, error);
}

/* A column of doubles as vectors of one. */
static gboolean
read_single_feature (RushInstanceBlock *self, const RushBatch *batch, const RushColumn *column,
                     RushInstanceChecks checks, RushAllocator *allocator, GError **error)
{
  self->dense = read_doubles (self, OWNED_VALUES, batch, "Features", column, allocator, error);
  self->n_features = 1;
  for (guint i = 0; self->dense != NULL && (checks & RUSH_CHECK_FEATURES) && i < self->n_rows; i++)
    if (!check_vector (&(RushVectorView){ 1, 1, NULL, self->dense + i }, error))
      return FALSE;
  return self->dense != NULL;
}

/* ---- a block ---- */

gboolean
rush_instance_block_init (RushInstanceBlock *self, const RushBatch *batch,
                          const RushInstanceColumns *columns, guint n_features,
                          RushAllocator *allocator, GError **error)
{
  gboolean fine = TRUE;

  *self = (RushInstanceBlock){ .n_rows = batch->length };
  if (columns->label >= 0)
    {
      self->labels = read_doubles (self, OWNED_LABELS, batch, "Labels",
                                   batch->columns[columns->label], allocator, error);
      fine = self->labels != NULL &&
             ((columns->checks & (RUSH_CHECK_LABELS | RUSH_CHECK_CLASSES)) == 0 ||
              check_labels (self->labels, self->n_rows, columns->checks, error));
    }
  if (fine && columns->weight >= 0)
    {
      self->weights = read_doubles (self, OWNED_WEIGHTS, batch, "Weights",
                                    batch->columns[columns->weight], allocator, error);
      fine = self->weights != NULL && ((columns->checks & RUSH_CHECK_WEIGHTS) == 0 ||
                                       check_weights (self->weights, self->n_rows, error));
    }
  if (fine && columns->features >= 0)
    {
      const RushColumn *column = batch->columns[columns->features];

      fine =
          column->type == &RUSH_FLOAT64
              ? read_single_feature (self, batch, column, columns->checks, allocator, error)
              : read_vectors (self, batch, column, n_features, columns->checks, allocator, error);
    }
  if (!fine)
    rush_instance_block_clear (self);
  return fine;
}

void
rush_instance_block_clear (RushInstanceBlock *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->owned); i++)
    rush_buffer_unref (self->owned[i]);
  rush_vector_reader_clear (&self->reader);
  *self = (RushInstanceBlock){ 0 };
}

/* ---- parts of a block ---- */

/* What row @row takes: its features, its label and its weight. */
static gsize
row_bytes (const RushInstanceBlock *self, guint row)
{
  gsize stored = self->n_features * sizeof (double);

  if (self->dense == NULL && self->row_starts != NULL)
    stored = (gsize)(self->row_starts[row + 1] - self->row_starts[row]) *
             (sizeof (double) + sizeof (gint32));
  return stored + 2 * sizeof (double);
}

guint
rush_instance_block_part (const RushInstanceBlock *self, guint first, gsize max_bytes,
                          RushInstanceBlock *out)
{
  guint n = self->n_rows - first;

  if (max_bytes > 0)
    {
      gsize bytes = row_bytes (self, first);

      for (n = 1; first + n < self->n_rows; n++)
        {
          bytes += row_bytes (self, first + n);
          if (bytes > max_bytes)
            break;
        }
    }
  *out = (RushInstanceBlock){
    .n_rows = n,
    .n_features = self->n_features,
    .labels = self->labels != NULL ? self->labels + first : NULL,
    .weights = self->weights != NULL ? self->weights + first : NULL,
    .dense = self->dense != NULL ? self->dense + (gsize)first * self->n_features : NULL,
    .row_starts = self->row_starts != NULL ? self->row_starts + first : NULL,
    .indices = self->indices,
    .values = self->values
  };
  return n;
}

/* ---- the two products of every linear model ---- */

void
rush_instance_block_margins (const RushInstanceBlock *self, const double *coefficients,
                             double intercept, double *out)
{
  for (guint i = 0; i < self->n_rows; i++)
    out[i] = intercept;
  if (self->dense != NULL && self->n_features > 0)
    rush_gemv (self->n_rows, self->n_features, 1.0, self->dense, coefficients, 1.0, out);
  else if (self->row_starts != NULL)
    for (guint i = 0; i < self->n_rows; i++)
      for (guint k = self->row_starts[i]; k < self->row_starts[i + 1]; k++)
        out[i] += self->values[k] * coefficients[self->indices[k]];
}

void
rush_instance_block_add_rows (const RushInstanceBlock *self, const double *multipliers,
                              double *gradient)
{
  if (self->dense != NULL && self->n_features > 0)
    rush_gemv_t (self->n_rows, self->n_features, 1.0, self->dense, multipliers, 1.0, gradient);
  else if (self->row_starts != NULL)
    for (guint i = 0; i < self->n_rows; i++)
      for (guint k = self->row_starts[i]; k < self->row_starts[i + 1]; k++)
        gradient[self->indices[k]] += multipliers[i] * self->values[k];
}
