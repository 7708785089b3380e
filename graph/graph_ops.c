/* graph_ops.c - composed of rows, RDD operators and the making of graphs.
 *
 *     map        rows ─▶ map ─▶ packed again beside the same structure: nothing moves
 *     reverse,   rows of edges ─▶ a new graph: structure is made again
 *     subgraph
 */
#include "graph/graph_ops.h"

#include "graph/vertex_partition.h"
#include "rdd/call_site.h"
#include "rdd/transform/filter.h"
#include "rdd/transform/map.h"
#include "rdd/transform/map_partitions.h"
#include "rdd/transform/zip_partitions.h"

/* ---- what functions give, as arrays ---- */

static RushIterator *
packed (RushIterator *rows, const RushSchema *row_schema, RushSchema *schema, guint n_expected,
        RushTaskContext *ctx, GError **error)
{
  g_autofree RushColumn **columns = g_new0 (RushColumn *, schema->n_fields);
  RushBatch *batch;

  if (!rush_arrays_pack (rows, row_schema, ctx, columns, error))
    return NULL;
  if (columns[0]->length != n_expected)
    {
      rush_columns_clear (columns, schema->n_fields);
      rush_set_error_graph_differs (error);
      return NULL;
    }
  batch = rush_arrays_new (schema, columns, ctx->allocator, error);
  return batch != NULL ? rush_arrays_iterator (batch) : NULL;
}

typedef struct
{
  RushSchema *rows, *schema; /* (owned) */
} Pack;

static Pack *
pack_new (RushSchema *rows, RushSchema *schema)
{
  Pack *self = g_new (Pack, 1);

  *self = (Pack){ rush_schema_ref (rows), rush_schema_ref (schema) };
  return self;
}

static void
pack_free (gpointer data)
{
  rush_schema_unref (((Pack *)data)->rows);
  rush_schema_unref (((Pack *)data)->schema);
  g_free (data);
}

static RushIterator *
pack_vertices (RushIterator *const *rows, guint split, RushTaskContext *ctx, gpointer data,
               GError **error)
{
  const Pack *self = data;
  RushVertexPartition vertices;
  RushIterator *answer;

  if (!rush_vertex_partition_read (&vertices, rows[0], ctx, error))
    {
      rush_iterator_close (rows[1]);
      return NULL;
    }
  answer = packed (rows[1], self->rows, self->schema, vertices.n, ctx, error);
  rush_vertex_partition_close (&vertices);
  return answer;
}

RushGraph *
rush_graph_map_vertices (RushGraph *self, RushSchema *attributes, RushRowFunc func, gpointer data,
                         GDestroyNotify free_data)
{
  RUSH_OPERATOR ("mapVertices");
  g_autoptr (RushRdd) rows = rush_graph_vertices (self);
  g_autoptr (RushRdd) mapped = rush_rdd_map (rows, attributes, func, data, free_data);
  g_autoptr (RushSchema) schema = rush_arrays_schema (attributes, 0);
  g_autoptr (RushSchema) vertex_schema = rush_vertex_schema (attributes);
  RushRdd *parents[] = { self->vertices, mapped };

  if (attributes->n_fields == 0) /* there is nothing to keep */
    return rush_graph_with_attributes (self, NULL, vertex_schema);

  return rush_graph_with_attributes (self,
                                     rush_rdd_zip_partitions (parents, 2, schema, pack_vertices,
                                                              pack_new (attributes, schema),
                                                              pack_free),
                                     vertex_schema);
}

/* ---- edges ---- */

/* The structure of the edges with other attributes behind it. */
static RushIterator *
pack_edges (RushIterator *const *rows, guint split, RushTaskContext *ctx, gpointer data,
            GError **error)
{
  const Pack *self = data;
  guint n = self->schema->n_fields;
  g_autofree RushColumn **columns = g_new0 (RushColumn *, n);
  RushEdgePartition edges;
  RushBatch *batch = NULL;

  if (!rush_edge_partition_read (&edges, rows[0], ctx, error))
    {
      rush_iterator_close (rows[1]);
      return NULL;
    }
  if (rush_arrays_pack (rows[1], self->rows, ctx, columns + RUSH_EDGES_ATTRIBUTES, error))
    {
      if (n > RUSH_EDGES_ATTRIBUTES && columns[RUSH_EDGES_ATTRIBUTES]->length != edges.n_edges)
        {
          rush_columns_clear (columns, n);
          rush_edge_partition_close (&edges);
          rush_set_error_graph_differs (error);
          return NULL;
        }
      for (guint c = 0; c < RUSH_EDGES_ATTRIBUTES; c++)
        columns[c] = rush_arrays_elements (edges.batch, c, 0);
      batch = rush_arrays_new (self->schema, columns, ctx->allocator, error);
    }
  rush_edge_partition_close (&edges);
  return batch != NULL ? rush_arrays_iterator (batch) : NULL;
}

