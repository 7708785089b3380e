/* alternating_stars.c - connected components in rounds by the logarithm, whatever the diameter.
 *
 * The least id of a component travels an edge a round in connected_components.c.  Here it is edges
 * that change, from any graph to one star a component, whose centre is the least id:
 *
 *     4 ─ 8 ─ 2 ─ 9 ─ 5 ─ 7 ─ 1          large star, at each vertex: those above it go to the
 *                                        least of it and those around
 *     8→4 8→2 9→2 9→5 7→5 7→1                (at 2, between 8 and 9: both go to 2)
 *                                        small star, at each vertex: it and those below it go to
 *     4→2 8→2 9→2 5→2 5→1 7→1            the least of those
 *                                            (at 8, above 4 and 2: 8 and 4 go to 2)
 *     4→2 8→2 9→2 2→1 5→1 7→1            small, as large had nothing to do
 *     4→1 8→1 9→1 2→1 5→1 7→1            large: at 2, above which are 4, 8, 9, and 1 is below
 *
 * Both keep what hangs together together, neither makes edges more, and each path gets shorter by
 * half, or nearly.  A round is both of them, and a job:
 *
 *     pairs ─ both ways ═shuffle═▶ LARGE ─ to the greater ═shuffle═▶ SMALL ─▶ pairs
 *                                    └ counts vertices that are neither centre nor leaf: 0 ends it
 *
 * Before a task sends pairs on it makes stars of what it has by itself, in a forest of sets: of a
 * partition's edges at most one a vertex is left, and a graph of one partition is done at once.
 *
 * The centre of a large component has all its leaves in one partition: 16 bytes each, while that
 * partition is at work.
 */
#include "graph/lib/connected_components.h"

#include "graph/edge_cut.h"
#include "graph/graph_actions.h"
#include "graph/lib/id_forest.h"
#include "graph/vertex_ids.h"
#include "graph/vertex_partition.h"
#include "rdd/call_site.h"
#include "rdd/transform/map_partitions.h"
#include "rdd/transform/zip_partitions.h"

#include <string.h>

/* Columns of a partition's one row of stars … */
enum
{
  STARS_LEAVES,
  STARS_CENTRES,
  STARS_UNSETTLED, /* one number */
};

/* … and of what is sent: a row a home. */
enum
{
  WIRE_TO,
  WIRE_VERTICES, /* that live there, one a pair */
  WIRE_OTHERS,
};

typedef enum
{
  LARGE, /* pairs go to both their vertices */
  SMALL, /* … to the greater one */
} Star;

/* What functions of tasks know. */
typedef struct
{
  Star star;
  guint n_homes;
} Plan;

static Plan *
plan_new (Star star, guint n_homes)
{
  Plan *self = g_new (Plan, 1);

  *self = (Plan){ star, n_homes };
  return self;
}

static RushSchema *
stars_schema (void)
{
  const RushType *ids = rush_array_of (&RUSH_INT64, FALSE);

  return rush_schema_of ("leaves", ids, "centres", ids, "unsettled", ids, NULL);
}

static RushSchema *
wire_schema (void)
{
  const RushType *ids = rush_array_of (&RUSH_INT64, FALSE);

  return rush_schema_of ("to", &RUSH_INT32, "vertices", ids, "others", ids, NULL);
}

/* ---- stars of a partition's edges ---- */

static RushIterator *
stars_of_forest (RushIdForest *forest, gint64 n_unsettled, RushTaskContext *ctx, GError **error)
{
  g_autoptr (RushSchema) schema = stars_schema ();
  RushColumn *columns[3] = { NULL };
  RushBuffer *number = rush_buffer_new (ctx->allocator, sizeof n_unsettled, error);
  RushBatch *batch;

  if (number == NULL)
    return NULL;
  *(gint64 *)(gpointer)number->bytes = n_unsettled;
  columns[STARS_UNSETTLED] = rush_array_numbers (&RUSH_INT64, 1, number);
  if (!rush_id_forest_stars (forest, &columns[STARS_LEAVES], &columns[STARS_CENTRES], error))
    {
      rush_columns_clear (columns, 3);
      return NULL;
    }
  batch = rush_arrays_new (schema, columns, ctx->allocator, error);
  return batch != NULL ? rush_arrays_iterator (batch) : NULL;
}

