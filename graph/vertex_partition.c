/* vertex_partition.c - mirrors report home, and the routing table is what they said.
 *
 *     edge partition 0:  mirrors 3 9      ─┐
 *     edge partition 1:  mirrors 3 7 9    ─┼─▶  ids 3 7 9, routes to 0: [0 2], to 1: [0 1 2]
 *     vertices given:    7 "g", 3 "c", …  ─┘
 *
 * Mirrors come sorted, as edge partitions keep them, so a route is found by walking along two
 * sorted lists.
 */
#include "graph/vertex_partition.h"

#include "graph/vertex_ids.h"

#include <pthread.h>
#include <string.h>

#define INTS(buffer) ((gint32 *)(gpointer)(buffer)->bytes)
#define IDS(buffer) ((gint64 *)(gpointer)(buffer)->bytes)

/* ---- schemas ---- */

RushSchema *
rush_vertex_partition_schema (const RushSchema *vertices)
{
  guint n = vertices != NULL ? vertices->n_fields - 1 : 0;
  g_autofree RushField *fields = g_new (RushField, RUSH_VERTICES_ATTRIBUTES + n);
  const RushType *numbers = rush_array_of (&RUSH_INT32, FALSE);

  fields[RUSH_VERTICES_IDS] =
      (RushField){ (char *)"ids", rush_array_of (&RUSH_INT64, FALSE), FALSE };
  fields[RUSH_VERTICES_ROUTE_STARTS] = (RushField){ (char *)"route_starts", numbers, FALSE };
  fields[RUSH_VERTICES_ROUTES] = (RushField){ (char *)"routes", numbers, FALSE };
  for (guint i = 0; i < n; i++)
    fields[RUSH_VERTICES_ATTRIBUTES + i] =
        (RushField){ vertices->fields[1 + i].name,
                     rush_array_of (vertices->fields[1 + i].type, TRUE), FALSE };
  return rush_schema_new (RUSH_VERTICES_ATTRIBUTES + n, fields);
}

static RushSchema *mirror_schema;

static void
make_mirror_schema (void)
{
  mirror_schema = rush_schema_of ("to", &RUSH_INT32, "from", &RUSH_INT32, "ids",
                                  rush_array_of (&RUSH_INT64, FALSE), NULL);
}

RushSchema *
rush_mirror_schema (void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;

  pthread_once (&once, make_mirror_schema);
  return mirror_schema;
}

/* ---- mirrors report ---- */

RushBatch *
rush_mirrors_of_edges (const RushEdgePartition *edges, guint from, RushAllocator *allocator,
                       GError **error)
{
  guint n = edges->n_homes;
  RushBuffer *to = rush_buffer_new (allocator, n * sizeof (gint32), error);
  RushColumn *columns[3] = { NULL };

  if (to == NULL)
    return NULL;
  for (guint h = 0; h < n; h++)
    INTS (to)[h] = (gint32)h;
  columns[0] = rush_array_numbers (&RUSH_INT32, n, to);
  columns[1] = rush_column_new_constant_int (&RUSH_INT32, from, n, allocator, error);
  if (columns[1] != NULL)
    columns[2] =
        rush_array_cut (rush_arrays_elements (edges->batch, RUSH_EDGES_VERTICES, 0),
                        rush_mirror_schema ()->fields[2].type, edges->homes, n, allocator, error);
  if (columns[2] != NULL)
    return rush_batch_new (rush_mirror_schema (), n, columns);
  rush_columns_clear (columns, 3);
  return NULL;
}

/* ---- all that is known of this partition's vertices ---- */

typedef struct
{
  RushAllocator *allocator; /* (unowned) */
  GPtrArray *mirrors;       /* RushBatch */
  GPtrArray *given;         /* RushBatch; NULL: none are given */
  RushColumn *given_ids;    /* or NULL */
  guint n_routes;
  guint n;                  /* vertices */
  RushBuffer *ids;          /* gint64[≥ n] */
  RushBuffer *route_starts; /* gint32[n_routes + 1] */
  RushBuffer *routes;       /* gint32 */
} Build;

static void
build_clear (Build *self)
{
  g_clear_pointer (&self->mirrors, g_ptr_array_unref);
  g_clear_pointer (&self->given, g_ptr_array_unref);
  g_clear_pointer (&self->given_ids, rush_column_unref);
  g_clear_pointer (&self->ids, rush_buffer_unref);
  g_clear_pointer (&self->route_starts, rush_buffer_unref);
  g_clear_pointer (&self->routes, rush_buffer_unref);
}