/* (source, target, and @attributes). */
static RushSchema *
edge_schema_with (const RushGraph *self, const RushSchema *attributes)
{
  g_autofree RushField *fields = g_new (RushField, 2 + attributes->n_fields);

  fields[0] = self->edge_schema->fields[0];
  fields[1] = self->edge_schema->fields[1];
  for (guint i = 0; i < attributes->n_fields; i++)
    fields[2 + i] = attributes->fields[i];
  return rush_schema_new (2 + attributes->n_fields, fields);
}

RushGraph *
rush_graph_map_triplets (RushGraph *self, RushSchema *attributes, RushRowFunc func, gpointer data,
                         GDestroyNotify free_data)
{
  RUSH_OPERATOR ("mapTriplets");
  g_autoptr (RushRdd) rows = rush_graph_triplets (self);
  g_autoptr (RushRdd) mapped = rush_rdd_map (rows, attributes, func, data, free_data);
  g_autoptr (RushSchema) edge_schema = edge_schema_with (self, attributes);
  g_autoptr (RushSchema) schema = rush_edge_partition_schema (edge_schema);
  RushRdd *parents[] = { self->edges, mapped };
  RushGraph *other = rush_graph_with_attributes (
      self, self->attributes != NULL ? rush_rdd_ref (self->attributes) : NULL, self->vertex_schema);

  rush_rdd_unref (other->edges);
  other->edges = rush_rdd_zip_partitions (parents, 2, schema, pack_edges,
                                          pack_new (attributes, schema), pack_free);
  rush_schema_unref (other->edge_schema);
  other->edge_schema = g_steal_pointer (&edge_schema);
  return other;
}

static RushIterator *
swap_ends (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  RushSchema *schema = data;
  g_autofree RushColumn **columns = g_new0 (RushColumn *, schema->n_fields);
  RushEdgePartition edges;
  gboolean known;

  if (!rush_edge_partition_read (&edges, rows, ctx, error))
    return NULL;
  known = rush_edge_partition_ends (&edges, ctx->allocator, &columns[1], &columns[0], error);
  for (guint i = 2; known && i < schema->n_fields; i++)
    columns[i] = rush_arrays_elements (edges.batch, RUSH_EDGES_ATTRIBUTES + i - 2, 0);
  rush_edge_partition_close (&edges);
  return known ? rush_arrays_rows (schema, columns) : NULL;
}

static RushGraph *
rebuilt (RushGraph *self, RushRdd *vertices, RushRdd *edges, GError **error)
{
  RushGraphLayout layout = { .n_vertex_partitions = self->n_vertex_partitions };

  return rush_graph_new (self->context, vertices, edges, &layout, error);
}

RushGraph *
rush_graph_reverse (RushGraph *self, GError **error)
{
  RUSH_OPERATOR ("reverse");
  g_autoptr (RushRdd) vertices = rush_graph_vertices (self);
  g_autoptr (RushRdd) edges = rush_rdd_map_partitions (self->edges, self->edge_schema, swap_ends,
                                                       rush_schema_ref (self->edge_schema),
                                                       (GDestroyNotify)rush_schema_unref, FALSE);

  return rebuilt (self, vertices, edges, error);
}

/* ---- a part of a graph ---- */

typedef struct
{
  RushRefCount refs;
  RushRowPredicate vertex, triplet; /* or NULL */
  gpointer data;
  GDestroyNotify free_data;
  RushSchema *vertices, *edges; /* (owned) */
} Choice;

static void
choice_unref (gpointer data)
{
  Choice *self = data;

  if (!rush_ref_count_dec (&self->refs))
    return;
  if (self->free_data != NULL)
    self->free_data (self->data);
  rush_schema_unref (self->vertices);
  rush_schema_unref (self->edges);
  g_free (self);
}