static RushIterator *
stars_of_edges (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data,
                GError **error)
{
  RushEdgePartition edges;
  RushIdForest forest;
  RushIterator *answer = NULL;

  if (!rush_edge_partition_read (&edges, rows, ctx, error))
    return NULL;
  if (rush_id_forest_init (&forest, edges.vertices, edges.n_vertices, ctx->allocator, error))
    {
      for (guint v = 0; v < edges.n_vertices; v++)
        for (gint32 e = edges.starts[v]; e < edges.starts[v + 1]; e++)
          rush_id_forest_join (&forest, (gint32)v, edges.targets[e]);
      answer = stars_of_forest (&forest, 0, ctx, error);
      rush_id_forest_clear (&forest);
    }
  rush_edge_partition_close (&edges);
  return answer;
}

/* ---- pairs to their homes ---- */

/* Where the pairs of each home begin; @ends: columns of what may be at home there. */
static RushBuffer *
count_by_home (const Plan *self, const gint64 *const *ends, guint n_ends, guint n,
               RushAllocator *allocator, GError **error)
{
  RushBuffer *buffer;
  gint32 *starts;

  if ((guint64)n * n_ends > G_MAXINT32)
    {
      g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                           "more than 2147483647 pairs of vertices in one partition; use more "
                           "partitions");
      return NULL;
    }
  buffer = rush_buffer_new (allocator, (self->n_homes + 1) * sizeof (gint32), error);
  if (buffer == NULL)
    return NULL;
  starts = (gint32 *)(gpointer)buffer->bytes;
  memset (starts, 0, buffer->size);
  for (guint end = 0; end < n_ends; end++)
    for (guint i = 0; i < n; i++)
      starts[1 + rush_vertex_home (ends[end][i], self->n_homes)]++;
  for (guint h = 0; h < self->n_homes; h++)
    starts[h + 1] += starts[h];
  return buffer;
}

/* Each pair to the home of its leaf, and for a LARGE star the other way round to its centre's. */
static RushBatch *
pairs_to_wire (const Plan *self, const gint64 *const *ends, guint n, RushTaskContext *ctx,
               GError **error)
{
  guint n_ends = self->star == LARGE ? 2 : 1;
  gsize bytes = (gsize)n * n_ends * sizeof (gint64);
  const RushType *ids = rush_array_of (&RUSH_INT64, FALSE);
  g_autoptr (RushSchema) schema = wire_schema ();
  g_autoptr (RushBuffer) starts = count_by_home (self, ends, n_ends, n, ctx->allocator, error);
  g_autoptr (RushBuffer) vertices =
      starts != NULL ? rush_buffer_new (ctx->allocator, bytes, error) : NULL;
  g_autoptr (RushBuffer) others =
      vertices != NULL ? rush_buffer_new (ctx->allocator, bytes, error) : NULL;
  RushBuffer *to = others != NULL
                       ? rush_buffer_new (ctx->allocator, self->n_homes * sizeof (gint32), error)
                       : NULL;
  RushColumn *columns[3] = { NULL };

  if (to == NULL)
    return NULL;
  gint32 *at = (gint32 *)(gpointer)starts->bytes;
  for (guint end = 0; end < n_ends; end++)
    for (guint i = 0; i < n; i++)
      {
        gint32 place = at[rush_vertex_home (ends[end][i], self->n_homes)]++;

        ((gint64 *)(gpointer)vertices->bytes)[place] = ends[end][i];
        ((gint64 *)(gpointer)others->bytes)[place] = ends[1 - end][i];
      }
  memmove (at + 1, at, self->n_homes * sizeof *at); /* each has moved to the next one's place */
  at[0] = 0;
  for (guint h = 0; h < self->n_homes; h++)
    ((gint32 *)(gpointer)to->bytes)[h] = (gint32)h;
  columns[WIRE_TO] = rush_array_numbers (&RUSH_INT32, self->n_homes, to);
  columns[WIRE_VERTICES] =
      rush_array_cut (rush_array_numbers (&RUSH_INT64, n * n_ends, g_steal_pointer (&vertices)),
                      ids, at, self->n_homes, ctx->allocator, error);
  columns[WIRE_OTHERS] =
      columns[WIRE_VERTICES] == NULL
          ? NULL
          : rush_array_cut (rush_array_numbers (&RUSH_INT64, n * n_ends, g_steal_pointer (&others)),
                            ids, at, self->n_homes, ctx->allocator, error);
  if (columns[WIRE_OTHERS] != NULL)
    return rush_batch_new (schema, self->n_homes, columns);
  rush_columns_clear (columns, 3);
  return NULL;
}

