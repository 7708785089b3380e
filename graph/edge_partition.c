/* edge_partition.c - edges in any order → mirrors by home, edges by source.
 *
 *     rows (source, target)
 *       │  every id gets a number: where ids are close to each other, how far it is from the least
 *       │  one; else a table's, first come, first served
 *       ▼
 *     sources[], targets[]     numbers        ids by number
 *       │                                       │  by home, sorted within: the number that counts
 *       │  renumbered                           ▼
 *       ▼                                     vertices[], homes[]
 *     by target, then by source: two counting sorts, the second of which keeps the first's order
 *       ▼
 *     starts[], targets[], and which edge stands where, for the attributes
 */
#include "graph/edge_partition.h"

#include "graph/vertex_ids.h"

#include <string.h>

typedef struct
{
  RushAllocator *allocator; /* (unowned) */
  guint n_homes;
  guint n_edges;
  gboolean is_close; /* ids are: their first number is id − least */
  gint64 least;
  guint n_numbers; /* is_close: from the least id to the largest one; else ids */
  guint n_vertices;
  RushIdTable table;    /* unless is_close */
  RushBuffer *sources;  /* gint32[n_edges] */
  RushBuffer *targets;  /* gint32[n_edges] */
  RushBuffer *vertices; /* gint64[n_vertices] */
  RushBuffer *homes;    /* gint32[n_homes + 1] */
  RushBuffer *starts;   /* gint32[n_vertices + 1] */
  RushBuffer *order;    /* guint32[n_edges]: which edge stands at a position */
} Build;

#define INTS(buffer) ((gint32 *)(gpointer)(buffer)->bytes)
#define IDS(buffer) ((gint64 *)(gpointer)(buffer)->bytes)

static RushBuffer *
new_ints (const Build *self, gsize n, GError **error)
{
  return rush_buffer_new (self->allocator, n * sizeof (gint32), error);
}

static void
build_clear (Build *self)
{
  rush_id_table_clear (&self->table);
  g_clear_pointer (&self->sources, rush_buffer_unref);
  g_clear_pointer (&self->targets, rush_buffer_unref);
  g_clear_pointer (&self->vertices, rush_buffer_unref);
  g_clear_pointer (&self->homes, rush_buffer_unref);
  g_clear_pointer (&self->starts, rush_buffer_unref);
  g_clear_pointer (&self->order, rush_buffer_unref);
}

/* ---- numbering ---- */

static gboolean
count_edges (Build *self, const GPtrArray *batches, GError **error)
{
  guint64 n = 0;

  for (guint b = 0; b < batches->len; b++)
    n += ((RushBatch *)batches->pdata[b])->length;
  self->n_edges = (guint)n;
  if (n <= G_MAXINT32)
    return TRUE;
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "%" G_GUINT64_FORMAT " edges in a partition; there may be 2147483647 at most, use "
               "more partitions",
               n);
  return FALSE;
}

/* Ids are close if an array from the least to the largest is no longer than a table would be. */
#define CLOSE_PER_EDGE 4

/* Flattens the two columns of ends of all batches, @out[2 * b] and [2 * b + 1], and sees how far
 * their ids are apart. */
static gboolean
read_ends (Build *self, const GPtrArray *batches, RushColumn **out, GError **error)
{
  gint64 least = G_MAXINT64, most = G_MININT64;

  for (guint i = 0; i < 2 * batches->len; i++)
    {
      const RushBatch *batch = batches->pdata[i / 2];
      const gint64 *ids;

      out[i] = rush_column_flatten (batch->columns[i % 2], self->allocator, error);
      if (out[i] == NULL)
        return FALSE;
      if (out[i]->null_count > 0)
        {
          g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                       "an edge has no %s: column '%s' is null", i % 2 == 0 ? "source" : "target",
                       batch->schema->fields[i % 2].name);
          return FALSE;
        }
      ids = rush_column_numbers (out[i]);
      for (guint k = 0; k < batch->length; k++)
        {
          least = MIN (least, ids[k]);
          most = MAX (most, ids[k]);
        }
    }
  self->least = least;
  self->is_close = least <= most &&
                   (guint64)most - (guint64)least < (guint64)self->n_edges * CLOSE_PER_EDGE &&
                   (guint64)most - (guint64)least < G_MAXINT32;
  self->n_numbers = self->is_close ? (guint)((guint64)most - (guint64)least) + 1 : 0;
  return TRUE;
}