static gboolean
set_too_many (guint64 n, const char *what, GError **error)
{
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "%" G_GUINT64_FORMAT " %s in one partition; there may be 2147483647 at most, use "
               "more partitions",
               n, what);
  return FALSE;
}

static gboolean
read_given_ids (Build *self, GError **error)
{
  guint64 n = 0;

  if (self->given == NULL)
    return TRUE;
  for (guint b = 0; b < self->given->len; b++)
    n += ((RushBatch *)self->given->pdata[b])->length;
  if (n > G_MAXINT32)
    return set_too_many (n, "vertices", error);
  self->given_ids = rush_arrays_concat (self->given, 0, &RUSH_INT64, self->allocator, error);
  if (self->given_ids == NULL)
    return FALSE;
  if (self->given_ids->null_count == 0)
    return TRUE;
  g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                       "a vertex has no id: it is null");
  return FALSE;
}

/* Where each edge partition's mirrors are in routes; says how many there are. */
static gboolean
count_mirrors (Build *self, GError **error)
{
  gint64 sum = 0;

  self->route_starts =
      rush_buffer_new (self->allocator, (self->n_routes + 1) * sizeof (gint32), error);
  if (self->route_starts == NULL)
    return FALSE;
  gint32 *starts = INTS (self->route_starts);
  memset (starts, 0, self->route_starts->size);
  for (guint b = 0; b < self->mirrors->len; b++)
    {
      const RushBatch *batch = self->mirrors->pdata[b];

      for (guint i = 0; i < batch->length; i++)
        starts[rush_column_get_int (batch->columns[1], i)] +=
            (gint32)rush_arrays_length (batch, 2, i);
    }
  for (guint r = 0; r <= self->n_routes; r++)
    {
      gint64 count = starts[r];

      starts[r] = (gint32)sum;
      sum += count;
    }
  return sum <= G_MAXINT32 || set_too_many ((guint64)sum, "mirrors of vertices", error);
}

static gboolean
collect_ids (Build *self, GError **error)
{
  guint n_given = self->given_ids != NULL ? self->given_ids->length : 0;
  guint n = (guint)INTS (self->route_starts)[self->n_routes] + n_given;
  g_autoptr (RushBuffer) scratch = NULL;
  guint done = 0;

  if (n > G_MAXINT32)
    return set_too_many (n, "vertices and mirrors", error);
  scratch = rush_buffer_new (self->allocator, (gsize)n * sizeof (gint64), error);
  if (scratch == NULL ||
      (self->ids = rush_buffer_new (self->allocator, (gsize)n * sizeof (gint64), error)) == NULL)
    return FALSE;
  for (guint b = 0; b < self->mirrors->len; b++)
    {
      const RushBatch *batch = self->mirrors->pdata[b];

      for (guint i = 0; i < batch->length; i++)
        {
          guint length = rush_arrays_length (batch, 2, i);

          memcpy (IDS (self->ids) + done, rush_arrays_numbers (batch, 2, i),
                  length * sizeof (gint64));
          done += length;
        }
    }
  if (n_given > 0)
    memcpy (IDS (self->ids) + done, rush_column_numbers (self->given_ids),
            n_given * sizeof (gint64));
  rush_ids_sort (IDS (self->ids), IDS (scratch), n);
  self->n = rush_ids_unique (IDS (self->ids), n);
  return TRUE;
}

/* ---- the routing table ---- */

/* Numbers of sorted @mirrors, which all are among sorted @ids. */
static void
find_numbers (const gint64 *ids, const gint64 *mirrors, guint n, gint32 *out)
{
  gint32 at = 0;

  for (guint i = 0; i < n; i++)
    {
      while (ids[at] != mirrors[i])
        at++;
      out[i] = at;
    }
}

static gboolean
make_routes (Build *self, GError **error)
{
  const gint32 *starts = INTS (self->route_starts);

  self->routes =
      rush_buffer_new (self->allocator, (gsize)starts[self->n_routes] * sizeof (gint32), error);
  if (self->routes == NULL)
    return FALSE;
  for (guint b = 0; b < self->mirrors->len; b++)
    {
      const RushBatch *batch = self->mirrors->pdata[b];

      for (guint i = 0; i < batch->length; i++)
        find_numbers (IDS (self->ids), rush_arrays_numbers (batch, 2, i),
                      rush_arrays_length (batch, 2, i),
                      INTS (self->routes) + starts[rush_column_get_int (batch->columns[1], i)]);
    }
  return TRUE;
}

/* ---- attributes ---- */

