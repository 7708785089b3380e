/* degrees.c - a round in which edges look at nothing: there is one, says each. */
#include "graph/degrees.h"

#include "graph/aggregate_messages.h"
#include "rdd/call_site.h"

static gboolean
send_ones (const RushEdgeBlock *block, RushMessages *out, gpointer data, GError **error)
{
  RushEdgeDirection direction = GPOINTER_TO_UINT (data);
  const RushEdgePartition *edges = &block->edges;

  for (guint v = 0; direction != RUSH_EDGES_IN && v < edges->n_vertices; v++)
    if (edges->starts[v + 1] > edges->starts[v])
      rush_messages_send_int (out, 0, (gint32)v, edges->starts[v + 1] - edges->starts[v]);
  for (guint e = 0; direction != RUSH_EDGES_OUT && e < edges->n_edges; e++)
    rush_messages_send_int (out, 0, edges->targets[e], 1);
  return TRUE;
}

RushRdd *
rush_graph_degrees (RushGraph *graph, RushEdgeDirection direction)
{
  RUSH_OPERATOR ("degrees");
  static const RushMessageField field = { "degree", &RUSH_INT64, RUSH_MESSAGE_SUM };
  RushMessageProgram program = {
    .fields = &field, .n_fields = 1, .send = send_ones, .data = GUINT_TO_POINTER (direction)
  };

  return rush_graph_aggregate_messages (graph, &program);
}
