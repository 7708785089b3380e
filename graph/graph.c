/* graph.c - from rows of edges to a graph.
 *
 *     edges ──[ cut: a partition number each, shuffle ]──▶ edge partitions ──persist──▶ EDGES
 *                                                              │ mirrors: "9 has one here"
 *                                                              ▼ shuffle to the homes
 *     vertices ── shuffle to the homes ─────────────────▶ vertex partitions ─persist─▶ VERTICES
 *                                                              └─ their last columns ─▶ ATTRIBUTES
 *
 * Ids travel in these shuffles and never again: all that comes later goes along routes.
 */
#include "graph/graph.h"

#include "core/lineage/persistence.h"
#include "graph/edge_cut.h"
#include "graph/vertex_partition.h"
#include "rdd/call_site.h"
#include "rdd/source/parallelize.h"
#include "rdd/transform/map_partitions.h"
#include "rdd/transform/partition_by.h"
#include "rdd/transform/shuffled.h"
#include "rdd/transform/zip_partitions.h"

/* What the functions of a building graph know. */
typedef struct
{
  RushSchema *rows;   /* (owned) or NULL */
  RushSchema *schema; /* (owned) of the partition */
  guint n;            /* partitions on the other side */
} Build;

static Build *
build_new (RushSchema *rows, RushSchema *schema, guint n)
{
  Build *self = g_new0 (Build, 1);

  self->rows = rows != NULL ? rush_schema_ref (rows) : NULL;
  self->schema = rush_schema_ref (schema);
  self->n = n;
  return self;
}

static void
build_free (gpointer data)
{
  Build *self = data;

  g_clear_pointer (&self->rows, rush_schema_unref);
  rush_schema_unref (self->schema);
  g_free (self);
}

static RushIterator *
as_iterator (RushBatch *batch)
{
  return batch != NULL ? rush_arrays_iterator (batch) : NULL;
}

/* ---- edges ---- */

static RushIterator *
build_edges (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  const Build *build = data;

  return as_iterator (
      rush_edge_partition_build (rows, build->rows, build->schema, build->n, ctx, error));
}

static RushRdd *
edge_partitions (RushRdd *rows, guint n_homes)
{
  g_autoptr (RushSchema) schema = rush_edge_partition_schema (rows->schema);

  return rush_rdd_map_partitions (rows, schema, build_edges,
                                  build_new (rows->schema, schema, n_homes), build_free, FALSE);
}

/* ---- mirrors, and vertices ---- */

static RushIterator *
tell_mirrors (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  RushEdgePartition edges;
  RushBatch *batch;

  if (!rush_edge_partition_read (&edges, rows, ctx, error))
    return NULL;
  batch = rush_mirrors_of_edges (&edges, split, ctx->allocator, error);
  rush_edge_partition_close (&edges);
  return as_iterator (batch);
}

static RushIterator *
build_vertices (RushIterator *mirrors, guint split, RushTaskContext *ctx, gpointer data,
                GError **error)
{
  const Build *build = data;

  return as_iterator (
      rush_vertex_partition_build (mirrors, NULL, NULL, build->schema, build->n, ctx, error));
}

static RushIterator *
build_given_vertices (RushIterator *const *rows, guint split, RushTaskContext *ctx, gpointer data,
                      GError **error)
{
  const Build *build = data;

  return as_iterator (rush_vertex_partition_build (rows[0], rows[1], build->rows, build->schema,
                                                   build->n, ctx, error));
}

static RushRdd *
vertex_partitions (RushRdd *edges, RushRdd *rows, guint n_homes, guint n_edge_partitions)
{
  g_autoptr (RushSchema) schema = rush_vertex_partition_schema (rows != NULL ? rows->schema : NULL);
  g_autoptr (RushRdd) mirrors =
      rush_rdd_map_partitions (edges, rush_mirror_schema (), tell_mirrors, NULL, NULL, FALSE);
  g_autoptr (RushRdd) at_home = rush_graph_shuffle (mirrors, n_homes);
  g_autoptr (RushRdd) placed = NULL;
  Build *build = build_new (rows != NULL ? rows->schema : NULL, schema, n_edge_partitions);

  if (rows == NULL)
    return rush_rdd_map_partitions (at_home, schema, build_vertices, build, build_free, FALSE);
  placed = rush_rdd_partition_by (rows, n_homes);
  return rush_rdd_zip_partitions ((RushRdd *[]){ at_home, placed }, 2, schema, build_given_vertices,
                                  build, build_free);
}