/* For each vertex the row that is given of it, or RUSH_NO_ROW. */
static RushBuffer *
rows_of_vertices (const Build *self, GError **error)
{
  RushBuffer *rows = rush_buffer_new (self->allocator, self->n * sizeof (guint32), error);
  const gint64 *given = rush_column_numbers (self->given_ids);
  guint32 *row_of;

  if (rows == NULL)
    return NULL;
  row_of = (guint32 *)(gpointer)rows->bytes;
  for (guint i = 0; i < self->n; i++)
    row_of[i] = RUSH_NO_ROW;
  for (guint i = 0; i < self->given_ids->length; i++)
    {
      gint32 number = rush_ids_find (IDS (self->ids), self->n, given[i]);

      if (row_of[number] == RUSH_NO_ROW)
        row_of[number] = i;
    }
  return rows;
}

static gboolean
place_attributes (const Build *self, const RushSchema *vertices, RushColumn **out, GError **error)
{
  g_autoptr (RushBuffer) rows = rows_of_vertices (self, error);

  if (rows == NULL)
    return FALSE;
  for (guint i = 1; i < vertices->n_fields; i++)
    {
      g_autoptr (RushColumn) all =
          rush_arrays_concat (self->given, i, vertices->fields[i].type, self->allocator, error);

      if (all == NULL ||
          (out[i - 1] = rush_column_take (all, (const guint32 *)(gpointer)rows->bytes, self->n,
                                          self->allocator, error)) == NULL)
        {
          rush_columns_clear (out, i - 1);
          return FALSE;
        }
    }
  return TRUE;
}

/* ---- the row ---- */

static RushBatch *
to_batch (Build *self, const RushSchema *vertices, RushSchema *schema, GError **error)
{
  g_autofree RushColumn **columns = g_new0 (RushColumn *, schema->n_fields);
  guint n_mirrors = (guint)INTS (self->route_starts)[self->n_routes];

  if (vertices != NULL &&
      !place_attributes (self, vertices, columns + RUSH_VERTICES_ATTRIBUTES, error))
    return NULL;
  columns[RUSH_VERTICES_IDS] =
      rush_array_numbers (&RUSH_INT64, self->n, g_steal_pointer (&self->ids));
  columns[RUSH_VERTICES_ROUTE_STARTS] =
      rush_array_numbers (&RUSH_INT32, self->n_routes + 1, g_steal_pointer (&self->route_starts));
  columns[RUSH_VERTICES_ROUTES] =
      rush_array_numbers (&RUSH_INT32, n_mirrors, g_steal_pointer (&self->routes));
  return rush_arrays_new (schema, columns, self->allocator, error);
}

RushBatch *
rush_vertex_partition_build (RushIterator *mirrors, RushIterator *vertices,
                             RushSchema *vertex_schema, RushSchema *schema, guint n_edge_partitions,
                             RushTaskContext *ctx, GError **error)
{
  Build self = { .allocator = ctx->allocator, .n_routes = n_edge_partitions };
  RushBatch *batch = NULL;

  self.mirrors = rush_arrays_all (mirrors, ctx, error);
  if (self.mirrors == NULL)
    rush_iterator_close (vertices);
  else if (vertices != NULL)
    self.given = rush_arrays_all (vertices, ctx, error);
  if (self.mirrors != NULL && (vertices == NULL || self.given != NULL) &&
      read_given_ids (&self, error) && count_mirrors (&self, error) && collect_ids (&self, error) &&
      make_routes (&self, error))
    batch = to_batch (&self, vertex_schema, schema, error);
  build_clear (&self);
  return batch;
}

/* ---- reading ---- */

void
rush_vertex_partition_open (RushVertexPartition *self, RushBatch *batch)
{
  *self = (RushVertexPartition){
    .batch = batch,
    .n = rush_arrays_length (batch, RUSH_VERTICES_IDS, 0),
    .n_routes = rush_arrays_length (batch, RUSH_VERTICES_ROUTE_STARTS, 0) - 1,
    .ids = rush_arrays_numbers (batch, RUSH_VERTICES_IDS, 0),
    .route_starts = rush_arrays_numbers (batch, RUSH_VERTICES_ROUTE_STARTS, 0),
    .routes = rush_arrays_numbers (batch, RUSH_VERTICES_ROUTES, 0),
  };
}

gboolean
rush_vertex_partition_read (RushVertexPartition *self, RushIterator *rows, RushTaskContext *ctx,
                            GError **error)
{
  RushBatch *batch = rush_arrays_of (rows, ctx, error);

  if (batch == NULL)
    return FALSE;
  rush_vertex_partition_open (self, batch);
  return TRUE;
}

void
rush_vertex_partition_close (RushVertexPartition *self)
{
  g_clear_pointer (&self->batch, rush_batch_unref);
}
