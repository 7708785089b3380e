/* vector_column.c - reading vectors out of a column, and making one.
 *
 * A reader looks the struct's fields up once; a row is then two list views away from its numbers.
 * It also looks whether sparse vectors are what they say, as files and programs write anything, and
 * whoever reads writes to out[indices[k]].
 *
 * A builder writes the buffers of a column itself, as a call a number would cost more than what
 * most algorithms do with it:
 *
 *   kinds     1 1 0          sizes    – – 5          both constants while all vectors are dense
 *   values    0 1 │ 2 3 │ 9                          views (0, 2) (2, 2) (4, 1)
 *   indices   3                                      views – – (0, 1)
 *
 * Invariants: as many of each as there are rows; a null row is a dense vector without values.
 */
#include "mllib/linalg/vector_column.h"

#include <string.h>

#include "core/data/gather.h"

enum
{
  KIND,
  SIZE,
  INDICES,
  VALUES,
};

enum
{
  SPARSE = 0,
  DENSE = 1,
};

/* ---- reading ---- */

/* The numbers of all rows' lists, which are plain in all but odd cases.  (Dense vectors have no
 * indices at all: a constant without rows.) */
static gboolean
find_elements (const RushColumn *lists, RushAllocator *allocator, RushColumn **out_owned,
               gconstpointer *out, GError **error)
{
  RushColumn *elements = rush_column_child (lists, 0);

  if (elements->layout != RUSH_LAYOUT_PLAIN && elements->length > 0)
    {
      elements = *out_owned = rush_column_flatten (elements, allocator, error);
      if (elements == NULL)
        return FALSE;
    }
  if (elements->null_count > 0)
    {
      g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                           "requirement failed: a vector has null among its indices or values");
      return FALSE;
    }
  *out = elements->values->bytes;
  if (elements->length > 0)
    *out = elements->values->bytes + (gsize)elements->offset * elements->type->value_bytes;
  return TRUE;
}

/* As many indices as values, which rise and stay below the size. */
static gboolean
check_sparse (const RushVectorReader *self, guint at, GError **error)
{
  guint n_values = (guint)rush_column_get_list (self->values, at).length;
  gint64 size = rush_column_get_int (self->sizes, at), before = -1;
  RushListView view = rush_column_get_list (self->indices, at);

  if (size < 0 || (guint)view.length != n_values)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "requirement failed: a sparse vector of size %" G_GINT64_FORMAT
                   " has %d indices and %u values",
                   size, view.length, n_values);
      return FALSE;
    }
  for (gint32 k = 0; k < view.length; k++)
    {
      gint32 index = self->index_data[view.offset + k];
      if (index <= before || index >= size)
        {
          g_set_error (
              error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
              "requirement failed: Index %d %s in a sparse vector of size %" G_GINT64_FORMAT, index,
              index < 0       ? "is negative"
              : index >= size ? "is out of bounds"
                              : "does not lie above the one before it",
              size);
          return FALSE;
        }
      before = index;
    }
  return TRUE;
}

static gboolean
check_fields (const RushVectorReader *self, guint at, GError **error)
{
  gint64 kind = rush_column_get_int (self->kinds, at);
  gboolean sparse = kind != DENSE;

  if (kind != DENSE && kind != SPARSE)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "requirement failed: %" G_GINT64_FORMAT " is no kind of vector: 1 is dense, 0 "
                   "is sparse",
                   kind);
      return FALSE;
    }
  if (rush_column_is_valid (self->values, at) &&
      (!sparse ||
       (rush_column_is_valid (self->sizes, at) && rush_column_is_valid (self->indices, at))))
    return !sparse || check_sparse (self, at, error);
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "requirement failed: a vector has null in place of its %s",
               sparse ? "size, indices or values" : "values");
  return FALSE;
}

/* Rows that lie at one place are looked at once. */
static gboolean
check_rows (const RushVectorReader *self, GError **error)
{
  const RushColumn *column = self->column, *kinds = self->kinds;
  guint last = G_MAXUINT;

  if (self->values->null_count == 0 && kinds->length > 0 && kinds->layout == RUSH_LAYOUT_CONSTANT &&
      rush_column_get_int (kinds, 0) == DENSE)
    return TRUE;
  for (guint i = 0; i < column->length; i++)
    if (rush_column_is_valid (column, i))
      {
        guint at = rush_column_struct_row (column, i);
        if (at != last && !check_fields (self, at, error))
          return FALSE;
        last = at;
      }
  return TRUE;
}