/* ---- attributes: the last columns of a vertex partition ---- */

RushSchema *
rush_arrays_schema (const RushSchema *rows, guint first)
{
  guint n = rows->n_fields - first;
  g_autofree RushField *fields = g_new (RushField, n);

  for (guint i = 0; i < n; i++)
    fields[i] = (RushField){ rows->fields[first + i].name,
                             rush_array_of (rows->fields[first + i].type, TRUE), FALSE };
  return rush_schema_new (n, fields);
}

static RushIterator *
take_attributes (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data,
                 GError **error)
{
  g_autoptr (RushBatch) batch = rush_arrays_of (rows, ctx, error);
  RushSchema *schema = data;
  g_autofree guint *columns = g_new (guint, schema->n_fields);

  if (batch == NULL)
    return NULL;
  for (guint i = 0; i < schema->n_fields; i++)
    columns[i] = RUSH_VERTICES_ATTRIBUTES + i;
  return rush_arrays_iterator (rush_batch_project (batch, schema, columns));
}

static RushRdd *
attributes_of (RushRdd *vertices, const RushSchema *vertex_schema)
{
  RushSchema *schema;

  if (vertex_schema->n_fields == 1)
    return NULL;
  schema = rush_arrays_schema (vertex_schema, 1);
  return rush_rdd_map_partitions (vertices, schema, take_attributes, schema,
                                  (GDestroyNotify)rush_schema_unref, FALSE);
}

/* ---- the graph ---- */

RushSchema *
rush_vertex_schema (const RushSchema *attributes)
{
  guint n = attributes != NULL ? attributes->n_fields : 0;
  g_autofree RushField *fields = g_new (RushField, 1 + n);

  fields[0] = (RushField){ (char *)"id", &RUSH_INT64, FALSE };
  for (guint i = 0; i < n; i++)
    fields[1 + i] = attributes->fields[i];
  return rush_schema_new (1 + n, fields);
}

static RushGraph *
graph_alloc (RushContext *context)
{
  RushGraph *self = g_new0 (RushGraph, 1);

  rush_ref_count_init (&self->refs);
  self->context = rush_context_ref (context);
  return self;
}

static gboolean
ids_are_long (const RushSchema *schema, guint n, const char *what, GError **error)
{
  g_autofree char *text = rush_schema_to_string (schema);

  for (guint i = 0; i < n; i++)
    if (i >= schema->n_fields || schema->fields[i].type != &RUSH_INT64)
      {
        g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                     "%s begin with %s of bigint, these are (%s)", what,
                     n == 1 ? "an id" : "a source and a target", text);
        return FALSE;
      }
  return TRUE;
}

/* An RDD without partitions has no place for a task: one that has one, and nothing in it. */
static RushRdd *
with_a_partition (RushRdd *rows, GError **error)
{
  g_autoptr (GPtrArray) nothing = g_ptr_array_new ();
  guint n;

  if (!rush_rdd_n_partitions (rows, &n, error))
    return NULL;
  return n > 0 ? rush_rdd_ref (rows)
               : rush_rdd_parallelize (rows->lineage, rows->schema, &nothing, 1);
}

