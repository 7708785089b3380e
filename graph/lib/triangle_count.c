/* triangle_count.c - the neighbours that two neighbours have in common.
 *
 *     edges a → b, b → a, a → a      ─▶ a → b, once: the lesser id first, twins side by side
 *     round 1   every vertex learns its neighbours
 *     round 2   every edge counts what both its ends have for neighbours, and tells them
 *
 * Each triangle of a vertex is found at two of its edges, hence the half in the end.
 *
 * Of two lists the longer one becomes a set, once for all edges where it is the longer one, and the
 * shorter one's are looked up in it: an edge costs the lesser of its ends' degrees.
 */
#include "graph/lib/triangle_count.h"

#include "graph/aggregate_messages.h"
#include "graph/graph_actions.h"
#include "rdd/call_site.h"
#include "rdd/transform/map_partitions.h"

#include <string.h>

/* ---- each pair of neighbours once ---- */

/* Twins are side by side, as edges stand by source and target, and in one partition. */
static inline gboolean
is_twin (const RushEdgePartition *edges, guint v, gint32 e)
{
  return e > edges->starts[v] && edges->targets[e] == edges->targets[e - 1];
}

static RushIterator *
lesser_first (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  RushEdgePartition edges;
  RushColumn *ends[2];
  RushSchema *schema = data;
  g_autoptr (RushBuffer) chosen = NULL;
  g_autoptr (RushColumn) owner = NULL;
  gboolean known;

  if (!rush_edge_partition_read (&edges, rows, ctx, error))
    return NULL;
  known = rush_edge_partition_ends (&edges, ctx->allocator, &ends[0], &ends[1], error);
  guint n = edges.n_edges;
  rush_edge_partition_close (&edges);
  if (!known)
    return NULL;
  chosen = rush_buffer_new (ctx->allocator, n, error);
  if (chosen == NULL)
    {
      rush_columns_clear (ends, 2);
      return NULL;
    }
  gint64 *sources = (gint64 *)(gpointer)ends[0]->values->bytes;
  gint64 *targets = (gint64 *)(gpointer)ends[1]->values->bytes;
  for (guint i = 0; i < n; i++)
    {
      gint64 less = MIN (sources[i], targets[i]);

      chosen->bytes[i] = sources[i] != targets[i];
      targets[i] = MAX (sources[i], targets[i]);
      sources[i] = less;
    }
  owner = rush_array_numbers (&RUSH_INT8, n, rush_buffer_ref (chosen));
  return rush_arrays_chosen_rows (schema, ends, chosen->bytes, owner, ctx);
}

static RushGraph *
canonical_graph (RushGraph *graph, GError **error)
{
  RushSchema *schema = rush_schema_of ("src", &RUSH_INT64, "dst", &RUSH_INT64, NULL);
  g_autoptr (RushRdd) edges = rush_rdd_map_partitions (graph->edges, schema, lesser_first, schema,
                                                       (GDestroyNotify)rush_schema_unref, FALSE);
  g_autoptr (RushSchema) ids = rush_vertex_schema (NULL);
  g_autoptr (RushGraph) bare = rush_graph_with_attributes (graph, NULL, ids);
  g_autoptr (RushRdd) vertices = rush_graph_vertices (bare);
  RushGraphLayout layout = { TRUE, RUSH_EDGE_PARTITION_2D, graph->n_edge_partitions,
                             graph->n_vertex_partitions };

  return rush_graph_new (graph->context, vertices, edges, &layout, error);
}

/* ---- round 1 ---- */

static gboolean
tell_names (const RushEdgeBlock *block, RushMessages *out, gpointer data, GError **error)
{
  const RushEdgePartition *edges = &block->edges;

  for (guint v = 0; v < edges->n_vertices; v++)
    for (gint32 e = edges->starts[v]; e < edges->starts[v + 1]; e++)
      if (!is_twin (edges, v, e) &&
          (!rush_messages_append_int (out, 0, edges->targets[e], edges->vertices[v], error) ||
           !rush_messages_append_int (out, 0, (gint32)v, edges->vertices[edges->targets[e]],
                                      error)))
        return FALSE;
  return TRUE;
}

static gboolean
keep_neighbours (const RushVertexBlock *block, RushColumn **out, gpointer data, GError **error)
{
  out[0] = rush_column_ref (block->messages[0]);
  return TRUE;
}

