/* triplets.c - edges beside their vertices: rows for people, at the price of copies.
 *
 *     edges     │ source │ target │ attributes │
 *     view      by number of the source ──────▶ src_ …
 *               by number of the target ──────▶ dst_ …
 *
 * Algorithms of graph/lib see the same without copies (RushEdgeBlock).
 */
#include "graph/triplets.h"

#include "graph/replicated_view.h"
#include "rdd/call_site.h"
#include "rdd/transform/map_partitions.h"
#include "rdd/transform/zip_partitions.h"

#include <string.h>

RushSchema *
rush_triplet_schema (const RushSchema *vertices, const RushSchema *edges)
{
  guint n_vertex = vertices->n_fields - 1, n = edges->n_fields;
  g_autofree RushField *fields = g_new (RushField, n + 2 * n_vertex);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  memcpy (fields, edges->fields, n * sizeof *fields);
  for (guint side = 0; side < 2; side++)
    for (guint i = 0; i < n_vertex; i++)
      {
        char *name = g_strconcat (side == 0 ? "src_" : "dst_", vertices->fields[1 + i].name, NULL);

        g_ptr_array_add (names, name);
        fields[n++] = (RushField){ name, vertices->fields[1 + i].type, TRUE };
      }
  return rush_schema_new (n, fields);
}

/* ---- columns ---- */

/* Which vertex each edge leaves. */
static RushBuffer *
source_numbers (const RushEdgeBlock *block, GError **error)
{
  const RushEdgePartition *edges = &block->edges;
  RushBuffer *numbers =
      rush_buffer_new (block->ctx->allocator, edges->n_edges * sizeof (gint32), error);

  for (guint v = 0; numbers != NULL && v < edges->n_vertices; v++)
    for (gint32 e = edges->starts[v]; e < edges->starts[v + 1]; e++)
      ((gint32 *)(gpointer)numbers->bytes)[e] = (gint32)v;
  return numbers;
}

static gboolean
vertex_columns (const RushEdgeBlock *block, guint n, RushColumn **out, GError **error)
{
  g_autoptr (RushBuffer) sources = source_numbers (block, error);

  if (sources == NULL)
    return FALSE;
  for (guint i = 0; i < 2 * n; i++)
    {
      const guint32 *rows =
          i < n ? (const guint32 *)(gpointer)sources->bytes : (const guint32 *)block->edges.targets;

      out[i] = rush_column_take (block->view[i % n], rows, block->edges.n_edges,
                                 block->ctx->allocator, error);
      if (out[i] != NULL)
        continue;
      rush_columns_clear (out, i);
      return FALSE;
    }
  return TRUE;
}

gboolean
rush_triplet_columns (const RushEdgeBlock *block, const RushSchema *schema, RushColumn **out,
                      GError **error)
{
  guint n_edge = block->edges.batch->schema->n_fields - RUSH_EDGES_ATTRIBUTES;
  guint n_vertex = (schema->n_fields - 2 - n_edge) / 2;

  if (!rush_edge_partition_ends (&block->edges, block->ctx->allocator, &out[0], &out[1], error))
    return FALSE;
  for (guint i = 0; i < n_edge; i++)
    out[2 + i] = rush_arrays_elements (block->edges.batch, RUSH_EDGES_ATTRIBUTES + i, 0);
  if (n_vertex == 0 || vertex_columns (block, n_vertex, out + 2 + n_edge, error))
    return TRUE;
  rush_columns_clear (out, 2 + n_edge);
  return FALSE;
}

/* ---- rows ---- */

typedef struct
{
  RushSchema *schema;     /* (owned) of the rows */
  guint n_types;          /* attributes of vertices */
  const RushType **types; /* (owned) */
} Rows;

static void
rows_free (gpointer data)
{
  Rows *self = data;

  rush_schema_unref (self->schema);
  g_free (self->types);
  g_free (self);
}

static RushIterator *
block_rows (const Rows *self, const RushEdgeBlock *block, GError **error)
{
  g_autofree RushColumn **columns = g_new0 (RushColumn *, self->schema->n_fields);

  if (!rush_triplet_columns (block, self->schema, columns, error))
    return NULL;
  return rush_arrays_rows (self->schema, columns);
}

static RushIterator *
edge_rows (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  RushEdgeBlock block = { .ctx = ctx };
  RushIterator *answer;

  if (!rush_edge_partition_read (&block.edges, rows, ctx, error))
    return NULL;
  answer = block_rows (data, &block, error);
  rush_edge_partition_close (&block.edges);
  return answer;
}

