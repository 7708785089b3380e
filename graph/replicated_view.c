/* replicated_view.c - shipping: one shuffle of pieces of columns, without ids. */
#include "graph/replicated_view.h"

#include "graph/edge_cut.h"
#include "graph/vertex_partition.h"
#include "rdd/transform/zip_partitions.h"

#include <string.h>

enum
{
  SHIP_TO,
  SHIP_FROM,
  SHIP_COLUMNS,
};

typedef struct
{
  guint n;
  guint *columns;     /* of the attributes */
  RushSchema *schema; /* (owned) of what is shipped */
} Ship;

static void
ship_free (gpointer data)
{
  Ship *self = data;

  rush_schema_unref (self->schema);
  g_free (self->columns);
  g_free (self);
}

static Ship *
ship_new (const RushSchema *vertices, const guint *columns, guint n)
{
  Ship *self = g_new (Ship, 1);
  g_autofree RushField *fields = g_new (RushField, SHIP_COLUMNS + n);

  fields[SHIP_TO] = (RushField){ (char *)"to", &RUSH_INT32, FALSE };
  fields[SHIP_FROM] = (RushField){ (char *)"from", &RUSH_INT32, FALSE };
  for (guint i = 0; i < n; i++)
    {
      const RushField *field = &vertices->fields[1 + columns[i]];

      fields[SHIP_COLUMNS + i] =
          (RushField){ field->name, rush_array_of (field->type, TRUE), FALSE };
    }
  *self = (Ship){ n, g_memdup2 (columns, n * sizeof *columns),
                  rush_schema_new (SHIP_COLUMNS + n, fields) };
  return self;
}

/* ---- at home ---- */

static gboolean
address (const RushVertexPartition *vertices, guint from, RushColumn **out,
         RushAllocator *allocator, GError **error)
{
  guint n = vertices->n_routes;
  RushBuffer *to = rush_buffer_new (allocator, n * sizeof (gint32), error);

  if (to == NULL)
    return FALSE;
  for (guint r = 0; r < n; r++)
    ((gint32 *)(gpointer)to->bytes)[r] = (gint32)r;
  out[SHIP_TO] = rush_array_numbers (&RUSH_INT32, n, to);
  out[SHIP_FROM] = rush_column_new_constant_int (&RUSH_INT32, from, n, allocator, error);
  return out[SHIP_FROM] != NULL;
}

/* One attribute, of all mirrors, cut by where they are. */
static RushColumn *
along_routes (const RushVertexPartition *vertices, const RushBatch *attributes, guint column,
              const RushType *type, RushAllocator *allocator, GError **error)
{
  g_autoptr (RushColumn) values = rush_arrays_elements (attributes, column, 0);
  guint n = (guint)vertices->route_starts[vertices->n_routes];
  RushColumn *copies = NULL;

  if (values->length == vertices->n)
    copies = rush_column_take (values, (const guint32 *)vertices->routes, n, allocator, error);
  else
    rush_set_error_graph_differs (error);
  if (copies == NULL)
    return NULL;
  return rush_array_cut (copies, type, vertices->route_starts, vertices->n_routes, allocator,
                         error);
}

static RushBatch *
ship (const Ship *self, const RushVertexPartition *vertices, const RushBatch *attributes,
      guint from, RushAllocator *allocator, GError **error)
{
  g_autofree RushColumn **columns = g_new0 (RushColumn *, SHIP_COLUMNS + self->n);
  gboolean whole = address (vertices, from, columns, allocator, error);

  for (guint i = 0; whole && i < self->n; i++)
    {
      columns[SHIP_COLUMNS + i] =
          along_routes (vertices, attributes, self->columns[i],
                        self->schema->fields[SHIP_COLUMNS + i].type, allocator, error);
      whole = columns[SHIP_COLUMNS + i] != NULL;
    }
  if (whole)
    return rush_batch_new (self->schema, vertices->n_routes, columns);
  rush_columns_clear (columns, SHIP_COLUMNS + self->n);
  return NULL;
}

static RushIterator *
ship_partition (RushIterator *const *rows, guint split, RushTaskContext *ctx, gpointer data,
                GError **error)
{
  RushVertexPartition vertices;
  g_autoptr (RushBatch) attributes = rush_arrays_of (rows[1], ctx, error);
  RushBatch *shipped = NULL;

  if (attributes == NULL)
    {
      rush_iterator_close (rows[0]);
      return NULL;
    }
  if (rush_vertex_partition_read (&vertices, rows[0], ctx, error))
    {
      shipped = ship (data, &vertices, attributes, split, ctx->allocator, error);
      rush_vertex_partition_close (&vertices);
    }
  return shipped != NULL ? rush_arrays_iterator (shipped) : NULL;
}

RushRdd *
rush_graph_ship (RushGraph *self, const guint *columns, guint n)
{
  Ship *plan;
  g_autoptr (RushRdd) pieces = NULL;

  if (n == 0)
    return NULL;
  plan = ship_new (self->vertex_schema, columns, n);
  pieces = rush_rdd_zip_partitions ((RushRdd *[]){ self->vertices, self->attributes }, 2,
                                    plan->schema, ship_partition, plan, ship_free);
  return rush_graph_shuffle (pieces, self->n_edge_partitions);
}

/* ---- at the edges ---- */