/* ---- round 2 ---- */

/* The neighbours of one vertex, as a set: an open table, at most half full, whose empty slots hold
 * the vertex itself, which is no neighbour of its own.  In front of it stand bits, two a slot,
 * which say of most ids that they are not there, out of a cache that the table would not fit. */
typedef struct
{
  gint64 *slots;
  guint64 *bits;
  gint64 empty;
  guint shift; /* 64 − bits of a slot's number */
  guint mask;
} Neighbours;

static inline guint64
hash_of (gint64 id)
{
  return (guint64)id * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
}

static inline gboolean
may_have (const Neighbours *self, gint64 id)
{
  guint64 bit = hash_of (id) >> (self->shift - 1);

  return (self->bits[bit / 64] >> (bit % 64)) & 1;
}

static inline guint
slot_of (const Neighbours *self, gint64 id)
{
  guint at = (guint)(hash_of (id) >> self->shift);

  while (self->slots[at] != id && self->slots[at] != self->empty)
    at = (at + 1) & self->mask;
  return at;
}

/* Slots for a list of @n: a power of two. */
static gsize
n_slots (guint n)
{
  gsize slots = 64;

  while (slots < 2 * (gsize)n)
    slots *= 2;
  return slots;
}

static void
neighbours_fill (Neighbours *self, gint64 vertex, const gint64 *ids, guint n)
{
  gsize slots = n_slots (n);

  self->empty = vertex;
  self->mask = (guint)(slots - 1);
  self->shift = 64 - (guint)__builtin_ctzl (slots);
  self->bits = (guint64 *)(self->slots + slots);
  for (gsize i = 0; i < slots; i++)
    self->slots[i] = vertex;
  memset (self->bits, 0, 2 * slots / 8);
  for (guint i = 0; i < n; i++)
    {
      guint64 bit = hash_of (ids[i]) >> (self->shift - 1);

      self->slots[slot_of (self, ids[i])] = ids[i];
      self->bits[bit / 64] |= G_GUINT64_CONSTANT (1) << (bit % 64);
    }
}

static gint64
neighbours_count (const Neighbours *self, const gint64 *ids, guint n)
{
  gint64 common = 0;

  for (guint i = 0; i < n; i++)
    if (may_have (self, ids[i]) && ids[i] != self->empty)
      common += self->slots[slot_of (self, ids[i])] == ids[i];
  return common;
}

/* A partition's lists, and its edges by that end whose list is the longer one. */
typedef struct
{
  const RushColumn *lists;
  const gint64 *all;
  RushBuffer *starts; /* gint32[n_vertices + 1] */
  RushBuffer *others; /* gint32[edges]: the end whose list is not longer */
  RushBuffer *slots;
  Neighbours set;
} Counter;

static void
counter_clear (Counter *self)
{
  rush_buffer_unref (self->starts);
  rush_buffer_unref (self->others);
  rush_buffer_unref (self->slots);
}

static inline guint
degree (const Counter *self, guint v)
{
  return (guint)rush_column_get_list (self->lists, v).length;
}

/* Counts the edges of each vertex, and in a second pass places them. */
static void
sort_edges (Counter *self, const RushEdgePartition *edges)
{
  gint32 *starts = (gint32 *)(gpointer)self->starts->bytes;
  gint32 *others = (gint32 *)(gpointer)self->others->bytes;

  memset (starts, 0, self->starts->size);
  for (guint pass = 0; pass < 2; pass++)
    {
      for (guint v = 0; v < edges->n_vertices; v++)
        for (gint32 e = edges->starts[v]; e < edges->starts[v + 1]; e++)
          if (!is_twin (edges, v, e))
            {
              guint target = (guint)edges->targets[e];
              gboolean is_source = degree (self, v) >= degree (self, target);
              guint longer = is_source ? v : target;

              if (pass == 0)
                starts[longer + 1]++;
              else
                others[starts[longer]++] = (gint32)(is_source ? target : v);
            }
      for (guint v = 0; pass == 0 && v < edges->n_vertices; v++)
        starts[v + 1] += starts[v];
    }
  memmove (starts + 1, starts, edges->n_vertices * sizeof *starts);
  starts[0] = 0; /* each had moved to the next one's place */
}

