/* routing_picture.c - the routing table as a picture.
 *
 *     ┌ vertex partition 0 ┐        8        ┌ edge partition 0 ┐
 *     │ 8                  │ ──────────────▶ │ 7 → 3            │
 *     └────────────────────┘                 │ …                │
 *
 * An arrow is a route: what a vertex partition ships along it are its mirrors there. A graph of a
 * few vertices is drawn with their ids, of a larger one there are numbers of them. Each task
 * writes what it knows: nodes, and the arrows that leave them.
 */
#include "graph/routing_picture.h"

#include "graph/vertex_partition.h"
#include "rdd/call_site.h"

/* As many ids, or edges, are written out. */
#define MAX_SHOWN 12

/* ---- one partition ---- */

static gboolean
give_text (GString *text, RushTaskResult *out)
{
  out->bytes = text->len;
  out->value = g_string_free (text, FALSE);
  out->free_value = g_free;
  return TRUE;
}

static void
append_ids (GString *out, const gint64 *ids, const gint32 *numbers, guint n, const char *what,
            const char *between)
{
  if (n > MAX_SHOWN)
    {
      g_string_append_printf (out, "%u %s", n, what);
      return;
    }
  for (guint i = 0; i < n; i++)
    g_string_append_printf (out, "%s%" G_GINT64_FORMAT, i > 0 ? between : "",
                            ids[numbers != NULL ? (guint)numbers[i] : i]);
}

static gboolean
draw_vertices (RushIterator *rows, RushTaskContext *ctx, gpointer data, RushTaskResult *out,
               GError **error)
{
  RushVertexPartition vertices;
  RushBatch *batch = rush_iterator_next (rows, error);
  GString *text;

  if (batch == NULL)
    return FALSE;
  rush_vertex_partition_open (&vertices, batch);
  text = g_string_new (NULL);
  g_string_append_printf (text, "  v%u [label=\"vertex partition %u\\n", ctx->partition,
                          ctx->partition);
  append_ids (text, vertices.ids, NULL, vertices.n, "vertices", "\\n");
  g_string_append (text, "\", fillcolor=\"#E6F5EF\"];\n");
  for (guint r = 0; r < vertices.n_routes; r++)
    {
      gint32 start = vertices.route_starts[r];
      guint n = (guint)(vertices.route_starts[r + 1] - start);

      if (n == 0)
        continue;
      g_string_append_printf (text, "  v%u -> e%u [label=\"", ctx->partition, r);
      append_ids (text, vertices.ids, vertices.routes + start, n, "mirrors", ", ");
      g_string_append (text, "\"];\n");
    }
  rush_vertex_partition_close (&vertices);
  return give_text (text, out);
}

static gboolean
draw_edges (RushIterator *rows, RushTaskContext *ctx, gpointer data, RushTaskResult *out,
            GError **error)
{
  RushEdgePartition edges;
  RushBatch *batch = rush_iterator_next (rows, error);
  GString *text;

  if (batch == NULL)
    return FALSE;
  rush_edge_partition_open (&edges, batch);
  text = g_string_new (NULL);
  g_string_append_printf (text, "  e%u [label=\"edge partition %u", ctx->partition, ctx->partition);
  if (edges.n_edges > MAX_SHOWN)
    g_string_append_printf (text, "\\n%u edges\\n%u mirrors", edges.n_edges, edges.n_vertices);
  for (guint v = 0; edges.n_edges <= MAX_SHOWN && v < edges.n_vertices; v++)
    for (gint32 e = edges.starts[v]; e < edges.starts[v + 1]; e++)
      g_string_append_printf (text, "\\n%" G_GINT64_FORMAT " → %" G_GINT64_FORMAT,
                              edges.vertices[v], edges.vertices[edges.targets[e]]);
  g_string_append (text, "\", fillcolor=\"#F1F6FA\"];\n");
  rush_edge_partition_close (&edges);
  return give_text (text, out);
}

/* ---- all of them ---- */

static gboolean
append_partitions (GString *out, RushGraph *graph, RushRdd *rdd, RushResultFunc draw,
                   const RushJobOptions *job, GError **error)
{
  guint n;
  g_autoptr (RushJobWaiter) waiter =
      rush_context_run_job (graph->context, rdd, NULL, 0, draw, NULL, NULL, job, error);

  if (waiter == NULL || !rush_rdd_n_partitions (rdd, &n, error))
    return FALSE;
  for (guint p = 0; p < n; p++)
    g_string_append (out, rush_job_waiter_result (waiter, p)->value);
  return TRUE;
}

char *
rush_graph_routes_to_dot (RushGraph *graph, const RushJobOptions *job, GError **error)
{
  RUSH_OPERATOR ("routes");
  g_autoptr (GString) dot = g_string_new (
      "digraph routes {\n"
      "  graph [rankdir=LR, nodesep=0.3, ranksep=1.4, fontname=\"Helvetica,Arial,sans-serif\"];\n"
      "  node [shape=box, style=\"rounded,filled\", color=\"#6B7280\", fontsize=10,\n"
      "        fontname=\"Helvetica,Arial,sans-serif\"];\n"
      "  edge [color=\"#0072B2\", fontcolor=\"#6B7280\", fontsize=9,\n"
      "        fontname=\"Helvetica,Arial,sans-serif\"];\n");

  if (!append_partitions (dot, graph, graph->edges, draw_edges, job, error) ||
      !append_partitions (dot, graph, graph->vertices, draw_vertices, job, error))
    return NULL;
  g_string_append (dot, "}\n");
  return g_string_free (g_steal_pointer (&dot), FALSE);
}