gboolean
rush_vector_reader_init (RushVectorReader *self, const RushColumn *column, RushAllocator *allocator,
                         GError **error)
{
  gconstpointer values, indices;

  *self = (RushVectorReader){ .column = column };
  if (rush_type_sql_type (column->type) != rush_type_sql_type (rush_vector_type ()))
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "a column of vectors is needed, but this one is of type %s", column->type->name);
      return FALSE;
    }
  self->kinds = rush_column_child (column, KIND);
  self->sizes = rush_column_child (column, SIZE);
  self->indices = rush_column_child (column, INDICES);
  self->values = rush_column_child (column, VALUES);
  if (!find_elements (self->values, allocator, &self->flat[0], &values, error) ||
      !find_elements (self->indices, allocator, &self->flat[1], &indices, error))
    {
      rush_vector_reader_clear (self);
      return FALSE;
    }
  self->value_data = values;
  self->index_data = indices;
  if (check_rows (self, error))
    return TRUE;
  rush_vector_reader_clear (self);
  return FALSE;
}

void
rush_vector_reader_clear (RushVectorReader *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->flat); i++)
    g_clear_pointer (&self->flat[i], rush_column_unref);
}

gboolean
rush_vector_reader_get (const RushVectorReader *self, guint row, RushVectorView *out)
{
  if (!rush_column_is_valid (self->column, row))
    return FALSE;

  guint at = rush_column_struct_row (self->column, row);
  RushListView values = rush_column_get_list (self->values, at);
  out->values = self->value_data + values.offset;
  out->n_values = (guint)values.length;
  if (rush_column_get_int (self->kinds, at) == DENSE)
    {
      out->size = out->n_values;
      out->indices = NULL;
      return TRUE;
    }
  out->size = (guint)rush_column_get_int (self->sizes, at);
  out->indices = self->index_data + rush_column_get_list (self->indices, at).offset;
  return TRUE;
}

static gboolean
all_dense (const RushVectorReader *self, guint first, guint n)
{
  if (self->kinds->layout == RUSH_LAYOUT_CONSTANT)
    return rush_column_get_int (self->kinds, first) == DENSE;
  for (guint i = 0; i < n; i++)
    if (rush_column_get_int (self->kinds, first + i) != DENSE)
      return FALSE;
  return TRUE;
}

const double *
rush_vector_reader_matrix (const RushVectorReader *self, guint *out_size)
{
  const RushColumn *column = self->column;
  guint n = column->length;

  if (n == 0 || column->layout != RUSH_LAYOUT_PLAIN || column->null_count > 0 ||
      self->values->layout != RUSH_LAYOUT_PLAIN)
    return NULL;
  guint first = rush_column_struct_row (column, 0);
  const RushListView *views =
      (const RushListView *)(gpointer)self->values->values->bytes + self->values->offset + first;
  for (guint i = 0; i < n; i++)
    if (views[i].length != views[0].length ||
        views[i].offset != views[0].offset + (gint64)i * views[0].length)
      return NULL;
  if (!all_dense (self, first, n))
    return NULL;
  *out_size = (guint)views[0].length;
  return self->value_data + views[0].offset;
}

/* ---- making: buffers that grow ---- */

struct _RushVectorBuilder
{
  RushAllocator *allocator; /* (owned) */
  guint n, n_null, n_sparse;
  RushBuffer *kinds, *sizes, *valid; /* gint8, gint32; bitmap of rows */
  RushBuffer *value_views, *index_views;
  RushBuffer *values, *indices;
  GError *refused;  /* the first one */
  gpointer scratch; /* for rows that are thrown away */
};

/* @bytes more; NULL: refused, now or before. */
static gpointer
extend (RushVectorBuilder *self, RushBuffer **buffer, gsize bytes)
{
  gsize used = *buffer != NULL ? (*buffer)->size : 0;

  if (self->refused != NULL)
    return NULL;
  if (*buffer == NULL || used + bytes > (*buffer)->capacity)
    {
      RushBuffer *larger =
          rush_buffer_new (self->allocator, MAX (2 * used, used + bytes) + 64, &self->refused);
      if (larger == NULL)
        return NULL;
      if (used > 0)
        memcpy (larger->bytes, (*buffer)->bytes, used);
      rush_buffer_unref (*buffer);
      *buffer = larger;
    }
  (*buffer)->size = used + bytes;
  return (*buffer)->bytes + used;
}

static gsize
elements_in (const RushBuffer *buffer, gsize width)
{
  return buffer != NULL ? buffer->size / width : 0;
}