static gboolean
counter_init (Counter *self, const RushEdgeBlock *block, GError **error)
{
  const RushEdgePartition *edges = &block->edges;
  RushAllocator *allocator = block->ctx->allocator;
  guint longest = 0;

  *self = (Counter){ .lists = block->view[0] };
  for (guint v = 0; v < edges->n_vertices; v++)
    longest = MAX (longest, degree (self, v));
  if ((self->starts =
           rush_buffer_new (allocator, (edges->n_vertices + 1) * sizeof (gint32), error)) == NULL ||
      (self->others = rush_buffer_new (allocator, edges->n_edges * sizeof (gint32), error)) ==
          NULL ||
      (self->slots =
           rush_buffer_new (allocator, n_slots (longest) * (sizeof (gint64) + 1), error)) == NULL)
    return FALSE;
  self->all = rush_ints (rush_column_child (self->lists, 0));
  self->set.slots = (gint64 *)(gpointer)self->slots->bytes;
  sort_edges (self, edges);
  return TRUE;
}

static void
tell_common_of (Counter *self, const RushEdgePartition *edges, guint v, RushMessages *out)
{
  const gint32 *starts = (const gint32 *)(gpointer)self->starts->bytes;
  const gint32 *others = (const gint32 *)(gpointer)self->others->bytes;
  RushListView own = rush_column_get_list (self->lists, v);

  neighbours_fill (&self->set, edges->vertices[v], self->all + own.offset, (guint)own.length);
  for (gint32 e = starts[v]; e < starts[v + 1]; e++)
    {
      RushListView list = rush_column_get_list (self->lists, (guint)others[e]);
      gint64 common = neighbours_count (&self->set, self->all + list.offset, (guint)list.length);

      rush_messages_send_int (out, 0, (gint32)v, common);
      rush_messages_send_int (out, 0, others[e], common);
    }
}

static gboolean
tell_common (const RushEdgeBlock *block, RushMessages *out, gpointer data, GError **error)
{
  const RushEdgePartition *edges = &block->edges;
  Counter counter;
  gboolean told = counter_init (&counter, block, error);

  for (guint v = 0; told && v < edges->n_vertices; v++)
    {
      const gint32 *starts = (const gint32 *)(gpointer)counter.starts->bytes;

      told = v % 1024 != 0 || rush_task_context_check (block->ctx, error);
      if (told && starts[v] < starts[v + 1])
        tell_common_of (&counter, edges, v, out);
    }
  counter_clear (&counter);
  return told;
}

static gboolean
halve (const RushVertexBlock *block, RushColumn **out, gpointer data, GError **error)
{
  const gint64 *sums = rush_ints (block->messages[0]);
  gint64 *counts;

  if ((out[0] = rush_new_ints (block, &counts, error)) == NULL)
    return FALSE;
  for (guint i = 0; i < block->n; i++)
    counts[i] = sums[i] / 2;
  return TRUE;
}

RushGraph *
rush_triangle_count (RushGraph *graph, const RushJobOptions *job, GError **error)
{
  RUSH_OPERATOR ("triangleCount");
  static const RushMessageField names = { "neighbours", &RUSH_INT64, RUSH_MESSAGE_LIST };
  static const RushMessageField common = { "count", &RUSH_INT64, RUSH_MESSAGE_SUM };
  static const guint neighbours[] = { 0 };
  g_autoptr (RushSchema) lists =
      rush_schema_of ("neighbours", rush_message_column_type (&names), NULL);
  g_autoptr (RushSchema) counts = rush_schema_of ("count", &RUSH_INT64, NULL);
  RushMessageProgram first = { .fields = &names, .n_fields = 1, .send = tell_names };
  RushMessageProgram second = {
    .fields = &common, .n_fields = 1, .looks_at = neighbours, .n_looks_at = 1, .send = tell_common
  };
  g_autoptr (RushGraph) canonical = canonical_graph (graph, error);
  g_autoptr (RushGraph) known = NULL;
  RushGraph *counted;
  double ignored;

  if (canonical == NULL)
    return NULL;
  known = rush_graph_change_by_messages (canonical, &first, lists, keep_neighbours, NULL, NULL);
  counted = rush_graph_change_by_messages (known, &second, counts, halve, NULL, NULL);
  if (rush_graph_advance (counted, NULL, 0, job, &ignored, error))
    return counted;
  rush_graph_unref (counted);
  return NULL;
}