/* The numbers of a column of ends. */
static gboolean
number_ends (Build *self, const RushColumn *ends, gint32 *out, GError **error)
{
  const gint64 *ids = rush_column_numbers (ends);

  if (self->is_close)
    {
      for (guint i = 0; i < ends->length; i++)
        out[i] = (gint32)(ids[i] - self->least);
      return TRUE;
    }
  for (guint i = 0; i < ends->length; i++)
    if ((out[i] = rush_id_table_number (&self->table, ids[i], error)) < 0)
      return FALSE;
  return TRUE;
}

static gboolean
number_columns (Build *self, RushColumn *const *ends, guint n, RushTaskContext *ctx, GError **error)
{
  guint done = 0;

  for (guint i = 0; i < n; i++)
    {
      gint32 *out = INTS (i % 2 == 0 ? self->sources : self->targets);

      if (!rush_task_context_check (ctx, error) || !number_ends (self, ends[i], out + done, error))
        return FALSE;
      done += i % 2 == 1 ? ends[i]->length : 0;
    }
  if (!self->is_close)
    self->n_numbers = self->table.n;
  return TRUE;
}

static gboolean
number_edges (Build *self, const GPtrArray *batches, RushTaskContext *ctx, GError **error)
{
  guint n = 2 * batches->len;
  g_autofree RushColumn **ends = g_new0 (RushColumn *, n + 1);
  gboolean numbered =
      (self->sources = new_ints (self, self->n_edges, error)) != NULL &&
      (self->targets = new_ints (self, self->n_edges, error)) != NULL &&
      read_ends (self, batches, ends, error) &&
      (self->is_close || rush_id_table_init (&self->table, self->allocator, error)) &&
      number_columns (self, ends, n, ctx, error);

  rush_columns_clear (ends, n);
  return numbered;
}

/* ---- vertices by home ---- */

/* From counts to starts: [2, 0, 3] → [0, 2, 2, 5]. */
static void
counts_to_starts (gint32 *starts, guint n)
{
  gint32 sum = 0;

  for (guint i = 0; i <= n; i++)
    {
      gint32 count = starts[i];

      starts[i] = sum;
      sum += i < n ? count : 0;
    }
}

/* 1 for each number that is an id's. */
static void
mark_numbers (const Build *self, gint32 *numbers)
{
  const gint32 *sources = INTS (self->sources), *targets = INTS (self->targets);

  for (guint i = 0; i < self->n_numbers; i++)
    numbers[i] = !self->is_close;
  for (guint e = 0; self->is_close && e < self->n_edges; e++)
    numbers[sources[e]] = numbers[targets[e]] = 1;
}

static inline gint64
id_of (const Build *self, guint number)
{
  return self->is_close ? self->least + number : IDS (self->table.ids)[number];
}

/* Ids by home, in the order of numbers: sorted, if ids are close. */
static gboolean
place_vertices (Build *self, const gint32 *numbers, GError **error)
{
  g_autofree gint32 *next = g_new (gint32, self->n_homes + 1);
  gint32 *homes;

  if ((self->homes = new_ints (self, self->n_homes + 1, error)) == NULL)
    return FALSE;
  homes = INTS (self->homes);
  memset (homes, 0, self->homes->size);
  for (guint i = 0; i < self->n_numbers; i++)
    if (numbers[i])
      homes[rush_vertex_home (id_of (self, i), self->n_homes)]++;
  counts_to_starts (homes, self->n_homes);
  self->n_vertices = (guint)homes[self->n_homes];
  self->vertices = rush_buffer_new (self->allocator, self->n_vertices * sizeof (gint64), error);
  if (self->vertices == NULL)
    return FALSE;
  memcpy (next, homes, self->homes->size);
  for (guint i = 0; i < self->n_numbers; i++)
    if (numbers[i])
      {
        gint64 id = id_of (self, i);

        IDS (self->vertices)[next[rush_vertex_home (id, self->n_homes)]++] = id;
      }
  return TRUE;
}

static gboolean
sort_homes (const Build *self, GError **error)
{
  const gint32 *homes = INTS (self->homes);
  g_autoptr (RushBuffer) scratch =
      rush_buffer_new (self->allocator, self->n_vertices * sizeof (gint64), error);

  if (scratch == NULL)
    return FALSE;
  for (guint h = 0; h < self->n_homes; h++)
    rush_ids_sort (IDS (self->vertices) + homes[h], IDS (scratch),
                   (guint)(homes[h + 1] - homes[h]));
  return TRUE;
}