/* A row but for its numbers, of which there will be so many. */
static void
begin_row (RushVectorBuilder *self, gint8 kind, guint size, guint n_values, gboolean valid)
{
  RushListView values = { (gint32)elements_in (self->values, sizeof (double)), (gint32)n_values };
  RushListView indices = { (gint32)elements_in (self->indices, sizeof (gint32)),
                           kind == SPARSE ? (gint32)n_values : 0 };
  gint8 *kind_at = extend (self, &self->kinds, sizeof *kind_at);
  gint32 *size_at = extend (self, &self->sizes, sizeof *size_at);
  RushListView *values_at = extend (self, &self->value_views, sizeof *values_at);
  RushListView *indices_at = extend (self, &self->index_views, sizeof *indices_at);
  guint8 *valid_at = self->n % 8 == 0 ? extend (self, &self->valid, 1) : NULL;

  if (self->refused != NULL)
    return;
  if (valid_at != NULL)
    *valid_at = 0;
  *kind_at = kind;
  *size_at = (gint32)size;
  *values_at = values;
  *indices_at = indices;
  if (valid)
    rush_bit_set (self->valid->bytes, self->n);
  self->n++;
  self->n_null += !valid;
  self->n_sparse += kind == SPARSE;
}

/* Views have 31 bits. */
static gboolean
has_room (RushVectorBuilder *self, guint n_values)
{
  if (self->refused == NULL &&
      elements_in (self->values, sizeof (double)) + n_values > (gsize)G_MAXINT32)
    g_set_error (&self->refused, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                 "the vectors of one batch have more than 2147483647 values");
  return self->refused == NULL;
}

RushVectorBuilder *
rush_vector_builder_new (RushAllocator *allocator)
{
  RushVectorBuilder *self = g_new0 (RushVectorBuilder, 1);
  self->allocator = rush_allocator_ref (allocator);
  return self;
}

static void
clear (RushVectorBuilder *self)
{
  RushBuffer **buffers[] = { &self->kinds,       &self->sizes,  &self->valid,  &self->value_views,
                             &self->index_views, &self->values, &self->indices };

  for (guint i = 0; i < G_N_ELEMENTS (buffers); i++)
    g_clear_pointer (buffers[i], rush_buffer_unref);
  g_clear_error (&self->refused);
  self->n = self->n_null = self->n_sparse = 0;
}

void
rush_vector_builder_free (RushVectorBuilder *self)
{
  if (self == NULL)
    return;
  clear (self);
  g_free (self->scratch);
  rush_allocator_unref (self->allocator);
  g_free (self);
}

/* ---- making: rows ---- */

void
rush_vector_builder_append_null (RushVectorBuilder *self)
{
  begin_row (self, DENSE, 0, 0, FALSE);
}

double *
rush_vector_builder_append_dense (RushVectorBuilder *self, guint size)
{
  if (has_room (self, size))
    {
      begin_row (self, DENSE, 0, size, TRUE);
      double *room = extend (self, &self->values, (gsize)size * sizeof (double));
      if (room != NULL)
        return room;
    }
  self->scratch = g_realloc_n (self->scratch, MAX (size, 1), sizeof (double));
  return self->scratch;
}

double *
rush_vector_builder_append_matrix (RushVectorBuilder *self, guint n, guint size)
{
  gsize used = self->values != NULL ? self->values->size : 0, n_values = (gsize)n * size;

  g_return_val_if_fail (n > 0, NULL);
  if (!has_room (self, (guint)MIN (n_values, G_MAXUINT)) ||
      extend (self, &self->values, n_values * sizeof (double)) == NULL)
    return NULL;
  self->values->size = used;
  for (guint i = 0; i < n; i++)
    {
      begin_row (self, DENSE, 0, size, TRUE);
      self->values->size += (gsize)size * sizeof (double);
    }
  return self->refused == NULL ? (double *)(gpointer)(self->values->bytes + used) : NULL;
}

void
rush_vector_builder_append_sparse (RushVectorBuilder *self, guint size, guint n,
                                   const gint32 *indices, const double *values)
{
  if (!has_room (self, n))
    return;
  begin_row (self, SPARSE, size, n, TRUE);
  double *values_at = extend (self, &self->values, (gsize)n * sizeof *values);
  gint32 *indices_at = extend (self, &self->indices, (gsize)n * sizeof *indices);
  if (self->refused != NULL || n == 0)
    return;
  memcpy (values_at, values, (gsize)n * sizeof *values);
  memcpy (indices_at, indices, (gsize)n * sizeof *indices);
}