static gboolean
fit_homes (RushColumn *const *pieces, const RushEdgePartition *edges)
{
  for (guint h = 0; h < edges->n_homes; h++)
    if (pieces[h] == NULL || pieces[h]->length != (guint)(edges->homes[h + 1] - edges->homes[h]))
      return FALSE;
  return TRUE;
}

/* ---- lists ---- */

/* A home's lists are one column, which all that it ships has views of: nothing is copied there.
 * Here those are copied that have a mirror, and not what lies between them, as concat () would. */

static gboolean
are_lists_of_numbers (RushColumn *const *pieces, guint n)
{
  for (guint p = 0; p < n; p++)
    if (pieces[p]->layout != RUSH_LAYOUT_PLAIN || pieces[p]->null_count > 0 ||
        pieces[p]->type->storage != RUSH_STORAGE_LIST ||
        rush_column_child (pieces[p], 0)->layout != RUSH_LAYOUT_PLAIN ||
        rush_column_child (pieces[p], 0)->null_count > 0 ||
        rush_column_child (pieces[p], 0)->type != &RUSH_INT64)
      return FALSE;
  return n > 0;
}

/* Where each list begins behind the last one, and in the end how much they are. */
static RushBuffer *
starts_of_lists (RushColumn *const *pieces, guint n, guint n_lists, RushAllocator *allocator,
                 GError **error)
{
  RushBuffer *starts = rush_buffer_new (allocator, (n_lists + 1) * sizeof (gint32), error);
  gint64 sum = 0;
  guint done = 0;

  if (starts == NULL)
    return NULL;
  for (guint p = 0; p < n && sum <= G_MAXINT32; p++)
    for (guint i = 0; i < pieces[p]->length && sum <= G_MAXINT32; i++)
      {
        ((gint32 *)(gpointer)starts->bytes)[done++] = (gint32)sum;
        sum += rush_column_get_list (pieces[p], i).length;
      }
  ((gint32 *)(gpointer)starts->bytes)[n_lists] = (gint32)sum;
  if (sum <= G_MAXINT32)
    return starts;
  rush_buffer_unref (starts);
  g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                       "lists of vertices hold more than 2147483647 values in one partition; use "
                       "more partitions");
  return NULL;
}

static RushColumn *
join_lists (RushColumn *const *pieces, guint n, guint n_lists, const RushType *type,
            RushAllocator *allocator, GError **error)
{
  g_autoptr (RushBuffer) starts = starts_of_lists (pieces, n, n_lists, allocator, error);
  RushBuffer *values;
  const gint32 *at;

  if (starts == NULL)
    return NULL;
  at = (const gint32 *)(gpointer)starts->bytes;
  values = rush_buffer_new (allocator, (gsize)at[n_lists] * sizeof (gint64), error);
  if (values == NULL)
    return NULL;
  for (guint p = 0, done = 0; p < n; p++)
    {
      const gint64 *elements = rush_column_numbers (rush_column_child (pieces[p], 0));

      for (guint i = 0; i < pieces[p]->length; i++)
        {
          RushListView list = rush_column_get_list (pieces[p], i);

          memcpy ((gint64 *)(gpointer)values->bytes + at[done++], elements + list.offset,
                  (gsize)list.length * sizeof (gint64));
        }
    }
  return rush_array_cut (rush_array_numbers (&RUSH_INT64, (guint)at[n_lists], values), type, at,
                         n_lists, allocator, error);
}

/* ---- all that has come ---- */

/* The pieces of one column, home by home. */
static RushColumn *
join_pieces (const RushEdgePartition *edges, const GPtrArray *batches, guint column,
             const RushType *type, RushAllocator *allocator, GError **error)
{
  g_autofree RushColumn **pieces = g_new0 (RushColumn *, edges->n_homes);
  g_autoptr (RushColumn) together = NULL;
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  guint n = 0;

  for (guint b = 0; b < batches->len; b++)
    {
      const RushBatch *batch = batches->pdata[b];

      for (guint i = 0; i < batch->length; i++)
        pieces[rush_column_get_int (batch->columns[SHIP_FROM], i)] =
            rush_arrays_elements (batch, column, i);
    }
  if (!fit_homes (pieces, edges))
    {
      rush_columns_clear (pieces, edges->n_homes);
      rush_set_error_graph_differs (error);
      return NULL;
    }
  for (guint h = 0; h < edges->n_homes; h++)
    {
      if (pieces[h]->length == 0)
        g_clear_pointer (&pieces[h], rush_column_unref);
      else
        pieces[n++] = pieces[h];
    }
  if (are_lists_of_numbers (pieces, n))
    together = join_lists (pieces, n, edges->n_vertices, type, allocator, error);
  else
    together = n > 0 ? rush_column_concat (pieces, n, allocator, error)
                     : rush_arrays_concat (none, 0, type, allocator, error);
  rush_columns_clear (pieces, n);
  return together != NULL ? rush_column_flatten (together, allocator, error) : NULL;
}

gboolean
rush_view_assemble (const RushEdgePartition *edges, RushIterator *rows,
                    const RushType *const *types, guint n, RushTaskContext *ctx, RushColumn **out,
                    GError **error)
{
  g_autoptr (GPtrArray) batches = rush_arrays_all (rows, ctx, error);

  if (batches == NULL)
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      out[i] = join_pieces (edges, batches, SHIP_COLUMNS + i, types[i], ctx->allocator, error);
      if (out[i] != NULL)
        continue;
      rush_columns_clear (out, i);
      return FALSE;
    }
  return TRUE;
}