/* Vertices have their places; sources and targets get the numbers that count. */
static gboolean
number_vertices (Build *self, GError **error)
{
  g_autoptr (RushBuffer) buffer = new_ints (self, self->n_numbers, error);
  gint32 *numbers, *sources = INTS (self->sources), *targets = INTS (self->targets);

  if (buffer == NULL)
    return FALSE;
  numbers = INTS (buffer);
  mark_numbers (self, numbers);
  if (!place_vertices (self, numbers, error) || (!self->is_close && !sort_homes (self, error)))
    return FALSE;
  for (guint v = 0; v < self->n_vertices; v++)
    {
      gint64 id = IDS (self->vertices)[v];

      numbers[self->is_close ? (gint32)(id - self->least) : rush_id_table_find (&self->table, id)] =
          (gint32)v;
    }
  for (guint e = 0; e < self->n_edges; e++)
    {
      sources[e] = numbers[sources[e]];
      targets[e] = numbers[targets[e]];
    }
  return TRUE;
}

/* ---- edges by source, and by target within ---- */

/* @order[starts of key[e] …] = e, in the order in which @in_order (NULL: 0, 1, 2 …) has them;
 * leaves in @starts where each key's edges begin. */
static void
sort_by_key (const gint32 *keys, const guint32 *in_order, guint n, gint32 *starts, guint n_keys,
             guint32 *out_order)
{
  memset (starts, 0, (n_keys + 1) * sizeof *starts);
  for (guint i = 0; i < n; i++)
    starts[keys[i]]++;
  counts_to_starts (starts, n_keys);
  for (guint i = 0; i < n; i++)
    {
      guint32 e = in_order != NULL ? in_order[i] : i;

      out_order[starts[keys[e]]++] = e;
    }
  /* Each start has moved to the next one's place. */
  memmove (starts + 1, starts, n_keys * sizeof *starts);
  starts[0] = 0;
}

static gboolean
sort_edges (Build *self, GError **error)
{
  guint n = self->n_edges;
  g_autoptr (RushBuffer) by_target = new_ints (self, n, error);

  if (by_target == NULL || (self->starts = new_ints (self, self->n_vertices + 1, error)) == NULL ||
      (self->order = new_ints (self, n, error)) == NULL)
    return FALSE;
  guint32 *order = (guint32 *)(gpointer)self->order->bytes;
  sort_by_key (INTS (self->targets), NULL, n, INTS (self->starts), self->n_vertices,
               (guint32 *)(gpointer)by_target->bytes);
  sort_by_key (INTS (self->sources), (const guint32 *)(gpointer)by_target->bytes, n,
               INTS (self->starts), self->n_vertices, order);
  for (guint i = 0; i < n; i++)
    INTS (by_target)[i] = INTS (self->targets)[order[i]];
  rush_buffer_unref (self->targets);
  self->targets = g_steal_pointer (&by_target);
  return TRUE;
}

/* ---- the row ---- */

RushSchema *
rush_edge_partition_schema (const RushSchema *edges)
{
  guint n = edges->n_fields - 2;
  g_autofree RushField *fields = g_new (RushField, RUSH_EDGES_ATTRIBUTES + n);
  const RushType *ids = rush_array_of (&RUSH_INT64, FALSE);
  const RushType *numbers = rush_array_of (&RUSH_INT32, FALSE);

  fields[RUSH_EDGES_VERTICES] = (RushField){ (char *)"vertices", ids, FALSE };
  fields[RUSH_EDGES_HOMES] = (RushField){ (char *)"homes", numbers, FALSE };
  fields[RUSH_EDGES_STARTS] = (RushField){ (char *)"starts", numbers, FALSE };
  fields[RUSH_EDGES_TARGETS] = (RushField){ (char *)"targets", numbers, FALSE };
  for (guint i = 0; i < n; i++)
    fields[RUSH_EDGES_ATTRIBUTES + i] =
        (RushField){ edges->fields[2 + i].name, rush_array_of (edges->fields[2 + i].type, TRUE),
                     FALSE };
  return rush_schema_new (RUSH_EDGES_ATTRIBUTES + n, fields);
}

/* Attribute @i in the order of the edges. */
static RushColumn *
attribute (const Build *self, const GPtrArray *batches, guint column, const RushType *type,
           GError **error)
{
  g_autoptr (RushColumn) together =
      rush_arrays_concat (batches, column, type, self->allocator, error);

  if (together == NULL)
    return NULL;
  return rush_column_take (together, (const guint32 *)(gpointer)self->order->bytes, self->n_edges,
                           self->allocator, error);
}

