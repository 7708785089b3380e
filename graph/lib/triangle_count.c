/* triangle_count.c - the neighbours that two neighbours have in common.
 *
 *     edges a → b, b → a, a → a      ─▶ a → b, once: the lesser id first, twins side by side
 *     round 1   every vertex learns its neighbours, sorted
 *     round 2   every edge counts what both its ends have for neighbours, and tells them
 *
 * Each triangle of a vertex is found at two of its edges, hence the half in the end.
 */
#include "graph/lib/triangle_count.h"

#include "graph/aggregate_messages.h"
#include "graph/graph_actions.h"
#include "graph/vertex_ids.h"
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
sort_neighbours (const RushVertexBlock *block, RushColumn **out, gpointer data, GError **error)
{
  const RushColumn *lists = block->messages[0];
  gsize bytes = (gsize)rush_column_child (lists, 0)->length * sizeof (gint64);
  g_autoptr (RushBuffer) scratch = rush_buffer_new (block->ctx->allocator, bytes, error);

  if (scratch == NULL)
    return FALSE;
  /* The column is this task's own until it is handed on. */
  gint64 *all = (gint64 *)(gpointer)rush_column_child (lists, 0)->values->bytes;
  for (guint i = 0; i < block->n; i++)
    {
      RushListView list = rush_column_get_list (lists, i);

      rush_ids_sort (all + list.offset, (gint64 *)(gpointer)scratch->bytes, (guint)list.length);
    }
  out[0] = rush_column_ref (block->messages[0]);
  return TRUE;
}

/* ---- round 2 ---- */

/* How many of a sorted list are in another one, which is longer. */
static gint64
count_common (const gint64 *few, guint n_few, const gint64 *many, guint n_many)
{
  gint64 common = 0;

  for (guint i = 0; i < n_few && n_many > 0; i++)
    {
      guint step = 1, low = 0, high;

      /* In steps that double, then by halves: what comes before is not looked at again. */
      while (step < n_many && many[step] < few[i])
        step *= 2;
      low = step / 2;
      for (high = MIN (step + 1, n_many); low < high;)
        {
          guint middle = low + (high - low) / 2;

          if (many[middle] < few[i])
            low = middle + 1;
          else
            high = middle;
        }
      many += low;
      n_many -= low;
      common += n_many > 0 && many[0] == few[i];
    }
  return common;
}

static gint64
common_neighbours (const RushColumn *lists, guint a, guint b)
{
  const gint64 *all = rush_ints (rush_column_child (lists, 0));
  RushListView x = rush_column_get_list (lists, a), y = rush_column_get_list (lists, b);

  return x.length < y.length
             ? count_common (all + x.offset, (guint)x.length, all + y.offset, (guint)y.length)
             : count_common (all + y.offset, (guint)y.length, all + x.offset, (guint)x.length);
}

static gboolean
tell_common (const RushEdgeBlock *block, RushMessages *out, gpointer data, GError **error)
{
  const RushEdgePartition *edges = &block->edges;

  for (guint v = 0; v < edges->n_vertices; v++)
    {
      if (v % 1024 == 0 && !rush_task_context_check (block->ctx, error))
        return FALSE;
      for (gint32 e = edges->starts[v]; e < edges->starts[v + 1]; e++)
        if (!is_twin (edges, v, e))
          {
            guint target = (guint)edges->targets[e];
            gint64 common = common_neighbours (block->view[0], v, target);

            rush_messages_send_int (out, 0, (gint32)v, common);
            rush_messages_send_int (out, 0, (gint32)target, common);
          }
    }
  return TRUE;
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
  known = rush_graph_change_by_messages (canonical, &first, lists, sort_neighbours, NULL, NULL);
  counted = rush_graph_change_by_messages (known, &second, counts, halve, NULL, NULL);
  if (rush_graph_advance (counted, NULL, 0, job, &ignored, error))
    return counted;
  rush_graph_unref (counted);
  return NULL;
}
