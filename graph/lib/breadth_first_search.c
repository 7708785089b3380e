/* breadth_first_search.c - a front that goes along the edges, a level a round.
 *
 *     round        0    1       2
 *     front        s    a b     c          who is reached first is told by whom: the least of
 *                                          those that reach it in that round is its parent
 */
#include "graph/lib/id_list.h"
#include "graph/lib/shortest_paths.h"
#include "graph/pregel.h"
#include "rdd/call_site.h"

enum
{
  DISTANCE,
  PARENT,
  FRONT, /* 1: it was reached in the last round */
  N_ATTRIBUTES,
};

#define NEVER G_MAXINT64

static gboolean
new_columns (const RushVertexBlock *block, RushColumn **out, gint64 **out_values, GError **error)
{
  for (guint i = 0; i < N_ATTRIBUTES; i++)
    if ((out[i] = rush_new_ints (block, &out_values[i], error)) == NULL)
      {
        rush_columns_clear (out, i);
        return FALSE;
      }
  return TRUE;
}

static gboolean
begin (const RushVertexBlock *block, RushColumn **out, gpointer data, GError **error)
{
  gint64 *values[N_ATTRIBUTES];

  if (!new_columns (block, out, values, error))
    return FALSE;
  for (guint i = 0; i < block->n; i++)
    {
      gboolean source = rush_id_list_has (data, block->ids[i]);

      values[DISTANCE][i] = source ? 0 : NEVER;
      values[PARENT][i] = NEVER;
      values[FRONT][i] = source;
    }
  return TRUE;
}

static gboolean
reach_out (const RushEdgeBlock *block, RushMessages *out, gpointer data, GError **error)
{
  const RushEdgePartition *edges = &block->edges;
  const gint64 *distances = rush_ints (block->view[0]), *front = rush_ints (block->view[1]);

  for (guint v = 0; v < edges->n_vertices; v++)
    for (gint32 e = edges->starts[v]; front[v] && e < edges->starts[v + 1]; e++)
      if (distances[edges->targets[e]] == NEVER)
        {
          rush_messages_send_int (out, DISTANCE, edges->targets[e], distances[v] + 1);
          rush_messages_send_int (out, PARENT, edges->targets[e], edges->vertices[v]);
        }
  return TRUE;
}

static gboolean
be_reached (const RushVertexBlock *block, RushColumn **out, gpointer data, GError **error)
{
  gint64 *values[N_ATTRIBUTES];
  const gint64 *distances = rush_ints (block->attributes[DISTANCE]);
  const gint64 *parents = rush_ints (block->attributes[PARENT]);

  if (!new_columns (block, out, values, error))
    return FALSE;
  for (guint i = 0; i < block->n; i++)
    {
      gboolean reached = block->received[i];

      values[DISTANCE][i] = reached ? rush_ints (block->messages[DISTANCE])[i] : distances[i];
      values[PARENT][i] = reached ? rush_ints (block->messages[PARENT])[i] : parents[i];
      values[FRONT][i] = reached;
    }
  return TRUE;
}

static gboolean
finish (const RushVertexBlock *block, RushColumn **out, gpointer data, GError **error)
{
  for (guint i = 0; i < 2; i++)
    if ((out[i] = rush_ints_or_null (block, rush_ints (block->attributes[i]), NEVER, error)) ==
        NULL)
      {
        rush_columns_clear (out, i);
        return FALSE;
      }
  return TRUE;
}

static RushSchema *
answer_schema (void)
{
  static const RushField fields[] = { { (char *)"distance", &RUSH_INT64, TRUE },
                                      { (char *)"parent", &RUSH_INT64, TRUE } };

  return rush_schema_new (2, fields);
}

RushGraph *
rush_breadth_first_search (RushGraph *graph, const gint64 *sources, guint n, guint max_depth,
                           const RushJobOptions *job, GError **error)
{
  RUSH_OPERATOR ("bfs");
  static const RushMessageField fields[] = { { "distance", &RUSH_INT64, RUSH_MESSAGE_MIN },
                                             { "parent", &RUSH_INT64, RUSH_MESSAGE_MIN } };
  static const guint looks_at[] = { DISTANCE, FRONT };
  g_autoptr (RushSchema) schema =
      rush_schema_of ("distance", &RUSH_INT64, "parent", &RUSH_INT64, "front", &RUSH_INT64, NULL);
  g_autoptr (RushSchema) answer = answer_schema ();
  RushPregel pregel = { .program = { fields, 2, looks_at, 2, reach_out, NULL, NULL },
                        .attributes = schema,
                        .change = be_reached,
                        .active = FRONT,
                        .n_rounds = max_depth };
  g_autoptr (RushGraph) begun =
      rush_graph_change (graph, schema, begin, rush_id_list_new (sources, n), rush_id_list_unref);
  g_autoptr (RushGraph) done = rush_pregel (begun, &pregel, job, error);

  return done != NULL ? rush_graph_change (done, answer, finish, NULL, NULL) : NULL;
}