static gboolean
count_partitions (RushGraph *self, RushRdd *rows, const RushGraphLayout *layout, GError **error)
{
  if (!rush_rdd_n_partitions (rows, &self->n_edge_partitions, error))
    return FALSE;
  if (layout->cut && layout->n_edge_partitions > 0)
    self->n_edge_partitions = layout->n_edge_partitions;
  self->n_vertex_partitions =
      layout->n_vertex_partitions > 0 ? layout->n_vertex_partitions : self->n_edge_partitions;
  if (MAX (self->n_edge_partitions, self->n_vertex_partitions) <= RUSH_BATCH_MAX_ROWS)
    return TRUE;
  g_set_error (
      error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
      "a graph may have %d partitions at most, and this one would have %u; coalesce () its "
      "edges, or ask for fewer",
      RUSH_BATCH_MAX_ROWS, MAX (self->n_edge_partitions, self->n_vertex_partitions));
  return FALSE;
}

static gboolean
persist (RushRdd *rdd, const char *name, GError **error)
{
  rush_rdd_set_name (rdd, name);
  return rush_rdd_persist (rdd, &RUSH_STORAGE_MEMORY_AND_DISK, error);
}

RushGraph *
rush_graph_new (RushContext *context, RushRdd *vertices, RushRdd *edges,
                const RushGraphLayout *layout, GError **error)
{
  RUSH_OPERATOR ("graph");
  static const RushGraphLayout as_it_is = { 0 };
  g_autoptr (RushGraph) self = graph_alloc (context);
  g_autoptr (RushRdd) rows = with_a_partition (edges, error);
  g_autoptr (RushRdd) placed = NULL;

  layout = layout != NULL ? layout : &as_it_is;
  if (rows == NULL || !ids_are_long (edges->schema, 2, "edges", error) ||
      (vertices != NULL && !ids_are_long (vertices->schema, 1, "vertices", error)) ||
      !count_partitions (self, rows, layout, error))
    return NULL;
  self->vertex_schema =
      vertices != NULL ? rush_schema_ref (vertices->schema) : rush_vertex_schema (NULL);
  self->edge_schema = rush_schema_ref (edges->schema);
  placed = layout->cut ? rush_graph_cut (rows, layout->strategy, self->n_edge_partitions)
                       : rush_rdd_ref (rows);
  self->edges = edge_partitions (placed, self->n_vertex_partitions);
  self->vertices =
      vertex_partitions (self->edges, vertices, self->n_vertex_partitions, self->n_edge_partitions);
  self->attributes = attributes_of (self->vertices, self->vertex_schema);
  if (!persist (self->edges, "EdgeRDD", error) || !persist (self->vertices, "VertexRDD", error))
    return NULL;
  return g_steal_pointer (&self);
}

RushGraph *
rush_graph_partition_by (RushGraph *self, RushPartitionStrategy strategy, guint n_edge_partitions,
                         GError **error)
{
  RUSH_OPERATOR ("partitionBy");
  g_autoptr (RushRdd) vertices = rush_graph_vertices (self);
  g_autoptr (RushRdd) edges = rush_graph_edges (self);
  RushGraphLayout layout = { TRUE, strategy, n_edge_partitions, self->n_vertex_partitions };

  return rush_graph_new (self->context, vertices, edges, &layout, error);
}

RushGraph *
rush_graph_with_attributes (RushGraph *self, RushRdd *attributes, RushSchema *vertex_schema)
{
  RushGraph *other = graph_alloc (self->context);

  other->vertices = rush_rdd_ref (self->vertices);
  other->edges = rush_rdd_ref (self->edges);
  other->attributes = attributes;
  other->vertex_schema = rush_schema_ref (vertex_schema);
  other->edge_schema = rush_schema_ref (self->edge_schema);
  other->n_vertex_partitions = self->n_vertex_partitions;
  other->n_edge_partitions = self->n_edge_partitions;
  other->n_rounds = self->n_rounds;
  return other;
}

RushGraph *
rush_graph_ref (RushGraph *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_graph_unref (RushGraph *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  rush_rdd_unref (self->attributes);
  rush_rdd_unref (self->vertices);
  rush_rdd_unref (self->edges);
  g_clear_pointer (&self->vertex_schema, rush_schema_unref);
  g_clear_pointer (&self->edge_schema, rush_schema_unref);
  rush_context_unref (self->context);
  g_free (self);
}