static RushBatch *
to_batch (Build *self, const GPtrArray *batches, const RushSchema *edges, RushSchema *schema,
          GError **error)
{
  g_autofree RushColumn **columns = g_new0 (RushColumn *, schema->n_fields);
  guint n = self->n_vertices;

  for (guint i = RUSH_EDGES_ATTRIBUTES; i < schema->n_fields; i++)
    {
      guint column = i - RUSH_EDGES_ATTRIBUTES + 2;

      columns[i] = attribute (self, batches, column, edges->fields[column].type, error);
      if (columns[i] != NULL)
        continue;
      rush_columns_clear (columns, schema->n_fields);
      return NULL;
    }
  columns[RUSH_EDGES_VERTICES] =
      rush_array_numbers (&RUSH_INT64, n, g_steal_pointer (&self->vertices));
  columns[RUSH_EDGES_HOMES] =
      rush_array_numbers (&RUSH_INT32, self->n_homes + 1, g_steal_pointer (&self->homes));
  columns[RUSH_EDGES_STARTS] =
      rush_array_numbers (&RUSH_INT32, n + 1, g_steal_pointer (&self->starts));
  columns[RUSH_EDGES_TARGETS] =
      rush_array_numbers (&RUSH_INT32, self->n_edges, g_steal_pointer (&self->targets));
  return rush_arrays_new (schema, columns, self->allocator, error);
}

RushBatch *
rush_edge_partition_build (RushIterator *edges, RushSchema *edge_schema, RushSchema *schema,
                           guint n_homes, RushTaskContext *ctx, GError **error)
{
  g_autoptr (GPtrArray) batches = rush_arrays_all (edges, ctx, error);
  Build self = { .allocator = ctx->allocator, .n_homes = n_homes };
  RushBatch *batch = NULL;

  if (batches != NULL && count_edges (&self, batches, error) &&
      number_edges (&self, batches, ctx, error) && number_vertices (&self, error) &&
      sort_edges (&self, error))
    batch = to_batch (&self, batches, edge_schema, schema, error);
  build_clear (&self);
  return batch;
}

/* ---- reading ---- */

void
rush_edge_partition_open (RushEdgePartition *self, RushBatch *batch)
{
  *self = (RushEdgePartition){
    .batch = batch,
    .n_vertices = rush_arrays_length (batch, RUSH_EDGES_VERTICES, 0),
    .n_edges = rush_arrays_length (batch, RUSH_EDGES_TARGETS, 0),
    .n_homes = rush_arrays_length (batch, RUSH_EDGES_HOMES, 0) - 1,
    .vertices = rush_arrays_numbers (batch, RUSH_EDGES_VERTICES, 0),
    .homes = rush_arrays_numbers (batch, RUSH_EDGES_HOMES, 0),
    .starts = rush_arrays_numbers (batch, RUSH_EDGES_STARTS, 0),
    .targets = rush_arrays_numbers (batch, RUSH_EDGES_TARGETS, 0),
  };
}

gboolean
rush_edge_partition_read (RushEdgePartition *self, RushIterator *rows, RushTaskContext *ctx,
                          GError **error)
{
  RushBatch *batch = rush_arrays_of (rows, ctx, error);

  if (batch == NULL)
    return FALSE;
  rush_edge_partition_open (self, batch);
  return TRUE;
}

void
rush_edge_partition_close (RushEdgePartition *self)
{
  g_clear_pointer (&self->batch, rush_batch_unref);
}

gboolean
rush_edge_partition_ends (const RushEdgePartition *self, RushAllocator *allocator,
                          RushColumn **out_source, RushColumn **out_target, GError **error)
{
  RushBuffer *sources = rush_buffer_new (allocator, self->n_edges * sizeof (gint64), error);
  RushBuffer *targets =
      sources != NULL ? rush_buffer_new (allocator, self->n_edges * sizeof (gint64), error) : NULL;

  if (targets == NULL)
    {
      rush_buffer_unref (sources);
      return FALSE;
    }
  for (guint v = 0; v < self->n_vertices; v++)
    for (gint32 e = self->starts[v]; e < self->starts[v + 1]; e++)
      {
        IDS (sources)[e] = self->vertices[v];
        IDS (targets)[e] = self->vertices[self->targets[e]];
      }
  *out_source = rush_array_numbers (&RUSH_INT64, self->n_edges, sources);
  *out_target = rush_array_numbers (&RUSH_INT64, self->n_edges, targets);
  return TRUE;
}

gboolean
rush_set_error_graph_differs (GError **error)
{
  g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_JOB_ABORTED,
                       "a lost partition of the graph was computed again, and the rows that it is "
                       "made of are not those of the first time: vertices and edges that are drawn "
                       "at random, or whose source has changed, must be checkpointed before a "
                       "graph is made of them");
  return FALSE;
}