static RushIterator *
send_pairs (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  g_autoptr (RushBatch) stars = rush_arrays_of (rows, ctx, error);
  RushBatch *batch;

  if (stars == NULL)
    return NULL;
  const gint64 *ends[] = { rush_arrays_numbers (stars, STARS_LEAVES, 0),
                           rush_arrays_numbers (stars, STARS_CENTRES, 0) };
  batch = pairs_to_wire (data, ends, rush_arrays_length (stars, STARS_LEAVES, 0), ctx, error);
  return batch != NULL ? rush_arrays_iterator (batch) : NULL;
}

/* @stars' pairs at home. */
static RushRdd *
pairs_at_home (RushRdd *stars, Star star, guint n_homes)
{
  g_autoptr (RushSchema) schema = wire_schema ();
  g_autoptr (RushRdd) sent =
      rush_rdd_map_partitions (stars, schema, send_pairs, plan_new (star, n_homes), g_free, FALSE);

  return rush_graph_shuffle (sent, n_homes);
}

/* ---- stars at home ---- */

/* The pairs that have come, by numbers of their vertices. */
typedef struct
{
  RushTaskContext *ctx; /* (unowned) */
  GPtrArray *batches;   /* RushBatch */
  guint n;
  RushIdTable table;
  RushBuffer *vertices; /* gint32[n] */
  RushBuffer *others;   /* gint32[n] */
  RushBuffer *around;   /* Around[table.n] */
} Pairs;

/* What a vertex has around it. */
typedef struct
{
  gint32 least; /* number of the least below it, or its own */
  guint8 has_several_below, has_above;
} Around;

static void
pairs_clear (Pairs *self)
{
  g_clear_pointer (&self->batches, g_ptr_array_unref);
  rush_id_table_clear (&self->table);
  g_clear_pointer (&self->vertices, rush_buffer_unref);
  g_clear_pointer (&self->others, rush_buffer_unref);
  g_clear_pointer (&self->around, rush_buffer_unref);
}

static gboolean
pairs_count (Pairs *self, GError **error)
{
  guint64 n = 0;

  for (guint b = 0; b < self->batches->len; b++)
    for (guint i = 0; i < ((RushBatch *)self->batches->pdata[b])->length; i++)
      n += rush_arrays_length (self->batches->pdata[b], WIRE_VERTICES, i);
  self->n = (guint)n;
  if (n <= G_MAXINT32)
    return TRUE;
  g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                       "more than 2147483647 pairs of vertices for one partition; use more "
                       "partitions");
  return FALSE;
}

/* Numbers for the ids of one column of all rows. */
static gboolean
number_column (Pairs *self, guint column, RushBuffer **out, GError **error)
{
  gint32 *numbers;
  guint done = 0;

  *out = rush_buffer_new (self->ctx->allocator, self->n * sizeof (gint32), error);
  if (*out == NULL)
    return FALSE;
  numbers = (gint32 *)(gpointer)(*out)->bytes;
  for (guint b = 0; b < self->batches->len; b++)
    {
      const RushBatch *batch = self->batches->pdata[b];

      for (guint i = 0; i < batch->length; i++)
        {
          const gint64 *ids = rush_arrays_numbers (batch, column, i);
          guint n = rush_arrays_length (batch, column, i);

          if (!rush_task_context_check (self->ctx, error))
            return FALSE;
          for (guint k = 0; k < n; k++)
            if ((numbers[done++] = rush_id_table_number (&self->table, ids[k], error)) < 0)
              return FALSE;
        }
    }
  return TRUE;
}