/* ---- making: the column ---- */

/* What is in *@buffer, or nothing; NULL: refused. */
static RushBuffer *
take (RushVectorBuilder *self, RushBuffer **buffer)
{
  if (*buffer == NULL && extend (self, buffer, 0) == NULL)
    return NULL;
  return g_steal_pointer (buffer);
}

/* One bit a row: whether it is sparse. */
static RushBuffer *
sparse_rows (RushVectorBuilder *self)
{
  gsize bytes = (self->n + 7) / 8;
  RushBuffer *bits = rush_buffer_new (self->allocator, bytes, &self->refused);

  if (bits == NULL)
    return NULL;
  memset (bits->bytes, 0, bytes);
  for (guint i = 0; i < self->n; i++)
    if (((const gint8 *)self->kinds->bytes)[i] == SPARSE)
      rush_bit_set (bits->bytes, i);
  return bits;
}

/* The fields that sparse vectors alone have. */
static gboolean
make_sparse_fields (RushVectorBuilder *self, const RushTypeField *fields, RushColumn **out)
{
  guint n_dense = self->n - self->n_sparse;
  RushBuffer *valid = n_dense > 0 ? sparse_rows (self) : NULL;
  RushBuffer *indices = take (self, &self->indices);

  if (self->refused != NULL)
    {
      rush_buffer_unref (valid);
      rush_buffer_unref (indices);
      return FALSE;
    }
  guint n_indices = (guint)elements_in (indices, sizeof (gint32));
  RushColumn *elements = rush_column_new_plain (&RUSH_INT32, n_indices, NULL, 0, indices, NULL, 0);
  out[SIZE] = rush_column_new_plain (fields[SIZE].type, self->n,
                                     valid != NULL ? rush_buffer_ref (valid) : NULL, n_dense,
                                     g_steal_pointer (&self->sizes), NULL, 0);
  out[INDICES] = rush_column_new_list (fields[INDICES].type, self->n, valid, n_dense,
                                       g_steal_pointer (&self->index_views), &elements);
  out[KIND] = rush_column_new_plain (fields[KIND].type, self->n, NULL, 0,
                                     g_steal_pointer (&self->kinds), NULL, 0);
  return TRUE;
}

static gboolean
make_dense_fields (RushVectorBuilder *self, const RushTypeField *fields, RushColumn **out)
{
  out[SIZE] =
      rush_column_new_constant_null (fields[SIZE].type, self->n, self->allocator, &self->refused);
  if (out[SIZE] != NULL)
    out[INDICES] = rush_column_new_constant_null (fields[INDICES].type, self->n, self->allocator,
                                                  &self->refused);
  if (out[INDICES] != NULL)
    out[KIND] = rush_column_new_constant_int (fields[KIND].type, DENSE, self->n, self->allocator,
                                              &self->refused);
  return out[KIND] != NULL;
}

static gboolean
make_values (RushVectorBuilder *self, const RushTypeField *fields, RushColumn **out)
{
  RushBuffer *values = take (self, &self->values);
  RushBuffer *views = values != NULL ? take (self, &self->value_views) : NULL;

  if (views == NULL)
    {
      rush_buffer_unref (values);
      return FALSE;
    }
  guint n_values = (guint)elements_in (values, sizeof (double));
  RushColumn *elements = rush_column_new_plain (&RUSH_FLOAT64, n_values, NULL, 0, values, NULL, 0);
  out[VALUES] = rush_column_new_list (fields[VALUES].type, self->n, NULL, 0, views, &elements);
  return TRUE;
}

RushColumn *
rush_vector_builder_finish (RushVectorBuilder *self, GError **error)
{
  const RushType *type = rush_vector_type ();
  RushColumn *children[4] = { NULL };
  RushColumn *column = NULL;

  if (self->refused == NULL &&
      (self->n_sparse > 0 ? make_sparse_fields : make_dense_fields) (self, type->fields,
                                                                     children) &&
      make_values (self, type->fields, children))
    {
      RushBuffer *valid = self->n_null > 0 ? g_steal_pointer (&self->valid) : NULL;
      column = rush_column_new_struct (type, self->n, valid, self->n_null, children);
    }
  else
    {
      for (guint i = 0; i < G_N_ELEMENTS (children); i++)
        rush_column_unref (children[i]);
      g_propagate_error (error, g_steal_pointer (&self->refused));
    }
  clear (self);
  return column;
}