static RushIterator *
triplet_rows (RushIterator *const *rows, guint split, RushTaskContext *ctx, gpointer data,
              GError **error)
{
  const Rows *self = data;
  g_autofree RushColumn **view = g_new0 (RushColumn *, self->n_types);
  RushEdgeBlock block = { .ctx = ctx, .view = view };
  RushIterator *answer = NULL;

  if (!rush_edge_partition_read (&block.edges, rows[0], ctx, error))
    {
      rush_iterator_close (rows[1]);
      return NULL;
    }
  if (rush_view_assemble (&block.edges, rows[1], self->types, self->n_types, ctx, view, error))
    answer = block_rows (self, &block, error);
  rush_columns_clear (view, self->n_types);
  rush_edge_partition_close (&block.edges);
  return answer;
}

RushRdd *
rush_graph_edges (RushGraph *self)
{
  RUSH_OPERATOR ("edges");
  Rows *rows = g_new0 (Rows, 1);

  rows->schema = rush_schema_ref (self->edge_schema);
  return rush_rdd_map_partitions (self->edges, rows->schema, edge_rows, rows, rows_free, FALSE);
}

RushRdd *
rush_graph_triplets (RushGraph *self)
{
  RUSH_OPERATOR ("triplets");
  guint n = self->vertex_schema->n_fields - 1;
  g_autofree guint *all = g_new (guint, n);
  g_autoptr (RushRdd) shipped = NULL;
  Rows *rows;

  if (n == 0)
    return rush_graph_edges (self);
  rows = g_new0 (Rows, 1);
  rows->schema = rush_triplet_schema (self->vertex_schema, self->edge_schema);
  rows->n_types = n;
  rows->types = g_new (const RushType *, n);
  for (guint i = 0; i < n; i++)
    {
      all[i] = i;
      rows->types[i] = self->vertex_schema->fields[1 + i].type;
    }
  shipped = rush_graph_ship (self, all, n);
  return rush_rdd_zip_partitions ((RushRdd *[]){ self->edges, shipped }, 2, rows->schema,
                                  triplet_rows, rows, rows_free);
}

/* ---- vertices ---- */

static RushIterator *
vertex_rows_of (const Rows *self, RushIterator *vertices, RushIterator *attributes,
                RushTaskContext *ctx, GError **error)
{
  g_autofree RushColumn **columns = g_new0 (RushColumn *, self->schema->n_fields);
  g_autoptr (RushBatch) structure = rush_arrays_of (vertices, ctx, error);
  g_autoptr (RushBatch) values = NULL;

  if (structure == NULL)
    rush_iterator_close (attributes);
  else if (attributes != NULL)
    values = rush_arrays_of (attributes, ctx, error);
  if (structure == NULL || (attributes != NULL && values == NULL))
    return NULL;
  columns[0] = rush_arrays_elements (structure, RUSH_VERTICES_IDS, 0);
  for (guint i = 1; i < self->schema->n_fields; i++)
    columns[i] = rush_arrays_elements (values, i - 1, 0);
  if (self->schema->n_fields > 1 && columns[1]->length != columns[0]->length)
    {
      rush_columns_clear (columns, self->schema->n_fields);
      rush_set_error_graph_differs (error);
      return NULL;
    }
  return rush_arrays_rows (self->schema, columns);
}

static RushIterator *
vertex_rows (RushIterator *const *rows, guint split, RushTaskContext *ctx, gpointer data,
             GError **error)
{
  return vertex_rows_of (data, rows[0], rows[1], ctx, error);
}

static RushIterator *
bare_vertex_rows (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data,
                  GError **error)
{
  return vertex_rows_of (data, rows, NULL, ctx, error);
}

RushRdd *
rush_graph_vertices (RushGraph *self)
{
  RUSH_OPERATOR ("vertices");
  Rows *rows = g_new0 (Rows, 1);

  rows->schema = rush_schema_ref (self->vertex_schema);
  if (self->attributes == NULL)
    return rush_rdd_map_partitions (self->vertices, rows->schema, bare_vertex_rows, rows, rows_free,
                                    FALSE);
  return rush_rdd_zip_partitions ((RushRdd *[]){ self->vertices, self->attributes }, 2,
                                  rows->schema, vertex_rows, rows, rows_free);
}