static gboolean
pairs_read (Pairs *self, RushIterator *rows, RushTaskContext *ctx, GError **error)
{
  *self = (Pairs){ .ctx = ctx, .batches = rush_arrays_all (rows, ctx, error) };
  return self->batches != NULL && pairs_count (self, error) &&
         rush_id_table_init (&self->table, ctx->allocator, error) &&
         number_column (self, WIRE_VERTICES, &self->vertices, error) &&
         number_column (self, WIRE_OTHERS, &self->others, error);
}

#define NUMBERS(buffer) ((const gint32 *)(gpointer)(buffer)->bytes)
#define IDS(self) ((const gint64 *)(gpointer)(self)->table.ids->bytes)

static gboolean
pairs_look_around (Pairs *self, GError **error)
{
  const gint64 *ids = IDS (self);
  Around *around;

  self->around = rush_buffer_new (self->ctx->allocator, self->table.n * sizeof (Around), error);
  if (self->around == NULL)
    return FALSE;
  around = (Around *)(gpointer)self->around->bytes;
  for (guint i = 0; i < self->table.n; i++)
    around[i] = (Around){ .least = (gint32)i };
  for (guint i = 0; i < self->n; i++)
    {
      gint32 vertex = NUMBERS (self->vertices)[i], other = NUMBERS (self->others)[i];
      Around *here = &around[vertex];

      if (ids[other] > ids[vertex])
        here->has_above = 1;
      else
        {
          here->has_several_below |= here->least != vertex && here->least != other;
          if (ids[other] < ids[here->least])
            here->least = other;
        }
    }
  return TRUE;
}

/* Vertices that are neither a centre, with nothing below, nor a leaf, with that alone. */
static gint64
pairs_count_unsettled (const Pairs *self)
{
  const Around *around = (const Around *)(gpointer)self->around->bytes;
  gint64 n = 0;

  for (guint i = 0; i < self->table.n; i++)
    n += around[i].least != (gint32)i && (around[i].has_several_below || around[i].has_above);
  return n;
}

static void
pairs_to_forest (const Pairs *self, Star star, RushIdForest *forest)
{
  const gint64 *ids = IDS (self);
  const Around *around = (const Around *)(gpointer)self->around->bytes;

  for (guint i = 0; i < self->n; i++)
    {
      gint32 vertex = NUMBERS (self->vertices)[i], other = NUMBERS (self->others)[i];

      if (star == SMALL)
        rush_id_forest_join (forest, vertex, other);
      else if (ids[other] > ids[vertex])
        rush_id_forest_join (forest, other, around[vertex].least);
    }
}

static RushIterator *
make_stars (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  const Plan *plan = data;
  Pairs pairs;
  RushIdForest forest;
  RushIterator *answer = NULL;

  if (pairs_read (&pairs, rows, ctx, error) && pairs_look_around (&pairs, error) &&
      rush_id_forest_init (&forest, IDS (&pairs), pairs.table.n, ctx->allocator, error))
    {
      pairs_to_forest (&pairs, plan->star, &forest);
      answer = stars_of_forest (&forest, pairs_count_unsettled (&pairs), ctx, error);
      rush_id_forest_clear (&forest);
    }
  pairs_clear (&pairs);
  return answer;
}

static RushRdd *
stars_at_home (RushRdd *pairs, Star star, guint n_homes)
{
  g_autoptr (RushSchema) schema = stars_schema ();

  return rush_rdd_map_partitions (pairs, schema, make_stars, plan_new (star, n_homes), g_free,
                                  FALSE);
}

/* ---- the answer ---- */

/* Each vertex the least id that it is in a pair with, or its own. */
static gboolean
fill_components (const RushVertexPartition *vertices, const GPtrArray *batches, gint64 *components,
                 GError **error)
{
  memcpy (components, vertices->ids, vertices->n * sizeof *components);
  for (guint b = 0; b < batches->len; b++)
    for (guint row = 0; row < ((RushBatch *)batches->pdata[b])->length; row++)
      {
        const gint64 *ids = rush_arrays_numbers (batches->pdata[b], WIRE_VERTICES, row);
        const gint64 *others = rush_arrays_numbers (batches->pdata[b], WIRE_OTHERS, row);
        guint n = rush_arrays_length (batches->pdata[b], WIRE_VERTICES, row);

        for (guint i = 0; i < n; i++)
          {
            gint32 number = rush_ids_find (vertices->ids, vertices->n, ids[i]);

            if (number < 0)
              return rush_set_error_graph_differs (error);
            components[number] = MIN (components[number], others[i]);
          }
      }
  return TRUE;
}