static Choice *
choice_ref (Choice *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

static gboolean
vertex_stays (const RushRow *vertex, gpointer data)
{
  const Choice *self = data;

  return self->vertex (vertex, self->data);
}

/* The vertex at one end of the triplets of a batch: its id and attributes, as a vertex has them. */
static RushBatch *
end_of (const Choice *self, RushBatch *triplets, guint end)
{
  guint n = self->vertices->n_fields - 1;
  g_autofree guint *columns = g_new (guint, 1 + n);

  columns[0] = end;
  for (guint i = 0; i < n; i++)
    columns[1 + i] = self->edges->n_fields + end * n + i;
  return rush_batch_project (triplets, self->vertices, columns);
}

typedef struct
{
  RushIterator base;
  RushIterator *triplets; /* (owned) */
  RushTaskContext *ctx;
  const Choice *choice;
} ChoiceIterator;

static RushBatch *
edges_that_stay (const ChoiceIterator *self, RushBatch *triplets, GError **error)
{
  const Choice *choice = self->choice;
  g_autoptr (RushBatch) source = end_of (choice, triplets, 0);
  g_autoptr (RushBatch) target = end_of (choice, triplets, 1);
  g_autofree guint *columns = g_new (guint, choice->edges->n_fields);
  g_autoptr (RushBatch) edges = NULL;
  RushBuffer *rows =
      rush_buffer_new (self->ctx->allocator, triplets->length * sizeof (guint16), error);
  guint n = 0;

  if (rows == NULL)
    return NULL;
  for (guint i = 0; i < triplets->length; i++)
    {
      guint row = rush_batch_row (triplets, i);
      RushRow whole = { triplets, row }, from = { source, row }, to = { target, row };
      gboolean stays = choice->vertex == NULL ||
                       (choice->vertex (&from, choice->data) && choice->vertex (&to, choice->data));

      ((guint16 *)(gpointer)rows->bytes)[n] = (guint16)row;
      n += stays && (choice->triplet == NULL || choice->triplet (&whole, choice->data));
    }
  for (guint i = 0; i < choice->edges->n_fields; i++)
    columns[i] = i;
  edges = rush_batch_project (triplets, choice->edges, columns);
  return rush_batch_select (edges, rows, n);
}

static RushBatch *
choice_next (RushIterator *base, GError **error)
{
  ChoiceIterator *self = (ChoiceIterator *)base;
  g_autoptr (RushBatch) triplets = NULL;

  if (!rush_task_context_check (self->ctx, error) ||
      (triplets = rush_iterator_next (self->triplets, error)) == NULL)
    return NULL;
  return edges_that_stay (self, triplets, error);
}

static void
choice_close (RushIterator *base)
{
  rush_iterator_close (((ChoiceIterator *)base)->triplets);
  g_free (base);
}

static const RushIteratorClass choice_class = { choice_next, choice_close };

static RushIterator *
choose_edges (RushIterator *triplets, guint split, RushTaskContext *ctx, gpointer data,
              GError **error)
{
  ChoiceIterator *self = g_new (ChoiceIterator, 1);

  *self = (ChoiceIterator){ { &choice_class }, triplets, ctx, data };
  return &self->base;
}

RushGraph *
rush_graph_subgraph (RushGraph *self, RushRowPredicate vertex, RushRowPredicate triplet,
                     gpointer data, GDestroyNotify free_data, GError **error)
{
  RUSH_OPERATOR ("subgraph");
  Choice *choice = g_new0 (Choice, 1);
  g_autoptr (RushRdd) rows = rush_graph_vertices (self);
  g_autoptr (RushRdd) triplets = rush_graph_triplets (self);
  g_autoptr (RushRdd) vertices = NULL;
  g_autoptr (RushRdd) edges = NULL;

  *choice = (Choice){ .vertex = vertex,
                      .triplet = triplet,
                      .data = data,
                      .free_data = free_data,
                      .vertices = rush_schema_ref (self->vertex_schema),
                      .edges = rush_schema_ref (self->edge_schema) };
  rush_ref_count_init (&choice->refs);
  vertices = vertex == NULL
                 ? rush_rdd_ref (rows)
                 : rush_rdd_filter (rows, vertex_stays, choice_ref (choice), choice_unref);
  edges = rush_rdd_map_partitions (triplets, self->edge_schema, choose_edges, choice, choice_unref,
                                   FALSE);
  return rebuilt (self, vertices, edges, error);
}