static RushIterator *
components_at_home (RushIterator *const *rows, guint split, RushTaskContext *ctx, gpointer data,
                    GError **error)
{
  g_autoptr (RushSchema) schema =
      rush_schema_of ("component", rush_array_of (&RUSH_INT64, TRUE), NULL);
  RushVertexPartition vertices = { 0 };
  g_autoptr (GPtrArray) batches = NULL;
  RushBuffer *components = NULL;
  RushBatch *batch = NULL;

  if (!rush_vertex_partition_read (&vertices, rows[0], ctx, error))
    rush_iterator_close (rows[1]);
  else if ((batches = rush_arrays_all (rows[1], ctx, error)) != NULL)
    components = rush_buffer_new (ctx->allocator, vertices.n * sizeof (gint64), error);
  if (components != NULL)
    {
      RushColumn *column = rush_array_numbers (&RUSH_INT64, vertices.n, components);

      if (fill_components (&vertices, batches, (gint64 *)(gpointer)components->bytes, error))
        batch = rush_arrays_new (schema, &column, ctx->allocator, error);
      else
        rush_column_unref (column);
    }
  rush_vertex_partition_close (&vertices);
  return batch != NULL ? rush_arrays_iterator (batch) : NULL;
}

/* The graph with components; @pairs are settled. */
static RushGraph *
answer (RushGraph *graph, RushRdd *pairs)
{
  const RushField field = { (char *)"component", &RUSH_INT64, FALSE };
  g_autoptr (RushSchema) attributes = rush_schema_new (1, &field);
  g_autoptr (RushSchema) vertices = rush_vertex_schema (attributes);
  g_autoptr (RushSchema) arrays = rush_arrays_schema (attributes, 0);

  return rush_graph_with_attributes (
      graph,
      rush_rdd_zip_partitions ((RushRdd *[]){ graph->vertices, pairs }, 2, arrays,
                               components_at_home, NULL, NULL),
      vertices);
}

RushGraph *
rush_connected_components_by_stars (RushGraph *graph, guint rounds_together,
                                    const RushJobOptions *job, GError **error)
{
  RUSH_OPERATOR ("connectedComponents");
  guint n_homes = graph->n_vertex_partitions, n_rounds = 0;
  g_autoptr (RushSchema) schema = stars_schema ();
  g_autoptr (RushRdd) stars =
      rush_rdd_map_partitions (graph->edges, schema, stars_of_edges, NULL, NULL, FALSE);
  g_autoptr (RushRdd) before = NULL;

  for (;;)
    {
      g_autoptr (RushRdd) pairs = pairs_at_home (stars, LARGE, n_homes);
      g_autoptr (RushRdd) large = stars_at_home (pairs, LARGE, n_homes);
      g_autoptr (RushRdd) to_greater = NULL;
      GError *failure = NULL;
      double n_unsettled;

      if (!rush_graph_keep_round (large, &n_rounds, rounds_together, error))
        return NULL;
      n_unsettled = rush_graph_sum (graph, large, STARS_UNSETTLED, job, &failure);
      if (before != NULL)
        rush_graph_forget_round (graph->context, before);
      if (failure != NULL)
        {
          g_propagate_error (error, failure);
          return NULL;
        }
      if (n_unsettled <= 0)
        {
          rush_graph_forget_round (graph->context, large);
          return answer (graph, pairs);
        }
      to_greater = pairs_at_home (large, SMALL, n_homes);
      rush_rdd_unref (stars);
      stars = stars_at_home (to_greater, SMALL, n_homes);
      g_clear_pointer (&before, rush_rdd_unref);
      before = g_steal_pointer (&large);
    }
}
